"""Ids that are hashes of the terms: nobody has to keep a dictionary, and other programs use the same ids."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat import _core
from sprat._arguments import instance
from sprat._counting import Counts, TextAnalyzer, native_analyzer
from sprat._terms import Terms
from sprat._texts import as_texts, checked
from sprat.analysis import Analyzer
from sprat.errors import InvalidArgumentError

__all__ = ["HashedVocabulary"]

_CHARACTERS_PER_BATCH = 1 << 25
_CHARACTERS_PER_TEXT = 64  # what a text costs beside its characters

_log = logging.getLogger(__name__)


class _Wire(NamedTuple):
    """What goes with a hash in the program that made it a wire format."""

    dim: int
    merge: str  # the term frequency of terms of one document that share an id: see _core.hash_rows
    variant: str  # of BM25


_WIRES = {
    "murmur3-abs": _Wire((1 << 31) + 1, "last", "qdrant"),
    "murmur3": _Wire(1 << 32, "sum", "pinecone"),
}


class HashedVocabulary:
    """Gives every term an id without keeping any, as vector databases with a hashed sparse format do.

    Vectors of any two encoders with the same hash and the same analyzer fit together, whatever they were
    fitted on. The price: two terms may share an id. Among n distinct terms that happens to about
    n² / 2³² pairs with ``"murmur3-abs"`` (230 for a million terms), half as many with ``"murmur3"``.

    Parameters
    ----------
    hash : {"murmur3-abs", "murmur3"}
        Both are MurmurHash3_x86_32 with seed 0 of the term in UTF-8. ``"murmur3-abs"``: the absolute value
        of the signed result, from 0 to 2³¹ inclusive; fastembed's ``Qdrant/bm25`` and Qdrant itself.
        ``"murmur3"``: the unsigned result, below 2³²; pinecone-text.

    Raises
    ------
    InvalidArgumentError
        If there is no such hash.

    Notes
    -----
    Matrices over such ids have :attr:`dim` columns and int64 indices, as SciPy has no unsigned ones. A CSR
    matrix costs nothing for a column without entries, but do not ask it for a column-wise form.

    If terms of one document share an id, its entry is made as the other program makes it: with
    ``"murmur3"`` from all their occurrences, with ``"murmur3-abs"`` from those of the term that comes
    up last.
    """

    __slots__ = ("_hash",)

    def __init__(self, hash: str) -> None:
        if not isinstance(hash, str) or hash not in _WIRES:
            raise InvalidArgumentError(f"hash must be {' or '.join(map(repr, _WIRES))}, got {hash!r}")
        self._hash = hash

    @property
    def hash(self) -> str:
        """The name of the hash."""
        return self._hash

    @property
    def dim(self) -> int:
        """Number of columns: one more than the largest id."""
        return _WIRES[self._hash].dim

    def __getitem__(self, term: str) -> int:
        """Return the id of a term. Every term has one."""
        instance("term", term, str)
        return _core.hashed_id(term, self._hash)

    __iter__ = None  # it has ids for terms, but no terms

    def collisions(self, terms: Iterable[str]) -> dict[int, list[str]]:
        """Return the ids that several of ``terms`` share, each with those terms in their order."""
        distinct = _core.Vocabulary(list(dict.fromkeys(terms)))
        return collisions_of(Terms(distinct), self)

    def __eq__(self, other: object) -> bool:
        return self._hash == other._hash if isinstance(other, HashedVocabulary) else NotImplemented

    def __hash__(self) -> int:
        return hash((HashedVocabulary, self._hash))

    def __repr__(self) -> str:
        return f"HashedVocabulary({self._hash!r})"

    def __reduce__(self) -> tuple[type[HashedVocabulary], tuple[str]]:
        return HashedVocabulary, (self._hash,)


def variant_of(vocabulary: HashedVocabulary) -> str:
    """Return the BM25 variant of the program whose ids these are."""
    return _WIRES[vocabulary.hash].variant


def learn(
    vocabulary: HashedVocabulary, analyzer: TextAnalyzer, texts: Any, *, rows: bool, threads: int
) -> tuple[Terms, Counts, Terms]:
    """Count ``texts``. Memory is bounded by the distinct terms and one batch of texts, but for the rows.

    Returns
    -------
    terms : Terms
        The ids met, in order of first occurrence: they are what terms are to an exact vocabulary.
    counts : Counts
        ``indices`` are ids; ``document_frequency`` goes with ``terms``. A document with two terms of one id
        counts once.
    seen : Terms
        The terms themselves.
    """
    reader = _Reader(vocabulary, analyzer, texts, rows=rows, threads=threads)
    of_terms = reader.ids()
    ids, first, of_ids = np.unique(of_terms, return_index=True, return_inverse=True)
    order = np.argsort(first)
    document_frequency = np.zeros(len(ids), np.int64)
    np.add.at(document_frequency, of_ids, reader.document_frequency)
    np.subtract.at(document_frequency, np.searchsorted(ids, np.concatenate(reader.merged)), 1)
    _report(of_terms)
    counts = reader.counts._replace(document_frequency=document_frequency[order])
    return Terms(ids[order].tolist()), counts, Terms(reader.seen)


def count(vocabulary: HashedVocabulary, analyzer: TextAnalyzer, texts: Any, *, threads: int) -> Counts:
    """Count the terms of each text, whether fitted or not. The document frequencies are left out."""
    reader = _Reader(vocabulary, analyzer, texts, rows=True, threads=threads)
    _report(reader.ids())
    return reader.counts


def collisions_of(terms: Terms, vocabulary: HashedVocabulary) -> dict[int, list[str]]:
    """Return the ids that several of ``terms`` share, each with those terms in their order."""
    native = terms.as_native()
    assert native is not None  # a hashed vocabulary has terms of str only
    ids = _core.hashed_ids(native, vocabulary.hash)
    shared = np.unique(_shared(ids))
    collisions: dict[int, list[str]] = {column: [] for column in shared.tolist()}
    for position in np.flatnonzero(np.isin(ids, shared)).tolist():
        collisions[int(ids[position])].append(native.term(position))
    return collisions


def idf_of(
    indices: NDArray[Any], terms: Terms, idf: NDArray[np.float64], unseen: float
) -> NDArray[np.float64]:
    """Return the idf of each entry: ``unseen`` for an id that the fitted texts do not hold."""
    columns, entries = np.unique(indices, return_inverse=True)
    get = terms.as_dict().get
    positions = np.array([get(column, -1) for column in columns.tolist()], np.int64)
    values: NDArray[np.float64] = np.append(idf, unseen)[positions][entries]
    return values


class _Reader:
    """Reads the texts once, into one exact vocabulary, and hashes what was counted.

    If rows are wanted, all texts at once: their memory is that of the rows. Else batch by batch.
    """

    def __init__(
        self, vocabulary: HashedVocabulary, analyzer: TextAnalyzer, texts: Any, *, rows: bool, threads: int
    ) -> None:
        self.vocabulary = vocabulary
        self.analyzer = native_analyzer(analyzer) or Analyzer.from_stages(analyzer)  # type: ignore[arg-type]
        self.threads = threads
        self.seen = _core.Vocabulary()
        self.document_frequency = np.zeros(0, np.int64)  # by term of `seen`
        self.merged = [np.zeros(0, np.int64)]  # ids, once for each entry that went into another one
        empty = np.zeros(0, np.int64)
        self.counts = Counts(0, 0, empty, empty, np.zeros(1, np.int64), empty, np.zeros(0, np.int32))
        if rows:
            self.counts = self._count(as_texts(texts))
        else:
            for batch in _batches(as_texts(texts)):
                part = self._count(batch)
                self.counts = self.counts._replace(
                    document_count=self.counts.document_count + part.document_count,
                    token_count=self.counts.token_count + part.token_count,
                )

    def ids(self) -> NDArray[np.uint32]:
        return _core.hashed_ids(self.seen, self.vocabulary.hash)

    def _count(self, texts: Any) -> Counts:
        counts = self.analyzer.count(
            texts, self.seen, grow=True, rows=True, sorted=False, threads=self.threads
        )
        rows = _core.hash_rows(
            counts.indptr,
            counts.indices,
            counts.term_frequencies,
            self.ids(),
            merge=_WIRES[self.vocabulary.hash].merge,
            threads=self.threads,
        )
        frequencies = counts.document_frequency.copy()
        frequencies[: len(self.document_frequency)] += self.document_frequency
        self.document_frequency = frequencies
        self.merged.append(rows.merged_ids)
        return Counts(
            counts.document_count,
            counts.token_count,
            np.zeros(0, np.int64),
            counts.document_lengths,
            rows.indptr,
            rows.indices,
            rows.term_frequencies,
        )


def _batches(texts: Iterable[Any]) -> Iterator[list[str]]:
    batch: list[str] = []
    characters = 0
    for text in checked(texts):
        batch.append(text)
        characters += len(text) + _CHARACTERS_PER_TEXT
        if characters >= _CHARACTERS_PER_BATCH:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _shared(ids: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return each id of several terms once for each term after its first."""
    in_order = np.sort(ids)
    again: NDArray[np.uint32] = in_order[1:][in_order[1:] == in_order[:-1]]
    return again


def _report(ids: NDArray[np.uint32]) -> None:
    if count := len(_shared(ids)):
        _log.info("%d of %d distinct terms have the id of another one", count, len(ids))
