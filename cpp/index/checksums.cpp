#include "index/checksums.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <new>
#include <string>

#include "core/error.hpp"
#include "core/interruption.hpp"
#include "index/crc32.hpp"

namespace sprat {
namespace {

constexpr auto table = static_cast<std::size_t>(SectionName::Checksums);

constexpr std::array<const char*, section_count> names{"coded impacts", "columns",           "slots",    "lists",
                                                       "window counts", "documents",         "codes",    "impacts",
                                                       "wide lists",    "removed documents", "checksums"};

[[noreturn]] void wrong(std::size_t section) {
    corrupt("the checksum of its " + std::string(names[section]) + " is wrong");
}

SectionOffsets first_chunks_of(const SectionSizes& sizes) noexcept {
    SectionOffsets first{};
    for (std::size_t i = 0; i < table; ++i) first[i + 1] = first[i] + (sizes[i] + chunk_bytes - 1) / chunk_bytes;
    return first;
}

}  // namespace

std::uint64_t chunk_count(const SectionSizes& sizes) noexcept { return first_chunks_of(sizes)[table]; }

void append_checksums(std::span<const std::byte> section, std::vector<std::uint32_t>& checksums) {
    for (std::size_t at = 0; at < section.size(); at += chunk_bytes) {
        heed_interruption();
        checksums.push_back(crc32(section.subspan(at, std::min(chunk_bytes, section.size() - at))));
    }
}

Checksums::Checksums(std::span<const std::byte> file, const SectionSizes& sizes, std::uint32_t crc)
    : file_(file), sizes_(sizes), offsets_(section_offsets(sizes)), first_chunks_(first_chunks_of(sizes)), crc_(crc) {
    // Zero pages that nobody asks for are never made, so that loading takes the same time whatever the size.
    right_.reset(static_cast<std::uint8_t*>(std::calloc(chunk_count(sizes) + 1, 1)));
    if (!right_) throw std::bad_alloc();
}

void Checksums::check_chunks(SectionName name, std::uint64_t first, std::uint64_t last) const {
    const std::uint64_t before = first_chunks_[static_cast<std::size_t>(name)];
    for (std::uint64_t chunk = first; chunk <= last; ++chunk) {
        const std::atomic_ref<std::uint8_t> right(right_[before + chunk]);
        if (right.load(std::memory_order_relaxed) != 0) continue;
        check_table();
        compare(name, chunk);
        right.store(1, std::memory_order_relaxed);
    }
}

void Checksums::compare(SectionName name, std::uint64_t chunk) const {
    const auto section = static_cast<std::size_t>(name);
    const std::uint64_t at = chunk * chunk_bytes;
    const std::uint64_t bytes = std::min<std::uint64_t>(chunk_bytes, sizes_[section] - at);
    const Sections sections = sections_in(file_, sizes_);
    if (crc32(file_.subspan(offsets_[section] + at, bytes)) != sections.checksums[first_chunks_[section] + chunk]) {
        wrong(section);
    }
}

void Checksums::check_table() const {
    const std::atomic_ref<std::uint8_t> right(right_[first_chunks_[table]]);
    if (right.load(std::memory_order_relaxed) != 0) return;
    if (crc32(file_.subspan(offsets_[table], sizes_[table])) != crc_) wrong(table);
    right.store(1, std::memory_order_relaxed);
}

void Checksums::check_all() const {
    if (!needed()) return;
    if (crc32(file_.subspan(offsets_[table], sizes_[table])) != crc_) wrong(table);
    for (std::size_t section = 0; section < table; ++section) {
        const std::uint64_t chunks = first_chunks_[section + 1] - first_chunks_[section];
        for (std::uint64_t chunk = 0; chunk < chunks; ++chunk) {
            heed_interruption();
            compare(static_cast<SectionName>(section), chunk);
        }
    }
}

}  // namespace sprat
