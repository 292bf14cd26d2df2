// Posting list: "which documents, how much in each?", in the layouts that search reads.
//
// Documents are cut into windows of 2^window_bits. The postings of one window follow one another, and each window can
// be read on its own. A list has one of three layouts of documents:
//   Gaps   a byte per entry: the distance from the document before, from the window's first for the first of a window.
//          A distance beyond 255 is bridged by fillers of 255, entries that are no postings;
//   Local  two bytes: the position inside the window;
//   Wide   four bytes: the document itself; no table of windows. For terms with few postings;
// and one of two of impacts: a byte that stands for one of the 255 most common values, or a float. A filler's impact is
// the byte 255, which stands for -0.0, or the float -0.0: adding it to a score changes no bit of it.
//
// Invariants: inside a window positions ascend (strictly, but for fillers) and stay below the window's size;
// documents are below the index's document count.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "index/shape.hpp"

namespace sprat {

enum class Layout : std::uint8_t { Gaps, Local, Wide };

inline constexpr std::uint8_t filler_code = 255;
inline constexpr std::uint32_t filler_bits = 0x80000000U;  // of -0.0F

// By code: the impact it stands for; the last is the filler's.
using ImpactTable = std::array<float, 256>;

// Borrowed: valid while the index it came from lives. Pointers need no alignment; T is read by load_at.
struct PostingList {
    Layout layout = Layout::Wide;
    bool coded = false;
    std::uint32_t entry_count = 0;  // postings and fillers
    const std::byte* documents = nullptr;
    const std::byte* impacts = nullptr;
    const std::byte* window_counts = nullptr;  // uint16 per window; none for Wide
};

template <class T>
[[nodiscard]] inline T load_at(const std::byte* base, std::size_t index) noexcept {
    T value;
    std::memcpy(&value, base + index * sizeof(T), sizeof value);
    return value;
}

// Calls visit(document, impact) for each posting, by ascending document. Not for the inner loop of a search. Ends, and
// stays in the list, also where a mapped file has become zeros (core/bus_guard.hpp).
template <class Visit>
void for_each_posting(const PostingList& list, const Shape& shape, const float* coded_impacts, Visit&& visit) {
    const auto impact = [&](std::size_t i) {
        return list.coded ? coded_impacts[load_at<std::uint8_t>(list.impacts, i)] : load_at<float>(list.impacts, i);
    };
    if (list.layout == Layout::Wide) {
        for (std::size_t i = 0; i < list.entry_count; ++i) visit(load_at<std::uint32_t>(list.documents, i), impact(i));
        return;
    }
    std::size_t i = 0;
    for (std::uint32_t window = 0; window < shape.window_count(); ++window) {
        const std::size_t end =
            std::min<std::size_t>(list.entry_count, i + load_at<std::uint16_t>(list.window_counts, window));
        const std::uint32_t first = window << shape.window_bits;
        std::uint32_t document = first;
        for (; i < end; ++i) {
            const float value = impact(i);
            if (list.layout == Layout::Gaps) {
                document += load_at<std::uint8_t>(list.documents, i);
                if (std::bit_cast<std::uint32_t>(value) == filler_bits) continue;
            } else {
                document = first + load_at<std::uint16_t>(list.documents, i);
            }
            visit(document, value);
        }
    }
}

}  // namespace sprat
