"""BM25 from text: a document's side and a query's side of the score, as sparse vectors."""

from __future__ import annotations

import math
import os
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from sprat import _bm25_file, _counting, hashed
from sprat._counting import AnyCounts, Terms, TextAnalyzer
from sprat._matrix import SparseRows
from sprat._stages import one_of
from sprat._weighting import VARIANTS, WIRE_VARIANTS, document_rows, query_entries, query_rows
from sprat.analysis import Analyzer
from sprat.errors import (
    CorruptFileError,
    InvalidArgumentError,
    NotFittedError,
    UnsupportedVersionError,
)
from sprat.hashed import HashedVocabulary
from sprat.statistics import CollectionStatistics

__all__ = ["BM25Encoder"]


@dataclass(frozen=True)
class _Fitted:
    """What an encoder learnt."""

    terms: Terms  # of a hashed vocabulary: the ids of the terms
    statistics: CollectionStatistics
    average_document_length: float  # as in the file, if read from one
    idf: NDArray[np.float64]
    unseen_idf: float = 1.0  # of a hashed id that no fitted text holds
    collisions: Mapping[int, list[str]] = field(default_factory=dict)


def _nothing(average_document_length: float | None) -> _Fitted:
    statistics = CollectionStatistics(0, 0, np.zeros(0, np.int64))
    return _Fitted(Terms([]), statistics, average_document_length or 0.0, np.zeros(0, np.float64))


