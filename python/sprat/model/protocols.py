"""What must an encoder or a reranker offer, to be used where sprat takes one? No base class, only this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray


@runtime_checkable
class DenseEncoder(Protocol):
    """Texts to vectors of one length: every class of :mod:`sprat.model.dense`."""

    @property
    def dim(self) -> int: ...

    def encode_documents(self, documents: Iterable[str]) -> Sequence[NDArray[Any]]: ...

    def encode_queries(self, queries: Iterable[str]) -> Sequence[NDArray[Any]]: ...


@runtime_checkable
class SparseEncoder(Protocol):
    """Texts to the rows of a CSR matrix with ``dim`` columns: BM25 and SPLADE, here and in :mod:`sprat`."""

    @property
    def dim(self) -> int: ...

    def encode_documents(self, documents: Iterable[str]) -> Any: ...

    def encode_queries(self, queries: Iterable[str]) -> Any: ...


class Ranked(Protocol):
    """One document of a reranking."""

    @property
    def text(self) -> str: ...

    @property
    def score(self) -> Any: ...

    @property
    def index(self) -> int: ...


@runtime_checkable
class Reranker(Protocol):
    """A query and documents to the best of them: every class of :mod:`sprat.model.reranker`."""

    def __call__(self, query: str, documents: list[str], top_k: int = 5) -> Sequence[Ranked]: ...
