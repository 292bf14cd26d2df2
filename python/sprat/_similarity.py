"""Sparse vectors side by side, in the manner of sentence-transformers: how alike, and where?

A matrix is anything that SciPy makes a CSR array of, a row per vector; one of a single dimension is one row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sprat._matrix import SparseRows, sparse_rows
from sprat.errors import InvalidArgumentError


def similarity(embeddings1: Any, embeddings2: Any) -> NDArray[np.float32]:
    """Return the dot product of each row of the first with each of the second, float32 of shape (n1, n2).

    Raises
    ------
    InvalidArgumentError
        If they have not as many columns.
    """
    first, second = _pair(embeddings1, embeddings2)
    return (first @ second.T).toarray()  # type: ignore[no-any-return]


def similarity_pairwise(embeddings1: Any, embeddings2: Any) -> NDArray[np.float32]:
    """Return the dot product of each row with the one beside it, float32 of shape (n,).

    Raises
    ------
    InvalidArgumentError
        If they have not as many rows and columns.
    """
    first, second = _pair(embeddings1, embeddings2)
    if first.shape != second.shape:
        raise InvalidArgumentError(f"both must have as many rows, got {first.shape[0]} and {second.shape[0]}")
    return np.asarray((first * second).sum(axis=1), np.float32)


def intersection(embeddings1: Any, embeddings2: Any) -> SparseRows:
    """Return the products of one vector with each row of the second, where both are above 0.

    They are what each term adds to the similarity, which ``decode`` can name.

    Raises
    ------
    InvalidArgumentError
        If the first has several rows, or they have not as many columns.
    """
    first, second = _pair(embeddings1, embeddings2)
    if first.shape[0] != 1:
        raise InvalidArgumentError(f"embeddings1 must be one row, got {first.shape[0]}")
    weights = np.zeros(first.shape[1], np.float32)
    weights[first.indices] = first.data
    second.data = second.data * weights[second.indices]
    second.data[(weights[second.indices] <= 0) | (second.data <= 0)] = 0
    second.eliminate_zeros()
    return sparse_rows(second.indptr.astype(np.int64), second.indices, second.data, second.shape[1])


def sparsity(embeddings: Any) -> dict[str, float]:
    """Return how many entries a row has on average, and the share of columns that have none.

    Returns
    -------
    dict
        ``"active_dims"`` and ``"sparsity_ratio"``.
    """
    rows = _rows("embeddings", embeddings)
    active = np.count_nonzero(rows.data) / rows.shape[0] if rows.shape[0] else 0.0
    return {"active_dims": active, "sparsity_ratio": 1 - active / rows.shape[1] if rows.shape[1] else 1.0}


def _pair(embeddings1: Any, embeddings2: Any) -> tuple[csr_array, csr_array]:
    first, second = _rows("embeddings1", embeddings1), _rows("embeddings2", embeddings2)
    if first.shape[1] != second.shape[1]:
        raise InvalidArgumentError(
            f"both must have as many columns, got {first.shape[1]} and {second.shape[1]}"
        )
    return first, second


def _rows(name: str, embeddings: Any) -> csr_array:
    """Return a copy as float32 rows, sorted and free of duplicates."""
    if getattr(embeddings, "ndim", None) not in (1, 2):
        raise TypeError(f"{name} must be a matrix or a row of one, got {type(embeddings).__name__}")
    if embeddings.ndim == 1:
        embeddings = embeddings.reshape(1, -1)
    rows = csr_array(embeddings, dtype=np.float32, copy=True)
    rows.sum_duplicates()
    return rows
