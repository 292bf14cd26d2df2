// Punkt: "where does each sentence end?", as NLTK's English Punkt model answers.
//
// T. Kiss and J. Strunk, "Unsupervised Multilingual Sentence Boundary Detection", Computational Linguistics
// 32(4), 2006, in NLTK's rendering (nltk/tokenize/punkt.py). Every . ? ! that punctuation or white space follows is
// a candidate; the word before it and the token after it decide. Most candidates end an ordinary word and are
// decided on sight; the others are put through NLTK's two passes, word for word.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "text/nltk_profile.hpp"

namespace sprat {

struct Span {
    std::size_t begin, end;  // bytes
};

class SentenceSplitter {
  public:
    explicit SentenceSplitter(NltkProfile profile) noexcept : profile_(profile) {}

    // The sentences of `text`, in order; none is empty. Borrowed until the next call.
    [[nodiscard]] const std::vector<Span>& split(std::string_view text);

  private:
    void find_breaks(std::string_view text);
    void realign(std::string_view text);

    NltkProfile profile_;
    std::vector<Span> slices_;  // between breaks, closing punctuation still on the far side
    std::vector<Span> sentences_;
};

}  // namespace sprat
