// Python face of core/mapped_file.hpp.
#include "bindings/border.hpp"
#include "core/mapped_file.hpp"

namespace sprat::bindings {

void bind_files(py::module_& m) {
    py::class_<MappedFile>(m, "MappedFile", py::buffer_protocol())
        .def(py::init([](int descriptor) { return MappedFile::of(descriptor); }), "descriptor"_a)
        .def("require_unchanged", &MappedFile::require_unchanged)
        .def_buffer([](const MappedFile& file) {
            const auto bytes = file.bytes();
            return py::buffer_info(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                   static_cast<py::ssize_t>(bytes.size()), /*readonly=*/true);
        });
}

}  // namespace sprat::bindings
