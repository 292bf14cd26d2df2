// English stemmer: "which letters at the end of this word are only grammar?"
//
// Porter's second English stemmer ("Snowball") as NLTK's EnglishStemmer has it, bit for bit. That is not
// Snowball's own: NLTK follows an older text of the algorithm and keeps slips of its own; each is marked
// "NLTK" in the .cpp. The algorithm's description: https://snowballstem.org/algorithms/english/stemmer.html
//
// Does not know where words come from. Letters outside ASCII count as consonants, as in NLTK.
#pragma once

#include <string>

namespace sprat::snowball {

// Stems `word` (generalised UTF-8) in place: lower case first, as str.lower, then NLTK's steps.
// Lengths are counted in code points. The result is never longer than the lowered word and may be empty
// ("''s"). Time is linear in the length of the word.
void stem_english(std::string& word);

}  // namespace sprat::snowball
