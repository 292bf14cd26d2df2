// Document set: "may this document be returned?" A filter and the documents that are not removed, as bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sprat {

// Borrowed. Bit i % 64 of word i / 64 stands for document i; no words at all mean every document. Where there are some,
// documents beyond them are not in the set.
struct DocumentSet {
    std::span<const std::uint64_t> filter;
    std::span<const std::uint64_t> alive;

    [[nodiscard]] bool everything() const noexcept { return filter.empty() && alive.empty(); }

    // The 64 documents from `first` on.
    [[nodiscard]] std::uint64_t word(std::size_t first) const noexcept {
        return part(filter, first) & part(alive, first);
    }

  private:
    [[nodiscard]] static std::uint64_t part(std::span<const std::uint64_t> bits, std::size_t first) noexcept {
        if (bits.empty()) return ~std::uint64_t{0};
        const std::size_t at = first / 64;
        const std::size_t shift = first % 64;
        const std::uint64_t low = at < bits.size() ? bits[at] >> shift : 0;
        return shift == 0 || at + 1 >= bits.size() ? low : low | bits[at + 1] << (64 - shift);
    }
};

}  // namespace sprat
