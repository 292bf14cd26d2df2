"""The door of the index: sparse vectors of all kinds, as the arrays that the core takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, issparse

from sprat import _core
from sprat.errors import InvalidArgumentError

# indptr, indices, data, columns
_Arrays: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32], int]
# indptr, indices, data; of any integer type, and float32
_Queries: TypeAlias = tuple[NDArray[Any], NDArray[Any], NDArray[np.float32]]


def query_arrays(queries: Any, column_count: int) -> _Queries:
    """Take queries apart. The core checks columns and weights, and puts them in order."""
    if issparse(queries):
        return _matrix_arrays(queries, column_count)
    if isinstance(queries, Mapping):
        pair: tuple[Any, Any] = (list(queries), list(queries.values()))
    elif isinstance(queries, tuple) and len(queries) == 2:
        pair = queries
    else:
        raise TypeError(
            "queries must be a SciPy sparse matrix or array, a mapping from column to weight, or a pair "
            f"(columns, weights), got {type(queries).__name__}"
        )
    indices, data = np.asarray(pair[0]), np.asarray(pair[1])
    if indices.ndim != 1 or data.shape != indices.shape:
        raise InvalidArgumentError(
            f"queries: columns and weights must be two lists of one length, got shapes {indices.shape} and "
            f"{data.shape}"
        )
    if indices.size == 0:
        indices, data = np.empty(0, np.int64), np.empty(0, np.float32)
    if indices.dtype.kind not in "iu":
        raise InvalidArgumentError(f"queries: columns must be integers, got {indices.dtype}")
    return np.array([0, len(indices)]), indices, _float32("queries", data)


def _matrix_arrays(queries: Any, column_count: int) -> _Queries:
    if queries.ndim != 2:
        raise InvalidArgumentError(f"queries must be two-dimensional, got shape {queries.shape}")
    if queries.shape[1] > column_count:
        raise InvalidArgumentError(
            f"queries must have at most {column_count} columns, as the documents have, got {queries.shape[1]}"
        )
    if queries.format != "csr":
        queries = queries.tocsr()
    indptr, indices, data = queries.indptr, queries.indices, queries.data
    if len(indptr) != queries.shape[0] + 1:
        raise InvalidArgumentError(
            f"queries: indptr must have {queries.shape[0] + 1} entries, got {len(indptr)}"
        )
    if 0 <= indptr[-1] < len(indices):  # SciPy allows for unused entries at the end
        indices, data = indices[: indptr[-1]], data[: indptr[-1]]
    return indptr, indices, _float32("queries", data)


def checked_rows(name: str, matrix: Any) -> Any:
    """Return ``matrix`` as CSR whose arrays form a matrix, columns ascending in each row."""
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


def native_rows(rows: Any) -> tuple[_Arrays, NDArray[np.int64] | None]:
    """Settle dtype and layout.

    With many more columns than entries, as a hashed vocabulary has them, those in use are numbered from 0, in
    the same order; they are returned, too.
    """
    used = int(rows.indptr[-1])
    indices, columns, terms = rows.indices[:used], int(rows.shape[1]), None
    if _core.is_sparse_in_columns(columns, used):
        terms, indices = np.unique(indices, return_inverse=True)
        terms, columns = terms.astype(np.int64), len(terms)
    arrays = (
        np.ascontiguousarray(rows.indptr, np.int64),
        np.ascontiguousarray(indices, np.int32),
        _float32("documents", rows.data[:used]),
        columns,
    )
    return arrays, terms


def _float32(name: str, data: NDArray[Any]) -> NDArray[np.float32]:
    if data.dtype == np.float32 and data.flags.c_contiguous:
        return data
    if data.dtype.kind not in "biuf":
        raise TypeError(f"{name}: weights must be real numbers, got {data.dtype}")
    with np.errstate(over="ignore"):  # the core refuses what has become infinite
        return np.ascontiguousarray(data, np.float32)
