// Checksums: "are these bytes of the file those that were written?", asked of each chunk when it is first needed.
//
// Each section is cut into chunks of chunk_bytes, the last one shorter, and the file holds a CRC-32 for each
// (docs/formats.md). A chunk that was right once is taken as right from then on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "index/sections.hpp"

namespace sprat {

inline constexpr std::size_t chunk_bytes = 4096;

// How many chunks the sections before that of the checksums have in all.
[[nodiscard]] std::uint64_t chunk_count(const SectionSizes& sizes) noexcept;

// The checksums of a section's chunks, appended to `checksums`.
void append_checksums(std::span<const std::byte> section, std::vector<std::uint32_t>& checksums);

// Any number of threads may ask at a time.
class Checksums {
  public:
    // Of bytes that were never in a file: they are right.
    Checksums() = default;
    // Of the sections inside `file`, which is borrowed; `crc` is that of the checksums themselves.
    Checksums(std::span<const std::byte> file, const SectionSizes& sizes, std::uint32_t crc);

    [[nodiscard]] bool needed() const noexcept { return !file_.empty(); }

    // Throws Error{Corrupt} unless `bytes` bytes of the section, `first` and following, are right. They are in it.
    void check(SectionName name, std::uint64_t first, std::uint64_t bytes) const {
        if (needed() && bytes != 0) check_chunks(name, first / chunk_bytes, (first + bytes - 1) / chunk_bytes);
    }
    // The same of everything, whether it was right before or not.
    void check_all() const;

  private:
    struct Free {
        void operator()(std::uint8_t* memory) const noexcept { std::free(memory); }
    };

    void check_chunks(SectionName name, std::uint64_t first, std::uint64_t last) const;
    void compare(SectionName name, std::uint64_t chunk) const;
    void check_table() const;

    std::span<const std::byte> file_;
    SectionSizes sizes_{};
    SectionOffsets offsets_{};
    SectionOffsets first_chunks_{};  // by section: of its chunks among all
    std::uint32_t crc_ = 0;
    std::unique_ptr<std::uint8_t[], Free> right_;  // by chunk, then the table: 1 once it was found right
};

}  // namespace sprat
