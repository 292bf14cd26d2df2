"""sprat.Analyzer: data that can be called."""

from __future__ import annotations

import copy
import json
import pickle
import unicodedata

import numpy as np
import pytest

import sprat
from sprat.errors import InvalidArgumentError, SpratError, UnsupportedVersionError

WHITESPACE = {"version": 1, "tokenizer": {"type": "whitespace"}, "filters": []}


def described(*filters: dict[str, object]) -> dict[str, object]:
    return {**WHITESPACE, "filters": list(filters)}


def test_english_is_what_nltk_makes_of_it():
    english = sprat.Analyzer("en")

    assert english("Alan Turing wasn't the \"first\" person, he'd say: U.S.A. Runners' 3.14...") == (
        "alan ture n't `` first '' person 'd say u.s.a runner 3.14 ...".split()
    )


def test_a_batch_gives_the_tokens_of_each_text():
    english = sprat.Analyzer("en")
    texts = ["Running dogs", "", "the", "Cats and dogs."]

    expected = [["run", "dog"], [], [], ["cat", "dog"]]
    assert english.batch(texts) == expected
    assert [english(text) for text in texts] == expected
    assert english.batch(iter(texts), threads=2) == expected
    assert english.batch(np.array(texts), threads=1) == expected
    assert english.batch([]) == []


def test_the_description_is_the_whole_pipeline():
    description = sprat.Analyzer("en", profile="B").to_dict()

    stop_words = description["filters"][2].pop("words")
    libraries = description.pop("libraries")
    assert description == {
        "version": 1,
        "tokenizer": {"type": "nltk", "profile": "B"},
        "filters": [
            {"type": "lowercase"},
            {"type": "punctuation", "characters": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"},
            {"type": "stop_words"},
            {"type": "stem", "algorithm": "nltk", "language": "english"},
        ],
    }
    assert libraries == {"unicode": unicodedata.unidata_version}
    assert len(stop_words) == 198
    assert stop_words == sorted(stop_words)


@pytest.mark.parametrize("profile", ["A", "B", "C", "D"])
def test_a_description_goes_through_json_and_back(profile):
    english = sprat.Analyzer("en", profile=profile)

    rebuilt = sprat.Analyzer.from_dict(json.loads(json.dumps(english.to_dict())))

    assert rebuilt == english
    assert rebuilt.to_dict() == english.to_dict()
    assert rebuilt("Dogs — run") == english("Dogs — run")


def test_a_pipeline_can_be_described_by_hand():
    analyzer = sprat.Analyzer.from_dict(
        described(
            {"type": "lowercase"},
            {"type": "stop_words", "words": ["b", "xx", "b"]},
            {"type": "punctuation", "characters": "?!"},
            {"type": "stem", "language": "english"},
        )
    )

    assert analyzer("A B ! xx ?! Running ?") == ["a", "?!", "run"]
    assert repr(analyzer) == "<Analyzer whitespace > lowercase > stop_words > punctuation > stem>"


def test_order_of_words_and_characters_does_not_matter_to_equality():
    one = described({"type": "stop_words", "words": ["a", "b"]}, {"type": "punctuation", "characters": "?!"})
    two = described(
        {"type": "stop_words", "words": ["b", "a", "a"]}, {"type": "punctuation", "characters": "!?!"}
    )

    first, second = sprat.Analyzer.from_dict(one), sprat.Analyzer.from_dict(two)

    assert first == second
    assert hash(first) == hash(second)
    assert first.to_dict() == second.to_dict()


def test_analyzers_differ_by_what_they_do():
    assert sprat.Analyzer("en") == sprat.Analyzer("en", profile="D")
    assert sprat.Analyzer("en") != sprat.Analyzer("en", profile="A")
    assert sprat.Analyzer.from_dict(WHITESPACE) != sprat.Analyzer("en")
    assert sprat.Analyzer("en") != "en"


def test_a_change_to_the_returned_description_changes_nothing():
    english = sprat.Analyzer("en")

    english.to_dict()["filters"].clear()

    assert english == sprat.Analyzer("en")


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda a: pickle.loads(pickle.dumps(a))])
def test_copies_and_pickles_are_equal(duplicate):
    english = sprat.Analyzer("en", profile="C")

    assert duplicate(english) == english
    assert duplicate(english)("Dogs") == ["dog"]


