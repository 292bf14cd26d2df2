// Find: "where is the next byte of this kind?"
//
// The baseline instruction set of the build is enough for these loops: SSE2 on x86-64, plain code elsewhere, with
// the same answer.
#pragma once

#include <cstddef>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>

#include <bit>
#endif

namespace sprat::simd {

// The first position >= `from` of one of three bytes, or text.size().
[[nodiscard]] inline std::size_t find_any(std::string_view text, std::size_t from, char a, char b, char c) noexcept {
#if defined(__SSE2__)
    const __m128i wanted_a = _mm_set1_epi8(a);
    const __m128i wanted_b = _mm_set1_epi8(b);
    const __m128i wanted_c = _mm_set1_epi8(c);
    for (; from + 16 <= text.size(); from += 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + from));
        const __m128i found =
            _mm_or_si128(_mm_cmpeq_epi8(block, wanted_a),
                         _mm_or_si128(_mm_cmpeq_epi8(block, wanted_b), _mm_cmpeq_epi8(block, wanted_c)));
        const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found));
        if (mask != 0) return from + static_cast<std::size_t>(std::countr_zero(mask));
    }
#endif
    for (; from < text.size(); ++from) {
        if (text[from] == a || text[from] == b || text[from] == c) return from;
    }
    return text.size();
}

}  // namespace sprat::simd
