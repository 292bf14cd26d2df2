// Term encoder: "which terms does this text hold, in order, as ids?"
//
// An analyzer and a vocabulary at work on one thread. What a surface form becomes is worked out once and
// remembered, which is where the speed of a fit comes from: a collection has a hundred times more words than
// word forms.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/analyzer.hpp"
#include "text/pieces.hpp"
#include "text/punkt.hpp"
#include "text/surfaces.hpp"
#include "text/word_rules.hpp"
#include "vocab/surface_cache.hpp"
#include "vocab/vocabulary.hpp"

namespace sprat {

class TermEncoder {
  public:
    // Unseen terms are appended to `growing`. Both arguments are borrowed for the encoder's life.
    TermEncoder(const Analyzer& analyzer, Vocabulary& growing) : TermEncoder(analyzer, growing, &growing) {}
    // Unseen terms become unknown_term.
    TermEncoder(const Analyzer& analyzer, const Vocabulary& frozen) : TermEncoder(analyzer, frozen, nullptr) {}

    // The terms of `text` in order. Borrowed until the next call.
    [[nodiscard]] const std::vector<std::uint32_t>& encode(std::string_view text);

    // The same of tokens made elsewhere; the analyzer only filters them.
    [[nodiscard]] const std::vector<std::uint32_t>& encode_tokens(std::span<const std::string_view> tokens);

    // The same of one token, which is not remembered.
    [[nodiscard]] const std::vector<std::uint32_t>& encode_token(std::string_view token);

  private:
    TermEncoder(const Analyzer& analyzer, const Vocabulary& vocabulary, Vocabulary* growing)
        : analyzer_(&analyzer),
          vocabulary_(&vocabulary),
          growing_(growing),
          fold_(analyzer.ignores_case() ? fold_letters : 0),
          splitter_(analyzer.profile()),
          rules_(analyzer.profile()) {}

    void enqueue(const Surface& surface, std::uint64_t fold = 0);
    void flush();
    void analyze(const SurfaceCache::Query& query);
    void apply_word_rules(const SurfaceCache::Query& query);
    void add_lower_words(std::string_view text);
    void add_token(std::string_view token);

    const Analyzer* analyzer_;
    const Vocabulary* vocabulary_;
    Vocabulary* growing_;  // the same vocabulary, or null if it is frozen
    std::uint64_t fold_;   // of the keys of words
    SentenceSplitter splitter_;
    WordRules rules_;
    PieceCutter cutter_;
    SurfaceCache cache_;

    // Surfaces wait here for a moment, so that their cache lines are on the way when they are looked up.
    std::array<SurfaceCache::Query, 32> waiting_{};
    std::size_t waiting_count_ = 0;

    const char* text_end_ = nullptr;    // of the text being encoded
    std::vector<std::uint32_t> terms_;  // the answer
    std::vector<std::uint32_t> found_;  // the terms of the surface being analysed
    std::string token_;
    std::string framed_;
};

}  // namespace sprat
