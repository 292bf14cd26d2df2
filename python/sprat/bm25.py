"""BM25 from text: a document's side and a query's side of the score, as sparse vectors."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import cast

import numpy as np
from numpy.typing import NDArray

from sprat import _arguments, _bm25_file, _counting, _queries, hashed
from sprat._counting import AnyCounts, Terms, TextAnalyzer
from sprat._matrix import SparseRows
from sprat._queries import Query
from sprat._stages import one_of
from sprat._weighting import (
    VARIANTS,
    WIRE_VARIANTS,
    Idf,
    Parameters,
    absent_weight,
    adapted,
    document_rows,
    query_entries,
    query_weights,
)
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
    term_k1: NDArray[np.float64] | None = None  # of "bm25-adpt"


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
    variant : str, default "lucene"
        ``"lucene"``, ``"lucene-lossy"``, ``"okapi"`` (pymilvus.model's), ``"robertson"``, ``"atire"``,
        ``"bm25l"``, ``"bm25+"``, ``"bm25-adpt"`` or ``"tf-ldp"``: docs/variants.md has their formulas.
        ``"qdrant"`` and ``"pinecone"`` are what fastembed and pinecone-text send, and the default with the
        hashed vocabulary of their wire formats.
    k1 : float, default 1.2
        How slowly a term's repetition saturates; at least 0.
    b : float, default 0.75
        How much a document's length counts; from 0 (not at all) to 1.
    epsilon : float, default 0.25
        For ``"okapi"``: the idf of too frequent terms, in average idfs.
    delta : float, optional
        For ``"bm25l"`` (default 0.5), ``"bm25+"`` (1) and ``"tf-ldp"`` (1); at least 0.
    query_term_frequency : {"count", "unique"} or float, default "count"
        What a term's repetition in a query counts: each time, once, or (k3 + 1) n / (k3 + n) for n times, if
        this is the number k3. ``"qdrant"`` and ``"pinecone"`` count terms once whatever this says.
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
        delta: float | None = None,
        query_term_frequency: str | float = "count",
        threads: int = 0,
        vocabulary: HashedVocabulary | None = None,
        average_document_length: float | None = None,
    ) -> None:
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
        self.analyzer = _counting.chosen_analyzer(analyzer)
        self.variant = variant
        if delta is not None and VARIANTS[variant].delta is None:
            raise InvalidArgumentError(f"variant {variant!r} has no delta, got {delta!r}")
        if vocabulary is not None and VARIANTS[variant].idf is None:
            raise InvalidArgumentError(f"variant {variant!r} goes with an exact vocabulary only")
        self.k1 = _arguments.finite("k1", k1, low=0)
        self.b = _arguments.finite("b", b, low=0, high=1)
        self.epsilon = _arguments.finite("epsilon", epsilon)
        self.delta = VARIANTS[variant].delta if delta is None else _arguments.finite("delta", delta, low=0)
        self.query_term_frequency = _arguments.query_term_frequency(query_term_frequency)
        self.threads = _arguments.thread_count(threads)
        self._hashed = vocabulary
        self._average = average_document_length
        if average_document_length is not None and not _arguments.finite(
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

    def encode_queries(self, queries: Query | Iterable[Query]) -> SparseRows:
        """Return the query side, one row per query; a single query gives one row.

        A query is a text, or a mapping from texts to boosts above 0, as ``{"turing": 2, "machine": 0.5}``:
        the weight of each term is multiplied by its boost, the mean over its occurrences.

        A term's weight is its idf, once per occurrence unless ``query_term_frequency`` or the variant says
        otherwise. An idf of 0 is a stored entry. With a hashed vocabulary a term of no fitted text has the
        idf of one that stands in no document.

        Raises
        ------
        InvalidArgumentError
            If a boost is not a finite number above 0.
        NotFittedError
            If nothing was fitted or loaded.
        """
        fitted = self._require_fitted()
        asked = _queries.read(queries)
        counts, boosts = _queries.gather(asked, self._count(fitted, asked.texts))
        if self._hashed is None:
            idf = fitted.idf[counts.indices]
        else:
            idf = hashed.idf_of(counts.indices, fitted.terms, fitted.idf, fitted.unseen_idf)
        weights = query_weights(VARIANTS[self.variant], self.query_term_frequency)
        return query_entries(counts, idf * boosts, self._columns(fitted), weights)

    def score_offsets(self, queries: SparseRows) -> NDArray[np.float64]:
        """Return what makes the dot products of each query full scores: float64, shape (n_queries,).

        ``queries`` is what :meth:`encode_queries` gave. In ``"bm25l"`` and ``"bm25+"`` a document gets
        something for terms that it does not hold. It is the same for every document, so it does not change
        the order, and the vectors are without it. In other variants it is 0.
        """
        weight = absent_weight(VARIANTS[self.variant], Parameters(self.k1, self.b, self.delta or 0))
        offsets: NDArray[np.float64] = weight * queries.sum(axis=1, dtype=np.float64)
        return offsets

    @property
    def dim(self) -> int:
        """Number of columns: that of the known terms, 0 before a fit, or that of the hashed vocabulary."""
        return self._columns(self._fitted)

    def _columns(self, fitted: _Fitted) -> int:
        return len(fitted.terms) if self._hashed is None else self._hashed.dim

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
                _bm25_file.Weighting(self.delta, self.query_term_frequency, fitted.term_k1),
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
            analyzer = _bm25_file.described_analyzer(name, extension)
        encoder = cls(
            analyzer,
            variant="okapi" if extension is None else extension.variant,
            k1=saved.k1,
            b=saved.b,
            epsilon=saved.epsilon,
            delta=saved.weighting.delta,
            query_term_frequency=saved.weighting.query_term_frequency,
            threads=threads,
            vocabulary=_bm25_file.described_vocabulary(name, extension),
        )
        statistics = saved.statistics()
        known = encoder._hashed is not None and len(saved.words) > 0
        unseen = float(encoder._idf(statistics)[-1]) if known else 1.0
        encoder._fitted = _Fitted(
            Terms(saved.words), statistics, saved.avgdl, saved.idf, unseen, term_k1=saved.weighting.term_k1
        )
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
            rows = rows or VARIANTS[self.variant].idf is None
            terms, counts = _counting.learn(self.analyzer, texts, rows=rows, threads=self.threads)
        else:
            terms, counts, collisions = hashed.learn(
                self._hashed, self.analyzer, texts, rows=rows, threads=self.threads
            )
        statistics = CollectionStatistics(
            counts.document_count, counts.token_count, counts.document_frequency
        )
        average = self._average or statistics.average_document_length
        if VARIANTS[self.variant].idf is None:
            idf, term_k1 = adapted(counts, average, self.b)
            return _Fitted(terms, statistics, average, idf, term_k1=term_k1), counts
        idf = self._idf(statistics)
        return _Fitted(terms, statistics, average, idf[:-1], float(idf[-1]), collisions=collisions), counts

    def _idf(self, statistics: CollectionStatistics) -> NDArray[np.float64]:
        """Return the idf of each term, and behind them that of a term in no document."""
        frequency, idf = cast("NDArray[np.int64]", statistics.document_frequency), VARIANTS[self.variant].idf
        return cast("Idf", idf)(np.append(frequency, 0), statistics.document_count, float(self.epsilon))

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
        parameters = Parameters(self.k1, self.b, self.delta or 0, fitted.term_k1)
        average = fitted.average_document_length
        return document_rows(counts, self._columns(fitted), VARIANTS[self.variant], average, parameters)
