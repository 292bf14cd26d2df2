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

constexpr LetterSet vowels(U"aeiouàèìòù");
constexpr LetterSet final_vowels(U"aeioàèìò");

enum class Rule : std::uint8_t { Cut, Amente, Amento, Azione, Logia, Uzione, Enza, Ita, Ivo };

constexpr Endings<Rule, 37> pronouns({
    {Rule::Cut,
     U"gliela gliele glieli glielo gliene sene mela mele meli melo mene tela tele teli telo tene cela "
     "cele celi celo cene vela vele veli velo vene gli ci la le li lo mi ne si ti vi"},
});

constexpr Endings<Rule, 51> step_1_endings({
    {Rule::Cut,
     U"atrice atrici abile abili ibile ibili mente anza anze iche ichi ismo ismi ista iste isti istà "
     "istè istì ante anti ico ici ica ice oso osi osa ose"},
    {Rule::Amento, U"amento amenti imento imenti"},
    {Rule::Azione, U"azione azioni atore atori"},
    {Rule::Uzione, U"uzione uzioni usione usioni"},
    {Rule::Amente, U"amente"},
    {Rule::Logia, U"logia logie"},
    {Rule::Enza, U"enza enze"},
    {Rule::Ita, U"ità"},
    {Rule::Ivo, U"ivo ivi iva ive"},
});

// NLTK: its list has a "Yamo", for an "iamo" after a vowel; no word has the capital, so that one is left out.
constexpr Endings<Rule, 86> step_2_endings({
    {Rule::Cut,
     U"erebbero irebbero assero assimo eranno erebbe eremmo ereste eresti essero iranno irebbe iremmo "
     "ireste iresti iscano iscono issero arono avamo avano avate eremo erete erono evamo evano evate "
     "iremo irete irono ivamo ivano ivate ammo ando asse assi emmo enda ende endi endo erai erei iamo "
     "immo irai irei isca isce isci isco ano are ata ate ati ato ava avi avo erà ere erò ete eva evi "
     "evo irà ire irò ita ite iti ito iva ivi ivo ono uta ute uti uto ar ir"},
});

void turn_acute_accents(std::u32string& text) {
    for (char32_t& letter : text) {
        switch (letter) {
            case U'á':
                letter = U'à';
                break;
            case U'é':
                letter = U'è';
                break;
            case U'í':
                letter = U'ì';
                break;
            case U'ó':
                letter = U'ò';
                break;
            case U'ú':
                letter = U'ù';
                break;
            default:
                break;
        }
    }
}

// Writes a u after q, and a u or i between vowels, as U or I: a consonant. Lower case has no other U or I.
void mark(std::u32string& text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] != U'u' && text[i] != U'i') continue;
        const bool between = vowels.has(text[i - 1]) && i + 1 < text.size() && vowels.has(text[i + 1]);
        if (text[i] == U'i') {
            if (between) text[i] = U'I';
        } else if (between || text[i - 1] == U'q') {
            text[i] = U'U';
        }
    }
}

void unmark(std::u32string& text) {
    std::replace(text.begin(), text.end(), U'I', U'i');
    std::replace(text.begin(), text.end(), U'U', U'u');
}

// Takes off a pronoun after a gerund or an infinitive, which gets its last e back. NLTK: that e is also in an R1 or R2
// that the pronoun was not in; one letter is too short for all that is looked for there.
void step_0(Letters& word) {
    const auto* const pronoun = pronouns.find(word.in_rv());
    if (pronoun == nullptr) return;
    const std::size_t size = pronoun->size();
    const auto verb = without(word.in_rv(), size);
    if (verb.ends_with(U"ando") || verb.ends_with(U"endo")) {
        word.cut(size);
    } else if (verb.ends_with(U"ar") || verb.ends_with(U"er") || verb.ends_with(U"ir")) {
        word.cut(size - 1);
        word.text.back() = U'e';
    }
}

void cut_with_what_precedes(Letters& word, const Ending<Rule>& ending) {
    word.cut(ending.size());
    switch (ending.rule) {
        case Rule::Amente:
            if (word.cut_in_r2(U"iv")) {
                word.cut_in_r2(U"at");
            } else if (!word.cut_in_r2(U"os") && !word.cut_in_r2(U"ic")) {
                word.cut_in_r2(U"abil");
            }
            break;
        case Rule::Azione:
            word.cut_in_r2(U"ic");
            break;
        case Rule::Ita:
            if (!word.cut_in_r2(U"ic") && !word.cut_in_r2(U"iv")) word.cut_in_r2(U"abil");
            break;
        case Rule::Ivo:
            if (word.cut_in_r2(U"at")) word.cut_in_r2(U"ic");
            break;
        default:
            break;
    }
}

// The region that `rule`'s endings of step 1 have to lie in. R2 lies in both others.
std::size_t region_of(const Letters& word, Rule rule) {
    if (rule == Rule::Amente) return word.r1;
    return rule == Rule::Amento ? word.rv : word.r2;
}

// Standard endings. Returns whether one went.
bool step_1(Letters& word) {
    const auto* const ending = step_1_endings.find(word.text);
    if (ending == nullptr || ending->size() > region_of(word, ending->rule)) return false;
    switch (ending->rule) {
        case Rule::Logia:
            // NLTK: RV becomes a beginning of the word, in l. Step 3 finds as little there as after "log".
            word.cut(2);
            break;
        case Rule::Uzione:
            word.cut(5);
            break;
        case Rule::Enza:
            word.replace(ending->size(), U"te");  // NLTK: not "ente"
            break;
        default:
            cut_with_what_precedes(word, *ending);
            break;
    }
    return true;
}

void step_2(Letters& word) {
    if (const auto* const ending = step_2_endings.find(word.in_rv()); ending != nullptr) word.cut(ending->size());
}

void step_3(Letters& word) {
    if (word.rv != 0 && final_vowels.has(word.text.back())) {
        word.cut(1);
        if (word.in_rv().ends_with(U'i')) word.cut(1);
    }
    if (word.in_rv().ends_with(U"ch") || word.in_rv().ends_with(U"gh")) word.cut(1);
}

}  // namespace

void stem_italian(std::string& word) {
    Letters letters(word);
    turn_acute_accents(letters.text);
    mark(letters.text);
    letters.find_r1_and_r2(vowels);
    letters.find_rv(vowels);
    step_0(letters);
    if (!step_1(letters)) step_2(letters);
    step_3(letters);
    unmark(letters.text);
    letters.write_to(word);
}

}  // namespace sprat::snowball
