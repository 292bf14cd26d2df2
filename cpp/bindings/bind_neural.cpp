// Python face of neural/.
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <optional>

#include "bindings/border.hpp"
#include "core/error.hpp"
#include "neural/splade.hpp"

namespace sprat::bindings {
namespace {

Activation activation_of(const std::string& name) {
    if (name == "log1p") return Activation::Log1p;
    if (name == "log1p-log1p") return Activation::Log1pTwice;
    throw Error{ErrorCode::InvalidArgument,
                "activation must be 'log1p' or 'log1p-log1p', got " + std::string(py::repr(py::str(name)))};
}

// Lets Python see signals, and `progress` the number of texts done, while the core works without the GIL.
BatchOptions batch_options(std::size_t batch_tokens, std::uint32_t threads, const py::object& progress) {
    return {batch_tokens, Threads{threads}, [&progress](std::size_t done) {
                const py::gil_scoped_acquire acquired;
                if (PyErr_CheckSignals() != 0) throw py::error_already_set();
                if (!progress.is_none()) progress(done);
            }};
}

std::unique_ptr<SpladeModel> splade_model(const std::filesystem::path& library, const std::filesystem::path& model,
                                          const std::string& output, std::int32_t vocabulary, std::int32_t padding,
                                          const std::vector<std::string>& providers) {
    return without_gil([&] {
        return std::make_unique<SpladeModel>(TokenModel(OnnxRuntime::at(library), model, padding, providers), output,
                                             vocabulary);
    });
}

py::tuple encode_splade(const SpladeModel& model, const Array<std::int64_t>& indptr, const Array<std::int32_t>& ids,
                        std::size_t batch_tokens, std::optional<std::size_t> max_active_terms,
                        const std::string& activation, std::uint32_t threads, const py::object& progress) {
    const SpladeOptions options{max_active_terms, activation_of(activation)};
    const BatchOptions batches = batch_options(batch_tokens, threads, progress);
    EncodedRows rows = without_gil([&] { return model.encode({span(indptr), span(ids)}, options, batches); });
    return py::make_tuple(give(std::move(rows.indptr)), give(std::move(rows.indices)), give(std::move(rows.data)));
}

}  // namespace

void bind_neural(py::module_& m) {
    m.def(
        "onnx_runtime_version", [](const std::filesystem::path& library) { return OnnxRuntime::at(library).version(); },
        "library"_a);
    m.def(
        "onnx_runtime_providers",
        [](const std::filesystem::path& library) { return OnnxRuntime::at(library).providers(); }, "library"_a);
    py::class_<SpladeModel>(m, "SpladeModel")
        .def(py::init(&splade_model), "library"_a, "model"_a, py::kw_only(), "output"_a, "vocabulary"_a, "padding"_a,
             "providers"_a)
        .def_property_readonly("dimension", &SpladeModel::dimension)
        .def_property_readonly("pools", &SpladeModel::pools)
        .def_property_readonly("inputs",
                               [](const SpladeModel& self) {
                                   std::vector<std::string> names;
                                   for (const Port& port : self.model().session().inputs()) names.push_back(port.name);
                                   return names;
                               })
        .def_property_readonly(
            "seconds_in_runtime",
            [](const SpladeModel& self) {
                return std::chrono::duration<double>(self.model().session().time_in_runtime()).count();
            })
        .def("encode", &encode_splade, "indptr"_a.noconvert(), "ids"_a.noconvert(), py::kw_only(), "batch_tokens"_a,
             "max_active_terms"_a, "activation"_a, "threads"_a, "progress"_a);
}

}  // namespace sprat::bindings
