#include "text/contractions.hpp"

#include <array>
#include <cstdint>
#include <string_view>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace sprat {
namespace {

using Unit = std::string_view;

// Length in bytes of `letters` at `at`, case ignored as `re` does (U+0130 and U+0131 fold to i, U+017F to s).
std::size_t folded_match(Unit text, std::size_t at, Unit letters) {
    std::size_t i = at;
    for (const char letter : letters) {
        if (i >= text.size()) return 0;
        if (letter == '\'' ? text[i] == letter : (text[i] | 0x20) == letter) {
            ++i;
        } else if ((letter == 'i' && (text.substr(i, 2) == "\u0130" || text.substr(i, 2) == "\u0131")) ||
                   (letter == 's' && text.substr(i, 2) == "\u017F")) {
            i += 2;
        } else {
            return 0;
        }
    }
    return i - at;
}

struct Contraction {
    Unit first, second;
    enum class Edge : std::uint8_t { Word, SpaceAfter, SpaceBefore } edge;
};
// (?i)\b(can)(not)\b and its like, (?i)\b(wan)(na)(?=\s), (?i)<space>('t)(is)\b, always on the engine `re`.
constexpr std::array<Contraction, 10> rules{{{"can", "not", Contraction::Edge::Word},
                                             {"d", "'ye", Contraction::Edge::Word},
                                             {"gim", "me", Contraction::Edge::Word},
                                             {"gon", "na", Contraction::Edge::Word},
                                             {"got", "ta", Contraction::Edge::Word},
                                             {"lem", "me", Contraction::Edge::Word},
                                             {"more", "'n", Contraction::Edge::Word},
                                             {"wan", "na", Contraction::Edge::SpaceAfter},
                                             {"'t", "is", Contraction::Edge::SpaceBefore},
                                             {"'t", "was", Contraction::Edge::SpaceBefore}}};

// => <space>\1 \2<space>
bool split_contraction(const std::string& text, std::string& out, const Contraction& rule) {
    constexpr auto engine = unicode::Engine::Re;
    bool changed = false;
    out.clear();
    for (std::size_t i = 0; i < text.size();) {
        const bool after_space = rule.edge == Contraction::Edge::SpaceBefore;
        const std::size_t start = after_space ? i + 1 : i;
        const bool opens = after_space ? text[i] == ' ' : !unicode::word_before(text, i, engine);
        const std::size_t first = opens ? folded_match(text, start, rule.first) : 0;
        const std::size_t second = first != 0 ? folded_match(text, start + first, rule.second) : 0;
        const std::size_t end = start + first + second;
        const bool closes = rule.edge == Contraction::Edge::SpaceAfter
                                ? end < text.size() && unicode::is_space(utf8::decode(text, end).code_point, engine)
                                : !unicode::word_at(text, end, engine);
        if (second == 0 || !closes) {
            out.push_back(text[i++]);
            continue;
        }
        out.append(" ").append(text, start, first).append(" ").append(text, start + first, second).append(" ");
        i = end;
        changed = true;
    }
    return changed;
}

}  // namespace

void split_contractions(std::string& text, std::string& scratch) {
    for (const auto& rule : rules) {
        if (split_contraction(text, scratch, rule)) text.swap(scratch);
    }
}

}  // namespace sprat
