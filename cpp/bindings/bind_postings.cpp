// Python face of the scores of all documents, of search/.
#include "bindings/border.hpp"
#include "search/scored_postings.hpp"

namespace sprat::bindings {
namespace {

// Keeps the arrays alive; nobody may write to them meanwhile.
template <class Number>
class Postings {
  public:
    Postings(Array<std::int64_t> indptr, Array<std::int32_t> documents, Array<Number> contributions,
             std::size_t document_count)
        : indptr_(std::move(indptr)),
          documents_(std::move(documents)),
          contributions_(std::move(contributions)),
          postings_(without_gil([&] {
              return ScoredPostings<Number>(span(indptr_), span(documents_), span(contributions_), document_count);
          })) {}

    [[nodiscard]] py::array_t<Number> scores(const Array<std::int64_t>& terms, const Array<Number>& absent) const {
        return give(without_gil([&] { return postings_.scores(span(terms), span(absent)); }));
    }

    [[nodiscard]] py::array_t<Number> scores_of(const Array<std::int64_t>& queries, const Array<std::int64_t>& terms,
                                                const Array<std::int64_t>& documents) const {
        return give(without_gil([&] { return postings_.scores_of(span(queries), span(terms), span(documents)); }));
    }

  private:
    Array<std::int64_t> indptr_;
    Array<std::int32_t> documents_;
    Array<Number> contributions_;
    ScoredPostings<Number> postings_;
};

template <class Number>
void bind(py::module_& m, const char* name) {
    py::class_<Postings<Number>>(m, name)
        .def(py::init<Array<std::int64_t>, Array<std::int32_t>, Array<Number>, std::size_t>(), "indptr"_a.noconvert(),
             "documents"_a.noconvert(), "contributions"_a.noconvert(), "document_count"_a)
        .def("scores", &Postings<Number>::scores, "terms"_a.noconvert(), "absent"_a.noconvert())
        .def("scores_of", &Postings<Number>::scores_of, "queries"_a.noconvert(), "terms"_a.noconvert(),
             "documents"_a.noconvert());
}

}  // namespace

void bind_postings(py::module_& m) {
    bind<float>(m, "Postings32");
    bind<double>(m, "Postings64");
}

}  // namespace sprat::bindings
