#include "neural/hybrid.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "core/csr.hpp"
#include "core/error.hpp"

namespace sprat {
namespace {

std::size_t size_of(const Tensor& tensor, std::size_t dimension) {
    return static_cast<std::size_t>(tensor.shape()[dimension]);
}

// Numbers of a tensor from `first` on, as floats. Throws Error{InvalidArgument} if one is not finite.
void copy(const Tensor& tensor, std::size_t first, std::span<float> to, std::size_t text) {
    if (tensor.type() == ort::ElementType::Float32) {
        std::copy_n(tensor.data<float>() + first, to.size(), to.begin());
    } else {
        const std::int16_t* const data = tensor.data<std::int16_t>() + first;
        std::transform(data, data + to.size(), to.begin(), float_of_half);
    }
    if (std::ranges::all_of(to, [](float x) { return std::isfinite(x); })) return;
    throw Error{ErrorCode::InvalidArgument,
                "the model gave a number that is not finite for text " + std::to_string(text)};
}

// Divides by the Euclidean length, summed in double; zeros stay zeros.
void normalize(std::span<float> row) {
    double squares = 0;
    for (const float x : row) squares += static_cast<double>(x) * static_cast<double>(x);
    if (squares == 0) return;
    const double length = std::sqrt(squares);
    for (float& x : row) x = static_cast<float>(static_cast<double>(x) / length);
}

// The largest positive weight of each id.
SparseRow largest_weights(std::span<const std::int32_t> ids, std::span<const float> weights,
                          std::span<const std::int32_t> unweighted) {
    std::map<std::int32_t, float> largest;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!(weights[i] > 0) || std::ranges::find(unweighted, ids[i]) != unweighted.end()) continue;
        float& known = largest[ids[i]];
        known = std::max(known, weights[i]);
    }
    SparseRow row;
    for (const auto& [id, weight] : largest) {
        row.indices.push_back(id);
        row.weights.push_back(weight);
    }
    return row;
}

std::optional<std::size_t> find(const TokenModel& model, const std::vector<std::string>& names) {
    const auto& outputs = model.session().outputs();
    for (const std::string& name : names) {
        const auto found = std::ranges::find(outputs, name, &Port::name);
        if (found != outputs.end()) return static_cast<std::size_t>(found - outputs.begin());
    }
    return std::nullopt;
}

// Refuses an output unless it is of numbers and `good` takes its shape. Returns how many columns it has.
template <class Good>
std::int64_t columns_of(const TokenModel& model, std::optional<std::size_t> output, const char* allowed, Good&& good) {
    if (!output) return 0;
    const Port& port = model.session().outputs()[*output];
    const auto shape = model.shape_of(*output);
    const bool number = port.type == ort::ElementType::Float32 || port.type == ort::ElementType::Float16;
    if (number && good(shape)) return shape.back();
    std::string found;
    for (const std::int64_t size : shape) found.append(found.empty() ? "" : ", ").append(std::to_string(size));
    throw Error{ErrorCode::InvalidArgument, "output " + port.name + " must be of float32 or float16 and shape " +
                                                allowed + ", got ONNX type " +
                                                std::to_string(static_cast<int>(port.type)) + " and (" + found + ")"};
}

// Puts what the model says of a text where it belongs.
class Heads {
  public:
    Heads(const TokenRows& tokens, const HybridOptions& options, std::int64_t colbert_columns)
        : tokens_(tokens), options_(options), colbert_columns_(static_cast<std::size_t>(colbert_columns)) {
        if (options.dense) rows_.dense.resize(tokens.count() * dimensions());
        if (options.sparse) rows_.sparse.resize(tokens.count());
        if (!options.colbert) return;
        rows_.colbert_indptr.push_back(0);
        for (std::size_t text = 0; text < tokens.count(); ++text) {
            const auto vectors = std::max<std::int64_t>(0, static_cast<std::int64_t>(tokens.text(text).size()) - 1);
            rows_.colbert_indptr.push_back(rows_.colbert_indptr.back() + vectors);
        }
        rows_.colbert.resize(static_cast<std::size_t>(rows_.colbert_indptr.back()) * colbert_columns_);
    }

    void take_dense(const Tensor& answer, std::size_t row, std::size_t text) {
        const std::size_t stride = size_of(answer, 1) * (answer.shape().size() == 3 ? size_of(answer, 2) : 1);
        const auto to = std::span(rows_.dense).subspan(text * dimensions(), dimensions());
        copy(answer, row * stride, to, text);
        if (options_.normalize) normalize(to);
    }

