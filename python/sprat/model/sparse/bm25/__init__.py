"""BM25 with the analyzers of ``pymilvus.model``."""

from sprat.model.sparse.bm25.bm25 import BM25EmbeddingFunction
from sprat.model.sparse.bm25.tokenizers import Analyzer, build_analyzer_from_yaml, build_default_analyzer

__all__ = [
    "Analyzer",
    "BM25EmbeddingFunction",
    "build_analyzer_from_yaml",
    "build_default_analyzer",
]
