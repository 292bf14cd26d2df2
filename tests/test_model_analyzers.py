"""sprat.model's analyzers: the parts, the YAML, and when the core runs the whole of them."""

from __future__ import annotations

import pickle
import string
from pathlib import Path

import pytest
import yaml

import sprat
from sprat.errors import MissingExtraError
from sprat.model.sparse import BM25EmbeddingFunction
from sprat.model.sparse.bm25 import Analyzer, build_analyzer_from_yaml, build_default_analyzer, tokenizers
from sprat.model.sparse.bm25.tokenizers import (
    CharacterfilterPreprocessor,
    LowercaseFilter,
    PunctuationFilter,
    ReplacePreprocessor,
    StandardTokenizer,
    StemmingFilter,
    StopwordFilter,
)

LANG_YAML = Path(tokenizers.__file__).with_name("lang.yaml")
TEXT = "The DOGS weren't running — or were they? U.S.A. cats' \"tails\"!"


def english(*filters: object) -> Analyzer:
    return Analyzer("mine", StandardTokenizer(), [], list(filters))


def by_parts(analyzer: Analyzer, text: str) -> list[str]:
    """The tokens, one part after the other, whatever the analyzer makes of itself."""
    for preprocessor in analyzer.preprocessors or []:
        text = preprocessor.apply(text)
    tokens = analyzer.tokenizer.tokenize(text)
    for token_filter in analyzer.filters or []:
        tokens = token_filter.apply(tokens)
    return tokens


def test_the_default_analyzer_is_english():
    analyzer = build_default_analyzer()

    assert (analyzer.name, analyzer.preprocessors) == ("en", [])
    assert type(analyzer.tokenizer) is StandardTokenizer
    assert [type(part).__name__ for part in analyzer.filters] == [
        "LowercaseFilter",
        "PunctuationFilter",
        "StopwordFilter",
        "StemmingFilter",
    ]
    assert analyzer(TEXT) == "dog n't run — u.s.a. cat `` tail ''".split()


def test_the_default_analyzer_is_run_by_the_core():
    assert build_default_analyzer().__sprat_analyzer__() == sprat.Analyzer("en")


def test_yaml_knows_the_ten_languages_of_the_original():
    entries = yaml.safe_load(LANG_YAML.read_text(encoding="utf-8"))

    assert list(entries) == ["en", "de", "fr", "ru", "sp", "it", "pt", "zh", "jp", "kr"]
    order = {name: [part["class"] for part in entry["filters"]] for name, entry in entries.items()}
    assert order["de"] == ["LowercaseFilter", "StopwordFilter", "PunctuationFilter", "StemmingFilter"]
    assert order["zh"] == ["StopwordFilter", "PunctuationFilter"]
    assert order["kr"] == ["StopwordFilter"]
    assert entries["sp"]["filters"][1]["params"] == {"extras": "¡¿"}
    assert len(entries["zh"]["filters"][1]["params"]["extras"]) == 80
    assert len(entries["jp"]["preprocessors"][0]["params"]["chars_to_replace"]) == 23


@pytest.mark.parametrize(
    "filters",
    [
        [],
        [LowercaseFilter()],
        [StopwordFilter()],
        [StemmingFilter()],
        [StemmingFilter(), LowercaseFilter(), LowercaseFilter()],
        [LowercaseFilter(), StemmingFilter(), StopwordFilter(stopword_list=["dog", "n't"])],
        [PunctuationFilter(extras="—ß"), StopwordFilter("english", ["The"])],
    ],
    ids=lambda filters: "-".join(type(part).__name__ for part in filters) or "none",
)
def test_the_core_and_the_parts_give_the_same_tokens(filters):
    analyzer = english(*filters)

    native = analyzer.__sprat_analyzer__()

    assert native is not None
    assert native(TEXT) == by_parts(analyzer, TEXT) == analyzer(TEXT)


def test_a_pipeline_that_the_core_runs_is_built_once():
    analyzer = build_default_analyzer()

    assert analyzer.__sprat_analyzer__() is analyzer.__sprat_analyzer__()


def test_changes_to_the_parts_are_noticed():
    analyzer = build_default_analyzer()
    bm25 = BM25EmbeddingFunction(analyzer, ["dogs running", "cats"])

    analyzer.filters[2].stopwords.add("dogs")
    assert bm25.encode_queries(["dogs run"]).indices.tolist() == [1]
    analyzer.filters[1].punctuation |= {"cats", 3}
    assert bm25.encode_queries(["cats run"]).indices.tolist() == [1]
    analyzer.filters.pop()
    assert bm25.encode_queries(["cat running run"]).indices.tolist() == [1, 2]


