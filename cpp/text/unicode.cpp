#include "text/unicode.hpp"

#include <algorithm>
#include <span>

#include "text/utf8.hpp"

namespace sprat::unicode {
namespace {

constexpr char32_t capital_sigma = 0x3A3;
constexpr char32_t small_sigma = 0x3C3;
constexpr char32_t final_sigma = 0x3C2;

// A capital sigma at the end of a cased word is a final sigma: a cased character stands before it and none after
// it, case-ignorable ones skipped on both sides (Unicode, table 3-17).
bool is_final_sigma(std::string_view text, std::size_t at, std::size_t after) {
    std::size_t i = at;
    char32_t before = 0;
    do {
        if (i == 0) return false;
        const auto decoded = utf8::decode_before(text, i);
        before = decoded.code_point;
        i -= decoded.length;
    } while (has(before, CaseIgnorable));
    if (!has(before, Cased)) return false;
    for (i = after; i < text.size();) {
        const auto decoded = utf8::decode(text, i);
        if (!has(decoded.code_point, CaseIgnorable)) return !has(decoded.code_point, Cased);
        i += decoded.length;
    }
    return true;
}

// A change of characters one by one: which it changes, and into what.
struct CaseChange {
    Property changes;
    std::span<const data::CasePair> pairs;

    // Appends what becomes of `c`, its first `count` code points.
    void append(std::string& out, char32_t c, std::size_t count = 3) const {
        if (!has(c, changes)) return utf8::append(out, c);
        const auto pair = std::lower_bound(pairs.begin(), pairs.end(), c,
                                           [](const auto& p, char32_t value) { return p.from < value; });
        for (std::size_t i = 0; i < count && pair->to[i] != 0; ++i) utf8::append(out, pair->to[i]);
    }
};

CaseChange lowering() { return {Lowers, {data::lower, data::lower_count}}; }
CaseChange folding() { return {Folds, {data::fold, data::fold_count}}; }

// Lowers `text` if it is ASCII; whether it is.
bool lower_ascii(std::string& text) {
    if (!utf8::is_ascii(text)) return false;
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return true;
}

// Changes each character of `text` by itself, to `count` code points at most.
void change_each(std::string& text, const CaseChange& change, std::size_t count = 3) {
    std::size_t i = 0;
    while (i < text.size() && !has(utf8::decode(text, i).code_point, change.changes)) {
        i += utf8::decode(text, i).length;
    }
    if (i == text.size()) return;
    std::string out(text, 0, i);
    while (i < text.size()) {
        const auto decoded = utf8::decode(text, i);
        change.append(out, decoded.code_point, count);
        i += decoded.length;
    }
    text = std::move(out);
}

void lower_non_ascii(std::string& text) {
    std::string out;
    out.reserve(text.size() + 4);
    for (std::size_t i = 0; i < text.size();) {
        const auto decoded = utf8::decode(text, i);
        const std::size_t next = i + decoded.length;
        if (decoded.code_point == capital_sigma) {
            utf8::append(out, is_final_sigma(text, i, next) ? final_sigma : small_sigma);
        } else {
            lowering().append(out, decoded.code_point);
        }
        i = next;
    }
    text = std::move(out);
}

}  // namespace

bool word_at(std::string_view text, std::size_t at, Engine engine) {
    return at < text.size() && is_word(utf8::decode(text, at).code_point, engine);
}

bool word_before(std::string_view text, std::size_t at, Engine engine) {
    return at > 0 && is_word(utf8::decode_before(text, at).code_point, engine);
}

void lower(std::string& text) {
    if (!lower_ascii(text)) lower_non_ascii(text);
}

void fold(std::string& text) {
    if (!lower_ascii(text)) change_each(text, folding());
}

void lower_simple(std::string& text) {
    if (!lower_ascii(text)) change_each(text, lowering(), 1);
}

std::string_view next_word(std::string_view& rest) {
    std::size_t start = 0;
    while (start < rest.size()) {
        const auto decoded = utf8::decode(rest, start);
        if (!has(decoded.code_point, Space)) break;
        start += decoded.length;
    }
    std::size_t end = start;
    while (end < rest.size()) {
        const auto decoded = utf8::decode(rest, end);
        if (has(decoded.code_point, Space)) break;
        end += decoded.length;
    }
    const auto word = rest.substr(start, end - start);
    rest.remove_prefix(end);
    return word;
}

}  // namespace sprat::unicode
