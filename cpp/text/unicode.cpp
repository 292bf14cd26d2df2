#include "text/unicode.hpp"

#include <algorithm>

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

void append_lower(std::string& out, char32_t c) {
    if (!has(c, Lowers)) return utf8::append(out, c);
    const auto* const end = data::lower + data::lower_count;
    const auto* const pair =
        std::lower_bound(data::lower, end, c, [](const data::LowerPair& p, char32_t value) { return p.from < value; });
    for (const char32_t to : pair->to) {
        if (to != 0) utf8::append(out, to);
    }
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
            append_lower(out, decoded.code_point);
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
    if (!utf8::is_ascii(text)) return lower_non_ascii(text);
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
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
