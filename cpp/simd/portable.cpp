#include <algorithm>
#include <array>
#include <bit>

#include "simd/raise.hpp"
#include "simd/tables.hpp"

namespace sprat::simd {
namespace {

std::size_t collect(float* scores, std::size_t count, std::int32_t above, std::uint32_t first_document,
                    std::uint64_t* keys) noexcept {
    std::uint64_t* key = keys;
    for (std::size_t start = 0; start < count; start += 16) {
        std::array<std::int32_t, 16> bits;
        std::int32_t greatest = untouched;
        for (std::size_t i = 0; i < 16; ++i) {
            bits[i] = std::bit_cast<std::int32_t>(scores[start + i]);
            greatest = std::max(greatest, bits[i]);
            scores[start + i] = -0.0F;
        }
        if (greatest <= above) continue;
        for (std::size_t i = 0; i < 16; ++i) {
            if (bits[i] <= above) continue;
            const std::uint32_t document = first_document + static_cast<std::uint32_t>(start + i);
            *key++ = static_cast<std::uint64_t>(static_cast<std::uint32_t>(bits[i]) ^ 0x80000000U) << 32U | ~document;
        }
    }
    return static_cast<std::size_t>(key - keys);
}

void keep(float* scores, std::size_t count, const std::uint64_t* allowed) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
        const bool set = ((allowed[i / 64] >> (i % 64)) & 1U) != 0;
        scores[i] = set ? scores[i] : -0.0F;
    }
}

void maxima(const float* scores, std::size_t count, std::int32_t* greatest) noexcept {
    for (std::size_t start = 0; start < count; start += 64, greatest += 4) {
        for (std::size_t lane = 0; lane < 4; ++lane) {
            std::int32_t most = untouched;
            for (std::size_t i = lane; i < 64; i += 4) {
                most = std::max(most, std::bit_cast<std::int32_t>(scores[start + i]));
            }
            greatest[lane] = most;
        }
    }
}

bool raise(const float* rows, std::size_t count, std::size_t width, float* best, std::size_t columns) noexcept {
    return raise_rows(rows, count, width, best, columns);
}

bool raise_halves(const std::int16_t* rows, std::size_t count, std::size_t width, std::int16_t* best,
                  std::size_t columns) noexcept {
    return raise_rows(rows, count, width, best, columns);
}

}  // namespace

const Kernels portable{"portable", collect, keep, maxima, raise, raise_halves};

}  // namespace sprat::simd
