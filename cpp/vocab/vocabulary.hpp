// Vocabulary: "what is this term's id, and which term has this id?"
//
// Exact: every term is kept. Ids are given in order of first insertion, from 0, and never change. Read by any
// number of threads while nobody adds.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/types.hpp"

namespace sprat {

class Vocabulary {
  public:
    [[nodiscard]] std::optional<TermId> find(std::string_view term) const noexcept;

    struct Added {
        TermId id;
        bool is_new;
    };
    // Throws Error{InvalidArgument} past 2^31 - 1 terms, the last id an int32 column can hold.
    Added add(std::string_view term);

    // Borrowed until the next add(). REQUIRES: id < size().
    [[nodiscard]] std::string_view term(TermId id) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }

    // All terms by id, one after the other, and where each ends. Borrowed until the next add().
    [[nodiscard]] std::string_view characters() const noexcept { return {characters_.data(), characters_.size()}; }
    [[nodiscard]] std::span<const std::uint64_t> ends() const noexcept { return ends_; }

  private:
    struct Slot {
        std::uint32_t hash;  // upper half
        std::uint32_t next;  // id + 1, 0 if free
    };
    [[nodiscard]] std::size_t slot_of(std::string_view term, std::uint64_t hash) const noexcept;
    void grow();

    std::vector<char> characters_;     // all terms, one after the other
    std::vector<std::uint64_t> ends_;  // by id: where its term ends in characters_
    std::vector<Slot> slots_;          // a power of two, at most three quarters of it taken
};

}  // namespace sprat
