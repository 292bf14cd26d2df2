#include "text/punkt_decision.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "text/punkt_data.hpp"
#include "text/utf8.hpp"

namespace sprat::punkt {
namespace {

// Flags of the orthographic context: seen at the beginning (BEG), in the middle (MID) or somewhere (UNK) of a
// sentence, with an upper (UC) or lower case (LC) first letter.
constexpr unsigned mid_upper = 4;
constexpr unsigned any_upper = 2 | 4 | 8;
constexpr unsigned beginning_lower = 16;
constexpr unsigned any_lower = 16 | 32 | 64;

template <class Table, class Key>
auto find_sorted(const Table* table, std::size_t count, std::string_view value, Key key) -> const Table* {
    const auto* const end = table + count;
    const auto* const found =
        std::lower_bound(table, end, value, [&](const Table& entry, std::string_view v) { return key(entry) < v; });
    return found != end && key(*found) == value ? found : nullptr;
}

bool is_abbreviation(std::string_view type) {
    return find_sorted(punkt_data::abbreviations, punkt_data::abbreviation_count, type, std::identity{}) != nullptr;
}

bool is_collocation(std::string_view first, std::string_view second) {
    const auto* const end = punkt_data::collocations + punkt_data::collocation_count;
    return std::any_of(punkt_data::collocations, end,
                       [&](const auto& pair) { return pair.first == first && pair.second == second; });
}

bool starts_sentences(std::string_view type) {
    const auto* const end = punkt_data::sentence_starters + punkt_data::sentence_starter_count;
    return std::find(punkt_data::sentence_starters, end, type) != end;
}

unsigned orthographic_context(std::string_view type) {
    const auto* const found = find_sorted(punkt_data::orthographic_contexts, punkt_data::orthographic_context_count,
                                          type, [](const auto& entry) { return entry.type; });
    return found != nullptr ? found->flags : 0U;
}

bool space_at(std::string_view text, std::size_t at, unicode::Engine engine) {
    return at < text.size() && unicode::is_space(utf8::decode(text, at).code_point, engine);
}

// \-{2,}|\.{2,}|(?:\.\s){2,}\.  at `at`: its length in bytes, or 0.
std::size_t multi_character_punctuation_at(std::string_view text, std::size_t at, unicode::Engine engine) {
    const char c = text[at];
    if (c != '-' && c != '.') return 0;
    std::size_t run = at;
    while (run < text.size() && text[run] == c) ++run;
    if (run - at > 1) return run - at;
    std::size_t end = 0;
    std::size_t pairs = 0;
    for (std::size_t i = at; c == '.' && i < text.size() && text[i] == '.'; ++pairs) {
        if (pairs >= 2) end = i + 1;
        if (!space_at(text, i + 1, engine)) break;
        i += 1 + utf8::decode(text, i + 1).length;
    }
    return end != 0 ? end - at : 0;
}

// A word can end before `at`: \s|$|NonWord|MultiChar.
bool is_edge(std::string_view line, std::size_t at, NltkProfile profile) {
    return at == line.size() || space_at(line, at, engine_of(profile)) || non_word_at(line, at, profile) != 0 ||
           multi_character_punctuation_at(line, at, engine_of(profile)) != 0;
}

// The word that starts at `at`, where no space stands. NLTK's _word_tokenize_fmt.
std::size_t word_length(std::string_view line, std::size_t at, NltkProfile profile) {
    constexpr std::string_view no_word_start = "(\"`{[:;&#*@)}]-,";
    const std::size_t punctuation = multi_character_punctuation_at(line, at, engine_of(profile));
    if (punctuation != 0) return punctuation;
    std::size_t end = at + utf8::decode(line, at).length;
    if (no_word_start.find(line[at]) != std::string_view::npos) return end - at;
    while (!is_edge(line, end, profile) && !(line[end] == ',' && is_edge(line, end + 1, profile))) {
        end += utf8::decode(line, end).length;
    }
    return end - at;
}

struct Word {
    std::string_view text;
    std::string type;  // lower case; numbers are ##number##
    bool ends_sentence = false;
    bool abbreviation = false;
    bool ellipsis = false;

