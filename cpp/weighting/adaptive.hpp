// BM25-adpt: "how soon has a term said all it has to say?"
//
// Each term gets a k1 of its own, the one whose saturation is nearest to what one more occurrence of the term tells.
// Source: Y. Lv, C. Zhai, "Adaptive Term Frequency Normalization for BM25", CIKM 2011, as in A. Trotman et al.,
// "Improvements to BM25 and Language Models Examined", ADCS 2014.
//
// With c = tf / pivot(dl), df_0 = N, df_1 = df, and df_r the number of documents with c >= r - 0.5:
//
//   G_r = log2((df_(r+1) + 0.5) / (df_r + 1)) - log2((df + 0.5) / (N + 1))
//   k1' = argmin over k of the sum of (G_r / G_1 - (k + 1) r / (k + r))^2 for r = 2 .. T
//
// where T is the first r from 1 on with G_(r+1) < G_r, with no document at r + 1, or 254. G_1 is the term's idf.
//
// df_r depends on the average length, so it cannot be kept up to date from sums: all documents must be at hand.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weighting/bm25.hpp"

namespace sprat {

struct AdaptedTerms {
    std::vector<double> idf;  // by term id: G_1, but 0 where it is negative
    std::vector<double> k1;   // by term id: thousandths from 0.001, if T is 1 as in the paper by Trotman et al., to 10
};

// `parameters.k1` is not read.
// Throws Error{InvalidArgument} as TermFrequencies::check() does, or if an index is not below
// document_frequency.size().
[[nodiscard]] AdaptedTerms adapt_terms(const TermFrequencies& documents,
                                       std::span<const std::int64_t> document_frequency, std::int64_t document_count,
                                       const Bm25Parameters& parameters);

// The document side: Okapi's tf part with the k1 of each term.
// Throws Error{InvalidArgument} as TermFrequencies::check() does, or if an index has no k1.
[[nodiscard]] std::vector<float> adapted_weights(const TermFrequencies& documents, std::span<const double> k1,
                                                 const Bm25Parameters& parameters);

}  // namespace sprat
