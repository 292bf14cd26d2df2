// The words of ONNX Runtime's C API: "what are the things that its functions take?" Opaque but for a few numbers.
#pragma once

#include <cstdint>
#include <filesystem>

namespace sprat::ort {

struct Env;
struct Status;  // null: no error
struct Session;
struct SessionOptions;
struct RunOptions;
struct Value;
struct TypeInfo;
struct TensorInfo;
struct MemoryInfo;
struct Allocator;
struct CudaOptions;

using PathChar = std::filesystem::path::value_type;

enum class ElementType : int { Undefined = 0, Float32 = 1, Int32 = 6, Int64 = 7, Float16 = 10 };

inline constexpr std::uint32_t api_version = 12;
inline constexpr int log_fatal = 4;
inline constexpr int arena_allocator = 1, default_memory = 0;

}  // namespace sprat::ort
