// The letters of a word being stemmed: "how does it end, and does that end lie in R1, R2 or RV?"
//
// One char32_t a letter, for languages that write letters outside ASCII. The regions of a Snowball algorithm are
// kept by their lengths, as suffixes of the word; a stemmer in which NLTK lets them drift away from the word says
// why that makes no difference, or what it does about it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace sprat::snowball {

// A set of letters below U+0100.
class LetterSet {
  public:
    consteval explicit LetterSet(std::u32string_view letters) {
        for (const char32_t letter : letters) has_[letter] = true;
    }
    [[nodiscard]] constexpr bool has(char32_t letter) const { return letter < has_.size() && has_[letter]; }

  private:
    std::array<bool, 256> has_{};
};

// Puts the i-th letter of `to` for the i-th of `from`, all below U+0100.
class LetterMap {
  public:
    consteval LetterMap(std::u32string_view from, std::u32string_view to) {
        for (std::size_t letter = 0; letter < to_.size(); ++letter) to_[letter] = static_cast<char32_t>(letter);
        for (std::size_t i = 0; i < from.size(); ++i) to_.at(from[i]) = to.at(i);
    }
    void apply(std::u32string& text) const {
        for (char32_t& letter : text) letter = letter < to_.size() ? to_[letter] : letter;
    }

  private:
    std::array<char32_t, 256> to_{};
};

// Python's text[:-count].
[[nodiscard]] constexpr std::u32string_view without(std::u32string_view text, std::size_t count) {
    return text.substr(0, text.size() - std::min(count, text.size()));
}

struct Letters {
    std::u32string text;
    std::size_t r1 = 0, r2 = 0, rv = 0;

    // Makes `word` lower case, as str.lower, and takes it apart.
    explicit Letters(std::string& word);
    void write_to(std::string& word) const;

    [[nodiscard]] std::u32string_view last(std::size_t count) const {
        return std::u32string_view(text).substr(text.size() - count);
    }
    [[nodiscard]] std::u32string_view in_r1() const { return last(r1); }
    [[nodiscard]] std::u32string_view in_r2() const { return last(r2); }
    [[nodiscard]] std::u32string_view in_rv() const { return last(rv); }

    // The standard R1: what follows the first non-vowel after a vowel. R2: the same within R1.
    void find_r1_and_r2(const LetterSet& vowels);

    // The standard RV. After a second letter that is no vowel: what follows the next vowel; after two vowels: what
    // follows the next non-vowel; else: what follows the third letter.
    void find_rv(const LetterSet& vowels);

    // Takes the last `count` letters off the word and the regions. REQUIRES: count <= text.size().
    void cut(std::size_t count);

    // Takes `ending` off the word if it lies in R2; whether it does.
    bool cut_in_r2(std::u32string_view ending);

    // Puts `ending` for the last `count` letters; a region shorter than `count` becomes empty.
    void replace(std::size_t count, std::u32string_view ending);
};

}  // namespace sprat::snowball
