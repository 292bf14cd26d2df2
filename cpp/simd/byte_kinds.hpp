// Byte kinds: "which of these sixteen bytes are letters or digits, marks, white space?"
//
// Told for all of them at once, a bit a byte, so that cutting text into words takes no branch a byte. The baseline
// instruction set of the build is enough: SSSE3 on x86-64, plain code elsewhere, with the same answer.
#pragma once

#include <array>
#include <cstdint>

#if defined(__SSSE3__)
#include <tmmintrin.h>
#endif

namespace sprat::simd {

// Bit i tells of byte i. A byte is of one kind at most: what is of none is ASCII punctuation that joins nothing.
struct ByteKinds {
    std::uint32_t alphanumeric;  // ASCII letters and digits
    std::uint32_t mark;          // . ' : , ; which may join the letters or digits on their sides
    std::uint32_t separator;     // white space and controls below 0x21
    std::uint32_t low_line;      // _
    std::uint32_t high;          // not ASCII
};

namespace detail {

// A kind is a set of rows of the ASCII table, sixteen bytes each, and of columns: in `columns` the kinds that have
// the column, in `rows` those that have the row, and a byte is of those that have both.
struct KindTable {
    std::array<std::uint8_t, 16> columns{}, rows{};

    constexpr void add(unsigned kind, unsigned row, unsigned first, unsigned last) {
        rows[row] = static_cast<std::uint8_t>(rows[row] | kind);
        for (unsigned column = first; column <= last; ++column) {
            columns[column] = static_cast<std::uint8_t>(columns[column] | kind);
        }
    }
};
inline constexpr unsigned digits = 1, first_letters = 2, last_letters = 4, alphanumerics = 7;
inline constexpr unsigned low_marks = 8, colons = 16, marks = 24;
inline constexpr unsigned controls = 32, blanks = 64, separators = 96, low_lines = 128;

consteval KindTable make_kind_table() {
    KindTable table;
    table.add(digits, 3, 0, 9);
    for (const unsigned row : {4U, 6U}) table.add(first_letters, row, 1, 15);
    for (const unsigned row : {5U, 7U}) table.add(last_letters, row, 0, 10);
    for (const unsigned column : {0x7U, 0xCU, 0xEU}) table.add(low_marks, 2, column, column);
    table.add(colons, 3, 0xA, 0xB);
    for (const unsigned row : {0U, 1U}) table.add(controls, row, 0, 15);
    table.add(blanks, 2, 0, 0);
    table.add(low_lines, 5, 15, 15);
    return table;
}
inline constexpr KindTable kind_table = make_kind_table();

}  // namespace detail

// REQUIRES: sixteen bytes to read.
[[nodiscard]] inline ByteKinds byte_kinds(const char* bytes) noexcept {
#if defined(__SSSE3__)
    const auto load = [](const void* at) { return _mm_loadu_si128(static_cast<const __m128i*>(at)); };
    const __m128i block = load(bytes);
    const __m128i low_bits = _mm_set1_epi8(15);
    // A column of a byte that is not ASCII is read as 0: the highest bit of the index says so.
    const __m128i columns = _mm_shuffle_epi8(load(detail::kind_table.columns.data()),
                                             _mm_and_si128(block, _mm_set1_epi8(static_cast<char>(0x8F))));
    const __m128i rows =
        _mm_shuffle_epi8(load(detail::kind_table.rows.data()), _mm_and_si128(_mm_srli_epi16(block, 4), low_bits));
    const __m128i kinds = _mm_and_si128(columns, rows);
    const auto any = [&](unsigned wanted) {
        const __m128i found = _mm_and_si128(kinds, _mm_set1_epi8(static_cast<char>(wanted)));
        return ~static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(found, _mm_setzero_si128()))) & 0xFFFFU;
    };
    return {any(detail::alphanumerics), any(detail::marks), any(detail::separators),
            static_cast<std::uint32_t>(_mm_movemask_epi8(kinds)), static_cast<std::uint32_t>(_mm_movemask_epi8(block))};
#else
    ByteKinds found{};
    for (unsigned i = 0; i < 16; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        const unsigned kinds =
            byte < 0x80 ? detail::kind_table.columns[byte & 15U] & detail::kind_table.rows[byte >> 4U] : 0U;
        const auto bit = [&](bool is) { return static_cast<std::uint32_t>(is) << i; };
        found.alphanumeric |= bit((kinds & detail::alphanumerics) != 0);
        found.mark |= bit((kinds & detail::marks) != 0);
        found.separator |= bit((kinds & detail::separators) != 0);
        found.low_line |= bit((kinds & detail::low_lines) != 0);
        found.high |= bit(byte >= 0x80);
    }
    return found;
#endif
}

}  // namespace sprat::simd
