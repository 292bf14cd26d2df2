"""The analysis "lucene-en" is that of Lucene's EnglishAnalyzer, token for token."""

import json
import random
from pathlib import Path

import pytest

from sprat import _core
from sprat._stages import stop_words

GOLDEN = json.loads((Path(__file__).parent / "golden" / "lucene_en.json").read_text(encoding="ascii"))
FILTERS = [
    ("possessive", None),
    ("lucene_lowercase", None),
    ("stop_words", stop_words("lucene")),
    ("stem", "porter"),
]


def tokenize(text, filters=()):
    return _core.Analyzer("lucene", "D", list(filters)).tokenize([text], 1)[0]


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=range(len(GOLDEN["cases"])))
def test_tokens_and_terms_are_those_recorded_from_lucene(case):
    assert tokenize(case["text"]) == case["tokens"]
    assert tokenize(case["text"], FILTERS) == case["terms"]


def test_lower_case_is_that_of_java():
    assert tokenize("ΟΔΟΣ İstanbul ẞ", [("lucene_lowercase", None)]) == ["οδοσ", "istanbul", "ß"]


def test_a_token_is_at_most_255_units_of_utf16_long():
    assert list(map(len, tokenize("x" * 600))) == [255, 255, 90]
    assert list(map(len, tokenize("𝒂" * 200))) == [127, 73]


@pytest.mark.parametrize("unit", ["x", "_", "\u0301", "\u200d", "a.", "👍\u200d", "#\u20e3", "ก", "中"])
def test_a_megabyte_is_cut_in_linear_time(unit):
    """A quadratic step anywhere would take hours."""
    text = unit * (1_000_000 // len(unit))

    assert sum(map(len, tokenize(text))) <= len(text)


def test_cutting_at_white_space_does_not_change_the_tokens():
    rng = random.Random(20250117)
    texts = [case["text"] for case in GOLDEN["cases"]]
    for _ in range(300):
        pieces = rng.sample(texts, 3)
        assert tokenize("\n".join(pieces)) == [token for piece in pieces for token in tokenize(piece)]
