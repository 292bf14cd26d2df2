// Hashed rows: "which hashed ids does each document hold, and how often?"
//
// Counting works with the dense ids of a vocabulary, which tell all terms apart; afterwards each id is replaced by
// the hash of its term. Terms of one document that share a hash become one entry here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/large_array.hpp"
#include "core/types.hpp"

namespace sprat {

// The term frequency of an entry that stands for several terms of a document.
enum class Merge : std::uint8_t {
    Sum,   // of all of them
    Last,  // of the one that stands last in the row
};

struct HashedRows {
    std::vector<std::int64_t> indptr;
    LargeArray<std::int64_t> indices;  // hashed ids, ascending in a row; 64 bits wide since SciPy's are signed
    LargeArray<std::int32_t> term_frequencies;

    // Entries that went into another one, by ascending row: where they stood, and their hashed id. Almost always none.
    std::vector<std::int64_t> merged_rows;
    std::vector<std::int64_t> merged_ids;
};

// `indptr` cuts the other two into rows of distinct dense ids, in any order; ids[i] is the hash of dense id i.
// Throws Error{InvalidArgument} if the arrays do not fit together.
[[nodiscard]] HashedRows hash_rows(std::span<const std::int64_t> indptr, std::span<const std::int32_t> indices,
                                   std::span<const std::int32_t> term_frequencies, std::span<const std::uint32_t> ids,
                                   Merge merge, Threads threads);

}  // namespace sprat
