// CRC-32: "are these the bytes that were written?" The checksum of zip and zlib.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sprat {
namespace detail {

// tables[i][b]: what byte b does to the checksum when i more bytes follow in the same step of eight.
consteval std::array<std::array<std::uint32_t, 256>, 8> make_crc32_tables() {
    std::array<std::array<std::uint32_t, 256>, 8> tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
        tables[0][byte] = crc;
    }
    for (std::size_t i = 1; i < 8; ++i) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t before = tables[i - 1][byte];
            tables[i][byte] = (before >> 8U) ^ tables[0][before & 0xFFU];
        }
    }
    return tables;
}
inline constexpr auto crc32_tables = make_crc32_tables();

}  // namespace detail

[[nodiscard]] inline std::uint32_t crc32(std::span<const std::byte> bytes) noexcept {
    const auto& tables = detail::crc32_tables;
    std::uint32_t crc = 0xFFFFFFFFU;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < 8; ++i) word |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
        word ^= crc;
        crc = 0;
        for (std::size_t i = 0; i < 8; ++i) crc ^= tables[7 - i][(word >> (8 * i)) & 0xFFU];
    }
    for (const std::byte byte : bytes) {
        crc = (crc >> 8U) ^ tables[0][(crc ^ static_cast<std::uint32_t>(byte)) & 0xFFU];
    }
    return ~crc;
}

}  // namespace sprat
