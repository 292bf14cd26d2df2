#include "text/snowball_english.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/snowball_word.hpp"
#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace sprat::snowball {
namespace {

enum Class : std::uint8_t { Vowel = 1, LiEnding = 2, WxY = 4, Doubling = 8, St = 16 };

constexpr std::array<std::uint8_t, 256> classes = [] {
    std::array<std::uint8_t, 256> table{};
    const auto mark = [&](std::string_view letters, Class as) {
        for (const char c : letters) {
            auto& of_letter = table[static_cast<unsigned char>(c)];
            of_letter = static_cast<std::uint8_t>(of_letter | as);
        }
    };
    mark("aeiouy", Vowel);
    mark("cdeghkmnrt", LiEnding);
    mark("wxY", WxY);
    mark("bdfgmnprt", Doubling);
    mark("st", St);
    return table;
}();

bool is(char letter, unsigned any_of) { return (classes[static_cast<unsigned char>(letter)] & any_of) != 0; }

struct SpecialWord {
    std::string_view word, stem;
};

// Sorted by first letter, which special_words_from relies on.
constexpr SpecialWord special_words[] = {
    {"andes", "andes"},        {"atlas", "atlas"},      {"bias", "bias"},       {"canning", "canning"},
    {"cannings", "canning"},   {"cosmos", "cosmos"},    {"dying", "die"},       {"early", "earli"},
    {"earring", "earring"},    {"earrings", "earring"}, {"exceed", "exceed"},   {"exceeded", "exceed"},
    {"exceeding", "exceed"},   {"exceeds", "exceed"},   {"gently", "gentl"},    {"herring", "herring"},
    {"herrings", "herring"},   {"howe", "howe"},        {"idly", "idl"},        {"inning", "inning"},
    {"innings", "inning"},     {"lying", "lie"},        {"news", "news"},       {"only", "onli"},
    {"outing", "outing"},      {"outings", "outing"},   {"proceed", "proceed"}, {"proceeded", "proceed"},
    {"proceeding", "proceed"}, {"proceeds", "proceed"}, {"singly", "singl"},    {"skies", "sky"},
    {"skis", "ski"},           {"sky", "sky"},          {"succeed", "succeed"}, {"succeeded", "succeed"},
    {"succeeding", "succeed"}, {"succeeds", "succeed"}, {"tying", "tie"},       {"ugly", "ugli"},
};

// special_words_from[c] .. special_words_from[c + 1] start with the letter 'a' + c.
constexpr std::array<std::uint8_t, 27> special_words_from = [] {
    std::array<std::uint8_t, 27> from{};
    for (std::size_t letter = 0; letter < 27; ++letter) {
        while (from[letter] < std::size(special_words) &&
               special_words[from[letter]].word[0] < static_cast<char>('a' + letter)) {
            ++from[letter];
        }
    }
    return from;
}();

bool stem_special_word(std::string& word) {
    const auto letter = static_cast<unsigned char>(word[0] - 'a');
    if (letter >= 26 || word.size() > 10) return false;
    for (std::size_t i = special_words_from[letter]; i < special_words_from[letter + 1U]; ++i) {
        if (word == special_words[i].word) {
            word = special_words[i].stem;
            return true;
        }
    }
    return false;
}

bool has_vowel_before(const Word& word, std::size_t back) {
    return std::any_of(word.letters, word.letters + (word.length - back), [](char c) { return is(c, Vowel); });
}

// Marks each y that is a consonant (first, or after a vowel) as Y and finds the regions: each begins after
// the first consonant that follows a vowel, R1 in the word and R2 in R1.
void find_regions(Word& word) {
    std::size_t r1_from = 0;
    if (word.starts("gener") || word.starts("arsen")) r1_from = 5;
    if (word.starts("commun")) r1_from = 6;
    std::size_t r2_from = 0;
    bool after_vowel = false;
    for (std::size_t i = 0; i < word.length; ++i) {
        char& letter = word.letters[i];
        if (letter == 'y' && (after_vowel || i == 0)) {
            letter = 'Y';
            word.marked = true;
        }
        const bool vowel = is(letter, Vowel);
        if (after_vowel && !vowel) {
            if (r1_from == 0) {
                r1_from = i + 1;
            } else if (r2_from == 0 && i >= r1_from) {
                r2_from = i + 1;
            }
        }
        after_vowel = vowel;
    }
    word.r1 = r1_from != 0 ? word.length - r1_from : 0;
    word.r2 = r2_from != 0 ? word.length - r2_from : 0;
}

void step_0(Word& word) {
    if (word.ends("'s'")) {
        word.cut(3);
    } else if (word.ends("'s")) {
        word.cut(2);
    } else if (word.ends("'")) {
        word.cut(1);
    }
}

void step_1a(Word& word) {
    if (word.ends("sses")) {
        word.cut(2);
    } else if (word.ends("ied") || word.ends("ies")) {
        word.cut(word.length > 4 ? 2 : 1);
    } else if (word.ends("us") || word.ends("ss")) {
        return;
    } else if (word.ends("s") && word.length >= 2 && has_vowel_before(word, 2)) {
        word.cut(1);
    }
}

// After "ed", "ing", "edly" or "ingly" has gone: gives the word a proper end again.
void restore_ending(Word& word) {
    if (word.ends("at") || word.ends("bl") || word.ends("iz")) {
        word.letters[word.length++] = 'e';
        // NLTK adds the e to a region that is empty as well. R2 is empty where it gets none.
        word.r1 += 1;
        if (word.length > 5 || word.r1 >= 3) word.r2 += 1;
    } else if (word.length >= 2 && word.last(1) == word.last(2) && is(word.last(), Doubling)) {
        word.cut(1);
    } else if (word.r1 == 0) {
        const bool short_word = (word.length >= 3 && !is(word.last(1), Vowel | WxY) && is(word.last(2), Vowel) &&
                                 !is(word.last(3), Vowel)) ||
                                (word.length == 2 && is(word.letters[0], Vowel) && !is(word.letters[1], Vowel));
        if (short_word) word.letters[word.length++] = 'e';
    }
}

void step_1b(Word& word) {
    if (word.exchange("eedly", "ee") || word.exchange("eed", "ee")) return;
    std::size_t count = 0;
    if (word.ends("ingly")) {
        count = 5;
    } else if (word.ends("edly")) {
        count = 4;
    } else if (word.ends("ing")) {
        count = 3;
    } else if (word.ends("ed")) {
        count = 2;
    }
    if (count != 0 && has_vowel_before(word, count)) {
        word.cut(count);
        restore_ending(word);
    }
}

void step_1c(Word& word) {
    if (word.length > 2 && (word.last() == 'y' || word.last() == 'Y') && !is(word.last(2), Vowel)) {
        word.letters[word.length - 1] = 'i';
    }
}

// Steps 2 to 4 act on the longest suffix of their list that ends the word, and only if it lies in R1 (step 4: in
// R2); a shorter one is then not tried. Steps 2 and 3 return whether one of theirs ended the word.

bool step_2_i(Word& word) {
    switch (word.last(2)) {
        case 'c':
            return word.exchange_last("enci", 'e') || word.exchange_last("anci", 'e');
        case 'g':
            if (!word.ends("ogi")) return false;
            if (word.r1 >= 3 && word.last(4) == 'l') word.cut(1);
            return true;
        case 'l':
            if (word.trim("lessli", 2) || word.trim("entli", 2) || word.exchange("ousli", "ous") ||
                word.trim("fulli", 2) || word.exchange_last("abli", 'e') || word.exchange("alli", "al") ||
                word.exchange("bli", "ble")) {
                return true;
            }
            if (is(word.last(3), LiEnding)) word.cut(2);
            return true;
        case 't':
            return word.exchange("biliti", "ble") || word.exchange("aliti", "al") || word.exchange("iviti", "ive", 1);
        default:
            return false;
    }
}

// NLTK: where `exchange` is given a 1, an R2 shorter than the suffix becomes "e", and not empty.
bool step_2(Word& word) {
    if (word.r1 < 2) return false;
    switch (word.last()) {
        case 'i':
            return step_2_i(word);
        case 'l':
            return word.exchange("ational", "ate", 1) || word.trim("tional", 2);
        case 'm':
            return word.exchange("alism", "al");
        case 'n':
            return word.exchange("ization", "ize") || word.exchange("ation", "ate", 1);
        case 'r':
            return word.exchange("izer", "ize") || word.exchange("ator", "ate", 1);
        case 's':
            return word.trim("fulness", 4) || word.exchange("ousness", "ous") || word.exchange("iveness", "ive", 1);
        default:
            return false;
    }
}

bool step_3(Word& word) {
    if (word.r1 < 3) return false;
    switch (word.last()) {
        case 'e':
            if (word.trim("alize", 3) || word.exchange("icate", "ic")) return true;
            if (!word.ends("ative")) return false;
            if (word.r2 >= 5) word.cut(5);
            return true;
        case 'i':
            return word.exchange("iciti", "ic");
        case 'l':
            return word.exchange("ational", "ate") || word.trim("tional", 2) || word.exchange("ical", "ic") ||
                   word.trim("ful", 3);
        case 's':
            return word.trim("ness", 4);
        default:
            return false;
    }
}

// The suffix of step 4 that ends the word: its length, 0 if there is none.
std::size_t step_4_suffix(const Word& word) {
    switch (word.last()) {
        case 'c':
            return word.ends("ic") ? 2 : 0;
        case 'e':
            if (word.ends("ance") || word.ends("ence") || word.ends("able") || word.ends("ible")) return 4;
            return word.ends("ate") || word.ends("ive") || word.ends("ize") ? 3 : 0;
        case 'i':
            return word.ends("iti") ? 3 : 0;
        case 'l':
            return word.ends("al") ? 2 : 0;
        case 'm':
            return word.ends("ism") ? 3 : 0;
        case 'n':
            return word.ends("ion") ? 3 : 0;
        case 'r':
            return word.ends("er") ? 2 : 0;
        case 's':
            return word.ends("ous") ? 3 : 0;
        case 't':
            if (word.ends("ent")) return word.ends("ement") ? 5 : word.ends("ment") ? 4 : 3;
            return word.ends("ant") ? 3 : 0;
        default:
            return 0;
    }
}

void step_4(Word& word) {
    if (word.r2 < 2) return;
    const std::size_t count = step_4_suffix(word);
    if (count == 0 || word.r2 < count) return;
    if (word.last() == 'n' && !is(word.last(4), St)) return;  // "ion" goes only after s or t
    word.cut(count);
}

void step_5(Word& word) {
    if (word.r1 == 0) return;  // then R2 is empty as well
    if (word.last() == 'l') {
        if (word.r2 != 0 && word.last(2) == 'l') word.length -= 1;
    } else if (word.last() == 'e') {
        const bool goes = word.r2 != 0 || (word.length >= 4 && (is(word.last(2), Vowel | WxY) ||
                                                                !is(word.last(3), Vowel) || is(word.last(4), Vowel)));
        if (goes) word.length -= 1;
    }
}

// The stem of letters[0 .. length), made in place; returns its length.
std::size_t stem(char* letters, std::size_t length) {
    Word word{letters, length};
    find_regions(word);
    step_0(word);
    step_1a(word);
    step_1b(word);
    step_1c(word);
    step_2(word);
    step_3(word);
    step_4(word);
    step_5(word);
    if (word.marked) std::replace(letters, letters + word.length, 'Y', 'y');
    return word.length;
}

// Past the last byte of the character at `at`; stops at the end of the text whatever the bytes are.
std::size_t character_end(const std::string& text, std::size_t at) {
    do {
        ++at;
    } while (at < text.size() && utf8::is_continuation(text[at]));
    return at;
}

bool is_apostrophe(std::string_view character) {
    return character == "'" || character == "\u2018" || character == "\u2019" || character == "\u201b";
}

constexpr char outside_ascii = '\x80';

// A word with characters outside ASCII is stemmed through its outline, one char a letter, in which all of them
// look the same: no step tells them apart, and steps only change ASCII letters at the end. So the n-th of them
// in the outline's stem is the n-th in the word.
void stem_outside_ascii(std::string& word) {
    std::string outline;
    std::string characters;  // those outside ASCII
    outline.reserve(word.size());
    for (std::size_t at = 0, end = 0; at < word.size(); at = end) {
        end = character_end(word, at);
        const std::string_view character(word.data() + at, end - at);
        if (is_apostrophe(character)) {
            outline += '\'';
        } else if (utf8::is_ascii(character)) {
            outline += character;
        } else {
            outline += outside_ascii;
            characters += character;
        }
    }
    if (outline.size() <= 2) return;

    const std::size_t skipped = outline[0] == '\'' ? 1 : 0;
    const std::size_t length = stem(outline.data() + skipped, outline.size() - skipped);
    word.clear();
    std::size_t at = 0;
    for (const char letter : std::string_view(outline).substr(skipped, length)) {
        if (letter == outside_ascii) {
            const std::size_t end = character_end(characters, at);
            word.append(characters, at, end - at);
            at = end;
        } else {
            word += letter;
        }
    }
}

// str.lower if the text is ASCII; otherwise false, and the text is as it was.
bool lower_ascii(std::string& text) {
    if (!utf8::is_ascii(text)) return false;
    for (char& c : text) c = static_cast<char>(c + (c >= 'A' && c <= 'Z' ? 'a' - 'A' : 0));
    return true;
}

}  // namespace

void stem_english(std::string& word) {
    if (!lower_ascii(word)) {
        unicode::lower(word);
        // The Kelvin sign lowers into ASCII, so the question is asked again.
        if (!lower_ascii(word)) return stem_outside_ascii(word);
    }
    if (word.size() <= 2 || stem_special_word(word)) return;
    if (word[0] == '\'') word.erase(0, 1);
    word.resize(stem(word.data(), word.size()));
}

}  // namespace sprat::snowball
