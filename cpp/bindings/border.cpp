#include "bindings/border.hpp"

namespace sprat::bindings {
namespace {

template <class T>
Array<T> part(const py::tuple& parts, std::size_t number, const char* name) {
    const py::object value = parts[number];
    if (!py::isinstance<Array<T>>(value)) {
        throw py::type_error(std::string(name) + " must be a contiguous " + std::string(py::str(py::dtype::of<T>())) +
                             " array");
    }
    return py::reinterpret_borrow<Array<T>>(value);
}

}  // namespace

void heed_signals() {
    with_gil([] {
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    });
}

CsrArrays CsrArrays::from(const py::tuple& parts) {
    if (parts.size() != 4) throw py::type_error("a matrix must be (indptr, indices, data, columns)");
    return {part<std::int64_t>(parts, 0, "indptr"), part<std::int32_t>(parts, 1, "indices"),
            part<float>(parts, 2, "data"), parts[3].cast<std::int32_t>()};
}

TextView view_of(PyObject* text) {
#if PY_VERSION_HEX < 0x030C0000
    if (PyUnicode_READY(text) != 0) throw py::error_already_set();
#endif
    const auto length = static_cast<std::size_t>(PyUnicode_GET_LENGTH(text));
    const void* const data = PyUnicode_DATA(text);
    if (PyUnicode_IS_ASCII(text)) return {data, length, Width::Utf8};
    switch (PyUnicode_KIND(text)) {
        case PyUnicode_1BYTE_KIND:
            return {data, length, Width::Latin1};
        case PyUnicode_2BYTE_KIND:
            return {data, length, Width::Ucs2};
        default:
            return {data, length, Width::Ucs4};
    }
}

std::string utf8_of(const py::str& text) {
    std::string buffer;
    return std::string(to_utf8(view_of(text.ptr()), buffer));
}

py::str str_of(std::string_view utf8) {
    PyObject* const text = PyUnicode_DecodeUTF8(utf8.data(), static_cast<py::ssize_t>(utf8.size()), "surrogatepass");
    if (text == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::str>(text);
}

}  // namespace sprat::bindings
