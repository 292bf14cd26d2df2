// TokenModel: "how do texts of any length go through a model that wants rectangles?"
//
// Texts are sorted by length and cut into batches of about as many tokens, so that little is computed for padding and
// the model's answer to a batch stays near the cache; workers take batches from one session. How texts are batched
// depends on their lengths alone, not on the number of workers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/types.hpp"
#include "neural/large_buffer.hpp"
#include "neural/session.hpp"

namespace sprat {

// Texts as token ids, borrowed: text i is ids[indptr[i], indptr[i + 1]).
struct TokenRows {
    std::span<const std::int64_t> indptr;
    std::span<const std::int32_t> ids;

    [[nodiscard]] std::size_t count() const noexcept { return indptr.size() - 1; }
    [[nodiscard]] std::span<const std::int32_t> text(std::size_t number) const noexcept {
        const auto first = static_cast<std::size_t>(indptr[number]);
        return ids.subspan(first, static_cast<std::size_t>(indptr[number + 1]) - first);
    }
};

struct BatchOptions {
    std::size_t batch_tokens = 512;  // padding included; a longer text is a batch of its own
    Threads threads;
    // Called on the caller's thread before each of its batches, with how many texts are done; may throw to stop.
    std::function<void(std::size_t)> before_batch;
};

// An output to ask for. If `columns` is not 0, it is known to have shape (texts, tokens, columns), and the batches of a
// worker share its memory.
struct Wanted {
    std::size_t output;
    std::int64_t columns = 0;
};

// Some texts, longest first, and what the model said of them. Tensors have a row for each text, in that order; whoever
// takes one looks at its other dimensions, which are as the model likes, and refuses what does not fit.
struct Batch {
    std::span<const std::size_t> texts;
    std::vector<Tensor> answers;
};

class TokenModel {
  public:
    // Throws Error{InvalidArgument} also if the model wants an input that is none of token ids, attention mask, token
    // types and positions. `padding` is the id that fills up shorter texts.
    TokenModel(const OnnxRuntime& runtime, const ModelFile& model, std::int32_t padding,
               std::span<const Provider> providers);

    [[nodiscard]] const Session& session() const noexcept { return session_; }

    // The number in session().outputs() of the output called `name`. Throws Error{InvalidArgument} if there is none.
    [[nodiscard]] std::size_t output(const std::string& name) const;
    // What its shape is for one text of one token: the model is run if it does not say.
    [[nodiscard]] std::vector<std::int64_t> shape_of(std::size_t output) const;

    // Throws Error{InvalidArgument} that says which shape the output gave, and what it `must` have.
    [[noreturn]] void refuse(std::size_t output, const Tensor& answer, const std::string& must) const;

    // Calls take(worker, batch) once for each batch, where answers are those to `wanted`; see parallel_for. Of several
    // outputs those with columns come first.
    void run(const TokenRows& tokens, std::span<const Wanted> wanted, const BatchOptions& options,
             const std::function<void(std::size_t worker, const Batch&)>& take) const;

  private:
    enum class Role : std::uint8_t { Ids, Mask, Types, Positions };

    // One input's rectangle of `width` tokens for each text.
    [[nodiscard]] std::vector<std::int32_t> filled(Role role, const TokenRows& tokens,
                                                   std::span<const std::size_t> texts, std::size_t width) const;
    [[nodiscard]] std::vector<Tensor> answers(const TokenRows& tokens, std::span<const std::size_t> texts,
                                              std::span<const Wanted> wanted, std::span<const LargeBuffer> room) const;

    Session session_;
    std::vector<Role> roles_;  // of the session's inputs
    std::int32_t padding_;
};

}  // namespace sprat
