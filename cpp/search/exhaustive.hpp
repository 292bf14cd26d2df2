// Exhaustive search: "which k documents score best?", answered by scoring every document.
//
// Plain on purpose: no bound, no index, nothing skipped but documents without a term of the query. It says what
// the right answer is; faster searches must give the same bits.
#pragma once

#include <cstddef>

#include "core/csr.hpp"
#include "core/types.hpp"
#include "search/top_k.hpp"

namespace sprat {

// The score of a document is the sum of query weight * document weight over the columns both store, by
// ascending column, in float32, rounded after each multiplication and addition. A document that stores no
// column of the query is no match; one whose score is 0 or negative is. Order: score descending, then document
// ascending; a score that overflows to NaN counts as minus infinity.
//
// Memory beside the answer does not depend on the number of documents or columns.
// Throws Error{InvalidArgument} if k is 0 or the two have different numbers of columns.
[[nodiscard]] TopK search_exhaustive(const CsrView& documents, const CsrView& queries, std::size_t k, Threads threads);

}  // namespace sprat
