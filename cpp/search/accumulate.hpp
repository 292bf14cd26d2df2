// Accumulate: "what does this list add to the scores of a window?"
//
// A cursor stands at the entries of the next window. The loops are plain: a store a posting is what bounds them, and
// gathers and scatters are slower (docs/performance.md).
#pragma once

#include <cstddef>
#include <cstdint>

#include "index/posting_list.hpp"

namespace sprat {

struct Cursor {
    Layout layout;
    bool coded;
    float weight;           // of the query, for a list that is not coded
    const float* products;  // by code, for one that is
    const std::byte* documents;
    const std::byte* impacts;
    const std::byte* window_counts;
    std::uint32_t left;  // entries; of a Wide list
};

namespace detail {

// Products are rounded before they are added. `product(i)` is that of entry i.
template <class Product>
inline void add_gaps(float* score, const std::byte* documents, std::size_t count, Product product) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
        score += static_cast<std::uint8_t>(documents[i]);
        *score += product(i);
    }
}

template <class Product>
inline void add_local(float* scores, const std::byte* documents, std::size_t count, Product product) noexcept {
    for (std::size_t i = 0; i < count; ++i) scores[load_at<std::uint16_t>(documents, i)] += product(i);
}

// Returns how many entries lie in the window: documents first, first + 1 ... first + size - 1.
template <class Product>
inline std::size_t add_wide(float* scores, const std::byte* documents, std::size_t count, std::uint32_t first,
                            std::uint32_t size, Product product) noexcept {
    std::size_t i = 0;
    for (; i < count; ++i) {
        const std::uint32_t position = load_at<std::uint32_t>(documents, i) - first;
        if (position >= size) break;
        scores[position] += product(i);
    }
    return i;
}

// Calls work(product) with the function from an entry to its product.
template <class Work>
inline auto with_product(const Cursor& cursor, Work&& work) noexcept {
    if (cursor.coded) {
        return work([codes = cursor.impacts, products = cursor.products](std::size_t i) noexcept {
            return products[static_cast<std::uint8_t>(codes[i])];
        });
    }
    return work([impacts = cursor.impacts, weight = cursor.weight](std::size_t i) noexcept {
        return weight * load_at<float>(impacts, i);
    });
}

}  // namespace detail

// How many entries a list with a table has in a window.
[[nodiscard]] inline std::size_t entries_in(const Cursor& cursor, std::uint32_t window) noexcept {
    return load_at<std::uint16_t>(cursor.window_counts, window);
}

inline void advance(Cursor& cursor, std::size_t entries) noexcept {
    constexpr std::size_t width[] = {1, 2, 4};
    cursor.documents += entries * width[static_cast<std::size_t>(cursor.layout)];
    cursor.impacts += entries * (cursor.coded ? 1 : sizeof(float));
    cursor.left -= static_cast<std::uint32_t>(entries);
}

// Adds the list's products to the scores of a window and moves to the next. Returns how many entries there were.
inline std::size_t accumulate(Cursor& cursor, float* scores, std::uint32_t window, std::uint32_t window_bits) noexcept {
    const std::size_t count = detail::with_product(cursor, [&](auto product) noexcept {
        if (cursor.layout == Layout::Wide) {
            return detail::add_wide(scores, cursor.documents, cursor.left, window << window_bits, 1U << window_bits,
                                    product);
        }
        const std::size_t entries = entries_in(cursor, window);
        if (cursor.layout == Layout::Gaps) {
            detail::add_gaps(scores, cursor.documents, entries, product);
        } else {
            detail::add_local(scores, cursor.documents, entries, product);
        }
        return entries;
    });
    advance(cursor, count);
    return count;
}

}  // namespace sprat
