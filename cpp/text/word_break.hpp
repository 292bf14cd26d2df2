// Word break: "what does Unicode's word segmentation need to know of this character?"
//
// The Word_Break property and what it says of two neighbours, flags that tell words from what stands between them,
// and the segments that the rules of text/word_break_rules.hpp cut.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "text/word_break_data.hpp"

namespace sprat {

struct WordBreakRecord {
    std::uint16_t bits;

    [[nodiscard]] constexpr WordBreak word_break() const noexcept { return static_cast<WordBreak>(bits & 31U); }
    [[nodiscard]] constexpr WordBreak lucene_word_break() const noexcept { return static_cast<WordBreak>(bits >> 11U); }
    [[nodiscard]] constexpr bool has(WordFlag flag) const noexcept { return (bits & flag) != 0; }
    [[nodiscard]] constexpr WordBreakRecord as(WordBreak other) const noexcept {
        return {static_cast<std::uint16_t>((bits & ~31U) | static_cast<unsigned>(other))};
    }
};

// Unicode's own reading of a character; other readings are made from it.
[[nodiscard]] inline WordBreakRecord word_break_record(char32_t c) noexcept {
    using namespace word_break_data;
    return {stage2[static_cast<std::size_t>(stage1[c >> 7U]) * 128 + (c & 127U)]};
}

// Sets of Word_Break classes.
template <class... Classes>
[[nodiscard]] constexpr std::uint32_t classes(Classes... of) noexcept {
    return (0U | ... | (1U << static_cast<unsigned>(of)));
}
inline constexpr std::uint32_t letter_classes = classes(WordBreak::ALetter, WordBreak::HebrewLetter);
inline constexpr std::uint32_t ignored_classes = classes(WordBreak::Extend, WordBreak::Format, WordBreak::Zwj);
inline constexpr std::uint32_t newline_classes = classes(WordBreak::Cr, WordBreak::Lf, WordBreak::Newline);

// Where a segment ends, and what its characters are.
struct WordSegment {
    std::size_t end;
    std::uint32_t classes = 0;  // set of their Word_Break classes
    std::uint16_t flags = 0;    // what is set for any of them

    void add(WordBreakRecord record, std::size_t length) noexcept {
        end += length;
        classes |= sprat::classes(record.word_break());
        flags = static_cast<std::uint16_t>(flags | record.bits);
    }
};

namespace word_break {

// What may follow a class without a break: WB3, WB3d, WB5, WB8 to WB10, WB13 to WB13b, WB15.
[[nodiscard]] consteval std::array<std::uint32_t, 32> make_followers() noexcept {
    using enum WordBreak;
    std::array<std::uint32_t, 32> table{};
    const auto of = [&](WordBreak c) -> std::uint32_t& { return table[static_cast<std::size_t>(c)]; };
    of(Cr) = classes(Lf);
    of(WSegSpace) = classes(WSegSpace);
    of(RegionalIndicator) = classes(RegionalIndicator);
    of(ALetter) = of(HebrewLetter) = of(Numeric) = letter_classes | classes(Numeric, ExtendNumLet);
    of(Katakana) = classes(Katakana, ExtendNumLet);
    of(ExtendNumLet) = letter_classes | classes(Numeric, Katakana, ExtendNumLet);
    return table;
}
inline constexpr auto followers = make_followers();

// What must stand behind `mark` for it to join `last` to that: WB6, WB7, WB7b, WB7c, WB11, WB12.
[[nodiscard]] constexpr std::uint32_t joined_by(WordBreak last, WordBreak mark) noexcept {
    using enum WordBreak;
    const std::uint32_t letters = (classes(last) & letter_classes) != 0 ? letter_classes : 0U;
    const std::uint32_t numbers = last == Numeric ? classes(Numeric) : 0U;
    if (mark == MidNumLet || mark == SingleQuote) return letters | numbers;
    if (mark == MidLetter) return letters;
    if (mark == MidNum) return numbers;
    return mark == DoubleQuote && last == HebrewLetter ? classes(HebrewLetter) : 0U;
}

}  // namespace word_break
}  // namespace sprat
