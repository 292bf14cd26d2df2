"""Search over sparse vectors: the k best documents for each query, exactly."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, issparse

from sprat import _core
from sprat.errors import InvalidArgumentError

__all__ = ["SparseIndex", "TopK"]

_INT32_MAX = np.iinfo(np.int32).max

# indptr, indices, data, columns
_Arrays: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32], int]


class TopK(NamedTuple):
    """Best documents per query; row ``i`` answers query ``i``."""

    documents: NDArray[np.int64]  #: shape (n_queries, k); row numbers, -1 past the last match
    scores: NDArray[np.float32]  #: shape (n_queries, k); descending, 0 past the last match


class SparseIndex:
    """Sparse vectors to search by dot product.

    Every document that shares a term with the query is scored, so the answer is exact by construction.

    Parameters
    ----------
    documents : sparse matrix or array of shape (n_documents, n_terms)
        One document per row. Weights are taken as float32 and must be finite. A canonical CSR matrix of
        float32 is read in place, and must not change while the index lives; others are copied once.

    Raises
    ------
    InvalidArgumentError
        If a weight is not finite, or the arrays do not form a matrix.
    TypeError
        If ``documents`` is not a SciPy sparse matrix or array.
    """

    __slots__ = ("_columns", "_documents", "_terms")

    def __init__(self, documents: Any) -> None:
        rows = _as_rows("documents", documents)
        self._columns = int(rows.shape[1])
        # Columns beyond int32, as a hashed vocabulary has them, are numbered anew, in the same order.
        self._terms = np.unique(rows.indices) if self._columns > _INT32_MAX else None
        self._documents = _as_native(rows, self._terms)
        no_queries = csr_array((0, self._documents[3]), dtype=np.float32)
        _core.search_exhaustive(self._documents, _as_native(no_queries, None), 1, 1)  # checks the arrays

    def __len__(self) -> int:
        return len(self._documents[0]) - 1

    def search(self, queries: Any, k: int = 10, *, threads: int = 0) -> TopK:
        """Return the ``k`` best documents for each row of ``queries``.

        A score is the sum of the products of query and document weights by ascending column, in float32.
        Equal scores rank by ascending document number. A document that shares no term with the query is
        never returned. The number of threads does not change the result; 0 means one per core.

        Parameters
        ----------
        queries : sparse matrix or array of shape (n_queries, n_terms)
            One query per row, over the same terms as the documents.
        k : int, default 10
            How many documents to return per query; at least 1.

        Raises
        ------
        InvalidArgumentError
            If the numbers of terms differ, ``k`` is less than 1, or a weight is not finite.
        TypeError
            If ``queries`` is not a SciPy sparse matrix or array.
        """
        rows = _as_rows("queries", queries)
        if rows.shape[1] != self._columns:
            raise InvalidArgumentError(
                f"queries must have {self._columns} columns, as the documents have, got {rows.shape[1]}"
            )
        native = _as_native(rows, self._terms)
        if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
            raise InvalidArgumentError(f"k must be an integer of at least 1, got {k!r}")
        if k > _INT32_MAX:
            raise InvalidArgumentError(f"k must be at most {_INT32_MAX}, got {k}")
        if isinstance(threads, bool) or not isinstance(threads, int) or not 0 <= threads <= _INT32_MAX:
            raise InvalidArgumentError(f"threads must be a whole number from 0, got {threads!r}")
        return TopK(*_core.search_exhaustive(self._documents, native, int(k), threads))


def _as_rows(name: str, matrix: Any) -> Any:
    if not issparse(matrix):
        raise TypeError(f"{name} must be a SciPy sparse matrix or array, got {type(matrix).__name__}")
    if matrix.ndim != 2:
        raise InvalidArgumentError(f"{name} must be two-dimensional, got shape {matrix.shape}")
    try:
        rows = csr_array(matrix)
    except ValueError as error:
        raise InvalidArgumentError(f"{name}: {error}") from error
    _check(name, rows)
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    return rows


def _check(name: str, rows: Any) -> None:
    """Refuse arrays that form no matrix, before SciPy walks them."""
    indptr, indices, stored = rows.indptr, rows.indices, min(len(rows.indices), len(rows.data))
    if len(indptr) != rows.shape[0] + 1 or indptr[0] != 0 or indptr[-1] > stored:
        raise InvalidArgumentError(
            f"{name}: indptr must go from 0 to at most {stored} in {rows.shape[0]} rows"
        )
    if (steps := np.diff(indptr)).size and steps.min() < 0:
        at = int(np.flatnonzero(steps < 0)[0]) + 1
        raise InvalidArgumentError(
            f"{name}: indptr[{at}] must be at least {indptr[at - 1]}, got {indptr[at]}"
        )
    used = indices[: indptr[-1]]
    if len(used) and not 0 <= used.min() <= used.max() < rows.shape[1]:
        at = int(np.flatnonzero((used < 0) | (used >= rows.shape[1]))[0])
        raise InvalidArgumentError(f"{name}: column index {at} must be below {rows.shape[1]}, got {used[at]}")


def _as_native(rows: Any, terms: NDArray[Any] | None) -> _Arrays:
    """Settle dtype and layout; with ``terms``, keep only those columns and number them from 0."""
    indptr, indices, data = rows.indptr, rows.indices, rows.data
    columns = int(rows.shape[1])
    if terms is not None:
        columns = len(terms)
        places = np.searchsorted(terms, indices)
        known = np.flatnonzero(np.append(terms, -1)[places] == indices)
        indptr = np.searchsorted(known, indptr)
        indices, data = places[known], data[known]
    return (
        np.ascontiguousarray(indptr, np.int64),
        np.ascontiguousarray(indices, np.int32),
        np.ascontiguousarray(data, np.float32),
        columns,
    )
