"""Vectors by Mistral AI."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sprat.model import _service
from sprat.model._service import Service, ServiceOptions, Wire, require_client, transport_errors
from sprat.model.dense._embedding import Role, ServiceEmbeddingFunction, known_dimension

_DIMENSIONS = {"mistral-embed": 1024, "codestral-embed": 1536}


class MistralAIEmbeddingFunction(ServiceEmbeddingFunction):
    """Vectors by Mistral AI, float64 unless ``options`` say otherwise.

    Parameters
    ----------
    api_key : str or None
        None takes the environment's ``MISTRALAI_API_KEY``.
    model_name : str, default "mistral-embed"
    options : ServiceOptions, optional
    **kwargs
        Go to ``client.embeddings.create``: ``output_dimension``, ``server_url``, ...
    """

    def __init__(
        self,
        api_key: str | None,
        model_name: str = "mistral-embed",
        *,
        options: ServiceOptions | None = None,
        **kwargs: Any,
    ) -> None:
        require_client("mistralai.client", "MistralAIEmbeddingFunction", "mistral")
        from mistralai.client import Mistral, errors

        key = _service.api_key(api_key, "MISTRALAI_API_KEY")
        # 16,000 tokens a request: the service refuses more with "Too many tokens in batch".
        refusals = (errors.MistralError, errors.NoResponseError)
        wire = Wire("Mistral", 512, 16_000, refusals, transport_errors())
        self._service = Service(wire, options, key)
        self.model_name = model_name
        self._fields = kwargs
        limit = {name: round(value) for name, value in self._service.timeout("timeout_ms", 1e-3).items()}
        self.client = Mistral(api_key=key, **limit)
        _service.check_keywords(self.client.embeddings.create, kwargs)
        self._aclient = lambda: Mistral(api_key=key, **limit)

    @property
    def dim(self) -> int:
        chosen: int | None = self._fields.get("output_dimension")
        return chosen or known_dimension(self.model_name, _DIMENSIONS, "output_dimension")

    def _send(self, client: Any, texts: list[str], role: Role) -> Any:
        embeddings = client.embeddings
        create = embeddings.create if client is self.client else embeddings.create_async
        return create(inputs=texts, model=self.model_name, **self._fields)

    def _rows(self, answer: Any) -> Iterable[Any]:
        return (entry.embedding for entry in sorted(answer.data, key=lambda entry: entry.index))
