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
    return forced == nullptr || *forced == '\0' ? *runnable().back() : named(forced, "SPRAT_ISA");
}

}  // namespace

std::span<const Kernels* const> runnable() {
    static const std::vector<const Kernels*> tables = find_runnable();
    return tables;
}

const Kernels& named(std::string_view isa, std::string_view what) {
    std::string names;
    for (const Kernels* table : runnable()) {
        if (table->isa == isa) return *table;
        names += (names.empty() ? "" : ", ") + std::string(table->isa);
    }
    throw Error{ErrorCode::InvalidArgument,
                std::string(what) + " must be one of " + names + " on this machine, got " + std::string(isa)};
}

const Kernels& active() {
    static const Kernels& table = choose();
    return table;
}

}  // namespace sprat::simd
