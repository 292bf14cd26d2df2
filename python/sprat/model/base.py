"""What every embedding function and reranker of ``pymilvus.model`` has in common.

As there, the methods are marked abstract but the classes can be instantiated.
"""

from abc import abstractmethod
from typing import Any


class BaseEmbeddingFunction:
    @abstractmethod
    def __call__(self, texts: list[str]) -> Any: ...

    @abstractmethod
    def encode_queries(self, queries: list[str]) -> Any: ...


class BaseRerankFunction:
    @abstractmethod
    def __call__(self, query: str, documents: list[str], top_k: int) -> Any: ...


class RerankResult:
    """One document of a reranking: its text, its score, and where it stood in the input."""

    def __init__(self, text: str, score: float, index: int) -> None:
        self.text = text
        self.score = score
        self.index = index

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "score": self.score, "index": self.index}

    def __repr__(self) -> str:
        return f"RerankResult(text={self.text!r}, score={self.score}, index={self.index})"
