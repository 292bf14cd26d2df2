"""What is remembered of pieces of a text gives the words that the whole text has."""

from __future__ import annotations

import gzip
import json
import random

import pytest

import sprat
from sprat._core import unicode_words

SEPARATORS = " \t\n\0\x1f"
ATOMS = [
    *("The", "the", "THE", "a", "B1", "42", "x" * 15, "X" * 16, "y" * 17, "Z" * 70),
    *".,:;'\"!?()-_/@`[{~",
    *("é", "É", "\u0301", "\u200d", "’", "中", "ไท", "👍", "\u2003", "\xa0", "İ", "\ud800"),
    *SEPARATORS,
]


def generated(rng, count):
    """Yield texts of up to 200 atoms, many of them as long as a block of 64 bytes or about."""
    for _ in range(count):
        atoms = ATOMS if rng.random() < 0.5 else ATOMS[:27]
        text = "".join(rng.choices(atoms, k=rng.choice((1, 3, 10, 30, 200))))
        yield text[: rng.choice((62, 63, 64, 65, 66, 127, 128, 129, len(text)))]


def analyzer(*filters):
    return sprat.Analyzer.from_stages({"type": "cjk-bigram"}, filters=filters)


def test_words_of_pieces_are_those_of_the_text():
    seed = random.randrange(2**32)
    texts = list(generated(random.Random(seed), 5_000))

    for text, words in zip(texts, analyzer().batch(texts, threads=2)):
        assert words == unicode_words(text), f"seed {seed}: {text!a}"


@pytest.mark.parametrize("collection", ["xquad-en", "xquad-ru", "xquad-zh", "xquad-th"])
def test_words_of_real_pieces_are_those_of_the_text(collection, shared):
    with gzip.open(shared / "data" / collection / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]

    assert analyzer().batch(texts) == [unicode_words(text) for text in texts]


def test_words_in_another_case_are_remembered_apart_unless_case_is_ignored():
    text = "Dog dog DOG dog's Dog's @dog `dog"

    assert analyzer()(text) == ["Dog", "dog", "DOG", "dog's", "Dog's", "dog", "dog"]
    assert analyzer({"type": "possessive"}, {"type": "lowercase"})(text) == ["dog"] * 7
    assert analyzer({"type": "stop_words", "words": ["Dog"]}, {"type": "lowercase"})("Dog dog DOG") == [
        "dog",
        "dog",
    ]


@pytest.mark.parametrize("first", ["lowercase", "casefold", "lucene_lowercase"])
def test_ignoring_case_changes_no_term(first):
    seed = random.randrange(2**32)
    texts = list(generated(random.Random(seed), 2_000))
    native = analyzer({"type": first}, {"type": "length", "least": 1, "most": 20})
    step = sprat.Analyzer.from_stages(lambda word: [word], filters=[{"type": first}])

    for text, terms in zip(texts, native.batch(texts, threads=1)):
        expected = [term for word in unicode_words(text) for term in step(word) if len(term) <= 20]
        assert terms == expected, f"seed {seed}: {text!a}"
