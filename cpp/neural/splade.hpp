// Splade: "which terms does a masked language model see in these texts, and how strongly?"
//
// In: texts as token ids. Out: one sparse row per text over the model's vocabulary. A row depends on its text alone, up
// to the rounding of the model's arithmetic, and not at all on the number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "neural/pooling.hpp"
#include "neural/token_model.hpp"

namespace sprat {

struct SpladeOptions {
    std::optional<std::size_t> max_active_terms;  // the largest weights of a row
    Activation activation = Activation::Log1p;    // of a model that gives logits
};

// The arrays of a CSR matrix, in hand.
struct EncodedRows {
    std::vector<std::int64_t> indptr;
    std::vector<std::int32_t> indices;
    std::vector<float> data;
};

class SpladeModel {
  public:
    // `vocabulary` is how many ids the tokenizer gives. The output is the one called `output`, or by default "logits",
    // or else the only one that is as wide as that vocabulary at least. It has shape (texts, tokens, terms), or
    // (texts, terms) if the model pools itself. `bias`, if not empty, is what its logits of float32 lack.
    // Throws Error{InvalidArgument} if there is no such output, or it and the bias do not fit.
    SpladeModel(TokenModel model, const std::string& output, std::int32_t vocabulary, std::vector<float> bias);

    [[nodiscard]] const TokenModel& model() const noexcept { return model_; }
    [[nodiscard]] std::int32_t dimension() const noexcept { return dimension_; }
    [[nodiscard]] bool pools() const noexcept { return pools_; }

    // Throws Error{InvalidArgument} naming a token id that the model does not know, and a text for which the model
    // gives a number that is not finite; what the model itself refuses comes with the runtime's words.
    [[nodiscard]] EncodedRows encode(const TokenRows& tokens, const SpladeOptions& options,
                                     const BatchOptions& batches) const;

  private:
    TokenModel model_;
    std::vector<float> bias_;
    std::size_t output_ = 0;
    std::int32_t dimension_ = 0;
    bool pools_ = false;
};

// Puts rows below each other.
[[nodiscard]] EncodedRows stacked(std::span<const SparseRow> rows);

}  // namespace sprat
