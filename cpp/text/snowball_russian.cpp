#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/snowball.hpp"
#include "text/snowball_endings.hpp"
#include "text/snowball_letters.hpp"
#include "text/utf8.hpp"

// NLTK stems Russian in Latin letters, so that a Cyrillic letter may be up to four of them, two Cyrillic letters may
// look like a third, and Latin letters next to Cyrillic ones come back as Cyrillic. It does not lower words; the
// capitals of Cyrillic are lost on the way to Latin letters and back.
namespace sprat::snowball {
namespace {

enum class Rule : std::uint8_t { Cut, AfterA };

constexpr Endings<Rule, 9> gerund_endings({
    {Rule::Cut, U"ivshis' yvshis' ivshi yvshi iv yv"},
    {Rule::AfterA, U"vshis' vshi v"},
});

constexpr Endings<Rule, 26> adjective_endings({
    {Rule::Cut,
     U"i^ui^u i^ai^a imi ymi ego ogo emu omu ikh ykh ui^u ai^a oi^u ei^u ee ie ye oe ei` ii` yi` oi` em "
     "im ym om"},
});

constexpr Endings<Rule, 8> participle_endings({
    {Rule::Cut, U"ui^ushch ivsh yvsh"},
    {Rule::AfterA, U"i^ushch shch vsh em nn"},
});

constexpr Endings<Rule, 46> verb_endings({
    {Rule::Cut,
     U"ei`te ui`te ui^ut ish' ila yla ena ite ili yli ilo ylo eno i^at uet eny it' yt' ui^u ei` ui` il "
     "yl im ym en it yt i^u"},
    {Rule::AfterA, U"esh' ete i`te i^ut nno la na li em lo no et ny t' i` l n"},
});

constexpr Endings<Rule, 36> noun_endings({
    {Rule::Cut,
     U"ii^ami ii^akh i^ami ii^am i^akh ami iei` i^am iem akh ii^u 'i^u ii^a 'i^a ev ov ie 'e ei ii ei` "
     "oi` ii` em am om i^u i^a a e i i` o u y '"},
});

constexpr std::array<std::u32string_view, 32> latin_of_cyrillic{
    U"a", U"b", U"v", U"g", U"d", U"e",  U"zh",  U"z",  U"i",  U"i`",   U"k",  U"l", U"m", U"n",  U"o",   U"p",
    U"r", U"s", U"t", U"u", U"f", U"kh", U"t^s", U"ch", U"sh", U"shch", U"''", U"y", U"'", U"e`", U"i^u", U"i^a",
};

struct Exchange {
    std::u32string_view latin;
    char32_t cyrillic;
};

// "shch" stands before "sh".
constexpr Exchange several_letters[] = {
    {U"i^u", U'ю'}, {U"i^a", U'я'}, {U"i`", U'й'}, {U"e`", U'э'}, {U"shch", U'щ'}, {U"sh", U'ш'},
    {U"kh", U'х'},  {U"ch", U'ч'},  {U"zh", U'ж'}, {U"''", U'ъ'}, {U"t^s", U'ц'},
};

// By ASCII letter; 0: stays as it is.
constexpr auto cyrillic_of_latin = [] {
    std::array<char32_t, 128> table{};
    constexpr std::u32string_view latin = U"abvgdeziklmnoprstufy'";
    constexpr std::u32string_view cyrillic = U"абвгдезиклмнопрстуфыь";
    for (std::size_t i = 0; i < latin.size(); ++i) table[latin[i]] = cyrillic[i];
    return table;
}();

// NLTK: ё is written as е, in every word.
std::u32string to_latin(const std::string& word) {
    std::u32string text;
    text.reserve(word.size());
    for (std::size_t at = 0; at < word.size();) {
        const auto [letter, length] = utf8::decode(word, at);
        if (letter >= U'А' && letter <= U'я') {
            text += latin_of_cyrillic[(letter - U'А') % 32];
        } else {
            text += letter == U'Ё' || letter == U'ё' ? U'e' : letter;
        }
        at += length;
    }
    return text;
}

// The letter that comes first in `text` when it is written in Cyrillic, and how many of its letters that takes.
Exchange first_cyrillic(std::u32string_view text) {
    const char32_t next = text.size() > 1 ? text[1] : 0;
    if (next == U'h' || next == U'^' || next == U'`' || next == U'\'') {
        for (const Exchange& exchange : several_letters) {
            if (!text.starts_with(exchange.latin)) continue;
            // NLTK exchanges all "shch" before it looks for "t^s".
            if (exchange.cyrillic == U'ц' && text.substr(2).starts_with(U"shch")) continue;
            return exchange;
        }
    }
    const char32_t letter = text[0];
    const char32_t cyrillic = letter < 128 ? cyrillic_of_latin[letter] : 0;
    return {text.substr(0, 1), cyrillic != 0 ? cyrillic : letter};
}

void write_cyrillic(std::u32string_view text, std::string& word) {
    word.clear();
    while (!text.empty()) {
        const Exchange first = first_cyrillic(text);
        utf8::append(word, first.cyrillic);
        text.remove_prefix(first.latin.size());
    }
}

// NLTK finds the regions in a text with the capitals A, U, E for я, ю, э and takes these back in the regions: other
// capitals A, U and E, which the word had, are then also written out there, and not in the word.
std::u32string with_capitals_written_out(std::u32string_view text) {
    std::u32string out;
    out.reserve(text.size() + 16);
    for (const char32_t letter : text) {
        if (letter == U'A') {
            out += U"i^a";
        } else if (letter == U'U') {
            out += U"i^u";
        } else if (letter == U'E') {
            out += U"e`";
        } else {
            out += letter;
        }
    }
    return out;
}

bool is_vowel(char32_t letter) {
    return letter == U'a' || letter == U'e' || letter == U'i' || letter == U'o' || letter == U'u' || letter == U'y';
}

// Past the letter at `at`, where я, ю and э, all of them vowels, are one letter each.
std::size_t past_letter(std::u32string_view text, std::size_t at) {
    const auto rest = text.substr(at);
    if (rest.starts_with(U"i^a") || rest.starts_with(U"i^u")) return at + 3;
    return rest.starts_with(U"e`") ? at + 2 : at + 1;
}

std::u32string_view past_vowel(std::u32string_view text) {
    std::size_t at = 0;
    while (at < text.size() && !is_vowel(text[at])) ++at;
    return at < text.size() ? text.substr(past_letter(text, at)) : std::u32string_view{};
}

// Past the first consonant after a vowel.
std::u32string_view past_vowel_and_consonant(std::u32string_view text) {
    auto rest = past_vowel(text);
    while (!rest.empty() && is_vowel(rest[0])) rest.remove_prefix(past_letter(rest, 0));
    if (!rest.empty()) rest.remove_prefix(1);
    return rest;
}

// A word and its regions, which may have drifted away from it.
struct RussianWord {
    std::u32string_view text, r2, rv;

