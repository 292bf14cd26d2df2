"""Queries with weights of their own: "what does this query ask for, and how much of each?"

A query is a text, or a mapping from texts to boosts. All texts of all queries are counted as documents are,
and the counts of one query's texts put together.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat._arguments import is_finite
from sprat._counting import AnyCounts, Counts
from sprat._texts import as_texts
from sprat.errors import InvalidArgumentError

Query = str | Mapping[str, float]


class Queries(NamedTuple):
    """Queries taken apart into texts."""

    texts: Sequence[str]
    boosts: NDArray[np.float64] | None  # of each text; None: every query is one text, boosted by 1
    indptr: NDArray[np.int64]  # cuts the texts into queries


def read(queries: Query | Iterable[Query]) -> Queries:
    """Take queries apart; a single one counts as a list of it.

    Raises
    ------
    InvalidArgumentError
        If a boost is not a finite number above 0.
    TypeError
        If ``queries`` is neither a query nor an iterable.
    """
    every: list[Any] = [queries] if isinstance(queries, (str, Mapping)) else list(as_texts(queries))
    if not any(isinstance(query, Mapping) for query in every):
        return Queries(every, None, np.arange(len(every) + 1))
    pairs = [list(query.items()) if isinstance(query, Mapping) else [(query, 1.0)] for query in every]
    boosts = [_boost(at, text, boost) for at, query in enumerate(pairs) for text, boost in query]
    return Queries(
        [text for query in pairs for text, _ in query],
        np.array(boosts, np.float64),
        np.cumsum([0, *map(len, pairs)], dtype=np.int64),
    )


def gather(queries: Queries, counts: AnyCounts) -> tuple[AnyCounts, NDArray[np.float64] | float]:
    """Put the counts of each query's texts together.

    Returns
    -------
    counts : Counts
        One row per query. Of its lengths and frequencies of documents nothing is known.
    boosts : float64 array of shape (n_entries,), or 1.0
        The mean boost of a term's occurrences in its query.
    """
    if queries.boosts is None:
        return counts, 1.0
    query_count = len(queries.indptr) - 1
    per_text = np.diff(counts.indptr)
    query_of = np.repeat(np.repeat(np.arange(query_count), np.diff(queries.indptr)), per_text)
    order = np.lexsort((counts.indices, query_of))
    query_of, indices = query_of[order], counts.indices[order]
    frequencies = counts.term_frequencies[order]
    changes = (np.diff(query_of, prepend=-1) != 0) | (np.diff(indices, prepend=-1) != 0)
    starts = np.flatnonzero(changes)
    merged = _sums(frequencies, starts).astype(np.int32)
    boosts = _sums(frequencies * np.repeat(queries.boosts, per_text)[order], starts) / merged
    rows = Counts(
        query_count,
        0,
        np.zeros(0, np.int64),
        np.zeros(0, np.int64),
        np.searchsorted(query_of[starts], np.arange(query_count + 1)).astype(np.int64),
        indices[starts],
        merged,
    )
    return rows, boosts


def _sums(values: NDArray[Any], starts: NDArray[np.int64]) -> NDArray[Any]:
    sums: NDArray[Any] = np.add.reduceat(values, starts) if len(starts) else values
    return sums


def _boost(at: int, text: Any, boost: Any) -> float:
    number = isinstance(boost, (int, float, np.integer, np.floating)) and not isinstance(boost, bool)
    if number and is_finite(boost) and boost > 0:
        return float(boost)
    raise InvalidArgumentError(
        f"queries[{at}]: the boost of {text!r} must be a finite number above 0, got {boost!r}"
    )
