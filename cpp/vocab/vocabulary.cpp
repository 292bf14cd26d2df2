#include "vocab/vocabulary.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "core/hash.hpp"

namespace sprat {

std::string_view Vocabulary::term(TermId id) const noexcept {
    const auto i = static_cast<std::size_t>(id);
    const std::uint64_t begin = i == 0 ? 0 : ends_[i - 1];
    return {characters_.data() + begin, ends_[i] - begin};
}

// The slot that holds `term`, or the free one where it belongs. REQUIRES: slots_ is not empty.
std::size_t Vocabulary::slot_of(std::string_view term, std::uint64_t hash) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    const auto upper = static_cast<std::uint32_t>(hash >> 32U);
    for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
        const Slot slot = slots_[i];
        if (slot.next == 0 || (slot.hash == upper && this->term(TermId{slot.next - 1}) == term)) return i;
    }
}

std::optional<TermId> Vocabulary::find(std::string_view term) const noexcept {
    if (slots_.empty()) return std::nullopt;
    const Slot slot = slots_[slot_of(term, key_of(term).hash)];
    if (slot.next == 0) return std::nullopt;
    return TermId{slot.next - 1};
}

Vocabulary::Added Vocabulary::add(std::string_view term) {
    if (3 * slots_.size() < 4 * (size() + 1)) grow();
    const std::uint64_t hash = key_of(term).hash;
    Slot& slot = slots_[slot_of(term, hash)];
    if (slot.next != 0) return {TermId{slot.next - 1}, false};
    if (size() >= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        throw Error(ErrorCode::InvalidArgument, "a vocabulary holds at most 2147483647 terms");
    }
    characters_.insert(characters_.end(), term.begin(), term.end());
    ends_.push_back(characters_.size());
    slot = {static_cast<std::uint32_t>(hash >> 32U), static_cast<std::uint32_t>(size())};
    return {TermId{slot.next - 1}, true};
}

void Vocabulary::grow() {
    slots_.assign(std::max<std::size_t>(256, 2 * slots_.size()), Slot{0, 0});
    for (std::uint32_t id = 0; id < size(); ++id) {
        const auto text = term(TermId{id});
        const std::uint64_t hash = key_of(text).hash;
        slots_[slot_of(text, hash)] = {static_cast<std::uint32_t>(hash >> 32U), id + 1};
    }
}

}  // namespace sprat
