"""The stemmers "snowball-3" are Snowball's of version 3.1, letter for letter, as its own library has them."""

from __future__ import annotations

import gzip
import json
import random
import re

import pytest
import Stemmer

import sprat
from sprat._core import stem
from sprat.errors import InvalidArgumentError

LETTERS = {"english": "aaeeiioouuyybcdfghklmnprstvwxz'", "german": "aeiouyäöüßuybcdfghklmnrstzq'"}
# What the algorithms look for: endings, and what stands before them or at a word's beginning.
PIECES = {
    "english": """
        ' 's 's' sses ied ies us ss s eedly ingly edly eed ing ed at bl iz bb dd ff gg mm nn pp
        rr tt y yed ying ization ational fulness ousness iveness tional biliti lessli entli
        ation alism aliti ousli iviti fulli enci anci abli izer ator alli bli ogi logi li logy
        ogist ly alize icate iciti ative ical ness ful ement ance ence able ible ment ant ent
        ism ate iti ous ive ize ion sion tion al er ic e l ll past even inn out cann herr earr
        proc exc succ gener inter organ univers later emerg arsen commun early skis
    """.split(),
    "german": """
        e em en erinnen erin ern er ln lns es s st est et end ung ig ik isch lich heit keit niss
        syst tick plan geordn intern tr que ae oe ue ß 's 'sch ' U Y
    """.split(),
}
COLLECTIONS = {"english": ["scifact", "xquad-en"], "german": ["xquad-de"]}


def awkward_words(language, rng, count):
    for _ in range(count):
        word = "".join(rng.choices(LETTERS[language], k=rng.randrange(6)))
        for _ in range(rng.randrange(4)):
            word += rng.choice(PIECES[language])
            if rng.random() < 0.2:
                word += rng.choice(LETTERS[language])
        yield word.upper() if rng.random() < 0.1 else word


def differences(language, words):
    snowball = Stemmer.Stemmer(language)
    stems = ((word, stem(word, f"snowball-3 {language}"), snowball.stemWord(word.lower())) for word in words)
    return [(word, ours, expected) for word, ours, expected in stems if ours != expected]


@pytest.mark.parametrize(
    ("language", "word", "expected"),
    [
        ("english", "organism", "organism"),
        ("english", "Organization", "organiz"),
        ("english", "biologists", "biolog"),
        ("english", "evening", "evening"),
        ("english", "dying", "die"),
        ("english", "adding", "add"),
        ("english", "naïvely", "naïv"),
        ("german", "Gründete", "grund"),
        ("german", "Lehrerinnen", "lehr"),
        ("german", "Systemen", "system"),
        ("german", "Maeuse", "maus"),
        ("german", "Quelle", "quell"),
        ("german", "Carlo's", "carlo"),
    ],
)
def test_words_are_lowered_and_stemmed(language, word, expected):
    assert stem(word, f"snowball-3 {language}") == expected


@pytest.mark.parametrize("language", LETTERS)
def test_generated_words_have_snowballs_stems(language):
    seed = random.randrange(2**32)

    wrong = differences(language, awkward_words(language, random.Random(seed), 60_000))

    assert not wrong, f"seed {seed}: {len(wrong)} words differ (word, ours, Snowball's), first {wrong[:5]!a}"


@pytest.mark.parametrize("language", LETTERS)
def test_words_of_real_collections_have_snowballs_stems(language, shared):
    words = set()
    for collection in COLLECTIONS[language]:
        with gzip.open(shared / "data" / collection / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                words.update(re.findall(r"[\w'’-]+", json.loads(line)["text"]))

    wrong = differences(language, sorted(words))

    assert not wrong, f"{len(wrong)} of {len(words)} words differ (word, ours, its), first {wrong[:5]!a}"


def test_a_stage_may_ask_for_them():
    filters = [{"type": "stem", "algorithm": "snowball-3", "language": "german"}]

    assert sprat.Analyzer.from_stages({"type": "whitespace"}, filters=filters)("Häuser") == ["haus"]
    filters[0]["language"] = "french"
    with pytest.raises(InvalidArgumentError, match="language must be 'english' or 'german', got 'french'"):
        sprat.Analyzer.from_stages({"type": "whitespace"}, filters=filters)