def test_repr_is_the_call_that_makes_it():
    assert repr(sprat.Analyzer("en")) == "Analyzer('en', profile='D')"


@pytest.mark.parametrize("language", ["EN", "english", "xx", "", None, 3])
def test_an_unknown_language_names_the_allowed_ones(language):
    with pytest.raises(
        InvalidArgumentError, match=r"^language must be 'de', 'en', .* or 'fastembed-english', got "
    ):
        sprat.Analyzer(language)


def test_an_unknown_profile_names_the_allowed_ones():
    with pytest.raises(InvalidArgumentError, match=r"^profile must be 'A', 'B', 'C' or 'D', got 'E'$"):
        sprat.Analyzer("en", profile="E")


@pytest.mark.parametrize("text", [b"abc", None, 3, ["abc"]])
def test_a_text_must_be_str(text):
    with pytest.raises(TypeError, match=f"text must be str, got {type(text).__name__}"):
        sprat.Analyzer("en")(text)


def test_an_element_that_is_no_str_is_named_by_its_position():
    with pytest.raises(TypeError, match=r"texts\[2\] must be str, got bytes"):
        sprat.Analyzer("en").batch(["a", "b", b"c"])


def test_a_single_str_is_no_batch():
    with pytest.raises(TypeError, match="got one str; wrap it in a list"):
        sprat.Analyzer("en").batch("abc")


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({}, "'version' is missing"),
        ({**WHITESPACE, "version": 0}, "'version' must be at least 1, got 0"),
        ({**WHITESPACE, "version": True}, "'version' must be a int, got True"),
        ({**WHITESPACE, "extra": 1}, "'extra' is not known in an analyzer"),
        ({"version": 1, "filters": []}, "'tokenizer' is missing"),
        ({**WHITESPACE, "tokenizer": "nltk"}, "'tokenizer' must be a dict, got 'nltk'"),
        ({**WHITESPACE, "tokenizer": {"type": "x"}}, "a tokenizer must be 'nltk', 'whitespace', "),
        ({**WHITESPACE, "tokenizer": {"type": "nltk"}}, "'profile' is missing"),
        (
            {**WHITESPACE, "tokenizer": {"type": "nltk", "profile": "Z"}},
            "profile must be 'A', 'B', 'C' or 'D'",
        ),
        (
            {**WHITESPACE, "tokenizer": {"type": "whitespace", "profile": "D"}},
            "'profile' is not known in a tokenizer",
        ),
        ({**WHITESPACE, "filters": None}, "'filters' must be a list, got None"),
        (described("lowercase"), "a filter must be a dict, got 'lowercase'"),  # type: ignore[arg-type]
        (
            described({"type": "reverse"}),
            "a filter must be 'lowercase', 'casefold', ",
        ),
        (described({"type": "lowercase", "x": 1}), "'x' is not known in a filter"),
        (described({"type": "punctuation"}), "'characters' is missing"),
        (described({"type": "stop_words", "words": "abc"}), "'words' must be a list, got 'abc'"),
        (described({"type": "stop_words", "words": [1]}), "'words' must be a list of str, got [1]"),
        (described({"type": "stem", "language": "latin"}), "language must be 'arabic', "),
    ],
)
def test_a_wrong_description_is_refused_by_name(description, message):
    with pytest.raises(InvalidArgumentError) as refused:
        sprat.Analyzer.from_dict(description)

    assert message in str(refused.value)


def test_a_newer_description_is_another_error():
    with pytest.raises(UnsupportedVersionError, match="version 2, this release reads up to 1") as refused:
        sprat.Analyzer.from_dict({**WHITESPACE, "version": 2, "unheard": "of"})

    assert isinstance(refused.value, SpratError)
