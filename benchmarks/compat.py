"""How much faster is a program whose import was changed? ``python benchmarks/compat.py scifact fiqa`` tells.

The libraries and their twins in sprat.compat take turns (A B A B ...) in one process, on the same tokens and
one thread; medians of CPU time. Nothing is timed before the answers agree.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from typing import Any, NamedTuple

import bm25s
import numpy as np
import rank_bm25
import Stemmer

import texts
from sprat import Analyzer, compat

_QUIET = {"show_progress": False}
_SLOW_QUERIES, _QUERIES = 8, 200


class Line(NamedTuple):
    """Two programs that do the same."""

    step: str
    theirs: Callable[[], Any]
    ours: Callable[[], Any]
    times: int  # what one call does so often


def lines_of_rank_bm25(collection: texts.Collection) -> Iterator[Line]:
    english = Analyzer("lucene-en")
    corpus, queries = english.batch(collection.texts), english.batch(collection.queries[:_SLOW_QUERIES])
    for name in ("BM25Okapi", "BM25L", "BM25Plus"):
        yield from _lines_of_class(name, corpus, queries)


def _lines_of_class(name: str, corpus: list[list[str]], queries: list[list[str]]) -> Iterator[Line]:
    theirs, ours = getattr(rank_bm25, name), getattr(compat.rank_bm25, name)
    a, b = theirs(corpus), ours(corpus)
    numbers = list(range(len(corpus)))

    def scores(model: Any) -> list[Any]:
        return [model.get_scores(query) for query in queries]

    def best(model: Any) -> list[Any]:
        return [model.get_top_n(query, numbers, 10) for query in queries]

    assert np.array_equal(scores(a), scores(b))
    assert best(a) == best(b)
    yield Line(f"rank_bm25.{name}(corpus)", partial(theirs, corpus), partial(ours, corpus), 1)
    yield Line(f"{name}.get_scores", partial(scores, a), partial(scores, b), len(queries))
    yield Line(f"{name}.get_top_n, 10", partial(best, a), partial(best, b), len(queries))


def lines_of_bm25s(collection: texts.Collection) -> Iterator[Line]:
    stem: dict[str, Any] = {"stemmer": Stemmer.Stemmer("english")}
    every, asked = collection.texts, collection.queries[:_QUERIES]
    corpora = [bm25s.tokenize(every, **stem, **_QUIET), compat.bm25s.tokenize(every, **stem)]
    queries = [bm25s.tokenize(asked, **stem, **_QUIET), compat.bm25s.tokenize(asked, **stem)]
    a, b = bm25s.BM25(), compat.bm25s.BM25()
    a.index(corpora[0], **_QUIET)
    b.index(corpora[1])
    yield Line(
        "bm25s.tokenize",
        lambda: bm25s.tokenize(every, **stem, **_QUIET),
        lambda: compat.bm25s.tokenize(every, **stem),
        1,
    )
    yield Line(
        "bm25s.BM25().index",
        lambda: bm25s.BM25().index(corpora[0], **_QUIET),
        lambda: compat.bm25s.BM25().index(corpora[1]),
        1,
    )
    for k in (10, 100, 1000):
        expected, found = a.retrieve(queries[0], k=k, **_QUIET).scores, b.retrieve(queries[1], k=k).scores
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
        yield Line(
            f"BM25.retrieve, k={k}",
            partial(a.retrieve, queries[0], k=k, **_QUIET),
            partial(b.retrieve, queries[1], k=k),
            len(asked),
        )


def measured(line: Line, repeats: int) -> tuple[float, float]:
    """Return the median seconds of each."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for call, taken in zip((line.theirs, line.ours), seconds):
            start = time.process_time()
            call()
            taken.append((time.process_time() - start) / line.times)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collections", nargs="+")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    print(f"rank_bm25 {version('rank-bm25')}, bm25s {version('bm25s')} (numpy)\n")
    print("| collection | step | theirs, ms | sprat.compat, ms | ratio |\n|---|---|--:|--:|--:|")
    for name in arguments.collections:
        collection = texts.load(name)
        for lines in (lines_of_rank_bm25, lines_of_bm25s):
            for line in lines(collection):
                a, b = measured(line, arguments.repeats)
                print(
                    f"| {name} | {line.step} | {a * 1e3:.3g} | {b * 1e3:.3g} | **{a / b:.3g}×** |", flush=True
                )


if __name__ == "__main__":
    main()
