"""Vectors by Nomic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sprat.model._service import Service, ServiceOptions, Wire, require_client
from sprat.model.dense._embedding import Role, ServiceEmbeddingFunction


class NomicEmbeddingFunction(ServiceEmbeddingFunction):
    """Vectors by Nomic, float64 unless ``options`` say otherwise.

    The client library takes its key from ``nomic login``. It retries status 429 and 5xx by itself, five
    times with waits of 1 to 16 seconds, and offers no limit of time; ``options`` add retries of broken
    connections only. It has no asynchronous client: the twins wait in a thread.

    Parameters
    ----------
    model_name : str, default "nomic-embed-text-v1.5"
    task_type : str, default "search_document"
        What a call of the object itself asks for.
    dimensions : int, default 768
        Length of the vectors; ``dimensionality`` is another name for it.
    options : ServiceOptions, optional
    **kwargs
        Go to ``nomic.embed.text``.
    """

    def __init__(
        self,
        model_name: str = "nomic-embed-text-v1.5",
        task_type: str = "search_document",
        dimensions: int = 768,
        *,
        options: ServiceOptions | None = None,
        **kwargs: Any,
    ) -> None:
        require_client("nomic", "NomicEmbeddingFunction", "nomic")
        import requests

        wire = Wire("Nomic", 1000, 10_000_000, (_Refused,), (requests.RequestException,), retries_itself=True)
        self._service = Service(wire, options)
        self.model_name = model_name
        self.task_type = task_type
        self.dimensionality = kwargs.pop("dimensionality", dimensions)
        self._fields = kwargs

    @property
    def dim(self) -> int:
        return int(self.dimensionality)

    def _send(self, client: Any, texts: list[str], role: Role) -> Any:
        from nomic import embed

        try:
            return embed.text(
                texts=texts,
                model=self.model_name,
                task_type=self.task_type if role is None else f"search_{role}",
                dimensionality=self.dimensionality,
                **self._fields,
            )
        except Exception as error:
            # The library says so of any status but 200, in an Exception of no class of its own.
            said = error.args[0] if type(error) is Exception and error.args else None
            if isinstance(said, tuple) and len(said) == 2:
                raise _Refused(*said) from None
            raise

    def _rows(self, answer: Any) -> Iterable[Any]:
        return answer["embeddings"]  # type: ignore[no-any-return]


class _Refused(Exception):
    def __init__(self, status_code: int, words: str) -> None:
        super().__init__(words)
        self.status_code = status_code