class Shout(LowercaseFilter):
    def apply(self, tokens):
        return [token.upper() for token in tokens]


class Cut:
    def apply(self, tokens):
        return tokens[:1]


class CutAnalyzer(Analyzer):
    def __call__(self, text):
        return super().__call__(text)[:1]


def patched_filter() -> LowercaseFilter:
    part = LowercaseFilter()
    part.apply = lambda tokens: tokens[:1]  # type: ignore[method-assign]
    return part


def patched_tokenizer() -> StandardTokenizer:
    part = StandardTokenizer()
    part.tokenize = str.split  # type: ignore[method-assign]
    return part


def with_stemmer(stemmer: object) -> StemmingFilter:
    part = StemmingFilter()
    part.stemmer = stemmer
    return part


@pytest.mark.parametrize(
    "analyzer",
    [
        english(Shout()),
        english(Cut()),
        english(patched_filter()),
        english(with_stemmer(StemmingFilter("porter").stemmer)),
        english(StemmingFilter("swedish")),
        Analyzer("x", StandardTokenizer(), [ReplacePreprocessor({"DOGS": "cat"})], []),
        Analyzer("x", StandardTokenizer(), [CharacterfilterPreprocessor("—")], [LowercaseFilter()]),
        Analyzer("x", patched_tokenizer(), [], []),
        CutAnalyzer("x", StandardTokenizer(), [], []),
    ],
    ids=range(9),
)
def test_a_part_that_the_core_does_not_know_runs_as_written(analyzer):
    native = analyzer.__sprat_analyzer__()

    assert native is None or (not native.is_data and native(TEXT) == analyzer(TEXT))
    bm25 = BM25EmbeddingFunction(analyzer, [TEXT])

    assert list(bm25.idf) == list(dict.fromkeys(analyzer(TEXT)))


def test_an_analyzer_can_be_pickled():
    analyzer = build_default_analyzer()

    assert pickle.loads(pickle.dumps(analyzer))(TEXT) == analyzer(TEXT)


@pytest.mark.parametrize("parts", [(), ([],), (None, [])])
def test_preprocessors_and_filters_must_be_given(parts):
    with pytest.raises(TypeError, match="'NoneType' object is not iterable"):
        Analyzer("x", StandardTokenizer(), *parts)("a")


def test_a_profile_makes_the_tokenizer_an_older_nltk():
    assert StandardTokenizer(profile="A").tokenize("a—b") == ["a—b"]
    assert StandardTokenizer(profile="B").tokenize("a—b") == ["a", "—", "b"]
    analyzer = Analyzer("x", StandardTokenizer(profile="A"), [], [])
    assert analyzer.__sprat_analyzer__()("a—b") == ["a—b"]


def test_preprocessors_change_the_text():
    assert CharacterfilterPreprocessor(["、", "b"]).apply("a、bc") == "a  c"
    assert ReplacePreprocessor({"a": "1", "ab": "2", ".": "!"}).apply("ab.") == "1b!"
    with pytest.raises(ValueError, match="string keys in translate table must be of length 1"):
        CharacterfilterPreprocessor(["ab"])
    with pytest.raises(KeyError):
        ReplacePreprocessor({}).apply("ab")


def test_filters_have_the_originals_attributes():
    assert PunctuationFilter("¿").punctuation == {*string.punctuation, "¿"}
    assert len(StopwordFilter().stopwords) == 198
    assert StopwordFilter(stopword_list=["x"]).stopwords - StopwordFilter().stopwords == {"x"}
    assert StemmingFilter().stemmer.stem("Running") == "run"
    with pytest.raises(TypeError, match="can only concatenate list"):
        StopwordFilter(stopword_list=("x",))
    with pytest.raises(ValueError, match=r"The language 'klingon' is not supported\."):
        StemmingFilter("klingon")


def test_base_classes_say_what_to_implement():
    with pytest.raises(NotImplementedError, match="Each preprocessor must implement its 'apply' method"):
        tokenizers.Preprocessor().apply("")
    with pytest.raises(NotImplementedError, match="Each tokenizer must implement its 'tokenize' method"):
        tokenizers.Tokenizer().tokenize("")
    with pytest.raises(NotImplementedError, match="Each filter must implement the 'apply' method"):
        tokenizers.TextFilter().apply([])


def test_stop_words_need_no_corpus_of_nltk(monkeypatch, tmp_path):
    monkeypatch.setattr("nltk.data.path", [str(tmp_path)])
    monkeypatch.setattr("nltk.download", lambda *_: pytest.fail("tried to download"))

    finnish = StopwordFilter("finnish")

    assert len(finnish.stopwords) == 229
    assert finnish.apply(["talo", "ja", "puu"]) == ["talo", "puu"]
    with pytest.raises(OSError, match=r"language must be 'albanian', .* or 'lucene', got 'klingon'"):
        StopwordFilter("klingon")


