"""Vectors by Google's Gemini."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from sprat.model._service import Service, ServiceOptions, Wire, require_client, transport_errors
from sprat.model.dense._embedding import Role, ServiceEmbeddingFunction, known_dimension

_DIMENSIONS = {
    "gemini-embedding-exp-03-07": 3072,
    "models/embedding-001": 768,
    "models/text-embedding-004": 768,
}


class GeminiEmbeddingFunction(ServiceEmbeddingFunction):
    """Vectors by Gemini, float64 unless ``options`` say otherwise.

    Parameters
    ----------
    model_name : str, default "gemini-embedding-exp-03-07"
    api_key : str, optional
        The default is the environment's ``GOOGLE_API_KEY`` or ``GEMINI_API_KEY``.
    config : google.genai.types.EmbedContentConfig or dict, optional
        Its ``output_dimensionality`` is the length of the vectors.
    options : ServiceOptions, optional
    **kwargs
        Go to ``google.genai.Client``. ``http_options`` take the place of ``options.timeout_s``.
    """

    def __init__(
        self,
        model_name: str = "gemini-embedding-exp-03-07",
        api_key: str | None = None,
        config: Any = None,
        *,
        options: ServiceOptions | None = None,
        **kwargs: Any,
    ) -> None:
        require_client("google.genai", "GeminiEmbeddingFunction", "gemini")
        from google import genai
        from google.genai import errors

        # 100 texts: https://ai.google.dev/api/embeddings, batchEmbedContents
        wire = Wire("Gemini", 100, 1_000_000, (errors.APIError,), transport_errors())
        keys = (api_key, os.environ.get("GOOGLE_API_KEY"), os.environ.get("GEMINI_API_KEY"))
        self._service = Service(wire, options, *keys)
        self.model_name = model_name
        self.config = config
        limit_ms = {name: round(value) for name, value in self._service.timeout("timeout", 1e-3).items()}
        given = {**({"http_options": limit_ms} if limit_ms else {}), **kwargs}
        self.client = genai.Client(api_key=api_key, **given)
        self._aclient = lambda: genai.Client(api_key=api_key, **given).aio

    @property
    def dim(self) -> int:
        name = "output_dimensionality"
        config = self.config
        chosen = config.get(name) if isinstance(config, Mapping) else getattr(config, name, None)
        return chosen or known_dimension(self.model_name, _DIMENSIONS, f"a config with {name}")

    def _send(self, client: Any, texts: list[str], role: Role) -> Any:
        return client.models.embed_content(model=self.model_name, contents=texts, config=self.config)

    def _rows(self, answer: Any) -> Iterable[Any]:
        return (embedding.values for embedding in answer.embeddings)
