// The C API of ONNX Runtime, as far as it is called: "which function stands in which slot of its table?"
//
// OrtApi is a table of function pointers that only ever grows at its end: the runtime's own source pins the slots of
// every released version. No package carries its header, so the prefix in use is declared here. A slot's number is its
// position in onnxruntime_c_api.h; all but a few are of API version 1, the newest is of version 12 (release 1.12).
#pragma once

#include <cstddef>
#include <cstdint>

#include "neural/onnx_types.hpp"

namespace sprat::ort {

// NOLINTBEGIN(modernize-avoid-c-arrays): the layout is another program's
struct Api {
    void* to_1[1];
    int (*get_error_code)(const Status*);
    const char* (*get_error_message)(const Status*);
    Status* (*create_env)(int log_level, const char* name, Env** made);
    void* to_6[2];
    Status* (*disable_telemetry)(const Env*);
    Status* (*create_session)(const Env*, const PathChar* path, const SessionOptions*, Session** made);
    Status* (*create_session_from_array)(const Env*, const void* model, std::size_t size_bytes, const SessionOptions*,
                                         Session** made);
    Status* (*run)(Session*, const RunOptions*, const char* const* input_names, const Value* const* inputs,
                   std::size_t input_count, const char* const* output_names, std::size_t output_count, Value** outputs);
    Status* (*create_session_options)(SessionOptions** made);
    void* to_17[6];
    Status* (*disable_memory_pattern)(SessionOptions*);
    void* to_24[6];
    Status* (*set_intra_op_threads)(SessionOptions*, int count);
    void* to_30[5];
    Status* (*input_count)(const Session*, std::size_t* count);
    Status* (*output_count)(const Session*, std::size_t* count);
    void* to_33[1];
    Status* (*input_type)(const Session*, std::size_t number, TypeInfo** made);
    Status* (*output_type)(const Session*, std::size_t number, TypeInfo** made);
    void* to_36[1];
    Status* (*input_name)(const Session*, std::size_t number, Allocator*, char** made);
    Status* (*output_name)(const Session*, std::size_t number, Allocator*, char** made);
    void* to_49[11];
    Status* (*create_tensor)(const MemoryInfo*, void* data, std::size_t size_bytes, const std::int64_t* shape,
                             std::size_t rank, ElementType, Value** made);
    void* to_51[1];
    Status* (*tensor_data)(Value*, void** data);
    void* to_55[3];
    Status* (*tensor_info_of_type)(const TypeInfo*, const TensorInfo** borrowed);  // null if it is no tensor
    void* to_60[4];
    Status* (*element_type)(const TensorInfo*, ElementType*);
    Status* (*rank)(const TensorInfo*, std::size_t*);
    Status* (*shape)(const TensorInfo*, std::int64_t* dimensions, std::size_t rank);
    void* to_65[2];
    Status* (*tensor_info)(const Value*, TensorInfo** made);
    void* to_69[3];
    Status* (*create_cpu_memory_info)(int allocator, int memory, MemoryInfo** made);
    void* to_76[6];
    Status* (*allocator_free)(Allocator*, void*);
    void* to_78[1];
    Status* (*default_allocator)(Allocator** borrowed);
    void* to_93[14];
    void (*release_status)(Status*);
    void (*release_memory_info)(MemoryInfo*);
    void (*release_session)(Session*);
    void (*release_value)(Value*);
    void* to_98[1];
    void (*release_type_info)(TypeInfo*);
    void (*release_tensor_info)(TensorInfo*);
    void (*release_session_options)(SessionOptions*);
    void* to_125[24];
    Status* (*available_providers)(char*** names, int* count);
    Status* (*release_available_providers)(char** names, int count);
    void* to_204[77];
    Status* (*append_cuda)(SessionOptions*, const CudaOptions*);
    Status* (*create_cuda_options)(CudaOptions** made);
    Status* (*update_cuda_options)(CudaOptions*, const char* const* keys, const char* const* values, std::size_t count);
    void* to_208[1];
    void (*release_cuda_options)(CudaOptions*);
    void* to_216[7];
    Status* (*append_provider)(SessionOptions*, const char* name, const char* const* keys, const char* const* values,
                               std::size_t count);
};

struct ApiBase {
    const Api* (*get_api)(std::uint32_t version);  // null for a version the library does not know
    const char* (*version)();
};
// NOLINTEND(modernize-avoid-c-arrays)

}  // namespace sprat::ort
