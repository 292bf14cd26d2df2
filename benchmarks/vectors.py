"""Which vectors are searched? Those of collections beside the repository, and generated ones.

A collection to search is written once into ``build/benchmarks/vectors/NAME`` and read by every engine from
there: ``documents`` and ``queries`` as CSR, and for BM25 the term frequencies that the weights were made of.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array, vstack

import texts

K1, B = 1.2, 0.75
_FOLDER = texts.ROOT / "build" / "benchmarks" / "vectors"
_PARTS = ("indptr", "indices", "data")
_QUERIES = 300


class Vectors(NamedTuple):
    documents: csr_array
    queries: csr_array
    frequencies: np.ndarray[Any, Any] | None  # by entry of documents; None if they are not BM25's


def folder_of(name: str) -> Path:
    """Return the folder with the vectors called ``name``, after making them if they are not there."""
    folder = _FOLDER / name
    if not (folder / "complete").is_file():
        print(f"making the vectors of {name}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _write(folder, SOURCES[name]())
        (folder / "complete").touch()
    return folder


def available() -> list[str]:
    """Return the names whose source is on this machine, without the small one that needs none."""
    needed = {"passages": "text-20newsgroups", "splade-fiqa": "splade-tiny-fiqa"}
    needed |= {"splade-scifact": "splade-tiny-scifact", "scifact": "scifact", "fiqa": "fiqa"}
    large = [name for name in SOURCES if name != texts.DEMO]
    return [name for name in large if name not in needed or (texts.shared() / "data" / needed[name]).is_dir()]


def read(folder: Path) -> Vectors:
    """Read what :func:`folder_of` wrote; the arrays are mapped, not copied."""

    def load(name: str) -> Any:
        return np.load(folder / f"{name}.npy", mmap_mode="r")

    columns = json.loads((folder / "columns.json").read_text())
    documents, queries = (
        csr_array(
            (load(f"{side}-data"), load(f"{side}-indices"), load(f"{side}-indptr")),
            shape=(len(load(f"{side}-indptr")) - 1, columns),
        )
        for side in ("documents", "queries")
    )
    return Vectors(
        documents, queries, load("frequencies") if (folder / "frequencies.npy").is_file() else None
    )


def _write(folder: Path, vectors: Vectors) -> None:
    for side, matrix in (("documents", vectors.documents), ("queries", vectors.queries)):
        for part in _PARTS:
            array = getattr(matrix, part)
            np.save(folder / f"{side}-{part}.npy", array if part == "data" else array.astype(np.int32))
    if vectors.frequencies is not None:
        np.save(folder / "frequencies.npy", vectors.frequencies)
    (folder / "columns.json").write_text(json.dumps(vectors.documents.shape[1]))


def _bm25(documents: list[str], queries: list[str]) -> Vectors:
    """Weigh texts with sprat's analyzer: every engine gets its terms."""
    import sprat

    encoder = sprat.BM25Encoder("unicode-en", k1=K1, b=B)
    weighted = encoder.fit_encode_documents(documents)
    # With b = 0 and a k1 that is next to nothing beside it, tf / (tf + k1) says what tf was.
    counting = sprat.BM25Encoder("unicode-en", k1=1e6, b=0.0).fit_encode_documents(documents)
    ratio = counting.data.astype(np.float64)
    frequencies = np.rint(1e6 * ratio / (1 - ratio)).astype(np.int32)
    asked = encoder.encode_queries(queries)
    asked = asked[np.diff(asked.indptr) > 0]  # some are nothing but stop words
    asked.data = _idf(weighted)[asked.indices]  # each term of a query once: not every engine counts them
    return Vectors(weighted, asked, frequencies)


def _collection(name: str) -> Callable[[], Vectors]:
    def make() -> Vectors:
        collection = texts.load(name)
        return _bm25(collection.texts, collection.queries[:_QUERIES])

    return make


def _passages() -> Vectors:
    """Cut 20 newsgroups in passages of 64 words; a query is some words of one of them."""
    rng = np.random.default_rng(20)
    words = [re.findall(r"\w+", text) for text in texts.stream("text-20newsgroups")]
    passages = [part[i : i + 64] for part in words for i in range(0, len(part), 64)]
    asked = rng.choice(len(passages), _QUERIES, replace=False)
    queries = [rng.choice(passages[i], min(len(passages[i]), rng.integers(3, 10))).tolist() for i in asked]
    return _bm25([*map(" ".join, passages)], [*map(" ".join, queries)])


