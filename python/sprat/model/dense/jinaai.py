"""Vectors by Jina AI."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sprat.model import _http
from sprat.model._service import Service, ServiceOptions, api_key
from sprat.model.dense._embedding import Role, ServiceEmbeddingFunction

API_URL = "https://api.jina.ai/v1"
_ROLES = {"query": "retrieval.query", "document": "retrieval.passage"}


class JinaEmbeddingFunction(ServiceEmbeddingFunction):
    """Vectors by Jina AI, float64 unless ``options`` say otherwise.

    Parameters
    ----------
    model_name : str, default "jina-embeddings-v3"
    api_key : str, optional
        The default is the environment's ``JINAAI_API_KEY``.
    task : str, default "retrieval.passage"
        What a call of the object itself asks for.
    dimensions : int, optional
        Length of the vectors. The default is the model's; ``dim`` asks the service for it, once.
    late_chunking : bool, default False
        Take the texts of a call as the chunks of one document, in order. They go in one request.
    api_url : str
        Where the service is; ``/embeddings`` is added.
    options : ServiceOptions, optional
    **kwargs
        Further fields of the request, as Jina names them.
    """

    def __init__(
        self,
        model_name: str = "jina-embeddings-v3",
        api_key: str | None = None,
        task: str = "retrieval.passage",
        dimensions: int | None = None,
        late_chunking: bool | None = False,
        *,
        api_url: str = API_URL,
        options: ServiceOptions | None = None,
        **kwargs: Any,
    ) -> None:
        # Chunks of one document are embedded together, so their request cannot be parted.
        limits = (2**63, 2**63) if late_chunking else (512, 10_000_000)
        self._service, self.client, self._aclient = open_jina(api_key, options, *limits)
        self.model_name = model_name
        self.task = task
        self.late_chunking = late_chunking
        self._url = _http.endpoint(api_url, "embeddings")
        self._fields = kwargs if dimensions is None else {"dimensions": dimensions, **kwargs}
        self._dim = dimensions

    @property
    def dim(self) -> int:
        if self._dim is None:
            self._dim = len(self([""])[0])
        return self._dim

    def _send(self, client: Any, texts: list[str], role: Role) -> Any:
        task = self.task if role is None else _ROLES[role]
        fields = {"model": self.model_name, "task": task, "late_chunking": self.late_chunking}
        return client.post(self._url, json={"input": texts, **fields, **self._fields})

    def _rows(self, answer: Any) -> Iterable[Any]:
        return _http.in_order(_http.answer(answer, "data"), "embedding")


def open_jina(
    key: str | None, options: ServiceOptions | None, texts: int, size_bytes: int
) -> tuple[Service, Any, Any]:
    """The service, its client, and what makes an asynchronous one."""
    wire = _http.wire("Jina", "jina", texts, size_bytes)
    key = api_key(key, "JINAAI_API_KEY")
    headers = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}
    return _http.open_service(Service(wire, options, key), headers)
