// Counting worker: one thread's share of a TextCounter.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stats/text_counter.hpp"
#include "vocab/document_encoder.hpp"

namespace sprat {

class TextCounter::Worker {
  public:
    // `known` is null if unseen terms get ids in a vocabulary of the worker's own.
    Worker(const Pipeline& pipeline, const Vocabulary* known, Rows rows);

    // Counts documents [begin, end), of which the first has the number `first_number` in the collection.
    void count(const Documents& documents, std::size_t begin, std::size_t end, std::uint64_t first_number);

    // The terms met, if they got ids here. They ascend by the document that brought them first.
    [[nodiscard]] Vocabulary& vocabulary() noexcept { return vocabulary_; }
    [[nodiscard]] const std::vector<std::uint64_t>& first_documents() const noexcept { return first_documents_; }
    [[nodiscard]] Counts finish() && { return std::move(counter_).finish(); }

  private:
    void count_mapped(const Documents& documents, std::size_t begin, std::size_t end, std::uint64_t first_number);
    void map_new_forms();

    Pipeline pipeline_;
    Vocabulary vocabulary_;
    std::vector<std::uint64_t> first_documents_;  // by id in vocabulary_
    DocumentCounter counter_;

    // With a map the encoder gives ids of forms, the tokens that the map is asked for.
    Vocabulary forms_;
    std::vector<std::uint64_t> forms_first_documents_;  // by form
    struct FormTerms {
        std::uint32_t value;  // the only term, or where they start in pool_
        std::uint32_t count;
    };
    std::vector<FormTerms> form_terms_;  // by form
    std::vector<std::uint32_t> pool_;
    DocumentEncoder encoder_;
    std::optional<TermEncoder> then_;

    std::vector<std::uint32_t> terms_;
};

}  // namespace sprat
