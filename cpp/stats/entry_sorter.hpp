// Entry sorter: "these few ids, each with something beside it, in order, please."
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace sprat {

// Sorts one row after another; the buffers of one worker. An entry is id << 32 | whatever goes with the id.
class EntrySorter {
  public:
    // To be filled, then sorted.
    [[nodiscard]] std::vector<std::uint64_t>& entries() noexcept { return entries_; }

    // By id. Every id is below 2^bits. Entries of one id ascend if they did before.
    void sort(unsigned bits) {
        if (entries_.size() < 24) {  // measured: below, the passes over the digits' counters cost more
            std::sort(entries_.begin(), entries_.end());
        } else {
            sort_by_digits(bits);
        }
    }

    // The same of ids that are spread evenly over 2^bits, as hashes are: they fall into as many buckets as there are
    // entries, and are all but sorted then. Ids that are spread unevenly cost more time and nothing else.
    void sort_spread(unsigned bits) {
        const std::size_t count = entries_.size();
        if (count < 24) return std::sort(entries_.begin(), entries_.end());
        const unsigned width = std::min(static_cast<unsigned>(std::bit_width(count - 1)), bits);
        const unsigned shift = 32 + bits - width;
        const std::size_t last = (std::size_t{1} << width) - 1;
        const auto bucket = [&](std::uint64_t entry) { return std::min<std::size_t>(entry >> shift, last); };
        places_.assign(last + 2, 0);
        std::uint32_t fullest = 0;
        for (const std::uint64_t entry : entries_) fullest = std::max(fullest, ++places_[bucket(entry) + 1]);
        for (std::size_t i = 1; i <= last; ++i) places_[i] += places_[i - 1];
        sorted_.resize(count);
        for (const std::uint64_t entry : entries_) sorted_[places_[bucket(entry)]++] = entry;
        std::swap(entries_, sorted_);
        if (fullest > 16) return std::sort(entries_.begin(), entries_.end());
        for (std::size_t i = 1; i < count; ++i) {
            const std::uint64_t entry = entries_[i];
            std::size_t to = i;
            for (; to > 0 && entries_[to - 1] > entry; --to) entries_[to] = entries_[to - 1];
            entries_[to] = entry;
        }
    }

  private:
    // Radix sort, lowest digit first: a third of std::sort's time on rows of 50.
    void sort_by_digits(unsigned bits) {
        sorted_.resize(entries_.size());
        const unsigned passes = (bits + 7) / 8;
        const unsigned width = passes == 0 ? 0 : (bits + passes - 1) / passes;
        const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
        for (unsigned shift = 32; shift < 32 + bits; shift += width) {
            std::array<std::uint32_t, 257> place{};  // [digit]: where its next entry goes
            for (const std::uint64_t entry : entries_) ++place[((entry >> shift) & mask) + 1];
            for (std::size_t digit = 1; digit <= mask; ++digit) place[digit] += place[digit - 1];
            for (const std::uint64_t entry : entries_) sorted_[place[(entry >> shift) & mask]++] = entry;
            std::swap(entries_, sorted_);
        }
    }

    std::vector<std::uint64_t> entries_, sorted_;
    std::vector<std::uint32_t> places_;  // [bucket]: where its next entry goes
};

}  // namespace sprat
