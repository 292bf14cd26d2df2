// Stemmers: "which stemmer goes by this name?"
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sprat {

struct NamedStemmer {
    std::string_view name;
    void (*stem)(std::string& word);  // in place
};

// Those of NLTK's Snowball, by their languages; "porter"; Snowball 3's, as "snowball-3 english".
[[nodiscard]] std::span<const NamedStemmer> stemmers() noexcept;

}  // namespace sprat
