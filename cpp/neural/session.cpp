#include "neural/session.hpp"

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

void use_providers(const OnnxRuntime& runtime, ort::SessionOptions* /*options*/,
                   std::span<const std::string> providers) {
    const std::vector<std::string> available = runtime.providers();
    std::string names;
    for (const std::string& name : available) names.append(names.empty() ? "" : ", ").append(name);
    for (const std::string& provider : providers) {
        if (provider == "CPUExecutionProvider") break;
        std::string message = "providers must be among those of the installed ONNX Runtime ";
        message.append(runtime.version()).append(" (").append(names).append("), got ").append(provider);
        throw Error{ErrorCode::InvalidArgument, message};
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

Session::Session(const OnnxRuntime& runtime, const std::filesystem::path& model, std::span<const std::string> providers)
    : runtime_(&runtime), session_(no_owned(runtime.api().release_session)), name_(model.string()) {
    const auto& api = runtime.api();
    ort::SessionOptions* made = nullptr;
    runtime.check(api.create_session_options(&made), name_);
    const OrtOwned<ort::SessionOptions> options(made, api.release_session_options);
    runtime.check(api.set_intra_op_threads(made, 1), name_);
    // A pattern is kept for each shape of input, and batches have as many shapes as there are lengths.
    runtime.check(api.disable_memory_pattern(made), name_);
    use_providers(runtime, made, providers);
    ort::Session* session = nullptr;
    runtime.check(api.create_session(runtime.environment(), model.c_str(), made, &session), name_);
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
