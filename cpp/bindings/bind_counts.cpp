// Python face of stats/.
#include "bindings/border.hpp"
#include "stats/text_counter.hpp"

namespace sprat::bindings {
namespace {

// So much text is held at a time, whatever it comes from.
constexpr std::size_t block_bytes = std::size_t{8} << 20U;
constexpr std::size_t block_texts = std::size_t{1} << 16U;

// Texts in hand: the str objects are kept alive while the core reads them without the GIL.
class TextBlock {
  public:
    explicit TextBlock(const py::iterable& texts) : rest_(py::iter(texts)) {}

    // Takes the next texts; false if none was left. A TypeError names the position of what is not a str.
    bool next() {
        texts_.clear();
        views_.clear();
        std::size_t bytes = 0;
        while (bytes < block_bytes && views_.size() < block_texts) {
            auto text = py::reinterpret_steal<py::object>(PyIter_Next(rest_.ptr()));
            if (!text) {
                if (PyErr_Occurred() != nullptr) throw py::error_already_set();
                break;
            }
            views_.push_back(view_of_text(text.ptr(), position_++));
            bytes += views_.back().size_bytes();
            texts_.push_back(std::move(text));
        }
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        return !views_.empty();
    }
    [[nodiscard]] std::span<const TextView> views() const { return views_; }

  private:
    py::iterator rest_;
    std::size_t position_ = 0;
    std::vector<py::object> texts_;
    std::vector<TextView> views_;
};

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

CountArrays count(const Analyzer& analyzer, const py::iterable& texts, Vocabulary& vocabulary, bool grow, bool rows,
                  std::uint32_t threads) {
    TextCounter counter(analyzer, vocabulary, grow ? Unseen::Append : Unseen::Ignore, rows ? Rows::Keep : Rows::Drop,
                        Threads{threads});
    TextBlock block(texts);
    while (block.next()) without_gil([&] { counter.add(block.views()); });
    return arrays_of(without_gil([&] { return std::move(counter).finish(); }));
}

CountArrays count_given(const Array<std::int64_t>& indptr, const Array<std::int64_t>& ids, std::int64_t term_count,
                        bool rows) {
    return arrays_of(
        without_gil([&] { return count_ids(span(indptr), span(ids), term_count, rows ? Rows::Keep : Rows::Drop); }));
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
          "threads"_a);
    m.def("count_ids", &count_given, "indptr"_a.noconvert(), "ids"_a.noconvert(), "term_count"_a, py::kw_only(),
          "rows"_a);
}

}  // namespace sprat::bindings
