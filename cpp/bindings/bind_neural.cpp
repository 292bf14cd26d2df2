// Python face of neural/.
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <optional>

#include "bindings/border.hpp"
#include "core/error.hpp"
#include "neural/hybrid.hpp"
#include "neural/splade.hpp"

namespace sprat::bindings {
namespace {

Activation activation_of(const std::string& name) {
    if (name == "log1p") return Activation::Log1p;
    if (name == "log1p-log1p") return Activation::Log1pTwice;
    throw Error{ErrorCode::InvalidArgument,
                "activation must be 'log1p' or 'log1p-log1p', got " + std::string(py::repr(py::str(name)))};
}

// Lets `progress` see the number of texts done while the core works without the GIL.
BatchOptions batch_options(std::size_t batch_tokens, std::uint32_t threads, const py::object& progress) {
    if (progress.is_none()) return {batch_tokens, Threads{threads}, {}};
    return {batch_tokens, Threads{threads}, [&progress](std::size_t done) { with_gil([&] { progress(done); }); }};
}

// [(name, {option: value})]
using ProviderList = std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>>;

std::vector<Provider> providers_of(const ProviderList& list) {
    std::vector<Provider> providers;
    providers.reserve(list.size());
    for (const auto& [name, options] : list) providers.push_back({name, options});
    return providers;
}

// `unbiased`: (what the file holds but for the bias of its logits, that bias), or None.
std::unique_ptr<SpladeModel> splade_model(const std::filesystem::path& library, const std::filesystem::path& model,
                                          const std::optional<std::pair<py::bytes, Array<float>>>& unbiased,
                                          const std::string& output, std::int32_t vocabulary, std::int32_t padding,
                                          const ProviderList& providers) {
    ModelFile file{model, {}};
    std::vector<float> bias;
    if (unbiased) {
        file.changed = unbiased->first;
        bias.assign(span(unbiased->second).begin(), span(unbiased->second).end());
    }
    return without_gil([&] {
        return std::make_unique<SpladeModel>(
            TokenModel(OnnxRuntime::at(library), file, padding, providers_of(providers)), output, vocabulary,
            std::move(bias));
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

std::unique_ptr<HybridModel> hybrid_model(const std::filesystem::path& library, const std::filesystem::path& model,
                                          const HeadNames& names, std::int32_t padding, const ProviderList& providers) {
    return without_gil([&] {
        return std::make_unique<HybridModel>(
            TokenModel(OnnxRuntime::at(library), {model, {}}, padding, providers_of(providers)), names);
    });
}

// The largest of 0 and the logits of each column; None if a logit is NaN.
py::object largest_of(const Array<float>& logits, const Array<float>& bias, const std::string& isa) {
    std::vector<float> best(static_cast<std::size_t>(logits.shape(1)));
    const auto tokens = static_cast<std::size_t>(logits.shape(0));
    if (bias.size() != 0 && static_cast<std::size_t>(bias.size()) != best.size()) {
        refuse("length of bias", "0 or " + std::to_string(best.size()), std::to_string(bias.size()));
    }
    const bool good = largest_logits(logits.data(), tokens, span(bias), best, simd::named(isa, "isa"));
    return good ? py::object(give(std::move(best))) : py::none();
}

py::object largest_of_halves(const Array<std::int16_t>& logits, const std::string& isa) {
    std::vector<std::int16_t> best(static_cast<std::size_t>(logits.shape(1)));
    const bool good =
        largest_logits(logits.data(), static_cast<std::size_t>(logits.shape(0)), best, simd::named(isa, "isa"));
    return good ? py::object(give(std::move(best))) : py::none();
}

struct HybridArrays {
    py::array_t<float> dense;
    py::array_t<std::int64_t> indptr;
    py::array_t<std::int32_t> indices;
    py::array_t<float> data, colbert;
    py::array_t<std::int64_t> colbert_indptr;
};

HybridArrays encode_hybrid(const HybridModel& model, const Array<std::int64_t>& indptr, const Array<std::int32_t>& ids,
                           HybridOptions options, const Array<std::int32_t>& unweighted, std::size_t batch_tokens,
                           std::uint32_t threads) {
    options.unweighted = span(unweighted);
    const py::none quiet;
    const BatchOptions batches = batch_options(batch_tokens, threads, quiet);
    HybridRows rows = without_gil([&] { return model.encode({span(indptr), span(ids)}, options, batches); });
    EncodedRows sparse = stacked(rows.sparse);
    return {give(std::move(rows.dense)),  give(std::move(sparse.indptr)), give(std::move(sparse.indices)),
            give(std::move(sparse.data)), give(std::move(rows.colbert)),  give(std::move(rows.colbert_indptr))};
}

}  // namespace

void bind_neural(py::module_& m) {
    m.def(
        "onnx_runtime_version", [](const std::filesystem::path& library) { return OnnxRuntime::at(library).version(); },
        "library"_a);
    m.def(
        "onnx_runtime_providers",
        [](const std::filesystem::path& library) { return OnnxRuntime::at(library).providers(); }, "library"_a);
    m.def("largest_logits", &largest_of, "logits"_a.noconvert(), "bias"_a.noconvert(), "isa"_a);
    m.def("largest_half_logits", &largest_of_halves, "logits"_a.noconvert(), "isa"_a);
    py::class_<SpladeModel>(m, "SpladeModel")
        .def(py::init(&splade_model), "library"_a, "model"_a, py::kw_only(), "unbiased"_a = py::none(), "output"_a,
             "vocabulary"_a, "padding"_a, "providers"_a)
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

    py::class_<HybridArrays>(m, "HybridRows")
        .def_readonly("dense", &HybridArrays::dense)
        .def_readonly("indptr", &HybridArrays::indptr)
        .def_readonly("indices", &HybridArrays::indices)
        .def_readonly("data", &HybridArrays::data)
        .def_readonly("colbert", &HybridArrays::colbert)
        .def_readonly("colbert_indptr", &HybridArrays::colbert_indptr);
    py::class_<HybridModel>(m, "HybridModel")
        .def(py::init([](const std::filesystem::path& library, const std::filesystem::path& model,
                         std::vector<std::string> dense, std::vector<std::string> sparse,
                         std::vector<std::string> colbert, std::int32_t padding, const ProviderList& providers) {
                 const HeadNames names{std::move(dense), std::move(sparse), std::move(colbert)};
                 return hybrid_model(library, model, names, padding, providers);
             }),
             "library"_a, "model"_a, py::kw_only(), "dense"_a, "sparse"_a, "colbert"_a, "padding"_a, "providers"_a)
        .def_property_readonly("dense_columns", &HybridModel::dense_columns)
        .def_property_readonly("colbert_columns", &HybridModel::colbert_columns)
        .def(
            "encode",
            [](const HybridModel& self, const Array<std::int64_t>& indptr, const Array<std::int32_t>& ids, bool dense,
               bool sparse, bool colbert, std::int64_t dimensions, bool normalize,
               const Array<std::int32_t>& unweighted, std::size_t batch_tokens, std::uint32_t threads) {
                const HybridOptions options{dense, sparse, colbert, dimensions, normalize, {}};
                return encode_hybrid(self, indptr, ids, options, unweighted, batch_tokens, threads);
            },
            "indptr"_a.noconvert(), "ids"_a.noconvert(), py::kw_only(), "dense"_a, "sparse"_a, "colbert"_a,
            "dimensions"_a, "normalize"_a, "unweighted"_a.noconvert(), "batch_tokens"_a, "threads"_a);
}

}  // namespace sprat::bindings
