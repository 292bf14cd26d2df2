// The rules stand in the order of nltk/tokenize/destructive.py; the comment over each is its pattern there.
#include "text/word_rules.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>

#include "text/contractions.hpp"
#include "text/utf8.hpp"

namespace sprat {
namespace {

using Unit = std::string_view;

// Which characters that some rule looks for occur in a sentence. |0x20 maps '.' and '-' to themselves.
enum Trigger : std::uint16_t {
    DoubleQuote = 1,
    Apostrophe = 2,
    Backtick = 4,
    Period = 8,
    ColonComma = 16,
    Symbol = 32,  // ;@#$%&
    Mark = 64,    // ?!
    Star = 128,
    Bracket = 256,
    NonAscii = 512,    // a lead byte of « » “ ” ‘ ’ „ or of a dash
    Separator = 1024,  // U+001C to U+001F, white space to str.split alone
    DoubledHyphen = 2048,
    DoubledPeriod = 4096,
    DoubledLetter = 8192,  // as every contraction without an apostrophe has one
};

constexpr std::array<std::uint16_t, 256> make_triggers() {
    std::array<std::uint16_t, 256> table{};
    const auto set = [&](Unit characters, std::uint16_t bit) {
        for (const char c : characters) table[static_cast<unsigned char>(c)] = bit;
    };
    set("\"", DoubleQuote);
    set("'", Apostrophe);
    set("`", Backtick);
    set(".", Period);
    set(":,", ColonComma);
    set(";@#$%&", Symbol);
    set("?!", Mark);
    set("*", Star);
    set("[](){}<>", Bracket);
    set("\xC2\xE2", NonAscii);
    set("\x1C\x1D\x1E\x1F", Separator);
    return table;
}
constexpr auto triggers = make_triggers();

char folded_at(Unit text, std::size_t at) { return at < text.size() ? static_cast<char>(text[at] | 0x20) : '\0'; }

// What the two equal characters before `at` may be part of: a dash, an ellipsis, or cannot, gonna, wanna, gimme,
// lemme, gotta.
unsigned doubled_before(Unit text, std::size_t at) {
    const char next = folded_at(text, at);
    switch (folded_at(text, at - 1)) {
        case '-':
            return DoubledHyphen;
        case '.':
            return DoubledPeriod;
        case 'n':
            return next == 'o' || next == 'a' ? DoubledLetter : 0;
        case 'm':
            return next == 'e' ? DoubledLetter : 0;
        case 't':
            return next == 'a' ? DoubledLetter : 0;
        default:
            return 0;
    }
}

unsigned triggers_of(Unit text) {
    unsigned present = 0;
    char previous = '\0';
    for (std::size_t i = 0; i < text.size(); ++i) {
        present |= triggers[static_cast<unsigned char>(text[i])];
        const char folded = folded_at(text, i);
        if (folded == previous) present |= doubled_before(text, i + 1);
        previous = folded;
    }
    return present;
}

// The one of `units` that stands at `at`, or nothing.
Unit unit_at(Unit text, std::size_t at, std::initializer_list<Unit> units) {
    for (const Unit unit : units) {
        if (text.substr(at, unit.size()) == unit) return unit;
    }
    return {};
}

// text with a space on both sides of whatever `match(text, i)` finds (its length in bytes; 0 for nothing).
template <class Match>
void pad(const std::string& text, std::string& out, Match match) {
    out.clear();
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = match(Unit(text), i);
        if (length == 0) {
            out.push_back(text[i++]);
            continue;
        }
        out.push_back(' ');
        out.append(text, i, length);
        out.push_back(' ');
        i += length;
    }
}

template <class Test>
void pad_characters(const std::string& text, std::string& out, Test test) {
    pad(text, out, [&](Unit t, std::size_t i) -> std::size_t { return test(t[i]) ? 1 : 0; });
}

std::size_t run_of(Unit text, std::size_t at, char c) {
    std::size_t end = at;
    while (end < text.size() && text[end] == c) ++end;
    return end - at;
}

// text with every `from` replaced by `to`.
void replace_all(const std::string& text, std::string& out, Unit from, Unit to) {
    out.clear();
    for (std::size_t i = 0; i < text.size();) {
        const auto found = text.find(from, i);
        if (found == std::string::npos) {
            out.append(text, i);
            return;
        }
        out.append(text, i, found - i).append(to);
        i = found + from.size();
    }
}

// ([ \(\[{<])("|'{2})  =>  \1 `` <space>
void open_quotes_after_brackets(const std::string& text, std::string& out) {
    out.clear();
    const Unit openers = " ([{<";
    for (std::size_t i = 0; i < text.size();) {
        if (i + 1 < text.size() && openers.find(text[i]) != Unit::npos) {
            const Unit quote = unit_at(text, i + 1, {"\"", "''"});
            if (!quote.empty()) {
                out.push_back(text[i]);
                out.append(" `` ");
                i += 1 + quote.size();
                continue;
            }
        }
        out.push_back(text[i++]);
    }
}

// Length of a clitic (re ve ll m t s d n, any case) at `at`; 0 for none. U+017F folds to s.
std::size_t clitic_at(Unit text, std::size_t at) {
    const char first = folded_at(text, at);
    const char second = folded_at(text, at + 1);
    if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l')) return 2;
    if (first == 'm' || first == 't' || first == 's' || first == 'd' || first == 'n') return 1;
    return text.substr(at, 2) == "\u017F" ? 2 : 0;
}

// A, B: (?i)(')(?!re|ve|ll|m|t|s|d|n)(\w)\b  =>  \1 \2
// C, D: (?i)(?<!\w)(')(?!(?:re|ve|ll|m|t|s|d|n)\b)(?=\w)  =>  \1<space>
void split_leading_apostrophes(const std::string& text, std::string& out, NltkProfile profile) {
    const auto engine = engine_of(profile);
    out.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
        out.push_back(text[i]);
        if (text[i] != '\'' || !unicode::word_at(text, i + 1, engine)) continue;
        const std::size_t clitic = clitic_at(text, i + 1);
        if (profile == NltkProfile::A || profile == NltkProfile::B) {
            const std::size_t after = i + 1 + utf8::decode(text, i + 1).length;
            if (clitic == 0 && !unicode::word_at(text, after, engine)) out.push_back(' ');
        } else if (!unicode::word_before(text, i, engine) &&
                   (clitic == 0 || unicode::word_at(text, i + 1 + clitic, engine))) {
            out.push_back(' ');
        }
    }
}

