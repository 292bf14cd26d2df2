// Surfaces: "which pieces of this sentence can be analysed on their own?"
//
// Between the white space of a sentence the word rules are local: what a piece becomes depends on its bytes and,
// for a few pieces, on what kind of edge lies on either side. So a piece is a key under which its terms can be
// remembered. Why that holds, rule by rule (text/word_rules.cpp):
//   - a quotation mark at the start of a piece asks whether a space, other white space or nothing stands before it;
//   - an apostrophe at the end of a piece asks whether a space follows;
//   - the rules for the last period, colon or comma look at the end of the sentence only, and reach back over
//     closing marks and spaces to the last period: those pieces are joined into one, the tail;
//   - a rule that takes in the white space beside a piece puts it back.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace sprat {

enum class Edge : std::uint8_t { Space = 0, OtherSpace = 1, Sentence = 2 };

// A piece, borrowed from the sentence. Most have Space on both sides, or might as well.
struct Surface {
    std::string_view text;
    Edge before = Edge::Space;
    Edge after = Edge::Space;
};

namespace surfaces {

enum ByteClass : std::uint8_t {
    Plain = 1,      // of a character that no rule asks for beyond its own piece: letters, digits, - _ / and others
    Blank = 2,      // ASCII white space
    SpaceLead = 4,  // first byte of a character that may be white space
    Other = 8,
};
[[nodiscard]] constexpr bool is_plain(unsigned classes) noexcept {
    return (classes & ~static_cast<unsigned>(SpaceLead)) == Plain;
}
extern const std::array<std::uint8_t, 256> byte_classes;

// Bytes of the white space at `at` that all readers agree on (regex \s), 0 for none.
[[nodiscard]] inline std::size_t space_length(std::string_view text, std::size_t at) noexcept {
    const std::uint8_t c = byte_classes[static_cast<unsigned char>(text[at])];
    if ((c & (Blank | SpaceLead)) == 0) return 0;
    if (c == Blank) return 1;
    const auto decoded = utf8::decode(text, at);
    return unicode::has(decoded.code_point, unicode::RegexSpace) ? decoded.length : 0;
}

// True if `c` becomes a word of its own when it follows plain characters at the end of a piece.
[[nodiscard]] constexpr bool stands_apart(char c, bool ends_sentence) noexcept {
    return c == ',' || c == '?' || c == ')' || c == '!' || c == ':' || c == ';' || (c == '.' && ends_sentence);
}

// Where the tail of `sentence` starts; its size if there is none.
[[nodiscard]] std::size_t tail_begin(std::string_view sentence) noexcept;

// The piece [begin, end) of `sentence` with the edges that matter to it.
[[nodiscard]] Surface with_edges(std::string_view sentence, std::size_t begin, std::size_t end) noexcept;

}  // namespace surfaces
// Calls `visit(Surface)` for the pieces of `sentence` in order. REQUIRES: no white space at its end.
template <class Visit>
void for_each_surface(std::string_view sentence, Visit&& visit) {
    using namespace surfaces;
    const std::size_t tail = tail_begin(sentence);
    for (std::size_t i = 0; i < tail;) {
        if (const std::size_t space = space_length(sentence, i); space != 0) {
            i += space;
            continue;
        }
        const std::size_t begin = i;
        unsigned seen = 0;
        unsigned seen_before_last = 0;
        for (; i < tail; ++i) {
            const unsigned c = byte_classes[static_cast<unsigned char>(sentence[i])];
            if ((c & (Blank | SpaceLead)) != 0 && space_length(sentence, i) != 0) break;
            seen_before_last = seen;
            seen |= c;
        }
        if (is_plain(seen)) {
            visit(Surface{sentence.substr(begin, i - begin)});
        } else if (is_plain(seen_before_last) && stands_apart(sentence[i - 1], i == sentence.size())) {
            visit(Surface{sentence.substr(begin, i - 1 - begin)});
            visit(Surface{sentence.substr(i - 1, 1)});
        } else {
            visit(with_edges(sentence, begin, i));
        }
    }
    if (tail < sentence.size()) {
        auto surface = with_edges(sentence, tail, sentence.size());
        surface.after = Edge::Sentence;
        visit(surface);
    }
}

}  // namespace sprat
