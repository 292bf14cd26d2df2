// Pooling: "which terms does a text's matrix of logits hold, and how much of each?"
//
// A term's weight is the largest log(1 + relu(logit)) over the text's tokens (Formal et al., "SPLADE v2", 2021). The
// logarithm grows with its argument, so the largest logit is found first, in one pass that memory bounds, and the
// logarithm is taken of what is left: a hundred terms of thirty thousand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "simd/kernels.hpp"

namespace sprat {

// One row of a CSR matrix, in hand.
struct SparseRow {
    std::vector<std::int32_t> indices;  // ascending
    std::vector<float> weights;         // weights[i] belongs to indices[i]; positive
};

// How the largest logit x > 0 becomes a weight.
enum class Activation : std::uint8_t {
    Log1p,       // log(1 + x)
    Log1pTwice,  // log(1 + log(1 + x)), of OpenSearch's models v3
    None         // x: the model has pooled and weighed
};

// best[term] = the largest of 0 and the logits of `term`. `logits` has `tokens` rows, each as long as `best`. `bias`,
// if not empty, is as long, and is what they lack: added after the largest is found, which gives the same bits, because
// rounding never puts the sum of a larger number before that of a smaller one.
// Returns false, and then `best` means nothing, if a logit is NaN.
bool largest_logits(const float* logits, std::size_t tokens, std::span<const float> bias, std::span<float> best,
                    const simd::Kernels& kernels) noexcept;
// The same, without bias, of IEEE half-precision numbers as bits, without widening them: the positive ones order as
// integers do.
bool largest_logits(const std::int16_t* logits, std::size_t tokens, std::span<std::int16_t> best,
                    const simd::Kernels& kernels) noexcept;

[[nodiscard]] float float_of_half(std::int16_t bits) noexcept;

// The positive ones of `best`, weighed. nullopt if a weight is not finite.
[[nodiscard]] std::optional<SparseRow> active_terms(std::span<const float> best, Activation activation);
[[nodiscard]] std::optional<SparseRow> active_terms(std::span<const std::int16_t> best, Activation activation);

// Keeps the `count` largest weights; of equal ones those of the lowest terms.
void keep_largest(SparseRow& row, std::size_t count);

}  // namespace sprat
