// Stop words: "which words say nothing about a text?"
#pragma once

#include <span>
#include <string_view>

namespace sprat {

// The 198 of NLTK's stopwords corpus.
[[nodiscard]] std::span<const std::string_view> english_stop_words() noexcept;

}  // namespace sprat
