#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "text/snowball.hpp"
#include "text/snowball_endings.hpp"
#include "text/snowball_letters.hpp"

namespace sprat::snowball {
namespace {

constexpr LetterSet vowels(U"aeiouáéíóúâêô");

enum class Rule : std::uint8_t { Cut, Amente, Ira, Logia, Ucao, Encia, Mente, Idade, Ivo };

constexpr Endings<Rule, 47> step_1_endings({
    {Rule::Cut,
     U"amentos imentos amento imento adoras adores aço~es anças ismos istas adora aça~o antes ância "
     "ança ezas icos icas ismo ável ível ista osos osas ador ante eza ico ica oso osa"},
    {Rule::Encia, U"ências ência"},
    {Rule::Logia, U"logias logia"},
    {Rule::Ucao, U"uço~es uça~o"},
    {Rule::Idade, U"idades idade"},
    {Rule::Amente, U"amente"},
    {Rule::Mente, U"mente"},
    {Rule::Ivo, U"ivas ivos iva ivo"},
    {Rule::Ira, U"iras ira"},
});

constexpr Endings<Rule, 120> step_2_endings({
    {Rule::Cut,
     U"aríamos eríamos iríamos ássemos êssemos íssemos aríeis eríeis iríeis ásseis ésseis ísseis áramos "
     "éramos íramos ávamos aremos eremos iremos ariam eriam iriam assem essem issem ara~o era~o ira~o "
     "arias erias irias ardes erdes irdes asses esses isses astes estes istes áreis areis éreis ereis "
     "íreis ireis áveis íamos armos ermos irmos aria eria iria asse esse isse aste este iste arei erei "
     "irei aram eram iram avam arem erem irem ando endo indo adas idas arás aras erás eras irás avas "
     "ares eres ires íeis ados idos ámos amos emos imos iras ada ida ará ara erá era irá ava iam ado ido "
     "ias ais eis ira ia ei am em ar er ir as es is eu iu ou"},
});

constexpr Endings<Rule, 7> step_4_endings({
    {Rule::Cut, U"os a i o á í ó"},
});

// Writes ã and õ as two letters, a~ and o~, and the ü of qü and gü as u.
void spread(std::u32string& text) {
    if (text.find_first_of(U"ãõü") == std::u32string::npos) return;
    std::u32string spread;
    spread.reserve(text.size() + text.size() / 4 + 4);
    for (const char32_t letter : text) {
        if (letter == U'ã') {
            spread += U"a~";
        } else if (letter == U'õ') {
            spread += U"o~";
        } else if (letter == U'ü' && (spread.ends_with(U'q') || spread.ends_with(U'g'))) {
            spread += U'u';
        } else {
            spread += letter;
        }
    }
    text = std::move(spread);
}

// Writes a~ and o~ as ã and õ; NLTK: also those that the word had from the start.
void join(std::u32string& text) {
    if (text.find(U'~') == std::u32string::npos) return;
    std::size_t size = 0;
    for (const char32_t letter : text) {
        const char32_t before = size != 0 ? text[size - 1] : 0;
        if (letter == U'~' && (before == U'a' || before == U'o')) {
            text[size - 1] = before == U'a' ? U'ã' : U'õ';
        } else {
            text[size++] = letter;
        }
    }
    text.resize(size);
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
        case Rule::Mente:
            // NLTK: without the accents that the language writes here.
            if (!word.cut_in_r2(U"ante") && !word.cut_in_r2(U"avel")) word.cut_in_r2(U"ivel");
            break;
        case Rule::Idade:
            if (!word.cut_in_r2(U"ic") && !word.cut_in_r2(U"iv")) word.cut_in_r2(U"abil");
            break;
        case Rule::Ivo:
            word.cut_in_r2(U"at");
            break;
        default:
            break;
    }
}

bool is_eira(const Letters& word, const Ending<Rule>& ending) {
    return ending.rule == Rule::Ira && word.rv >= ending.size() && without(word.text, ending.size()).ends_with(U'e');
}

// Standard endings, which have to lie in R2 ("amente" in R1, "ira" after an e in RV). Returns whether one went.
bool step_1(Letters& word) {
    const auto* const ending = step_1_endings.find(word.text);
    if (ending == nullptr) return false;
    const std::size_t size = ending->size();
    if (is_eira(word, *ending)) {
        word.replace(size, U"ir");
        return true;
    }
    if (size > (ending->rule == Rule::Amente ? word.r1 : word.r2)) return false;
    switch (ending->rule) {
        case Rule::Logia:
            word.replace(size, U"log");
            break;
        case Rule::Ucao:
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

// Verb endings. Returns whether one went.
bool step_2(Letters& word) {
    const auto* const ending = step_2_endings.find(word.in_rv());
    if (ending == nullptr) return false;
    word.cut(ending->size());
    return true;
}

void step_3(Letters& word) {
    // Before RV stand three letters or more.
    if (word.in_rv().ends_with(U'i') && word.text.ends_with(U"ci")) word.cut(1);
}

void step_4(Letters& word) {
    if (const auto* const ending = step_4_endings.find(word.in_rv()); ending != nullptr) word.cut(ending->size());
}

void step_5(Letters& word) {
    const auto rv = word.in_rv();
    if (rv.ends_with(U'e') || rv.ends_with(U'é') || rv.ends_with(U'ê')) {
        word.cut(1);
        if (word.rv != 0 && (word.text.ends_with(U"gu") || word.text.ends_with(U"ci"))) word.cut(1);
    } else if (word.text.ends_with(U'ç')) {
        word.text.back() = U'c';
    }
}

}  // namespace

void stem_portuguese(std::string& word) {
    Letters letters(word);
    spread(letters.text);
    letters.find_r1_and_r2(vowels);
    letters.find_rv(vowels);
    if (step_1(letters) || step_2(letters)) {
        step_3(letters);
    } else {
        step_4(letters);
    }
    step_5(letters);
    join(letters.text);
    letters.write_to(word);
}

}  // namespace sprat::snowball
