// Compiled with -mavx2 where the target is x86-64; see README.md for what may stand here.
#if defined(__x86_64__)
#include <immintrin.h>

#include "simd/raise.hpp"
#include "simd/tables.hpp"

namespace sprat::simd {
namespace {

__m256i load(const float* at) noexcept { return _mm256_load_si256(reinterpret_cast<const __m256i*>(at)); }

unsigned above_mask(__m256i scores, __m256i limit) noexcept {
    return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(scores, limit))));
}

std::size_t collect(float* scores, std::size_t count, std::int32_t above, std::uint32_t first_document,
                    std::uint64_t* keys) noexcept {
    const __m256i limit = _mm256_set1_epi32(above);
    const __m256 cleared = _mm256_set1_ps(-0.0F);
    std::uint64_t* key = keys;
    for (std::size_t start = 0; start < count; start += 32) {
        float* const at = scores + start;
        const __m256i a = load(at);
        const __m256i b = load(at + 8);
        const __m256i c = load(at + 16);
        const __m256i d = load(at + 24);
        const __m256i greatest = _mm256_max_epi32(_mm256_max_epi32(a, b), _mm256_max_epi32(c, d));
        if (above_mask(greatest, limit) != 0) {
            unsigned mask = above_mask(a, limit) | above_mask(b, limit) << 8U | above_mask(c, limit) << 16U |
                            above_mask(d, limit) << 24U;
            for (; mask != 0; mask &= mask - 1) {
                const auto i = static_cast<std::uint32_t>(__builtin_ctz(mask));
                std::uint32_t bits = 0;
                __builtin_memcpy(&bits, at + i, sizeof bits);
                const std::uint32_t document = first_document + static_cast<std::uint32_t>(start) + i;
                *key++ = static_cast<std::uint64_t>(bits ^ 0x80000000U) << 32U | ~document;
            }
        }
        for (std::size_t i = 0; i < 32; i += 8) _mm256_store_ps(at + i, cleared);
    }
    return static_cast<std::size_t>(key - keys);
}

void keep(float* scores, std::size_t count, const std::uint64_t* allowed) noexcept {
    const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256 cleared = _mm256_set1_ps(-0.0F);
    for (std::size_t i = 0; i < count; i += 8) {
        const auto byte = static_cast<int>((allowed[i / 64] >> (i % 64)) & 0xFFU);
        const __m256i set = _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(byte), bit), bit);
        const __m256 score = _mm256_load_ps(scores + i);
        _mm256_store_ps(scores + i, _mm256_blendv_ps(cleared, score, _mm256_castsi256_ps(set)));
    }
}

void maxima(const float* scores, std::size_t count, std::int32_t* greatest) noexcept {
    for (std::size_t start = 0; start < count; start += 64, greatest += 4) {
        __m256i most = load(scores + start);
        for (std::size_t i = 8; i < 64; i += 8) most = _mm256_max_epi32(most, load(scores + start + i));
        const __m128i folded = _mm_max_epi32(_mm256_castsi256_si128(most), _mm256_extracti128_si256(most, 1));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(greatest), folded);
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

const Kernels avx2{"avx2", collect, keep, maxima, raise, raise_halves};

}  // namespace sprat::simd
#endif
