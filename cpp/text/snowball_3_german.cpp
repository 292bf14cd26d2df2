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

constexpr LetterSet vowels(U"aeiouyäöü");
constexpr LetterSet before_s(U"bdfghklmnrt");
constexpr LetterSet before_st(U"bdfghklmnt");
constexpr LetterSet before_et(U"dfgklmnrstzUä");
constexpr LetterMap plain_letters(U"äöüUY", U"aouuy");

enum class Rule : std::uint8_t { Cut, Em, Niss, S, L, St, Et, End, Ig, Lich, Keit };

constexpr Endings<Rule, 11> step_1_endings({
    {Rule::Cut, U"ern er erin erinnen"},
    {Rule::Em, U"em"},
    {Rule::Niss, U"e en es"},
    {Rule::S, U"s"},
    {Rule::L, U"ln lns"},
});
constexpr Endings<Rule, 5> step_2_endings({
    {Rule::Cut, U"en er est"},
    {Rule::St, U"st"},
    {Rule::Et, U"et"},
});
constexpr Endings<Rule, 8> step_3_endings({
    {Rule::End, U"end ung"},
    {Rule::Ig, U"ig ik isch"},
    {Rule::Lich, U"lich heit"},
    {Rule::Keit, U"keit"},
});

// Writes a u or y between vowels as U or Y, a consonant, then ß as ss and ae, oe, ue as ä, ö, ü, but for the ue of
// que.
std::u32string marked(std::u32string text) {
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] != U'u' && text[i] != U'y') continue;
        if (vowels.has(text[i - 1]) && vowels.has(text[i + 1])) text[i] = text[i] == U'u' ? U'U' : U'Y';
    }
    std::u32string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char32_t next = i + 1 < text.size() ? text[i + 1] : U'\0';
        const std::size_t umlaut = std::u32string_view(U"aou").find(text[i]);
        if (text[i] == U'ß') {
            result += U"ss";
        } else if (text[i] == U'q' && next == U'u') {
            result += U"qu";
            ++i;
        } else if (next == U'e' && umlaut != std::u32string_view::npos) {
            result += U"äöü"[umlaut];
            ++i;
        } else {
            result += text[i];
        }
    }
    return result;
}

// R1 begins after the third letter at the earliest. R2 is measured before that, from the standard R1.
void find_regions(Word& word) {
    const std::size_t r1 = word.size() < 3 ? 0 : word.region_after(0, vowels);
    if (r1 == 0) return;
    word.r1_from = std::max<std::size_t>(r1, 3);
    if (const std::size_t r2 = word.region_after(r1, vowels)) word.r2_from = r2;
}

void step_1(Word& word) {
    const auto* const ending = step_1_endings.find(word.letters);
    if (ending == nullptr || !word.in_r1(ending->size())) return;
    switch (ending->rule) {
        case Rule::Em:
            if (word.has_before(2, U"syst")) return;
            break;
        case Rule::Niss:
            if (word.has_before(ending->size(), U"niss")) return word.cut(ending->size() + 1);
            break;
        case Rule::S:
            if (word.size() < 2 || !before_s.has(word.last(2))) return;
            break;
        case Rule::L:
            return word.put(ending->size(), U"l");
        default:
            break;
    }
    word.cut(ending->size());
}

void step_2(Word& word) {
    const auto* const ending = step_2_endings.find(word.letters);
    if (ending == nullptr || !word.in_r1(ending->size())) return;
    if (ending->rule == Rule::St && (word.size() < 6 || !before_st.has(word.last(3)))) return;
    if (ending->rule == Rule::Et) {
        if (word.size() < 3 || !before_et.has(word.last(3))) return;
        for (const std::u32string_view stays : {U"tick", U"plan", U"geordn", U"intern", U"tr"}) {
            if (word.has_before(2, stays)) return;
        }
    }
    word.cut(ending->size());
}

void step_3(Word& word) {
    const auto* const ending = step_3_endings.find(word.letters);
    if (ending == nullptr || !word.in_r2(ending->size())) return;
    if (ending->rule == Rule::Ig && word.has_before(ending->size(), U"e")) return;
    word.cut(ending->size());
    switch (ending->rule) {
        case Rule::End:
            if (word.ends(U"ig") && !word.has_before(2, U"e") && word.in_r2(2)) word.cut(2);
            break;
        case Rule::Lich:
            if ((word.ends(U"er") || word.ends(U"en")) && word.in_r1(2)) word.cut(2);
            break;
        case Rule::Keit:
            if (word.ends(U"lich") && word.in_r2(4)) return word.cut(4);
            if (word.ends(U"ig") && word.in_r2(2)) word.cut(2);
            break;
        default:
            break;
    }
}

// The genitive's apostrophe goes, and what follows it, if two letters are left.
void step_4(Word& word) {
    for (const std::u32string_view ending : {U"'sch", U"'s", U"'"}) {
        if (!word.ends(ending)) continue;
        if (word.size() >= ending.size() + 2) word.cut(ending.size());
        return;
    }
}

}  // namespace

void stem_german(std::string& word) {
    Letters letters(word);
    letters.text = marked(std::move(letters.text));
    Word stem(letters.text);
    find_regions(stem);
    step_1(stem);
    step_2(stem);
    step_3(stem);
    step_4(stem);
    plain_letters.apply(letters.text);
    letters.write_to(word);
}

}  // namespace sprat::snowball_3
