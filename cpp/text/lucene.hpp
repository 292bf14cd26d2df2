// Lucene: "which terms would Lucene's EnglishAnalyzer index?"
//
// The parts of org.apache.lucene.analysis.en.EnglishAnalyzer, as Anserini uses it too: StandardTokenizer, then the
// possessive filter, lower case (unicode::lower_simple), stop words and Porter's stemmer (text/porter.hpp).
//
// StandardTokenizer cuts words as Unicode does, but keeps runs of Thai, Lao, Khmer and Myanmar whole, gives every
// ideograph and hiragana alone, takes emoji by a grammar of its own and cuts what is longer than 255. It knows the
// characters of Unicode 9; newer ones are treated here as Unicode treats them today. Quotation marks behind Hebrew
// letters follow Unicode where its grammar strays from it ("ר'4" is two tokens).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "text/ascii_words.hpp"
#include "text/utf8.hpp"

namespace sprat {

namespace lucene {

constexpr std::size_t max_token_length = 255;  // in units of UTF-16

// End of the token that starts at `at`; `at` itself if none does.
[[nodiscard]] std::size_t token_end(std::string_view text, std::size_t at);

}  // namespace lucene

// Calls `visit(begin, end)` for the tokens of StandardTokenizer in order, in time linear in the length of `text`.
// Cutting the text at ASCII white space or control characters and reading the pieces gives the same tokens.
template <class Visit>
void for_each_lucene_token(std::string_view text, Visit visit) {
    const auto visit_cut = [&](std::size_t begin, std::size_t end) {
        for (; end - begin > lucene::max_token_length; begin += lucene::max_token_length) {
            visit(begin, begin + lucene::max_token_length);
        }
        visit(begin, end);
    };
    for_each_ascii_word(text, visit_cut, [&](std::size_t begin) {
        const std::size_t end = lucene::token_end(text, begin);
        if (end == begin) return begin + utf8::decode(text, begin).length;
        visit(begin, end);
        return end;
    });
}

// EnglishPossessiveFilter: takes off a last 's, ’s or ＇s, in either case.
void english_possessive(std::string& token);

// The 33 words of EnglishAnalyzer's default set.
[[nodiscard]] std::span<const std::string_view> lucene_stop_words() noexcept;

}  // namespace sprat
