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

constexpr LetterSet vowels(U"aeiouyâàëéêèïîôûù");

constexpr LetterSet keeps_s(U"aiouès");
constexpr LetterMap unmarked(U"IUY", U"iuy");

enum class Rule : std::uint8_t {
    Cut,
    Issement,
    Ateur,
    Logie,
    Ution,
    Ement,
    Amment,
    Emment,
    Ence,
    Euse,
    Ment,
    Ite,
    If,
    Eaux,
    Aux,
    Ant,
    Ions,
    Ier,
    Ion,
    Gue
};

constexpr Endings<Rule, 43> step_1_endings({
    {Rule::Issement, U"issements issement"},
    {Rule::Ateur, U"atrices atrice ateurs ations ateur ation"},
    {Rule::Logie, U"logies logie"},
    {Rule::Ution, U"usions utions usion ution"},
    {Rule::Ement, U"ements ement"},
    {Rule::Amment, U"amment"},
    {Rule::Emment, U"emment"},
    {Rule::Cut, U"ances iqUes ismes ables istes ance iqUe isme able iste eux"},
    {Rule::Ence, U"ences ence"},
    {Rule::Euse, U"euses euse"},
    {Rule::Ment, U"ments ment"},
    {Rule::Ite, U"ités ité"},
    {Rule::If, U"ives ive ifs if"},
    {Rule::Eaux, U"eaux"},
    {Rule::Aux, U"aux"},
});

constexpr Endings<Rule, 35> step_2a_endings({
    {Rule::Cut,
     U"issaIent issantes iraIent issante issants issions irions issais issait issant issent issiez "
     "issons irais irait irent iriez irons iront isses issez îmes îtes irai iras irez isse ies ira ît "
     "ie ir is it i"},
});

constexpr Endings<Rule, 38> step_2b_endings({
    {Rule::Cut, U"eraIent erions èrent erais erait eriez erons eront erai eras erez ées era iez ée és er ez é"},
    {Rule::Ant, U"assions assent assiez aIent antes asses âmes âtes ante ants asse ais ait ant ât ai as a"},
    {Rule::Ions, U"ions"},
});

constexpr Endings<Rule, 7> step_4_endings({
    {Rule::Ier, U"ière Ière ier Ier"},
    {Rule::Ion, U"ion"},
    {Rule::Cut, U"e"},
    {Rule::Gue, U"ë"},
});

constexpr Endings<Rule, 5> step_5_endings({
    {Rule::Cut, U"enn onn ett ell eill"},
});

// Writes u, i and y as U, I and Y where they are consonants: a u after q, a u or i between vowels, a y beside one.
void mark(std::u32string& text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i - 1] == U'q' && text[i] == U'u') text[i] = U'U';
    }
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] != U'u' && text[i] != U'i' && text[i] != U'y') continue;
        const bool after = vowels.has(text[i - 1]);
        const bool before = vowels.has(text[i + 1]);
        if (text[i] == U'y' ? after || before : after && before) text[i] -= U'a' - U'A';
    }
}

// RV begins after the third letter of a word in two vowels, "par", "col" or "tap"; else after the first vowel that
// is not its first letter.
void find_rv(Letters& word) {
    const std::u32string_view text = word.text;
    if (text.size() < 2) return;
    std::size_t from = 3;
    const bool after_third = text.starts_with(U"par") || text.starts_with(U"col") || text.starts_with(U"tap") ||
                             (vowels.has(text[0]) && vowels.has(text[1]));
    if (!after_third) {
        std::size_t i = 1;
        while (i < text.size() && !vowels.has(text[i])) ++i;
        from = i + 1;
    }
    word.rv = text.size() - std::min(from, text.size());
}

// NLTK asks whether a region contains an ending, also where it wants to know whether the ending lies in it. As the
// word ends in it and the region is a suffix of the word, the length of the region tells. NLTK does not cut R1 and
// R2 with the word, but asks them for the ending before the one that went: again the length tells, of what is left.

void cut_ic(Letters& word, bool in_r2) {
    if (!word.text.ends_with(U"ic")) return;
    if (in_r2) {
        word.cut(2);
    } else {
        word.replace(2, U"iqU");
    }
}

void cut_before_ement(Letters& word) {
    const std::u32string_view text = word.text;
    if (text.ends_with(U"iv")) {
        if (word.r2 < 2) return;
        word.cut(2);
        if (word.r2 >= 2 && word.text.ends_with(U"at")) word.cut(2);
    } else if (text.ends_with(U"eus")) {
        if (word.r2 >= 3) {
            word.cut(3);
        } else if (word.r1 >= 3) {
            word.replace(1, U"x");
        }
    } else if (text.ends_with(U"abl") || text.ends_with(U"iqU")) {
        if (word.r2 >= 3) word.cut(3);
    } else if (text.ends_with(U"ièr") || text.ends_with(U"Ièr")) {
        if (word.rv >= 3) word.replace(3, U"i");
    }
}

void cut_before_ite(Letters& word) {
    if (word.text.ends_with(U"abil")) {
        if (word.r2 >= 4) {
            word.cut(4);
        } else {
            word.replace(2, U"l");
        }
    } else if (word.text.ends_with(U"iv")) {
        if (word.r2 >= 2) word.cut(2);
    } else {
        cut_ic(word, word.r2 >= 2);
    }
}

