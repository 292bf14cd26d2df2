// Word rules: "what are the words of this sentence?", as NLTK's NLTKWordTokenizer answers.
//
// NLTK rewrites the sentence with some thirty regular expressions in turn, each putting spaces around what it
// finds, and splits the result at white space. So does this: one function a rule, on the real text, in order.
// It is linear in the text and runs once per distinct piece of text (see text/surfaces.hpp); rules whose
// trigger characters are absent are skipped.
#pragma once

#include <string>
#include <string_view>

#include "text/nltk_profile.hpp"

namespace sprat {

class WordRules {
  public:
    explicit WordRules(NltkProfile profile) noexcept : profile_(profile), engine_(engine_of(profile)) {}

    // `sentence` with a space around every word, to be split by unicode::next_word(). Borrowed until the next call.
    [[nodiscard]] std::string_view spaced(std::string_view sentence);

    // True if `piece` is one word as it stands, somewhere inside a sentence between white space.
    [[nodiscard]] bool leaves_alone(std::string_view piece) const noexcept;

  private:
    void starting_quotes(unsigned present);
    void punctuation(unsigned present);
    void ending_quotes(unsigned present);

    NltkProfile profile_;
    unicode::Engine engine_;
    std::string text_;     // the sentence as rewritten so far
    std::string scratch_;  // the output of the rule at work
};

}  // namespace sprat
