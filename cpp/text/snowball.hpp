// Stemmers: "which letters at the end of this word are only grammar?"
//
// The Snowball stemmers of NLTK for languages other than English, bit for bit. That is not Snowball's own: NLTK
// follows an older text of the algorithms and has slips of its own, which are kept; each is marked "NLTK" in the
// .cpp of its language. The algorithms' descriptions: https://snowballstem.org/algorithms/
//
// Does not know where words come from. A letter that the language does not write counts as a consonant, as in NLTK.
#pragma once

#include <string>

namespace sprat::snowball {

// Each stems `word` (generalised UTF-8) in place: lower case first, as str.lower (Russian: see there), then NLTK's
// steps. Lengths are counted in code points. Time is linear in the length of the word.
void stem_french(std::string& word);
void stem_german(std::string& word);
void stem_italian(std::string& word);
void stem_portuguese(std::string& word);
void stem_russian(std::string& word);
void stem_spanish(std::string& word);

}  // namespace sprat::snowball
