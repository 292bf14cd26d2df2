"""Reranking by Jina AI."""

from __future__ import annotations

from typing import Any

from sprat.model import _http
from sprat.model._service import ServiceOptions
from sprat.model.dense.jinaai import API_URL, open_jina
from sprat.model.reranker._rerank import Scored, ServiceRerankFunction


class JinaRerankFunction(ServiceRerankFunction):
    """Reranking by Jina AI.

    Parameters
    ----------
    model_name : str, default "jina-reranker-v2-base-multilingual"
    api_key : str, optional
        The default is the environment's ``JINAAI_API_KEY``.
    api_url : str
        Where the service is; ``/rerank`` is added.
    options : ServiceOptions, optional
    """

    def __init__(
        self,
        model_name: str = "jina-reranker-v2-base-multilingual",
        api_key: str | None = None,
        *,
        api_url: str = API_URL,
        options: ServiceOptions | None = None,
    ) -> None:
        self._service, self.client, self._aclient = open_jina(api_key, options, 1000, 10_000_000)
        self.model_name = model_name
        self._url = _http.endpoint(api_url, "rerank")

    def _send(self, client: Any, query: str, documents: list[str], top_k: int | None) -> Any:
        fields = {"query": query, "documents": documents, "model": self.model_name, "top_n": top_k}
        return client.post(self._url, json=fields)

    def _scored(self, answer: Any) -> Scored:
        found = _http.answer(answer, "results")
        return [(entry["index"], entry["relevance_score"]) for entry in found]
