// Text view: "a Python string's characters, where they lie."
//
// CPython keeps a string in one, two or four bytes a character, ASCII marked apart. Borrowed: the string must
// outlive the view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/utf8.hpp"

namespace sprat {

enum class Width : std::uint8_t { Utf8, Latin1, Ucs2, Ucs4 };  // ASCII is Utf8

struct TextView {
    const void* data;
    std::size_t length;  // in units of `width`
    Width width;

    [[nodiscard]] std::size_t size_bytes() const noexcept {
        return width == Width::Ucs2 ? 2 * length : width == Width::Ucs4 ? 4 * length : length;
    }
};

namespace detail {

template <class Unit>
void transcode(const TextView& text, std::string& out) {
    const auto* const units = static_cast<const Unit*>(text.data);
    for (std::size_t i = 0; i < text.length; ++i) utf8::append(out, units[i]);
}

}  // namespace detail

// `text` as generalised UTF-8: borrowed from it if it is so already, else appended to `buffer` and borrowed from there.
[[nodiscard]] inline std::string_view append_utf8(const TextView& text, std::string& buffer) {
    if (text.width == Width::Utf8) return {static_cast<const char*>(text.data), text.length};
    const std::size_t begin = buffer.size();
    switch (text.width) {
        case Width::Latin1:
            detail::transcode<std::uint8_t>(text, buffer);
            break;
        case Width::Ucs2:
            detail::transcode<std::uint16_t>(text, buffer);
            break;
        default:
            detail::transcode<std::uint32_t>(text, buffer);
    }
    return std::string_view(buffer).substr(begin);
}

// The same, with nothing else in the buffer.
[[nodiscard]] inline std::string_view to_utf8(const TextView& text, std::string& buffer) {
    buffer.clear();
    return append_utf8(text, buffer);
}

}  // namespace sprat
