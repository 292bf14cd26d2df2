// Python face of text/.
#include "bindings/border.hpp"
#include "bindings/document_block.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "text/analyzer.hpp"
#include "text/lucene.hpp"
#include "text/punkt.hpp"
#include "text/stemmers.hpp"
#include "text/stop_words.hpp"
#include "text/unicode.hpp"
#include "text/unicode_words.hpp"
#include "vocab/document_encoder.hpp"
#include "vocab/vocabulary.hpp"

namespace sprat::bindings {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& allowed, const py::handle& value) {
    throw Error(ErrorCode::InvalidArgument, what + " must be " + allowed + ", got " + std::string(py::repr(value)));
}

Tokenizer tokenizer_of(const std::string& name) {
    if (name == "nltk") return Tokenizer::Nltk;
    if (name == "whitespace") return Tokenizer::Whitespace;
    if (name == "unicode") return Tokenizer::Unicode;
    if (name == "cjk-bigram") return Tokenizer::UnicodeBigrams;
    if (name == "lucene") return Tokenizer::Lucene;
    if (name == "words") return Tokenizer::Words;
    if (name == "given") return Tokenizer::Given;
    refuse("tokenizer", "'nltk', 'whitespace', 'unicode', 'cjk-bigram', 'lucene', 'words' or 'given'", py::str(name));
}

NltkProfile profile_of(const std::string& name) {
    if (name == "A") return NltkProfile::A;
    if (name == "B") return NltkProfile::B;
    if (name == "C") return NltkProfile::C;
    if (name == "D") return NltkProfile::D;
    refuse("profile", "'A', 'B', 'C' or 'D'", py::str(name));
}

// The strings of `values`, an iterable of str; of a str, its characters.
std::vector<std::string> strings_of(const py::handle& values) {
    std::vector<std::string> strings;
    for (const py::handle value : values) {
        if (!PyUnicode_Check(value.ptr())) refuse("a token to drop", "a str", value);
        strings.push_back(utf8_of(py::reinterpret_borrow<py::str>(value)));
    }
    return strings;
}

Rewrite stemmer_of(const std::string& name) {
    for (const auto& [known, stem] : stemmers()) {
        if (known == name) return Rewrite{stem};
    }
    std::string allowed;
    for (const auto& [known, stem] : stemmers()) allowed += (allowed.empty() ? "'" : ", '") + std::string(known) + "'";
    refuse("a stemmer", "one of " + allowed, py::str(name));
}

Synonyms synonyms_of(const py::dict& replacements) {
    Synonyms synonyms;
    for (const auto& [token, others] : replacements) {
        synonyms.replacements[utf8_of(py::cast<py::str>(token))] = strings_of(others);
    }
    return synonyms;
}

TokenFilter filter_of(const py::tuple& filter) {
    if (filter.size() != 2) refuse("a filter", "a (name, argument) pair", filter);
    const auto name = std::string(py::str(filter[0]));
    const py::object argument = filter[1];
    if (name == "lowercase") return Rewrite{unicode::lower};
    if (name == "casefold") return Rewrite{unicode::fold};
    if (name == "lucene_lowercase") return Rewrite{unicode::lower_simple};
    if (name == "possessive") return Rewrite{english_possessive};
    if (name == "punctuation" || name == "stop_words") return Drop(strings_of(argument));
    if (name == "stem") return stemmer_of(std::string(py::str(argument)));
    if (name == "synonyms") return synonyms_of(argument.cast<py::dict>());
    if (name == "split") return Split{argument.cast<std::string>()};
    if (name == "length") {
        const auto [least, most] = argument.cast<std::pair<std::size_t, std::size_t>>();
        return Length{least, most};
    }
    refuse("a filter", "a known one", py::str(name));
}

Analyzer analyzer_of(const std::string& tokenizer, const std::string& profile, const py::list& filters) {
    std::vector<TokenFilter> parts;
    for (const py::handle filter : filters) parts.push_back(filter_of(filter.cast<py::tuple>()));
    return {tokenizer_of(tokenizer), profile_of(profile), std::move(parts)};
}

// One thread's share of tokenize(): its terms, and their str objects once made.
struct TokenWorker {
    explicit TokenWorker(const Analyzer& analyzer) : encoder(analyzer, vocabulary) {}
    Vocabulary vocabulary;
    DocumentEncoder encoder;
    std::vector<py::object> strings;

