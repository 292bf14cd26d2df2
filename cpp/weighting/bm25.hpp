// BM25: "what is one occurrence of a term worth, and what is the term worth?"
//
// Each variant is two formulas: tf for a term in a document, idf for a term in the collection. idf belongs to
// the query's side in every variant, so that a document's vector outlives the next change of the statistics,
// and the dot product of the two sides is the variant's score. Source of the common form: S. E. Robertson et
// al., "Okapi at TREC-3", 1994.
//
// Everything is computed in double, in the grouping and the order of additions written here, and rounded once,
// to float32: the same bits on every machine whose std::log is.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace sprat {

// Formulas in the papers' letters: tf term frequency, df document frequency, dl document length, N documents.
// `norm` is length_norm(). rank_bm25's BM25Okapi, which pymilvus.model follows to the last bit.
struct Okapi {
    static double tf(double tf, double norm, double k1) { return tf * (k1 + 1) / (tf + norm); }
    static double idf(double df, double N) { return std::log(N - df + 0.5) - std::log(df + 0.5); }
};

// Apache Lucene's BM25Similarity, since version 8: no (k1 + 1), and an idf that is never negative. Lengths are
// exact here; Lucene keeps eight bits of them.
struct Lucene {
    static double tf(double tf, double norm, double /*k1*/) { return tf / (tf + norm); }
    static double idf(double df, double N) { return std::log(1 + (N - df + 0.5) / (df + 0.5)); }
};

struct Bm25Parameters {
    double k1;
    double b;
    double average_document_length;

    [[nodiscard]] double length_norm(double dl) const { return k1 * (1 - b + b * dl / average_document_length); }
};

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

// Throws Error{InvalidArgument} if a document_frequency lies outside [0, document_count].
[[nodiscard]] std::vector<double> lucene_idf(std::span<const std::int64_t> document_frequency,
                                             std::int64_t document_count);

// The document side: one weight per term frequency. indptr cuts term_frequencies into documents, and
// document_lengths[i] is the length of the i-th, tokens without an id included.
// Throws Error{InvalidArgument} if the arrays do not fit together, or if there is a term frequency and
// average_document_length is not positive.
[[nodiscard]] std::vector<float> okapi_weights(std::span<const std::int64_t> indptr,
                                               std::span<const std::int32_t> term_frequencies,
                                               std::span<const std::int64_t> document_lengths,
                                               const Bm25Parameters& parameters);
[[nodiscard]] std::vector<float> lucene_weights(std::span<const std::int64_t> indptr,
                                                std::span<const std::int32_t> term_frequencies,
                                                std::span<const std::int64_t> document_lengths,
                                                const Bm25Parameters& parameters);

// The query side, of every variant: a term's idf, added once per occurrence in double, not multiplied.
// Throws Error{InvalidArgument} if an index has no idf or a term frequency is less than 1.
[[nodiscard]] std::vector<float> query_weights(std::span<const std::int32_t> indices,
                                               std::span<const std::int32_t> term_frequencies,
                                               std::span<const double> idf);

}  // namespace sprat