class BM25Encoder:
    """Sparse vectors whose dot products are BM25 scores.

    ``encode_documents`` gives the part of the score that the document decides (term frequency against
    document length), ``encode_queries`` the part that the collection decides (idf, once per occurrence in
    the query). Terms get columns in order of first occurrence in the fitted texts.

    The results are the same bits for any number of threads and however the texts are fed. A call that
    fails leaves the encoder as it was. Several threads may encode with one encoder at the same time.

    Parameters
    ----------
    analyzer : str, Analyzer or callable, default "en"
        A language of :class:`~sprat.Analyzer`, an analyzer, or any callable from a text to its tokens. The
        tokens of a callable may be any hashable values, and the texts then anything that it takes.
    variant : {"lucene", "lucene-lossy", "okapi", "qdrant", "pinecone"}, default "lucene"
        ``"lucene"``: Lucene's BM25, whose idf is never negative. ``"okapi"``: pymilvus.model's, where a
        term in more than half of the documents gets ``epsilon`` times the average idf. ``"qdrant"``: what
        fastembed sends to Qdrant: okapi's document side, and 1 for each term of a query, since Qdrant's
        modifier ``idf`` supplies the rest. ``"pinecone"``: what pinecone-text sends: lucene's two sides,
        but each term of a query counts once, and the weights of a query add up to 1. With a hashed
        vocabulary the default is that of its wire format.
    k1 : float, default 1.2
        How slowly a term's repetition saturates; at least 0.
    b : float, default 0.75
        How much a document's length counts; from 0 (not at all) to 1.
    epsilon : float, default 0.25
        For ``"okapi"``: the idf of too frequent terms, in average idfs.
    threads : int, default 0
        Threads for native analyzers; 0 means one per core. Callables run on the calling thread.
    vocabulary : HashedVocabulary, optional
        Where ids come from. None: terms are numbered in order of first occurrence in the fitted texts, and
        others have no id. A hashed vocabulary has an id for every term; with ``"qdrant"`` no fit is needed.
    average_document_length : float, optional
        In tokens. None: that of the fitted texts; for ``"qdrant"`` before a fit 256, as in fastembed.

    Raises
    ------
    InvalidArgumentError
        If a value is out of its range.
    """

    def __init__(
        self,
        analyzer: str | Analyzer | TextAnalyzer = "en",
        *,
        variant: str | None = None,
        k1: float = 1.2,
        b: float = 0.75,
        epsilon: float = 0.25,
        threads: int = 0,
        vocabulary: HashedVocabulary | None = None,
        average_document_length: float | None = None,
    ) -> None:
        if isinstance(analyzer, str):
            analyzer = Analyzer(analyzer)
        elif not callable(analyzer):
            raise InvalidArgumentError(
                f"analyzer must be a language, an Analyzer or a callable, got {type(analyzer).__name__}"
            )
        if vocabulary is not None and not isinstance(vocabulary, HashedVocabulary):
            raise InvalidArgumentError(
                f"vocabulary must be a HashedVocabulary or None, got {type(vocabulary).__name__}"
            )
        if variant is None:
            variant = "lucene" if vocabulary is None else hashed.variant_of(vocabulary)
        if variant not in VARIANTS:
            raise InvalidArgumentError(f"variant must be {one_of(list(VARIANTS))}, got {variant!r}")
        if vocabulary is None and variant in WIRE_VARIANTS:
            raise InvalidArgumentError(f"variant {variant!r} needs vocabulary=HashedVocabulary(...)")
        self.analyzer = analyzer
        self.variant = variant
        self.k1 = _finite("k1", k1, low=0)
        self.b = _finite("b", b, low=0, high=1)
        self.epsilon = _finite("epsilon", epsilon)
        self.threads = _thread_count(threads)
        self._hashed = vocabulary
        self._average = average_document_length
        if average_document_length is not None and not _finite(
            "average_document_length", average_document_length, low=0
        ):
            raise InvalidArgumentError("average_document_length must be positive, got 0")
        self._fitted = _nothing(self._average or VARIANTS[variant].average_document_length)

    def fit(self, texts: Iterable[str]) -> BM25Encoder:
        """Learn terms and statistics from ``texts``, forgetting what was learnt before.

        The texts are read once, and memory is bounded by the vocabulary and one batch of texts.

        Raises
        ------
        EmptyCorpusError
            If there is no text, or no term in any text; also a ZeroDivisionError.
        TypeError
            If ``texts`` is a single str, or a native analyzer meets something that is not a str; the
            message names its position.
        """
        self._fitted, _ = self._learn(texts, rows=False)
        return self

    def fit_encode_documents(self, texts: Iterable[str]) -> SparseRows:
        """Do ``fit(texts)`` and ``encode_documents(texts)``, analysing each text once."""
        fitted, counts = self._learn(texts, rows=True)
        matrix = self._document_rows(fitted, counts)
        self._fitted = fitted
        return matrix

    def encode_documents(self, texts: Iterable[str]) -> SparseRows:
        """Return the document side, one row per text.

        Returns
        -------
        csr_array of shape (n_texts, dim), float32
            Sorted indices, no duplicates; rows stay (1, dim). Unknown terms have no entry but count
            towards the length of the document; to a hashed vocabulary no term is unknown.

        Raises
        ------
        NotFittedError
            If nothing was fitted or loaded.
        """
        fitted = self._require_fitted()
        return self._document_rows(fitted, self._count(fitted, texts))

    def encode_queries(self, texts: str | Iterable[str]) -> SparseRows:
        """Return the query side, one row per text; a single str gives one row.

        A term's weight is its idf, added once per occurrence in the query (``"qdrant"`` and ``"pinecone"``
        count it once). An idf of 0 is a stored entry. With a hashed vocabulary a term of no fitted text
        has the idf of one that stands in no document.
        """
        fitted = self._require_fitted()
        queries = [texts] if isinstance(texts, str) else texts
        counts = self._count(fitted, queries)
        weights = VARIANTS[self.variant].query_weights
        if self._hashed is None:
            return query_rows(counts, fitted.idf, weights)
        idf = hashed.idf_of(counts.indices, fitted.terms, fitted.idf, fitted.unseen_idf)
        return query_entries(counts, idf, self.dim, weights)

    @property
    def dim(self) -> int:
        """Number of columns: that of the known terms, 0 before a fit, or that of the hashed vocabulary."""
        return len(self._fitted.terms) if self._hashed is None else self._hashed.dim

    @property
    def vocabulary(self) -> Mapping[Hashable, int] | HashedVocabulary:
        """Column of each term. Read-only; if not hashed, made on first use and kept until the next fit."""
        if self._hashed is not None:
            return self._hashed
        return MappingProxyType(self._fitted.terms.as_dict())

    @property
    def statistics(self) -> CollectionStatistics:
        """Sums over the fitted texts; zeros before a fit."""
        return self._fitted.statistics

    @property
    def collisions(self) -> Mapping[int, list[str]]:
        """Columns that several of the fitted terms share, with those terms; only a hashed vocabulary has any.

        A file does not hold them.
        """
        return MappingProxyType(self._fitted.collisions)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the encoder to a JSON file that pymilvus.model reads too.

        The file is replaced whole or not at all. A Python callable cannot be written: :meth:`load` asks
        for it again.

        Raises
        ------
        NotFittedError
            If nothing was fitted or loaded.
        OSError
            If the file cannot be written.
        """
        fitted = self._require_fitted()
        _bm25_file.write(
            path,
            corpus_size=fitted.statistics.document_count,
            avgdl=fitted.average_document_length,
            words=fitted.terms.as_list(),
            idf=fitted.idf.tolist(),
            k1=self.k1,
            b=self.b,
            epsilon=self.epsilon,
            extension=_bm25_file.extension(
                self.variant,
                fitted.statistics,
                self.analyzer,
                None if self._hashed is None else self._hashed.hash,
            ),
        )

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        *,
        analyzer: str | Analyzer | TextAnalyzer | None = None,
        threads: int = 0,
    ) -> BM25Encoder:
        """Read an encoder from a file of :meth:`save` or of pymilvus.model.

        Parameters
        ----------
        path : path-like
            The file. One of pymilvus.model gives an ``"okapi"`` encoder whose statistics lack the
            document frequencies.
        analyzer : str, Analyzer or callable, optional
            What to use instead of the analyzer that the file describes. Needed if the file was fitted with
            a Python callable. A file of pymilvus.model describes none; it is taken to be ``"en"``.
        threads : int, default 0
            As in the constructor.

        Raises
        ------
        OSError
            If the file cannot be read.
        CorruptFileError
            If it breaks its format or was changed after it was written; the message names the place.
        UnsupportedVersionError
            If a newer release wrote it.
        InvalidArgumentError
            If an analyzer is needed and none given, or k1 or b are out of range.
        """
        saved = _bm25_file.read(path)
        name = os.fspath(path)
        extension = saved.extension
        if len(saved.words) and not saved.avgdl > 0:
            raise CorruptFileError(f"{name}: avgdl must be positive, found {saved.avgdl}")
        if extension is not None and extension.variant not in VARIANTS:
            raise UnsupportedVersionError(f"{name}: this release does not know variant {extension.variant!r}")
        if analyzer is None:
            analyzer = _described_analyzer(name, extension)
        encoder = cls(
            analyzer,
            variant="okapi" if extension is None else extension.variant,
            k1=saved.k1,
            b=saved.b,
            epsilon=saved.epsilon,
            threads=threads,
            vocabulary=_described_vocabulary(name, extension),
        )
        statistics = saved.statistics()
        known = encoder._hashed is not None and len(saved.words) > 0
        unseen = float(encoder._idf(statistics)[-1]) if known else 1.0
        encoder._fitted = _Fitted(Terms(saved.words), statistics, saved.avgdl, saved.idf, unseen)
        return encoder

    def __repr__(self) -> str:
        vocabulary = "" if self._hashed is None else f", vocabulary={self._hashed!r}"
        return (
            f"BM25Encoder({self.analyzer!r}, variant={self.variant!r}, k1={self.k1!r}, b={self.b!r}"
            f"{vocabulary}) with {len(self._fitted.terms)} terms"
        )

    def _learn(self, texts: Iterable[str], *, rows: bool) -> tuple[_Fitted, AnyCounts]:
        counts: AnyCounts
        collisions: Mapping[int, list[str]] = {}
        if self._hashed is None:
            terms, counts = _counting.learn(self.analyzer, texts, rows=rows, threads=self.threads)
        else:
            terms, counts, collisions = hashed.learn(
                self._hashed, self.analyzer, texts, rows=rows, threads=self.threads
            )
        statistics = CollectionStatistics(
            counts.document_count, counts.token_count, counts.document_frequency
        )
        average = self._average or statistics.average_document_length
        idf = self._idf(statistics)
        return _Fitted(terms, statistics, average, idf[:-1], float(idf[-1]), collisions), counts

    def _idf(self, statistics: CollectionStatistics) -> NDArray[np.float64]:
        """Return the idf of each term, and behind them that of a term in no document."""
        frequency = np.append(cast("NDArray[np.int64]", statistics.document_frequency), 0)
        return VARIANTS[self.variant].idf(frequency, statistics.document_count, float(self.epsilon))

    def _count(self, fitted: _Fitted, texts: Iterable[str]) -> AnyCounts:
        if self._hashed is None:
            return _counting.count(self.analyzer, texts, fitted.terms, threads=self.threads)
        return hashed.count(self._hashed, self.analyzer, texts, threads=self.threads)

    def _require_fitted(self) -> _Fitted:
        needs_fit = self._hashed is None or VARIANTS[self.variant].average_document_length is None
        if needs_fit and not len(self._fitted.terms):
            raise NotFittedError("this BM25Encoder knows no terms: call fit(texts) or BM25Encoder.load(path)")
        return self._fitted

    def _document_rows(self, fitted: _Fitted, counts: AnyCounts) -> SparseRows:
        weights = VARIANTS[self.variant].document_weights
        columns = len(fitted.terms) if self._hashed is None else self._hashed.dim
        return document_rows(counts, columns, weights, fitted.average_document_length, self.k1, self.b)


def _described_vocabulary(name: str, extension: _bm25_file.Extension | None) -> HashedVocabulary | None:
    if extension is None or extension.vocabulary is None:
        return None
    try:
        return HashedVocabulary(extension.vocabulary)
    except InvalidArgumentError as error:
        raise UnsupportedVersionError(f"{name}: {error}") from error


def _described_analyzer(name: str, extension: _bm25_file.Extension | None) -> Analyzer:
    if extension is None:
        return Analyzer("en")
    if extension.analyzer is None:
        raise InvalidArgumentError(
            f"{name}: fitted with a Python callable, which a file cannot hold; pass it as analyzer="
        )
    try:
        return Analyzer.from_dict(extension.analyzer)
    except InvalidArgumentError as error:
        raise CorruptFileError(f"{name}: {error}") from error


def _finite(name: str, value: Any, *, low: float = -math.inf, high: float = math.inf) -> float:
    """Return ``value`` as the int or float it is: a saved int stays an int."""
    if isinstance(value, np.generic):
        value = value.item()
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and math.isfinite(value) and low <= value <= high:
        return value  # type: ignore[no-any-return]
    if low == -math.inf:
        allowed = "a finite number"
    else:
        allowed = "a finite number of at least 0" if high == math.inf else f"between {low} and {high}"
    raise InvalidArgumentError(f"{name} must be {allowed}, got {value!r}")


def _thread_count(threads: Any) -> int:
    whole = isinstance(threads, (int, np.integer)) and not isinstance(threads, bool)
    if not whole or not 0 <= threads < 1 << 31:
        raise InvalidArgumentError(f"threads must be a whole number from 0 (one per core), got {threads!r}")
    return int(threads)
