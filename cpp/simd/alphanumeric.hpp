// Alphanumeric: "where does this run of ASCII letters and digits end?"
//
// Words are short and of all lengths, so a loop over their bytes is mispredicted once a word; a block at a time
// is not. The baseline instruction set of the build is enough: SSE2 on x86-64, plain code elsewhere, with the same
// answer.
#pragma once

#include <cstddef>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>

#include <bit>
#endif

namespace sprat::simd {

[[nodiscard]] constexpr bool is_alphanumeric(char byte) noexcept {
    const char letter = static_cast<char>(byte | 0x20);
    return (byte >= '0' && byte <= '9') || (letter >= 'a' && letter <= 'z');
}

// The first position >= `from` of a byte that is no ASCII letter or digit, or text.size().
[[nodiscard]] inline std::size_t find_not_alphanumeric(std::string_view text, std::size_t from) noexcept {
#if defined(__SSE2__)
    const auto below = [](__m128i bytes, char count) {  // as unsigned numbers
        return _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(static_cast<char>(count - 1))), bytes);
    };
    for (; from + 16 <= text.size(); from += 16) {
        const __m128i sixteen = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + from));
        const __m128i letters = _mm_sub_epi8(_mm_or_si128(sixteen, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
        const __m128i digits = _mm_sub_epi8(sixteen, _mm_set1_epi8('0'));
        const __m128i found = _mm_or_si128(below(letters, 26), below(digits, 10));
        const auto others = ~static_cast<unsigned>(_mm_movemask_epi8(found)) & 0xFFFFU;
        if (others != 0) return from + static_cast<std::size_t>(std::countr_zero(others));
    }
#endif
    while (from < text.size() && is_alphanumeric(text[from])) ++from;
    return from;
}

}  // namespace sprat::simd
