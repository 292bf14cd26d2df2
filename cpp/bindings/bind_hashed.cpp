// Python face of hashed ids, those of vocab/ and the rows of stats/.
#include "bindings/border.hpp"
#include "core/error.hpp"
#include "stats/hashed_rows.hpp"
#include "vocab/hashed.hpp"

namespace sprat::bindings {
namespace {

TermHash hash_of(const std::string& name) {
    if (name == "murmur3") return TermHash::Murmur3;
    if (name == "murmur3-abs") return TermHash::Murmur3Abs;
    throw Error(ErrorCode::InvalidArgument,
                "hash must be 'murmur3' or 'murmur3-abs', got " + std::string(py::repr(py::str(name))));
}

Merge merge_of(const std::string& name) {
    if (name == "sum") return Merge::Sum;
    if (name == "last") return Merge::Last;
    throw Error(ErrorCode::InvalidArgument,
                "merge must be 'sum' or 'last', got " + std::string(py::repr(py::str(name))));
}

struct HashedArrays {
    py::array_t<std::int64_t> indptr, indices;
    py::array_t<std::int32_t> term_frequencies;
    py::array_t<std::int64_t> merged_rows, merged_ids;
};

HashedArrays hash(const Array<std::int64_t>& indptr, const Array<std::int32_t>& indices,
                  const Array<std::int32_t>& term_frequencies, const Array<std::uint32_t>& ids,
                  const std::string& merge, std::uint32_t threads) {
    const Merge how = merge_of(merge);
    HashedRows rows = without_gil([&] {
        return hash_rows(span(indptr), span(indices), span(term_frequencies), span(ids), how, Threads{threads});
    });
    return {give(std::move(rows.indptr)), give(std::move(rows.indices)), give(std::move(rows.term_frequencies)),
            give(std::move(rows.merged_rows)), give(std::move(rows.merged_ids))};
}

}  // namespace

void bind_hashed(py::module_& m) {
    m.def(
        "hashed_id",
        [](const py::str& term, const std::string& hash) { return hashed_id(utf8_of(term), hash_of(hash)); }, "term"_a,
        "hash"_a);
    m.def(
        "hashed_ids",
        [](const Vocabulary& vocabulary, const std::string& hash) {
            const TermHash kind = hash_of(hash);
            return give(without_gil([&] { return hashed_ids(vocabulary, kind); }));
        },
        "vocabulary"_a, "hash"_a);
    py::class_<HashedArrays>(m, "HashedRows")
        .def_readonly("indptr", &HashedArrays::indptr)
        .def_readonly("indices", &HashedArrays::indices)
        .def_readonly("term_frequencies", &HashedArrays::term_frequencies)
        .def_readonly("merged_rows", &HashedArrays::merged_rows)
        .def_readonly("merged_ids", &HashedArrays::merged_ids);
    m.def("hash_rows", &hash, "indptr"_a.noconvert(), "indices"_a.noconvert(), "term_frequencies"_a.noconvert(),
          "ids"_a.noconvert(), py::kw_only(), "merge"_a, "threads"_a);
}

}  // namespace sprat::bindings
