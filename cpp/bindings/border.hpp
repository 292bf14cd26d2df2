// Border: "how do Python's things look from C++, and C++'s from Python?"
//
// The only place that knows both. Nothing is copied that need not be: strings and arrays are read where they
// lie, vectors are handed to NumPy as they are.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/gil.hpp"
#include "core/csr.hpp"
#include "text/text_view.hpp"

namespace sprat::bindings {

namespace py = pybind11;
using namespace py::literals;

template <class T>
using Array = py::array_t<T, py::array::c_style>;  // no forcecast: python/ settles dtype and layout

template <class T>
[[nodiscard]] std::span<const T> span(const Array<T>& array) {
    return {array.data(), static_cast<std::size_t>(array.size())};
}

// Gives `values` to NumPy without a copy; the array frees them.
template <class Values, class T = typename Values::value_type>
[[nodiscard]] py::array_t<T> give(Values values, std::vector<py::ssize_t> shape = {}) {
    auto owner = std::make_unique<Values>(std::move(values));
    auto* const data = owner->data();
    if (shape.empty()) shape.push_back(static_cast<py::ssize_t>(owner->size()));
    const py::capsule free_values(owner.get(), [](void* p) { delete static_cast<Values*>(p); });
    (void)owner.release();
    return py::array_t<T>(std::move(shape), data, free_values);
}

// (indptr, indices, data, columns) as Python hands them over: kept alive, never copied. The caller must not
// write to them during the call.
struct CsrArrays {
    Array<std::int64_t> indptr;
    Array<std::int32_t> indices;
    Array<float> data;
    std::int32_t columns;

    [[nodiscard]] CsrView view() const { return CsrView::checked(span(indptr), span(indices), span(data), columns); }
    [[nodiscard]] static CsrArrays from(const py::tuple& parts);
};

// The characters of a str, which must outlive the view. REQUIRES: PyUnicode_Check(text).
[[nodiscard]] TextView view_of(PyObject* text);

[[nodiscard]] std::string utf8_of(const py::str& text);
[[nodiscard]] py::str str_of(std::string_view utf8);

void bind_files(py::module_& m);
void bind_text(py::module_& m);
void bind_vocabulary(py::module_& m);
void bind_input(py::module_& m);
void bind_counts(py::module_& m);
void bind_weighting(py::module_& m);
void bind_search(py::module_& m);
void bind_postings(py::module_& m);
void bind_index(py::module_& m);
void bind_hashed(py::module_& m);
void bind_neural(py::module_& m);

}  // namespace sprat::bindings
