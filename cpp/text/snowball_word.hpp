// A word being stemmed: "how does it end, and does that end lie in R1?"
//
// One char a letter, changed in place and never longer than it was. The regions R1 and R2 of a Snowball algorithm
// are suffixes of the word at every moment, also where NLTK edits them apart from it, so their lengths are all
// there is to keep; R2 is never longer than R1.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace sprat::snowball {

struct Word {
    char* letters;
    std::size_t length;
    std::size_t r1 = 0, r2 = 0;
    bool marked = false;  // holds a 'Y', a y that is a consonant

    [[nodiscard]] char last(std::size_t back = 1) const { return letters[length - back]; }

    template <std::size_t Size>
    [[nodiscard]] bool ends(const char (&suffix)[Size]) const {
        return length >= Size - 1 && std::memcmp(letters + length - (Size - 1), suffix, Size - 1) == 0;
    }

    template <std::size_t Size>
    [[nodiscard]] bool starts(const char (&prefix)[Size]) const {
        return length >= Size - 1 && std::memcmp(letters, prefix, Size - 1) == 0;
    }

    // Python's s[:-count] of the word and both regions.
    void cut(std::size_t count) {
        length -= count;
        r1 -= std::min(count, r1);
        r2 -= std::min(count, r2);
    }

    // Puts `ending` for the last `count` letters. A region shorter than `count` becomes empty, R2 becomes
    // `short_r2` letters long.
    template <std::size_t Size>
    void replace(std::size_t count, const char (&ending)[Size], std::size_t short_r2 = 0) {
        constexpr std::size_t added = Size - 1;
        std::memcpy(letters + length - count, ending, added);
        length = length - count + added;
        r1 = r1 >= count ? r1 - count + added : 0;
        r2 = r2 >= count ? r2 - count + added : short_r2;
    }

    // The next three: whether `suffix` ends the word; if it does and lies in R1, they change it.

    template <std::size_t Size>
    bool trim(const char (&suffix)[Size], std::size_t count) {
        if (!ends(suffix)) return false;
        if (r1 >= Size - 1) cut(count);
        return true;
    }

    template <std::size_t Size, std::size_t EndingSize>
    bool exchange(const char (&suffix)[Size], const char (&ending)[EndingSize], std::size_t short_r2 = 0) {
        if (!ends(suffix)) return false;
        if (r1 >= Size - 1) replace(Size - 1, ending, short_r2);
        return true;
    }

    template <std::size_t Size>
    bool exchange_last(const char (&suffix)[Size], char letter) {
        if (!ends(suffix)) return false;
        if (r1 >= Size - 1) letters[length - 1] = letter;
        return true;
    }
};

}  // namespace sprat::snowball
