// Surface cache: "what did this piece of text become the last time?"
//
// Open addressing, two slots to a cache line. It holds a bounded number of surfaces and is emptied when it is
// full, so that its memory does not follow the collection.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/hash.hpp"
#include "core/large_array.hpp"

namespace sprat {

class SurfaceCache {
  public:
    // Longer surfaces are rare and not worth remembering.
    static constexpr std::size_t longest = 255;

    // What to look up. `context` tells apart what equal bytes become in different places; `slack` and `fold` are
    // those of key_of: a surface whose key is folded must become what its lower case becomes.
    struct Query {
        Query() = default;
        Query(std::string_view surface, std::uint8_t place, std::size_t slack, std::uint64_t fold) noexcept
            : text(surface), key(key_of(surface, slack, fold)), context(place) {
            key.hash += place * 0x9E3779B97F4A7C15U;
        }
        std::string_view text;
        Key key{};
        std::uint8_t context = 0;
    };
    void prefetch(const Query& query) const noexcept { __builtin_prefetch(&slots_[query.key.hash & mask_]); }

    struct Found {
        bool hit;
        std::span<const std::uint32_t> ids;  // borrowed until the next insert()
    };
    [[nodiscard]] Found find(const Query& query) const noexcept;

    // REQUIRES: not held yet; 1 to `longest` bytes; at most 65535 ids.
    void insert(const Query& query, std::span<const std::uint32_t> ids);

  private:
    struct Slot {
        std::uint64_t head, tail;
        std::uint32_t value;  // the only id of a short surface; otherwise where its entry starts in pool_
        std::uint32_t hash;   // lower half
        std::uint16_t count;
        std::uint8_t length;  // 0 if free
        std::uint8_t context;
    };
    static_assert(sizeof(Slot) == 32);

    // head and tail do not say all of it.
    [[nodiscard]] static constexpr bool is_long(std::size_t length) noexcept { return length > 16; }
    [[nodiscard]] bool holds(const Slot& slot, const Query& query) const noexcept;
    [[nodiscard]] std::size_t free_slot(std::uint64_t hash) const noexcept;
    void grow();
    void clear();

    LargeArray<Slot> slots_ = LargeArray<Slot>(1024);
    std::size_t mask_ = 1023;
    std::size_t taken_ = 0;
    std::vector<std::uint32_t> pool_;  // a surface's ids; before those of a long one, its place in characters_
    std::vector<char> characters_;
};

inline bool SurfaceCache::holds(const Slot& slot, const Query& query) const noexcept {
    if (slot.head != query.key.head || slot.tail != query.key.tail || slot.length != query.text.size() ||
        slot.context != query.context) {
        return false;
    }
    return !is_long(slot.length) || std::string_view(characters_.data() + pool_[slot.value], slot.length) == query.text;
}

inline SurfaceCache::Found SurfaceCache::find(const Query& query) const noexcept {
    for (std::size_t i = query.key.hash & mask_;; i = (i + 1) & mask_) {
        const Slot& slot = slots_[i];
        if (slot.length == 0) return {false, {}};
        if (!holds(slot, query)) continue;
        if (is_long(slot.length)) return {true, std::span(pool_).subspan(slot.value + 1, slot.count)};
        return {true, slot.count == 1 ? std::span(&slot.value, 1) : std::span(pool_).subspan(slot.value, slot.count)};
    }
}

}  // namespace sprat
