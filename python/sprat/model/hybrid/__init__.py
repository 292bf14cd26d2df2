"""Embedding functions that give dense and sparse vectors in one run of a model."""

from sprat.model.hybrid.bge_m3 import BGEM3EmbeddingFunction
from sprat.model.hybrid.mgte import MGTEEmbeddingFunction

__all__ = ["BGEM3EmbeddingFunction", "MGTEEmbeddingFunction"]
