// Hybrid: "what do the heads of a model like BGE-M3 say of these texts?"
//
// One run gives up to three things: a dense vector per text; a weight per token, of which the largest of each term
// makes a sparse row; a vector per token, for late interaction.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "neural/splade.hpp"
#include "neural/token_model.hpp"

namespace sprat {

// The names that an output may have; the first that the model has is it.
struct HeadNames {
    std::vector<std::string> dense;   // (texts, columns), or (texts, tokens, columns) whose first token counts
    std::vector<std::string> sparse;  // (texts, tokens) or (texts, tokens, 1)
    std::vector<std::string>
        colbert;  // (texts, tokens, columns), with or without the first token, which does not count
};

struct HybridOptions {
    bool dense = true, sparse = true, colbert = true;  // which are wanted
    std::int64_t dimensions = 0;                       // columns of a dense vector that are kept, from 1
    bool normalize = true;                             // dense and token vectors to length 1
    std::span<const std::int32_t> unweighted;          // ids that have no sparse weight
};

// What is not wanted is empty.
struct HybridRows {
    std::vector<float> dense;  // `dimensions` for each text, zeros for one without tokens
    std::vector<SparseRow> sparse;
    std::vector<float> colbert;                // for each token of each text but its first
    std::vector<std::int64_t> colbert_indptr;  // text i has vectors [i] to [i + 1]
};

class HybridModel {
  public:
    // Throws Error{InvalidArgument} if an output has another type or shape.
    HybridModel(TokenModel model, const HeadNames& names);

    // 0 if the model has no such output.
    [[nodiscard]] std::int64_t dense_columns() const noexcept { return dense_columns_; }
    [[nodiscard]] std::int64_t colbert_columns() const noexcept { return colbert_columns_; }

    // Throws Error{InvalidArgument} if something is wanted that the model does not have, and naming a text for which
    // the model gives a number that is not finite.
    [[nodiscard]] HybridRows encode(const TokenRows& tokens, const HybridOptions& options,
                                    const BatchOptions& batches) const;

  private:
    TokenModel model_;
    std::optional<std::size_t> dense_, sparse_, colbert_;  // outputs
    std::int64_t dense_columns_ = 0, colbert_columns_ = 0;
};

}  // namespace sprat
