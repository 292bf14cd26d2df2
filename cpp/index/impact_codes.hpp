// Impact codes: "which impacts are so common that a byte can stand for them?"
//
// BM25 has few different impacts, one for each term frequency and document length; SPLADE has as many as postings.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "index/posting_list.hpp"

namespace sprat {

class ImpactCodes {
  public:
    // The 255 most common of an even sample of `impacts`; none if they are less than half of it.
    [[nodiscard]] static ImpactCodes choose(std::span<const float> impacts);

    [[nodiscard]] bool any() const noexcept { return any_; }
    // By code. Codes that are not used stand for -0.0, like the filler's.
    [[nodiscard]] const ImpactTable& impacts() const noexcept { return impacts_; }

    // -1 if the impact has no code. REQUIRES: not -0.0.
    [[nodiscard]] int code(float impact) const noexcept {
        const auto bits = std::bit_cast<std::uint32_t>(impact);
        for (std::size_t slot = first_slot(bits);; slot = (slot + 1) % slots_.size()) {
            if (slots_[slot].bits == bits) return slots_[slot].code;
            if (slots_[slot].code < 0) return -1;
        }
    }

  private:
    struct Slot {
        std::uint32_t bits = filler_bits;  // of no impact
        std::int32_t code = -1;
    };

    [[nodiscard]] static std::size_t first_slot(std::uint32_t bits) noexcept { return (bits * 0x9E3779B1U) >> 22U; }
    void add(std::uint32_t bits, std::int32_t code) noexcept;

    bool any_ = false;
    ImpactTable impacts_{};
    std::array<Slot, 1024> slots_{};  // open addressing, never full
};

}  // namespace sprat
