"""Reranking by a server of Text Embeddings Inference."""

from __future__ import annotations

from typing import Any

from sprat.model import _http
from sprat.model._service import Service, ServiceOptions
from sprat.model.reranker._rerank import Scored, ServiceRerankFunction


class TEIRerankFunction(ServiceRerankFunction):
    """Reranking by a server of Text Embeddings Inference.

    Parameters
    ----------
    api_url : str
        The server's; ``/rerank`` is added.
    options : ServiceOptions, optional
        The server takes 32 texts at once unless it was started with another ``--max-client-batch-size``;
        then give the same ``batch_size``.
    """

    def __init__(self, api_url: str, *, options: ServiceOptions | None = None) -> None:
        service = Service(_http.wire("TEI", "tei", 32, 2_000_000), options)
        self._service, self.client, self._aclient = _http.open_service(service, {})
        self.api_url = api_url
        self._url = _http.endpoint(api_url, "rerank")

    def _send(self, client: Any, query: str, documents: list[str], top_k: int | None) -> Any:
        return client.post(self._url, json={"query": query, "return_text": False, "texts": documents})

    def _scored(self, answer: Any) -> Scored:
        found = _http.body(answer)
        if not isinstance(found, list):
            raise ValueError(f"no list in {found!r}")
        return [(entry["index"], entry["score"]) for entry in found]
