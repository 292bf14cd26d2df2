// Sections: "where in the block of bytes is what?" The parts of an index, in memory as in its file.
//
// docs/formats.md describes them byte by byte. Do not change values or order: they are on disk.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/error.hpp"

namespace sprat {

// Throws Error{Corrupt}.
[[noreturn]] inline void corrupt(const std::string& what) {
    throw Error{ErrorCode::Corrupt, "the index file is damaged: " + what};
}

static_assert(std::endian::native == std::endian::little, "index files are mapped as they are, in little-endian order");

enum class SectionName : std::uint8_t {
    CodedImpacts,  // float32 x 256
    Columns,       // int64 per term, ascending; empty if term i is column i
    Slots,         // uint32 per term: where its postings are
    Lists,         // ListHeader per windowed list, in order of terms
    WindowCounts,  // uint16 per list row and window: entries in that window
    Documents,     // of windowed lists: uint8 or uint16 per entry
    Codes,         // of windowed lists: uint8 per entry
    Impacts,       // of windowed lists: float32 per entry
    Wide,          // uint32: lists with a header word, documents, impacts
    Removed,       // uint64: bit per document; empty if none is removed
    Checksums,     // uint32 per chunk of the others; in a file only
};
inline constexpr std::size_t section_count = 11;

inline constexpr std::size_t header_bytes = 512;  // before the first section
inline constexpr std::size_t section_alignment = 64;

// A slot with this bit is a number in Lists, without it a position in Wide. Wide[0] is a list without postings.
inline constexpr std::uint32_t windowed_slot = 0x80000000U;

// A list in Wide: a word whose lower 24 bits are its length, times two, plus one if coded. A coded one: codes, of which
// the first is the upper byte of that word, and zeros up to a whole word; documents. Another: documents; impacts.
inline constexpr std::uint32_t wide_length_bits = 0xFFFFFFU;
[[nodiscard]] constexpr std::uint64_t wide_code_words(std::uint64_t postings) noexcept { return (postings + 2) / 4; }
[[nodiscard]] constexpr std::uint64_t wide_words(std::uint64_t postings, bool coded) noexcept {
    return 1 + postings + (coded ? wide_code_words(postings) : postings);
}

// Of ListHeader::flags; the two lowest bits are the Layout.
inline constexpr std::uint32_t coded_flag = 4;
inline constexpr std::uint32_t more_flag = 8;  // the term has the next list, too

struct ListHeader {
    std::uint64_t documents_at;  // in bytes of Documents; of a Wide list, position in Wide
    std::uint64_t impacts_at;    // in entries of Codes or Impacts
    std::uint32_t entry_count;
    std::uint32_t row;       // in WindowCounts
    std::uint32_t reserved;  // 0
    std::uint32_t flags;
};
static_assert(sizeof(ListHeader) == 32);

// Borrowed from whoever holds the bytes.
struct Sections {
    std::span<const float> coded_impacts;
    std::span<const std::int64_t> columns;
    std::span<const std::uint32_t> slots;
    std::span<const ListHeader> lists;
    std::span<const std::uint16_t> window_counts;
    std::span<const std::byte> documents;
    std::span<const std::uint8_t> codes;
    std::span<const float> impacts;
    std::span<const std::uint32_t> wide;
    std::span<const std::uint64_t> removed;
    std::span<const std::uint32_t> checksums;
};

using SectionSizes = std::array<std::uint64_t, section_count>;        // in bytes
using SectionOffsets = std::array<std::uint64_t, section_count + 1>;  // in bytes from the header's start; last: the end

[[nodiscard]] constexpr SectionOffsets section_offsets(const SectionSizes& sizes) noexcept {
    SectionOffsets offsets{};
    std::uint64_t at = header_bytes;
    for (std::size_t i = 0; i < section_count; ++i) {
        offsets[i] = at;
        at += (sizes[i] + section_alignment - 1) / section_alignment * section_alignment;
    }
    offsets[section_count] = at;
    return offsets;
}

// The sections inside `block`, which begins with a header and is aligned for them.
[[nodiscard]] Sections sections_in(std::span<const std::byte> block, const SectionSizes& sizes);

}  // namespace sprat