    [[nodiscard]] bool final_period() const { return text.ends_with('.'); }
    [[nodiscard]] std::string_view type_without_period() const {
        const std::string_view t = type;
        return t.size() > 1 && t.ends_with('.') ? t.substr(0, t.size() - 1) : t;
    }
    [[nodiscard]] std::string_view type_as_next() const {
        return ends_sentence ? type_without_period() : std::string_view(type);
    }
    [[nodiscard]] bool first_is(unicode::Property property) const {
        return unicode::has(utf8::decode(text, 0).code_point, property);
    }
};

// ^-?[\.,]?\d[\d,\.-]*\.?$
bool is_number(std::string_view text, unicode::Engine engine) {
    std::size_t i = 0;
    if (i < text.size() && text[i] == '-') ++i;
    if (i < text.size() && (text[i] == '.' || text[i] == ',')) ++i;
    for (bool first = true; i < text.size(); first = false) {
        const auto decoded = utf8::decode(text, i);
        const bool digit = unicode::is_digit(decoded.code_point, engine);
        if (!digit && (first || (text[i] != ',' && text[i] != '.' && text[i] != '-'))) return false;
        i += decoded.length;
        if (i == text.size()) return true;
    }
    return false;
}

// [^\W\d]\.$  over the whole word: one letter and a period.
bool is_initial(std::string_view text, unicode::Engine engine) {
    if (text.size() < 2) return false;
    const auto first = utf8::decode(text, 0);
    return text.substr(first.length) == "." && unicode::is_word(first.code_point, engine) &&
           !unicode::is_digit(first.code_point, engine);
}

// First pass: what the word alone says.
Word annotate(std::string_view text, unicode::Engine engine) {
    Word word{text, std::string(text)};
    unicode::lower(word.type);
    if (is_number(word.type, engine)) word.type = "##number##";
    if (text == "." || text == "?" || text == "!") {
        word.ends_sentence = true;
    } else if (text.starts_with("..") && text.find_first_not_of('.') == std::string_view::npos) {
        word.ellipsis = true;
    } else if (word.final_period() && !text.ends_with("..")) {
        std::string stem(text.substr(0, text.size() - 1));
        unicode::lower(stem);
        word.abbreviation =
            is_abbreviation(stem) || is_abbreviation(std::string_view(stem).substr(stem.rfind('-') + 1));
        word.ends_sentence = !word.abbreviation;
    }
    return word;
}

// Does `next` begin a sentence? Nothing when the tables don't say.
std::optional<bool> begins_sentence(const Word& next) {
    constexpr std::string_view punctuation = ";:,.!?";
    if (next.text.size() == 1 && punctuation.find(next.text[0]) != std::string_view::npos) return false;
    const unsigned context = orthographic_context(next.type_as_next());
    if (next.first_is(unicode::Upper) && (context & any_lower) != 0 && (context & mid_upper) == 0) return true;
    if (next.first_is(unicode::Lower) && ((context & any_upper) != 0 || (context & beginning_lower) == 0)) return false;
    return std::nullopt;
}

// Second pass: what the next word says about it.
void reconsider(Word& word, const Word& next, unicode::Engine engine) {
    if (!word.final_period()) return;
    const auto keep = [&](bool ends) { word.ends_sentence = ends; };
    const std::string_view type = word.type_without_period();
    const std::string_view next_type = next.type_as_next();
    const bool initial = is_initial(word.text, engine);
    if (is_collocation(type, next_type)) return keep(false);
    if ((word.abbreviation || word.ellipsis) && !initial) {
        if (begins_sentence(next) == true) return keep(true);
        if (next.first_is(unicode::Upper) && starts_sentences(next_type)) return keep(true);
    }
    if (!initial && type != "##number##") return;
    const auto begins = begins_sentence(next);
    if (begins == false) return keep(false);
    if (!begins && initial && next.first_is(unicode::Upper) && (orthographic_context(next_type) & any_lower) == 0) {
        keep(false);
    }
}

// Takes the words of a context one after the other and judges each once the next is known.
class Judge {
  public:
    explicit Judge(unicode::Engine engine) : engine_(engine) {}

    // True as soon as a word before `text` turned out to end a sentence.
    bool next(std::string_view text) {
        Word word = annotate(text, engine_);
        if (previous_) {
            reconsider(*previous_, word, engine_);
            if (previous_->ends_sentence) return true;
        }
        previous_ = std::move(word);
        return false;
    }

  private:
    unicode::Engine engine_;
    std::optional<Word> previous_;
};

// Letters that call for a closer look before a period, as a Bloom filter over (length, first eight letters).
class SpecialWords {
  public:
    SpecialWords() {
        for (std::size_t i = 0; i < punkt_data::abbreviation_count; ++i) add(punkt_data::abbreviations[i]);
        for (std::size_t i = 0; i < punkt_data::collocation_count; ++i) add(punkt_data::collocations[i].first);
    }
    [[nodiscard]] bool may_hold(std::string_view letters) const {
        const std::size_t bit = bit_of(letters);
        return letters.size() <= longest_ && ((bits_[bit / 64] >> (bit % 64)) & 1U) != 0;
    }

  private:
    static std::size_t bit_of(std::string_view letters) {
        std::uint64_t key = letters.size();
        for (const char c : letters.substr(0, 8)) key = key * 31 + (static_cast<unsigned char>(c) | 0x20U);
        return (key * 0x9E3779B97F4A7C15U) >> 52U;
    }
    void add(std::string_view letters) {
        const std::size_t bit = bit_of(letters);
        bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
        longest_ = std::max(longest_, letters.size());
    }
    std::array<std::uint64_t, 64> bits_{};
    std::size_t longest_ = 0;
};

}  // namespace

std::size_t non_word_at(std::string_view text, std::size_t at, NltkProfile profile) {
    constexpr std::string_view ascii = ")\";}]*:@'({[?!";
    if (ascii.find(text[at]) != std::string_view::npos) return 1;
    if (profile != NltkProfile::D || static_cast<unsigned char>(text[at]) < 0x80) return 0;
    for (const std::string_view quote : {"\u2018", "\u2019", "\u201C", "\u201D", "\u00AB", "\u00BB"}) {
        if (text.substr(at, quote.size()) == quote) return quote.size();
    }
    return 0;
}

bool contains_break(std::string_view context, NltkProfile profile) {
    const auto engine = engine_of(profile);
    Judge judge(engine);
    while (!context.empty()) {
        const std::string_view line = context.substr(0, context.find('\n'));
        context.remove_prefix(std::min(context.size(), line.size() + 1));
        if (std::string_view rest = line; unicode::next_word(rest).empty()) continue;
        for (std::size_t i = 0; i < line.size();) {
            if (space_at(line, i, engine)) {
                i += utf8::decode(line, i).length;
                continue;
            }
            const std::size_t length = word_length(line, i, profile);
            if (judge.next(line.substr(i, length))) return true;
            i += length;
        }
    }
    return false;
}

bool always_ends(std::string_view letters) {
    static const SpecialWords special;
    return !special.may_hold(letters);
}

}  // namespace sprat::punkt
