// Kernels: "how many instructions do the five loops take that everything is made of?" And pooling, the sixth.
//
// `kernels NAME` does the named work on generated data, the same on every machine; check.py counts the instructions
// inside measured() with callgrind. One thread, the portable kernels.
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "neural/pooling.hpp"
#include "search/search.hpp"
#include "stats/text_counter.hpp"
#include "text/unicode_words.hpp"
#include "vocab/term_encoder.hpp"

// What callgrind's --toggle-collect names: a call of its own, that is not left by a jump.
extern "C" [[gnu::noipa]] void measured(const std::function<void()>& work) {
    work();
    asm volatile("" ::: "memory");
}

namespace sprat {
namespace {

constexpr std::size_t document_count = 2000;
constexpr std::size_t column_count = 4000;

// Knuth's MMIX generator; its high bits are the good ones.
class Random {
  public:
    std::uint32_t below(std::uint32_t end) {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::uint32_t>((state_ >> 32U) % end);
    }
    // Low numbers often, as the ranks of words are.
    std::uint32_t rank_below(std::uint32_t end) { return below(below(end) + 1); }

  private:
    std::uint64_t state_ = 1;
};

// Words made of syllables, with the punctuation that a tokenizer has to look at.
std::vector<std::string> texts_of(const std::vector<std::string>& syllables) {
    Random random;
    std::vector<std::string> texts(document_count);
    for (std::string& text : texts) {
        for (std::size_t left = 80; left != 0; --left) {
            std::uint32_t number = random.rank_below(column_count);
            do text += syllables[number % syllables.size()];
            while ((number /= static_cast<std::uint32_t>(syllables.size())) != 0);
            constexpr const char* ends[] = {"'s ", ", ", ". ", "-", " (", ") ", "; "};
            const std::uint32_t end = random.below(40);
            text += end < std::size(ends) ? ends[end] : " ";
        }
    }
    return texts;
}

const std::vector<std::string> latin{"ra", "the", "con", "mi", "Str", "ing", "ol", "e", "qua", "7"};
const std::vector<std::string> any_script{"né", "東京", "ra", "при", "วัน", "ß", "한국", "the", "👍🏽", "दि"};

void words() {
    const std::vector<std::string> texts = texts_of(latin);
    const Analyzer analyzer(Tokenizer::Nltk, NltkProfile::D, {});
    Vocabulary vocabulary;
    TermEncoder encoder(analyzer, vocabulary);
    measured([&] {
        for (const std::string& text : texts) (void)encoder.encode(text);
    });
}

void unicode_words() {
    const std::vector<std::string> texts = texts_of(any_script);
    std::size_t bytes = 0;
    measured([&] {
        for (const std::string& text : texts) {
            for_each_unicode_word(text, [&](std::size_t begin, std::size_t end) { bytes += end - begin; });
        }
    });
    std::printf("%zu bytes in words\n", bytes);
}

void counting() {
    const std::vector<std::string> texts = texts_of(latin);
    std::vector<TextView> views;
    for (const std::string& text : texts) views.push_back({text.data(), text.size(), Width::Utf8});
    const Analyzer analyzer(Tokenizer::Whitespace, NltkProfile::D, {});
    Vocabulary vocabulary;
    measured([&] {
        TextCounter counter({&analyzer}, vocabulary, Unseen::Append, Rows::Keep, Threads{1});
        counter.add({views, {}});
        (void)std::move(counter).finish(RowOrder::ById);
    });
}

struct Matrix {
    std::vector<std::int64_t> indptr{0};
    std::vector<std::int32_t> indices;
    std::vector<float> data;
    [[nodiscard]] CsrView view() const { return CsrView::checked(indptr, indices, data, column_count); }
};

Matrix matrix(std::size_t rows, std::size_t entries) {
    Random random;
    Matrix made;
    for (std::size_t row = 0; row < rows; ++row) {
        std::map<std::int32_t, float> weights;
        for (std::size_t i = 0; i < entries; ++i) {
            weights[static_cast<std::int32_t>(random.rank_below(column_count))] =
                1 + static_cast<float>(random.below(300)) / 64;
        }
        for (const auto& [column, weight] : weights) {
            made.indices.push_back(column);
            made.data.push_back(weight);
        }
        made.indptr.push_back(static_cast<std::int64_t>(made.indices.size()));
    }
    return made;
}

void index() {
    const Matrix documents = matrix(10 * document_count, 40);
    measured([&] { (void)InvertedIndex::build(documents.view(), {}, column_count, Threads{1}); });
}

void search() {
    const Matrix documents = matrix(10 * document_count, 40);
    const Matrix asked = matrix(50, 6);
    const InvertedIndex built = InvertedIndex::build(documents.view(), {}, column_count, Threads{1});
    const std::vector<std::int64_t> columns(asked.indices.begin(), asked.indices.end());
    const Queries queries = Queries::checked(asked.indptr, columns, asked.data, column_count);
    const Segment segments[] = {{&built, 0}};
    const simd::Kernels& loops = simd::active();
    measured([&] { (void)sprat::search(segments, queries, 10, {}, Threads{1}, loops); });
}

void pooling() {
    Random random;
    constexpr std::size_t terms = 30'000;
    constexpr std::size_t tokens = 64;
    std::vector<float> logits(terms * tokens);
    for (float& logit : logits) logit = static_cast<float>(random.below(1000)) - 980;
    std::vector<float> best(terms);
    const simd::Kernels& loops = simd::active();
    measured([&] {
        (void)largest_logits(logits.data(), tokens, {}, best, loops);
        (void)active_terms(best, Activation::Log1p);
    });
}

const std::map<std::string_view, void (*)()> kernels{{"words", words},       {"unicode words", unicode_words},
                                                     {"counting", counting}, {"index", index},
                                                     {"search", search},     {"pooling", pooling}};

}  // namespace
}  // namespace sprat

int main(int count, char** arguments) {
    const auto found = count == 2 ? sprat::kernels.find(arguments[1]) : sprat::kernels.end();
    if (found == sprat::kernels.end()) {
        for (const auto& [name, work] : sprat::kernels) std::puts(std::string(name).c_str());
        return count == 1 ? 0 : 2;
    }
    found->second();
    return 0;
}
