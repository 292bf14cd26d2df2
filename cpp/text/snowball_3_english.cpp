#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "text/snowball_3.hpp"
#include "text/snowball_3_word.hpp"
#include "text/snowball_endings.hpp"
#include "text/snowball_letters.hpp"

namespace sprat::snowball_3 {
namespace {

using snowball::Endings;
using snowball::LetterMap;
using snowball::Letters;

constexpr LetterSet vowels(U"aeiouy");
constexpr LetterSet vowels_and_wxy(U"aeiouywxY");
constexpr LetterSet before_li(U"cdeghkmnrt");
constexpr LetterSet aeo(U"aeo");
constexpr LetterMap unmarked(U"Y", U"y");

constexpr std::pair<std::u32string_view, std::u32string_view> special_words[] = {
    {U"andes", U"andes"},  {U"atlas", U"atlas"}, {U"bias", U"bias"}, {U"cosmos", U"cosmos"}, {U"early", U"earli"},
    {U"gently", U"gentl"}, {U"howe", U"howe"},   {U"idly", U"idl"},  {U"news", U"news"},     {U"only", U"onli"},
    {U"singly", U"singl"}, {U"skies", U"sky"},   {U"skis", U"ski"},  {U"sky", U"sky"},       {U"ugly", U"ugli"},
};

// R1 follows these at a word's beginning, so that what comes behind them tells words apart.
constexpr std::u32string_view whole_prefixes[] = {U"arsen", U"commun", U"emerg", U"gener",  U"inter",
                                                  U"later", U"organ",  U"past",  U"univers"};

enum class If : std::uint8_t { Always, AfterL, AfterLi, AfterSt, InR2 };

// What is put for an ending, and when.
struct Put {
    std::u32string_view letters;
    If when = If::Always;
};

constexpr Endings<Put, 25> step_2_endings({
    {{U"tion"}, U"tional"},
    {{U"ence"}, U"enci"},
    {{U"ance"}, U"anci"},
    {{U"able"}, U"abli"},
    {{U"ent"}, U"entli"},
    {{U"ize"}, U"izer ization"},
    {{U"ate"}, U"ational ation ator"},
    {{U"al"}, U"alism aliti alli"},
    {{U"ful"}, U"fulness fulli"},
    {{U"ous"}, U"ousli ousness"},
    {{U"ive"}, U"iveness iviti"},
    {{U"ble"}, U"biliti bli"},
    {{U"og"}, U"ogist"},
    {{U"og", If::AfterL}, U"ogi"},
    {{U"less"}, U"lessli"},
    {{U"", If::AfterLi}, U"li"},
});
constexpr Endings<Put, 9> step_3_endings({
    {{U"tion"}, U"tional"},
    {{U"ate"}, U"ational"},
    {{U"al"}, U"alize"},
    {{U"ic"}, U"icate iciti ical"},
    {{U""}, U"ful ness"},
    {{U"", If::InR2}, U"ative"},
});
constexpr Endings<Put, 18> step_4_endings({
    {{U""}, U"al ance ence er ic able ible ant ement ment ent ism ate iti ous ive ize"},
    {{U"", If::AfterSt}, U"ion"},
});

bool has_vowel_before(const Word& word, std::size_t back) {
    return std::any_of(word.letters.begin(), word.letters.end() - static_cast<std::ptrdiff_t>(back),
                       [](char32_t letter) { return vowels.has(letter); });
}

// Whether a short syllable ends the word but for its last `count` letters.
bool is_short(const Word& word, std::size_t count) {
    const auto text = snowball::without(word.letters, count);
    const std::size_t size = text.size();
    if (text.ends_with(U"past")) return true;
    if (size == 2) return vowels.has(text[0]) && !vowels.has(text[1]);
    return size >= 3 && !vowels_and_wxy.has(text[size - 1]) && vowels.has(text[size - 2]) &&
           !vowels.has(text[size - 3]);
}

// Marks each y that is a consonant (first, or after a vowel) as Y and finds the regions.
void find_regions(Word& word) {
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (word.letters[i] == U'y' && (i == 0 || vowels.has(word.letters[i - 1]))) word.letters[i] = U'Y';
    }
    const auto* const prefix = std::find_if(std::begin(whole_prefixes), std::end(whole_prefixes),
                                            [&](auto start) { return word.letters.starts_with(start); });
    const std::size_t r1 = prefix != std::end(whole_prefixes) ? prefix->size() : word.region_after(0, vowels);
    if (r1 == 0) return;
    word.r1_from = r1;
    if (const std::size_t r2 = word.region_after(r1, vowels)) word.r2_from = r2;
}

void step_1a(Word& word) {
    for (const std::u32string_view possessive : {U"'s'", U"'s", U"'"}) {
        if (!word.ends(possessive)) continue;
        word.cut(possessive.size());
        break;
    }
    if (word.ends(U"sses")) {
        word.cut(2);
    } else if (word.ends(U"ied") || word.ends(U"ies")) {
        word.cut(word.size() > 4 ? 2 : 1);
    } else if (word.ends(U"s") && !word.ends(U"us") && !word.ends(U"ss") && word.size() >= 2 &&
               has_vowel_before(word, 2)) {
        word.cut(1);
    }
}

// Whether "ing" stays, or was dealt with: inning, dying.
bool ing_is_special(Word& word) {
    for (const std::u32string_view whole : {U"evening", U"canning", U"inning", U"earring", U"herring", U"outing"}) {
        if (word.letters == whole) return true;
    }
    if (word.size() != 5 || !word.ends(U"ying") || vowels.has(word.letters[0])) return false;
    word.put(4, U"ie");
    return true;
}

// After "ed", "ing", "edly" or "ingly" has gone: gives the word a proper end again.
void restore_ending(Word& word) {
    if (word.ends(U"at") || word.ends(U"bl") || word.ends(U"iz")) return word.put(0, U"e");
    constexpr LetterSet doubling(U"bdfgmnprt");
    if (word.size() >= 2 && word.last() == word.last(2) && doubling.has(word.last())) {
        if (word.size() != 3 || !aeo.has(word.letters[0])) word.cut(1);  // add, egg, off stay
    } else if (word.r1_from == word.size() && is_short(word, 0)) {
        word.put(0, U"e");
    }
}

void step_1b(Word& word) {
    for (const std::u32string_view ending : {U"eedly", U"eed"}) {
        if (!word.ends(ending)) continue;
        const auto before = snowball::without(word.letters, ending.size());
        const bool stays = before == U"succ" || before == U"proc" || before == U"exc";
        if (word.in_r1(ending.size()) && !stays) word.put(ending.size(), U"ee");
        return;
    }
    for (const std::u32string_view ending : {U"ingly", U"edly", U"ing", U"ed"}) {
        if (!word.ends(ending)) continue;
        if (ending == U"ing" && ing_is_special(word)) return;
        if (!has_vowel_before(word, ending.size())) return;
        word.cut(ending.size());
        return restore_ending(word);
    }
}

void step_1c(Word& word) {
    if (word.size() > 2 && (word.last() == U'y' || word.last() == U'Y') && !vowels.has(word.last(2))) {
        word.letters.back() = U'i';
    }
}

// Whether the rule of an ending of `count` letters holds for the word.
bool holds(const Word& word, std::size_t count, If when) {
    const char32_t before = word.size() > count ? word.last(count + 1) : U'\0';
    switch (when) {
        case If::Always:
            return true;
        case If::AfterL:
            return before == U'l';
        case If::AfterLi:
            return before_li.has(before);
        case If::AfterSt:
            return before == U's' || before == U't';
        case If::InR2:
            return word.in_r2(count);
    }
    return false;
}

// Acts on the longest of the endings that the word has, and only if it lies in the region; a shorter one is then not
// tried.
template <std::size_t Count>
void exchange(Word& word, const Endings<Put, Count>& endings, std::size_t region_from) {
    const auto* const ending = endings.find(word.letters);
    if (ending == nullptr || region_from + ending->size() > word.size()) return;
    if (holds(word, ending->size(), ending->rule.when)) word.put(ending->size(), ending->rule.letters);
}

void step_5(Word& word) {
    if (word.ends(U"l")) {
        if (word.in_r2(1) && word.ends(U"ll")) word.cut(1);
    } else if (word.ends(U"e")) {
        if (word.in_r2(1) || (word.in_r1(1) && !is_short(word, 1))) word.cut(1);
    }
}

void stem(std::u32string& text) {
    if (text.front() == U'\'') text.erase(0, 1);
    Word word(text);
    find_regions(word);
    step_1a(word);
    step_1b(word);
    step_1c(word);
    exchange(word, step_2_endings, word.r1_from);
    exchange(word, step_3_endings, word.r1_from);
    exchange(word, step_4_endings, word.r2_from);
    step_5(word);
    unmarked.apply(text);
}

}  // namespace

void stem_english(std::string& word) {
    Letters letters(word);
    const auto* const special = std::find_if(std::begin(special_words), std::end(special_words),
                                             [&](const auto& known) { return known.first == letters.text; });
    if (special != std::end(special_words)) {
        letters.text = special->second;
    } else if (letters.text.size() > 2) {
        stem(letters.text);
    }
    letters.write_to(word);
}

}  // namespace sprat::snowball_3
