// The letters of a word being stemmed: "how does it end, and does that end lie in R1, R2 or RV?"
//
// One char32_t a letter, for languages that write letters outside ASCII. The regions of a Snowball algorithm are
// kept by their lengths, as suffixes of the word; a stemmer in which NLTK lets them drift away from the word says
// why that makes no difference, or what it does about it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

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
    explicit Letters(std::string& word) {
        unicode::lower(word);
        text.reserve(word.size());
        for (std::size_t at = 0; at < word.size();) {
            const auto [letter, length] = utf8::decode(word, at);
            text.push_back(letter);
            at += length;
        }
    }

    void write_to(std::string& word) const {
        word.clear();
        for (const char32_t letter : text) utf8::append(word, letter);
    }

    [[nodiscard]] std::u32string_view last(std::size_t count) const {
        return std::u32string_view(text).substr(text.size() - count);
    }
    [[nodiscard]] std::u32string_view in_r1() const { return last(r1); }
    [[nodiscard]] std::u32string_view in_r2() const { return last(r2); }
    [[nodiscard]] std::u32string_view in_rv() const { return last(rv); }

    // The standard R1: what follows the first non-vowel after a vowel. R2: the same within R1.
    void find_r1_and_r2(const LetterSet& vowels) {
        const auto region_in = [&](std::size_t count) -> std::size_t {
            for (std::size_t i = text.size() - count + 1; i < text.size(); ++i) {
                if (!vowels.has(text[i]) && vowels.has(text[i - 1])) return text.size() - (i + 1);
            }
            return 0;
        };
        r1 = region_in(text.size());
        r2 = region_in(r1);
    }

    // The standard RV. After a second letter that is no vowel: what follows the next vowel; after two vowels: what
    // follows the next non-vowel; else: what follows the third letter.
    void find_rv(const LetterSet& vowels) {
        rv = 0;
        if (text.size() < 3) return;
        const bool second_is_vowel = vowels.has(text[1]);
        std::size_t i = 2;
        if (!second_is_vowel || vowels.has(text[0])) {
            while (i < text.size() && vowels.has(text[i]) == second_is_vowel) ++i;
        }
        rv = text.size() - std::min(i + 1, text.size());
    }

    // Takes the last `count` letters off the word and the regions. REQUIRES: count <= text.size().
    void cut(std::size_t count) {
        text.resize(text.size() - count);
        r1 -= std::min(count, r1);
        r2 -= std::min(count, r2);
        rv -= std::min(count, rv);
    }

    // Puts `ending` for the last `count` letters; a region shorter than `count` becomes empty.
    void replace(std::size_t count, std::u32string_view ending) {
        const auto changed = [&](std::size_t length) { return length >= count ? length - count + ending.size() : 0; };
        text.replace(text.size() - count, count, ending);
        r1 = changed(r1);
        r2 = changed(r2);
        rv = changed(rv);
    }
};

template <class Rule>
struct Ending {
    std::u32string_view letters;
    Rule rule{};

    [[nodiscard]] constexpr std::size_t size() const { return letters.size(); }
};

// `Count` endings, each of which ends in a letter below U+0100. In the lists of NLTK, of which the first that ends
// the word counts, longer ones come before those that end them; so the longest counts.
template <class Rule, std::size_t Count>
    requires(Count < 256)
class Endings {
  public:
    struct Group {
        Rule rule;
        std::u32string_view endings;  // with spaces between them
    };

    consteval Endings(std::initializer_list<Group> groups) {
        std::size_t filled = 0;
        for (const auto& group : groups) {
            for (auto rest = group.endings; !rest.empty();) {
                const std::size_t size = std::min(rest.find(U' '), rest.size());
                sorted_.at(filled++) = {rest.substr(0, size), group.rule};
                rest.remove_prefix(std::min(size + 1, rest.size()));
            }
        }
        if (filled != Count) throw "Count is not the number of endings";
        std::sort(sorted_.begin(), sorted_.end(), [](const auto& a, const auto& b) {
            if (a.letters.back() != b.letters.back()) return a.letters.back() < b.letters.back();
            return a.size() != b.size() ? a.size() > b.size() : a.letters < b.letters;
        });
        for (const auto& ending : sorted_) ++from_.at(ending.letters.back() + 1);
        for (std::size_t letter = 1; letter < from_.size(); ++letter) {
            from_[letter] = static_cast<std::uint8_t>(from_[letter] + from_[letter - 1]);
        }
    }

    // The longest that ends `text`; nullptr if none does.
    [[nodiscard]] const Ending<Rule>* find(std::u32string_view text) const {
        if (text.empty() || text.back() >= 256) return nullptr;
        const auto* const end = sorted_.data() + from_[text.back() + 1];
        for (const auto* ending = sorted_.data() + from_[text.back()]; ending != end; ++ending) {
            if (text.ends_with(ending->letters)) return ending;
        }
        return nullptr;
    }

  private:
    std::array<Ending<Rule>, Count> sorted_{};  // by last letter, then the longest first
    std::array<std::uint8_t, 257> from_{};      // from_[c] .. from_[c + 1] end in c
};

}  // namespace sprat::snowball