    py::object string(std::uint32_t id) {
        if (strings.size() <= id) strings.resize(vocabulary.size());
        if (!strings[id]) strings[id] = str_of(vocabulary.term(TermId{id}));
        return strings[id];
    }
};

py::list tokenize(const Analyzer& analyzer, const py::sequence& texts, std::uint32_t threads) {
    DocumentBlock block(analyzer.tokenizer() == Tokenizer::Given);
    for (const py::handle text : texts) block.add(py::reinterpret_borrow<py::object>(text));
    const Documents documents = block.documents();

    struct Tokens {
        std::size_t worker;
        std::vector<std::uint32_t> ids;
    };
    std::vector<Tokens> tokens(documents.size());
    std::vector<std::unique_ptr<TokenWorker>> workers(worker_count(Threads{threads}, documents.size()));
    without_gil([&] {
        for (auto& worker : workers) worker = std::make_unique<TokenWorker>(analyzer);
        parallel_for(Threads{threads}, documents.size(), [&](std::size_t worker, std::size_t i) {
            tokens[i] = {worker, workers[worker]->encoder.encode(documents[i])};
        });
    });

    py::list result(tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        py::list row(tokens[i].ids.size());
        for (std::size_t j = 0; j < tokens[i].ids.size(); ++j) {
            row[j] = workers[tokens[i].worker]->string(tokens[i].ids[j]);
        }
        result[i] = std::move(row);
    }
    return result;
}

py::list unicode_words(const py::str& text) {
    const std::string utf8 = utf8_of(text);
    py::list words;
    for_each_unicode_word(utf8, [&](std::size_t begin, std::size_t end) {
        words.append(str_of(std::string_view(utf8).substr(begin, end - begin)));
    });
    return words;
}

// Unicode's word boundaries in code points, first and last included.
py::list unicode_boundaries(const py::str& text) {
    const std::string utf8 = utf8_of(text);
    py::list boundaries;
    boundaries.append(0);
    std::size_t code_points = 0;
    for (std::size_t at = 0; at < utf8.size();) {
        const std::size_t next = next_word_boundary(utf8, at);
        for (; at < next; ++at) code_points += utf8::is_continuation(utf8[at]) ? 0 : 1;
        boundaries.append(code_points);
    }
    return boundaries;
}

py::list sentences(const Analyzer& analyzer, const py::str& text) {
    if (analyzer.tokenizer() != Tokenizer::Nltk) {
        throw Error(ErrorCode::InvalidArgument, "sentences() needs the tokenizer 'nltk'");
    }
    const std::string utf8 = utf8_of(text);
    SentenceSplitter splitter(analyzer.profile());
    py::list result;
    for (const Span sentence : splitter.split(utf8)) {
        result.append(str_of(std::string_view(utf8).substr(sentence.begin, sentence.end - sentence.begin)));
    }
    return result;
}

}  // namespace

void bind_text(py::module_& m) {
    py::class_<Analyzer>(m, "Analyzer")
        .def(py::init(&analyzer_of), "tokenizer"_a, "profile"_a, "filters"_a)
        .def("tokenize", &tokenize, "texts"_a, "threads"_a)
        .def("sentences", &sentences, "text"_a);
    m.attr("unicode_version") = unicode::data::version;
    m.def("unicode_words", &unicode_words, "text"_a);
    m.def("unicode_boundaries", &unicode_boundaries, "text"_a);
    m.def(
        "stem",
        [](const py::str& word, const std::string& stemmer) {
            std::string stem = utf8_of(word);
            stemmer_of(stemmer).rewrite(stem);
            return str_of(stem);
        },
        "word"_a, "stemmer"_a);
    m.def("stemmers", [] {
        py::list names;
        for (const auto& [name, stem] : stemmers()) names.append(str_of(name));
        return names;
    });
    m.def("stop_words", [] {
        py::dict lists;
        for (const auto& [language, words] : stop_words()) lists[str_of(language)] = str_of(words);
        return lists;
    });
    m.def("lucene_stop_words", [] {
        py::list words;
        for (const std::string_view word : lucene_stop_words()) words.append(str_of(word));
        return words;
    });
}

}  // namespace sprat::bindings
