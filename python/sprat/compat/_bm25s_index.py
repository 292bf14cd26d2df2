"""Finished scores by term, as bm25s keeps them: "what does each document score, and which are the best?" """

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from sprat import _core
from sprat._counting import AnyCounts
from sprat._weighting import VARIANTS, Parameters, absent_weight
from sprat.compat._contenders import contenders
from sprat.index import SparseIndex

SHIFTED = ("bm25l", "bm25+")  # methods in which documents get something for terms that they do not hold

_FEW = 64  # scoring one document in so many costs what scoring all of them does

Best: TypeAlias = tuple[NDArray[np.int64], NDArray[Any]]


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view


_MADE = ("postings", "_inverted")  # at first use


class ScoredIndex:
    """What every term gives to every document that holds it. Not changed once made.

    Parameters
    ----------
    data : float32 or float64 array of shape (n_postings,)
    indices : integer array of shape (n_postings,)
        Documents, ascending for each term.
    indptr : integer array of shape (n_terms + 1,)
    nonoccurrence : array of shape (n_terms,), or None
        What every document gets beside, for each term of a query.
    mapped : sequence of MappedFile, default ()
        Files that hold the first two, if they do. Arrays are then read where they lie; else an inverted
        index is made for retrieval.
    """

    def __init__(
        self,
        data: NDArray[Any],
        indices: NDArray[Any],
        indptr: NDArray[Any],
        document_count: int,
        nonoccurrence: NDArray[Any] | None,
        *,
        mapped: Sequence[_core.MappedFile] = (),
    ) -> None:
        # What was checked once stays as it was: whoever is shown these cannot write to them.
        self.data, self.indices, self.indptr = _read_only(data), _read_only(indices), _read_only(indptr)
        self.document_count, self.nonoccurrence, self._mapped = document_count, nonoccurrence, mapped

    @classmethod
    def of(
        cls, counts: AnyCounts, method: str, idf_method: str, parameters: Parameters, dtype: str
    ) -> ScoredIndex:
        """Weigh a collection."""
        df, document_count = counts.document_frequency, counts.document_count
        idf_part = VARIANTS[idf_method].idf
        assert idf_part is not None
        idf = np.where(df > 0, idf_part(df, document_count, 0.0), 0.0).astype(dtype)
        weights = _core.exact_document_weights(
            VARIANTS[method].tf,
            counts.indptr,
            counts.term_frequencies,
            counts.document_lengths,
            counts.token_count / document_count,
            float(parameters.k1),
            float(parameters.b),
            float(parameters.delta),
        )
        rows = ((idf[counts.indices] * weights).astype(dtype), counts.indices, counts.indptr)
        columns = csc_array(csr_array(rows, shape=(document_count, len(df))))
        absent = absent_weight(VARIANTS[method], parameters)
        nonoccurrence = (idf * absent).astype(dtype) if method in SHIFTED else None
        return cls(columns.data, columns.indices, columns.indptr, document_count, nonoccurrence)

    def __getstate__(self) -> dict[str, Any]:
        """Without what follows from the rest."""
        return {name: value for name, value in self.__dict__.items() if name not in _MADE}

    @property
    def term_count(self) -> int:
        return len(self.indptr) - 1

    @cached_property
    def postings(self) -> _core.Postings32 | _core.Postings64:
        """Made at first use, which checks the arrays; an InvalidArgumentError says what is wrong."""
        indptr = np.ascontiguousarray(self.indptr, np.int64)
        indices = np.ascontiguousarray(self.indices, np.int32)
        kind = _core.Postings32 if self.data.dtype == np.float32 else _core.Postings64
        return kind(indptr, indices, np.ascontiguousarray(self.data), self.document_count)

    def scores(self, ids: Sequence[int]) -> NDArray[Any]:
        """Return the score of each document, in the dtype of the data.

        Raises
        ------
        CorruptFileError
            If a mapped file was changed since.
        """
        terms, absent = np.array(ids, np.int64), np.zeros(0, self.data.dtype)
        self._require_unchanged()
        scores: NDArray[Any] = self.postings.scores(terms, absent)
        self._require_unchanged()
        scores += self._absent(ids)
        return scores

    def best(
        self, queries: Sequence[Sequence[int]], k: int, threads: int, weight_mask: NDArray[Any] | None
    ) -> Best:
        """Return numbers and scores of the k best documents of each query; equal ones ascend."""
        if weight_mask is None and self._inverted is not None:
            return self._search(self._inverted, queries, k, threads)
        numbers = np.zeros((len(queries), k), np.int64)
        scores = np.zeros((len(queries), k), self.data.dtype)
        for row, ids in enumerate(queries):
            every = self.scores(ids) if weight_mask is None else self.scores(ids) * weight_mask
            numbers[row] = _best(every, k)
            scores[row] = every[numbers[row]]
        return numbers, scores

    @cached_property
    def _inverted(self) -> SparseIndex | None:
        """None if scores are not float32, or some document could score less than one without any term."""
        if self._mapped or self.data.dtype != np.float32 or self.data.min(initial=0) < 0:
            return None
        columns = (self.data, self.indices, self.indptr)
        rows = csr_array(csc_array(columns, shape=(self.document_count, self.term_count)))
        rows.eliminate_zeros()  # they rank with the documents that do not hold the term
        return SparseIndex(rows)

    def _search(self, index: SparseIndex, queries: Sequence[Sequence[int]], k: int, threads: int) -> Best:
        indptr = np.cumsum([0, *map(len, queries)], dtype=np.int64)
        ids = np.fromiter(chain.from_iterable(queries), np.int64, int(indptr[-1]))
        shape = (len(queries), self.term_count)
        rows = csr_array((np.ones(len(ids), np.float32), ids.copy(), indptr.copy()), shape=shape)
        rows.sum_duplicates()
        wanted = min(k + 1, self.document_count)
        numbers, summed = index.search(rows, wanted, threads=threads)
        numbers, next_best = numbers[:, :k].copy(), summed[:, k:]
        for row in np.flatnonzero(numbers[:, -1] < 0).tolist():
            found = numbers[row] >= 0
            others = np.setdiff1d(np.arange(k), numbers[row][found])
            numbers[row, ~found] = others[: k - np.count_nonzero(found)]
        # As scores() adds them up, in the order of the query, rather than by ascending term.
        absent = np.array([self._absent(query) for query in queries], np.float32)[:, None]
        scores: NDArray[Any]
        if k > self.document_count // _FEW:
            scores = np.array([self.scores(query)[best] for query, best in zip(queries, numbers)])
            scores = scores.reshape(numbers.shape)  # also of no query
        else:
            scores = self.postings.scores_of(indptr, ids, numbers).reshape(numbers.shape) + absent
        # The other order rounds otherwise, so the best that was left out may belong to the k best.
        rounding = (np.diff(indptr)[:, None] + 1) * np.finfo(np.float32).eps
        left_out = (next_best > 0) & (
            (next_best + absent) * (1 + 2 * rounding) >= scores.min(1, keepdims=True)
        )
        for row in np.flatnonzero(left_out.any(1)).tolist():
            every = self.scores(queries[row])
            numbers[row] = _best(every, k)
            scores[row] = every[numbers[row]]
        order = np.lexsort((numbers, -scores))
        return np.take_along_axis(numbers, order, 1), np.take_along_axis(scores, order, 1)

    def _require_unchanged(self) -> None:
        for file in self._mapped:
            file.require_unchanged()

    def _absent(self, ids: Sequence[int]) -> Any:
        """Return what every document gets for the terms of a query."""
        return 0 if self.nonoccurrence is None else self.nonoccurrence[np.array(ids, np.int64)].sum()


def _best(scores: NDArray[Any], k: int) -> NDArray[np.int64]:
    top = contenders(scores, k)
    best: NDArray[np.int64] = top[np.argsort(-scores[top], kind="stable")][:k]
    return best
