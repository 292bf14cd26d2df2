#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/snowball.hpp"
#include "text/snowball_endings.hpp"
#include "text/snowball_letters.hpp"

namespace sprat::snowball {
namespace {

constexpr LetterSet vowels(U"aeiouáéíóúü");
constexpr LetterMap without_acute_accent(U"áéíóú", U"aeiou");

enum class Rule : std::uint8_t { Cut, Amente, Ador, Logia, Ucion, Encia, Mente, Idad, Ivo, Gu };

constexpr Endings<Rule, 13> pronouns({
    {Rule::Cut, U"selas selos sela selo las les los nos me se la le lo"},
});

constexpr Endings<Rule, 10> before_pronouns({
    {Rule::Cut, U"ando ándo ar ár er ér iendo iéndo ir ír"},
});

constexpr Endings<Rule, 48> step_1_endings({
    {Rule::Cut,
     U"amientos imientos amiento imiento anzas ismos ables ibles istas anza icos icas ismo able ible "
     "ista osos osas ico ica oso osa"},
    {Rule::Ador, U"acion aciones adoras adores ancias adora ación antes ancia ador ante"},
    {Rule::Ucion, U"uciones ucion ución"},
    {Rule::Logia, U"logías logía"},
    {Rule::Encia, U"encias encia"},
    {Rule::Amente, U"amente"},
    {Rule::Idad, U"idades idad"},
    {Rule::Mente, U"mente"},
    {Rule::Ivo, U"ivas ivos iva ivo"},
});

constexpr Endings<Rule, 12> step_2a_endings({
    {Rule::Cut, U"yeron yendo yamos yais yan yen yas yes ya ye yo yó"},
});

constexpr Endings<Rule, 96> step_2b_endings({
    {Rule::Cut,
     U"aríamos eríamos iríamos iéramos iésemos aríais aremos eríais eremos iríais iremos ierais ieseis "
     "asteis isteis ábamos áramos ásemos arían arías aréis erían erías eréis irían irías iréis ieran "
     "iesen ieron iendo ieras ieses abais arais aseis éamos arán arás aría erán erás ería irán irás "
     "iría iera iese aste iste aban aran asen aron ando abas adas idas aras ases íais ados idos amos "
     "imos ará aré erá eré irá iré aba ada ida ara ase ían ado ido ías áis ía ad ed id an ió ar er ir "
     "as ís"},
    {Rule::Gu, U"emos éis en es"},
});

constexpr Endings<Rule, 8> step_3_endings({
    {Rule::Cut, U"os a o á í ó"},
    {Rule::Gu, U"e é"},
});

// Takes off a pronoun after a gerund or an infinitive. The accents go at once, so that step 2 finds "ando" and not
// "ándo". NLTK: those of the whole word.
void step_0(Letters& word) {
    const auto* const pronoun = pronouns.find(word.in_rv());
    if (pronoun == nullptr) return;
    const std::size_t size = pronoun->size();
    const auto verb = without(word.in_rv(), size);
    const bool goes = before_pronouns.find(verb) != nullptr ||
                      (verb.ends_with(U"yendo") && without(word.text, size).ends_with(U"uyendo"));
    if (!goes) return;
    word.cut(size);
    without_acute_accent.apply(word.text);
}

void cut_with_what_precedes(Letters& word, const Ending<Rule>& ending) {
    word.cut(ending.size());
    switch (ending.rule) {
        case Rule::Amente:
            if (word.cut_in_r2(U"iv")) {
                word.cut_in_r2(U"at");
            } else if (!word.cut_in_r2(U"os") && !word.cut_in_r2(U"ic")) {
                word.cut_in_r2(U"ad");
            }
            break;
        case Rule::Ador:
            word.cut_in_r2(U"ic");
            break;
        case Rule::Mente:
            if (!word.cut_in_r2(U"ante") && !word.cut_in_r2(U"able")) word.cut_in_r2(U"ible");
            break;
        case Rule::Idad:
            if (!word.cut_in_r2(U"abil") && !word.cut_in_r2(U"ic")) word.cut_in_r2(U"iv");
            break;
        case Rule::Ivo:
            word.cut_in_r2(U"at");
            break;
        default:
            break;
    }
}

// Standard endings, which have to lie in R2 ("amente" in R1). Returns whether one went.
bool step_1(Letters& word) {
    const auto* const ending = step_1_endings.find(word.text);
    if (ending == nullptr) return false;
    const std::size_t size = ending->size();
    if (size > (ending->rule == Rule::Amente ? word.r1 : word.r2)) return false;
    switch (ending->rule) {
        case Rule::Logia:
            word.replace(size, U"log");
            break;
        case Rule::Ucion:
            word.replace(size, U"u");
            break;
        case Rule::Encia:
            word.replace(size, U"ente");
            break;
        default:
            cut_with_what_precedes(word, *ending);
            break;
    }
    return true;
}

// Verb endings: in y after a u, else others. NLTK tries the others after a y as well: none ends in that u.
void step_2(Letters& word) {
    if (const auto* const ending = step_2a_endings.find(word.in_rv()); ending != nullptr) {
        if (without(word.text, ending->size()).ends_with(U'u')) return word.cut(ending->size());
    }
    const auto* const ending = step_2b_endings.find(word.in_rv());
    if (ending == nullptr) return;
    word.cut(ending->size());
    // Of an RV that holds the u but not the g NLTK keeps the u: no ending of step 3 ends in it.
    if (ending->rule == Rule::Gu && word.text.ends_with(U"gu")) word.cut(1);
}

void step_3(Letters& word) {
    const auto* const ending = step_3_endings.find(word.in_rv());
    if (ending == nullptr) return;
    word.cut(ending->size());
    if (ending->rule == Rule::Gu && word.rv != 0 && word.text.ends_with(U"gu")) word.cut(1);
}

}  // namespace

void stem_spanish(std::string& word) {
    Letters letters(word);
    letters.find_r1_and_r2(vowels);
    letters.find_rv(vowels);
    step_0(letters);
    if (!step_1(letters)) step_2(letters);
    step_3(letters);
    without_acute_accent.apply(letters.text);
    letters.write_to(word);
}

}  // namespace sprat::snowball
