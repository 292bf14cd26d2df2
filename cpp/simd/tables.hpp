// The tables of kernels.hpp: what a kernel does, and in which file each table is. C headers only (README.md).
#pragma once

#include <cstddef>
#include <cstdint>

namespace sprat::simd {

// Kernels take this many scores at a time: counts are multiples of it, arrays are aligned to 64 bytes.
inline constexpr std::size_t block = 64;

// A score that no posting has touched is -0.0, which no sum of non-negative products is. Read as an int32, an untouched
// score is the least of all and the others compare as the floats do, so one comparison finds the candidates.
inline constexpr std::int32_t untouched = INT32_MIN;

struct Kernels {
    const char* isa;

    // For each score above `above` (as int32), ascending, writes the key
    //     (bits ^ 2^31) << 32 | (2^32 - 1 - (first_document + position)),
    // whose order is that of hits: a greater key is a better hit. Makes every score untouched. Returns how many keys it
    // wrote; `keys` has room for `count`.
    std::size_t (*collect)(float* scores, std::size_t count, std::int32_t above, std::uint32_t first_document,
                           std::uint64_t* keys) noexcept;

    // Makes scores untouched whose bit is not set; bit i of allowed[w] stands for score 64 w + i.
    void (*keep)(float* scores, std::size_t count, const std::uint64_t* allowed) noexcept;

    // Of each 64 scores, as int32, the greatest at positions 0, 4, 8 ..., at 1, 5, 9 ..., at 2 ..., at 3 ...:
    // count / 16 values.
    void (*maxima)(const float* scores, std::size_t count, std::int32_t* greatest) noexcept;

    // Raises best[0, columns) to the largest of `count` rows of logits that lie `width` apart. Returns false, and then
    // `best` means nothing, if one of them is NaN. Of any number, anywhere in memory.
    bool (*raise)(const float* rows, std::size_t count, std::size_t width, float* best, std::size_t columns) noexcept;
    // The same of IEEE half-precision numbers as bits, and `best` at least 0: those order as integers do.
    bool (*raise_halves)(const std::int16_t* rows, std::size_t count, std::size_t width, std::int16_t* best,
                         std::size_t columns) noexcept;
};

extern const Kernels portable;
#if defined(__x86_64__)
extern const Kernels avx2;
extern const Kernels avx512;
#endif

}  // namespace sprat::simd
