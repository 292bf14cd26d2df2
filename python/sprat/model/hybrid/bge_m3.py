"""``pymilvus.model``'s BGE-M3, on ONNX in the core, or by FlagEmbedding."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import numpy as np

from sprat._arguments import whole
from sprat._hybrid import Encoded, HybridEncoder
from sprat._matrix import SparseRows, sparse_rows
from sprat._onnx import providers_of_device
from sprat._texts import as_texts, checked
from sprat.errors import InvalidArgumentError, MissingExtraError
from sprat.model.base import BaseEmbeddingFunction

__all__ = ["BGEM3EmbeddingFunction"]

logger = logging.getLogger(__name__)


class BGEM3EmbeddingFunction(BaseEmbeddingFunction):
    """Dense, sparse and multi-vector embeddings of BAAI/bge-m3 and its like.

    The model is an ONNX export with outputs ``dense_vecs``, (texts, columns), ``sparse_vecs``, one weight
    for each token, and, if wanted, ``colbert_vecs``, (texts, tokens, columns); other names that exports use
    are known too.

    Parameters
    ----------
    model_name : str
        A folder with ``model.onnx`` and ``tokenizer.json``, or the id of such a model on the Hugging Face
        hub.
    batch_size : int, default 16
        For FlagEmbedding. In the core it has no effect: how texts are batched does not change their vectors.
    device : str, optional
        ``"cpu"``, ``"cuda"`` or ``"cuda:N"``; FlagEmbedding takes more.
    normalize_embeddings : bool, default True
        Dense vectors and those of tokens have length 1.
    use_fp16 : bool, default False
        For FlagEmbedding. In the core the file of the model decides.
    return_dense, return_sparse, return_colbert_vecs : bool
        Which to give; only ``True`` itself is a yes.
    backend : {"onnx", "FlagEmbedding"}
        ``"FlagEmbedding"`` runs that package, if it is installed, with PyTorch.
    **kwargs
        Of ``FlagEmbedding.BGEM3FlagModel``, or else ``threads``, ``batch_tokens``, ``max_length``,
        ``model_file``, ``revision``, ``providers``, ``library``, as of :class:`sprat.SpladeEncoder`.

    Raises
    ------
    MissingExtraError
        If the backend is not installed.
    InvalidArgumentError
        If a value is not allowed, or the model lacks an output that is wanted.
    """

    def __init__(
        self,
        model_name: str = "BAAI/bge-m3",
        batch_size: int = 16,
        device: str | None = None,
        normalize_embeddings: bool = True,
        use_fp16: bool = False,
        return_dense: bool = True,
        return_sparse: bool = True,
        return_colbert_vecs: bool = False,
        *,
        backend: str = "onnx",
        **kwargs: Any,
    ) -> None:
        self.model_name = model_name
        self.batch_size = whole("batch_size", batch_size, low=1)
        self.device = device
        self.normalize_embeddings = normalize_embeddings
        self.use_fp16 = use_fp16
        self.return_dense = return_dense
        self.return_sparse = return_sparse
        self.return_colbert_vecs = return_colbert_vecs
        if device == "cpu" and use_fp16:
            logger.warning("use_fp16 has no effect on the CPU")
        self.model: Any
        if backend == "onnx":
            options = {"providers": providers_of_device(device), **kwargs}
            self.model = HybridEncoder(model_name, normalize=normalize_embeddings, **options)
        elif backend == "FlagEmbedding":
            self.model = _FlagModel(
                model_name,
                devices=kwargs.pop("devices", device),
                normalize_embeddings=normalize_embeddings,
                use_fp16=use_fp16,
                batch_size=batch_size,
                **kwargs,
            )
        else:
            raise InvalidArgumentError(f"backend must be 'onnx' or 'FlagEmbedding', got {backend!r}")

    @property
    def dim(self) -> dict[str, int]:
        """Number of columns of each kind of vector; 0 of one that the model does not give."""
        return {
            "dense": self.model.dimensions,
            "colbert_vecs": self.model.colbert_columns,
            "sparse": self.model.vocabulary,
        }

    def __call__(self, texts: Iterable[str]) -> dict[str, Any]:
        """Return what is wanted of each text.

        ``dense``: a list of arrays of shape (dim,); ``sparse``: a float64 CSR array of shape (n_texts,
        vocabulary); ``colbert_vecs``: a list of arrays of shape (n_tokens - 1, dim).
        """
        encoded: Encoded = self.model.encode(
            texts,
            dense=self.return_dense is True,
            sparse=self.return_sparse is True,
            colbert=self.return_colbert_vecs is True,
        )
        results: dict[str, Any] = {}
        if encoded.dense is not None:
            results["dense"] = list(encoded.dense)
        if encoded.sparse is not None:
            results["sparse"] = encoded.sparse.astype(np.float64)
        if encoded.colbert is not None:
            results["colbert_vecs"] = encoded.colbert
        return results

    def encode_documents(self, documents: Iterable[str]) -> dict[str, Any]:
        """Return what calling does."""
        return self(documents)

    def encode_queries(self, queries: Iterable[str]) -> dict[str, Any]:
        """Return what calling does."""
        return self(queries)


class _FlagModel:
    """FlagEmbedding's BGE-M3 behind the methods of :class:`HybridEncoder`."""

    def __init__(self, model_name: str, *, batch_size: int, **options: Any) -> None:
        try:
            from FlagEmbedding import BGEM3FlagModel
        except ImportError as error:
            raise MissingExtraError(
                f"backend='FlagEmbedding' needs {error.name}: pip install \"FlagEmbedding>=1.3.3\""
            ) from error
        self._model = BGEM3FlagModel(model_name_or_path=model_name, **options)
        self._batch_size = batch_size

    @property
    def dimensions(self) -> int:
        return int(self._model.model.model.config.hidden_size)

    @property
    def colbert_columns(self) -> int:
        return int(self._model.model.colbert_linear.out_features)

    @property
    def vocabulary(self) -> int:
        return len(self._model.tokenizer)

    def encode(self, texts: Iterable[str], *, dense: bool, sparse: bool, colbert: bool) -> Encoded:
        found = self._model.encode(
            sentences=list(checked(as_texts(texts))),
            batch_size=self._batch_size,
            return_dense=dense,
            return_sparse=sparse,
            return_colbert_vecs=colbert,
        )
        return Encoded(
            found["dense_vecs"] if dense else None,
            self._rows(found["lexical_weights"]) if sparse else None,
            list(found["colbert_vecs"]) if colbert else None,
        )

    def _rows(self, weights: Iterable[dict[str, float]]) -> SparseRows:
        rows = [sorted((int(token), float(weight)) for token, weight in row.items()) for row in weights]
        indptr = np.cumsum([0, *map(len, rows)])
        entries = [entry for row in rows for entry in row]
        indices = np.array([token for token, _ in entries], np.int32)
        return sparse_rows(indptr, indices, np.array([w for _, w in entries], np.float32), self.vocabulary)
