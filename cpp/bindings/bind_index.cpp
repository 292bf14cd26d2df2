// Python face of index/ and search/.
#include <pybind11/stl.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings/border.hpp"
#include "index/merge.hpp"
#include "search/search.hpp"

namespace sprat::bindings {
namespace {

template <class T>
using Cast = py::array_t<T, py::array::c_style | py::array::forcecast>;  // copies if the dtype is another

template <class T>
std::span<const T> span_of(const Cast<T>& array) {
    return {array.data(), static_cast<std::size_t>(array.size())};
}

py::tuple search_segments(const py::tuple& parts, const py::tuple& queries, std::size_t k,
                          const std::optional<Array<std::uint64_t>>& filter,
                          const std::optional<Array<std::uint64_t>>& alive, std::uint32_t threads,
                          const std::optional<std::string>& isa) {
    std::vector<Segment> segments;
    std::uint64_t documents = 0;
    std::uint64_t columns = 0;
    for (const py::handle part : parts) {
        const auto& index = part.cast<const InvertedIndex&>();
        segments.push_back({&index, static_cast<std::uint32_t>(documents)});
        documents += index.shape().document_count;
        columns = std::max(columns, index.shape().column_count);
    }
    const auto indptr = queries[0].cast<Cast<std::int64_t>>();
    const auto indices = queries[1].cast<Cast<std::int64_t>>();
    const auto data = queries[2].cast<Cast<float>>();
    const DocumentSet allowed{filter ? span(*filter) : std::span<const std::uint64_t>{},
                              alive ? span(*alive) : std::span<const std::uint64_t>{}};
    const simd::Kernels& kernels = isa ? simd::named(*isa, "isa") : simd::active();
    auto top = without_gil([&] {
        const auto checked = Queries::checked(span_of(indptr), span_of(indices), span_of(data), columns);
        return search(segments, checked, k, allowed, Threads{threads}, kernels);
    });
    const std::vector<py::ssize_t> shape{indptr.size() - 1, static_cast<py::ssize_t>(k)};
    return py::make_tuple(give(std::move(top.documents), shape), give(std::move(top.scores), shape));
}

py::dict sizes(const InvertedIndex& index) {
    const Sections& parts = index.sections();
    py::dict result;
    result["documents"] = parts.documents.size_bytes();
    result["impacts"] = parts.codes.size_bytes() + parts.impacts.size_bytes() + parts.coded_impacts.size_bytes();
    result["window_counts"] = parts.window_counts.size_bytes();
    result["rare_terms"] = parts.wide.size_bytes();
    result["term_table"] = parts.slots.size_bytes() + parts.lists.size_bytes() + parts.columns.size_bytes();
    return result;
}

}  // namespace

void bind_index(py::module_& m) {
    py::class_<InvertedIndex>(m, "InvertedIndex")
        .def_static(
            "build",
            [](const py::tuple& documents, const std::optional<Array<std::int64_t>>& columns,
               std::uint64_t column_count, std::uint32_t threads, std::uint32_t window_bits) {
                const auto arrays = CsrArrays::from(documents);
                return without_gil([&] {
                    return InvertedIndex::build(arrays.view(),
                                                columns ? span(*columns) : std::span<const std::int64_t>{},
                                                column_count, Threads{threads}, window_bits);
                });
            },
            "documents"_a, "columns"_a, "column_count"_a, "threads"_a, "window_bits"_a = 0)
        .def_static(
            "load", [](int descriptor) { return InvertedIndex::load(MappedFile::of(descriptor)); }, "descriptor"_a)
        .def(
            "write",
            [](const InvertedIndex& self, int descriptor, const Array<std::uint64_t>& removed) {
                without_gil([&] { self.write(descriptor, span(removed)); });
            },
            "descriptor"_a, "removed"_a)
        .def_static(
            "merge",
            [](const py::tuple& parts, const std::optional<Array<std::uint64_t>>& kept, std::uint64_t first_document,
               std::uint32_t threads) {
                std::vector<const InvertedIndex*> indexes;
                for (const py::handle part : parts) indexes.push_back(&part.cast<const InvertedIndex&>());
                const DocumentSet set{{}, kept ? span(*kept) : std::span<const std::uint64_t>{}};
                return without_gil([&] { return merge(indexes, set, first_document, Threads{threads}); });
            },
            "parts"_a, "kept"_a, "first_document"_a, "threads"_a)
        .def("verify", [](const InvertedIndex& self) { without_gil([&] { self.verify(); }); })
        .def("sizes", &sizes)
        .def_property_readonly("removed",
                               [](const InvertedIndex& self) {
                                   const auto bits = self.removed();
                                   return py::array_t<std::uint64_t>(static_cast<py::ssize_t>(bits.size()),
                                                                     bits.data());
                               })
        .def_property_readonly("removed_count",
                               [](const InvertedIndex& self) {
                                   std::uint64_t count = 0;
                                   for (const std::uint64_t word : self.removed()) {
                                       count += static_cast<std::uint64_t>(std::popcount(word));
                                   }
                                   return count;
                               })
        .def_property_readonly("document_count", [](const InvertedIndex& self) { return self.shape().document_count; })
        .def_property_readonly("column_count", [](const InvertedIndex& self) { return self.shape().column_count; })
        .def_property_readonly("posting_count", [](const InvertedIndex& self) { return self.shape().posting_count; });

    m.def("search", &search_segments, "segments"_a, "queries"_a, "k"_a, "filter"_a, "alive"_a, "threads"_a,
          "isa"_a = py::none());
    m.def("is_sparse_in_columns", &is_sparse_in_columns, "columns"_a, "postings"_a);
    m.def("isas", [] {
        py::list names;
        for (const simd::Kernels* table : simd::runnable()) names.append(table->isa);
        return names;
    });
}

}  // namespace sprat::bindings
