// The module: what is in it, and which Python error an Error becomes.
#include <cerrno>
#include <system_error>

#include "bindings/border.hpp"
#include "core/error.hpp"

namespace sprat::bindings {
namespace {

const char* class_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::InvalidArgument:
            return "InvalidArgumentError";
        case ErrorCode::EmptyCorpus:
            return "EmptyCorpusError";
        case ErrorCode::Corrupt:
            return "CorruptFileError";
        case ErrorCode::UnsupportedVersion:
            return "UnsupportedVersionError";
    }
    return "SpratError";
}

void translate(std::exception_ptr thrown) {  // NOLINT(performance-unnecessary-value-param): pybind11's signature
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const std::system_error& error) {
        errno = error.code().value();
        PyErr_SetFromErrno(PyExc_OSError);
    } catch (const Error& error) {
        const py::object type = py::module_::import("sprat.errors").attr(class_of(error.code()));
        py::set_error(type, error.what());
    }
}

}  // namespace
}  // namespace sprat::bindings

PYBIND11_MODULE(_core, m) {
    using namespace sprat::bindings;
    m.attr("__version__") = SPRAT_VERSION;
    pybind11::register_local_exception_translator(translate);
    bind_files(m);
    bind_text(m);
    bind_vocabulary(m);
    bind_input(m);
    bind_counts(m);
    bind_weighting(m);
    bind_search(m);
    bind_postings(m);
    bind_index(m);
    bind_hashed(m);
    bind_neural(m);
}
