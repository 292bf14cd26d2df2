"""BM25 from text: a document's side and a query's side of the score, as sparse vectors."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from sprat import _arguments, _bm25_file, _queries, hashed
from sprat._counting import AnyCounts, TextAnalyzer, chosen_analyzer, described
from sprat._encode_to import encode_to
from sprat._files import write_whole
from sprat._fitted import Fitted
from sprat._living import Living
from sprat._matrix import SparseRows
from sprat._queries import Query
from sprat._stages import one_of
from sprat._weighting import (
    VARIANTS,
    WIRE_VARIANTS,
    Parameters,
    absent_weight,
    document_rows,
    query_entries,
    query_weights,
)
from sprat.analysis import Analyzer
from sprat.errors import CorruptFileError, InvalidArgumentError, UnsupportedVersionError
from sprat.hashed import HashedVocabulary
from sprat.statistics import CollectionStatistics

__all__ = ["BM25Encoder"]


class BM25Encoder(Living):
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
        self.analyzer = chosen_analyzer(analyzer)
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
        self._fitted = self._fit_of(
            CollectionStatistics(
                analyzer=described(self.analyzer), vocabulary=None if vocabulary is None else vocabulary.hash
            )
        )

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

    def encode_documents_to(
        self,
        path: str | os.PathLike[str],
        texts: Iterable[str],
        ids: Iterable[str] | Iterable[int] | None = None,
        *,
        format: str = "parquet",
        show_progress: bool = False,
    ) -> int:
        """Write the document side into a folder, in memory that does not grow with the corpus.

        The folder is written in parts, each whole or not at all. Where it is there already, from a run that
        was killed or over a corpus that grew, the same call passes over the documents that it holds and
        goes on behind them; nothing is lost or doubled. :func:`sprat.read_vectors` gives the matrix back.

        Parameters
        ----------
        path : path-like
            The folder; made if it is not there.
        texts : iterable of str
            From the first one, also when a run is taken up: that they are the same is checked.
        ids : iterable of str or of int, optional
            What the documents are called. None: as :func:`sprat.read` says, or else 0, 1, 2, ...
        format : {"parquet", "npz"}, default "parquet"
            Files with the columns ``id``, ``indices`` (list of uint32) and ``values`` (list of float), or
            files of :func:`scipy.sparse.save_npz`.
        show_progress : bool, default False
            Show the number of documents on standard error.

        Returns
        -------
        int
            The number of documents that the folder holds.

        Raises
        ------
        NotFittedError
            If nothing was fitted or loaded.
        InvalidArgumentError
            If the folder was begun with another encoder, format, texts or ids, or holds something else; or
            there are not as many ids as texts.
        TypeError
            If a text is not a str; the message names its position.
        MissingExtraError
            If the library for the format, or for the progress, is not installed.
        OSError
            If the folder cannot be written.
        """
        self._require_fitted()
        return encode_to(
            path,
            texts,
            ids,
            encode=self.encode_documents,
            encoder=hashlib.sha256(self._saved()).hexdigest(),
            form=format,
            dim=self.dim,
            show_progress=show_progress,
        )

    def score_offsets(self, queries: SparseRows) -> NDArray[np.float64]:
        """Return what makes the dot products of each query full scores: float64, shape (n_queries,).

        ``queries`` is what :meth:`encode_queries` gave. In ``"bm25l"`` and ``"bm25+"`` a document gets
        something for terms that it does not hold. It is the same for every document, so it does not change
        the order, and the vectors are without it. In other variants it is 0.
        """
        if not issparse(queries):
            raise TypeError(f"queries must be a sparse matrix, got {type(queries).__name__}")
        weight = absent_weight(VARIANTS[self.variant], Parameters(self.k1, self.b, self.delta or 0))
        offsets: NDArray[np.float64] = weight * queries.sum(axis=1, dtype=np.float64)
        return offsets

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
        self._require_fitted()
        self._write(path)

    def _write(self, path: str | os.PathLike[str]) -> None:
        write_whole(path, self._saved())

    def _saved(self) -> bytes:
        fitted = self._fitted
        return _bm25_file.dump(
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
        emptied = extension is not None and not saved.corpus_size
        if len(saved.words) and not saved.avgdl > 0 and not emptied:
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
        there = None if extension is None else extension.analyzer
        statistics = saved.statistics(there or described(encoder.analyzer))
        if extension is not None and statistics.document_count:
            given = saved.avgdl != statistics.average_document_length
            encoder._average = saved.avgdl if given else None
        encoder._fitted = replace(
            encoder._fit_of(statistics),
            average_document_length=saved.avgdl,
            known_idf=saved.idf,
            term_k1=saved.weighting.term_k1,
        )
        return encoder

    def __repr__(self) -> str:
        vocabulary = "" if self._hashed is None else f", vocabulary={self._hashed!r}"
        return (
            f"BM25Encoder({self.analyzer!r}, variant={self.variant!r}, k1={self.k1!r}, b={self.b!r}"
            f"{vocabulary}) with {len(self._fitted.terms)} terms"
        )

    def _document_rows(self, fitted: Fitted, counts: AnyCounts) -> SparseRows:
        parameters = Parameters(self.k1, self.b, self.delta or 0, fitted.term_k1)
        average = fitted.average_document_length
        return document_rows(counts, self._columns(fitted), VARIANTS[self.variant], average, parameters)
