// Hash: "which slot does this string belong to?" Not for files: the value is another in each process.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sprat {

// A string of up to sixteen bytes is determined by its length and these sixteen, zero-padded, so that comparing
// them compares it. For a longer string they are its first and last eight bytes.
struct Key {
    std::uint64_t head, tail;
    std::uint64_t hash;
};

// Drawn when the process starts, so that nobody can write a text whose words all want one slot. SPRAT_HASH_SEED=<text>
// makes it the same each time, for measurements. No answer depends on it.
struct HashSecret {
    std::uint64_t k0, k1;  // odd
};
extern const HashSecret hash_secret;

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

// By size: the bits of the first `size` of sixteen bytes, in the order of memory.
struct Mask {
    std::uint64_t head, tail;
};
consteval std::array<Mask, 17> make_masks() {
    std::array<Mask, 17> result{};
    for (std::size_t size = 0; size <= 16; ++size) {
        std::array<unsigned char, 16> bytes{};
        for (std::size_t i = 0; i < size; ++i) bytes[i] = 0xFF;
        result[size] = std::bit_cast<Mask>(bytes);
    }
    return result;
}
inline constexpr auto masks = make_masks();

}  // namespace detail

// Makes capital letters small in a key, if all its bytes are ASCII letters and digits.
inline constexpr std::uint64_t fold_letters = 0x4040404040404040U;

// `slack` bytes after the end of `text` may be read too: a short string then takes no branch on its length.
// With `fold` as fold_letters, up to sixteen letters and digits have the key of their lower case.
[[nodiscard]] inline Key key_of(std::string_view text, std::size_t slack = 0, std::uint64_t fold = 0) noexcept {
    const auto [k0, k1] = hash_secret;
    const char* const data = text.data();
    const std::size_t size = text.size();
    std::uint64_t seed = k0 ^ size;
    Key key{0, 0, 0};
    if (size > 16) {
        key.head = detail::load<std::uint64_t>(data);
        key.tail = detail::load<std::uint64_t>(data + size - 8);
        for (std::size_t i = 8; i + 8 < size; i += 8) {
            seed = detail::mix(seed ^ detail::load<std::uint64_t>(data + i), k1);
        }
    } else if (size + slack >= 16) {
        key.head = detail::load<std::uint64_t>(data) & detail::masks[size].head;
        key.tail = detail::load<std::uint64_t>(data + 8) & detail::masks[size].tail;
    } else {
        std::array<char, 16> padded{};
        std::copy_n(data, size, padded.begin());
        key.head = detail::load<std::uint64_t>(padded.data());
        key.tail = detail::load<std::uint64_t>(padded.data() + 8);
    }
    if (size <= 16) {
        key.head |= (key.head & fold) >> 1U;
        key.tail |= (key.tail & fold) >> 1U;
    }
    key.hash = detail::mix(detail::mix(key.head ^ k1, key.tail ^ seed), k0);
    return key;
}

}  // namespace sprat