// "emment" becomes "ent". NLTK: but not in RV, and step 2a, which then may find the word to end in "issent", "irent"
// or the like, looks for that anywhere in RV, and at the letter before it (at the start of RV: its last one, a t).
// No other step has anything to do then.
void change_emment(Letters& word) {
    word.replace(6, U"ent");
    const auto* const ending = step_2a_endings.find(word.text);
    if (ending == nullptr) return;
    const auto rv = without(word.in_rv(), 3);
    const std::size_t at = rv.rfind(ending->letters);
    if (at == rv.npos || (at != 0 && vowels.has(rv[at - 1]))) return;
    word.cut(ending->size());
}

std::size_t region_of_step_1(const Letters& word, Rule rule) {
    switch (rule) {
        case Rule::Eaux:
            return word.text.size();
        case Rule::Euse:
        case Rule::Aux:
        case Rule::Issement:
            return word.r1;
        case Rule::Ement:
        case Rule::Amment:
        case Rule::Emment:
        case Rule::Ment:
            return word.rv;
        default:
            return word.r2;
    }
}

void cut_with_what_precedes(Letters& word, const Ending<Rule>& ending) {
    word.cut(ending.size());
    switch (ending.rule) {
        case Rule::Ement:
            return cut_before_ement(word);
        case Rule::Ite:
            return cut_before_ite(word);
        case Rule::Ateur:
            // NLTK: "ic" is looked for in an R2 that still has the ending, and in "atrice" found.
            return cut_ic(word, word.r2 >= 2 || ending.letters.starts_with(U"atrice"));
        case Rule::If:
            if (word.r2 < 2 || !word.text.ends_with(U"at")) return;
            word.cut(2);
            return cut_ic(word, word.r2 >= 2);
        default:
            return;
    }
}

// Standard endings. Returns whether one went for good; after "amment" and "ment" the verb endings are still tried.
bool step_1(Letters& word) {
    const auto* const ending = step_1_endings.find(word.text);
    if (ending == nullptr) return false;
    const std::size_t size = ending->size();
    if (region_of_step_1(word, ending->rule) < size) return false;
    switch (ending->rule) {
        case Rule::Amment:
            word.replace(size, U"ant");
            return false;
        case Rule::Ment:
            // NLTK: not if RV starts with it as well.
            if (!word.in_rv().starts_with(ending->letters) && vowels.has(word.last(size + 1)[0])) word.cut(size);
            return false;
        case Rule::Emment:
            change_emment(word);
            break;
        case Rule::Issement:
            if (vowels.has(word.last(size + 1)[0])) return false;
            word.cut(size);
            break;
        case Rule::Eaux:
            word.cut(1);
            break;
        case Rule::Aux:
            word.replace(2, U"l");
            break;
        case Rule::Euse:
            word.replace(size, word.r2 >= size ? U"" : U"eux");
            break;
        case Rule::Logie:
            word.replace(size, U"log");
            break;
        case Rule::Ution:
            word.replace(size, U"u");
            break;
        case Rule::Ence:
            word.replace(size, U"ent");
            break;
        default:
            cut_with_what_precedes(word, *ending);
            break;
    }
    return true;
}

// Verb endings in i, after a non-vowel in RV.
bool step_2a(Letters& word) {
    const auto* const ending = step_2a_endings.find(word.text);
    if (ending == nullptr || word.rv <= ending->size()) return false;
    if (vowels.has(word.last(ending->size() + 1)[0])) return false;
    word.cut(ending->size());
    return true;
}

bool step_2b(Letters& word) {
    const auto* const ending = step_2b_endings.find(word.in_rv());
    if (ending == nullptr) return false;
    if (ending->rule == Rule::Ions && word.r2 < ending->size()) return false;
    word.cut(ending->size());
    if (ending->rule == Rule::Ant && word.in_rv().ends_with(U'e')) word.cut(1);
    return true;
}

void step_3(Letters& word) {
    if (word.text.ends_with(U'Y')) {
        word.text.back() = U'i';
    } else if (word.text.ends_with(U'ç')) {
        word.text.back() = U'c';
    }
}

void step_4(Letters& word) {
    const std::size_t size = word.text.size();
    const bool plural = size >= 2 && word.text.back() == U's' && !keeps_s.has(word.text[size - 2]);
    if (plural) word.cut(1);
    const auto* const ending = step_4_endings.find(word.in_rv());
    if (ending == nullptr) return;
    switch (ending->rule) {
        case Rule::Ion: {
            if (word.r2 < 3) return;
            // NLTK: the letter is looked for in an RV that still has the s.
            const char32_t before = word.last(4)[0];
            if (!plural && (before == U's' || before == U't')) word.cut(3);
            return;
        }
        case Rule::Ier:
            return word.replace(ending->size(), U"i");
        case Rule::Gue:
            if (without(word.text, 1).ends_with(U"gu")) word.cut(1);
            return;
        default:
            return word.cut(1);
    }
}

void step_5(Letters& word) {
    if (step_5_endings.find(word.text) != nullptr) word.cut(1);
}

// The last vowel loses its accent, é or è, if a consonant follows it.
void step_6(std::u32string& text) {
    for (std::size_t i = text.size(); i-- > 1;) {
        if (!vowels.has(text[i])) continue;
        if (i + 1 != text.size() && (text[i] == U'é' || text[i] == U'è')) text[i] = U'e';
        return;
    }
}

}  // namespace

void stem_french(std::string& word) {
    Letters letters(word);
    mark(letters.text);
    letters.find_r1_and_r2(vowels);
    find_rv(letters);
    if (step_1(letters) || step_2a(letters) || step_2b(letters)) {
        step_3(letters);
    } else {
        step_4(letters);
    }
    step_5(letters);
    step_6(letters.text);
    unmarked.apply(letters.text);
    letters.write_to(word);
}

}  // namespace sprat::snowball
