"""What engines are filled with, and what they must find: fiqa where it is, generated text where it is not."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import sprat

SEED = 20_240_311
LARGE, SMALL = 10_000, 400


class Corpus(NamedTuple):
    texts: list[str]
    documents: Any
    queries: Any  # 100 rows
    best: sprat.TopK  # the 10 best of SparseIndex

    def assert_found(self, answers: Sequence[Sequence[tuple[Any, float]]]) -> None:
        """Ten (id, score) for each query: the scores of SparseIndex, on its documents, ties in any order."""
        assert len(answers) == len(self.best.documents)
        scores = np.asarray((self.documents @ self.queries.T).todense(), np.float64)
        for query, hits in enumerate(answers):
            expected = self.best.scores[query][self.best.documents[query] >= 0]
            found = [score for _, score in hits]
            np.testing.assert_allclose(found, expected, rtol=2e-6, err_msg=f"query {query}, seed {SEED}")
            assert len({name for name, _ in hits}) == len(hits)
            for name, score in hits:
                np.testing.assert_allclose(score, scores[int(name), query], rtol=2e-6)


@cache
def corpus(size: int) -> Corpus:
    shared = os.environ.get("SPRAT_SHARED") or Path(__file__).resolve().parents[2] / "shared"
    fiqa = Path(shared) / "data" / "fiqa"
    texts, queries = _read(fiqa, size) if fiqa.is_dir() and size == LARGE else _generated(size)
    encoder = sprat.BM25Encoder("en")
    documents = encoder.fit_encode_documents(texts)
    weights = encoder.encode_queries(queries)
    return Corpus(texts, documents, weights, sprat.SparseIndex(documents).search(weights, k=10))


def _read(folder: Path, size: int) -> tuple[list[str], list[str]]:
    def lines(name: str, count: int) -> list[str]:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            return [json.loads(line)["text"] for line, _ in zip(file, range(count))]

    return lines("corpus", size), lines("queries", 100)


def _generated(size: int) -> tuple[list[str], list[str]]:
    """Make words of Zipf's law; a few documents have none."""
    rng = np.random.default_rng(SEED)

    def texts(count: int, low: int, high: int) -> list[str]:
        words = [rng.zipf(1.3, rng.integers(low, high)) for _ in range(count)]
        return [" ".join(f"w{word}" for word in text if word < 50_000) for text in words]

    return texts(size, 0, 60), texts(100, 3, 9)
