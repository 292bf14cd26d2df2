"""The English stemmer is NLTK's, to the last letter: its golden stems, then NLTK itself on many words."""

import gzip
import json
import random
import re
from pathlib import Path

import pytest
from nltk.stem.snowball import EnglishStemmer

from sprat import _core

SEED = 20250117
SUFFIXES = """
' 's 's' ’ ’s ‘ ‛s’ sses ied ies us ss s eedly ingly edly eed ing ed at bl iz bb dd ff gg mm nn pp rr tt y yed
ying ization ational fulness ousness iveness tional biliti lessli entli ation alism aliti ousli iviti fulli
enci anci abli izer ator alli bli ogi li logi ly ally ality alize icate iciti ative ical ness ful ement ance
ence able ible ment ant ent ism ate iti ous ive ize ion sion tion al er ic e l ll
""".split()
STEMS = """
gener commun arsen gene commu arse 'gener skis sky dying idly gently news howe atlas inning outing canning
herring earring proceed exceed succeed
""".split()
LETTERS = "aaeeiioouuyybcdfghklmnprstvwxz"
ODD = "'’‘‛Y-1éßſσΣİÅK\u0301\u200d\ud800😀"


def awkward_word(rng: random.Random) -> str:
    """Build a stem and up to three suffixes, now and then with an odd character where none belongs."""
    kind = rng.random()
    if kind < 0.15:
        word = rng.choice(STEMS)
    elif kind < 0.3:
        word = "".join(rng.choices("aeiouyY", k=rng.randrange(7)))
    else:
        word = "".join(rng.choices(LETTERS, k=rng.randrange(7)))
    word += "".join(rng.choices(SUFFIXES, k=rng.randrange(4)))
    kind = rng.random()
    if kind < 0.1:
        word = rng.choice("'’‘‛y") + word
    elif kind < 0.2:
        at = rng.randrange(len(word) + 1)
        word = word[:at] + rng.choice(ODD) + word[at:]
    elif kind < 0.25:
        word = word.upper()
    return word


def differences(words):
    nltk = EnglishStemmer()
    stems = ((word, _core.stem(word, "english"), nltk.stem(word)) for word in words)
    return [(word, ours, expected) for word, ours, expected in stems if ours != expected]


def test_golden_words_have_nltks_stems():
    golden = json.loads((Path(__file__).parent / "golden" / "stem_english.json").read_text(encoding="utf-8"))

    stems = [_core.stem(word, "english") for word in golden["words"]]

    assert stems == golden["stems"]


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("Running", "run"),
        ("skies", "sky"),
        ("it’s", "it"),
        ("''s", ""),
        ("’’", "’’"),  # two letters are left alone
        ("\u212aings", "king"),  # the Kelvin sign is a k in lower case
        ("İs", "i̇"),
        ("ΌΣΟΣ", "όσος"),
        ("ΌΣΟΣs", "όσοσs"),
        ("naïveté's", "naïveté"),
        ("\ud800ing", "\ud800ing"),
    ],
)
def test_words_are_lowered_and_stemmed(word, stem):
    assert _core.stem(word, "english") == stem


# Snowball's own description asks for active, vacate, create, cheate.
@pytest.mark.parametrize(
    ("word", "stem"),
    [("activities", "activ"), ("vacation", "vacat"), ("created", "creat"), ("cheating", "cheat")],
)
def test_slips_of_nltk_are_kept(word, stem):
    assert _core.stem(word, "english") == stem


def test_generated_words_have_nltks_stems():
    rng = random.Random(SEED)

    wrong = differences(awkward_word(rng) for _ in range(200_000))

    assert not wrong, f"seed {SEED}: {len(wrong)} words differ (word, ours, NLTK's), first {wrong[:5]!a}"


@pytest.mark.parametrize(
    "word", ["a" * 10**6, "y" * 10**6, "’" * 10**6 + "s", "é" * 10**6 + "ing", "ay" * 500_000 + "ization"]
)
def test_a_megabyte_without_a_space_has_nltks_stem(word):
    assert _core.stem(word, "english") == EnglishStemmer().stem(word)


def test_words_of_a_real_collection_have_nltks_stems(shared):
    words = set()
    with gzip.open(shared / "data" / "fiqa" / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            words.update(re.findall(r"[\w'’‘‛-]+", json.loads(line)["text"]))

    wrong = differences(words)

    assert not wrong, f"{len(wrong)} of {len(words)} words differ (word, ours, NLTK's), first {wrong[:5]!a}"
