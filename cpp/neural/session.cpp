#include "neural/session.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/error.hpp"

namespace sprat {
namespace {

template <class T>
OrtOwned<T> no_owned(void (*release)(T*)) {
    return {nullptr, release};
}

// `info` is borrowed.
void describe(const OnnxRuntime& runtime, const ort::TensorInfo* info, ort::ElementType& type,
              std::vector<std::int64_t>& shape) {
    const auto& api = runtime.api();
    std::size_t rank = 0;
    runtime.check(api.element_type(info, &type), "element type");
    runtime.check(api.rank(info, &rank), "rank");
    shape.resize(rank);
    runtime.check(api.shape(info, shape.data(), rank), "shape");
}

using NameOf = ort::Status* (*)(const ort::Session*, std::size_t, ort::Allocator*, char**);
using TypeOf = ort::Status* (*)(const ort::Session*, std::size_t, ort::TypeInfo**);

Port port(const OnnxRuntime& runtime, const ort::Session* session, std::size_t number, NameOf name_of, TypeOf type_of) {
    const auto& api = runtime.api();
    Port found;
    ort::Allocator* allocator = nullptr;
    runtime.check(api.default_allocator(&allocator), "allocator");
    char* name = nullptr;
    runtime.check(name_of(session, number, allocator, &name), "name");
    found.name = name;
    runtime.check(api.allocator_free(allocator, name), "allocator");
    auto type = no_owned(api.release_type_info);
    ort::TypeInfo* made = nullptr;
    runtime.check(type_of(session, number, &made), found.name);
    type.reset(made);
    const ort::TensorInfo* info = nullptr;
    runtime.check(api.tensor_info_of_type(made, &info), found.name);
    if (info != nullptr) describe(runtime, info, found.type, found.shape);
    return found;
}

// What the C API calls some providers; the others by their name without "ExecutionProvider".
constexpr std::array<std::array<std::string_view, 2>, 4> names_in_c{
    {{"Azure", "AZURE"}, {"Dml", "DML"}, {"Js", "JS"}, {"WebGpu", "WebGPU"}}};

std::string name_in_c(std::string name) {
    constexpr std::string_view suffix = "ExecutionProvider";
    if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
    for (const auto& [python, c] : names_in_c) {
        if (name == python) return std::string(c);
    }
    return name;
}

void append(const OnnxRuntime& runtime, ort::SessionOptions* options, const Provider& provider) {
    const auto& api = runtime.api();
    std::vector<const char*> keys, values;
    for (const auto& [key, value] : provider.options) {
        keys.push_back(key.c_str());
        values.push_back(value.c_str());
    }
    if (provider.name != "CUDAExecutionProvider") {
        const std::string name = name_in_c(provider.name);
        runtime.check(api.append_provider(options, name.c_str(), keys.data(), values.data(), keys.size()),
                      provider.name);
        return;
    }
    ort::CudaOptions* made = nullptr;
    runtime.check(api.create_cuda_options(&made), provider.name);
    const OrtOwned<ort::CudaOptions> cuda(made, api.release_cuda_options);
    runtime.check(api.update_cuda_options(made, keys.data(), values.data(), keys.size()), provider.name);
    runtime.check(api.append_cuda(options, made), provider.name);
}

void use_providers(const OnnxRuntime& runtime, ort::SessionOptions* options, std::span<const Provider> providers) {
    const std::vector<std::string> available = runtime.providers();
    for (const Provider& provider : providers) {
        if (std::ranges::find(available, provider.name) == available.end()) {
            std::string message = "providers must be among those of ONNX Runtime ";
            message.append(runtime.version()).append(",");
            for (const std::string& name : available) message.append(" ").append(name);
            throw Error{ErrorCode::InvalidArgument, message.append("; got ").append(provider.name)};
        }
        if (provider.name == "CPUExecutionProvider") return;  // it has every operator
        append(runtime, options, provider);
    }
}

}  // namespace

Tensor::Tensor(const OnnxRuntime& runtime, OrtOwned<ort::Value> value) : value_(std::move(value)) {
    const auto& api = runtime.api();
    ort::TensorInfo* made = nullptr;
    runtime.check(api.tensor_info(value_.get(), &made), "output");
    const OrtOwned<ort::TensorInfo> info(made, api.release_tensor_info);
    describe(runtime, made, type_, shape_);
    void* data = nullptr;
    runtime.check(api.tensor_data(value_.get(), &data), "output");
    data_ = data;
}

Session::Session(const OnnxRuntime& runtime, const ModelFile& model, std::span<const Provider> providers)
    : runtime_(&runtime), session_(no_owned(runtime.api().release_session)), name_(model.path.string()) {
    const auto& api = runtime.api();
    ort::SessionOptions* made = nullptr;
    runtime.check(api.create_session_options(&made), name_);
    const OrtOwned<ort::SessionOptions> options(made, api.release_session_options);
    runtime.check(api.set_intra_op_threads(made, 1), name_);
    // A pattern is kept for each shape of input, and batches have as many shapes as there are lengths.
    runtime.check(api.disable_memory_pattern(made), name_);
    use_providers(runtime, made, providers);
    ort::Session* session = nullptr;
    const ort::Env* const environment = runtime.environment();
    runtime.check(model.changed.empty() ? api.create_session(environment, model.path.c_str(), made, &session)
                                        : api.create_session_from_array(environment, model.changed.data(),
                                                                        model.changed.size(), made, &session),
                  name_);
    session_.reset(session);

    std::size_t count = 0;
    runtime.check(api.input_count(session, &count), name_);
    for (std::size_t i = 0; i < count; ++i) {
        inputs_.push_back(port(runtime, session, i, api.input_name, api.input_type));
    }
    runtime.check(api.output_count(session, &count), name_);
    for (std::size_t i = 0; i < count; ++i) {
        outputs_.push_back(port(runtime, session, i, api.output_name, api.output_type));
    }
}

std::vector<Tensor> Session::run(std::span<const Place> feeds, std::span<const std::size_t> outputs,
                                 std::span<const Place> places) const {
    const auto& api = runtime_->api();
    ort::MemoryInfo* made = nullptr;
    runtime_->check(api.create_cpu_memory_info(ort::arena_allocator, ort::default_memory, &made), name_);
    const OrtOwned<ort::MemoryInfo> memory(made, api.release_memory_info);
    const auto tensor_in = [&](const Place& place) {
        ort::Value* value = nullptr;
        runtime_->check(api.create_tensor(made, place.data, place.size_bytes, place.shape.data(), place.shape.size(),
                                          place.type, &value),
                        name_);
        return OrtOwned<ort::Value>(value, api.release_value);
    };

    std::vector<OrtOwned<ort::Value>> owned, answers;
    std::vector<const char*> input_names, output_names;
    std::vector<const ort::Value*> inputs;
    for (const Place& feed : feeds) {
        input_names.push_back(inputs_[inputs.size()].name.c_str());
        owned.push_back(tensor_in(feed));
        inputs.push_back(owned.back().get());
    }
    answers.reserve(outputs.size());
    std::vector<ort::Value*> values(outputs.size(), nullptr);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        output_names.push_back(outputs_[outputs[i]].name.c_str());
        if (i < places.size()) answers.push_back(tensor_in(places[i]));
        if (i < places.size()) values[i] = answers.back().get();
    }
    const auto start = std::chrono::steady_clock::now();
    ort::Status* const status = api.run(session_.get(), nullptr, input_names.data(), inputs.data(), inputs.size(),
                                        output_names.data(), output_names.size(), values.data());
    const auto time = std::chrono::steady_clock::now() - start;
    *nanoseconds_ += std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
    for (std::size_t i = places.size(); i < values.size(); ++i) answers.emplace_back(values[i], api.release_value);
    runtime_->check(status, name_);

    std::vector<Tensor> found;
    found.reserve(answers.size());
    for (auto& answer : answers) found.emplace_back(*runtime_, std::move(answer));
    return found;
}

}  // namespace sprat
