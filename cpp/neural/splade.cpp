#include "neural/splade.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/csr.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"

namespace sprat {
namespace {

bool is_number(ort::ElementType type) noexcept {
    return type == ort::ElementType::Float32 || type == ort::ElementType::Float16;
}

std::int64_t width_of(const TokenModel& model, std::size_t output) {
    const auto shape = model.shape_of(output);
    return shape.empty() ? 0 : shape.back();
}

std::size_t choose(const TokenModel& model, const std::string& output, std::int32_t vocabulary) {
    const auto& outputs = model.session().outputs();
    if (!output.empty()) return model.output(output);
    const auto named = std::ranges::find(outputs, "logits", &Port::name);
    if (named != outputs.end()) return static_cast<std::size_t>(named - outputs.begin());
    std::vector<std::size_t> wide;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (is_number(outputs[i].type) && width_of(model, i) >= vocabulary) wide.push_back(i);
    }
    if (wide.size() == 1) return wide[0];
    std::string found;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        found += (i == 0 ? "" : ", ") + outputs[i].name + " of " + std::to_string(width_of(model, i));
    }
    throw Error{ErrorCode::InvalidArgument, "a SPLADE model must have one output at least as wide as the tokenizer's " +
                                                std::to_string(vocabulary) +
                                                " tokens, or one called logits; this one has " + found};
}

// The row of each text of the batch from a tensor of T; largest(logits, tokens, best) is largest_logits.
template <class T, class Largest>
void pool(const Tensor& answer, std::span<const std::size_t> texts, const TokenRows& tokens, Activation activation,
          std::vector<T>& best, std::vector<SparseRow>& rows, Largest&& largest) {
    const bool pooled = answer.shape().size() == 2;
    const auto width = static_cast<std::size_t>(answer.shape().back());
    const std::size_t tokens_per_text = pooled ? 1 : static_cast<std::size_t>(answer.shape()[1]);
    best.resize(width);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const T* const logits = answer.data<T>() + i * tokens_per_text * width;
        std::optional<SparseRow> row;
        if (largest(logits, pooled ? 1 : tokens.text(texts[i]).size(), best)) {
            row = active_terms(std::span<const T>(best), activation);
        }
        if (!row) {
            throw Error{ErrorCode::InvalidArgument,
                        "the model gave a number that is not finite for text " + std::to_string(texts[i])};
        }
        rows[texts[i]] = std::move(*row);
    }
}

// Throws Error{InvalidArgument} naming the first id that is not in [0, limit).
void check_ids(const TokenRows& tokens, std::int32_t limit) {
    for (std::size_t text = 0; text < tokens.count(); ++text) {
        for (const std::int32_t id : tokens.text(text)) {
            if (id >= 0 && id < limit) continue;
            throw Error{ErrorCode::InvalidArgument, "token ids of text " + std::to_string(text) + " must be below " +
                                                        std::to_string(limit) + ", got " + std::to_string(id)};
        }
    }
}

}  // namespace

SpladeModel::SpladeModel(TokenModel model, const std::string& output, std::int32_t vocabulary, std::vector<float> bias)
    : model_(std::move(model)), bias_(std::move(bias)), output_(choose(model_, output, vocabulary)) {
    const Port& port = model_.session().outputs()[output_];
    const auto shape = model_.shape_of(output_);
    const auto refuse = [&](const std::string& allowed, const std::string& value) {
        throw Error{ErrorCode::InvalidArgument, "output " + port.name + " must " + allowed + ", got " + value};
    };
    if (!is_number(port.type)) {
        refuse("be of float32 or float16", "ONNX type " + std::to_string(static_cast<int>(port.type)));
    }
    if (shape.size() != 2 && shape.size() != 3) refuse("have 2 or 3 dimensions", std::to_string(shape.size()));
    if (shape.back() < vocabulary || shape.back() > INT32_MAX) {
        refuse("have a column for each of the tokenizer's " + std::to_string(vocabulary) + " tokens",
               std::to_string(shape.back()));
    }
    if (!bias_.empty() && (port.type != ort::ElementType::Float32 || shape.size() != 3 ||
                           static_cast<std::size_t>(shape.back()) != bias_.size())) {
        refuse("be of float32 and shape (texts, tokens, " + std::to_string(bias_.size()) + ") to go with its bias",
               std::to_string(shape.size()) + " dimensions, the last of " + std::to_string(shape.back()));
    }
    dimension_ = static_cast<std::int32_t>(shape.back());
    pools_ = shape.size() == 2;
}

EncodedRows SpladeModel::encode(const TokenRows& tokens, const SpladeOptions& options,
                                const BatchOptions& batches) const {
    check_indptr(tokens.indptr, tokens.ids.size());
    check_ids(tokens, dimension_);
    const simd::Kernels& kernels = simd::active();
    std::vector<SparseRow> rows(tokens.count());
    const std::size_t workers = worker_count(batches.threads, tokens.count());
    std::vector<std::vector<float>> best(workers);
    std::vector<std::vector<std::int16_t>> best_half(workers);
    const Activation activation = pools_ ? Activation::None : options.activation;
    const std::array<Wanted, 1> wanted{Wanted{output_, pools_ ? 0 : dimension_}};
    const auto floats = [&](const float* logits, std::size_t count, std::span<float> largest) {
        return largest_logits(logits, count, bias_, largest, kernels);
    };
    const auto halves = [&](const std::int16_t* logits, std::size_t count, std::span<std::int16_t> largest) {
        return largest_logits(logits, count, largest, kernels);
    };
    model_.run(tokens, wanted, batches, [&](std::size_t worker, const Batch& batch) {
        const Tensor& answer = batch.answers[0];
        const auto& shape = answer.shape();
        const std::size_t longest = tokens.text(batch.texts[0]).size();
        if (shape.size() != (pools_ ? 2 : 3) || shape.back() != dimension_ ||
            (!pools_ && static_cast<std::size_t>(shape[1]) < longest)) {
            model_.refuse(output_, answer,
                          std::to_string(dimension_) + " columns for each text" +
                              (pools_ ? "" : " and each of " + std::to_string(longest) + " tokens"));
        }
        if (answer.type() == ort::ElementType::Float32) {
            pool(answer, batch.texts, tokens, activation, best[worker], rows, floats);
        } else {
            pool(answer, batch.texts, tokens, activation, best_half[worker], rows, halves);
        }
        if (!options.max_active_terms) return;
        for (const std::size_t text : batch.texts) keep_largest(rows[text], *options.max_active_terms);
    });
    return stacked(rows);
}

EncodedRows stacked(std::span<const SparseRow> rows) {
    EncodedRows all;
    all.indptr.push_back(0);
    for (const SparseRow& row : rows) {
        all.indptr.push_back(all.indptr.back() + static_cast<std::int64_t>(row.indices.size()));
    }
    const auto size = static_cast<std::size_t>(all.indptr.back());
    all.indices.reserve(size);
    all.data.reserve(size);
    for (const SparseRow& row : rows) {
        all.indices.insert(all.indices.end(), row.indices.begin(), row.indices.end());
        all.data.insert(all.data.end(), row.weights.begin(), row.weights.end());
    }
    return all;
}

}  // namespace sprat
