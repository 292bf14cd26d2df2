#include "text/punkt.hpp"

#include <optional>

#include "simd/find.hpp"
#include "text/punkt_decision.hpp"
#include "text/utf8.hpp"

namespace sprat {
namespace {

constexpr bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }  // string.whitespace
constexpr bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A place where a sentence may end: after `end`, if `context` says so.
struct Candidate {
    std::size_t word;         // start of the word before it
    std::size_t mark;         // the . ? or !
    std::size_t context_end;  // end of the token after it
    std::size_t next;         // where the next sentence would start
    bool spaced;              // white space follows the mark
};

std::size_t skip_space(std::string_view text, std::size_t at, unicode::Engine engine) {
    while (at < text.size()) {
        const auto decoded = utf8::decode(text, at);
        if (!unicode::is_space(decoded.code_point, engine)) break;
        at += decoded.length;
    }
    return at;
}

// The candidate at `mark`, its word not yet known: [.?!](?=(?P<after_tok>NonWord|\s+(?P<next_tok>\S+))).
std::optional<Candidate> candidate_at(std::string_view text, std::size_t mark, NltkProfile profile) {
    const std::size_t after = mark + 1;
    if (after == text.size()) return std::nullopt;
    const std::size_t non_word = punkt::non_word_at(text, after, profile);
    if (non_word != 0) return Candidate{0, mark, after + non_word, after, false};
    const std::size_t next = skip_space(text, after, engine_of(profile));
    if (next == after || next == text.size()) return std::nullopt;
    return Candidate{0, mark, next, next, true};
}

std::size_t token_end(std::string_view text, std::size_t at, unicode::Engine engine) {
    while (at < text.size()) {
        const auto decoded = utf8::decode(text, at);
        if (unicode::is_space(decoded.code_point, engine)) break;
        at += decoded.length;
    }
    return at;
}

// Decided on sight: ? and ! always end a sentence, and so does a period after an ordinary word that starts right
// after white space or an opening mark. Nothing is said where the next token starts with a control character
// (a line of nothing but U+001C to U+001F counts as blank) or with another period (an ellipsis may stand there).
bool surely_ends(std::string_view text, const Candidate& candidate) {
    const auto following = static_cast<unsigned char>(text[candidate.next]);
    if (following <= 0x20 || following == '.') return false;
    if (text[candidate.mark] != '.') return true;
    std::size_t start = candidate.mark;
    while (start > candidate.word && is_ascii_letter(text[start - 1])) --start;
    const bool opens = start == candidate.word || text[start - 1] == '(' || text[start - 1] == '"';
    return opens && candidate.mark - start > 1 && punkt::always_ends(text.substr(start, candidate.mark - start));
}

bool ends_here(std::string_view text, Candidate candidate, NltkProfile profile) {
    if (surely_ends(text, candidate)) return true;
    if (candidate.spaced) candidate.context_end = token_end(text, candidate.next, engine_of(profile));
    return punkt::contains_break(text.substr(candidate.word, candidate.context_end - candidate.word), profile);
}

// The length of text.rstrip().
std::size_t length_without_trailing_space(std::string_view text) {
    std::size_t end = text.size();
    while (end > 0) {
        const auto decoded = utf8::decode_before(text, end);
        if (!unicode::has(decoded.code_point, unicode::Space)) break;
        end -= decoded.length;
    }
    return end;
}

std::size_t closing_at(std::string_view text, std::size_t at, NltkProfile profile) {
    constexpr std::string_view ascii = "\"')]}";
    if (ascii.find(text[at]) != std::string_view::npos) return 1;
    return static_cast<unsigned char>(text[at]) >= 0x80 ? punkt::non_word_at(text, at, profile) : 0;
}

struct Closing {
    std::size_t length;    // the punctuation that joins the sentence before
    std::size_t consumed;  // that, and the white space after it
};

// What at the start of `sentence` belongs to the one before: ["')\]}]+?(?:\s+|(?=--)|$), D: curly quotes too.
Closing closing_punctuation(std::string_view sentence, NltkProfile profile) {
    std::size_t end = 0;
    while (end < sentence.size()) {
        const std::size_t length = closing_at(sentence, end, profile);
        if (length == 0) break;
        end += length;
    }
    if (end == 0) return {0, 0};
    const std::size_t next = skip_space(sentence, end, engine_of(profile));
    const bool joins = next > end || end == sentence.size() || sentence.substr(end, 2) == "--";
    return joins ? Closing{end, next} : Closing{0, 0};
}

}  // namespace

void SentenceSplitter::find_breaks(std::string_view text) {
    std::size_t last_break = 0;
    std::optional<Candidate> pending;  // waits for the next one: of several in a word only the last counts
    const auto settle = [&] {
        if (!ends_here(text, *pending, profile_)) return;
        slices_.push_back({last_break, pending->mark + 1});
        last_break = pending->next;
    };
    const auto next_mark = [&](std::size_t from) { return simd::find_any(text, from, '.', '?', '!'); };
    for (std::size_t i = next_mark(0); i < text.size(); i = next_mark(i + 1)) {
        auto candidate = candidate_at(text, i, profile_);
        if (!candidate) continue;
        const std::size_t floor = pending ? pending->mark : 0;
        std::size_t start = i;
        while (start > floor + 1 && !is_ascii_space(text[start - 1])) --start;
        candidate->word = start > floor + 1 ? start : (pending ? pending->word : 0);
        if (pending && pending->mark <= candidate->word) settle();
        pending = candidate;
    }
    if (pending) settle();
    slices_.push_back({last_break, length_without_trailing_space(text)});
}

// NLTK's _realign_boundaries.
void SentenceSplitter::realign(std::string_view text) {
    std::size_t skip = 0;
    for (std::size_t i = 0; i < slices_.size(); ++i) {
        const Span sentence{slices_[i].begin + skip, slices_[i].end};
        const bool last = i + 1 == slices_.size();
        const Span following = last ? Span{0, 0} : slices_[i + 1];
        const bool empty = following.begin >= following.end;
        const auto closing =
            empty ? Closing{0, 0}
                  : closing_punctuation(text.substr(following.begin, following.end - following.begin), profile_);
        skip = closing.consumed;
        const Span whole{sentence.begin, closing.length != 0 ? following.begin + closing.length : sentence.end};
        if (whole.begin < whole.end) sentences_.push_back(whole);
    }
}

const std::vector<Span>& SentenceSplitter::split(std::string_view text) {
    slices_.clear();
    sentences_.clear();
    find_breaks(text);
    realign(text);
    return sentences_;
}

}  // namespace sprat
