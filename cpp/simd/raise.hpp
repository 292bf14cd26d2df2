// The largest of rows, column by column: one loop that the compiler vectorises for each file of kernels. C headers only
// (README.md); always_inline, so that no file's copy becomes another's.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sprat::simd {

[[gnu::always_inline]] inline bool is_nan(float x) noexcept { return x != x; }
// 5 bits of exponent, all set, and a fraction that is not 0.
[[gnu::always_inline]] inline bool is_nan(std::int16_t half) noexcept { return (half & 0x7FFF) > 0x7C00; }

// Kernels::raise and raise_halves.
template <class T>
[[gnu::always_inline]] inline bool raise_rows(const T* rows, std::size_t count, std::size_t width, T* best,
                                              std::size_t columns) noexcept {
    int bad = 0;
    std::size_t row = 0;
    for (; row + 4 <= count; row += 4, rows += 4 * width) {
        const T *a = rows, *b = a + width, *c = b + width, *d = c + width;
        for (std::size_t i = 0; i < columns; ++i) {
            const T ab = a[i] > b[i] ? a[i] : b[i];
            const T cd = c[i] > d[i] ? c[i] : d[i];
            const T abcd = ab > cd ? ab : cd;
            best[i] = abcd > best[i] ? abcd : best[i];
            bad |= static_cast<int>(is_nan(a[i])) | static_cast<int>(is_nan(b[i])) | static_cast<int>(is_nan(c[i])) |
                   static_cast<int>(is_nan(d[i]));
        }
    }
    for (; row < count; ++row, rows += width) {
        for (std::size_t i = 0; i < columns; ++i) {
            best[i] = rows[i] > best[i] ? rows[i] : best[i];
            bad |= static_cast<int>(is_nan(rows[i]));
        }
    }
    return bad == 0;
}

}  // namespace sprat::simd
