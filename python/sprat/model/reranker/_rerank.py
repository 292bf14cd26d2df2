"""What the rerankers share: from scores to results, and asking a service for scores."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import Any

from sprat._texts import as_texts, checked
from sprat.errors import InvalidArgumentError
from sprat.model._service import AsyncClients, Service
from sprat.model.base import BaseRerankFunction, RerankResult

Scored = list[tuple[int, Any]]  #: position of a document and its score


def best(documents: list[str], scored: Scored, top_k: int | None) -> list[RerankResult]:
    """The ``top_k`` best, all if it is 0 or None; equal scores keep the order they come in."""
    ranked = sorted(scored, key=lambda pair: pair[1], reverse=True)
    return results(documents, ranked, top_k)


def results(documents: list[str], ranked: Scored, top_k: int | None) -> list[RerankResult]:
    """The first ``top_k``, all if it is 0 or None."""
    first = ranked[:top_k] if top_k else ranked
    return [RerankResult(text=documents[index], score=score, index=index) for index, score in first]


def as_documents(documents: Iterable[str], top_k: int | None) -> list[str]:
    if top_k is not None and top_k < 0:
        raise InvalidArgumentError(f"top_k must be at least 0, got {top_k}")
    return list(checked(as_texts(documents)))


class ServiceRerankFunction(BaseRerankFunction, AsyncClients):
    """Documents ranked by a service; a provider says how to send and how to read.

    Called with ``(query, documents, top_k=5)``, it returns the best documents, best first; all if
    ``top_k`` is 0 or None. Where the service does not take all documents at once they are scored in
    batches and merged by score. :meth:`arerank` is the twin to be awaited; it opens a client of its own,
    unless it stands inside ``async with`` this object.

    Raises
    ------
    ServiceError
        If the service refuses, does not answer, or names a document that was not sent.
    TypeError
        If ``documents`` is a single str, or an element is not a str; its position is named.
    """

    client: Any
    _service: Service
    _silent = False  #: whether an answer may leave out all documents

    def __call__(self, query: str, documents: Iterable[str], top_k: int | None = 5) -> list[RerankResult]:
        texts = as_documents(documents, top_k)

        def send(batch: list[str]) -> Any:
            return self._send(self.client, query, batch, top_k or None)

        return self._merged(texts, list(self._service.answers(texts, send, self._read)), top_k)

    async def arerank(
        self, query: str, documents: Iterable[str], top_k: int | None = 5
    ) -> list[RerankResult]:
        texts = as_documents(documents, top_k)
        async with self._connected() as client:

            def send(batch: list[str]) -> Awaitable[Any]:
                waiting: Awaitable[Any] = self._send(client, query, batch, top_k or None)
                return waiting

            answers = [answer async for answer in self._service.aanswers(texts, send, self._read)]
        return self._merged(texts, answers, top_k)

    def _send(self, client: Any, query: str, documents: list[str], top_k: int | None) -> Any:
        """Send one request for the best, all if None; with an asynchronous client, return what to await."""
        raise NotImplementedError

    def _scored(self, answer: Any) -> Scored:
        """The documents in an answer by their position in the request, best first."""
        raise NotImplementedError

    def _read(self, answer: Any, count: int) -> Scored:
        scored = [(int(index), float(score)) for index, score in self._scored(answer)]
        seen = [index for index, _ in scored]
        wrong = [index for index in seen if not 0 <= index < count]
        if wrong or len(set(seen)) != len(seen) or not (seen or self._silent):
            raise ValueError(f"scores for the documents {seen} of {count}")
        return scored

    def _merged(
        self, documents: list[str], answers: list[tuple[int, Scored]], top_k: int | None
    ) -> list[RerankResult]:
        scored = [(start + index, score) for start, found in answers for index, score in found]
        return (best if len(answers) > 1 else results)(documents, scored, top_k)