// ([^\.])(\.)(CLOSERS*)\s*$ , the only period it can match being the last one. `between` goes before the closers.
void split_final_period(std::string& text, unicode::Engine engine, std::initializer_list<Unit> closers, Unit between) {
    const auto period = text.rfind('.');
    if (period == std::string::npos || period == 0 || text[period - 1] == '.') return;
    std::size_t end = period + 1;
    for (Unit closer = unit_at(text, end, closers); !closer.empty(); closer = unit_at(text, end, closers)) {
        end += closer.size();
    }
    for (std::size_t i = end; i < text.size();) {
        const auto decoded = utf8::decode(text, i);
        if (!unicode::is_space(decoded.code_point, engine)) return;
        i += decoded.length;
    }
    text.resize(end);
    text.push_back(' ');
    text.insert(period + 1, between);
    text.insert(period, 1, ' ');
}

// ([:,])([^\d])  =>  <space>\1 \2
void split_colons_and_commas(const std::string& text, std::string& out, unicode::Engine engine) {
    out.clear();
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i++];
        const auto next = i < text.size() ? utf8::decode(text, i) : utf8::Decoded{U'0', 0};
        if ((c != ':' && c != ',') || unicode::is_digit(next.code_point, engine)) {
            out.push_back(c);
            continue;
        }
        out.append({' ', c, ' '}).append(text, i, next.length);
        i += next.length;
    }
}

// ([:,])$  =>  <space>\1<space>
void split_final_colon_or_comma(std::string& text) {
    const std::size_t end = text.ends_with('\n') ? text.size() - 1 : text.size();
    if (end == 0 || (text[end - 1] != ':' && text[end - 1] != ',')) return;
    text.insert(end, 1, ' ').insert(end - 1, 1, ' ');
}

// ([^'])'<space>  =>  \1 '<space>
void split_apostrophe_before_space(const std::string& text, std::string& out) {
    out.clear();
    for (std::size_t i = 0; i < text.size();) {
        out.push_back(text[i]);
        if (text[i] != '\'' && Unit(text).substr(i + 1, 2) == "' ") {
            out.append(" ' ");
            i += 3;
        } else {
            ++i;
        }
    }
}

// \s+  =>  <space>
void collapse_spaces(const std::string& text, std::string& out, unicode::Engine engine) {
    out.clear();
    bool in_space = false;
    for (std::size_t i = 0; i < text.size();) {
        const auto decoded = utf8::decode(text, i);
        const bool space = unicode::is_space(decoded.code_point, engine);
        if (!space) out.append(text, i, decoded.length);
        if (space && !in_space) out.push_back(' ');
        in_space = space;
        i += decoded.length;
    }
}

// ([^' ])(SUFFIX)<space>  =>  \1 \2<space>
void split_suffixes(const std::string& text, std::string& out, std::initializer_list<Unit> suffixes) {
    out.clear();
    for (std::size_t i = 0; i < text.size();) {
        out.push_back(text[i]);
        if (text[i] != '\'' && text[i] != ' ') {
            const Unit suffix = unit_at(text, i + 1, suffixes);
            if (!suffix.empty() && i + 1 + suffix.size() < text.size() && text[i + 1 + suffix.size()] == ' ') {
                out.append(" ").append(suffix).append(" ");
                i += suffix.size() + 2;
                continue;
            }
        }
        ++i;
    }
}

}  // namespace

