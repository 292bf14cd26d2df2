// Punkt's decision: "does a sentence end within this context?"
//
// A context is the word before a candidate, the candidate, and the token after it. The tables are those of the
// English model (text/punkt_data.hpp).
#pragma once

#include <string_view>

#include "text/nltk_profile.hpp"

namespace sprat::punkt {

// A character that cannot stand within a word (NLTK's _re_non_word_chars) at `at`: its length in bytes, or 0.
[[nodiscard]] std::size_t non_word_at(std::string_view text, std::size_t at, NltkProfile profile);

// NLTK's text_contains_sentbreak: a word of `context`, not the last, ends a sentence.
[[nodiscard]] bool contains_break(std::string_view context, NltkProfile profile);

// True if "word." always ends a sentence, whatever follows: `letters` (two ASCII letters or more) is neither an
// abbreviation nor the first half of a collocation.
[[nodiscard]] bool always_ends(std::string_view letters);

}  // namespace sprat::punkt
