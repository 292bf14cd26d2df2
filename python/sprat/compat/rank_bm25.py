"""rank_bm25's classes, to be imported from here instead: same constructors, attributes, scores and order.

The scores are those of rank_bm25 0.2.2 to the last bit, and so are the orders, ties included. What differs:

* A tokenizer runs in this process rather than in a pool of others.
* Where rank_bm25 divides 0 by 0 and gives NaN (``k1=0``, or empty documents with ``b=1``), the score is what
  the other terms give.
* ``doc_freqs`` is made when it is first asked for, and changing it changes nothing. ``k1``, ``b``, ``delta``,
  ``avgdl`` and ``idf`` may be changed, and count from the next query on.

BM25L is rank_bm25's, which multiplies by the term frequency once more than its paper does (docs/variants.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from sprat import _core
from sprat._counting import GrowingIds
from sprat.compat._contenders import contenders
from sprat.errors import EmptyCorpusError

__all__ = ["BM25", "BM25L", "BM25Okapi", "BM25Plus"]

_Document = TypeVar("_Document")
_Floats = NDArray[np.float64]
_NO_ABSENT = np.zeros(0)


class _Built(NamedTuple):
    """Contributions to scores, and what they were made from."""

    parameters: tuple[Any, ...]
    idf: list[float]  # by term
    postings: _core.Postings64


class BM25:
    """What the three classes share. Not to be made itself.

    Parameters
    ----------
    corpus : iterable of sequences of hashables
        The tokens of each document; with a tokenizer, whatever that takes.
    tokenizer : callable, optional
        From an element of ``corpus`` to its tokens.

    Raises
    ------
    EmptyCorpusError
        If there is no document; also a ZeroDivisionError.
    """

    def __init__(self, corpus: Iterable[Any], tokenizer: Callable[[Any], Sequence[Hashable]] | None = None):
        self.tokenizer = tokenizer
        self.doc_len: list[int] = []
        self.idf: dict[Hashable, float] = {}
        self._ids = GrowingIds()
        self._columns = self._count(map(tokenizer, corpus) if tokenizer else corpus)
        self.corpus_size = len(self.doc_len)
        if not self.corpus_size:
            raise EmptyCorpusError("corpus must hold at least one document, got none")
        self.avgdl = sum(self.doc_len) / self.corpus_size
        self._built: _Built | None = None
        self._calc_idf(dict(zip(self._ids, np.diff(self._columns.indptr).tolist())))

    @property
    def doc_freqs(self) -> list[dict[Hashable, int]]:
        """Term frequencies of each document."""
        words, rows = list(self._ids), csr_array(self._columns)
        indptr, terms, frequencies = rows.indptr.tolist(), rows.indices.tolist(), rows.data.tolist()
        return [
            {words[term]: tf for term, tf in zip(terms[start:end], frequencies[start:end])}
            for start, end in pairwise(indptr)
        ]

    def get_scores(self, query: Iterable[Hashable]) -> _Floats:
        """Return the score of every document, float64; ``query`` is its tokens."""
        words = [word for word in query if word in self._ids]
        terms = [self._ids[word] for word in words]
        weights = [self.idf.get(word) or 0 for word in words]
        built = self._built
        if built is None or built.parameters != self._parameters():
            built = self._build()
        if any(built.idf[term] != weight for term, weight in zip(terms, weights)):
            built = self._build()
        return built.postings.scores(np.array(terms, np.int64), self._absent(weights))

    def get_batch_scores(self, query: Iterable[Hashable], doc_ids: Sequence[int]) -> list[float]:
        """Return the scores of the documents ``doc_ids``."""
        assert all(number < self.corpus_size for number in doc_ids)
        scores: list[float] = self.get_scores(query)[doc_ids].tolist()
        return scores

    def get_top_n(
        self, query: Iterable[Hashable], documents: Sequence[_Document], n: int = 5
    ) -> list[_Document]:
        """Return the ``n`` best of ``documents``, which are those of the corpus in any form."""
        assert self.corpus_size == len(documents), "The documents given don't match the index corpus!"
        return [documents[number] for number in _best(self.get_scores(query), n)]

    def _calc_idf(self, nd: dict[Hashable, int]) -> None:
        raise NotImplementedError

    def _contributions(self, idf: _Floats, tf: NDArray[np.int32], doc_len: NDArray[np.int64]) -> _Floats:
        """Return what each occurrence gives, in rank_bm25's grouping: q_freq is tf there."""
        raise NotImplementedError

    def _absent(self, idf: list[float]) -> _Floats:
        """Return what a term gives to documents that do not hold it; nothing if that is 0."""
        return _NO_ABSENT

    def _parameters(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name, None) for name in ("k1", "b", "delta", "avgdl"))

    def _build(self) -> _Built:
        columns = self._columns
        idf = [self.idf.get(word) or 0 for word in self._ids]
        by_entry = np.repeat(np.array(idf, np.float64), np.diff(columns.indptr))
        lengths = np.array(self.doc_len, np.int64)[columns.indices]
        postings = _core.Postings64(
            columns.indptr.astype(np.int64),
            columns.indices,
            self._contributions(by_entry, columns.data, lengths),
            self.corpus_size,
        )
        self._built = _Built(self._parameters(), idf, postings)
        return self._built

    def _count(self, corpus: Iterable[Sequence[Hashable]]) -> Any:
        def noted() -> Iterator[Sequence[Hashable]]:
            for document in corpus:
                self.doc_len.append(len(document))
                yield document

        tokens = np.fromiter(map(self._ids.__getitem__, chain.from_iterable(noted())), np.int64)
        indptr = np.cumsum([0, *self.doc_len], dtype=np.int64)
        counts = _core.count_ids(indptr, tokens, len(self._ids), rows=True)
        rows = (counts.term_frequencies, counts.indices, counts.indptr)
        columns = csc_array(csr_array(rows, shape=(len(self.doc_len), len(self._ids))))
        columns.indices = columns.indices.astype(np.int32, copy=False)
        return columns

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_built": None}


