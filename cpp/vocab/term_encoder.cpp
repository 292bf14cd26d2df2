#include "vocab/term_encoder.hpp"

#include <limits>
#include <memory>

#include "core/types.hpp"

namespace sprat {
namespace {

constexpr std::uint8_t context_of(Edge before, Edge after) {
    return static_cast<std::uint8_t>(3 * static_cast<unsigned>(before) + static_cast<unsigned>(after));
}
constexpr Edge before_of(std::uint8_t context) { return static_cast<Edge>(context / 3); }
constexpr Edge after_of(std::uint8_t context) { return static_cast<Edge>(context % 3); }

}  // namespace

const std::vector<std::uint32_t>& TermEncoder::encode(std::string_view text) {
    terms_.clear();
    text_end_ = text.data() + text.size();
    if (analyzer_->tokenizer() == Tokenizer::Whitespace) {
        for (auto word = unicode::next_word(text); !word.empty(); word = unicode::next_word(text)) {
            enqueue(Surface{word});
        }
    } else {
        for (const Span sentence : splitter_.split(text)) {
            for_each_surface(text.substr(sentence.begin, sentence.end - sentence.begin),
                             [this](const Surface& surface) { enqueue(surface); });
        }
    }
    flush();
    return terms_;
}

const std::vector<std::uint32_t>& TermEncoder::encode_tokens(std::span<const std::string_view> tokens) {
    terms_.clear();
    for (const std::string_view token : tokens) {
        text_end_ = token.data() + token.size();
        enqueue(Surface{token});
    }
    flush();
    return terms_;
}

const std::vector<std::uint32_t>& TermEncoder::encode_token(std::string_view token) {
    found_.clear();
    add_token(token);
    return found_;
}

void TermEncoder::enqueue(const Surface& surface) {
    const auto slack = static_cast<std::size_t>(text_end_ - (surface.text.data() + surface.text.size()));
    auto* const query = &waiting_[waiting_count_++];
    std::construct_at(query, surface.text, context_of(surface.before, surface.after), slack);
    cache_.prefetch(*query);
    if (waiting_count_ == waiting_.size()) flush();
}

void TermEncoder::flush() {
    for (std::size_t i = 0; i < waiting_count_; ++i) {
        const auto found = cache_.find(waiting_[i]);
        if (!found.hit) {
            analyze(waiting_[i]);
        } else if (found.ids.size() == 1) {
            terms_.push_back(found.ids[0]);
        } else {
            terms_.insert(terms_.end(), found.ids.begin(), found.ids.end());
        }
    }
    waiting_count_ = 0;
}

// The word rules on a surface between words that keep apart from it and come out as they went in.
void TermEncoder::analyze(const SurfaceCache::Query& query) {
    found_.clear();
    if (analyzer_->tokenizer() != Tokenizer::Nltk) {
        add_token(query.text);
    } else if (query.context == 0 && rules_.leaves_alone(query.text)) {
        add_token(query.text);
    } else {
        const Edge before = before_of(query.context);
        const Edge after = after_of(query.context);
        framed_.assign(before == Edge::Space ? "x " : before == Edge::OtherSpace ? "x\n" : "");
        framed_.append(query.text);
        framed_.append(after == Edge::Space ? " x" : after == Edge::OtherSpace ? "\nx" : "");
        std::string_view rest = rules_.spaced(framed_);
        if (before != Edge::Sentence) (void)unicode::next_word(rest);
        for (auto word = unicode::next_word(rest); !word.empty();) {
            const auto next = unicode::next_word(rest);
            if (!next.empty() || after == Edge::Sentence) add_token(word);
            word = next;
        }
    }
    terms_.insert(terms_.end(), found_.begin(), found_.end());
    const bool fits = !query.text.empty() && query.text.size() <= SurfaceCache::longest &&
                      found_.size() <= std::numeric_limits<std::uint16_t>::max();
    if (fits) cache_.insert(query, found_);
}

void TermEncoder::add_token(std::string_view token) {
    token_.assign(token);
    analyzer_->filter(token_, [this](std::string_view term) {
        if (growing_ != nullptr) {
            found_.push_back(static_cast<std::uint32_t>(growing_->add(term).id));
            return;
        }
        const auto id = vocabulary_->find(term);
        found_.push_back(id ? static_cast<std::uint32_t>(*id) : unknown_term);
    });
}

}  // namespace sprat
