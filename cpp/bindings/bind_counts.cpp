// Python face of stats/.
#include "bindings/border.hpp"
#include "bindings/document_block.hpp"
#include "stats/renumbering.hpp"
#include "stats/text_counter.hpp"

namespace sprat::bindings {
namespace {

// So much text is held at a time, whatever it comes from.
constexpr std::size_t block_bytes = std::size_t{8} << 20U;

// Takes the next documents off `rest`; false if none was left.
bool fill(DocumentBlock& block, const py::iterator& rest) {
    return staying([&] {
        block.clear();
        while (block.size_bytes() < block_bytes) {
            if (block.add_rest()) continue;
            auto document = py::reinterpret_steal<py::object>(PyIter_Next(rest.ptr()));
            if (!document) {
                if (PyErr_Occurred() != nullptr) throw py::error_already_set();
                break;
            }
            block.add(std::move(document));
        }
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        return block.size_bytes() != 0;
    });
}

// `function(list[str]) -> list[str | None]`.
std::vector<std::optional<std::string>> mapped_by(const py::object& function,
                                                  std::span<const std::string_view> tokens) {
    py::list asked(tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) asked[i] = str_of(tokens[i]);
    const py::object answer = function(asked);
    if (!PyList_Check(answer.ptr()) || py::len(answer) != tokens.size()) {
        throw py::type_error("a token map must give a list as long as the one it got");
    }
    const auto answers = py::reinterpret_borrow<py::list>(answer);
    std::vector<std::optional<std::string>> mapped(tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const py::object token = answers[i];
        if (token.is_none()) continue;
        if (!PyUnicode_Check(token.ptr())) {
            throw py::type_error("a token must become a str or None, but " + std::string(py::repr(asked[i])) +
                                 " became a " + Py_TYPE(token.ptr())->tp_name);
        }
        mapped[i] = utf8_of(py::reinterpret_borrow<py::str>(token));
    }
    return mapped;
}

// The same, for the core to call without the GIL.
TokenMap token_map(const py::object& function) {
    return [&function](std::span<const std::string_view> tokens) {
        return with_gil([&] { return mapped_by(function, tokens); });
    };
}

struct CountArrays {
    std::uint64_t document_count;
    std::uint64_t token_count;
    py::array_t<std::int64_t> document_frequency, document_lengths, indptr;
    py::array_t<std::int32_t> indices, term_frequencies;
};

CountArrays arrays_of(Counts counts) {
    return {counts.statistics.document_count,
            counts.statistics.token_count,
            give(std::move(counts.statistics.document_frequency)),
            give(std::move(counts.document_lengths)),
            give(std::move(counts.indptr)),
            give(std::move(counts.indices)),
            give(std::move(counts.term_frequencies))};
}

RowOrder order_of(bool sorted) { return sorted ? RowOrder::ById : RowOrder::ByOccurrence; }

CountArrays count(const Analyzer& analyzer, const py::iterable& texts, Vocabulary& vocabulary, bool grow, bool rows,
                  std::uint32_t threads, const py::object& map, const Analyzer* then, bool sorted) {
    const Analyzer nothing_more(Tokenizer::Given, NltkProfile::D, {});
    const TokenMap mapping = map.is_none() ? TokenMap{} : token_map(map);
    const Pipeline pipeline{&analyzer, map.is_none() ? nullptr : &mapping, then != nullptr ? then : &nothing_more};
    TextCounter counter(pipeline, vocabulary, grow ? Unseen::Append : Unseen::Ignore, rows ? Rows::Keep : Rows::Drop,
                        Threads{threads});
    const py::iterator rest = py::iter(texts);
    DocumentBlock block(analyzer.tokenizer() == Tokenizer::Given);
    while (fill(block, rest)) without_gil([&] { counter.add(block.documents()); });
    return arrays_of(without_gil([&] { return std::move(counter).finish(order_of(sorted)); }));
}

// The ids of each text's terms, in order, on one thread: (indptr, ids). Unseen terms are appended to the vocabulary.
py::tuple term_ids(const Analyzer& analyzer, const py::iterable& texts, Vocabulary& vocabulary) {
    DocumentEncoder encoder(analyzer, vocabulary);
    std::vector<std::int64_t> indptr{0};
    std::vector<std::int64_t> ids;
    const py::iterator rest = py::iter(texts);
    DocumentBlock block(analyzer.tokenizer() == Tokenizer::Given);
    while (fill(block, rest)) {
        without_gil([&] {
            const Documents documents = block.documents();
            for (std::size_t i = 0; i < documents.size(); ++i) {
                const auto& terms = encoder.encode(documents[i]);
                ids.insert(ids.end(), terms.begin(), terms.end());
                indptr.push_back(static_cast<std::int64_t>(ids.size()));
            }
        });
    }
    return py::make_tuple(give(std::move(indptr)), give(std::move(ids)));
}

CountArrays count_given(const Array<std::int64_t>& indptr, const Array<std::int64_t>& ids, std::int64_t term_count,
                        bool rows, bool sorted) {
    return arrays_of(without_gil([&] {
        return count_ids(span(indptr), span(ids), term_count, rows ? Rows::Keep : Rows::Drop, order_of(sorted));
    }));
}

py::tuple renumber(const Array<std::int64_t>& indptr, const Array<std::int32_t>& indices,
                   const Array<std::int32_t>& term_frequencies, const Array<std::int32_t>& ids, std::uint32_t threads) {
    Counts counts = without_gil([&] {
        return renumbered_rows(span(indptr), span(indices), span(term_frequencies), span(ids), Threads{threads});
    });
    return py::make_tuple(give(std::move(counts.indices)), give(std::move(counts.term_frequencies)));
}

}  // namespace

void bind_counts(py::module_& m) {
    py::class_<CountArrays>(m, "Counts")
        .def_readonly("document_count", &CountArrays::document_count)
        .def_readonly("token_count", &CountArrays::token_count)
        .def_readonly("document_frequency", &CountArrays::document_frequency)
        .def_readonly("document_lengths", &CountArrays::document_lengths)
        .def_readonly("indptr", &CountArrays::indptr)
        .def_readonly("indices", &CountArrays::indices)
        .def_readonly("term_frequencies", &CountArrays::term_frequencies);
    m.def("count_texts", &count, "analyzer"_a, "texts"_a, "vocabulary"_a, py::kw_only(), "grow"_a, "rows"_a,
          "threads"_a, "map"_a = py::none(), "then"_a = py::none(), "sorted"_a = true);
    m.def("term_ids", &term_ids, "analyzer"_a, "texts"_a, "vocabulary"_a);
    m.def("count_ids", &count_given, "indptr"_a.noconvert(), "ids"_a.noconvert(), "term_count"_a, py::kw_only(),
          "rows"_a, "sorted"_a = true);
    m.def(
        "ids_by_occurrence",
        [](const Array<std::int32_t>& indices, std::int64_t term_count) {
            return give(without_gil([&] { return ids_by_occurrence(span(indices), term_count); }));
        },
        "indices"_a.noconvert(), "term_count"_a);
    m.def("renumbered_rows", &renumber, "indptr"_a.noconvert(), "indices"_a.noconvert(),
          "term_frequencies"_a.noconvert(), "ids"_a.noconvert(), py::kw_only(), "threads"_a);
}

}  // namespace sprat::bindings
