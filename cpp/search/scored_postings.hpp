// Scored postings: "what does every document score?"
//
// For those who want the scores of all documents rather than the best: each term's postings with their finished
// contributions, added up term by term in the order of the query, in the precision of the contributions. What that
// order and that precision are decides the last bits of a score, and rank_bm25 (double) and bm25s (float) have both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sprat {

// Valid while the arrays it was made from live and nobody writes to them.
template <class Number>
class ScoredPostings {
  public:
    // indptr cuts the other two into the postings of terms 0, 1, ...: in which documents a term stands, ascending, and
    // what it gives to each.
    // Throws Error{InvalidArgument} naming the first value that is not so.
    ScoredPostings(std::span<const std::int64_t> indptr, std::span<const std::int32_t> documents,
                   std::span<const Number> contributions, std::size_t document_count);

    // The score of each document. `absent` is empty, or says of each of `terms` what it gives to documents that do not
    // hold it.
    // Throws Error{InvalidArgument} if a term has no postings array, or `absent` is of another length than `terms`.
    [[nodiscard]] std::vector<Number> scores(std::span<const std::int64_t> terms, std::span<const Number> absent) const;

    // The same for some documents of each of several queries: queries cuts `terms` and there are as many rows of
    // `documents` as queries. Without what absent terms give.
    // Throws Error{InvalidArgument} if the arrays do not fit together or a document is none.
    [[nodiscard]] std::vector<Number> scores_of(std::span<const std::int64_t> queries,
                                                std::span<const std::int64_t> terms,
                                                std::span<const std::int64_t> documents) const;

  private:
    void check(std::span<const std::int64_t> terms) const;
    [[nodiscard]] std::span<const std::int32_t> documents_of(std::int64_t term) const;

    std::span<const std::int64_t> indptr_;
    std::span<const std::int32_t> documents_;
    std::span<const Number> contributions_;
    std::size_t document_count_;
};

extern template class ScoredPostings<float>;
extern template class ScoredPostings<double>;

}  // namespace sprat
