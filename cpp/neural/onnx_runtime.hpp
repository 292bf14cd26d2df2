// OnnxRuntime: "where is the library that runs the models, and what did it say?"
//
// The library is opened when it is first needed and never closed: it has threads and statics of its own, so it and its
// environment live as long as the process. It may be loaded beside the one inside Python's onnxruntime module.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "neural/onnx_api.hpp"

namespace sprat {

class OnnxRuntime {
  public:
    // Opens the library at this full path; the same path gives the same object. Any thread may call.
    // Throws Error{InvalidArgument} if it cannot be opened or is something else, Error{UnsupportedVersion} if too old.
    [[nodiscard]] static const OnnxRuntime& at(const std::filesystem::path& library);

    OnnxRuntime(const OnnxRuntime&) = delete;
    OnnxRuntime& operator=(const OnnxRuntime&) = delete;
    OnnxRuntime(OnnxRuntime&&) = delete;
    OnnxRuntime& operator=(OnnxRuntime&&) = delete;
    ~OnnxRuntime() = default;

    [[nodiscard]] const ort::Api& api() const noexcept { return *api_; }
    [[nodiscard]] const ort::Env* environment() const noexcept { return environment_; }
    [[nodiscard]] const std::string& version() const noexcept { return version_; }
    [[nodiscard]] std::vector<std::string> providers() const;  // what it can run models on

    // Throws the error that `status` stands for, if any, with `what` before the runtime's own words.
    void check(ort::Status* status, const std::string& what) const;

  private:
    explicit OnnxRuntime(const std::filesystem::path& library);

    const ort::Api* api_;
    ort::Env* environment_ = nullptr;
    std::string version_;
};

// Owns a thing of the runtime; released by the function in its table.
template <class T>
using OrtOwned = std::unique_ptr<T, void (*)(T*)>;

}  // namespace sprat
