// Porter stemmer: "which letters at the end of this word are only grammar?", as Martin Porter first answered.
//
// M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the two departures of his own programs
// ("bli" becomes "ble", "logi" becomes "log"), which are also Lucene's PorterStemFilter, result for result. The older
// of the two English stemmers; text/snowball_english.hpp has the newer.
//
// Expects lower case. What is no ASCII letter counts as a consonant.
#pragma once

#include <string>

namespace sprat {

// Stems `word` (generalised UTF-8) in place; never longer afterwards. Lengths are counted in UTF-16, as in Java;
// a word of one or two stays as it is.
void stem_porter(std::string& word);

}  // namespace sprat
