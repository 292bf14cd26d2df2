#include "text/snowball_letters.hpp"

#include <algorithm>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace sprat::snowball {

Letters::Letters(std::string& word) {
    unicode::lower(word);
    text.reserve(word.size());
    for (std::size_t at = 0; at < word.size();) {
        const auto [letter, length] = utf8::decode(word, at);
        text.push_back(letter);
        at += length;
    }
}

void Letters::write_to(std::string& word) const {
    word.clear();
    for (const char32_t letter : text) utf8::append(word, letter);
}

void Letters::find_r1_and_r2(const LetterSet& vowels) {
    const auto region_in = [&](std::size_t count) -> std::size_t {
        for (std::size_t i = text.size() - count + 1; i < text.size(); ++i) {
            if (!vowels.has(text[i]) && vowels.has(text[i - 1])) return text.size() - (i + 1);
        }
        return 0;
    };
    r1 = region_in(text.size());
    r2 = region_in(r1);
}

void Letters::find_rv(const LetterSet& vowels) {
    rv = 0;
    if (text.size() < 3) return;
    const bool second_is_vowel = vowels.has(text[1]);
    std::size_t i = 2;
    if (!second_is_vowel || vowels.has(text[0])) {
        while (i < text.size() && vowels.has(text[i]) == second_is_vowel) ++i;
    }
    rv = text.size() - std::min(i + 1, text.size());
}

void Letters::cut(std::size_t count) {
    text.resize(text.size() - count);
    r1 -= std::min(count, r1);
    r2 -= std::min(count, r2);
    rv -= std::min(count, rv);
}

bool Letters::cut_in_r2(std::u32string_view ending) {
    if (!in_r2().ends_with(ending)) return false;
    cut(ending.size());
    return true;
}

void Letters::replace(std::size_t count, std::u32string_view ending) {
    const auto changed = [&](std::size_t length) { return length >= count ? length - count + ending.size() : 0; };
    text.replace(text.size() - count, count, ending);
    r1 = changed(r1);
    r2 = changed(r2);
    rv = changed(rv);
}

}  // namespace sprat::snowball
