#include "text/analyzer.hpp"

#include <algorithm>

#include "text/lucene.hpp"
#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace sprat {
namespace {

// What a filter does to a token: it goes on, it is dropped, or others take its place.
enum class Fate : std::uint8_t { Kept, Dropped, Replaced };

struct Apply {
    std::string& token;

    Fate operator()(const Rewrite& filter) const {
        filter.rewrite(token);
        return Fate::Kept;
    }
    Fate operator()(const Drop& filter) const { return filter.holds(token) ? Fate::Dropped : Fate::Kept; }
    Fate operator()(const Length& filter) const {
        const auto length = static_cast<std::size_t>(
            std::count_if(token.begin(), token.end(), [](char c) { return !utf8::is_continuation(c); }));
        return length < filter.least || length > filter.most ? Fate::Dropped : Fate::Kept;
    }
    Fate operator()(const Synonyms& filter) const {
        return filter.replacements.contains(token) ? Fate::Replaced : Fate::Kept;
    }
    Fate operator()(const Split& filter) const {
        return token.find_first_of(filter.characters) != std::string::npos ? Fate::Replaced : Fate::Kept;
    }
};

std::vector<std::string> pieces_of(const std::string& token, const std::string& separators) {
    std::vector<std::string> pieces;
    for (std::size_t end = 0; end != std::string::npos;) {
        const std::size_t begin = token.find_first_not_of(separators, end);
        if (begin == std::string::npos) break;
        end = token.find_first_of(separators, begin);
        pieces.push_back(token.substr(begin, end - begin));
    }
    return pieces;
}

}  // namespace

Drop::Drop(std::vector<std::string> dropped) {
    for (auto& token : dropped) {
        longest = std::max(longest, token.size());
        tokens.insert(std::move(token));
    }
}

bool Analyzer::ignores_case() const noexcept {
    if (tokenizer_ == Tokenizer::Words) return true;
    for (const TokenFilter& filter : filters_) {
        const auto* const first = std::get_if<Rewrite>(&filter);
        if (first == nullptr) return false;
        const auto rewrite = first->rewrite;
        if (rewrite == unicode::lower || rewrite == unicode::fold || rewrite == unicode::lower_simple) return true;
        if (rewrite != english_possessive) return false;  // which leaves words without an apostrophe alone
    }
    return false;
}

std::vector<std::string> Analyzer::replacements(std::size_t filter, const std::string& token) const {
    if (const auto* const split = std::get_if<Split>(&filters_[filter])) return pieces_of(token, split->characters);
    return std::get<Synonyms>(filters_[filter]).replacements.at(token);
}

std::optional<std::size_t> Analyzer::filter_until_replaced(std::size_t first, std::string& token) const {
    for (std::size_t i = first; i < filters_.size(); ++i) {
        switch (std::visit(Apply{token}, filters_[i])) {
            case Fate::Kept:
                break;
            case Fate::Dropped:
                return std::nullopt;
            case Fate::Replaced:
                return i;
        }
    }
    return filters_.size();
}

}  // namespace sprat
