// Shape: "how big is this index?"
#pragma once

#include <cstdint>

namespace sprat {

// Keys of search have 32 bits for a document.
inline constexpr std::uint64_t max_document_count = 0x7FFFFFFFU;

struct Shape {
    std::uint64_t document_count = 0;
    std::uint64_t column_count = 0;
    std::uint64_t term_count = 0;
    std::uint64_t posting_count = 0;
    std::uint32_t window_bits = 0;
    bool negative = false;  // some impact is

    [[nodiscard]] std::uint64_t window_count() const noexcept {
        return (document_count + (std::uint64_t{1} << window_bits) - 1) >> window_bits;
    }
};

}  // namespace sprat
