"""Pipelines put together from stages: of the core, of Python, and of both."""

import copy
import json
import pickle
import unicodedata

import numpy as np
import pytest

import sprat
from sprat.errors import AnalyzerVersionWarning, InvalidArgumentError, MissingExtraError
from sprat.model.sparse.bm25 import build_default_analyzer

NLTK = {"type": "nltk", "profile": "D"}
TEXTS = [
    "The runners' dogs ran.",
    "Running dogs — and cats?",
    "",
    "CATS, cats; dogs! 3.14",
    "naïve Ünïcode",
] * 40


def stem(token):
    """Drops the letter s at the end, and every token with a digit."""
    if any(map(str.isdigit, token)):
        return None
    return token.rstrip("s")


def encoded(analyzer, texts=TEXTS, **options):
    encoder = sprat.BM25Encoder(analyzer, **options)
    matrix = encoder.fit_encode_documents(texts)
    again = encoder.encode_documents(texts)
    assert np.array_equal(matrix.indptr, again.indptr)
    assert np.array_equal(matrix.indices, again.indices)
    assert np.array_equal(matrix.data.view(np.uint32), again.data.view(np.uint32))
    return list(encoder.vocabulary), matrix


def test_a_filter_of_ones_own_is_asked_once_per_distinct_token():
    asked = []

    def record(token):
        asked.append(token)
        return token

    analyzer = sprat.Analyzer.from_stages({"type": "whitespace"}, filters=[{"type": "lowercase"}, record])
    sprat.BM25Encoder(analyzer, threads=1).fit(["A b a", "B c C", "a"])

    assert asked == ["a", "b", "c"]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_a_filter_of_ones_own_gives_what_the_same_steps_in_python_give(threads):
    before, after = (
        [{"type": "lowercase"}],
        [
            {"type": "stop_words", "words": ["the", "and"]},
            {"type": "synonyms", "synonyms": {"dog": ["pet", "animal"], "ran": []}},
        ],
    )
    mixed = sprat.Analyzer.from_stages(NLTK, filters=[*before, stem, *after])
    words = sprat.Analyzer.from_stages(NLTK)

    def plain(text):
        stems = [stem(word.lower()) for word in words(text)]
        kept = [token for token in stems if token is not None and token not in ("the", "and")]
        return [term for token in kept for term in {"dog": ["pet", "animal"], "ran": []}.get(token, [token])]

    texts = [f"{text} unique{number} word{'s' * (number % 3)}" for number, text in enumerate(TEXTS * 100)]
    assert mixed.batch(texts) == list(map(plain, texts))
    vocabulary, matrix = encoded(mixed, texts, threads=threads)
    expected_vocabulary, expected = encoded(plain, texts)
    assert vocabulary == expected_vocabulary
    assert np.array_equal(matrix.indices, expected.indices)
    assert np.array_equal(matrix.data.view(np.uint32), expected.data.view(np.uint32))


def test_functions_and_stages_of_the_core_may_take_turns():
    analyzer = sprat.Analyzer.from_stages(
        str.split,
        filters=[
            str.upper,
            {"type": "lowercase"},
            lambda t: t[:3],
            {"type": "length", "least": 3, "most": 3},
        ],
    )

    assert analyzer("Abcd ef GHIJ") == ["abc", "ghi"]
    assert not analyzer.is_data


@pytest.mark.parametrize("answer", [3, b"x"])
def test_a_filter_must_give_a_str_or_none(answer):
    analyzer = sprat.Analyzer.from_stages({"type": "whitespace"}, filters=[lambda _: answer])

    with pytest.raises(TypeError, match="a token must become a str or None, but 'a' became"):
        sprat.BM25Encoder(analyzer).fit(["a b"])


@pytest.mark.parametrize("threads", [1, 5])
def test_an_error_in_a_filter_of_ones_own_comes_through(threads):
    def fail(token):
        raise LookupError(token)

    analyzer = sprat.Analyzer.from_stages({"type": "whitespace"}, filters=[fail])
    with pytest.raises(LookupError):
        sprat.BM25Encoder(analyzer, threads=threads).fit([f"a{n}" * 100 for n in range(5000)])


def test_synonyms_take_the_place_of_a_token_and_go_on():
    analyzer = sprat.Analyzer.from_stages(
        {"type": "whitespace"},
        filters=[
            {"type": "synonyms", "synonyms": {"nyc": ["New", "York"], "gone": []}},
            {"type": "lowercase"},
        ],
    )

    assert analyzer("in nyc gone") == ["in", "new", "york"]
    assert sprat.Analyzer.from_dict(analyzer.to_dict()) == analyzer


