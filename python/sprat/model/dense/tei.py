"""Vectors by a server of Text Embeddings Inference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sprat.model import _http
from sprat.model._service import Service, ServiceOptions
from sprat.model.dense._embedding import Role, ServiceEmbeddingFunction


class TEIEmbeddingFunction(ServiceEmbeddingFunction):
    """Vectors by a server of Text Embeddings Inference, float64 unless ``options`` say otherwise.

    Parameters
    ----------
    api_url : str
        The server's; ``/v1/embeddings`` is added.
    dimensions : int, optional
        Length of the vectors. The default is the model's; ``dim`` asks the server for it, once.
    options : ServiceOptions, optional
        The server takes 32 texts at once unless it was started with another ``--max-client-batch-size``;
        then give the same ``batch_size``.
    """

    def __init__(
        self, api_url: str, dimensions: int | None = None, *, options: ServiceOptions | None = None
    ) -> None:
        service = Service(_http.wire("TEI", "tei", 32, 2_000_000), options)
        self._service, self.client, self._aclient = _http.open_service(service, {})
        self.api_url = api_url
        self._url = _http.endpoint(api_url, "v1/embeddings")
        self._dim = dimensions

    @property
    def dim(self) -> int:
        if self._dim is None:
            self._dim = len(self(["get dim"])[0])
        return self._dim

    def _send(self, client: Any, texts: list[str], role: Role) -> Any:
        return client.post(self._url, json={"input": texts})

    def _rows(self, answer: Any) -> Iterable[Any]:
        return _http.in_order(_http.answer(answer, "data"), "embedding")
