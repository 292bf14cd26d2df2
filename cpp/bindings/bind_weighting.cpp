// Python face of weighting/.
#include <array>
#include <tuple>
#include <utility>

#include "bindings/border.hpp"
#include "core/error.hpp"
#include "weighting/adaptive.hpp"
#include "weighting/bm25.hpp"
#include "weighting/fields.hpp"

namespace sprat::bindings {
namespace {

constexpr std::array<std::pair<std::string_view, TfPart>, 5> tf_parts{{{"okapi", TfPart::Okapi},
                                                                       {"lucene", TfPart::Lucene},
                                                                       {"bm25l", TfPart::Bm25L},
                                                                       {"bm25+", TfPart::Bm25Plus},
                                                                       {"tf-ldp", TfPart::TfLdp}}};
constexpr std::array<std::pair<std::string_view, IdfPart>, 5> idf_parts{{{"lucene", IdfPart::Lucene},
                                                                         {"robertson", IdfPart::Robertson},
                                                                         {"atire", IdfPart::Atire},
                                                                         {"bm25l", IdfPart::Bm25L},
                                                                         {"bm25+", IdfPart::Bm25Plus}}};

template <class Part, std::size_t count>
Part named(const std::array<std::pair<std::string_view, Part>, count>& parts, const std::string& name) {
    std::string names;
    for (const auto& [known, part] : parts) {
        if (known == name) return part;
        names += " " + std::string(known);
    }
    throw Error(ErrorCode::InvalidArgument,
                "part must be one of" + names + ", got " + std::string(py::repr(py::str(name))));
}

py::array_t<double> idf(const std::string& part, const Array<std::int64_t>& document_frequency,
                        std::int64_t document_count) {
    const IdfPart kind = named(idf_parts, part);
    return give(
        without_gil([&] { return inverse_document_frequency(kind, span(document_frequency), document_count); }));
}

template <class Number>
py::array_t<Number> document_side(const std::string& part, const Array<std::int64_t>& indptr,
                                  const Array<std::int32_t>& term_frequencies,
                                  const Array<std::int64_t>& document_lengths, double average_document_length,
                                  double k1, double b, double delta) {
    const TfPart kind = named(tf_parts, part);
    const TermFrequencies documents{span(indptr), {}, span(term_frequencies), span(document_lengths)};
    return give(without_gil([&] {
        return document_weights<Number>(kind, documents, Bm25Parameters{k1, b, delta, average_document_length});
    }));
}

py::tuple adapted(const Array<std::int64_t>& indptr, const Array<std::int32_t>& indices,
                  const Array<std::int32_t>& term_frequencies, const Array<std::int64_t>& document_lengths,
                  const Array<std::int64_t>& document_frequency, std::int64_t document_count,
                  double average_document_length, double b) {
    const TermFrequencies documents{span(indptr), span(indices), span(term_frequencies), span(document_lengths)};
    AdaptedTerms terms = without_gil([&] {
        return adapt_terms(documents, span(document_frequency), document_count,
                           Bm25Parameters{0, b, 0, average_document_length});
    });
    return py::make_tuple(give(std::move(terms.idf)), give(std::move(terms.k1)));
}

py::array_t<float> adapted_side(const Array<std::int64_t>& indptr, const Array<std::int32_t>& indices,
                                const Array<std::int32_t>& term_frequencies,
                                const Array<std::int64_t>& document_lengths, const Array<double>& k1,
                                double average_document_length, double b) {
    const TermFrequencies documents{span(indptr), span(indices), span(term_frequencies), span(document_lengths)};
    return give(without_gil(
        [&] { return adapted_weights(documents, span(k1), Bm25Parameters{0, b, 0, average_document_length}); }));
}

py::array_t<std::int64_t> fielded_frequency(const Array<std::int64_t>& indptr, const Array<std::int32_t>& indices,
                                            std::size_t field_count, std::int64_t term_count) {
    const TermFrequencies rows{span(indptr), span(indices), {}, {}};
    return give(without_gil([&] { return fielded_document_frequency(rows, field_count, term_count); }));
}

// A field is (weight, b, average length).
py::tuple fielded_side(const std::string& part, const Array<std::int64_t>& indptr, const Array<std::int32_t>& indices,
                       const Array<std::int32_t>& term_frequencies, const Array<std::int64_t>& document_lengths,
                       const py::list& fields, double k1) {
    const TfPart kind = named(tf_parts, part);
    std::vector<Field> weighted;
    for (const py::handle field : fields) {
        const auto [weight, b, average] = field.cast<std::tuple<double, double, double>>();
        weighted.push_back({weight, b, average});
    }
    const TermFrequencies rows{span(indptr), span(indices), span(term_frequencies), span(document_lengths)};
    FieldedRows result = without_gil([&] { return fielded_weights(kind, rows, weighted, k1); });
    return py::make_tuple(give(std::move(result.indptr)), give(std::move(result.indices)),
                          give(std::move(result.weights)));
}

}  // namespace

void bind_weighting(py::module_& m) {
    m.def("idf", &idf, "part"_a, "document_frequency"_a.noconvert(), "document_count"_a);
    m.def(
        "okapi_idf",
        [](const Array<std::int64_t>& document_frequency, std::int64_t document_count, double epsilon) {
            auto result = without_gil([&] { return okapi_idf(span(document_frequency), document_count, epsilon); });
            return py::make_tuple(give(std::move(result.idf)), result.average);
        },
        "document_frequency"_a.noconvert(), "document_count"_a, "epsilon"_a);
    m.def("document_weights", &document_side<float>, "part"_a, "indptr"_a.noconvert(), "term_frequencies"_a.noconvert(),
          "document_lengths"_a.noconvert(), "average_document_length"_a, "k1"_a, "b"_a, "delta"_a);
    m.def("exact_document_weights", &document_side<double>, "part"_a, "indptr"_a.noconvert(),
          "term_frequencies"_a.noconvert(), "document_lengths"_a.noconvert(), "average_document_length"_a, "k1"_a,
          "b"_a, "delta"_a);
    m.def("adapt_terms", &adapted, "indptr"_a.noconvert(), "indices"_a.noconvert(), "term_frequencies"_a.noconvert(),
          "document_lengths"_a.noconvert(), "document_frequency"_a.noconvert(), "document_count"_a,
          "average_document_length"_a, "b"_a);
    m.def("adapted_weights", &adapted_side, "indptr"_a.noconvert(), "indices"_a.noconvert(),
          "term_frequencies"_a.noconvert(), "document_lengths"_a.noconvert(), "k1"_a.noconvert(),
          "average_document_length"_a, "b"_a);
    m.def("fielded_document_frequency", &fielded_frequency, "indptr"_a.noconvert(), "indices"_a.noconvert(),
          "field_count"_a, "term_count"_a);
    m.def("fielded_weights", &fielded_side, "part"_a, "indptr"_a.noconvert(), "indices"_a.noconvert(),
          "term_frequencies"_a.noconvert(), "document_lengths"_a.noconvert(), "fields"_a, "k1"_a);
    m.def(
        "absent_weight",
        [](const std::string& part, double k1, double delta) {
            return absent_weight(named(tf_parts, part), Bm25Parameters{k1, 0, delta, 1});
        },
        "part"_a, "k1"_a, "delta"_a);
    m.def(
        "query_weights",
        [](const Array<std::int32_t>& indices, const Array<std::int32_t>& term_frequencies, const Array<double>& idf) {
            return give(without_gil([&] { return query_weights(span(indices), span(term_frequencies), span(idf)); }));
        },
        "indices"_a.noconvert(), "term_frequencies"_a.noconvert(), "idf"_a.noconvert());
}

}  // namespace sprat::bindings
