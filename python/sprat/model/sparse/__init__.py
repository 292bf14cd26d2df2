"""Sparse embedding functions."""

from sprat.model.sparse.bm25 import BM25EmbeddingFunction
from sprat.model.sparse.splade import SpladeEmbeddingFunction

__all__ = ["BM25EmbeddingFunction", "SpladeEmbeddingFunction"]
