// BM25: "what does a document say of its terms, and a query of its?"
//
// idf belongs to the query's side in every variant, so that a document's vector outlives the next change of the
// statistics, and the dot product of the two sides is the variant's score.
//
// Everything is computed in double, in the grouping and the order of additions written here and in variants.hpp, and
// rounded once, to float32: the same bits on every machine whose std::log is.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/large_array.hpp"

#include "weighting/variants.hpp"

namespace sprat {

// Which tf part, which idf part: the variants that have one of their own.
enum class TfPart : std::uint8_t { Okapi, Lucene, Bm25L, Bm25Plus, TfLdp };
enum class IdfPart : std::uint8_t { Lucene, Robertson, Atire, Bm25L, Bm25Plus };

// By term id. Finite, and 0 or more, for terms that no document holds too.
// Throws Error{InvalidArgument} if a document_frequency lies outside [0, document_count].
[[nodiscard]] std::vector<double> inverse_document_frequency(IdfPart part,
                                                             std::span<const std::int64_t> document_frequency,
                                                             std::int64_t document_count);

struct OkapiIdf {
    std::vector<double> idf;  // by term id
    double average;           // over the terms that some document holds, before the floor
};

// Negative idf, that of a term in more than half of the documents, becomes epsilon * average. The average is
// summed by ascending id and leaves out terms that no document holds (removed ones), so that it is the average
// of the collection as it is.
// Throws Error{InvalidArgument} if a document_frequency lies outside [0, document_count], Error{EmptyCorpus}
// if no document holds any term.
[[nodiscard]] OkapiIdf okapi_idf(std::span<const std::int64_t> document_frequency, std::int64_t document_count,
                                 double epsilon);

// Documents as rows of term frequencies: indptr cuts the other two, and document_lengths[i] is the length of the i-th
// document, tokens without an id included.
struct TermFrequencies {
    std::span<const std::int64_t> indptr;
    std::span<const std::int32_t> indices;
    std::span<const std::int32_t> term_frequencies;
    std::span<const std::int64_t> document_lengths;

    // Throws Error{InvalidArgument} if the arrays do not fit together (indices are not looked at), or if there is a
    // term frequency and the average length is not positive.
    void check(const Bm25Parameters& parameters) const;
};

// The document side: one weight per term frequency, float for vectors, double for those who go on with it. Does not
// read `indices`.
// Throws Error{InvalidArgument} as check() does.
template <class Number>
[[nodiscard]] LargeArray<Number> document_weights(TfPart part, const TermFrequencies& documents,
                                                  const Bm25Parameters& parameters);

// What the tf part was moved down by, to be 0 where tf is 0; times idf it is what every document is short of.
[[nodiscard]] double absent_weight(TfPart part, const Bm25Parameters& parameters);

// The query side, of every variant: a term's idf, added once per occurrence in double, not multiplied.
// Throws Error{InvalidArgument} if an index has no idf or a term frequency is less than 1.
[[nodiscard]] std::vector<float> query_weights(std::span<const std::int32_t> indices,
                                               std::span<const std::int32_t> term_frequencies,
                                               std::span<const double> idf);

}  // namespace sprat
