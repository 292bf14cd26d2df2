// Merge: "what would one index of all these documents be?"
#pragma once

#include <cstdint>
#include <span>

#include "core/types.hpp"
#include "index/document_set.hpp"
#include "index/inverted_index.hpp"

namespace sprat {

// The documents of `parts` one after another, the first of them being number `first_document` in `kept`; documents
// outside `kept` keep their number and lose their postings. Equal to a build from the rows, to the byte.
// Uses 16 bytes of memory per posting beside the result.
[[nodiscard]] InvertedIndex merge(std::span<const InvertedIndex* const> parts, const DocumentSet& kept,
                                  std::uint64_t first_document, Threads threads);

// Whether so many columns are too many for a table with an entry for each, so that those in use are numbered.
[[nodiscard]] constexpr bool is_sparse_in_columns(std::uint64_t columns, std::uint64_t postings) noexcept {
    return columns > 0x7FFFFFFFU || columns > 4 * postings + 65536;
}

}  // namespace sprat
