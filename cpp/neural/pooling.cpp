#include "neural/pooling.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace sprat {
namespace {

// So many columns of `best` stay in the first-level cache while all tokens pass by.
constexpr std::size_t block_columns = 4096;

// best + bias, at least 0; false if a sum is NaN.
bool add(std::span<const float> bias, float* best) noexcept {
    int bad = 0;
    for (std::size_t i = 0; i < bias.size(); ++i) {
        const float sum = best[i] + bias[i];
        bad |= static_cast<int>(sum != sum);
        best[i] = sum > 0 ? sum : 0;
    }
    return bad == 0;
}

// Calls work(first, columns) for blocks of columns; false if it was for one of them.
template <class Work>
bool by_blocks(std::size_t width, Work&& work) {
    bool good = true;
    for (std::size_t first = 0; first < width; first += block_columns) {
        good &= work(first, std::min(block_columns, width - first));
    }
    return good;
}

float weight_of(float x, Activation activation) noexcept {
    switch (activation) {
        case Activation::Log1p:
            return std::log1p(x);
        case Activation::Log1pTwice:
            return std::log1p(std::log1p(x));
        case Activation::None:
            break;
    }
    return x;
}

float widened(float x) noexcept { return x; }
float widened(std::int16_t x) noexcept { return float_of_half(x); }

template <class T>
std::optional<SparseRow> active(std::span<const T> best, Activation activation) {
    constexpr std::size_t block = 64;  // most hold no active term
    SparseRow row;
    for (std::size_t first = 0; first < best.size(); first += block) {
        const auto part = best.subspan(first, std::min(block, best.size() - first));
        T most{0};
        for (const T x : part) most = x > most ? x : most;
        if (!(most > T{0})) continue;
        for (std::size_t i = 0; i < part.size(); ++i) {
            if (!(part[i] > T{0})) continue;
            const float weight = weight_of(widened(part[i]), activation);
            if (!std::isfinite(weight)) return std::nullopt;
            row.indices.push_back(static_cast<std::int32_t>(first + i));
            row.weights.push_back(weight);
        }
    }
    return row;
}

}  // namespace

bool largest_logits(const float* logits, std::size_t tokens, std::span<const float> bias, std::span<float> best,
                    const simd::Kernels& kernels) noexcept {
    std::ranges::fill(best, bias.empty() ? 0.F : -std::numeric_limits<float>::infinity());
    return by_blocks(best.size(), [&](std::size_t first, std::size_t columns) {
        float* const part = best.data() + first;
        const bool good = kernels.raise(logits + first, tokens, best.size(), part, columns);
        return bias.empty() ? good : add(bias.subspan(first, columns), part) && good;
    });
}

bool largest_logits(const std::int16_t* logits, std::size_t tokens, std::span<std::int16_t> best,
                    const simd::Kernels& kernels) noexcept {
    std::ranges::fill(best, std::int16_t{0});
    return by_blocks(best.size(), [&](std::size_t first, std::size_t columns) {
        return kernels.raise_halves(logits + first, tokens, best.size(), best.data() + first, columns);
    });
}

float float_of_half(std::int16_t bits) noexcept {
    const auto half = static_cast<std::uint32_t>(static_cast<std::uint16_t>(bits));
    const std::uint32_t sign = (half & 0x8000U) << 16U, magnitude = half & 0x7FFFU;
    // A subnormal is its fraction times 2^-24.
    if (magnitude < 0x400U)
        return std::copysign(std::ldexp(static_cast<float>(magnitude), -24), sign != 0 ? -1.F : 1.F);
    if (magnitude >= 0x7C00U) return std::bit_cast<float>(sign | 0x7F800000U | ((magnitude & 0x3FFU) << 13U));
    return std::bit_cast<float>(sign | ((magnitude << 13U) + ((127U - 15U) << 23U)));
}

std::optional<SparseRow> active_terms(std::span<const float> best, Activation activation) {
    return active(best, activation);
}

std::optional<SparseRow> active_terms(std::span<const std::int16_t> best, Activation activation) {
    return active(best, activation);
}

void keep_largest(SparseRow& row, std::size_t count) {
    if (row.indices.size() <= count) return;
    std::vector<std::size_t> order(row.indices.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto first = [&](std::size_t a, std::size_t b) {
        return row.weights[a] != row.weights[b] ? row.weights[a] > row.weights[b] : a < b;
    };
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(count);
    std::nth_element(order.begin(), end, order.end(), first);
    std::sort(order.begin(), end);
    for (std::size_t i = 0; i < count; ++i) {
        row.indices[i] = row.indices[order[i]];
        row.weights[i] = row.weights[order[i]];
    }
    row.indices.resize(count);
    row.weights.resize(count);
}

}  // namespace sprat
