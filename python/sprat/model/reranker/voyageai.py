"""Reranking by Voyage AI."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from sprat.model._service import Service, ServiceOptions, require_client
from sprat.model.dense.voyageai import wire
from sprat.model.reranker._rerank import Scored, ServiceRerankFunction


class VoyageRerankFunction(ServiceRerankFunction):
    """Reranking by Voyage AI.

    Parameters
    ----------
    model_name : str, default "rerank-2"
    api_key : str, optional
        The default is the environment's ``VOYAGE_API_KEY``.
    base_url : str, optional
        Of another service with the same protocol.
    options : ServiceOptions, optional
    """

    def __init__(
        self,
        model_name: str = "rerank-2",
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        options: ServiceOptions | None = None,
    ) -> None:
        require_client("voyageai", "VoyageRerankFunction", "voyage")
        import voyageai

        self._service = Service(wire(), options, api_key, os.environ.get("VOYAGE_API_KEY"))
        self.model_name = model_name
        given = {**({"base_url": base_url} if base_url else {}), **self._service.timeout("timeout")}
        self.client = voyageai.Client(api_key=api_key, **given)
        self._aclient = lambda: contextlib.nullcontext(voyageai.AsyncClient(api_key=api_key, **given))

    def _send(self, client: Any, query: str, documents: list[str], top_k: int | None) -> Any:
        return client.rerank(query, documents, model=self.model_name, top_k=top_k)

    def _scored(self, answer: Any) -> Scored:
        return [(entry.index, entry.relevance_score) for entry in answer.results]
