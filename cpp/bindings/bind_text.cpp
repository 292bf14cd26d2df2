// Python face of text/ and vocab/.
#include <optional>

#include "bindings/border.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "text/analyzer.hpp"
#include "text/punkt.hpp"
#include "text/snowball_english.hpp"
#include "text/stop_words.hpp"
#include "vocab/term_encoder.hpp"
#include "vocab/vocabulary.hpp"

namespace sprat::bindings {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& allowed, const py::handle& value) {
    throw Error(ErrorCode::InvalidArgument, what + " must be " + allowed + ", got " + std::string(py::repr(value)));
}

Tokenizer tokenizer_of(const std::string& name) {
    if (name == "nltk") return Tokenizer::Nltk;
    if (name == "whitespace") return Tokenizer::Whitespace;
    refuse("tokenizer", "'nltk' or 'whitespace'", py::str(name));
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

TokenFilter filter_of(const py::tuple& filter) {
    if (filter.size() != 2) refuse("a filter", "a (name, argument) pair", filter);
    const auto name = std::string(py::str(filter[0]));
    const py::object argument = filter[1];
    if (name == "lowercase") return Lowercase{};
    if (name == "punctuation" || name == "stop_words") return Drop(strings_of(argument));
    if (name != "stem") refuse("a filter", "'lowercase', 'punctuation', 'stop_words' or 'stem'", py::str(name));
    if (std::string(py::str(argument)) != "english") refuse("a stemmer", "'english'", argument);
    return EnglishStemmer{};
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
    TermEncoder encoder;
    std::string buffer;
    std::vector<py::object> strings;

    py::object string(std::uint32_t id) {
        if (strings.size() <= id) strings.resize(vocabulary.size());
        if (!strings[id]) strings[id] = str_of(vocabulary.term(TermId{id}));
        return strings[id];
    }
};

py::list tokenize(const Analyzer& analyzer, const py::sequence& sequence, std::uint32_t threads) {
    const py::tuple texts(sequence);  // holds them while the GIL is away
    std::vector<TextView> views;
    for (const py::handle text : texts) views.push_back(view_of_text(text.ptr(), views.size()));

    struct Tokens {
        std::size_t worker;
        std::vector<std::uint32_t> ids;
    };
    std::vector<Tokens> tokens(views.size());
    std::vector<std::unique_ptr<TokenWorker>> workers(worker_count(Threads{threads}, views.size()));
    without_gil([&] {
        for (auto& worker : workers) worker = std::make_unique<TokenWorker>(analyzer);
        parallel_for(Threads{threads}, views.size(), [&](std::size_t worker, std::size_t i) {
            auto& at_work = *workers[worker];
            tokens[i] = {worker, at_work.encoder.encode(to_utf8(views[i], at_work.buffer))};
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

Vocabulary vocabulary_of(const py::sequence& terms) {
    Vocabulary vocabulary;
    std::string buffer;
    for (const py::handle term : terms) {
        const std::size_t position = vocabulary.size();
        if (!PyUnicode_Check(term.ptr())) refuse("terms[" + std::to_string(position) + "]", "a str", term);
        const auto added = vocabulary.add(to_utf8(view_of(term.ptr()), buffer));
        if (!added.is_new) refuse("terms[" + std::to_string(position) + "]", "unlike all before it", term);
    }
    return vocabulary;
}

py::list terms_of(const Vocabulary& vocabulary) {
    py::list terms(vocabulary.size());
    for (std::uint32_t id = 0; id < vocabulary.size(); ++id) terms[id] = str_of(vocabulary.term(TermId{id}));
    return terms;
}

std::int64_t find(const Vocabulary& vocabulary, const py::str& term) {
    const auto id = vocabulary.find(utf8_of(term));
    return id ? static_cast<std::int64_t>(*id) : -1;
}

}  // namespace

void bind_text(py::module_& m) {
    py::class_<Analyzer>(m, "Analyzer")
        .def(py::init(&analyzer_of), "tokenizer"_a, "profile"_a, "filters"_a)
        .def("tokenize", &tokenize, "texts"_a, "threads"_a)
        .def("sentences", &sentences, "text"_a);
    py::class_<Vocabulary>(m, "Vocabulary")
        .def(py::init(&vocabulary_of), "terms"_a = py::tuple())
        .def("__len__", &Vocabulary::size)
        .def("terms", &terms_of)
        .def("find", &find, "term"_a);
    m.def(
        "stem_english",
        [](const py::str& word) {
            std::string stem = utf8_of(word);
            snowball::stem_english(stem);
            return str_of(stem);
        },
        "word"_a);
    m.def("stop_words_english", [] {
        py::list words;
        for (const std::string_view word : english_stop_words()) words.append(str_of(word));
        return words;
    });
}

}  // namespace sprat::bindings
