"""Vectors by Voyage AI."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from sprat.errors import InvalidArgumentError, UnknownDimensionError
from sprat.model._service import Service, ServiceOptions, Wire, require_client
from sprat.model.dense._embedding import Role, ServiceEmbeddingFunction

_MATRYOSHKA = (1024, 256, 512, 2048)
_DIMENSIONS = {  # the first is the default
    "voyage-3-large": _MATRYOSHKA,
    "voyage-code-3": _MATRYOSHKA,
    "voyage-3": (1024,),
    "voyage-3-lite": (512,),
    "voyage-finance-2": (1024,),
    "voyage-multilingual-2": (1024,),
    "voyage-law-2": (1024,),
    "voyage-large-2": (1536,),
    "voyage-code-2": (1536,),
    "voyage-2": (1024,),
    "voyage-lite-02-instruct": (1024,),
}
_SEE = "Please check the supported {} here: https://docs.voyageai.com/docs/embeddings"


class VoyageEmbeddingFunction(ServiceEmbeddingFunction):
    """Vectors by Voyage AI: float32, or bool, one for each bit, for "binary" and "ubinary".

    Parameters
    ----------
    model_name : str, default "voyage-3-large"
    api_key : str, optional
        The default is the environment's ``VOYAGE_API_KEY``.
    embedding_type : {"float", "binary", "ubinary"}, optional
    truncate : bool, optional
    dimension : int, optional
        One of those of the model. For a model not listed here, any; the service decides.
    options : ServiceOptions, optional
    **kwargs
        Go to ``voyageai.Client`` and ``voyageai.AsyncClient``.
    """

    _dtype = "float32"

    def __init__(
        self,
        model_name: str = "voyage-3-large",
        api_key: str | None = None,
        embedding_type: str | None = None,
        truncate: bool | None = None,
        dimension: int | None = None,
        *,
        options: ServiceOptions | None = None,
        **kwargs: Any,
    ) -> None:
        require_client("voyageai", "VoyageEmbeddingFunction", "voyage")
        import voyageai

        _check(model_name, embedding_type, dimension)
        self._service = Service(wire(), options, api_key, os.environ.get("VOYAGE_API_KEY"))
        self.model_name = model_name
        self.embedding_type = embedding_type
        self.truncate = truncate
        self.dimension = dimension
        given = {**self._service.timeout("timeout"), **kwargs}
        self.client = voyageai.Client(api_key, **given)
        self._aclient = lambda: contextlib.nullcontext(voyageai.AsyncClient(api_key, **given))

    @property
    def dim(self) -> int:
        length = self._length()
        if length is None:
            raise UnknownDimensionError(
                f"the length of {self.model_name}'s vectors is not known; pass dimension, "
                f"or use one of {', '.join(_DIMENSIONS)}"
            )
        return length

    def _length(self) -> int | None:
        return self.dimension or _DIMENSIONS.get(self.model_name, (None,))[0]

    def _send(self, client: Any, texts: list[str], role: Role) -> Any:
        return client.embed(
            texts=texts,
            model=self.model_name,
            input_type=role,
            truncation=self.truncate,
            output_dtype=self.embedding_type,
            output_dimension=self._length(),
        )

    def _rows(self, answer: Any) -> Iterable[Any]:
        return answer.embeddings  # type: ignore[no-any-return]

    def _vector(self, row: Any) -> Any:
        if self.embedding_type in (None, "float"):
            return super()._vector(row)
        offset = 128 if self.embedding_type == "binary" else 0  # "binary" is in offset binary
        return np.unpackbits((np.array(row, dtype=np.int16) + offset).astype(np.uint8)).astype(bool)


def wire() -> Wire:
    """Voyage's wire: 1,000 texts and, for most models, 120,000 tokens a request."""
    import aiohttp
    from voyageai import error

    broken = (error.APIConnectionError, error.Timeout, aiohttp.ClientError)
    return Wire("Voyage", 1000, 120_000, (error.VoyageError,), broken)


def _check(model_name: str, embedding_type: str | None, dimension: int | None) -> None:
    allowed = _DIMENSIONS.get(model_name)
    if allowed and dimension is not None and dimension not in allowed:
        raise InvalidArgumentError(
            f"The provided dimension ({dimension}) is not supported by the selected model ({model_name}). "
            "Leave this parameter empty to use the default dimension for the model. "
            + _SEE.format("dimensions")
        )
    if embedding_type in ("int8", "uint8"):
        raise InvalidArgumentError("Currently int8 or uint8 is not supported with PyMilvus model library.")
    bits = ("binary", "ubinary") if allowed is None or allowed is _MATRYOSHKA else ()
    if embedding_type not in (None, "float", *bits):
        raise InvalidArgumentError(
            f"The provided embedding_type ({embedding_type}) is not supported by the selected model "
            f"({model_name}). Leave this parameter empty for the default embedding_type (float). "
            + _SEE.format("embedding_type values")
        )
