#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/snowball.hpp"
#include "text/snowball_endings.hpp"
#include "text/snowball_letters.hpp"

namespace sprat::snowball {
namespace {

constexpr LetterSet vowels(U"aeiouyäöü");
constexpr LetterSet before_s(U"bdfghklmnrt");
constexpr LetterSet before_st(U"bdfghklmnt");
constexpr LetterMap plain_letters(U"äöüUY", U"aouuy");

enum class Rule : std::uint8_t { Cut, Niss, S, St, End, Ig, Lich, Keit };

constexpr Endings<Rule, 7> step_1_endings({
    {Rule::Cut, U"ern em er"},
    {Rule::Niss, U"en es e"},
    {Rule::S, U"s"},
});
constexpr Endings<Rule, 4> step_2_endings({
    {Rule::Cut, U"est en er"},
    {Rule::St, U"st"},
});
constexpr Endings<Rule, 8> step_3_endings({
    {Rule::End, U"end ung"},
    {Rule::Ig, U"isch ig ik"},
    {Rule::Lich, U"lich heit"},
    {Rule::Keit, U"keit"},
});

// Writes ß as ss, and a u or y between vowels as U or Y: a consonant.
void mark(std::u32string& text) {
    const auto sharp_count = static_cast<std::size_t>(std::count(text.begin(), text.end(), U'ß'));
    if (sharp_count != 0) {
        std::size_t to = text.size() + sharp_count;
        std::size_t from = text.size();
        text.resize(to);
        while (from != to) {
            const char32_t letter = text[--from];
            if (letter == U'ß') text[--to] = U's';
            text[--to] = letter == U'ß' ? U's' : letter;
        }
    }
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] != U'u' && text[i] != U'y') continue;
        if (vowels.has(text[i - 1]) && vowels.has(text[i + 1])) text[i] = text[i] == U'u' ? U'U' : U'Y';
    }
}

// R1 begins after the third letter at the earliest. R2 is measured before that, from the standard R1.
void find_regions(Letters& word) {
    word.find_r1_and_r2(vowels);
    if (word.text.size() >= 3) word.r1 = std::min(word.r1, word.text.size() - 3);
}

// Whether `ending` stands just before the last `count` letters of `region`.
bool stands_before(std::u32string_view region, std::size_t count, std::u32string_view ending) {
    return without(region, count).ends_with(ending);
}

void step_1(Letters& word) {
    const auto* const ending = step_1_endings.find(word.in_r1());
    if (ending == nullptr) return;
    if (ending->rule == Rule::S) {
        if (before_s.has(word.text[word.text.size() - 2])) word.cut(1);
    } else if (ending->rule == Rule::Niss && stands_before(word.text, ending->size(), U"niss")) {
        word.cut(ending->size() + 1);
    } else {
        word.cut(ending->size());
    }
}

void step_2(Letters& word) {
    const auto* const ending = step_2_endings.find(word.in_r1());
    if (ending == nullptr) return;
    if (ending->rule == Rule::St) {
        const std::size_t size = word.text.size();
        if (size < 6 || !before_st.has(word.text[size - 3])) return;
    }
    word.cut(ending->size());
}

// How many letters step 3 takes off.
std::size_t step_3_count(const Letters& word) {
    const auto* const ending = step_3_endings.find(word.in_r2());
    if (ending == nullptr) return 0;
    const std::size_t size = ending->size();
    switch (ending->rule) {
        case Rule::End:
            if (!stands_before(word.in_r2(), size, U"ig")) return size;
            return stands_before(word.in_r2(), size + 2, U"e") ? size : size + 2;
        case Rule::Ig:
            return stands_before(word.in_r2(), size, U"e") ? 0 : size;
        case Rule::Lich:
            return stands_before(word.in_r1(), size, U"er") || stands_before(word.in_r1(), size, U"en") ? size + 2
                                                                                                        : size;
        case Rule::Keit:
            if (stands_before(word.in_r2(), size, U"lich")) return size + 4;
            return stands_before(word.in_r2(), size, U"ig") ? size + 2 : size;
        default:
            return size;
    }
}

}  // namespace

void stem_german(std::string& word) {
    Letters letters(word);
    mark(letters.text);
    find_regions(letters);
    step_1(letters);
    step_2(letters);
    letters.cut(step_3_count(letters));
    plain_letters.apply(letters.text);
    letters.write_to(word);
}

}  // namespace sprat::snowball
