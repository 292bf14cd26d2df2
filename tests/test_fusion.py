"""sprat.fusion: rankings put together, every leg's rank and score kept."""

from __future__ import annotations

import math
from types import SimpleNamespace
from unittest.mock import ANY

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sprat
from sprat import fusion
from sprat.errors import InvalidArgumentError

LEXICAL = [("a", 9.0), ("b", 6.0), ("c", 3.0)]
DENSE = [("c", 0.9), ("d", 0.5)]


def ranking(fused):
    return [(one.id, pytest.approx(one.score)) for one in fused]


def test_reciprocal_ranks_are_added_up():
    fused = fusion.rrf([LEXICAL, DENSE])

    assert ranking(fused) == [("c", 1 / 63 + 1 / 61), ("a", 1 / 61), ("b", 1 / 62), ("d", 1 / 62)]


def test_every_leg_keeps_its_rank_and_its_score():
    legs = {one.id: one.legs for one in fusion.rrf([LEXICAL, DENSE], k=0)}

    assert legs["c"] == ((3, 3.0, ("c", 3.0)), (1, 0.9, ("c", 0.9)))
    assert legs["b"] == ((2, 6.0, ("b", 6.0)), None)
    assert legs["d"] == (None, (2, 0.5, ("d", 0.5)))


@pytest.mark.parametrize("power", [480, 520, 1023])
@pytest.mark.parametrize("normalizer", ["min-max", "z-score", "l2"])
def test_scores_whose_squares_overflow_are_normalised_as_others(normalizer, power):
    small = [("a", 1.5), ("b", 0.25), ("c", -1.5)]
    large = [(name, score * 2.0**power) for name, score in small]

    assert fusion.weighted([large], [1], normalizer=normalizer) == [
        one._replace(legs=ANY) for one in fusion.weighted([small], [1], normalizer=normalizer)
    ]


def test_a_sum_that_overflows_is_refused():
    with pytest.raises(InvalidArgumentError, match="must have a finite sum, got inf for 'a'"):
        fusion.weighted([[("a", 1e308)], [("a", 1e308)]], [1, 1], normalizer="none")


def test_weights_of_runs_count():
    assert [one.id for one in fusion.rrf([LEXICAL, DENSE], weights=[1, 0])][:3] == ["a", "b", "c"]
    assert fusion.rrf([LEXICAL, DENSE], weights=[0, 2])[0].score == pytest.approx(2 / 61)


@pytest.mark.parametrize(
    ("normalizer", "expected"),
    [
        ("min-max", {"a": 0.5, "b": 0.25, "c": 0.5, "d": 0.0}),
        (
            "z-score",  # lexical: mean 6, deviation sqrt 6; dense: mean 0.7, deviation 0.2
            {"a": 0.5 * 3 / math.sqrt(6) - 0.5, "b": -0.5, "c": 0.5 - 0.5 * 3 / math.sqrt(6)}
            | {"d": -0.5 - 0.5 * 3 / math.sqrt(6)},
        ),
        (
            "l2",
            {"a": 4.5 / math.sqrt(126), "b": 3 / math.sqrt(126)}
            | {"c": 1.5 / math.sqrt(126) + 0.45 / math.sqrt(1.06), "d": 0.25 / math.sqrt(1.06)},
        ),
        ("none", {"a": 4.5, "b": 3.0, "c": 1.95, "d": 0.25}),
    ],
)
def test_scores_are_made_comparable_by_the_normalizer_that_is_named(normalizer, expected):
    fused = fusion.weighted([LEXICAL, DENSE], [0.5, 0.5], normalizer=normalizer)

    assert {one.id: one.score for one in fused} == pytest.approx(expected)
    assert [one.score for one in fused] == sorted((one.score for one in fused), reverse=True)


