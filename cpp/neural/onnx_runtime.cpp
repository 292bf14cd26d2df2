#include "neural/onnx_runtime.hpp"

#include <map>
#include <mutex>

#include "core/error.hpp"

#ifdef _WIN32
#define NOMINMAX
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace sprat {
namespace {

// The slots, as onnxruntime_c_api.h numbers them.
#define SPRAT_SLOT(member, slot) static_assert(offsetof(ort::Api, member) == (slot) * sizeof(void*))
SPRAT_SLOT(get_error_code, 1);
SPRAT_SLOT(get_error_message, 2);
SPRAT_SLOT(create_env, 3);
SPRAT_SLOT(disable_telemetry, 6);
SPRAT_SLOT(create_session, 7);
SPRAT_SLOT(create_session_from_array, 8);
SPRAT_SLOT(run, 9);
SPRAT_SLOT(create_session_options, 10);
SPRAT_SLOT(disable_memory_pattern, 17);
SPRAT_SLOT(set_intra_op_threads, 24);
SPRAT_SLOT(input_count, 30);
SPRAT_SLOT(output_count, 31);
SPRAT_SLOT(input_type, 33);
SPRAT_SLOT(output_type, 34);
SPRAT_SLOT(input_name, 36);
SPRAT_SLOT(output_name, 37);
SPRAT_SLOT(create_tensor, 49);
SPRAT_SLOT(tensor_data, 51);
SPRAT_SLOT(tensor_info_of_type, 55);
SPRAT_SLOT(element_type, 60);
SPRAT_SLOT(rank, 61);
SPRAT_SLOT(shape, 62);
SPRAT_SLOT(tensor_info, 65);
SPRAT_SLOT(create_cpu_memory_info, 69);
SPRAT_SLOT(allocator_free, 76);
SPRAT_SLOT(default_allocator, 78);
SPRAT_SLOT(release_status, 93);
SPRAT_SLOT(release_memory_info, 94);
SPRAT_SLOT(release_session, 95);
SPRAT_SLOT(release_value, 96);
SPRAT_SLOT(release_type_info, 98);
SPRAT_SLOT(release_tensor_info, 99);
SPRAT_SLOT(release_session_options, 100);
SPRAT_SLOT(available_providers, 125);
SPRAT_SLOT(release_available_providers, 126);
SPRAT_SLOT(append_cuda, 204);
SPRAT_SLOT(create_cuda_options, 205);
SPRAT_SLOT(update_cuda_options, 206);
SPRAT_SLOT(release_cuda_options, 208);
SPRAT_SLOT(append_provider, 216);
#undef SPRAT_SLOT

using GetApiBase = const ort::ApiBase* (*)();

[[noreturn]] void refuse(const std::filesystem::path& library, const std::string& why) {
    throw Error{ErrorCode::InvalidArgument, library.string() + " is not a library of ONNX Runtime: " + why};
}

#ifdef _WIN32
GetApiBase open(const std::filesystem::path& library) {
    // With its folder first, since Windows has an old onnxruntime.dll of its own.
    const HMODULE handle = LoadLibraryExW(library.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (handle == nullptr) refuse(library, "Windows error " + std::to_string(GetLastError()));
    const auto function = reinterpret_cast<GetApiBase>(GetProcAddress(handle, "OrtGetApiBase"));
    if (function == nullptr) refuse(library, "it has no OrtGetApiBase");
    return function;
}
#else
GetApiBase open(const std::filesystem::path& library) {
    void* const handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) refuse(library, dlerror());
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what dlsym is for
    const auto function = reinterpret_cast<GetApiBase>(dlsym(handle, "OrtGetApiBase"));
    if (function == nullptr) refuse(library, "it has no OrtGetApiBase");
    return function;
}
#endif

// OrtErrorCode of a model that cannot be read: no such file, no model, invalid protobuf, invalid graph.
bool is_of_file(int code) noexcept { return code == 3 || code == 4 || code == 7 || code == 10; }
constexpr int not_implemented = 9;

}  // namespace

const OnnxRuntime& OnnxRuntime::at(const std::filesystem::path& library) {
    static std::mutex mutex;
    // Never destroyed: a daemon thread may still run a model when the process ends.
    static auto& opened = *new std::map<std::filesystem::path, std::unique_ptr<OnnxRuntime>>;
    const std::lock_guard lock(mutex);
    auto& runtime = opened[library];
    if (runtime == nullptr) runtime.reset(new OnnxRuntime(library));
    return *runtime;
}

OnnxRuntime::OnnxRuntime(const std::filesystem::path& library) {
    const ort::ApiBase* const base = open(library)();
    version_ = base->version();
    api_ = base->get_api(ort::api_version);
    if (api_ == nullptr) {
        throw Error{ErrorCode::UnsupportedVersion,
                    library.string() + ": ONNX Runtime must be 1.12 or newer, got " + version_};
    }
    check(api_->create_env(ort::log_fatal, "sprat", &environment_), library.string());  // errors come as status
    check(api_->disable_telemetry(environment_), library.string());
}

std::vector<std::string> OnnxRuntime::providers() const {
    char** names = nullptr;
    int count = 0;
    check(api_->available_providers(&names, &count), "available providers");
    std::vector<std::string> found(names, names + count);
    check(api_->release_available_providers(names, count), "available providers");
    return found;
}

void OnnxRuntime::check(ort::Status* status, const std::string& what) const {
    if (status == nullptr) return;
    const OrtOwned<ort::Status> owned(status, api_->release_status);
    const int code = api_->get_error_code(status);
    const ErrorCode kind = is_of_file(code)          ? ErrorCode::Corrupt
                           : code == not_implemented ? ErrorCode::UnsupportedVersion
                                                     : ErrorCode::InvalidArgument;
    throw Error{kind, what + ": " + api_->get_error_message(status)};
}

}  // namespace sprat
