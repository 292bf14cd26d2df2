// Stop words: "which words say nothing about a text?"
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace sprat {

// NLTK's for english german french russian spanish italian portuguese chinese; nothing for another language.
[[nodiscard]] std::optional<std::span<const std::string_view>> stop_words(std::string_view language) noexcept;

}  // namespace sprat
