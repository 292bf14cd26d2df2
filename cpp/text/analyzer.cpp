#include "text/analyzer.hpp"

#include <algorithm>

#include "text/snowball_english.hpp"
#include "text/unicode.hpp"

namespace sprat {
namespace {

struct Apply {
    std::string& token;
    bool operator()(Lowercase) const {
        unicode::lower(token);
        return true;
    }
    bool operator()(const Drop& drop) const { return !drop.holds(token); }
    bool operator()(EnglishStemmer) const {
        snowball::stem_english(token);
        return true;
    }
};

}  // namespace

Drop::Drop(std::vector<std::string> dropped) {
    for (auto& token : dropped) {
        longest = std::max(longest, token.size());
        tokens.insert(std::move(token));
    }
}

bool Analyzer::filter(std::string& token) const {
    return std::all_of(filters_.begin(), filters_.end(),
                       [&](const TokenFilter& filter) { return std::visit(Apply{token}, filter); });
}

}  // namespace sprat
