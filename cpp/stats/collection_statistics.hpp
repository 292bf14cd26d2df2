// Collection statistics: "in how many documents is each term, and how long are the documents?"
//
// Integers and sums only; averages and idf are derived late, elsewhere. So statistics of parts of a collection
// add up to those of the whole, in any order and grouping.
//
// Knows term ids, not terms: the ids of what is added up must come from one vocabulary.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/large_array.hpp"
#include "core/types.hpp"

namespace sprat {

struct CollectionStatistics {
    std::uint64_t document_count = 0;
    std::uint64_t token_count = 0;                 // tokens without an id included
    std::vector<std::int64_t> document_frequency;  // by term id; missing ones are 0

    // Adds the statistics of other documents. Associative and commutative; the empty value changes nothing.
    void merge(const CollectionStatistics& other);

    friend bool operator==(const CollectionStatistics&, const CollectionStatistics&) = default;
};

enum class Rows : std::uint8_t { Drop, Keep };

// The order of the entries of a row. By first occurrence, a row tells in which order its document brought its terms.
enum class RowOrder : std::uint8_t { ById, ByOccurrence };

// What counting documents gives: their statistics and, if rows are kept, each document as a row of term
// frequencies, by ascending id unless another order was asked for. With Rows::Drop the vectors beside the statistics
// are empty.
struct Counts {
    CollectionStatistics statistics;
    std::vector<std::int64_t> document_lengths;  // tokens, those without an id included
    std::vector<std::int64_t> indptr;
    LargeArray<std::int32_t> indices;
    LargeArray<std::int32_t> term_frequencies;
};

// Counts documents one at a time, in the order of the collection. One thread at a time.
class DocumentCounter {
  public:
    explicit DocumentCounter(Rows rows);

    // One document, as the ids of its tokens, each below 2^31 or unknown_term. Memory grows with the largest id.
    // Throws Error{InvalidArgument} for a document of 2^31 tokens or more.
    void add(std::span<const std::uint32_t> ids);

    // The counts of all documents added, rows by occurrence. The counter is spent.
    [[nodiscard]] Counts finish() &&;

  private:
    // All that an occurrence touches, side by side: a token costs one cache miss.
    struct Term {
        std::uint64_t row_end = 0;  // row_end_ just after the term's latest entry: above a row's start if in it
        std::int64_t document_frequency = 0;
    };

    template <Rows rows>
    void count(std::span<const std::uint32_t> ids);

    Rows rows_;
    std::vector<Term> terms_;    // by id
    std::uint64_t row_end_ = 0;  // distinct terms of each document, added up
    Counts counts_;
};

// Sorts each row by id.
void sort_rows(Counts& counts, Threads threads);

// The same from ids made elsewhere: indptr cuts `ids` into documents, -1 is a token without an id.
// Throws Error{InvalidArgument} naming the position of the first value out of bounds.
[[nodiscard]] Counts count_ids(std::span<const std::int64_t> indptr, std::span<const std::int64_t> ids,
                               std::int64_t term_count, Rows rows, RowOrder order);

}  // namespace sprat
