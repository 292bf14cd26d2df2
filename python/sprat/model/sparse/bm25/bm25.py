"""``pymilvus.model``'s BM25: Okapi with epsilon, document side and query side as sparse vectors."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Hashable, Iterable, Iterator
from itertools import chain, count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat import _bm25_file, _core, _counting
from sprat._counting import AnyCounts, TextAnalyzer
from sprat._files import write_whole
from sprat._matrix import SparseRows
from sprat._terms import Terms
from sprat._weighting import VARIANTS, Parameters, document_rows, query_rows
from sprat.errors import CorruptFileError, MissingFileError, UnsupportedVersionError
from sprat.model.base import BaseEmbeddingFunction
from sprat.model.sparse.bm25.tokenizers import build_default_analyzer
from sprat.statistics import CollectionStatistics

logger = logging.getLogger(__name__)

_MSMARCO_FILE = "bm25_msmarco_v1.json"
_MSMARCO_URL = "https://github.com/milvus-io/pymilvus-assets/releases/download/v0.1-bm25v1/" + _MSMARCO_FILE

# Below this many texts it is cheaper to look tokens up in a handed-out idf than to see whether it changed.
_FEW_TEXTS = 64


class _Fitted:
    """What was learnt, loaded or assigned, all of one moment: replaced whole, and read once per call."""

    def __init__(
        self,
        terms: Terms,
        values: NDArray[np.float64],
        statistics: CollectionStatistics | None = None,
        *,
        corpus_size: int = 0,
        avgdl: float = 0,
        idf_type: type[dict[Hashable, list[Any]]] = dict,
    ) -> None:
        self.terms = terms
        self.values = values
        self.statistics = statistics
        self.corpus_size = corpus_size
        self.avgdl = avgdl
        self.made: dict[Hashable, list[Any]] | None = (
            None  # idf, once asked for; from then on it is what counts
        )
        self._idf_type = idf_type
        self._handed_out: list[Any] = []  # what it held when it was made, in one row

    @property
    def idf(self) -> dict[Hashable, list[Any]]:
        if self.made is None:
            made = self._idf_type(zip(self.terms.as_list(), map(list, zip(self.values.tolist(), count()))))
            self._handed_out = list(chain.from_iterable(made.values()))
            self.made = made
        return self.made

    @property
    def dim(self) -> int:
        return len(self.terms) if self.made is None else len(self.made)

    def unchanged(self) -> bool:
        """Whether the arrays still say what ``idf`` says."""
        if self.made is None:
            return True
        entries = chain.from_iterable(self.made.values())
        return list(self.made) == self.terms.as_list() and list(entries) == self._handed_out


class BM25EmbeddingFunction(BaseEmbeddingFunction):
    """BM25 embeddings, bit for bit those of ``pymilvus.model.sparse.BM25EmbeddingFunction``.

    The attributes may be read and assigned as there. ``corpus_size``, ``avgdl``, ``idf``, ``k1`` and ``b``
    are what encoding uses and what :meth:`save` writes; ``average_idf`` exists after a fit.

    Parameters
    ----------
    analyzer : callable, optional
        From a text to its tokens, which may be any hashable values. By default
        ``build_default_analyzer("en")``.
    corpus : iterable of str, optional
        Fitted at once, if given.
    k1, b, epsilon : float
        Saturation of a term's repetition; weight of the document's length; idf of a term in more than half
        of the documents, in average idfs. Any number is taken, as it is.
    num_workers : int or None, default 1
        Threads, for analyzers that run natively; None means one per core. Does not change the result.
    """

    average_idf: float

    def __init__(
        self,
        analyzer: TextAnalyzer | None = None,
        corpus: Iterable[str] | None = None,
        k1: float = 1.5,
        b: float = 0.75,
        epsilon: float = 0.25,
        num_workers: int | None = 1,
    ) -> None:
        if analyzer is None:
            analyzer = build_default_analyzer("en")
        self.analyzer = analyzer
        self.k1 = k1
        self.b = b
        self.epsilon = epsilon
        self.num_workers = num_workers
        self._fitted = _Fitted(Terms([]), np.zeros(0))
        if analyzer and corpus is not None:
            self.fit(corpus)

    @property
    def idf(self) -> dict[Hashable, list[Any]]:
        """Term to ``[idf, column]``. What is changed or assigned here is what encoding uses."""
        return self._fitted.idf

    @idf.setter
    def idf(self, idf: dict[Hashable, list[Any]]) -> None:
        old = self._fitted
        fitted = _Fitted(Terms([]), np.zeros(0), corpus_size=old.corpus_size, avgdl=old.avgdl)
        fitted.made = idf
        self._fitted = fitted

    @property
    def corpus_size(self) -> int:
        """Number of documents, empty ones included."""
        return self._fitted.corpus_size

    @corpus_size.setter
    def corpus_size(self, corpus_size: int) -> None:
        self._fitted.corpus_size = corpus_size

    @property
    def avgdl(self) -> float:
        """Tokens per document."""
        return self._fitted.avgdl

    @avgdl.setter
    def avgdl(self, avgdl: float) -> None:
        self._fitted.avgdl = avgdl

    @property
    def dim(self) -> int:
        """Number of terms; 0 before a fit."""
        return self._fitted.dim

    def fit(self, corpus: Iterable[str]) -> None:
        """Learn terms and idf from ``corpus``, forgetting what was learnt before.

        Raises
        ------
        EmptyCorpusError
            If there is no document or no term; also a ZeroDivisionError. Nothing is forgotten then.
        ValueError
            If ``num_workers`` is 0 or negative.
        """
        if self.num_workers is not None and self.num_workers < 1:
            raise ValueError("Number of processes must be at least 1")
        terms, counts = _counting.learn(self.analyzer, corpus, rows=False, threads=self._threads)
        _counting.refuse_nothing(counts.document_count, len(terms))
        idf, average_idf = _core.okapi_idf(
            counts.document_frequency, counts.document_count, float(self.epsilon)
        )
        statistics = CollectionStatistics(
            counts.document_count, counts.token_count, counts.document_frequency, terms
        )
        self._fitted = _Fitted(
            terms,
            idf,
            statistics,
            corpus_size=statistics.document_count,
            avgdl=statistics.average_document_length,
            idf_type=_IdfAfterFit,
        )
        self.average_idf = average_idf

    def encode_documents(self, documents: Iterable[str]) -> SparseRows:
        """Return a float32 CSR array of shape (n_documents, dim), without idf; rows stay (1, dim)."""
        fitted, dim = self._fitted, self._fitted.dim
        counts, _ = self._counted(fitted, documents)
        return document_rows(counts, dim, VARIANTS["okapi"], fitted.avgdl, Parameters(self.k1, self.b))

    def encode_queries(self, queries: Iterable[str]) -> SparseRows:
        """Return a float32 CSR array of shape (n_queries, dim): idf, once per occurrence of a term."""
        return query_rows(*self._counted(self._fitted, queries))

    def _encode_document(self, doc: str) -> SparseRows:
        return self.encode_documents([doc])

    def _encode_query(self, query: str) -> SparseRows:
        return self.encode_queries([query])

    def __call__(self, texts: Any) -> Any:
        """Refuse: documents and queries are encoded differently.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(
            "Unsupported function called, please check the documentation of 'BM25EmbeddingFunction'."
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write pymilvus.model's JSON file, whole or not at all.

        After a fit it ends with one more key, ``"sprat"``, which pymilvus.model does not read.
        """
        fitted = self._fitted
        if fitted.unchanged():
            words, values = fitted.terms.as_list(), fitted.values.tolist()
        else:
            words, values = [None] * fitted.dim, [None] * fitted.dim
            for word, (value, column) in fitted.idf.items():
                words[column], values[column] = word, value
        content = _bm25_file.dump(
            corpus_size=fitted.corpus_size,
            avgdl=fitted.avgdl,
            words=words,
            idf=values,
            k1=self.k1,
            b=self.b,
            epsilon=self.epsilon,
            extension=self._extension(fitted),
        )
        write_whole(path, content)

    def load(self, path: str | os.PathLike[str] | None = None) -> None:
        """Read a file of pymilvus.model or sprat. The analyzer stays: give the one that was fitted with.

        Parameters
        ----------
        path : path-like, optional
            By default ``bm25_msmarco_v1.json`` in the working directory, a fit of MS MARCO that the Milvus
            project offers for download.

        Raises
        ------
        MissingFileError
            If the file cannot be opened; also a RuntimeError.
        json.JSONDecodeError, KeyError
            If it is not JSON, or lacks a key.
        CorruptFileError, UnsupportedVersionError
            If a value is not what it should be, or a newer sprat wrote the file.
        """
        if path is None:
            path = _MSMARCO_FILE
            if not Path(path).exists():
                raise MissingFileError(
                    f"{path} is not in the working directory, and sprat downloads nothing: "
                    f"get it from {_MSMARCO_URL}, or pass the path of a file of your own"
                )
            logger.info("path is None, using %s", path)
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise MissingFileError(f"Error opening file {path}: {error}") from error
        try:
            parsed = json.loads(content)
        except RecursionError:
            raise CorruptFileError(f"{path}: nested too deeply") from None
        if isinstance(parsed, dict):
            for key in _bm25_file.KEYS:
                parsed[key]
        saved = _bm25_file.check(path, content, parsed)
        ours = saved.extension
        if ours is not None and ours.vocabulary is not None:
            raise UnsupportedVersionError(f"{path} holds hashed terms: load it with sprat.BM25Encoder")
        self._fitted = _Fitted(
            Terms(saved.words),
            saved.idf,
            saved.statistics() if ours is not None and ours.variant == "okapi" else None,
            corpus_size=saved.corpus_size,
            avgdl=saved.avgdl,
        )
        self.k1, self.b, self.epsilon = saved.k1, saved.b, saved.epsilon

    def _counted(self, fitted: _Fitted, texts: Iterable[str]) -> tuple[AnyCounts, NDArray[np.float64]]:
        """Count the terms of idf in each text; the second value is idf by column."""
        few = isinstance(texts, (list, tuple)) and len(texts) < _FEW_TEXTS
        if fitted.made is None or (not few and fitted.unchanged()):
            return _counting.count(self.analyzer, texts, fitted.terms, threads=self._threads), fitted.values
        idf, values = fitted.made, np.zeros(len(fitted.made))

        def columns(tokens: Iterable[Hashable]) -> Iterator[int]:
            for token in tokens:
                if token not in idf:
                    yield -1
                    continue
                value, column = idf[token]
                if not 0 <= column < len(values):
                    raise ValueError(f"idf[{token!r}] has column {column}, but there are {len(values)} terms")
                values[column] = value
                yield column

        counts = _counting.count_with(self.analyzer, texts, columns, len(values), threads=self._threads)
        return counts, values

    def _extension(self, fitted: _Fitted) -> _bm25_file.Extension | None:
        """Return our key of the file, if the statistics still stand behind what the other keys say."""
        statistics = fitted.statistics
        if statistics is None or not fitted.unchanged():
            return None
        if (fitted.corpus_size, fitted.avgdl) != (
            statistics.document_count,
            statistics.average_document_length,
        ):
            return None
        return _bm25_file.extension("okapi", statistics, self.analyzer)

    @property
    def _threads(self) -> int:
        return 0 if self.num_workers is None else min(max(1, int(self.num_workers)), 1 << 16)


class _IdfAfterFit(dict[Hashable, list[Any]]):
    """Reading an unknown term gives an empty list, and adds nothing."""

    def __missing__(self, term: Hashable) -> list[Any]:
        return []