@pytest.mark.parametrize(
    ("tokenizer", "kind", "module", "extra"),
    [
        ("JiebaTokenizer", "jieba", "jieba", "zh"),
        ("MecabTokenizer", "mecab", "MeCab", "ja"),
        ("KonlpyTokenizer", "kkma", "konlpy", "ko"),
        ("KiwiTokenizer", "kiwi", "kiwipiepy", "ko"),
    ],
)
def test_a_missing_library_names_the_extra_that_brings_it(monkeypatch, tokenizer, kind, module, extra):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(ImportError) as refused:
        getattr(tokenizers, tokenizer)()

    assert isinstance(refused.value, MissingExtraError)
    assert str(refused.value) == f"the tokenizer {kind!r} needs {module}: run `pip install 'sprat[{extra}]'`"


def test_a_class_of_ones_own_can_be_named_in_yaml(tmp_path, monkeypatch):
    monkeypatch.setattr(tokenizers, "_class_registry", dict(tokenizers._class_registry))
    path = tmp_path / "mine.yaml"
    path.write_text(
        "mine:\n"
        "  preprocessors: [{class: ReplacePreprocessor, params: {replacement_mapping: {ä: ae}}}]\n"
        "  tokenizer: {class: StandardTokenizer, params: {}}\n"
        "  filters: [{class: Longest, params: {length: 3}}]\n",
        encoding="utf-8",
    )

    @tokenizers.register_class("Longest")
    class Longest(tokenizers.TextFilter):
        def __init__(self, length):
            self.length = length

        def apply(self, tokens):
            return [token[: self.length] for token in tokens]

    analyzer = build_analyzer_from_yaml(str(path), "mine")

    assert analyzer.name == "mine"
    assert analyzer("Bären baden") == ["Bae", "bad"]


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("x: {}", ValueError, "No configuration found en"),
        ("en:", ValueError, "No configuration found en"),
        ("", AttributeError, "get"),
        ("en: {filters: []}", KeyError, "tokenizer"),
        ("en: {tokenizer: {class: Foo, params: {}}}", KeyError, "Foo"),
        ("en: {tokenizer: {class: StandardTokenizer}}", KeyError, "params"),
        ("en: {tokenizer: {class: StandardTokenizer, params: }}", TypeError, "mapping"),
        ("en: {tokenizer: {class: StandardTokenizer, params: {}}, filters: }", TypeError, "iterable"),
    ],
)
def test_a_wrong_yaml_is_the_originals_error(tmp_path, content, error, message):
    path = tmp_path / "lang.yaml"
    path.write_text(content)

    with pytest.raises(error, match=message):
        build_analyzer_from_yaml(path, "en")


@pytest.mark.parametrize("language", ["es", "ja", "ko", "EN", ""])
def test_only_the_originals_language_codes_exist(language):
    with pytest.raises(ValueError, match=f"^No configuration found {language}$"):
        build_default_analyzer(language)


def test_a_missing_yaml_is_a_file_not_found_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        build_analyzer_from_yaml(tmp_path / "none.yaml", "en")


class Lengths(tokenizers.Tokenizer):
    def tokenize(self, text):
        return [len(word) for word in text.split()]


def test_tokens_of_another_type_pass_the_filters_that_take_them():
    analyzer = Analyzer("x", Lengths(), [], [StopwordFilter()])
    bm25 = BM25EmbeddingFunction(analyzer, ["a bb", "ccc a"])

    assert analyzer("a bb") == [1, 2]
    assert list(bm25.idf) == [1, 2, 3]


def test_parts_that_were_changed_run_as_they_are(monkeypatch):
    substring = PunctuationFilter()
    substring.punctuation = "ab,.!"
    stems = StemmingFilter()
    stems.stemmer.stem = lambda word: "Q"

    for changed in (substring, stems):
        analyzer = Analyzer("x", StandardTokenizer(), [], [changed])
        assert list(BM25EmbeddingFunction(analyzer, [TEXT]).idf) == list(dict.fromkeys(analyzer(TEXT)))
    monkeypatch.setattr(LowercaseFilter, "apply", lambda self, tokens: ["P" for _ in tokens])
    analyzer = Analyzer("x", StandardTokenizer(), [], [LowercaseFilter()])
    assert list(BM25EmbeddingFunction(analyzer, [TEXT]).idf) == ["P"]
