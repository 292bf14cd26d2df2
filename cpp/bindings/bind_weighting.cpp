// Python face of weighting/.
#include "bindings/border.hpp"
#include "weighting/bm25.hpp"

namespace sprat::bindings {
namespace {

template <auto Weights>
py::array_t<float> weights(const Array<std::int64_t>& indptr, const Array<std::int32_t>& term_frequencies,
                           const Array<std::int64_t>& document_lengths, double average_document_length, double k1,
                           double b) {
    return give(without_gil([&] {
        return Weights(span(indptr), span(term_frequencies), span(document_lengths),
                       Bm25Parameters{k1, b, average_document_length});
    }));
}

template <auto Weights>
void bind_weights(py::module_& m, const char* name) {
    m.def(name, &weights<Weights>, "indptr"_a.noconvert(), "term_frequencies"_a.noconvert(),
          "document_lengths"_a.noconvert(), "average_document_length"_a, "k1"_a, "b"_a);
}

}  // namespace

void bind_weighting(py::module_& m) {
    m.def(
        "okapi_idf",
        [](const Array<std::int64_t>& document_frequency, std::int64_t document_count, double epsilon) {
            auto result = without_gil([&] { return okapi_idf(span(document_frequency), document_count, epsilon); });
            return py::make_tuple(give(std::move(result.idf)), result.average);
        },
        "document_frequency"_a.noconvert(), "document_count"_a, "epsilon"_a);
    m.def(
        "lucene_idf",
        [](const Array<std::int64_t>& document_frequency, std::int64_t document_count) {
            return give(without_gil([&] { return lucene_idf(span(document_frequency), document_count); }));
        },
        "document_frequency"_a.noconvert(), "document_count"_a);
    bind_weights<okapi_weights>(m, "okapi_weights");
    bind_weights<lucene_weights>(m, "lucene_weights");
    m.def(
        "query_weights",
        [](const Array<std::int32_t>& indices, const Array<std::int32_t>& term_frequencies, const Array<double>& idf) {
            return give(without_gil([&] { return query_weights(span(indices), span(term_frequencies), span(idf)); }));
        },
        "indices"_a.noconvert(), "term_frequencies"_a.noconvert(), "idf"_a.noconvert());
}

}  // namespace sprat::bindings
