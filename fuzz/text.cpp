#include <string>
#include <vector>

#include "input/text_column.hpp"
#include "targets.hpp"
#include "text/punkt.hpp"
#include "text/stemmers.hpp"
#include "text/unicode.hpp"
#include "text/word_rules.hpp"
#include "vocab/term_encoder.hpp"

namespace sprat::fuzz {
namespace {

using Terms = std::vector<std::string>;

Terms terms_of(TermEncoder& encoder, const Vocabulary& vocabulary, std::string_view text) {
    Terms terms;
    for (const std::uint32_t id : encoder.encode(text)) terms.emplace_back(vocabulary.term(TermId{id}));
    return terms;
}

// Punkt, then the word rules on whole sentences: what text/surfaces.hpp and the cache must come to.
Terms by_the_rules(const Analyzer& analyzer, std::string_view text) {
    Terms terms;
    SentenceSplitter splitter(analyzer.profile());
    WordRules rules(analyzer.profile());
    for (const Span span : splitter.split(text)) {
        std::string_view rest = rules.spaced(text.substr(span.begin, span.end - span.begin));
        for (std::string_view word = unicode::next_word(rest); !word.empty(); word = unicode::next_word(rest)) {
            std::string token(word);
            analyzer.filter(token, [&](std::string_view term) { terms.emplace_back(term); });
        }
    }
    return terms;
}

}  // namespace

void text(Bytes bytes) {
    Reader reader(bytes);
    const auto kind = reader.take<std::uint8_t>();
    const std::string_view text = characters(reader.rest());
    if (utf8_fault(text)) return;
    constexpr Tokenizer tokenizers[] = {Tokenizer::Nltk,    Tokenizer::Nltk,  Tokenizer::Whitespace,
                                        Tokenizer::Unicode, Tokenizer::Words, Tokenizer::UnicodeBigrams,
                                        Tokenizer::Lucene,  Tokenizer::Nltk};
    constexpr NltkProfile profiles[] = {NltkProfile::A, NltkProfile::B, NltkProfile::C, NltkProfile::D};
    std::vector<TokenFilter> filters;
    if ((kind & 32U) != 0) filters.emplace_back(Rewrite{unicode::lower});
    if ((kind & 64U) != 0) {
        const auto all = stemmers();
        filters.emplace_back(Rewrite{all[kind % all.size()].stem});
    }
    if ((kind & 128U) != 0) filters.emplace_back(Drop({"the", ",", "a"}));
    const Analyzer analyzer(tokenizers[kind % 8], profiles[kind / 8 % 4], std::move(filters));

    Vocabulary vocabulary;
    TermEncoder encoder(analyzer, vocabulary);
    const Terms first = terms_of(encoder, vocabulary, text);
    require(first == terms_of(encoder, vocabulary, text), "what is remembered is not what was found");
    for (const std::string& term : first) require(!utf8_fault(term), "a term that is not UTF-8");
    if (analyzer.tokenizer() == Tokenizer::Nltk) {
        require(first == by_the_rules(analyzer, text), "the pieces of a text are not its words");
    }
}

}  // namespace sprat::fuzz