@pytest.mark.parametrize(("normalizer", "score"), [("min-max", 1), ("z-score", 0), ("l2", 1 / math.sqrt(2))])
def test_equal_scores_are_no_division_by_zero(normalizer, score):
    fused = fusion.weighted([[("a", 2), ("b", 2)], []], [1, 1], normalizer=normalizer)

    assert ranking(fused) == [("a", score), ("b", score)]
    assert [one.score for one in fusion.weighted([[("a", 0)]], [1], normalizer="l2")] == [0]


def test_hits_pairs_and_topk_go_together():
    texts = ["red fish", "blue fish", "red bird"]
    retriever = sprat.Retriever.from_texts(texts, encoder=sprat.BM25Encoder("unicode"))
    top = sprat.TopK(np.array([[2, 1, 0, -1]]), np.array([[3, 2, 1, 0]], np.float32))

    fused = fusion.rrf([retriever.search("red"), top, [(1, 5), (0, 4)]])

    assert sorted(one.id for one in fused) == [0, 1, 2]
    assert fused[0].text in texts
    by_id = {one.id: one for one in fused}
    assert by_id[1].legs[0] is None
    assert (by_id[1].legs[1].rank, by_id[1].legs[1].score) == (2, 2.0)
    assert (by_id[0].legs[1].rank, by_id[0].legs[1].score) == (3, 1.0)
    assert by_id[1].text is None
    assert by_id[2].legs[0].hit.text == "red bird"


def test_nothing_fuses_to_nothing():
    assert fusion.rrf([]) == []
    assert fusion.rrf([[], []]) == []
    assert fusion.weighted([[]], [1], normalizer="z-score") == []


@given(st.lists(st.lists(st.integers(0, 9), unique=True), max_size=4))
def test_equal_scores_rank_as_they_are_met(runs):
    fused = fusion.rrf([[(name, 0) for name in run] for run in runs])

    met = list(dict.fromkeys(name for run in runs for name in run))
    score = {name: sum(1 / (61 + run.index(name)) for run in runs if name in run) for name in met}
    assert [one.id for one in fused] == sorted(met, key=lambda name: -score[name])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: fusion.rrf([LEXICAL, [("a", 1), ("a", 2)]]),
            InvalidArgumentError,
            r"runs\[1\] must have 'a' once, got it at ranks 1 and 2",
        ),
        (lambda: fusion.rrf([[("a", math.nan)]]), InvalidArgumentError, "'a' must be finite, got nan"),
        (lambda: fusion.rrf([[SimpleNamespace(id="a")]]), TypeError, "must be a hit or a pair"),
        (lambda: fusion.rrf([["a"]]), TypeError, r"runs\[0\]\[0\] must be a hit or a pair"),
        (lambda: fusion.rrf([[("a", "b")]]), TypeError, r"runs\[0\]\[0\] must be a hit or a pair"),
        (lambda: fusion.rrf([[("a", 1), ("b", True)]]), TypeError, r"runs\[0\]\[1\] must be a hit or a pair"),
        (lambda: fusion.rrf([LEXICAL], k=-1), InvalidArgumentError, "k must be"),
        (lambda: fusion.rrf([LEXICAL], weights=[1, 2]), InvalidArgumentError, "each of 1 runs, got 2"),
        (lambda: fusion.weighted([LEXICAL], [-1]), InvalidArgumentError, r"weights\[0\] must be"),
        (
            lambda: fusion.weighted([LEXICAL], [1], normalizer="max"),
            InvalidArgumentError,
            "'min-max', 'z-score', 'l2' or 'none', got 'max'",
        ),
        (
            lambda: fusion.rrf([sprat.TopK(np.zeros((2, 1), np.int64), np.zeros((2, 1), np.float32))]),
            InvalidArgumentError,
            "TopK with 2 rows",
        ),
    ],
)
def test_what_cannot_be_fused_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_what_is_no_run_is_refused():
    with pytest.raises(TypeError, match=r"runs\[0\] must be hits or pairs \(id, score\), got int"):
        fusion.rrf([5])
    with pytest.raises(TypeError, match=r"runs\[0\]\[0\] must have a hashable id, got list"):
        fusion.rrf([[([1], 2.0)]])
