"""Vectors by Cohere."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from typing import Any

from sprat.errors import InvalidArgumentError
from sprat.model._service import Service, ServiceOptions, Wire, require_client, transport_errors
from sprat.model.dense._embedding import Role, ServiceEmbeddingFunction, known_dimension

_DIMENSIONS = {
    "embed-english-v3.0": 1024,
    "embed-english-light-v3.0": 384,
    "embed-english-v2.0": 4096,
    "embed-english-light-v2.0": 1024,
    "embed-multilingual-v3.0": 1024,
    "embed-multilingual-light-v3.0": 384,
    "embed-multilingual-v2.0": 768,
}
_PACKED = {"binary": "b", "ubinary": "B"}  # one byte for eight dimensions, by its struct code


class CohereEmbeddingFunction(ServiceEmbeddingFunction):
    """Vectors by Cohere: float32, or bytes if the embedding type is "binary" or "ubinary".

    Parameters
    ----------
    model_name : str, default "embed-english-light-v3.0"
    api_key : str, optional
        The default is the environment's ``CO_API_KEY``.
    input_type : str, default "search_document"
        What a call of the object itself asks for.
    embedding_types : list of one str, optional
        "float", "binary", "ubinary" or "base64".
    truncate : {"NONE", "START", "END"}, optional
    options : ServiceOptions, optional
    **kwargs
        Go to ``cohere.Client`` and ``cohere.AsyncClient``.
    """

    _dtype = "float32"

    def __init__(
        self,
        model_name: str = "embed-english-light-v3.0",
        api_key: str | None = None,
        input_type: str = "search_document",
        embedding_types: list[str] | None = None,
        truncate: str | None = None,
        *,
        options: ServiceOptions | None = None,
        **kwargs: Any,
    ) -> None:
        require_client("cohere", "CohereEmbeddingFunction", "cohere")
        import cohere

        if embedding_types is not None:
            _check_types(embedding_types)
        self._service = Service(wire(96), options, api_key, os.environ.get("CO_API_KEY"))
        self.model_name = model_name
        self.input_type = input_type
        self.embedding_types = embedding_types
        self.truncate = truncate
        given = {**self._service.timeout("timeout"), **kwargs}
        self.client = self._service.owns(cohere.Client(api_key, **given))
        self._aclient = lambda: cohere.AsyncClient(api_key, **given)

    @property
    def dim(self) -> int:
        return known_dimension(self.model_name, _DIMENSIONS)

    def _send(self, client: Any, texts: list[str], role: Role) -> Any:
        return client.embed(
            texts=texts,
            model=self.model_name,
            input_type=self.input_type if role is None else f"search_{role}",
            embedding_types=self.embedding_types,
            truncate=self.truncate,
            request_options=NO_RETRIES,
        )

    def _rows(self, answer: Any) -> Iterable[Any]:
        rows = answer.embeddings
        return rows if self.embedding_types is None else getattr(rows, self.embedding_types[0])  # type: ignore[no-any-return]

    def _vector(self, row: Any) -> Any:
        kind = "float" if self.embedding_types is None else self.embedding_types[0]
        if kind in _PACKED:
            return struct.pack(f"{len(row)}{_PACKED[kind]}", *row)
        return row if kind == "base64" else super()._vector(row)


NO_RETRIES = {"max_retries": 0}  # they are made by Service


def wire(texts: int) -> Wire:
    """Cohere's wire; 96 texts are embedded at once, https://docs.cohere.com/reference/embed."""
    import cohere.core

    errors = (cohere.core.ApiError,), transport_errors()
    return Wire("Cohere", texts, 10_000_000, *errors, detail=lambda error: str(error.body))


def _check_types(embedding_types: list[str]) -> None:
    if len(embedding_types) != 1:
        raise InvalidArgumentError(
            "Only one embedding type can be specified using current PyMilvus model library."
            if embedding_types
            else "embedding_types must name one type, got []"
        )
    if embedding_types[0] in ("int8", "uint8"):
        raise InvalidArgumentError("Currently int8 or uint8 is not supported with PyMilvus model library.")
    known = ("float", "base64", *_PACKED)
    if embedding_types[0] not in known:
        raise InvalidArgumentError(
            f"embedding_types must be one of {', '.join(known)}, got {embedding_types[0]!r}"
        )
