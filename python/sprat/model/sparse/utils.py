"""Helpers for sparse embeddings."""

from collections.abc import Iterable
from typing import Any

from scipy.sparse import vstack

from sprat._matrix import SparseRows


def stack_sparse_embeddings(sparse_embs: Iterable[Any]) -> SparseRows:
    """Stack one-row embeddings, of shape (1, n) or (n,), to a matrix whose rows stay (1, n)."""
    return SparseRows(vstack([embedding.reshape((1, -1)) for embedding in sparse_embs]))
