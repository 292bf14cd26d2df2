"""``pymilvus.model``'s SPLADE, on ONNX in the core."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sprat._arguments import whole
from sprat._matrix import SparseRows
from sprat._onnx import providers_of_device
from sprat.errors import InvalidArgumentError
from sprat.model.base import BaseEmbeddingFunction
from sprat.splade import SpladeEncoder

__all__ = ["SpladeEmbeddingFunction"]


class SpladeEmbeddingFunction(BaseEmbeddingFunction):
    """SPLADE embeddings, those that ``pymilvus.model`` gives with ``batch_size=1``, whatever the batch.

    Parameters
    ----------
    model_name : str
        A folder with ``model.onnx`` and ``tokenizer.json``, or the id of such a model on the Hugging Face
        hub; or one with weights alone, of which an ONNX model is made once: see :class:`sprat.SpladeEncoder`.
    batch_size : int, default 32
        Taken, and without effect: how texts are batched does not change their vectors.
    query_instruction, doc_instruction : str
        Put before each text; not by :meth:`__call__`.
    device : str, default "cpu"
        ``"cpu"``, ``"cuda"`` or ``"cuda:N"``.
    k_tokens_query, k_tokens_document : int, optional
        Keep that many of the largest weights of a row, if so many are positive; 0 keeps none. Not by
        :meth:`__call__`.
    **kwargs
        Of :class:`sprat.SpladeEncoder`: ``threads``, ``batch_tokens``, ``max_length``, ``model_file``,
        ``output``, ``revision``, ``providers``, ``library``.

    Raises
    ------
    InvalidArgumentError
        If a value is not allowed. What :class:`sprat.SpladeEncoder` raises comes as it is.
    """

    def __init__(
        self,
        model_name: str = "naver/splade-cocondenser-ensembledistil",
        batch_size: int = 32,
        query_instruction: str = "",
        doc_instruction: str = "",
        device: str = "cpu",
        k_tokens_query: int | None = None,
        k_tokens_document: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.batch_size = whole("batch_size", batch_size, low=1)
        self.model_name = model_name
        self.query_instruction = query_instruction
        self.doc_instruction = doc_instruction
        self.device = device
        self.model = SpladeEncoder(model_name, **{"providers": providers_of_device(device), **kwargs})
        self.k_tokens_query = self._count("k_tokens_query", k_tokens_query)
        self.k_tokens_document = self._count("k_tokens_document", k_tokens_document)

    @property
    def dim(self) -> int:
        """Number of columns: how many terms the model knows."""
        return self.model.dim

    def __call__(self, texts: Iterable[str]) -> SparseRows:
        """Return a float32 CSR array of shape (n_texts, dim), without instruction and unpruned."""
        return self.model._encode(texts)

    def encode_queries(self, queries: Iterable[str]) -> SparseRows:
        """Return a float32 CSR array of shape (n_queries, dim); rows stay (1, dim)."""
        return self.model._encode(queries, self.query_instruction, self.k_tokens_query)

    def encode_documents(self, documents: Iterable[str]) -> SparseRows:
        """Return a float32 CSR array of shape (n_documents, dim); rows stay (1, dim)."""
        return self.model._encode(documents, self.doc_instruction, self.k_tokens_document)

    def _encode_query(self, query: str) -> SparseRows:
        return self.encode_queries([query])

    def _encode_document(self, document: str) -> SparseRows:
        return self.encode_documents([document])

    def _count(self, name: str, value: int | None) -> int | None:
        if value is None:
            return None
        if whole(name, value, low=0) > self.dim:
            raise InvalidArgumentError(f"{name} must be at most {self.dim}, the number of terms, got {value}")
        return value
