#include "vocab/surface_cache.hpp"

namespace sprat {
namespace {

constexpr std::size_t most_slots = std::size_t{1} << 20U;  // 32 MiB
constexpr std::size_t most_characters = std::size_t{16} << 20U;

}  // namespace

std::size_t SurfaceCache::free_slot(std::uint64_t hash) const noexcept {
    std::size_t i = hash & mask_;
    while (slots_[i].length != 0) i = (i + 1) & mask_;
    return i;
}

void SurfaceCache::insert(const Query& query, std::span<const std::uint32_t> ids) {
    // Three quarters may be taken: the frequent surfaces come early and stand where they are looked for.
    if (4 * (taken_ + 1) > 3 * slots_.size()) slots_.size() < most_slots ? grow() : clear();
    if (characters_.size() > most_characters || pool_.size() > most_characters / 4) clear();
    const std::size_t length = query.text.size();
    const bool alone = ids.size() == 1 && !is_long(length);
    const auto place = static_cast<std::uint32_t>(pool_.size());
    if (is_long(length)) {
        pool_.push_back(static_cast<std::uint32_t>(characters_.size()));
        characters_.insert(characters_.end(), query.text.begin(), query.text.end());
    }
    if (!alone) pool_.insert(pool_.end(), ids.begin(), ids.end());
    slots_[free_slot(query.key.hash)] = {query.key.head,
                                         query.key.tail,
                                         alone ? ids[0] : place,
                                         static_cast<std::uint32_t>(query.key.hash),
                                         static_cast<std::uint16_t>(ids.size()),
                                         static_cast<std::uint8_t>(length),
                                         query.context};
    ++taken_;
}

void SurfaceCache::grow() {
    const LargeArray<Slot> old = std::move(slots_);
    slots_ = LargeArray<Slot>(2 * old.size());
    mask_ = slots_.size() - 1;
    for (const Slot& slot : old) {
        if (slot.length != 0) slots_[free_slot(slot.hash)] = slot;
    }
}

void SurfaceCache::clear() {
    slots_.assign(slots_.size(), Slot{});
    taken_ = 0;
    pool_.clear();
    characters_.clear();
}

}  // namespace sprat
