// Document encoder: "which terms does this document hold?", whether it comes as a text or as tokens.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/text_view.hpp"
#include "vocab/term_encoder.hpp"

namespace sprat {

// Documents in hand: their texts, or, for an analyzer that is Given its tokens, the tokens of all of them.
struct Documents {
    std::span<const TextView> pieces;
    std::span<const std::size_t> ends;  // of each document's pieces; empty if each is one piece

    [[nodiscard]] std::size_t size() const noexcept { return ends.empty() ? pieces.size() : ends.size(); }
    [[nodiscard]] std::span<const TextView> operator[](std::size_t i) const noexcept {
        if (ends.empty()) return pieces.subspan(i, 1);
        const std::size_t begin = i == 0 ? 0 : ends[i - 1];
        return pieces.subspan(begin, ends[i] - begin);
    }
};

class DocumentEncoder {
  public:
    DocumentEncoder(const Analyzer& analyzer, Vocabulary& growing)
        : given_(analyzer.tokenizer() == Tokenizer::Given), encoder_(analyzer, growing) {}
    DocumentEncoder(const Analyzer& analyzer, const Vocabulary& frozen)
        : given_(analyzer.tokenizer() == Tokenizer::Given), encoder_(analyzer, frozen) {}

    // The terms of one of Documents. Borrowed until the next call.
    [[nodiscard]] const std::vector<std::uint32_t>& encode(std::span<const TextView> document) {
        if (!given_) return encoder_.encode(to_utf8(document[0], buffer_));
        std::size_t bytes = 0;
        for (const TextView& token : document) bytes += 4 * token.length;
        buffer_.clear();
        buffer_.reserve(bytes);  // so that no token moves
        tokens_.clear();
        for (const TextView& token : document) tokens_.push_back(append_utf8(token, buffer_));
        return encoder_.encode_tokens(tokens_);
    }

  private:
    bool given_;
    TermEncoder encoder_;
    std::string buffer_;
    std::vector<std::string_view> tokens_;
};

}  // namespace sprat
