#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "simd/kernels.hpp"

namespace sprat::simd {
namespace {

std::vector<const Kernels*> find_runnable() {
    std::vector<const Kernels*> tables{&portable};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") != 0) tables.push_back(&avx2);
    if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
        __builtin_cpu_supports("avx512vl") != 0) {
        tables.push_back(&avx512);
    }
#endif
    return tables;
}

const Kernels& choose() {
    const char* const forced = std::getenv("SPRAT_ISA");
    if (forced == nullptr || *forced == '\0') return *runnable().back();
    std::string names;
    for (const Kernels* table : runnable()) {
        if (std::string_view(table->isa) == forced) return *table;
        names += (names.empty() ? "" : ", ") + std::string(table->isa);
    }
    throw Error{ErrorCode::InvalidArgument,
                "SPRAT_ISA must be one of " + names + " on this machine, got " + std::string(forced)};
}

}  // namespace

std::span<const Kernels* const> runnable() {
    static const std::vector<const Kernels*> tables = find_runnable();
    return tables;
}

const Kernels& active() {
    static const Kernels& table = choose();
    return table;
}

}  // namespace sprat::simd
