#include "weighting/adaptive.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include "core/csr.hpp"
#include "core/error.hpp"

namespace sprat {
namespace {

constexpr std::size_t most_r = 254;
constexpr double least_k1 = 0.001;

void check(const TermFrequencies& documents, std::size_t term_count) {
    const auto& indices = documents.indices;
    if (indices.size() != documents.term_frequencies.size()) {
        refuse("length of indices", std::to_string(documents.term_frequencies.size()), std::to_string(indices.size()));
    }
    check_indices(indices, static_cast<std::int64_t>(term_count));
}

// The largest r with c >= r - 0.5, at most most_r + 1.
std::size_t occurrences(double tf, double pivot) {
    return static_cast<std::size_t>(std::min(tf / pivot + 0.5, static_cast<double>(most_r + 1)));
}

// Calls use(term, r) for each entry.
template <class Use>
void for_each_entry(const TermFrequencies& documents, const Bm25Parameters& parameters, Use&& use) {
    for (std::size_t document = 0; document < documents.document_lengths.size(); ++document) {
        const double pivot = parameters.pivot(static_cast<double>(documents.document_lengths[document]));
        const auto end = static_cast<std::size_t>(documents.indptr[document + 1]);
        for (auto i = static_cast<std::size_t>(documents.indptr[document]); i < end; ++i) {
            use(static_cast<std::size_t>(documents.indices[i]), occurrences(documents.term_frequencies[i], pivot));
        }
    }
}

// How far (k + 1) r / (k + r) is from gains[r - 2], the ratios G_r / G_1 for r = 2 ..
double misfit(double k, std::span<const double> gains) {
    double sum = 0;
    for (std::size_t i = 0; i < gains.size(); ++i) {
        const auto r = static_cast<double>(i + 2);
        const double gap = gains[i] - (k + 1) * r / (k + r);
        sum += gap * gap;
    }
    return sum;
}

// The best of the thousandths first, first + step, ... last; the least of equals.
int best_thousandth(int first, int last, int step, std::span<const double> gains) {
    int best = first;
    double least = std::numeric_limits<double>::infinity();
    for (int k = first; k <= last; k += step) {
        const double here = misfit(k / 1000.0, gains);
        if (here < least) {
            least = here;
            best = k;
        }
    }
    return best;
}

// One term. df[r] is df_r for r = 0 .. ; what is beyond is 0.
void adapt(std::span<const double> df, double& idf, double& k1) {
    const auto gain = [&](std::size_t r) {
        const double more = r + 1 < df.size() ? df[r + 1] : 0;
        return std::log2((more + 0.5) / (df[r] + 1)) - std::log2((df[1] + 0.5) / (df[0] + 1));
    };
    idf = std::max(gain(1), 0.0);
    k1 = least_k1;
    if (idf == 0) return;
    std::vector<double> gains;
    double last = gain(1);
    for (std::size_t r = 2; r < df.size() && r <= most_r && df[r] > 0; ++r) {
        const double next = gain(r);
        if (next < last) break;
        gains.push_back(next / idf);
        last = next;
    }
    if (gains.empty()) return;
    const int near = best_thousandth(1, 10'000, 50, gains);
    k1 = best_thousandth(std::max(near - 50, 1), std::min(near + 50, 10'000), 1, gains) / 1000.0;
}

}  // namespace

AdaptedTerms adapt_terms(const TermFrequencies& documents, std::span<const std::int64_t> document_frequency,
                         std::int64_t document_count, const Bm25Parameters& parameters) {
    documents.check(parameters);
    const std::size_t term_count = document_frequency.size();
    check(documents, term_count);
    // Of term t, starts[t] + r is the place of df_r, for r up to the most that a document has of it.
    std::vector<std::size_t> most(term_count, 1);
    for_each_entry(documents, parameters,
                   [&](std::size_t term, std::size_t r) { most[term] = std::max(most[term], r); });
    std::vector<std::size_t> starts(term_count + 1);
    for (std::size_t term = 0; term < term_count; ++term) starts[term + 1] = starts[term] + most[term] + 1;
    std::vector<double> df(starts.back());
    for_each_entry(documents, parameters, [&](std::size_t term, std::size_t r) { ++df[starts[term] + r]; });

    AdaptedTerms terms{std::vector<double>(term_count), std::vector<double>(term_count, least_k1)};
    for (std::size_t term = 0; term < term_count; ++term) {
        const std::span<double> of_term(&df[starts[term]], most[term] + 1);
        for (std::size_t r = most[term]; r-- > 1;) of_term[r] += of_term[r + 1];
        of_term[0] = static_cast<double>(document_count);
        of_term[1] = static_cast<double>(document_frequency[term]);
        if (document_frequency[term] > 0) adapt(of_term, terms.idf[term], terms.k1[term]);
    }
    return terms;
}

std::vector<float> adapted_weights(const TermFrequencies& documents, std::span<const double> k1,
                                   const Bm25Parameters& parameters) {
    documents.check(parameters);
    check(documents, k1.size());
    Bm25Parameters of_term = parameters;
    std::vector<float> weights(documents.term_frequencies.size());
    for (std::size_t document = 0; document < documents.document_lengths.size(); ++document) {
        const double pivot = parameters.pivot(static_cast<double>(documents.document_lengths[document]));
        const auto end = static_cast<std::size_t>(documents.indptr[document + 1]);
        for (auto i = static_cast<std::size_t>(documents.indptr[document]); i < end; ++i) {
            of_term.k1 = k1[static_cast<std::size_t>(documents.indices[i])];
            weights[i] = static_cast<float>(Okapi::tf(documents.term_frequencies[i], pivot, of_term));
        }
    }
    return weights;
}

}  // namespace sprat
