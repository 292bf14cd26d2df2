#include "neural/token_model.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>

#include "core/csr.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"

namespace sprat {
namespace {

std::size_t size_of(ort::ElementType type) noexcept {
    switch (type) {
        case ort::ElementType::Int64:
            return 8;
        case ort::ElementType::Float16:
            return 2;
        default:
            return 4;
    }
}

// Batches of texts: numbers of texts, longest first, the earlier first among equals. Texts without tokens are in none.
// `ends[i]` is where batch i ends in `order`.
struct BatchPlan {
    std::vector<std::size_t> order, ends;
};

BatchPlan plan_batches(const TokenRows& tokens, std::size_t batch_tokens) {
    BatchPlan plan;
    for (std::size_t i = 0; i < tokens.count(); ++i) {
        if (!tokens.text(i).empty()) plan.order.push_back(i);
    }
    const auto length = [&](std::size_t text) { return tokens.text(text).size(); };
    std::stable_sort(plan.order.begin(), plan.order.end(),
                     [&](std::size_t a, std::size_t b) { return length(a) > length(b); });
    for (std::size_t first = 0; first < plan.order.size();) {
        const std::size_t rows = std::max<std::size_t>(1, batch_tokens / length(plan.order[first]));
        first = std::min(first + rows, plan.order.size());
        plan.ends.push_back(first);
    }
    return plan;
}

}  // namespace

TokenModel::TokenModel(const OnnxRuntime& runtime, const ModelFile& model, std::int32_t padding,
                       std::span<const Provider> providers)
    : session_(runtime, model, providers), padding_(padding) {
    for (const Port& input : session_.inputs()) {
        const auto named = [&](const char* a, const char* b) { return input.name == a || input.name == b; };
        if (named("input_ids", "input_ids")) {
            roles_.push_back(Role::Ids);
        } else if (named("attention_mask", "input_mask")) {
            roles_.push_back(Role::Mask);
        } else if (named("token_type_ids", "segment_ids")) {
            roles_.push_back(Role::Types);
        } else if (named("position_ids", "positions")) {
            roles_.push_back(Role::Positions);
        } else {
            throw Error{ErrorCode::InvalidArgument,
                        model.path.string() + ": input " + input.name +
                            " must be one of input_ids, attention_mask, token_type_ids, position_ids"};
        }
        if (input.type != ort::ElementType::Int64 && input.type != ort::ElementType::Int32) {
            throw Error{ErrorCode::InvalidArgument, model.path.string() + ": input " + input.name +
                                                        " must be of int64 or int32, got ONNX type " +
                                                        std::to_string(static_cast<int>(input.type))};
        }
    }
    if (std::ranges::find(roles_, Role::Ids) == roles_.end()) {
        throw Error{ErrorCode::InvalidArgument, model.path.string() + ": the model has no input input_ids"};
    }
}

std::size_t TokenModel::output(const std::string& name) const {
    const auto& outputs = session_.outputs();
    const auto found = std::ranges::find(outputs, name, &Port::name);
    if (found == outputs.end()) {
        std::string names;
        for (const Port& port : outputs) names.append(names.empty() ? "" : ", ").append(port.name);
        throw Error{ErrorCode::InvalidArgument, "output must be one of " + names + ", got " + name};
    }
    return static_cast<std::size_t>(found - outputs.begin());
}

std::vector<std::int64_t> TokenModel::shape_of(std::size_t output) const {
    const std::vector<std::int64_t>& declared = session_.outputs()[output].shape;
    if (declared.size() >= 2 && declared.back() > 0) return declared;
    const std::array<std::int64_t, 2> indptr{0, 1};
    const std::array<std::int32_t, 1> ids{0};
    const std::array<std::size_t, 1> texts{0};
    const std::array<Wanted, 1> wanted{Wanted{output}};
    return answers({indptr, ids}, texts, wanted, {})[0].shape();
}

void TokenModel::refuse(std::size_t output, const Tensor& answer, const std::string& must) const {
    std::string shape;
    for (const std::int64_t size : answer.shape()) shape.append(shape.empty() ? "" : ", ").append(std::to_string(size));
    throw Error{ErrorCode::InvalidArgument,
                "output " + session_.outputs()[output].name + " must have " + must + ", got shape (" + shape + ")"};
}

void TokenModel::run(const TokenRows& tokens, std::span<const Wanted> wanted, const BatchOptions& options,
                     const std::function<void(std::size_t, const Batch&)>& take) const {
    check_indptr(tokens.indptr, tokens.ids.size());
    const BatchPlan plan = plan_batches(tokens, options.batch_tokens);
    const auto texts_of = [&](std::size_t number) {
        const std::size_t first = number == 0 ? 0 : plan.ends[number - 1];
        return std::span(plan.order).subspan(first, plan.ends[number] - first);
    };
    std::size_t most = 0;  // tokens in a batch, padding included; the first text of a batch is its longest
    for (std::size_t i = 0; i < plan.ends.size(); ++i) {
        most = std::max(most, texts_of(i).size() * tokens.text(texts_of(i)[0]).size());
    }
    std::vector<std::vector<LargeBuffer>> room(worker_count(options.threads, plan.ends.size()));
    std::atomic<std::size_t> done{0};
    parallel_for(options.threads, plan.ends.size(), [&](std::size_t worker, std::size_t number) {
        if (worker == 0 && options.before_batch) options.before_batch(done.load());
        for (std::size_t i = room[worker].size(); i < wanted.size() && wanted[i].columns != 0; ++i) {
            room[worker].emplace_back(most * static_cast<std::size_t>(wanted[i].columns) *
                                      size_of(session_.outputs()[wanted[i].output].type));
        }
        const auto texts = texts_of(number);
        const Batch batch{texts, answers(tokens, texts, wanted, room[worker])};
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const auto& shape = batch.answers[i].shape();
            if (shape.empty() || static_cast<std::size_t>(shape[0]) != texts.size()) {
                refuse(wanted[i].output, batch.answers[i],
                       "a row for each of " + std::to_string(texts.size()) + " texts");
            }
        }
        take(worker, batch);
        done += texts.size();
    });
}

