// Renumbering: "which ids would these documents have got, had they been counted by themselves?"
//
// Ids are given in order of first occurrence. When documents were taken away, the rest, kept as rows by occurrence,
// still tells that order: so it can be made equal to a fresh count without its texts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/types.hpp"
#include "stats/collection_statistics.hpp"

namespace sprat {

// The new id of each id below term_count, -1 for one that does not occur. `indices` are the rows of all documents, by
// occurrence, one after the other.
// Throws Error{InvalidArgument} naming the first index that is not in [0, term_count).
[[nodiscard]] std::vector<std::int32_t> ids_by_occurrence(std::span<const std::int32_t> indices,
                                                          std::int64_t term_count);

// The same rows with ids[i] in the place of i, each by ascending new id. Only indptr, indices and term_frequencies of
// the result are filled.
// Throws Error{InvalidArgument} if the arrays do not fit together, or an index has no new id.
[[nodiscard]] Counts renumbered_rows(std::span<const std::int64_t> indptr, std::span<const std::int32_t> indices,
                                     std::span<const std::int32_t> term_frequencies, std::span<const std::int32_t> ids,
                                     Threads threads);

}  // namespace sprat
