// Hash: "which slot does this string belong to?" Not for files: the value may change between versions.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace sprat {

// A string of up to sixteen bytes is determined by (length, head, tail), so that comparing these compares it.
// For a longer string head and tail are its first and last eight bytes.
struct Key {
    std::uint64_t head, tail;
    std::uint64_t hash;
};

namespace detail {

template <class T>
[[nodiscard]] inline T load(const char* at) noexcept {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

[[nodiscard]] inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

}  // namespace detail

[[nodiscard]] inline Key key_of(std::string_view text) noexcept {
    constexpr std::uint64_t k0 = 0xA0761D6478BD642FU;
    constexpr std::uint64_t k1 = 0xE7037ED1A0B428DBU;
    const char* const data = text.data();
    const std::size_t size = text.size();
    Key key{0, 0, 0};
    if (size >= 8) {
        key.head = detail::load<std::uint64_t>(data);
        key.tail = detail::load<std::uint64_t>(data + size - 8);
    } else if (size >= 4) {
        key.head = detail::load<std::uint32_t>(data);
        key.tail = detail::load<std::uint32_t>(data + size - 4);
    } else if (size > 0) {
        const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(data[i])); };
        key.head = byte(0) | (byte(size / 2) << 8U) | (byte(size - 1) << 16U);
    }
    std::uint64_t seed = k0 ^ size;
    for (std::size_t i = 8; i + 8 < size; i += 8) seed = detail::mix(seed ^ detail::load<std::uint64_t>(data + i), k1);
    key.hash = detail::mix(detail::mix(key.head ^ k1, key.tail ^ seed), k0);
    return key;
}

}  // namespace sprat
