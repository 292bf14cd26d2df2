// Top k: "which hits are the best so far?"
//
// The one total order: score descending, then document ascending. A hit is a 64-bit key whose order as a number is this
// order, so that selecting is comparing numbers.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace sprat {

// The k best documents of each query, row by row.
struct TopK {
    std::vector<std::int64_t> documents;  // row numbers, -1 past the last match
    std::vector<float> scores;            // 0 past the last match
};

// Whose unsigned order is the float's. REQUIRES: not NaN, not -0.0.
[[nodiscard]] inline std::uint32_t ordered_bits(float score) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(score);
    return (bits >> 31U) != 0 ? ~bits : bits ^ 0x80000000U;
}

[[nodiscard]] inline std::uint64_t hit_key(float score, std::uint32_t document) noexcept {
    return std::uint64_t{ordered_bits(score)} << 32U | ~document;
}
[[nodiscard]] inline std::uint32_t document_of(std::uint64_t key) noexcept { return ~static_cast<std::uint32_t>(key); }
[[nodiscard]] inline float score_of(std::uint64_t key) noexcept {
    const auto high = static_cast<std::uint32_t>(key >> 32U);
    return std::bit_cast<float>((high >> 31U) != 0 ? high ^ 0x80000000U : ~high);
}

// Keys of hits, of which the k best are wanted. Hits must come by ascending document, so that one whose score only
// equals the k-th best can be left out.
class Candidates {
  public:
    void start(std::size_t k) noexcept {
        k_ = k;
        size_ = 0;
        above_ = -1;
    }

    // A hit is worth adding only if its score's bits, as int32, are above this; -1 lets every score from 0 in.
    // Says nothing about negative scores.
    [[nodiscard]] std::int32_t above() const noexcept { return above_; }
    // The k-th best score is known to be at least the float with these bits.
    void raise_to(std::int32_t bits) noexcept { above_ = std::max(above_, bits - 1); }

    [[nodiscard]] std::size_t k() const noexcept { return k_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    // Where to write `count` more keys; then call added() with how many were written.
    [[nodiscard]] std::uint64_t* room_for(std::size_t count) {
        if (size_ + count > capacity_) grow(size_ + count);
        return keys_.get() + size_;
    }
    void added(std::size_t count) noexcept {
        size_ += count;
        if (size_ >= 2 * k_ + 128) shrink();
    }

    // Leaves the k best, best first.
    void finish() noexcept {
        if (size_ > k_) shrink();
        std::sort(keys_.get(), keys_.get() + size_, std::greater<>());
    }
    [[nodiscard]] std::uint64_t operator[](std::size_t i) const noexcept { return keys_[i]; }

  private:
    void shrink() noexcept {
        std::uint64_t* const worst = keys_.get() + k_ - 1;
        std::nth_element(keys_.get(), worst, keys_.get() + size_, std::greater<>());
        size_ = k_;
        const float kth = score_of(*worst);
        if (kth >= 0) above_ = std::max(above_, std::bit_cast<std::int32_t>(kth));
    }
    void grow(std::size_t least) {
        auto larger = std::make_unique_for_overwrite<std::uint64_t[]>(least + least / 2);
        std::copy_n(keys_.get(), size_, larger.get());
        keys_ = std::move(larger);
        capacity_ = least + least / 2;
    }

    std::size_t k_ = 0, size_ = 0, capacity_ = 0;
    std::int32_t above_ = -1;
    std::unique_ptr<std::uint64_t[]> keys_;
};

}  // namespace sprat