void WordRules::starting_quotes(unsigned present) {
    if ((present & (NonAscii | Backtick)) != 0) {  // ([«“‘„]|[`]+)
        pad(text_, scratch_, [](Unit t, std::size_t i) -> std::size_t {
            return t[i] == '`' ? run_of(t, i, '`') : unit_at(t, i, {"«", "“", "‘", "„"}).size();
        });
        text_.swap(scratch_);
    }
    if ((present & DoubleQuote) != 0 && text_.front() == '"') text_.replace(0, 1, "``");  // ^"
    if ((present & (Backtick | DoubleQuote)) != 0) {                                      // ``
        replace_all(text_, scratch_, "``", " `` ");
        text_.swap(scratch_);
    }
    if ((present & (DoubleQuote | Apostrophe)) != 0) {
        open_quotes_after_brackets(text_, scratch_);
        text_.swap(scratch_);
    }
    if ((present & Apostrophe) != 0) {
        split_leading_apostrophes(text_, scratch_, profile_);
        text_.swap(scratch_);
    }
}

void WordRules::punctuation(unsigned present) {
    if ((present & Period) != 0) {
        split_final_period(text_, engine_, {"]", ")", "}", ">", "\"", "'", " ", "»", "”", "’"}, " ");
    }
    if ((present & ColonComma) != 0) {
        split_colons_and_commas(text_, scratch_, engine_);
        text_.swap(scratch_);
        split_final_colon_or_comma(text_);
    }
    if ((present & DoubledPeriod) != 0) {  // \.{2,}
        pad(text_, scratch_, [](Unit t, std::size_t i) -> std::size_t {
            const std::size_t run = t[i] == '.' ? run_of(t, i, '.') : 0;
            return run > 1 ? run : 0;
        });
        text_.swap(scratch_);
    }
    if ((present & Symbol) != 0) {  // [;@#$%&]
        pad_characters(text_, scratch_, [](char c) { return triggers[static_cast<unsigned char>(c)] == Symbol; });
        text_.swap(scratch_);
    }
    if ((present & NonAscii) != 0 && profile_ != NltkProfile::A) {  // [\u2012-\u2015]
        pad(text_, scratch_,
            [](Unit t, std::size_t i) { return unit_at(t, i, {"\u2012", "\u2013", "\u2014", "\u2015"}).size(); });
        text_.swap(scratch_);
    }
    if ((present & Period) != 0) split_final_period(text_, engine_, {"]", ")", "}", ">", "\"", "'"}, "");
    if ((present & Mark) != 0) {  // [?!]
        pad_characters(text_, scratch_, [](char c) { return c == '?' || c == '!'; });
        text_.swap(scratch_);
    }
    if ((present & Apostrophe) != 0) {
        split_apostrophe_before_space(text_, scratch_);
        text_.swap(scratch_);
    }
    if ((present & Star) != 0) {  // [*]
        pad_characters(text_, scratch_, [](char c) { return c == '*'; });
        text_.swap(scratch_);
    }
    if ((present & Bracket) != 0) {  // [\]\[\(\)\{\}\<\>]
        pad_characters(text_, scratch_, [](char c) { return triggers[static_cast<unsigned char>(c)] == Bracket; });
        text_.swap(scratch_);
    }
    if ((present & DoubledHyphen) != 0) {
        replace_all(text_, scratch_, "--", " -- ");
        text_.swap(scratch_);
    }
}

void WordRules::ending_quotes(unsigned present) {
    if ((present & NonAscii) != 0) {  // ([»”’])
        pad(text_, scratch_, [](Unit t, std::size_t i) { return unit_at(t, i, {"»", "”", "’"}).size(); });
        text_.swap(scratch_);
    }
    if ((present & Apostrophe) != 0) {
        replace_all(text_, scratch_, "''", " '' ");
        text_.swap(scratch_);
    }
    if ((present & DoubleQuote) != 0) {
        replace_all(text_, scratch_, "\"", " '' ");
        text_.swap(scratch_);
    }
    collapse_spaces(text_, scratch_, engine_);
    text_.swap(scratch_);
    if ((present & Apostrophe) != 0) {
        split_suffixes(text_, scratch_, {"'s", "'S", "'m", "'M", "'d", "'D", "'"});
        text_.swap(scratch_);
        split_suffixes(text_, scratch_, {"'ll", "'LL", "'re", "'RE", "'ve", "'VE", "n't", "N'T"});
        text_.swap(scratch_);
    }
}

bool WordRules::leaves_alone(std::string_view piece) const noexcept {
    return (triggers_of(piece) & ~static_cast<unsigned>(Period)) == 0;
}

std::string_view WordRules::spaced(std::string_view sentence) {
    const unsigned present = triggers_of(sentence);
    text_.assign(sentence);
    if (sentence.empty() || present == 0) return text_;
    starting_quotes(present);
    punctuation(present);
    text_.insert(0, 1, ' ').push_back(' ');
    ending_quotes(present);
    if ((present & (Apostrophe | DoubledLetter)) != 0) split_contractions(text_, scratch_);
    return text_;
}

}  // namespace sprat
