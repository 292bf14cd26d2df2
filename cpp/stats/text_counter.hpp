// Text counter: "which terms do these texts hold, and how often?"
//
// Takes the texts of a collection block by block, in order, and counts their terms on several threads. Each
// worker has a vocabulary of its own; they are put together at the end in the order in which one thread would
// have met the terms. So ids, counts and rows do not depend on the number of threads or on where blocks end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/types.hpp"
#include "stats/collection_statistics.hpp"
#include "text/analyzer.hpp"
#include "vocab/document_encoder.hpp"
#include "vocab/vocabulary.hpp"

namespace sprat {

// What to do with terms outside the vocabulary.
enum class Unseen : std::uint8_t {
    Append,  // give them the next ids, in order of first occurrence
    Ignore,  // count them as unknown_term
};

// A foreign step from token to token, or to nothing: a stemmer that is not ours. It gets many at a time and gives as
// many back, and is called from any worker.
using TokenMap = std::function<std::vector<std::optional<std::string>>(std::span<const std::string_view>)>;

// From text to terms. Borrowed while a counter uses it.
struct Pipeline {
    const Analyzer* analyzer;
    // If there is one, it is asked once per worker for each token that `analyzer` gives, and `then` filters its
    // answers.
    const TokenMap* map = nullptr;
    const Analyzer* then = nullptr;
};

class TextCounter {
  public:
    // Borrows the first two for its life; nobody may change the vocabulary meanwhile.
    TextCounter(const Pipeline& pipeline, Vocabulary& vocabulary, Unseen unseen, Rows rows, Threads threads);
    ~TextCounter();
    TextCounter(const TextCounter&) = delete;
    TextCounter& operator=(const TextCounter&) = delete;

    // The next documents of the collection. They may be forgotten afterwards.
    void add(const Documents& documents);

    // The counts of all texts added; new terms are appended to the vocabulary only here. The counter is spent.
    [[nodiscard]] Counts finish(RowOrder order) &&;

  private:
    class Worker;
    struct Task {
        std::uint32_t worker;
        std::uint32_t document_count;
    };

    [[nodiscard]] std::vector<std::vector<std::int32_t>> append_vocabularies();
    [[nodiscard]] Counts join(std::vector<Counts> parts) const;

    Pipeline pipeline_;
    Vocabulary* vocabulary_;
    Unseen unseen_;
    Rows rows_;
    Threads threads_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<Task> tasks_;  // in document order, if rows are kept
    std::uint64_t document_count_ = 0;
};

}  // namespace sprat
