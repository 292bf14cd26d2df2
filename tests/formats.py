"""Every file and folder that the package writes, so that all of them are tried with every fault."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

import sprat
from sprat.compat.bm25s import BM25

WORDS = "ant bee cat dog elk fox gnu hen été \U00010400 ibis".split()
CORPORA = [
    [" ".join(WORDS[n * k % 11] for k in range(1, 2 + n % 6)) for n in range(2 + m, 24 + m)] for m in (0, 7)
]
QUERIES = ["ant elk", "cat dog fox hen", "gnu été", "nothing"]


class Format(NamedTuple):
    """One of two contents is written to a path; what is read from it can be compared."""

    name: str
    write: Callable[[Path, int], object]
    read: Callable[[Path], Any]
    replaces: bool = True  # what stands there is replaced as a whole
    waits: bool = True  # a reader that comes while one writes finds the old content or the new


def plain(value: Any) -> Any:
    """Make of arrays and matrices what == compares bit by bit."""
    if isinstance(value, csr_array):
        return value.shape, plain(value.indptr), plain(value.indices), plain(value.data)
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    return [plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def bm25(**options: Any) -> Format:
    def write(path: Path, number: int) -> None:
        sprat.BM25Encoder("unicode-en", **options).fit(CORPORA[number]).save(path)

    def read(path: Path) -> Any:
        encoder = sprat.BM25Encoder.load(path)
        return plain([encoder.encode_documents(CORPORA[0]), encoder.encode_queries(QUERIES), repr(encoder)])

    return Format("BM25 " + (" ".join(map(str, options.values())) or "file"), write, read)


def write_bm25f(path: Path, number: int) -> None:
    sprat.BM25FEncoder("unicode", fields={"t": 2, "b": 1}).fit(fields(number)).save(path)


def fields(number: int) -> list[dict[str, str]]:
    return [{"t": text[:5], "b": text} for text in CORPORA[number]]


def read_bm25f(path: Path) -> Any:
    encoder = sprat.BM25FEncoder.load(path)
    return plain([encoder.encode_documents(fields(0)), encoder.encode_queries(QUERIES)])


def write_statistics(path: Path, number: int) -> None:
    path.write_bytes(sprat.BM25Encoder("unicode").fit(CORPORA[number]).statistics.to_bytes())


def read_statistics(path: Path) -> Any:
    statistics = sprat.CollectionStatistics.from_bytes(path.read_bytes())
    return [statistics.to_bytes(), statistics.digest(), list(statistics.terms)]


def matrix(number: int) -> csr_array:
    rng = np.random.default_rng(number)
    rows = rng.random((90, 12), np.float32) * (rng.random((90, 12)) < np.linspace(0.01, 0.9, 12))
    return csr_array(np.round(rows, 1).astype(np.float32))


def write_index(path: Path, number: int) -> None:
    index = sprat.SparseIndex(matrix(number))
    index.remove([3, 70])
    index.save(path)


def read_index(path: Path) -> Any:
    return asked(sprat.SparseIndex.load(path))


def asked(index: sprat.SparseIndex) -> Any:
    """Return all there is in an index."""
    queries = csr_array(np.eye(12, dtype=np.float32))
    return plain([*index.search(queries, 90), *index.search(-queries, 90), len(index), index.column_count])


def write_retriever(path: Path, number: int) -> None:
    ids = [f"döc {n}" if n % 2 else n for n in range(len(CORPORA[number]))]
    sprat.Retriever.from_texts(CORPORA[number], ids, sprat.BM25Encoder("unicode")).save(path)


def read_retriever(path: Path) -> Any:
    return everything(sprat.Retriever.load(path))


def everything(retriever: sprat.Retriever) -> Any:
    """Return all there is in a retriever, also what is read only once a document is added."""
    hits = [[(hit.id, hit.score, hit.text) for hit in found] for found in retriever.search(QUERIES, k=50)]
    texts = [retriever.text(name) for name in retriever.ids]
    retriever.add(["ant new"], ["last"])
    return [hits, texts, retriever.ids, [(hit.id, hit.score) for hit in retriever.search("ant", k=50)]]


def write_vectors(path: Path, number: int) -> None:
    sprat.vectors.save_vectors(path, sprat.vectors.Vectors(matrix(number), list(range(90))))


def read_vectors(path: Path) -> Any:
    vectors = sprat.read_vectors(path)
    return plain([csr_array(vectors.matrix), vectors.ids])


def parts(form: str) -> Format:
    def write(path: Path, number: int) -> None:
        encoder = sprat.BM25Encoder("unicode").fit(CORPORA[0])
        encoder.encode_documents_to(path, CORPORA[number], format=form)

    return Format(f"folder of {form}", write, read_vectors, replaces=False)


def bm25s(*, mapped: bool) -> Format:
    def write(path: Path, number: int) -> None:
        tokens = [text.split() for text in CORPORA[number]]
        index = BM25(corpus=CORPORA[number])
        index.index(tokens, show_progress=False)
        index.save(path)

    def read(path: Path) -> Any:
        index = BM25.load(path, mmap=mapped, load_corpus=True)
        results = index.retrieve([text.split() for text in QUERIES[:2]], k=5)
        return plain([results.documents.tolist(), results.scores])

    return Format("folder of bm25s" + (", mapped" if mapped else ""), write, read, waits=False)


FORMATS = [
    bm25(),
    bm25(variant="bm25-adpt"),
    bm25(vocabulary=sprat.HashedVocabulary("murmur3")),
    Format("BM25F file", write_bm25f, read_bm25f),
    Format("statistics", write_statistics, read_statistics, replaces=False),
    Format("index", write_index, read_index),
    Format("retriever", write_retriever, read_retriever),
    Format("vectors", write_vectors, read_vectors),
    parts("parquet"),
    parts("npz"),
    bm25s(mapped=False),
]


def files_of(path: Path) -> list[Path]:
    """Return the files of a format, without the lock of a folder, in which nothing is written."""
    return sorted(file for file in path.rglob("*") if file.name != ".lock") if path.is_dir() else [path]


def outcome(form: Format, path: Path, allowed: list[Any]) -> str:
    """Read what may be damaged: "error", or "same" if it is one of the contents that are allowed.

    Raises
    ------
    AssertionError
        If the answer is another.
    """
    with contextlib.suppress(sprat.errors.SpratError, OSError):
        found = form.read(path)
        assert found in allowed, f"{form.name}: a wrong answer, and no error"
        return "same"
    return "error"
