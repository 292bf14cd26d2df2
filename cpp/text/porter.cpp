#include "text/porter.hpp"

#include <array>
#include <cstddef>
#include <string_view>

#include "text/utf8.hpp"

namespace sprat {
namespace {

struct Rule {
    std::string_view suffix, ending;
};

// The longer of two suffixes that end alike stands first.
constexpr std::array<Rule, 21> step2_rules{{
    {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"},
    {"bli", "ble"},     {"alli", "al"},     {"entli", "ent"}, {"eli", "e"},     {"ousli", "ous"},
    {"ization", "ize"}, {"ation", "ate"},   {"ator", "ate"},  {"alism", "al"},  {"iveness", "ive"},
    {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},  {"iviti", "ive"}, {"biliti", "ble"},
    {"logi", "log"},
}};
constexpr std::array<Rule, 7> step3_rules{{
    {"icate", "ic"},
    {"ative", ""},
    {"alize", "al"},
    {"iciti", "ic"},
    {"ical", "ic"},
    {"ful", ""},
    {"ness", ""},
}};
constexpr std::array<std::string_view, 19> step4_suffixes{
    "al",  "ance", "ence", "er",  "ic",  "able", "ible", "ant", "ement", "ment",
    "ent", "ion",  "ou",   "ism", "ate", "iti",  "ous",  "ive", "ize",
};

// A word being stemmed, one unit of UTF-16 a place.
template <class Unit>
class PorterStemmer {
  public:
    PorterStemmer(Unit* units, std::size_t length) : units_(units), length_(length) {}

    // The new length.
    [[nodiscard]] std::size_t stem() {
        if (length_ <= 2) return length_;
        step1ab();
        if (ends("y") && has_vowel(length_ - 1)) units_[length_ - 1] = 'i';  // step 1c
        replace_one_of(step2_rules);
        replace_one_of(step3_rules);
        step4();
        step5();
        return length_;
    }

  private:
    [[nodiscard]] bool ends(std::string_view suffix) const {
        if (suffix.size() > length_) return false;
        for (std::size_t i = 0; i < suffix.size(); ++i) {
            if (units_[length_ - suffix.size() + i] != static_cast<Unit>(suffix[i])) return false;
        }
        return true;
    }

    // Puts `ending` for the last `count` units. REQUIRES: it is not longer, or they were shortened before.
    void replace(std::size_t count, std::string_view ending) {
        length_ -= count;
        for (const char c : ending) units_[length_++] = static_cast<Unit>(c);
    }

    // A y is a consonant at the start and behind a vowel.
    [[nodiscard]] bool consonant(std::size_t at) const {
        std::size_t ys = 0;
        while (at - ys > 0 && units_[at - ys] == 'y') ++ys;
        const Unit c = units_[at - ys];
        const bool base = c != 'a' && c != 'e' && c != 'i' && c != 'o' && c != 'u';
        return base == (ys % 2 == 0);
    }

    // Whether one of the first `count` units is a vowel.
    [[nodiscard]] bool has_vowel(std::size_t count) const {
        for (std::size_t i = 0; i < count; ++i) {
            if (!consonant(i)) return true;
        }
        return false;
    }

    // How often a vowel is followed by a consonant in the first `count` units: Porter's m.
    [[nodiscard]] std::size_t measure(std::size_t count) const {
        std::size_t measured = 0;
        bool after_vowel = false;
        for (std::size_t i = 0; i < count; ++i) {
            const bool vowel = units_[i] == 'y' ? i > 0 && !after_vowel : !consonant(i);
            if (after_vowel && !vowel) ++measured;
            after_vowel = vowel;
        }
        return measured;
    }

    // Whether the first `count` units end in twice the same consonant.
    [[nodiscard]] bool ends_double(std::size_t count) const {
        return count >= 2 && units_[count - 1] == units_[count - 2] && consonant(count - 1);
    }

    // Whether the first `count` units end in consonant, vowel, consonant, the last not w, x or y: "hop", not "snow".
    [[nodiscard]] bool ends_short(std::size_t count) const {
        if (count < 3 || !consonant(count - 1) || consonant(count - 2) || !consonant(count - 3)) return false;
        const Unit last = units_[count - 1];
        return last != 'w' && last != 'x' && last != 'y';
    }

    void step1ab() {
        if (ends("sses") || ends("ies")) {
            length_ -= 2;
        } else if (ends("s") && !ends("ss")) {
            --length_;
        }
        if (ends("eed")) {
            if (measure(length_ - 3) > 0) --length_;
        } else if (ends("ed") && has_vowel(length_ - 2)) {
            length_ -= 2;
            mend();
        } else if (ends("ing") && has_vowel(length_ - 3)) {
            length_ -= 3;
            mend();
        }
    }

    // Step 1b, once "ed" or "ing" is off.
    void mend() {
        if (ends("at") || ends("bl") || ends("iz")) {
            replace(0, "e");
        } else if (ends_double(length_)) {
            if (!ends("l") && !ends("s") && !ends("z")) --length_;
        } else if (measure(length_) == 1 && ends_short(length_)) {
            replace(0, "e");
        }
    }

    // Steps 2 and 3: the first rule whose suffix the word has decides.
    template <std::size_t Size>
    void replace_one_of(const std::array<Rule, Size>& rules) {
        for (const auto& [suffix, ending] : rules) {
            if (!ends(suffix)) continue;
            if (measure(length_ - suffix.size()) > 0) replace(suffix.size(), ending);
            return;
        }
    }

    void step4() {
        for (const std::string_view suffix : step4_suffixes) {
            if (!ends(suffix)) continue;
            const std::size_t stem = length_ - suffix.size();
            const bool follows = suffix != "ion" || (stem > 0 && (units_[stem - 1] == 's' || units_[stem - 1] == 't'));
            if (follows && measure(stem) > 1) length_ = stem;
            return;
        }
    }

    void step5() {
        if (ends("e")) {
            const std::size_t measured = measure(length_ - 1);
            if (measured > 1 || (measured == 1 && !ends_short(length_ - 1))) --length_;
        }
        if (ends("ll") && measure(length_) > 1) --length_;
    }

    Unit* units_;
    std::size_t length_;
};

// UTF-16 with room for whole code points: one beyond it stands in its first unit, the second is a mark that is equal
// to nothing that can stand beside it.
constexpr char32_t second_unit = 0xFFFFFFFF;

void stem_wide(std::string& word) {
    std::u32string units;
    for (std::size_t i = 0; i < word.size();) {
        const auto decoded = utf8::decode(word, i);
        units.push_back(decoded.code_point);
        if (decoded.code_point > 0xFFFF) units.push_back(second_unit);
        i += decoded.length;
    }
    units.resize(PorterStemmer(units.data(), units.size()).stem());
    word.clear();
    for (const char32_t unit : units) {
        if (unit != second_unit) utf8::append(word, unit);
    }
}

}  // namespace

void stem_porter(std::string& word) {
    if (!utf8::is_ascii(word)) return stem_wide(word);
    word.resize(PorterStemmer(word.data(), word.size()).stem());
}

}  // namespace sprat
