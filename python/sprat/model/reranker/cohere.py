"""Reranking by Cohere."""

from __future__ import annotations

import os
from typing import Any

from sprat.model._service import Service, ServiceOptions, check_keywords, require_client
from sprat.model.base import RerankResult
from sprat.model.dense.cohere import NO_RETRIES, wire
from sprat.model.reranker._rerank import Scored, ServiceRerankFunction


class CohereRerankFunction(ServiceRerankFunction):
    """Reranking by Cohere.

    Parameters
    ----------
    model_name : str, default "rerank-english-v3.0"
    api_key : str, optional
        The default is the environment's ``CO_API_KEY``.
    return_documents : bool, default True
        Whether results hold the documents' text; else "". The text is the caller's own and is not
        asked of the service.
    base_url : str, optional
        Of another service with the same protocol.
    options : ServiceOptions, optional
    **kwargs
        Go to ``ClientV2.rerank``.
    """

    def __init__(
        self,
        model_name: str = "rerank-english-v3.0",
        api_key: str | None = None,
        return_documents: bool = True,
        *,
        base_url: str | None = None,
        options: ServiceOptions | None = None,
        **kwargs: Any,
    ) -> None:
        require_client("cohere", "CohereRerankFunction", "cohere")
        import cohere

        self._service = Service(wire(1000), options, api_key, os.environ.get("CO_API_KEY"))
        self.model_name = model_name
        self.return_documents = return_documents
        self._fields = kwargs
        given = {**({"base_url": base_url} if base_url else {}), **self._service.timeout("timeout")}
        self.client = self._service.owns(cohere.ClientV2(api_key, **given))
        check_keywords(self.client.rerank, kwargs)
        self._aclient = lambda: cohere.AsyncClientV2(api_key, **given)

    def _send(self, client: Any, query: str, documents: list[str], top_k: int | None) -> Any:
        return client.rerank(
            query=query,
            documents=documents,
            top_n=top_k,
            model=self.model_name,
            request_options=NO_RETRIES,
            **self._fields,
        )

    def _scored(self, answer: Any) -> Scored:
        return [(entry.index, entry.relevance_score) for entry in answer.results]

    def _merged(self, *found: Any) -> list[RerankResult]:
        ranked = super()._merged(*found)
        if self.return_documents is not True:
            for result in ranked:
                result.text = ""
        return ranked
