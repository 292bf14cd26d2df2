// Unicode words: "which words does this text have, whatever its language?"
//
// Words are the segments between Unicode's word boundaries that hold a letter, a number or an emoji. Scripts
// written without spaces (Han, Kana, Thai, Lao, Khmer, Myanmar and their relatives) have no such boundaries: a run
// of their characters gives overlapping pairs instead, and so does Hangul, whose words carry their particles with
// them. A character is what a reader sees as one, combining marks included; a run of one is a word itself.
//
//     "Don't 3.5 👍🏽 東京へ ไทย" -> Don't  3.5  👍🏽  東京  京へ  ไท  ทย
//
// What is a word: letters and numbers of every kind ("½", "²" too), flags, emoji that are shown as such on their own
// or by U+FE0F ("❤\uFE0F"), but no plain symbols ("™", "★"), no punctuation and no lone combining marks.
//
// Words do not reach over ASCII white space or control characters, nor depend on what lies beyond: cutting a text
// there and analysing the pieces gives the same words.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "text/ascii_words.hpp"
#include "text/word_break.hpp"

namespace sprat {

// The first word boundary behind `at` as Unicode has it (https://www.unicode.org/reports/tr29/), without any
// of the above. REQUIRES: at < text.size(), and `at` is a boundary itself.
[[nodiscard]] std::size_t next_word_boundary(std::string_view text, std::size_t at);

namespace unicode_words {

// The segment that starts at `at`, when characters of unspaced scripts join nothing.
[[nodiscard]] WordSegment segment_at(std::string_view text, std::size_t at);
// The same, when they join what Unicode says they join.
[[nodiscard]] WordSegment plain_segment_at(std::string_view text, std::size_t at);
[[nodiscard]] bool is_word(const WordSegment& segment) noexcept;
[[nodiscard]] bool unspaced_at(std::string_view text, std::size_t at) noexcept;

}  // namespace unicode_words

// Calls `visit(begin, end)` for the words of `text` in order, in time linear in its length.
template <class Visit>
void for_each_unicode_word(std::string_view text, Visit visit) {
    using namespace unicode_words;
    for_each_ascii_word(text, visit, [&](std::size_t begin) {
        const bool unspaced = unspaced_at(text, begin);
        const WordSegment first = segment_at(text, begin);
        std::size_t end = first.end;
        bool alone = true;
        while (unspaced && end < text.size() && unspaced_at(text, end)) {
            const std::size_t next = segment_at(text, end).end;
            visit(begin, next);
            begin = std::exchange(end, next);
            alone = false;
        }
        if (alone && is_word(first)) visit(begin, end);
        return end;
    });
}

// The same without pairs: the words between the boundaries of Unicode.
template <class Visit>
void for_each_segment(std::string_view text, Visit visit) {
    for_each_ascii_word(text, visit, [&](std::size_t begin) {
        const WordSegment segment = unicode_words::plain_segment_at(text, begin);
        if (unicode_words::is_word(segment)) visit(begin, segment.end);
        return segment.end;
    });
}

}  // namespace sprat
