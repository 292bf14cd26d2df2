// Stemmers of Snowball 3: "which letters at the end of this word are only grammar?"
//
// NLTK's (snowball.hpp) follow the algorithms of 2008. Snowball has mended them since: organism, organization and
// organ have three stems, biologist and biology one, gründete and gründen one. These are its English and German of
// version 3.1, letter for letter. The algorithms' descriptions: https://snowballstem.org/algorithms/
#pragma once

#include <string>

namespace sprat::snowball_3 {

// Each stems `word` (generalised UTF-8) in place: lower case first, as str.lower, then Snowball's steps. Time is linear
// in the length of the word.
void stem_english(std::string& word);
void stem_german(std::string& word);

}  // namespace sprat::snowball_3