std::vector<std::int32_t> TokenModel::filled(Role role, const TokenRows& tokens, std::span<const std::size_t> texts,
                                             std::size_t width) const {
    std::vector<std::int32_t> values(texts.size() * width, role == Role::Ids ? padding_ : 0);
    for (std::size_t row = 0; row < texts.size(); ++row) {
        const auto ids = tokens.text(texts[row]);
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(row * width);
        const auto end = first + static_cast<std::ptrdiff_t>(ids.size());
        switch (role) {
            case Role::Ids:
                std::copy(ids.begin(), ids.end(), first);
                break;
            case Role::Mask:
                std::fill(first, end, 1);
                break;
            case Role::Positions:
                std::iota(first, end, 0);
                break;
            case Role::Types:
                break;
        }
    }
    return values;
}

std::vector<Tensor> TokenModel::answers(const TokenRows& tokens, std::span<const std::size_t> texts,
                                        std::span<const Wanted> wanted, std::span<const LargeBuffer> room) const {
    std::size_t width = 0;
    for (const std::size_t text : texts) width = std::max(width, tokens.text(text).size());
    const std::size_t size = texts.size() * width;
    const std::array<std::int64_t, 2> shape{static_cast<std::int64_t>(texts.size()), static_cast<std::int64_t>(width)};

    std::vector<std::vector<std::int32_t>> narrow(roles_.size());
    std::vector<std::vector<std::int64_t>> wide(roles_.size());
    std::vector<Place> feeds;
    feeds.reserve(roles_.size());
    for (std::size_t i = 0; i < roles_.size(); ++i) {
        const ort::ElementType type = session_.inputs()[i].type;
        narrow[i] = filled(roles_[i], tokens, texts, width);
        void* data = narrow[i].data();
        if (type == ort::ElementType::Int64) {
            wide[i].assign(narrow[i].begin(), narrow[i].end());
            data = wide[i].data();
        }
        feeds.push_back({type, data, size * size_of(type), shape});
    }
    std::vector<std::size_t> outputs;
    std::vector<std::array<std::int64_t, 3>> shapes;  // of those that have room
    std::vector<Place> places;
    outputs.reserve(wanted.size());
    shapes.reserve(room.size());
    places.reserve(room.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        outputs.push_back(wanted[i].output);
        if (i >= room.size()) continue;
        shapes.push_back({shape[0], shape[1], wanted[i].columns});
        const ort::ElementType type = session_.outputs()[wanted[i].output].type;
        const std::size_t size_bytes = size * static_cast<std::size_t>(wanted[i].columns) * size_of(type);
        places.push_back({type, room[i].data(), size_bytes, shapes.back()});
    }
    return session_.run(feeds, outputs, places);
}

}  // namespace sprat