    void take_sparse(const Tensor& answer, std::size_t row, std::size_t text) {
        const auto ids = tokens_.text(text);
        std::vector<float> weights(ids.size());
        copy(answer, row * size_of(answer, 1), weights, text);
        rows_.sparse[text] = largest_weights(ids, weights, options_.unweighted);
    }

    // `width`: how many tokens the batch has, padding included.
    void take_colbert(const Tensor& answer, std::size_t row, std::size_t width, std::size_t text) {
        const std::size_t given = size_of(answer, 1);
        const std::size_t first = row * given + (given == width ? 1 : 0);
        const auto to = std::span(rows_.colbert)
                            .subspan(static_cast<std::size_t>(rows_.colbert_indptr[text]) * colbert_columns_,
                                     (tokens_.text(text).size() - 1) * colbert_columns_);
        copy(answer, first * colbert_columns_, to, text);
        if (!options_.normalize) return;
        for (std::size_t at = 0; at < to.size(); at += colbert_columns_) normalize(to.subspan(at, colbert_columns_));
    }

    [[nodiscard]] HybridRows rows() && { return std::move(rows_); }

  private:
    [[nodiscard]] std::size_t dimensions() const { return static_cast<std::size_t>(options_.dimensions); }

    const TokenRows& tokens_;
    const HybridOptions& options_;
    std::size_t colbert_columns_;
    HybridRows rows_;
};

}  // namespace

HybridModel::HybridModel(TokenModel model, const HeadNames& names)
    : model_(std::move(model)),
      dense_(find(model_, names.dense)),
      sparse_(find(model_, names.sparse)),
      colbert_(find(model_, names.colbert)) {
    using Shape = std::vector<std::int64_t>;
    dense_columns_ = columns_of(model_, dense_, "(texts, columns) or (texts, tokens, columns)",
                                [](const Shape& shape) { return shape.size() == 2 || shape.size() == 3; });
    columns_of(model_, sparse_, "(texts, tokens) or (texts, tokens, 1)",
               [](const Shape& shape) { return shape.size() == 2 || (shape.size() == 3 && shape.back() == 1); });
    colbert_columns_ =
        columns_of(model_, colbert_, "(texts, tokens, columns)", [](const Shape& shape) { return shape.size() == 3; });
}

HybridRows HybridModel::encode(const TokenRows& tokens, const HybridOptions& options,
                               const BatchOptions& batches) const {
    check_indptr(tokens.indptr, tokens.ids.size());
    if (options.dense && (options.dimensions < 1 || options.dimensions > dense_columns_)) {
        throw Error{ErrorCode::InvalidArgument, "dimensions must be between 1 and " + std::to_string(dense_columns_) +
                                                    ", got " + std::to_string(options.dimensions)};
    }
    std::vector<Wanted> wanted;
    // Which of the answers it will be.
    const auto want = [&](bool asked, std::optional<std::size_t> output, const char* name) {
        if (!asked) return std::size_t{0};
        if (!output) throw Error{ErrorCode::InvalidArgument, std::string("the model has no output for ") + name};
        wanted.push_back({*output});
        return wanted.size() - 1;
    };
    const std::size_t dense = want(options.dense, dense_, "dense vectors");
    const std::size_t sparse = want(options.sparse, sparse_, "sparse weights");
    const std::size_t colbert = want(options.colbert, colbert_, "vectors of tokens");
    Heads heads(tokens, options, colbert_columns_);
    model_.run(tokens, wanted, batches, [&](std::size_t, const Batch& batch) {
        const std::size_t width = tokens.text(batch.texts[0]).size();
        const auto require = [&](bool asked, std::size_t answer, std::int64_t columns, std::size_t least) {
            if (!asked) return;
            const auto& shape = batch.answers[answer].shape();
            if (shape.size() < 2 || (columns != 0 && shape.back() != columns) ||
                static_cast<std::size_t>(shape[1]) < least) {
                model_.refuse(wanted[answer].output, batch.answers[answer],
                              "the columns of its other answers and " + std::to_string(least) + " tokens");
            }
        };
        require(options.dense, dense, dense_columns_, 1);
        require(options.sparse, sparse, 0, width);
        require(options.colbert, colbert, colbert_columns_, width - 1);
        for (std::size_t row = 0; row < batch.texts.size(); ++row) {
            const std::size_t text = batch.texts[row];
            if (options.dense) heads.take_dense(batch.answers[dense], row, text);
            if (options.sparse) heads.take_sparse(batch.answers[sparse], row, text);
            if (options.colbert) heads.take_colbert(batch.answers[colbert], row, width, text);
        }
    });
    return std::move(heads).rows();
}

}  // namespace sprat