class BM25Okapi(BM25):
    """Okapi's BM25, where a negative idf becomes ``epsilon`` times the average idf."""

    def __init__(
        self,
        corpus: Iterable[Any],
        tokenizer: Callable[[Any], Sequence[Hashable]] | None = None,
        k1: float = 1.5,
        b: float = 0.75,
        epsilon: float = 0.25,
    ):
        self.k1, self.b, self.epsilon = k1, b, epsilon
        super().__init__(corpus, tokenizer)

    def _calc_idf(self, nd: dict[Hashable, int]) -> None:
        n = self.corpus_size
        self.idf = _by_frequency(nd, lambda freq: math.log(n - freq + 0.5) - math.log(freq + 0.5))
        if not self.idf:
            raise EmptyCorpusError(f"corpus must hold at least one token, got none in {n} document(s)")
        idf_sum = 0.0
        for value in self.idf.values():  # in this order; sum() adds up more exactly since Python 3.12
            idf_sum += value
        self.average_idf = idf_sum / len(self.idf)
        eps = self.epsilon * self.average_idf
        self.idf = {word: eps if value < 0 else value for word, value in self.idf.items()}

    def _contributions(self, idf: _Floats, tf: NDArray[np.int32], doc_len: NDArray[np.int64]) -> _Floats:
        k1, b = self.k1, self.b
        return idf * (tf * (k1 + 1) / (tf + k1 * (1 - b + b * doc_len / self.avgdl)))


class BM25L(BM25):
    """BM25L as rank_bm25 has it."""

    def __init__(
        self,
        corpus: Iterable[Any],
        tokenizer: Callable[[Any], Sequence[Hashable]] | None = None,
        k1: float = 1.5,
        b: float = 0.75,
        delta: float = 0.5,
    ):
        self.k1, self.b, self.delta = k1, b, delta
        super().__init__(corpus, tokenizer)

    def _calc_idf(self, nd: dict[Hashable, int]) -> None:
        n = self.corpus_size
        self.idf = _by_frequency(nd, lambda freq: math.log(n + 1) - math.log(freq + 0.5))

    def _contributions(self, idf: _Floats, tf: NDArray[np.int32], doc_len: NDArray[np.int64]) -> _Floats:
        k1, delta = self.k1, self.delta
        ctd = tf / (1 - self.b + self.b * doc_len / self.avgdl)
        return idf * tf * (k1 + 1) * (ctd + delta) / (k1 + ctd + delta)


class BM25Plus(BM25):
    """BM25+, where every document gets ``delta`` idfs for each term of the query."""

    def __init__(
        self,
        corpus: Iterable[Any],
        tokenizer: Callable[[Any], Sequence[Hashable]] | None = None,
        k1: float = 1.5,
        b: float = 0.75,
        delta: float = 1,
    ):
        self.k1, self.b, self.delta = k1, b, delta
        super().__init__(corpus, tokenizer)

    def _calc_idf(self, nd: dict[Hashable, int]) -> None:
        n = self.corpus_size
        self.idf = _by_frequency(nd, lambda freq: math.log((n + 1) / freq))

    def _contributions(self, idf: _Floats, tf: NDArray[np.int32], doc_len: NDArray[np.int64]) -> _Floats:
        k1, b = self.k1, self.b
        return idf * (self.delta + (tf * (k1 + 1)) / (k1 * (1 - b + b * doc_len / self.avgdl) + tf))

    def _absent(self, idf: list[float]) -> _Floats:
        return np.array(idf, np.float64) * self.delta


def _by_frequency(nd: dict[Hashable, int], idf_of: Callable[[int], float]) -> dict[Hashable, float]:
    values = {freq: idf_of(freq) for freq in set(nd.values())}
    return {word: values[freq] for word, freq in nd.items()}


def _best(scores: _Floats, n: int) -> NDArray[np.int64]:
    """Return ``np.argsort(scores)[::-1][:n]``, without sorting all where no tie depends on it."""
    if isinstance(n, int) and 0 < n < len(scores):
        top = contenders(scores, n)
        order = np.argsort(scores[top])[::-1]
        if len(top) == n and np.diff(scores[top][order]).all():
            best: NDArray[np.int64] = top[order]
            return best
    return np.argsort(scores)[::-1][:n]