def _zipf(size: int, shift: float, exponent: float) -> np.ndarray[Any, Any]:
    """Return cumulative probabilities of ranks by Zipf's and Mandelbrot's law."""
    weights = (np.arange(size) + shift) ** -exponent
    cumulative = np.cumsum(weights / weights.sum())
    cumulative[-1] = 1.0
    return cumulative


def _million() -> Vectors:
    """Draw a million passages of about 42 terms from 600,000, a third of them from one of 3,000 topics."""
    rng = np.random.default_rng(42)
    passages, terms, topics, own = 1_000_000, 600_000, 3_000, 300
    common, in_topic = _zipf(terms, 60.0, 1.0), _zipf(own, 3.0, 0.9)
    topic_terms = np.searchsorted(_zipf(terms, 2000.0, 0.7), rng.random((topics, own)))
    lengths = np.clip(rng.lognormal(np.log(42), 0.25, passages), 8, 120).astype(np.int64)
    rows = np.repeat(np.arange(passages), lengths)
    topic = rng.integers(topics, size=passages)[rows]
    topical = rng.random(len(rows)) < 0.33
    drawn = np.searchsorted(common, rng.random(len(rows)))
    drawn[topical] = topic_terms[topic[topical], np.searchsorted(in_topic, rng.random(int(topical.sum())))]
    counts = csr_array((np.ones(len(rows), np.float32), (rows, drawn)), shape=(passages, terms))
    counts.sum_duplicates()
    return _weighed(counts, _known_items(counts, rng))


def _known_items(counts: csr_array, rng: np.random.Generator) -> list[Any]:
    queries = []
    for document in rng.choice(counts.shape[0], _QUERIES, replace=False):
        held = counts.indices[counts.indptr[document] : counts.indptr[document + 1]]
        queries.append(np.sort(rng.choice(held, min(len(held), int(rng.integers(3, 10))), replace=False)))
    return queries


def _idf(documents: csr_array) -> np.ndarray[Any, Any]:
    document_count, columns = documents.shape
    df = np.bincount(documents.indices, minlength=columns)
    return np.log(1 + (document_count - df + 0.5) / (df + 0.5)).astype(np.float32)


def _weighed(counts: csr_array, queries: list[Any]) -> Vectors:
    """Weigh term counts by BM25 as Lucene has it."""
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    norms = np.repeat(K1 * (1 - B + B * lengths / lengths.mean()), np.diff(counts.indptr))
    weights = (counts.data / (counts.data + norms)).astype(np.float32)
    documents = csr_array((weights, counts.indices, counts.indptr), shape=counts.shape)
    indptr = np.cumsum([0, *map(len, queries)])
    columns_asked = np.concatenate(queries)
    asked = csr_array(
        (_idf(counts)[columns_asked], columns_asked, indptr), shape=(len(queries), counts.shape[1])
    )
    return Vectors(documents, asked, counts.data.astype(np.int32))


def _splade_tiny(name: str) -> Callable[[], Vectors]:
    def make() -> Vectors:
        with np.load(texts.shared() / "data" / f"splade-tiny-{name}" / "vectors.npz") as arrays:
            return Vectors(*(_matrix_in(arrays, side) for side in ("doc", "query")), None)

    return make


def _matrix_in(arrays: Any, side: str) -> csr_array:
    indptr, indices, data = (arrays[f"{side}_{part}"] for part in ("indptr", "indices", "weights"))
    rows = slice(None) if side == "doc" else slice(_QUERIES)
    return csr_array(
        (data.astype(np.float32), indices.astype(np.int32), indptr), shape=(len(indptr) - 1, 30_522)
    )[rows]


def _splade_like(document_count: int) -> Callable[[], Vectors]:
    """Draw vectors with the shape of SPLADE's on MS MARCO: see :class:`_Splade`."""

    def make() -> Vectors:
        drawing = _Splade(document_count, np.random.default_rng(7))
        documents = vstack([*drawing.documents()], format="csr")
        return Vectors(csr_array(documents), drawing.queries(csr_array(documents)), None)

    return make