    void cut(std::size_t count) {
        text = without(text, count);
        r2 = without(r2, count);
        rv = without(rv, count);
    }

    // Takes off the longest of `endings` that ends RV, if its rule allows it: the shorter ones that NLTK then tries
    // have the same rule, and no a before them. Returns whether one went.
    template <std::size_t Count>
    bool cut_one_of(const Endings<Rule, Count>& endings) {
        const auto* const ending = endings.find(rv);
        if (ending == nullptr) return false;
        if (ending->rule == Rule::AfterA && !without(rv, ending->size()).ends_with(U'a')) return false;
        cut(ending->size());
        return true;
    }
};

void cut_reflexive(RussianWord& word) {
    if (word.rv.ends_with(U"si^a")) {
        word.cut(4);
    } else if (word.rv.ends_with(U"s'")) {
        word.cut(2);
    }
}

// An adjective's ending and, before it, a participle's.
bool cut_adjective(RussianWord& word) {
    // NLTK: this one has "aia" where "ai^a" was meant, which therefore is no ending of the longest participle.
    if (word.rv.ends_with(U"ui^ushchaia")) {
        word.cut(11);
        return true;
    }
    const bool in_aia = word.rv.ends_with(U"ui^ushchai^a");
    if (!word.cut_one_of(adjective_endings)) return false;
    if (!in_aia) word.cut_one_of(participle_endings);
    return true;
}

void step_1(RussianWord& word) {
    if (word.cut_one_of(gerund_endings)) return;
    cut_reflexive(word);
    if (cut_adjective(word) || word.cut_one_of(verb_endings)) return;
    word.cut_one_of(noun_endings);
}

void step_2(RussianWord& word) {
    if (word.rv.ends_with(U'i')) word.cut(1);
}

void step_3(RussianWord& word) {
    if (word.r2.ends_with(U"ost'")) {
        word.cut(4);
    } else if (word.r2.ends_with(U"ost")) {
        word.cut(3);
    }
}

// NLTK: the superlative may begin before RV.
void step_4(RussianWord& word) {
    if (word.text.ends_with(U"nn")) return word.cut(1);
    const bool superlative = word.text.ends_with(U"ei`she") || word.text.ends_with(U"ei`sh");
    if (superlative) word.cut(word.text.ends_with(U'e') ? 6 : 5);
    if (word.text.ends_with(U"nn")) word.cut(1);
    if (!superlative && word.text.ends_with(U'\'')) word.cut(1);
}

// A word of Latin-1 alone is left as it is.
bool is_latin1(std::string_view word) {
    return std::all_of(word.begin(), word.end(), [](char byte) { return static_cast<unsigned char>(byte) < 0xC4; });
}

}  // namespace

void stem_russian(std::string& word) {
    if (is_latin1(word)) return;
    const std::u32string text = to_latin(word);
    std::u32string written_out;
    std::u32string_view regions = text;
    if (text.find_first_of(U"AUE") != std::u32string::npos) {
        written_out = with_capitals_written_out(text);
        regions = written_out;
    }
    const auto r1 = past_vowel_and_consonant(regions);
    RussianWord letters{text, past_vowel_and_consonant(r1), past_vowel(regions)};
    step_1(letters);
    step_2(letters);
    step_3(letters);
    step_4(letters);
    write_cyrillic(letters.text, word);
}

}  // namespace sprat::snowball
