// Unicode as Python sees it: "is this code point a word character, a space, a digit; what is it in lower case?"
//
// The tables are made at build time from the building interpreter's own str and re, and from the third-party
// `regex` engine that NLTK runs on since 3.10.4. The two engines disagree on \w (combining marks, fractions) and
// on \s (U+001C to U+001F), so a caller says whose answer it wants.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "text/unicode_data.hpp"

namespace sprat::unicode {

enum class Engine : std::uint8_t { Re, Regex };

enum Property : std::uint16_t {
    ReWord = 1,
    ReDigit = 2,
    Space = 4,  // str.isspace, and re's \s
    RegexWord = 8,
    RegexDigit = 16,
    RegexSpace = 32,
    Upper = 64,
    Lower = 128,
    Cased = 256,          // for the final sigma rule
    CaseIgnorable = 512,  // for the final sigma rule
    Lowers = 1024,        // str.lower changes it
    Folds = 4096,         // str.casefold changes it
};

[[nodiscard]] inline std::uint16_t properties(char32_t c) noexcept {
    return data::stage2[static_cast<std::size_t>(data::stage1[c >> 7U]) * 128 + (c & 127U)];
}
[[nodiscard]] inline bool has(char32_t c, Property property) noexcept { return (properties(c) & property) != 0; }

[[nodiscard]] inline bool is_word(char32_t c, Engine engine) noexcept {
    return has(c, engine == Engine::Re ? ReWord : RegexWord);
}
[[nodiscard]] inline bool is_digit(char32_t c, Engine engine) noexcept {
    return has(c, engine == Engine::Re ? ReDigit : RegexDigit);
}
[[nodiscard]] inline bool is_space(char32_t c, Engine engine) noexcept {
    return has(c, engine == Engine::Re ? Space : RegexSpace);
}

// True if a word character stands at `at`, or just before it.
[[nodiscard]] bool word_at(std::string_view text, std::size_t at, Engine engine);
[[nodiscard]] bool word_before(std::string_view text, std::size_t at, Engine engine);

// str.lower in place, the final sigma rule and two-character results included.
void lower(std::string& text);

// str.casefold in place. What becomes of a character does not depend on its neighbours.
void fold(std::string& text);

// Java's Character.toLowerCase of each character in place: one for one, whatever stands beside it.
void lower_simple(std::string& text);

// Cuts the next word off `rest` as str.split() would; empty when none is left.
[[nodiscard]] std::string_view next_word(std::string_view& rest);

}  // namespace sprat::unicode
