#include "weighting/bm25.hpp"

#include <cstddef>
#include <string>

#include "core/csr.hpp"
#include "core/error.hpp"

namespace sprat {
namespace {

std::string at(const std::string& array, std::size_t position) { return array + "[" + std::to_string(position) + "]"; }

void check_length(const std::string& array, std::size_t length, std::size_t expected) {
    if (length != expected) refuse("length of " + array, std::to_string(expected), std::to_string(length));
}

template <class Variant>
std::vector<double> raw_idf(std::span<const std::int64_t> document_frequency, std::int64_t document_count) {
    std::vector<double> idf(document_frequency.size());
    for (std::size_t term = 0; term < idf.size(); ++term) {
        const std::int64_t df = document_frequency[term];
        if (df < 0 || df > document_count) {
            refuse(at("document_frequency", term), "in [0, " + std::to_string(document_count) + "]",
                   std::to_string(df));
        }
        idf[term] = Variant::idf(static_cast<double>(df), static_cast<double>(document_count));
    }
    return idf;
}

template <class Variant, class Number>
LargeArray<Number> weigh(const TermFrequencies& documents, const Bm25Parameters& parameters) {
    LargeArray<Number> weights(documents.term_frequencies.size());
    for (std::size_t document = 0; document < documents.document_lengths.size(); ++document) {
        const double pivot = parameters.pivot(static_cast<double>(documents.document_lengths[document]));
        const auto end = static_cast<std::size_t>(documents.indptr[document + 1]);
        for (auto i = static_cast<std::size_t>(documents.indptr[document]); i < end; ++i) {
            weights[i] = static_cast<Number>(Variant::tf(documents.term_frequencies[i], pivot, parameters));
        }
    }
    return weights;
}

}  // namespace

OkapiIdf okapi_idf(std::span<const std::int64_t> document_frequency, std::int64_t document_count, double epsilon) {
    std::vector<double> idf = raw_idf<Okapi>(document_frequency, document_count);
    double sum = 0;
    std::size_t held = 0;
    for (std::size_t term = 0; term < idf.size(); ++term) {
        if (document_frequency[term] == 0) continue;
        sum += idf[term];
        ++held;
    }
    if (held == 0) throw Error{ErrorCode::EmptyCorpus, "no document holds a term: the average idf is undefined"};
    const double average = sum / static_cast<double>(held);
    for (double& value : idf) {
        if (value < 0) value = epsilon * average;
    }
    return {std::move(idf), average};
}

std::vector<double> inverse_document_frequency(IdfPart part, std::span<const std::int64_t> document_frequency,
                                               std::int64_t document_count) {
    switch (part) {
        case IdfPart::Lucene:
            return raw_idf<Lucene>(document_frequency, document_count);
        case IdfPart::Robertson:
            return raw_idf<Robertson>(document_frequency, document_count);
        case IdfPart::Atire:
            return raw_idf<Atire>(document_frequency, document_count);
        case IdfPart::Bm25L:
            return raw_idf<Bm25L>(document_frequency, document_count);
        case IdfPart::Bm25Plus:
            return raw_idf<Bm25Plus>(document_frequency, document_count);
    }
    return {};
}

void TermFrequencies::check(const Bm25Parameters& parameters) const {
    check_indptr(indptr, term_frequencies.size());
    check_length("document_lengths", document_lengths.size(), indptr.size() - 1);
    if (!term_frequencies.empty() && !(parameters.average_document_length > 0)) {
        refuse("average_document_length", "positive", std::to_string(parameters.average_document_length));
    }
}

template <class Number>
LargeArray<Number> document_weights(TfPart part, const TermFrequencies& documents, const Bm25Parameters& parameters) {
    documents.check(parameters);
    switch (part) {
        case TfPart::Okapi:
            return weigh<Okapi, Number>(documents, parameters);
        case TfPart::Lucene:
            return weigh<Lucene, Number>(documents, parameters);
        case TfPart::Bm25L:
            return weigh<Bm25L, Number>(documents, parameters);
        case TfPart::Bm25Plus:
            return weigh<Bm25Plus, Number>(documents, parameters);
        case TfPart::TfLdp:
            return weigh<TfLdp, Number>(documents, parameters);
    }
    return {};
}

template LargeArray<float> document_weights<float>(TfPart, const TermFrequencies&, const Bm25Parameters&);
template LargeArray<double> document_weights<double>(TfPart, const TermFrequencies&, const Bm25Parameters&);

double absent_weight(TfPart part, const Bm25Parameters& parameters) {
    if (part == TfPart::Bm25L) return Bm25L::absent(parameters);
    return part == TfPart::Bm25Plus ? Bm25Plus::absent(parameters) : 0;
}

std::vector<float> query_weights(std::span<const std::int32_t> indices, std::span<const std::int32_t> term_frequencies,
                                 std::span<const double> idf) {
    check_length("term_frequencies", term_frequencies.size(), indices.size());
    check_indices(indices, static_cast<std::int64_t>(idf.size()));
    std::vector<float> weights(indices.size());
    for (std::size_t i = 0; i < indices.size(); ++i) {
        if (term_frequencies[i] < 1) {
            refuse(at("term_frequencies", i), "at least 1", std::to_string(term_frequencies[i]));
        }
        const double once = idf[static_cast<std::size_t>(indices[i])];
        double weight = once;  // not 0 + once: an idf of -0.0 keeps its sign
        for (std::int32_t occurrence = 1; occurrence < term_frequencies[i]; ++occurrence) weight += once;
        weights[i] = static_cast<float>(weight);
    }
    return weights;
}

}  // namespace sprat
