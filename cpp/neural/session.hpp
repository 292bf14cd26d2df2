// Session: "what does this model answer to these tensors?"
//
// Knows nothing of tokens. Each call runs on the thread that makes it, so run() may be called from any number of
// threads at once. Make sessions after a fork, not before.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neural/onnx_runtime.hpp"

namespace sprat {

// An input or an output as the model declares it.
struct Port {
    std::string name;
    ort::ElementType type = ort::ElementType::Undefined;  // Undefined: not a tensor
    std::vector<std::int64_t> shape;                      // -1: known only when it runs
};

// What a session may run on, as onnxruntime calls it: "CUDAExecutionProvider" with device_id = 1.
struct Provider {
    std::string name;
    std::vector<std::pair<std::string, std::string>> options;
};

// The file of a model, and what to run instead of what it holds: its bytes changed, only read while a session is made.
struct ModelFile {
    std::filesystem::path path;
    std::string_view changed;  // empty: the file as it is
};

// A tensor in the caller's memory, for the call. An input's is only read.
struct Place {
    ort::ElementType type;
    void* data;
    std::size_t size_bytes;
    std::span<const std::int64_t> shape;
};

// What came out, in the runtime's memory or in the place given.
class Tensor {
  public:
    Tensor(const OnnxRuntime& runtime, OrtOwned<ort::Value> value);

    [[nodiscard]] ort::ElementType type() const noexcept { return type_; }
    [[nodiscard]] const std::vector<std::int64_t>& shape() const noexcept { return shape_; }
    // As many elements as the shape says. REQUIRES: T is what type() says.
    template <class T>
    [[nodiscard]] const T* data() const noexcept {
        return static_cast<const T*>(data_);
    }

  private:
    OrtOwned<ort::Value> value_;
    ort::ElementType type_ = ort::ElementType::Undefined;
    std::vector<std::int64_t> shape_;
    const void* data_ = nullptr;
};

class Session {
  public:
    // Each operator runs on the first of `providers` that has it, at last on the CPU.
    // Throws Error{InvalidArgument, Corrupt, UnsupportedVersion} with the runtime's words if it cannot run the model,
    // Error{InvalidArgument} naming a provider that it does not have.
    Session(const OnnxRuntime& runtime, const ModelFile& model, std::span<const Provider> providers);

    [[nodiscard]] const std::vector<Port>& inputs() const noexcept { return inputs_; }
    [[nodiscard]] const std::vector<Port>& outputs() const noexcept { return outputs_; }

    // `feeds` has one place for each input. Returns one tensor for each of `outputs`, numbers in outputs(); the first
    // of them are written into `places`. Throws Error{InvalidArgument} with the runtime's words.
    [[nodiscard]] std::vector<Tensor> run(std::span<const Place> feeds, std::span<const std::size_t> outputs,
                                          std::span<const Place> places) const;

    // How long run() has been inside the runtime, all threads together.
    [[nodiscard]] std::chrono::nanoseconds time_in_runtime() const noexcept {
        return std::chrono::nanoseconds(nanoseconds_->load());
    }

  private:
    const OnnxRuntime* runtime_;
    OrtOwned<ort::Session> session_;
    std::vector<Port> inputs_, outputs_;
    std::string name_;  // of the model, for messages
    std::unique_ptr<std::atomic<std::int64_t>> nanoseconds_ = std::make_unique<std::atomic<std::int64_t>>(0);
};

}  // namespace sprat
