#include "core/hash.hpp"

#include <chrono>
#include <cstdlib>
#include <random>

namespace sprat {
namespace {

// The start of a sequence of splitmix64.
std::uint64_t draw_state() noexcept {
    if (const char* const seed = std::getenv("SPRAT_HASH_SEED"); seed != nullptr && *seed != '\0') {
        std::uint64_t state = 0xCBF29CE484222325U;  // FNV-1a
        for (const char* c = seed; *c != '\0'; ++c) {
            state = (state ^ static_cast<unsigned char>(*c)) * 0x100000001B3U;
        }
        return state;
    }
    try {
        std::random_device device;
        return std::uint64_t{device()} << 32U | device();
    } catch (...) {  // a sandbox without a source of randomness
        return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    }
}

HashSecret draw() noexcept {
    std::uint64_t state = draw_state();
    const auto next = [&] {
        std::uint64_t value = state += 0x9E3779B97F4A7C15U;
        value = (value ^ value >> 30U) * 0xBF58476D1CE4E5B9U;
        value = (value ^ value >> 27U) * 0x94D049BB133111EBU;
        return (value ^ value >> 31U) | 1U;
    };
    const std::uint64_t first = next();
    return {first, next()};
}

}  // namespace

const HashSecret hash_secret = draw();

}  // namespace sprat
