#include "text/unicode_words.hpp"

#include "text/utf8.hpp"
#include "text/word_break_rules.hpp"

namespace sprat {

std::size_t next_word_boundary(std::string_view text, std::size_t at) {
    return read_segment(text, at, word_break_record).end;
}

namespace unicode_words {
namespace {

// White space stands alone, so that what joins it elsewhere (a joiner and an emoji) is read without it.
WordBreakRecord plain_record_of(char32_t c) noexcept {
    const WordBreakRecord record = word_break_record(c);
    return record.word_break() == WordBreak::WSegSpace ? record.as(WordBreak::Newline) : record;
}

WordBreakRecord record_of(char32_t c) noexcept {
    const WordBreakRecord record = plain_record_of(c);
    return record.has(Unspaced) ? record.as(WordBreak::Other) : record;
}

}  // namespace

WordSegment segment_at(std::string_view text, std::size_t at) { return read_segment(text, at, record_of); }

WordSegment plain_segment_at(std::string_view text, std::size_t at) { return read_segment(text, at, plain_record_of); }

bool is_word(const WordSegment& segment) noexcept {
    constexpr unsigned emoji = ExtendedPictographic | EmojiStyle;
    return (segment.flags & (WordCharacter | Unspaced)) != 0 || (segment.flags & emoji) == emoji;
}

bool unspaced_at(std::string_view text, std::size_t at) noexcept {
    return word_break_record(utf8::decode(text, at).code_point).has(Unspaced);
}

}  // namespace unicode_words
}  // namespace sprat
