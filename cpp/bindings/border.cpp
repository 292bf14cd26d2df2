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

void DocumentBlock::clear() {
    size_bytes_ = 0;
    kept_.clear();
    views_.clear();
    ends_.clear();
}

void DocumentBlock::add(py::object document) {
    const auto refuse = [&](const std::string& where, const char* allowed, PyObject* what) {
        throw py::type_error("texts[" + std::to_string(position_) + "]" + where + " must be " + allowed + ", got " +
                             Py_TYPE(what)->tp_name);
    };
    if (given_) {
        if (!PyList_Check(document.ptr()) && !PyTuple_Check(document.ptr())) {
            refuse("", "a list of str", document.ptr());
        }
        document = py::tuple(document);  // nobody takes a token out of this
        std::size_t number = 0;
        for (const py::handle token : document) {
            if (!PyUnicode_Check(token.ptr())) refuse("[" + std::to_string(number) + "]", "str", token.ptr());
            views_.push_back(view_of(token.ptr()));
            size_bytes_ += views_.back().size_bytes();
            ++number;
        }
        ends_.push_back(views_.size());
    } else {
        if (!PyUnicode_Check(document.ptr())) refuse("", "str", document.ptr());
        views_.push_back(view_of(document.ptr()));
        size_bytes_ += views_.back().size_bytes();
    }
    size_bytes_ += 64;
    ++position_;
    kept_.push_back(std::move(document));
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