def test_a_token_is_split_at_the_characters_named():
    split = {"type": "split", "characters": "_-"}
    analyzer = sprat.Analyzer.from_stages({"type": "whitespace"}, filters=[split, {"type": "lowercase"}])

    assert analyzer("__Super_Bowl-50_ _ plain") == ["super", "bowl", "50", "plain"]
    assert [token[1:] for token in analyzer.tokens("A_b c")] == [(0, 3), (0, 3), (4, 5)]
    assert sprat.Analyzer.from_dict(analyzer.to_dict()) == analyzer
    for characters in ("", "ß"):
        with pytest.raises(InvalidArgumentError, match=f"ASCII characters .*, got '{characters}'"):
            sprat.Analyzer.from_stages(
                {"type": "whitespace"}, filters=[{"type": "split", "characters": characters}]
            )


@pytest.mark.parametrize(
    "several",
    [{"type": "split", "characters": "_"}, {"type": "synonyms", "synonyms": {"nyc": ["new", "york"]}}],
)
def test_what_makes_several_tokens_of_one_cannot_stand_between_functions(several):
    with pytest.raises(InvalidArgumentError, match=f"{several['type']} cannot stand between two filters"):
        sprat.Analyzer.from_stages({"type": "whitespace"}, filters=[str.lower, several, str.upper])

    behind = sprat.Analyzer.from_stages({"type": "whitespace"}, filters=[str.lower, several])
    assert len(behind("NYC a_b")) == 3


@pytest.mark.parametrize(
    ("normalizer", "text", "expected"),
    [
        ({"type": "nfkc"}, "ﬁ ２ ①", "fi 2 1"),
        ({"type": "nfd"}, "é", "e\u0301"),
        ({"type": "casefold"}, "Straße", "strasse"),
        ({"type": "strip_accents"}, "naïve Ångström й", "naive Angstrom и"),
        ({"type": "replace_characters", "characters": "-_"}, "a-b_c", "a b c"),
    ],
)
def test_a_normalizer_changes_the_text_before_the_tokenizer(normalizer, text, expected):
    analyzer = sprat.Analyzer.from_stages({"type": "whitespace"}, normalizers=[normalizer])

    assert analyzer(text) == expected.split()
    assert sprat.Analyzer.from_dict(json.loads(json.dumps(analyzer.to_dict())))(text) == expected.split()


def test_a_regular_expression_may_cut_the_text():
    analyzer = sprat.Analyzer.from_stages({"type": "regex", "pattern": r"(?u)\b\w\w+\b"})

    assert analyzer("I'm a naïve dog") == ["naïve", "dog"]
    with pytest.raises(InvalidArgumentError, match="is not a regular expression"):
        sprat.Analyzer.from_stages({"type": "regex", "pattern": "("})


def test_a_tokenizer_json_may_cut_the_text(tmp_path):
    tokenizers = pytest.importorskip("tokenizers")
    model = tokenizers.models.WordLevel({"[UNK]": 0, "hello": 1, "world": 2}, unk_token="[UNK]")
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))

    analyzer = sprat.Analyzer.from_stages({"type": "hf", "file": str(tmp_path / "tokenizer.json")})

    assert analyzer("hello big world") == ["hello", "[UNK]", "world"]
    with pytest.raises(InvalidArgumentError, match=r"not a tokenizer\.json"):
        sprat.Analyzer.from_stages({"type": "hf", "file": str(tmp_path / "none.json")})


@pytest.mark.parametrize("name", ["en", "unicode", "unicode-en", "lucene-en"])
@pytest.mark.parametrize(
    "text", ['He said "Dr. Smith\'s 3.5 dogs" ran…', "``a'' \"\" 東京へ行く can't", "", " x "]
)
def test_tokens_say_where_they_stand(name, text):
    analyzer = sprat.Analyzer(name)

    tokens = analyzer.tokens(text)

    assert [token.term for token in tokens] == analyzer(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)


def test_overlapping_pairs_stand_where_they_are():
    assert sprat.Analyzer("unicode").tokens("東京へ") == [("東京", 0, 2), ("京へ", 1, 3)]


@pytest.mark.parametrize(
    ("tokenizer", "text", "expected"),
    [
        ({"type": "regex", "pattern": r"\b[a-z]+\b"}, "abc1 abc", [("abc", 5, 8)]),
        ({"type": "regex", "pattern": r"#(\w+)"}, "fox runs #fox", [("fox", 10, 13)]),
        ({"type": "words"}, "Fox İs fox", [("fox", 0, 3), ("i", 4, 6), ("s", 4, 6), ("fox", 7, 10)]),
        ({"type": "cjk-bigram"}, "\xa0\u200d👍", [("\xa0\u200d👍", 0, 3)]),
        (NLTK, "of ''FIRST'' --- \"x\"", None),
    ],
)
def test_places_are_those_of_the_words_and_not_of_others_like_them(tokenizer, text, expected):
    analyzer = sprat.Analyzer.from_stages(tokenizer)

    tokens = analyzer.tokens(text)

    assert [token.term for token in tokens] == analyzer(text)
    assert expected is None or tokens == expected


def test_chinese_words_stand_where_they_are():
    pytest.importorskip("jieba")
    text = "我 爱 北京 天安门"

    assert all(text[start:end] == term for term, start, end in sprat.Analyzer("zh").tokens(text))


