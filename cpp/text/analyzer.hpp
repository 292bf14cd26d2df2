// Analyzer: "which terms stand for this text?"
//
// A tokenizer cuts the text, filters change or drop each token, in order. A filter sees one token and nothing
// else, so that a token's fate depends on its form alone and can be remembered (vocab/term_encoder.hpp).
//
// Immutable: any number of threads may use one Analyzer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <variant>
#include <vector>

#include "text/nltk_profile.hpp"

namespace sprat {

enum class Tokenizer : std::uint8_t {
    Nltk,        // nltk.word_tokenize: Punkt sentences, then the word rules
    Whitespace,  // str.split
};

struct Lowercase {};       // str.lower
struct EnglishStemmer {};  // NLTK's SnowballStemmer("english")

// Drops the tokens that are equal to one of `tokens`: punctuation, stop words.
struct Drop {
    explicit Drop(std::vector<std::string> dropped);
    [[nodiscard]] bool holds(const std::string& token) const {
        return token.size() <= longest && tokens.contains(token);
    }
    std::unordered_set<std::string> tokens;
    std::size_t longest = 0;  // bytes
};

using TokenFilter = std::variant<Lowercase, Drop, EnglishStemmer>;

class Analyzer {
  public:
    Analyzer(Tokenizer tokenizer, NltkProfile profile, std::vector<TokenFilter> filters)
        : tokenizer_(tokenizer), profile_(profile), filters_(std::move(filters)) {}

    // Puts one token through the filters; false if one of them drops it.
    [[nodiscard]] bool filter(std::string& token) const;

    [[nodiscard]] Tokenizer tokenizer() const noexcept { return tokenizer_; }
    [[nodiscard]] NltkProfile profile() const noexcept { return profile_; }

  private:
    Tokenizer tokenizer_;
    NltkProfile profile_;
    std::vector<TokenFilter> filters_;
};

}  // namespace sprat