class _Splade:
    """About 120 weights a document and 43 a query, out of 30,522 word pieces.

    Popular pieces stand in a tenth of the documents and more. Six in ten of a document's come from its two
    topics; few weights are large. A query has some of the strongest of one document, which carry most of its
    weight, weak ones of that document's topic and a few popular ones. Order is random. Synthetic: for speed,
    not for relevance.
    """

    terms, per_topic, chunk = 30_522, 400, 50_000

    def __init__(self, document_count: int, rng: np.random.Generator) -> None:
        self.document_count, self.rng = document_count, rng
        self.topic_count = 200 + int(600 * (document_count / 1e5) ** 0.5)
        self.by_rank = rng.permutation(self.terms)
        self.popular = _zipf(self.terms, 12.0, 0.95)
        pieces = np.searchsorted(
            _zipf(self.terms, 12.0, 0.48), rng.random((self.topic_count, self.per_topic))
        )
        self.topic_pieces = self.by_rank[pieces]
        self.in_topic = _zipf(self.per_topic, 4.0, 0.9)
        self.topics = np.searchsorted(_zipf(self.topic_count, 10.0, 0.5), rng.random((document_count, 2)))
        self.strength = np.clip(rng.normal(0, 0.25, self.terms), -0.6, 0.6)

    def documents(self) -> Iterator[csr_array]:
        rng = self.rng
        for start in range(0, self.document_count, self.chunk):
            count = min(self.chunk, self.document_count - start)
            lengths = np.clip(rng.lognormal(np.log(141), 0.37, count), 12, 600).astype(np.int64)
            rows = np.repeat(np.arange(count), lengths)
            first = (rng.random(len(rows)) > 0.72).astype(np.int64)  # of its two topics the first counts more
            topical = rng.random(len(rows)) < 0.62
            pieces = self.topic_pieces[
                self.topics[start + rows, first], np.searchsorted(self.in_topic, rng.random(len(rows)))
            ]
            popular = self.by_rank[np.searchsorted(self.popular, rng.random(len(rows)))]
            pieces = np.where(topical, pieces, popular)
            strong = rng.random(len(rows)) < np.where(topical, 0.22, 0.06)
            scale = np.where(strong, 0.35, 0.75)
            weights = np.exp(rng.normal(np.where(strong, 0.25, -1.25) + self.strength[pieces], scale))
            yield self._rows(rows, pieces, np.minimum(weights, 3.6), count)

    def queries(self, documents: csr_array) -> csr_array:
        rng, rows, pieces, weights = self.rng, [], [], []
        for query, document in enumerate(rng.integers(self.document_count, size=_QUERIES)):
            entries = slice(documents.indptr[document], documents.indptr[document + 1])
            best = documents.indices[entries][np.argsort(-documents.data[entries])][:20]
            strong = rng.choice(best, min(len(best), int(rng.integers(6, 12))), replace=False)
            rest = max(4, int(rng.lognormal(np.log(47), 0.35)) - len(strong))
            topic = self.topic_pieces[self.topics[document, 0]]
            weak = topic[np.searchsorted(self.in_topic, rng.random(int(0.72 * rest)))]
            popular = self.by_rank[np.searchsorted(self.popular, rng.random(rest - len(weak)))]
            pieces += [strong, weak, popular]
            weights += [
                np.exp(rng.normal(mean, deviation, len(part)))
                for part, mean, deviation in ((strong, 0.35, 0.4), (weak, -1.55, 0.75), (popular, -1.9, 0.75))
            ]
            rows.append(np.full(len(strong) + rest, query))
        return self._rows(*map(np.concatenate, (rows, pieces, weights)), _QUERIES)

    def _rows(self, rows: Any, pieces: Any, weights: Any, count: int) -> csr_array:
        """Put entries into a matrix; of those in one place the largest stays."""
        order = np.lexsort((-weights, pieces, rows))
        rows, pieces, weights = rows[order], pieces[order], weights[order]
        fresh = np.append(True, (rows[1:] != rows[:-1]) | (pieces[1:] != pieces[:-1]))
        entries = weights[fresh].astype(np.float32), (rows[fresh], pieces[fresh].astype(np.int32))
        return csr_array(entries, shape=(count, self.terms))


SOURCES: dict[str, Callable[[], Vectors]] = {
    texts.DEMO: _collection(texts.DEMO),
    "scifact": _collection("scifact"),
    "fiqa": _collection("fiqa"),
    "passages": _passages,
    "million": _million,
    "splade-scifact": _splade_tiny("scifact"),
    "splade-fiqa": _splade_tiny("fiqa"),
    "splade-100k": _splade_like(100_000),
    "splade-1m": _splade_like(1_000_000),
}