def test_a_tokenizer_that_may_change_the_text_does_not_tell_places():
    with pytest.raises(InvalidArgumentError, match="cannot tell where its tokens stand"):
        sprat.Analyzer.from_stages(str.split).tokens("a b")


def test_functions_of_ones_own_make_analyzers_differ():
    one, two = (
        sprat.Analyzer.from_stages({"type": "whitespace"}, filters=[function])
        for function in (lambda token: token + "1", lambda token: token + "2")
    )

    assert one != two
    assert one == copy.deepcopy(one)
    assert one != sprat.Analyzer.from_stages({"type": "whitespace"})


def test_an_analyzer_with_a_function_that_can_be_pickled_can_be_pickled():
    analyzer = sprat.Analyzer.from_stages(str.split, filters=[str.upper, {"type": "lowercase"}])

    assert pickle.loads(pickle.dumps(analyzer)) == analyzer
    assert pickle.loads(pickle.dumps(analyzer))("A b") == ["a", "b"]


@pytest.mark.parametrize("tokenizer", [lambda text: text, lambda text: None])
def test_a_tokenizer_must_give_a_list(tokenizer):
    with pytest.raises(TypeError, match="a tokenizer must give a list of str, got"):
        sprat.Analyzer.from_stages(tokenizer)("abc")


def test_a_stemmed_token_stands_where_its_word_does():
    tokens = sprat.Analyzer("en").tokens('She "was" running, quickly.')

    assert tokens == [("``", 4, 5), ("''", 8, 9), ("run", 10, 17), ("quick", 19, 26)]


def test_an_analyzer_described_with_another_unicode_is_built_with_a_warning():
    description = sprat.Analyzer("en").to_dict()
    assert description["libraries"]["unicode"] == unicodedata.unidata_version
    description["libraries"]["unicode"] = "1.1.5"

    with pytest.warns(AnalyzerVersionWarning, match=r"unicode 1\.1\.5, here is"):
        assert sprat.Analyzer.from_dict(description) == sprat.Analyzer("en")


@pytest.mark.parametrize("code", ["de", "en", "fr", "it", "pt", "ru", "sp"])
def test_both_faces_of_a_language_are_one_pipeline(code):
    assert build_default_analyzer(code).__sprat_analyzer__() == sprat.Analyzer(code)


@pytest.mark.parametrize(("code", "library"), [("zh", "jieba"), ("jp", "MeCab")])
def test_both_faces_of_a_language_without_spaces_give_the_same_tokens(code, library):
    pytest.importorskip(library)
    text = (
        "我来到北京清华大学。 Milvus 向量" if code == "zh" else "東京タワーへ行きました。Milvusはベクトル。"
    )

    assert build_default_analyzer(code)(text) == sprat.Analyzer(code)(text) != []


def test_a_stemmer_that_is_not_installed_names_its_extra(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(MissingExtraError, match=r"pip install 'sprat\[snowball\]'"):
        sprat.Analyzer.from_stages(
            NLTK, filters=[{"type": "stem", "algorithm": "snowball", "language": "english"}]
        )


def test_pystemmer_is_one_of_the_stemmers():
    library = pytest.importorskip("Stemmer")
    analyzer = sprat.Analyzer.from_stages(
        {"type": "unicode"}, filters=[{"type": "stem", "algorithm": "snowball", "language": "german"}]
    )

    assert analyzer("Häuser standen") == library.Stemmer("german").stemWords(["Häuser", "standen"])


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        (
            {"type": "stem", "algorithm": "x", "language": "english"},
            "algorithm must be 'nltk', 'snowball-3', 'snowball'",
        ),
        ({"type": "stem", "language": "klingon"}, "language must be 'arabic', "),
        ({"type": "length", "least": 3, "most": 2}, "length needs 0 <= least <= most < 2**31, got 3 and 2"),
        ({"type": "synonyms", "synonyms": {"a": "b"}}, "a synonym must be a list of str, got 'b'"),
        (
            {"type": "synonyms", "synonyms": {1: ["b"]}},
            "the keys of 'synonyms' must be a list of str, got [1]",
        ),
        ({"type": "length", "least": 0, "most": 1 << 64}, "length needs 0 <= least <= most < 2**31"),
    ],
)
def test_a_parameter_that_is_not_allowed_is_named(stage, message):
    with pytest.raises(InvalidArgumentError) as refused:
        sprat.Analyzer.from_stages(NLTK, filters=[stage])

    assert message in str(refused.value)


def test_a_stemmer_of_nltk_forgets_the_word_before():
    """NLTK's Arabic stemmer keeps what it saw of a word in itself."""
    words = "هزموا والكتاب يهزمون المدرسة كتابهم سيكتبون".split()
    analyzer = sprat.Analyzer.from_stages(
        {"type": "whitespace"}, filters=[{"type": "stem", "language": "arabic"}]
    )

    assert analyzer(" ".join(words)) == [analyzer(word)[0] for word in words]
