"""Several rankings of the same documents as one: "which are the best, all legs considered?"

A run is what one search gave for one query: hits of a retriever, pairs of an id and a score, or a
:class:`~sprat.TopK` with one row. Each result keeps its rank and its score in every run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from sprat._arguments import finite
from sprat._stages import one_of
from sprat.errors import InvalidArgumentError
from sprat.index import TopK

__all__ = ["Fused", "Leg", "rrf", "weighted"]


class Leg(NamedTuple):
    """A document in one run."""

    rank: int  #: from 1
    score: float
    hit: Any  #: what the run holds: a hit, or a pair


class Fused(NamedTuple):
    """A document with its score over all runs."""

    id: Hashable
    score: float
    legs: tuple[Leg | None, ...]  #: by run; None where the run does not have it

    @property
    def text(self) -> str | None:
        """The text, from the first run whose hits have one."""
        texts = (getattr(leg.hit, "text", None) for leg in self.legs if leg is not None)
        return next((text for text in texts if text is not None), None)


def rrf(runs: Sequence[Any], k: float = 60, *, weights: Iterable[float] | None = None) -> list[Fused]:
    """Fuse by reciprocal ranks: a score is the sum of ``weight / (k + rank)`` over the runs with a document.

    Scores of the runs do not matter, so runs of any kind go together.

    Parameters
    ----------
    runs : sequence of runs
        Each best first.
    k : float, default 60
        How little the first places count more than the next ones; at least 0.
    weights : iterable of float, optional
        One for each run, at least 0. None: 1 for each.

    Returns
    -------
    list of Fused
        Best first; of equal scores, the one that comes first when the runs are read one after the other.

    Raises
    ------
    InvalidArgumentError
        If a run has a document twice or a score that is not finite, or a number is out of its range.

    Notes
    -----
    G. V. Cormack, C. L. A. Clarke, S. Büttcher, "Reciprocal Rank Fusion Outperforms Condorcet and Individual
    Rank Learning Methods", SIGIR 2009.
    """
    finite("k", k, low=0)
    ranked = [legs(f"runs[{number}]", run) for number, run in enumerate(runs)]
    shares = _checked_weights([1.0] * len(ranked) if weights is None else weights, len(ranked))
    return _fused(
        ranked, [{name: w / (k + leg.rank) for name, leg in run.items()} for run, w in zip(ranked, shares)]
    )


def weighted(runs: Sequence[Any], weights: Iterable[float], *, normalizer: str = "min-max") -> list[Fused]:
    """Fuse by scores: a document's score is the sum of ``weight × normalised score`` over the runs.

    Parameters
    ----------
    runs : sequence of runs
        Each best first.
    weights : iterable of float
        One for each run, at least 0.
    normalizer : {"min-max", "z-score", "l2", "none"}, default "min-max"
        What makes scores of different kinds comparable, run by run. ``"min-max"``: from 0 for the lowest to 1
        for the highest; 1 if all are the same. ``"z-score"``: less the mean, divided by the standard
        deviation; 0 if all are the same. ``"l2"``: divided by the root of the sum of the squares.
        ``"none"``: as they are. A document that a run does not have counts there as the lowest one does with
        ``"z-score"``, and 0 with the others.

    Returns
    -------
    list of Fused
        As :func:`rrf` gives.

    Raises
    ------
    InvalidArgumentError
        As :func:`rrf` does, or if there is no such normalizer.
    """
    if normalizer not in NORMALIZERS:
        raise InvalidArgumentError(f"normalizer must be {one_of(list(NORMALIZERS))}, got {normalizer!r}")
    ranked = [legs(f"runs[{number}]", run) for number, run in enumerate(runs)]
    shares = _checked_weights(weights, len(ranked))
    parts: list[dict[Hashable, float]] = []
    everything = list(dict.fromkeys(name for run in ranked for name in run))
    for run, weight in zip(ranked, shares):
        scores = [leg.score for leg in run.values()]
        if normalizer != "none" and max(map(abs, scores), default=0) > _LARGE:
            scores = [score * 2.0**-600 for score in scores]  # no normalizer minds a factor
        scores, missing = NORMALIZERS[normalizer](scores)
        known = dict(zip(run, scores))
        parts.append({name: weight * known.get(name, missing) for name in everything})
    return _fused(ranked, parts)


_LARGE = 2.0**500  # the square of a larger score, or the sum of some squares, may overflow

# From the scores of a run to comparable ones, and that of a document that the run does not have.
_Normalizer = Callable[[list[float]], tuple[list[float], float]]


def _min_max(scores: list[float]) -> tuple[list[float], float]:
    low, high = min(scores, default=0.0), max(scores, default=0.0)
    return [(score - low) / (high - low) if high > low else 1.0 for score in scores], 0.0


def _z_score(scores: list[float]) -> tuple[list[float], float]:
    if not scores:
        return [], 0.0
    mean = math.fsum(scores) / len(scores)
    deviation = math.sqrt(math.fsum((score - mean) ** 2 for score in scores) / len(scores))
    moved = [(score - mean) / deviation if deviation else 0.0 for score in scores]
    return moved, min(moved)


def _l2(scores: list[float]) -> tuple[list[float], float]:
    norm = math.sqrt(math.fsum(score * score for score in scores))
    return [score / norm if norm else 0.0 for score in scores], 0.0


NORMALIZERS: dict[str, _Normalizer] = {
    "min-max": _min_max,
    "z-score": _z_score,
    "l2": _l2,
    "none": lambda scores: (scores, 0.0),
}


def _fused(ranked: list[dict[Hashable, Leg]], parts: list[dict[Hashable, float]]) -> list[Fused]:
    """Add up the parts of each document, run by run."""
    totals: dict[Hashable, float] = {name: 0.0 for run in ranked for name in run}
    for part in parts:
        for name, share in part.items():
            totals[name] += share
    if (
        wrong := next((name for name, total in totals.items() if not math.isfinite(total)), None)
    ) is not None:
        raise InvalidArgumentError(
            f"weights × scores must have a finite sum, got {totals[wrong]} for {wrong!r}"
        )
    best = sorted(totals.items(), key=lambda item: -item[1])  # stable: equal ones stay as they were met
    return [Fused(name, score, tuple(run.get(name) for run in ranked)) for name, score in best]


def legs(what: str, run: Any) -> dict[Hashable, Leg]:
    """Return the documents of a run, best first; ``what`` says in messages which run it is.

    Raises
    ------
    InvalidArgumentError
        If a document is there twice, or a score is not finite.
    TypeError
        If it is no run; the message names the position.
    """
    found: dict[Hashable, Leg] = {}
    for rank, (name, score, hit) in enumerate(_entries(what, run), 1):
        if not isinstance(name, Hashable):
            raise TypeError(f"{what}[{rank - 1}] must have a hashable id, got {type(name).__name__}")
        if name in found:
            raise InvalidArgumentError(
                f"{what} must have {name!r} once, got it at ranks {found[name].rank} and {rank}"
            )
        if not math.isfinite(score):
            raise InvalidArgumentError(f"{what}: the score of {name!r} must be finite, got {score}")
        found[name] = Leg(rank, float(score), hit)
    return found


def _entries(what: str, run: Any) -> list[tuple[Hashable, float, Any]]:
    if isinstance(run, TopK):
        if len(run.documents) != 1:
            raise InvalidArgumentError(
                f"{what} must be the answer to one query, got a TopK with {len(run.documents)} rows"
            )
        pairs = zip(run.documents[0].tolist(), run.scores[0].tolist())
        return [(name, score, (name, score)) for name, score in pairs if name >= 0]
    entries: list[tuple[Hashable, float, Any]] = []
    if not isinstance(run, Iterable):
        raise TypeError(f"{what} must be hits or pairs (id, score), got {type(run).__name__}")
    for position, hit in enumerate(run):
        if hasattr(hit, "id") and hasattr(hit, "score"):
            entries.append((hit.id, hit.score, hit))
        elif isinstance(hit, (tuple, list)) and len(hit) == 2 and _is_number(hit[1]):
            entries.append((hit[0], hit[1], hit))
        else:
            raise TypeError(
                f"{what}[{position}] must be a hit or a pair (id, score), got {type(hit).__name__}"
            )
    return entries


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _checked_weights(weights: Iterable[float], count: int) -> list[float]:
    checked = [finite(f"weights[{at}]", weight, low=0) for at, weight in enumerate(weights)]
    if len(checked) != count:
        raise InvalidArgumentError(f"there must be a weight for each of {count} runs, got {len(checked)}")
    return checked
