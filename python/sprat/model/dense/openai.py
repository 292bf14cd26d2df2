"""Vectors by OpenAI, or by any service that speaks its protocol (``base_url``)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from sprat.model._service import Service, ServiceOptions, Wire, require_client
from sprat.model.dense._embedding import Role, ServiceEmbeddingFunction, known_dimension

_DIMENSIONS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}


class OpenAIEmbeddingFunction(ServiceEmbeddingFunction):
    """Vectors by OpenAI, float64 unless ``options`` say otherwise.

    Parameters
    ----------
    model_name : str, default "text-embedding-ada-002"
    api_key : str, optional
        The default is the environment's ``OPENAI_API_KEY``.
    base_url : str, optional
        Of another service with the same protocol.
    dimensions : int, optional
        Length of the vectors, where the model lets one choose.
    options : ServiceOptions, optional
    **kwargs
        Go to ``openai.OpenAI`` and ``openai.AsyncOpenAI``.
    """

    def __init__(
        self,
        model_name: str = "text-embedding-ada-002",
        api_key: str | None = None,
        base_url: str | None = None,
        dimensions: int | None = None,
        *,
        options: ServiceOptions | None = None,
        **kwargs: Any,
    ) -> None:
        require_client("openai", "OpenAIEmbeddingFunction", "openai")
        import openai

        # 2,048 texts and 300,000 tokens: https://platform.openai.com/docs/api-reference/embeddings
        errors = (openai.OpenAIError,), (openai.APIConnectionError,)
        wire = Wire("OpenAI", 2048, 300_000, *errors)
        self._service = Service(wire, options, api_key, os.environ.get("OPENAI_API_KEY"))
        self.model_name = model_name
        self._chosen = {} if dimensions is None else {"dimensions": dimensions}
        given = {"api_key": api_key, "base_url": base_url, **self._service.timeout("timeout"), **kwargs}
        self.client = openai.OpenAI(max_retries=0, **given)
        self._aclient = lambda: openai.AsyncOpenAI(max_retries=0, **given)

    @property
    def dim(self) -> int:
        return self._chosen.get("dimensions") or known_dimension(self.model_name, _DIMENSIONS, "dimensions")

    def _send(self, client: Any, texts: list[str], role: Role) -> Any:
        return client.embeddings.create(input=texts, model=self.model_name, **self._chosen)

    def _rows(self, answer: Any) -> Iterable[Any]:
        return (entry.embedding for entry in sorted(answer.data, key=lambda entry: entry.index))
