// Pieces: "which parts of this text can be cut into words on their own?", when Unicode's rules do the cutting.
//
// No word of text/unicode_words.hpp, text/lucene.hpp or text/word_runs.hpp reaches over ASCII white space, and a run of
// ASCII letters and digits is a word of its own if nothing behind it may join it (text/ascii_words.hpp says what may).
// What starts otherwise is a piece up to the next white space, without a mark such as a comma at its end that follows
// plain characters: that is no part of a word. A piece is a key under which its terms can be remembered.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/surfaces.hpp"

namespace sprat {

// Keeps its memory from text to text.
class PieceCutter {
  public:
    // Calls `visit(std::string_view, bool is_word)` for the pieces of `text` in order; words are ASCII letters and
    // digits alone.
    template <class Visit>
    void cut(std::string_view text, Visit visit) {
        mark(text);
        for (std::size_t i = next(starts_, 0); i < text.size(); i = next(starts_, i)) {
            const std::size_t begin = i;
            if (has(words_, i)) {
                i = next_without(words_, i);
                if (!has(joins_, i)) {
                    visit(text.substr(begin, i - begin), true);
                    continue;
                }
            }
            i = cut_rest(text, begin, visit);
        }
    }

  private:
    using Bits = std::vector<std::uint64_t>;  // bit i % 64 of element i / 64 tells of byte i

    void mark(std::string_view text);

    template <class Visit>
    [[nodiscard]] static std::size_t cut_rest(std::string_view text, std::size_t begin, Visit& visit) {
        using namespace surfaces;
        unsigned seen = 0;
        unsigned seen_before_last = 0;
        std::size_t i = begin;
        for (; i < text.size(); ++i) {
            const unsigned c = byte_classes[static_cast<unsigned char>(text[i])];
            if (c == Blank) break;
            seen_before_last = seen;
            seen |= c;
        }
        const bool marked = is_plain(seen_before_last) && stands_apart(text[i - 1], true);
        visit(text.substr(begin, i - begin - (marked ? 1 : 0)), false);
        return i;
    }

    [[nodiscard]] static bool has(const Bits& bits, std::size_t i) noexcept {
        return (bits[i / 64] >> i % 64 & 1) != 0;
    }
    [[nodiscard]] static std::size_t next(const Bits& bits, std::size_t i) noexcept {
        std::size_t at = i / 64;
        std::uint64_t rest = bits[at] >> i % 64 << i % 64;
        while (rest == 0) rest = bits[++at];
        return 64 * at + static_cast<std::size_t>(std::countr_zero(rest));
    }
    [[nodiscard]] static std::size_t next_without(const Bits& bits, std::size_t i) noexcept {
        std::size_t at = i / 64;
        std::uint64_t rest = ~bits[at] >> i % 64 << i % 64;
        while (rest == 0) rest = ~bits[++at];
        return 64 * at + static_cast<std::size_t>(std::countr_zero(rest));
    }

    Bits words_;   // ASCII letters and digits
    Bits starts_;  // bytes at which a word or a piece may start; one past the text ends every search
    Bits joins_;   // bytes that may belong to the word that ends before them
};

}  // namespace sprat
