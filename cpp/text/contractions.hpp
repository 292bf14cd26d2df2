// Contractions: "which words are two words?" cannot, gimme, gonna, gotta, lemme, wanna, d'ye, more'n, 'tis, 'twas.
//
// The last of NLTK's word rules; after R. MacIntyre's tokenizer for the Penn Treebank.
#pragma once

#include <string>

namespace sprat {

// Puts spaces around the parts of each contraction in `text`. `scratch` is a buffer.
void split_contractions(std::string& text, std::string& scratch);

}  // namespace sprat
