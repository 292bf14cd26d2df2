// Stop words: "which words say nothing about a text?"
#pragma once

#include <span>
#include <string_view>

namespace sprat {

struct StopWords {
    std::string_view language;  // as NLTK calls it: "english"
    std::string_view words;     // in NLTK's order, each with a '|' behind it
};

// Those of every language that NLTK has, by name; and Lucene's 33 English ones are in lucene.hpp.
[[nodiscard]] std::span<const StopWords> stop_words() noexcept;

}  // namespace sprat
