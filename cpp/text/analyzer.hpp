// Analyzer: "which terms stand for this text?"
//
// A tokenizer cuts the text, filters change or drop each token, in order. A filter sees one token and nothing
// else, so that a token's fate depends on its form alone and can be remembered (vocab/term_encoder.hpp).
// Immutable: any number of threads may use one Analyzer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "text/nltk_profile.hpp"

namespace sprat {

enum class Tokenizer : std::uint8_t {
    Nltk,            // nltk.word_tokenize: Punkt sentences, then the word rules
    Whitespace,      // str.split
    Unicode,         // words between the boundaries of UAX #29
    UnicodeBigrams,  // the same, and overlapping pairs of characters in scripts written without spaces
    Lucene,          // Lucene's StandardTokenizer
    Words,           // \w+, each lower-cased by itself, as in fastembed, which blanks what is between them first
    Given,           // none: tokens are handed in
};

// Replaces a token by what a function makes of it: lower case, case folding, a stemmer.
struct Rewrite {
    void (*rewrite)(std::string& token);
};

// Drops the tokens that are equal to one of `tokens`: punctuation, stop words.
struct Drop {
    explicit Drop(std::vector<std::string> dropped);
    [[nodiscard]] bool holds(const std::string& token) const {
        return token.size() <= longest && tokens.contains(token);
    }
    std::unordered_set<std::string> tokens;
    std::size_t longest = 0;  // bytes
};

// Drops tokens of fewer or more code points.
struct Length {
    std::size_t least, most;
};

// The last two put other tokens, none or several, in the place of a token. They go on to the next filter.
struct Synonyms {
    std::unordered_map<std::string, std::vector<std::string>> replacements;
};

struct Split {
    std::string characters;  // ASCII; the token is cut at each: "to_be" at "_" becomes "to" and "be"
};

using TokenFilter = std::variant<Rewrite, Drop, Length, Synonyms, Split>;

class Analyzer {
  public:
    Analyzer(Tokenizer tokenizer, NltkProfile profile, std::vector<TokenFilter> filters)
        : tokenizer_(tokenizer), profile_(profile), filters_(std::move(filters)) {}

    // Puts one token through the filters and calls emit(std::string_view) for each that comes out.
    template <class Emit>
    void filter(std::string& token, Emit&& emit) const {
        filter_from(0, token, emit);
    }

    // Whether words of ASCII letters and digits become the same as in lower case.
    [[nodiscard]] bool ignores_case() const noexcept;

    [[nodiscard]] Tokenizer tokenizer() const noexcept { return tokenizer_; }
    [[nodiscard]] NltkProfile profile() const noexcept { return profile_; }

  private:
    // The index of the filter that puts others in the token's place, or the number of filters; nothing if dropped.
    [[nodiscard]] std::optional<std::size_t> filter_until_replaced(std::size_t first, std::string& token) const;
    [[nodiscard]] std::vector<std::string> replacements(std::size_t filter, const std::string& token) const;

    template <class Emit>
    void filter_from(std::size_t first, std::string& token, Emit& emit) const {
        const auto reached = filter_until_replaced(first, token);
        if (!reached) return;
        if (*reached == filters_.size()) return emit(std::string_view(token));
        for (std::string& replacement : replacements(*reached, token)) {
            filter_from(*reached + 1, replacement, emit);
        }
    }

    Tokenizer tokenizer_;
    NltkProfile profile_;
    std::vector<TokenFilter> filters_;
};

}  // namespace sprat
