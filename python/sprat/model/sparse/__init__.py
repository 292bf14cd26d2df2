"""Sparse embedding functions."""

from sprat.model.sparse.bm25 import BM25EmbeddingFunction

__all__ = ["BM25EmbeddingFunction"]
