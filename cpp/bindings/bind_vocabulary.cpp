// Python face of vocab/.
#include "bindings/border.hpp"
#include "core/error.hpp"
#include "vocab/correspondence.hpp"

namespace sprat::bindings {
namespace {

[[noreturn]] void refuse(std::size_t position, const std::string& allowed, const py::handle& term) {
    throw Error(ErrorCode::InvalidArgument,
                "terms[" + std::to_string(position) + "] must be " + allowed + ", got " + std::string(py::repr(term)));
}

Vocabulary vocabulary_with(const py::sequence& terms) {
    Vocabulary vocabulary;
    std::string buffer;
    for (const py::handle term : terms) {
        const std::size_t position = vocabulary.size();
        if (!PyUnicode_Check(term.ptr())) refuse(position, "a str", term);
        const auto added = vocabulary.add(to_utf8(view_of(term.ptr()), buffer));
        if (!added.is_new) refuse(position, "unlike all before it", term);
    }
    return vocabulary;
}

py::list terms_of(const Vocabulary& vocabulary) {
    py::list terms(vocabulary.size());
    for (std::uint32_t id = 0; id < vocabulary.size(); ++id) terms[id] = str_of(vocabulary.term(TermId{id}));
    return terms;
}

py::str term_of(const Vocabulary& vocabulary, std::uint32_t id) {
    if (id >= vocabulary.size()) throw py::index_error("there are " + std::to_string(vocabulary.size()) + " terms");
    return str_of(vocabulary.term(TermId{id}));
}

std::int64_t find(const Vocabulary& vocabulary, const py::str& term) {
    const auto id = vocabulary.find(utf8_of(term));
    return id ? static_cast<std::int64_t>(*id) : -1;
}

py::tuple joined(const Vocabulary& first, const Vocabulary& second) {
    Vocabulary both;
    std::vector<std::int64_t> ids;
    without_gil([&] {
        both = first;
        ids = append(both, second);
    });
    return py::make_tuple(std::move(both), give(std::move(ids)));
}

py::array_t<std::int64_t> ends_of(const Vocabulary& vocabulary) {
    const auto ends = vocabulary.ends();
    return give(std::vector<std::int64_t>(ends.begin(), ends.end()));
}

Vocabulary from_characters(const py::bytes& characters, const Array<std::int64_t>& ends) {
    const std::string_view bytes = characters;
    return without_gil([&] { return vocabulary_of(bytes, span(ends)); });
}

}  // namespace

void bind_vocabulary(py::module_& m) {
    py::class_<Vocabulary>(m, "Vocabulary")
        .def(py::init(&vocabulary_with), "terms"_a = py::tuple())
        .def_static("from_characters", &from_characters, "characters"_a, "ends"_a.noconvert())
        .def("__len__", &Vocabulary::size)
        .def("terms", &terms_of)
        .def("term", &term_of, "id"_a)
        .def("find", &find, "term"_a)
        .def("characters", [](const Vocabulary& vocabulary) { return py::bytes(vocabulary.characters()); })
        .def("ends", &ends_of)
        .def("ids_by_bytes", [](const Vocabulary& v) { return give(without_gil([&] { return ids_by_bytes(v); })); })
        .def(
            "ids_in",
            [](const Vocabulary& here, const Vocabulary& there) {
                return give(without_gil([&] { return ids_in(there, here); }));
            },
            "there"_a)
        .def("joined", &joined, "other"_a)
        .def(
            "select",
            [](const Vocabulary& vocabulary, const Array<std::int64_t>& ids) {
                return without_gil([&] { return select(vocabulary, span(ids)); });
            },
            "ids"_a.noconvert());
}

}  // namespace sprat::bindings
