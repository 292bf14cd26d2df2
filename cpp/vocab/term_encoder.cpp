#include "vocab/term_encoder.hpp"

#include <limits>
#include <memory>

#include "core/types.hpp"
#include "text/lucene.hpp"
#include "text/unicode_words.hpp"
#include "text/word_runs.hpp"

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
    switch (analyzer_->tokenizer()) {
        case Tokenizer::Nltk:
            for (const Span sentence : splitter_.split(text)) {
                for_each_surface(text.substr(sentence.begin, sentence.end - sentence.begin),
                                 [this](const Surface& surface) { enqueue(surface); });
            }
            break;
        case Tokenizer::Whitespace:
            for (auto word = unicode::next_word(text); !word.empty(); word = unicode::next_word(text)) {
                enqueue(Surface{word});
            }
            break;
        default:
            cutter_.cut(text,
                        [this](std::string_view piece, bool is_word) { enqueue(Surface{piece}, is_word ? fold_ : 0); });
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

void TermEncoder::enqueue(const Surface& surface, std::uint64_t fold) {
    const auto slack = static_cast<std::size_t>(text_end_ - (surface.text.data() + surface.text.size()));
    auto* const query = &waiting_[waiting_count_++];
    std::construct_at(query, surface.text, context_of(surface.before, surface.after), slack, fold);
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

void TermEncoder::analyze(const SurfaceCache::Query& query) {
    const std::string_view text = query.text;
    const auto add_part = [&](std::size_t begin, std::size_t end) { add_token(text.substr(begin, end - begin)); };
    found_.clear();
    switch (analyzer_->tokenizer()) {
        case Tokenizer::Nltk:
            apply_word_rules(query);
            break;
        case Tokenizer::Unicode:
            for_each_segment(text, add_part);
            break;
        case Tokenizer::UnicodeBigrams:
            for_each_unicode_word(text, add_part);
            break;
        case Tokenizer::Lucene:
            for_each_lucene_token(text, add_part);
            break;
        case Tokenizer::Words:
            add_lower_words(text);
            break;
        default:
            add_token(text);
    }
    terms_.insert(terms_.end(), found_.begin(), found_.end());
    const bool fits = !text.empty() && text.size() <= SurfaceCache::longest &&
                      found_.size() <= std::numeric_limits<std::uint16_t>::max();
    if (fits) cache_.insert(query, found_);
}

// On the surface between two words that keep apart from it and come out as they went in.
void TermEncoder::apply_word_rules(const SurfaceCache::Query& query) {
    if (query.context == 0 && rules_.leaves_alone(query.text)) return add_token(query.text);
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

// Lower case may bring a character that is none of a word (the dot above of U+0130), so a run is cut again.
void TermEncoder::add_lower_words(std::string_view text) {
    for_each_word_run(text, [&](std::size_t begin, std::size_t end) {
        framed_.assign(text.substr(begin, end - begin));
        unicode::lower(framed_);
        for_each_word_run(framed_, [this](std::size_t from, std::size_t to) {
            add_token(std::string_view(framed_).substr(from, to - from));
        });
    });
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
