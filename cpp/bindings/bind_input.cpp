// Python face of input/.
#include <pybind11/stl.h>

#include <cstring>
#include <optional>

#include "bindings/border.hpp"
#include "core/error.hpp"
#include "input/json_lines.hpp"
#include "input/text_column.hpp"

namespace sprat::bindings {
namespace {

// What a PyCapsule of Arrow's PyCapsule interface holds, taken out of it.
template <class T>
Owned<T> taken_from(const py::object& capsule, const char* name) {
    auto* const held = static_cast<T*>(PyCapsule_GetPointer(capsule.ptr(), name));
    if (held == nullptr) throw py::error_already_set();
    if (held->release == nullptr) throw Error(ErrorCode::InvalidArgument, std::string(name) + " was already read");
    return Owned<T>(*held);
}

// The columns of a stream of arrays of texts, as `__arrow_c_stream__` gives it.
class ColumnStream {
  public:
    explicit ColumnStream(const py::object& capsule)
        : stream_(taken_from<ArrowArrayStream>(capsule, "arrow_array_stream")) {
        check(stream_->get_schema(stream_.get(), schema_.get()));
        (void)TextColumn(*schema_.operator->(), {});
    }

    [[nodiscard]] TextColumn next() {
        Owned<ArrowArray> array;
        without_gil([&] { status_ = stream_->get_next(stream_.get(), array.get()); });
        check(status_);
        if (!array) throw py::stop_iteration();
        return {*schema_.operator->(), std::move(array)};
    }

  private:
    void check(int status) {
        if (status == 0) return;
        const char* const message = stream_->get_last_error(stream_.get());
        throw Error(ErrorCode::InvalidArgument, std::string("an Arrow stream of texts cannot be read: ") +
                                                    (message != nullptr ? message : std::strerror(status)));
    }

    Owned<ArrowArrayStream> stream_;
    Owned<ArrowSchema> schema_;
    int status_ = 0;
};

py::list strings(const TextColumn& column, std::size_t begin, std::size_t end) {
    if (begin > end || end > column.size()) throw py::index_error("a range outside of the column");
    py::list texts(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
        if (column.is_null(i)) {
            texts[i - begin] = py::none();
        } else {
            texts[i - begin] = str_of(column[i]);
        }
    }
    return texts;
}

py::bytes joined(const TextColumn& column) {
    std::string bytes;
    for (std::size_t i = 0; i < column.size(); ++i) {
        if (!column.is_null(i)) bytes += column[i];
    }
    return bytes;
}

// The first text that is null or not UTF-8: its number, and the place of the byte, or None for a null.
py::object fault(const TextColumn& column) {
    for (std::size_t i = 0; column.is_foreign() && i < column.size(); ++i) {
        if (column.is_null(i)) return py::make_tuple(i, py::none());
        if (const auto at = utf8_fault(column[i])) return py::make_tuple(i, *at);
    }
    return py::none();
}

py::tuple json_lines(const py::buffer& lines, const std::string& text, const std::optional<std::string>& title,
                     const std::vector<std::string>& ids, bool id_required, std::uint64_t first_line, bool last) {
    const py::buffer_info info = lines.request();
    if (info.ndim != 1 || info.itemsize != 1 || info.strides[0] != 1) throw py::type_error("lines must be bytes");
    const std::string_view bytes(static_cast<const char*>(info.ptr), static_cast<std::size_t>(info.size));
    auto read = without_gil([&] { return read_json_lines(bytes, {text, title, ids, id_required}, first_line, last); });
    return py::make_tuple(std::move(read.texts), std::move(read.ids), read.size_bytes, read.line_count);
}

}  // namespace

void bind_input(py::module_& m) {
    py::class_<TextColumn>(m, "TextColumn")
        .def(py::init([](const py::object& schema, const py::object& array) {
                 const auto type = taken_from<ArrowSchema>(schema, "arrow_schema");
                 return TextColumn(*type.operator->(), taken_from<ArrowArray>(array, "arrow_array"));
             }),
             "schema"_a, "array"_a)
        .def("__len__", &TextColumn::size)
        .def("strings", &strings, "begin"_a, "end"_a)
        .def("joined", &joined)
        .def("fault", &fault);
    py::class_<ColumnStream>(m, "ColumnStream")
        .def(py::init<const py::object&>(), "capsule"_a)
        .def("__iter__", [](const py::object& self) { return self; })
        .def("__next__", &ColumnStream::next);
    m.def("read_json_lines", &json_lines, "lines"_a, "text"_a, "title"_a, "ids"_a, py::kw_only(), "id_required"_a,
          "first_line"_a, "last"_a);
}

}  // namespace sprat::bindings
