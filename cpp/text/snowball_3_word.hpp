// A word being stemmed as Snowball does it: "does this end of it lie in R1?"
//
// One char32_t a letter. R1 and R2 begin where they begin, whatever becomes of the end of the word: they are empty
// while it is shorter.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "text/snowball_letters.hpp"

namespace sprat::snowball_3 {

using snowball::LetterSet;

struct Word {
    std::u32string& letters;
    std::size_t r1_from, r2_from;

    explicit Word(std::u32string& text) : letters(text), r1_from(text.size()), r2_from(text.size()) {}

    [[nodiscard]] std::size_t size() const { return letters.size(); }
    [[nodiscard]] char32_t last(std::size_t back = 1) const { return letters[letters.size() - back]; }
    [[nodiscard]] bool in_r1(std::size_t count) const { return r1_from + count <= letters.size(); }
    [[nodiscard]] bool in_r2(std::size_t count) const { return r2_from + count <= letters.size(); }
    [[nodiscard]] bool ends(std::u32string_view ending) const { return letters.ends_with(ending); }

    // Whether `ending` stands just before the last `count` letters.
    [[nodiscard]] bool has_before(std::size_t count, std::u32string_view ending) const {
        return snowball::without(letters, count).ends_with(ending);
    }

    // Puts `ending` for the last `count` letters.
    void put(std::size_t count, std::u32string_view ending) {
        letters.resize(letters.size() - count);
        letters += ending;
    }
    void cut(std::size_t count) { letters.resize(letters.size() - count); }

    // Where the region begins that follows the first non-vowel behind a vowel at or after `from`; 0 if there is none.
    [[nodiscard]] std::size_t region_after(std::size_t from, const LetterSet& vowels) const {
        while (from < letters.size() && !vowels.has(letters[from])) ++from;
        while (from < letters.size() && vowels.has(letters[from])) ++from;
        return from < letters.size() ? from + 1 : 0;
    }
};

}  // namespace sprat::snowball_3
