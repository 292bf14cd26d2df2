// UTF-8: "which code point stands here, and where is the next one?"
//
// The core's strings are generalised UTF-8: well-formed, except that lone surrogates may stand in it
// as three bytes each (Python's 'utf-8' with 'surrogatepass'). The border makes them so; nothing here
// checks again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sprat::utf8 {

struct Decoded {
    char32_t code_point;
    std::size_t length;  // bytes, 1 to 4
};

[[nodiscard]] constexpr bool is_continuation(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// REQUIRES: at < text.size(), and `at` is the first byte of a code point.
[[nodiscard]] constexpr Decoded decode(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[at + i])); };
    const char32_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    if (lead < 0xE0) return {((lead & 0x1FU) << 6U) | (byte(1) & 0x3FU), 2};
    if (lead < 0xF0) return {((lead & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU), 3};
    return {((lead & 0x07U) << 18U) | ((byte(1) & 0x3FU) << 12U) | ((byte(2) & 0x3FU) << 6U) | (byte(3) & 0x3FU), 4};
}

// The code point that ends just before `at`. REQUIRES: at > 0.
[[nodiscard]] constexpr Decoded decode_before(std::string_view text, std::size_t at) noexcept {
    std::size_t start = at - 1;
    while (start > 0 && is_continuation(text[start])) --start;
    return decode(text, start);
}

inline void append(std::string& out, char32_t c) {
    const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0U | (c >> 6U));
        put(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
        put(0xE0U | (c >> 12U));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    } else {
        put(0xF0U | (c >> 18U));
        put(0x80U | ((c >> 12U) & 0x3FU));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    }
}

[[nodiscard]] constexpr bool is_ascii(std::string_view text) noexcept {
    unsigned char all = 0;
    for (const char c : text) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
    return all < 0x80;
}

}  // namespace sprat::utf8
