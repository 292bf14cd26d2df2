#include "text/lucene.hpp"

#include <algorithm>
#include <array>

#include "text/utf8.hpp"
#include "text/word_break_rules.hpp"

namespace sprat {
namespace lucene {
namespace {

constexpr char32_t text_style = 0xFE0E;
constexpr char32_t emoji_style = 0xFE0F;
constexpr char32_t key_cap = 0x20E3;
constexpr char32_t joiner = 0x200D;

// Characters as StandardTokenizer sees them; in its words a joiner joins no emoji.
WordBreakRecord record_of(char32_t c) noexcept {
    const WordBreakRecord record = word_break_record(c);
    return WordBreakRecord{static_cast<std::uint16_t>(record.bits & ~unsigned{ExtendedPictographic})}.as(
        record.lucene_word_break());
}

bool is_ignored(WordBreakRecord record) noexcept { return (classes(record.word_break()) & ignored_classes) != 0; }

// Where the characters from `at` on end of which `holds(code point, record)` is true.
template <class Holds>
std::size_t skip(std::string_view text, std::size_t at, Holds holds) {
    while (at < text.size()) {
        const auto decoded = utf8::decode(text, at);
        if (!holds(decoded.code_point, record_of(decoded.code_point))) break;
        at += decoded.length;
    }
    return at;
}
std::size_t skip_ignored(std::string_view text, std::size_t at) {
    return skip(text, at, [](char32_t, WordBreakRecord record) { return is_ignored(record); });
}
// Within an emoji the style selectors are read apart.
std::size_t skip_unstyled(std::string_view text, std::size_t at) {
    return skip(text, at, [](char32_t c, WordBreakRecord record) {
        return is_ignored(record) && c != text_style && c != emoji_style;
    });
}
std::size_t skip_joiners(std::string_view text, std::size_t at) {
    return skip(text, at, [](char32_t c, WordBreakRecord) { return c == joiner; });
}

char32_t code_point_at(std::string_view text, std::size_t at) {
    return at < text.size() ? utf8::decode(text, at).code_point : 0;
}
std::size_t after(std::string_view text, std::size_t at) { return at + utf8::decode(text, at).length; }

// The readings below give the end of what starts at `at`, or `at` itself.

std::size_t word_end(std::string_view text, std::size_t at) {
    using enum WordBreak;
    const WordBreakRecord first = record_of(utf8::decode(text, at).code_point);
    if (first.has(ComplexContext)) {
        return skip(text, at,
                    [](char32_t, WordBreakRecord record) { return record.has(ComplexContext) || is_ignored(record); });
    }
    if (is_ignored(first)) return at;
    const WordSegment segment = read_segment(text, at, record_of);
    return (segment.classes & (letter_classes | classes(Numeric, Katakana, Single))) != 0 ? segment.end : at;
}

// A pictograph with its style, joiners before it included, or a skin tone by itself.
std::size_t emoji_element_end(std::string_view text, std::size_t at) {
    const std::size_t base = skip_joiners(text, at);
    const char32_t c = code_point_at(text, base);
    const bool skin_tone = c >= 0x1F3FB && c <= 0x1F3FF;
    if (!word_break_record(c).has(LucenePictograph) || (skin_tone && base != at)) return at;
    const std::size_t end = skip_unstyled(text, after(text, base));
    return !skin_tone && code_point_at(text, end) == emoji_style ? after(text, end) : end;
}

// Emoji joined to each other.
std::size_t emoji_end(std::string_view text, std::size_t at) {
    std::size_t end = emoji_element_end(text, at);
    while (end != at) {
        const bool joined = utf8::decode_before(text, end).code_point == joiner;
        const std::size_t next = joined ? end : skip_joiners(text, end);
        const std::size_t next_end = joined || next != end ? emoji_element_end(text, next) : next;
        if (next_end == next) break;
        end = next_end;
    }
    return end;
}

std::size_t flag_end(std::string_view text, std::size_t at) {
    const auto indicator = [&](std::size_t i) {
        return word_break_record(code_point_at(text, i)).word_break() == WordBreak::RegionalIndicator;
    };
    if (!indicator(at)) return at;
    const std::size_t second = skip_ignored(text, after(text, at));
    return indicator(second) ? skip_ignored(text, after(text, second)) : at;
}

std::size_t key_cap_end(std::string_view text, std::size_t at) {
    if (text[at] != '#' && text[at] != '*') return at;  // of a digit's, word_end() makes the same token
    bool capped = false;
    const auto skip_watching = [&](std::size_t i) {
        return skip(text, i, [&](char32_t c, WordBreakRecord record) {
            capped = capped || c == key_cap;
            return is_ignored(record) && c != text_style && c != emoji_style;
        });
    };
    std::size_t end = skip_watching(at + 1);
    if (code_point_at(text, end) == emoji_style && code_point_at(text, after(text, end)) == key_cap) {
        end = skip_watching(after(text, end));
    }
    return capped ? end : at;
}

std::size_t longest_end(std::string_view text, std::size_t at) {
    return std::max({word_end(text, at), emoji_end(text, at), flag_end(text, at), key_cap_end(text, at)});
}

// The last position behind `at` with at most max_token_length units of UTF-16 between.
std::size_t window_end(std::string_view text, std::size_t at) {
    std::size_t units = 0;
    while (at < text.size()) {
        const auto decoded = utf8::decode(text, at);
        units += decoded.length == 4 ? 2 : 1;
        if (units > max_token_length) break;
        at += decoded.length;
    }
    return at;
}

}  // namespace

std::size_t token_end(std::string_view text, std::size_t at) {
    constexpr std::size_t enough = 4 * max_token_length;  // bytes; bounds what is read for nothing
    std::size_t limit = std::min(text.size(), at + enough);
    while (limit < text.size() && utf8::is_continuation(text[limit])) --limit;
    const std::size_t end = longest_end(text.substr(0, limit), at);
    if (end - at <= max_token_length) return end;
    const std::size_t window = window_end(text, at);
    return end <= window ? end : longest_end(text.substr(0, window), at);
}

}  // namespace lucene

void english_possessive(std::string& token) {
    if (!token.ends_with('s') && !token.ends_with('S')) return;
    const std::string_view rest = std::string_view(token).substr(0, token.size() - 1);
    for (const std::string_view apostrophe : {"'", "\u2019", "\uFF07"}) {
        if (rest.ends_with(apostrophe)) return token.resize(rest.size() - apostrophe.size());
    }
}

std::span<const std::string_view> lucene_stop_words() noexcept {
    static constexpr std::array<std::string_view, 33> words{
        "a",   "an",    "and",  "are",   "as",    "at",   "be",   "but", "by",  "for",  "if",
        "in",  "into",  "is",   "it",    "no",    "not",  "of",   "on",  "or",  "such", "that",
        "the", "their", "then", "there", "these", "they", "this", "to",  "was", "will", "with"};
    return words;
}

}  // namespace sprat
