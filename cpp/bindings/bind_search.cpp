// Python face of search/.
#include "bindings/border.hpp"
#include "search/exhaustive.hpp"

namespace sprat::bindings {

void bind_search(py::module_& m) {
    m.def(
        "search_exhaustive",
        [](const py::tuple& documents, const py::tuple& queries, std::size_t k, std::uint32_t threads) {
            const auto document_arrays = CsrArrays::from(documents);
            const auto query_arrays = CsrArrays::from(queries);
            auto top = without_gil(
                [&] { return search_exhaustive(document_arrays.view(), query_arrays.view(), k, Threads{threads}); });
            const std::vector<py::ssize_t> shape{query_arrays.indptr.size() - 1, static_cast<py::ssize_t>(k)};
            return py::make_tuple(give(std::move(top.documents), shape), give(std::move(top.scores), shape));
        },
        "documents"_a, "queries"_a, "k"_a, "threads"_a);
}

}  // namespace sprat::bindings
