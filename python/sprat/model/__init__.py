"""The names and import paths of ``pymilvus.model``: change the import and nothing else.

docs/differences.md lists where this package does better than the original on purpose.
"""

from sprat.model import base, dense, hybrid, protocols, reranker, sparse
from sprat.model._service import ServiceOptions
from sprat.model.dense.onnx import OnnxEmbeddingFunction as DefaultEmbeddingFunction

__all__ = [
    "DefaultEmbeddingFunction",
    "ServiceOptions",
    "base",
    "dense",
    "hybrid",
    "protocols",
    "reranker",
    "sparse",
]
