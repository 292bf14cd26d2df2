"""What the embedding functions that run a model on this machine share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sprat._texts import as_texts, checked
from sprat.model.base import BaseEmbeddingFunction
from sprat.model.dense._embedding import Vectors


class LocalEmbeddingFunction(BaseEmbeddingFunction):
    """Texts to vectors by a model; a class says how to run it on a list.

    All methods take any iterable of str and return one vector of shape (dim,) for each, in their order.

    Raises
    ------
    TypeError
        If ``texts`` is a single str, or an element is not a str; its position is named.
    """

    def __call__(self, texts: Iterable[str]) -> Vectors:
        checked_texts = self._texts(texts)
        return list(self._encode(checked_texts)) if checked_texts else []

    def encode_documents(self, documents: Iterable[str]) -> Vectors:
        return self(documents)

    def encode_queries(self, queries: Iterable[str]) -> Vectors:
        return self(queries)

    def _encode_document(self, document: str) -> Any:
        return self.encode_documents([document])[0]

    def _encode_query(self, query: str) -> Any:
        return self.encode_queries([query])[0]

    def _encode(self, texts: list[str]) -> Any:
        """The vectors of one or more texts, in their order, in an iterable."""
        raise NotImplementedError

    @staticmethod
    def _texts(texts: Iterable[str]) -> list[str]:
        return list(checked(as_texts(texts)))
