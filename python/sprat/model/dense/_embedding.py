"""What the embedding functions behind a service share: texts in, one vector for each out."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sprat.errors import UnknownDimensionError
from sprat.model._service import AsyncClients, Service
from sprat.model.base import BaseEmbeddingFunction

Role = Literal["query", "document"] | None  #: None where the caller did not say
Vectors = list[NDArray[Any]]


class ServiceEmbeddingFunction(BaseEmbeddingFunction, AsyncClients):
    """Texts to vectors by a service; a provider says how to send and how to read.

    All methods take any iterable of str and return one vector of shape (dim,) for each, in their order.
    The ``a`` twins are awaited; each call opens a client of its own, unless it stands inside
    ``async with`` this object.

    Raises
    ------
    ServiceError
        If the service refuses, does not answer, or gives anything but one vector for each text.
    TypeError
        If ``texts`` is a single str, or an element is not a str; its position is named.
    """

    client: Any = None
    _service: Service
    _dtype = "float64"

    def __call__(self, texts: Iterable[str]) -> Vectors:
        return self._encode(texts, None)

    def encode_documents(self, documents: Iterable[str]) -> Vectors:
        return self._encode(documents, "document")

    def encode_queries(self, queries: Iterable[str]) -> Vectors:
        return self._encode(queries, "query")

    async def aencode_documents(self, documents: Iterable[str]) -> Vectors:
        return await self._aencode(documents, "document")

    async def aencode_queries(self, queries: Iterable[str]) -> Vectors:
        return await self._aencode(queries, "query")

    def _encode_document(self, document: str) -> Any:
        return self._encode([document], "document")[0]

    def _encode_query(self, query: str) -> Any:
        return self._encode([query], "query")[0]

    def _send(self, client: Any, texts: list[str], role: Role) -> Any:
        """Send one request; with an asynchronous client, return what is to be awaited."""
        raise NotImplementedError

    def _rows(self, answer: Any) -> Iterable[Any]:
        """The vectors in an answer, as sequences of numbers, in the order of the texts."""
        raise NotImplementedError

    def _vector(self, row: Any) -> Any:
        return np.array(row, dtype=self._service.options.dtype or self._dtype)

    def _encode(self, texts: Iterable[str], role: Role) -> Vectors:
        def send(batch: list[str]) -> Any:
            return self._send(self.client, batch, role)

        return [vector for _, found in self._service.answers(texts, send, self._read) for vector in found]

    async def _aencode(self, texts: Iterable[str], role: Role) -> Vectors:
        if self._aclient is None:
            import asyncio

            return await asyncio.to_thread(self._encode, texts, role)
        async with self._connected() as client:

            def send(batch: list[str]) -> Awaitable[Any]:
                waiting: Awaitable[Any] = self._send(client, batch, role)
                return waiting

            found = self._service.aanswers(texts, send, self._read)
            return [vector async for _, vectors in found for vector in vectors]

    def _read(self, answer: Any, count: int) -> Vectors:
        vectors = [self._vector(row) for row in self._rows(answer)]
        if len(vectors) != count:
            raise ValueError(f"{len(vectors)} vectors for {count} texts")
        lengths = {np.shape(vector) for vector in vectors if isinstance(vector, np.ndarray)}
        if len(lengths) > 1:
            raise ValueError(f"vectors of different shapes: {sorted(lengths)}")
        return vectors


def known_dimension(model_name: str, table: Mapping[str, int], argument: str = "") -> int:
    """The length of a model's vectors, by a table; ``argument`` is what the user may pass instead."""
    if model_name not in table:
        instead = f"pass {argument}, or " if argument else ""
        raise UnknownDimensionError(
            f"the length of {model_name}'s vectors is not known; {instead}use one of {', '.join(table)}"
        )
    return table[model_name]
