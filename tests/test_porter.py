"""Porter's first stemmer is Lucene's: recorded stems, then Porter's own program, as NLTK has it, on many."""

import gzip
import json
import random
import re

import pytest
from nltk.stem.porter import PorterStemmer

from sprat._core import stem

# Recorded from PorterStemFilter of Apache Lucene 9.5.0.
LUCENE = """
caresses caress|ponies poni|ties ti|caress caress|cats cat|feed feed|agreed agre|plastered plaster
bled bled|motoring motor|sing sing|conflated conflat|troubled troubl|sized size|hopping hop|tanned tan
falling fall|hissing hiss|fizzed fizz|failing fail|filing file|happy happi|sky sky|skies ski|dying dy
relational relat|conditional condit|rational ration|valenci valenc|hesitanci hesit|digitizer digit
conformabli conform|radicalli radic|differentli differ|vileli vile|analogousli analog
vietnamization vietnam|predication predic|operator oper|feudalism feudal|decisiveness decis
hopefulness hope|callousness callous|formaliti formal|sensitiviti sensit|sensibiliti sensibl
triplicate triplic|formative form|formalize formal|electriciti electr|electrical electr|hopeful hope
goodness good|revival reviv|allowance allow|inference infer|airliner airlin|gyroscopic gyroscop
adjustable adjust|defensible defens|irritant irrit|replacement replac|adjustment adjust|dependent depend
adoption adopt|homologou homolog|communism commun|activate activ|angulariti angular|homologous homolog
effective effect|bowdlerize bowdler|probate probat|rate rate|cease ceas|controll control|roll roll
possibly possibl|biology biologi|logi logi|oed o|ies i|is is|as as|s s|ing ing|yyyed yy
theology theologi|apologies apolog|archaeology archaeolog
"""


def porter_cases():
    return [tuple(case.split()) for line in LUCENE.strip().splitlines() for case in line.split("|")]


def martin(word):
    return PorterStemmer(mode="MARTIN_EXTENSIONS").stem(word, to_lowercase=False)


def awkward_words(rng, count):
    """Yield a few letters with up to three endings that the steps look for."""
    endings = """
    sses ies ss s eed ed ing at bl iz y ational tional enci anci izer bli alli entli eli ousli ization ation
    ator alism iveness fulness ousness aliti iviti biliti logi icate ative alize iciti ical ful ness al ance
    ence er ic able ible ant ement ment ent sion tion ion ou ism ate iti ous ive ize e ll
    """.split()
    for _ in range(count):
        word = "".join(rng.choices("aeiouyyybcdlmnrstwxz'1é中", k=rng.randrange(7)))
        yield word + "".join(rng.choices(endings, k=rng.randrange(4)))


@pytest.mark.parametrize(("word", "expected"), porter_cases())
def test_stems_are_those_recorded_from_lucene(word, expected):
    assert stem(word, "porter") == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("éed", "éed"),
        ("caféed", "café"),
        ("naïvetés", "naïveté"),
        ("aééed", "aé"),
        ("𝒂s", "𝒂"),
        ("é𝒂", "é𝒂"),
        ("a𝒂𝒂ed", "a𝒂𝒂"),
        ("baéing", "baée"),
    ],
)
def test_other_characters_are_consonants_counted_in_utf16(word, expected):
    assert stem(word, "porter") == expected


def test_generated_words_give_the_stems_of_porters_own_program():
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")

    for word in awkward_words(random.Random(seed), 20_000):
        assert stem(word, "porter") == martin(word), word


@pytest.mark.parametrize("collection", ["scifact", "xquad-de", "xquad-ru"])
def test_real_words_give_the_stems_of_porters_own_program(collection, shared):
    words = set()
    with gzip.open(shared / "data" / collection / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            words.update(re.findall(r"[\w']+", json.loads(line)["text"].lower()))
    words = [word for word in sorted(words) if max(word) <= "\uffff"]
    words = random.Random(0).sample(words, min(len(words), 15_000))

    assert [stem(word, "porter") for word in words] == [martin(word) for word in words]


@pytest.mark.parametrize("unit", ["y", "a", "ab", "ing", "é"])
def test_a_megabyte_is_stemmed_in_linear_time(unit):
    word = unit * (1_000_000 // len(unit))

    assert len(stem(word, "porter")) <= len(word)
