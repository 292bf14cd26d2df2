"""``pymilvus.model``'s multilingual GTE, on ONNX in the core."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from sprat._arguments import whole
from sprat._hybrid import HybridEncoder
from sprat._onnx import providers_of_device
from sprat.model.base import BaseEmbeddingFunction

__all__ = ["MGTEEmbeddingFunction"]


class MGTEEmbeddingFunction(BaseEmbeddingFunction):
    """Dense and sparse embeddings of Alibaba-NLP/gte-multilingual-base and its like.

    The model is an ONNX export with ``last_hidden_state``, (texts, tokens, columns), and ``logits``, one
    weight for each token.

    Parameters
    ----------
    model_name : str
        A folder with ``model.onnx`` and ``tokenizer.json``, or the id of such a model on the Hugging Face
        hub.
    batch_size : int, default 16
        Taken, and without effect: how texts are batched does not change their vectors.
    device : str
        ``""`` or ``"cpu"``, ``"cuda"`` or ``"cuda:N"``.
    normalize_embeddings : bool, default True
        Dense vectors have length 1.
    dimensions : int, optional
        Keep so many columns of a dense vector; by default all. ``dimension=`` is the same.
    use_fp16 : bool
        Taken, and without effect: the file of the model decides.
    return_dense, return_sparse : bool, default True
        Which to give.
    **kwargs
        ``threads``, ``batch_tokens``, ``max_length``, ``model_file``, ``revision``, ``providers``,
        ``library``, as of :class:`sprat.SpladeEncoder`.
    """

    def __init__(
        self,
        model_name: str = "Alibaba-NLP/gte-multilingual-base",
        batch_size: int = 16,
        device: str = "",
        normalize_embeddings: bool = True,
        dimensions: int | None = None,
        use_fp16: bool = False,
        return_dense: bool = True,
        return_sparse: bool = True,
        **kwargs: Any,
    ) -> None:
        self.model_name = model_name
        self.batch_size = whole("batch_size", batch_size, low=1)
        self.device = device
        self.normalize_embeddings = normalize_embeddings
        self.use_fp16 = use_fp16
        self.return_dense = return_dense
        self.return_sparse = return_sparse
        self.model = HybridEncoder(
            model_name,
            normalize=normalize_embeddings,
            dimensions=kwargs.pop("dimension", None) or dimensions,
            **{"providers": providers_of_device(device), **kwargs},
        )

    @property
    def dim(self) -> dict[str, int]:
        """Number of columns of each kind of vector."""
        return {"dense": self.model.dimensions, "sparse": self.model.vocabulary}

    def __call__(self, texts: Iterable[str]) -> dict[str, Any]:
        """Return ``dense``, a list of float32 arrays, and ``sparse``, a float64 CSR array; what is wanted."""
        encoded = self.model.encode(
            texts, dense=bool(self.return_dense), sparse=bool(self.return_sparse), colbert=False
        )
        results: dict[str, Any] = {}
        if encoded.dense is not None:
            results["dense"] = list(encoded.dense)
        if encoded.sparse is not None:
            results["sparse"] = encoded.sparse.astype(np.float64)
        return results

    def encode_documents(self, documents: Iterable[str]) -> dict[str, Any]:
        """Return what calling does."""
        return self(documents)

    def encode_queries(self, queries: Iterable[str]) -> dict[str, Any]:
        """Return what calling does."""
        return self(queries)
