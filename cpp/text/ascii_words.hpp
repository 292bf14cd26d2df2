// ASCII words: "where are the words that need no table?"
//
// The short way of both word tokenizers (text/unicode_words.hpp, text/lucene.hpp) through text they agree on: runs of
// ASCII letters and digits whose neighbours cannot join them, and what lies between.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "simd/alphanumeric.hpp"

namespace sprat {
namespace ascii_words {

enum class ByteKind : std::uint8_t {
    Separator,    // white space and controls, of which no word holds any
    Punctuation,  // joins nothing
    Mark,         // may join the letters or digits on its sides
    Alphanumeric,
    Other  // the low line, and what is not ASCII
};

[[nodiscard]] consteval std::array<ByteKind, 256> make_byte_kinds() noexcept {
    std::array<ByteKind, 256> table{};
    table.fill(ByteKind::Other);
    for (unsigned c = 0; c <= ' '; ++c) table[c] = ByteKind::Separator;
    for (unsigned c = '!'; c <= 0x7F; ++c) table[c] = ByteKind::Punctuation;
    for (unsigned c = '0'; c <= '9'; ++c) table[c] = ByteKind::Alphanumeric;
    for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = ByteKind::Alphanumeric;
    for (const char c : {'.', '\'', ':', ',', ';'}) table[static_cast<unsigned char>(c)] = ByteKind::Mark;
    table['_'] = ByteKind::Other;
    return table;
}
inline constexpr auto byte_kinds = make_byte_kinds();

[[nodiscard]] inline ByteKind kind_at(std::string_view text, std::size_t at) noexcept {
    return byte_kinds[static_cast<unsigned char>(text[at])];
}

// True if nothing at `at` can belong to what stands before it, told without looking at more than two bytes.
[[nodiscard]] inline bool parts(std::string_view text, std::size_t at) noexcept {
    if (at == text.size()) return true;
    const ByteKind kind = kind_at(text, at);
    if (kind != ByteKind::Mark) return kind < ByteKind::Mark;
    return at + 1 == text.size() || kind_at(text, at + 1) < ByteKind::Alphanumeric;
}

}  // namespace ascii_words

// Calls `visit(begin, end)` for the plain words of `text`. Where something else starts calls `read(begin)`, which
// visits what it finds there and returns where to go on.
template <class Visit, class Read>
void for_each_ascii_word(std::string_view text, Visit& visit, Read read) {
    using namespace ascii_words;
    for (std::size_t i = 0; i < text.size();) {
        const ByteKind kind = kind_at(text, i);
        const std::size_t begin = i;
        if (kind == ByteKind::Alphanumeric) {
            i = simd::find_not_alphanumeric(text, i + 1);
            if (parts(text, i)) {
                visit(begin, i);
                continue;
            }
        } else if (kind == ByteKind::Separator ||
                   (kind != ByteKind::Other &&
                    (i + 1 == text.size() || static_cast<unsigned char>(text[i + 1]) < 0x80))) {
            ++i;
            continue;
        }
        i = read(begin);
    }
}

}  // namespace sprat
