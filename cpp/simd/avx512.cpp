// Compiled with -mavx512f -mavx512bw -mavx512vl where the target is x86-64; see README.md for what may stand here.
#if defined(__x86_64__)
#include <immintrin.h>

#include "simd/raise.hpp"
#include "simd/tables.hpp"

namespace sprat::simd {
namespace {

__m512i load(const float* at) noexcept { return _mm512_load_si512(at); }

std::uint64_t above_mask(__m512i scores, __m512i limit) noexcept { return _mm512_cmpgt_epi32_mask(scores, limit); }

std::size_t collect(float* scores, std::size_t count, std::int32_t above, std::uint32_t first_document,
                    std::uint64_t* keys) noexcept {
    const __m512i limit = _mm512_set1_epi32(above);
    const __m512 cleared = _mm512_set1_ps(-0.0F);
    std::uint64_t* key = keys;
    for (std::size_t start = 0; start < count; start += 64) {
        float* const at = scores + start;
        const __m512i a = load(at);
        const __m512i b = load(at + 16);
        const __m512i c = load(at + 32);
        const __m512i d = load(at + 48);
        const __m512i greatest = _mm512_max_epi32(_mm512_max_epi32(a, b), _mm512_max_epi32(c, d));
        if (above_mask(greatest, limit) != 0) {
            std::uint64_t mask = above_mask(a, limit) | above_mask(b, limit) << 16U | above_mask(c, limit) << 32U |
                                 above_mask(d, limit) << 48U;
            for (; mask != 0; mask &= mask - 1) {
                const auto i = static_cast<std::uint32_t>(__builtin_ctzll(mask));
                std::uint32_t bits = 0;
                __builtin_memcpy(&bits, at + i, sizeof bits);
                const std::uint32_t document = first_document + static_cast<std::uint32_t>(start) + i;
                *key++ = static_cast<std::uint64_t>(bits ^ 0x80000000U) << 32U | ~document;
            }
        }
        for (std::size_t i = 0; i < 64; i += 16) _mm512_store_ps(at + i, cleared);
    }
    return static_cast<std::size_t>(key - keys);
}

void keep(float* scores, std::size_t count, const std::uint64_t* allowed) noexcept {
    const __m512 cleared = _mm512_set1_ps(-0.0F);
    for (std::size_t i = 0; i < count; i += 16) {
        const auto mask = static_cast<__mmask16>(allowed[i / 64] >> (i % 64));
        _mm512_store_ps(scores + i, _mm512_mask_blend_ps(mask, cleared, _mm512_load_ps(scores + i)));
    }
}

void maxima(const float* scores, std::size_t count, std::int32_t* greatest) noexcept {
    for (std::size_t start = 0; start < count; start += 64, greatest += 4) {
        const float* const at = scores + start;
        const __m512i most =
            _mm512_max_epi32(_mm512_max_epi32(load(at), load(at + 16)), _mm512_max_epi32(load(at + 32), load(at + 48)));
        const __m256i half = _mm256_max_epi32(_mm512_castsi512_si256(most), _mm512_extracti64x4_epi64(most, 1));
        const __m128i quarter = _mm_max_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(greatest), quarter);
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

const Kernels avx512{"avx512", collect, keep, maxima, raise, raise_halves};

}  // namespace sprat::simd
#endif
