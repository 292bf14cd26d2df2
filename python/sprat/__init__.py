"""SPArse Retrieval And Tokenization: text in, sparse vectors out, the best documents back."""

from typing import Any

from sprat import errors, fusion
from sprat._core import __version__
from sprat.analysis import Analyzer
from sprat.bm25 import BM25Encoder
from sprat.bm25f import BM25FEncoder
from sprat.evaluation import evaluate, read_qrels, read_run, write_run
from sprat.hashed import HashedVocabulary
from sprat.index import SparseIndex, TopK
from sprat.reading import read
from sprat.retriever import Hit, Retriever
from sprat.splade import SpladeEncoder
from sprat.statistics import CollectionStatistics
from sprat.vectors import read_vectors

__all__ = [
    "Analyzer",
    "BM25Encoder",
    "BM25FEncoder",
    "CollectionStatistics",
    "HashedVocabulary",
    "Hit",
    "Retriever",
    "SparseIndex",
    "SpladeEncoder",
    "TopK",
    "__version__",
    "compat",
    "errors",
    "evaluate",
    "export",
    "fusion",
    "model",
    "read",
    "read_qrels",
    "read_run",
    "read_vectors",
    "write_run",
]


def __getattr__(name: str) -> Any:
    if name in ("compat", "distributed", "export", "model"):
        import importlib

        return importlib.import_module(f"sprat.{name}")
    raise AttributeError(f"module 'sprat' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
