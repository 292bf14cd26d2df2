"""Models with several heads (dense, sparse, a vector per token), run in the core."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat import _core, _model_files, _onnx
from sprat._arguments import thread_count, whole
from sprat._matrix import SparseRows, joined_rows, sparse_rows
from sprat._texts import as_texts, checked
from sprat._tokens import Tokenizer, chunks

# What exports call their outputs.
_NAMES = {
    "dense": "dense_vecs dense_embeddings dense sentence_embedding last_hidden_state".split(),
    "sparse": "sparse_vecs sparse_weights sparse token_weights logits".split(),
    "colbert": "colbert_vecs colbert_vectors colbert".split(),
}

# Ids of these have no sparse weight.
_UNWEIGHTED = ["<s>", "</s>", "<pad>", "<unk>", "[CLS]", "[SEP]", "[PAD]", "[UNK]"]


class Encoded(NamedTuple):
    """What was asked for of each text; the rest is None."""

    dense: NDArray[np.float32] | None  #: shape (n_texts, dimensions)
    sparse: SparseRows | None  #: float32, shape (n_texts, vocabulary)
    colbert: list[NDArray[np.float32]] | None  #: of shape (n_tokens - 1, columns) each


class HybridEncoder:
    """Turns texts into what the heads of a model say; arguments are those of :class:`sprat.SpladeEncoder`."""

    def __init__(
        self,
        model: str | os.PathLike[str],
        *,
        dimensions: int | None = None,
        normalize: bool = True,
        batch_tokens: int = 1024,
        threads: int = 0,
        max_length: int | None = None,
        model_file: str | None = None,
        revision: str | None = None,
        providers: Sequence[str | tuple[str, Mapping[str, Any]]] = (),
        library: str | os.PathLike[str] | None = None,
    ) -> None:
        self.normalize = normalize
        self.batch_tokens = whole("batch_tokens", batch_tokens, low=1)
        self.threads = thread_count(threads)
        path = _onnx.library_path(library)
        folder = _model_files.model_folder(model, revision=revision)
        limit = _model_files.checked_limit(max_length, _model_files.position_limit(folder))
        self._tokenizer = Tokenizer(folder / "tokenizer.json", limit)
        self._model = _core.HybridModel(
            path,
            _model_files.onnx_file(folder, model_file),
            **_NAMES,
            padding=self._tokenizer.padding,
            providers=_onnx.providers(providers),
        )
        self.dimensions = (
            self._model.dense_columns if dimensions is None else whole("dimensions", dimensions, low=1)
        )
        known = map(self._tokenizer.id_of, _UNWEIGHTED)
        self._unweighted = np.array([number for number in known if number is not None], np.int32)

    @property
    def vocabulary(self) -> int:
        """Number of columns of a sparse row."""
        return len(self._tokenizer)

    @property
    def colbert_columns(self) -> int:
        """Number of columns of a token's vector; 0 if the model gives none."""
        return self._model.colbert_columns

    def encode(self, texts: Iterable[str], *, dense: bool, sparse: bool, colbert: bool) -> Encoded:
        """Return what is wanted of each text, in one run of the model."""
        vectors = [np.zeros((0, self.dimensions), np.float32)]
        rows = [SparseRows((0, self.vocabulary), dtype=np.float32)]
        tokens: list[NDArray[np.float32]] = []
        for chunk in chunks(checked(as_texts(texts))):
            ids = self._tokenizer.ids(chunk)
            part = self._model.encode(
                ids.indptr,
                ids.ids,
                dense=dense,
                sparse=sparse,
                colbert=colbert,
                dimensions=self.dimensions,
                normalize=self.normalize,
                unweighted=self._unweighted,
                batch_tokens=self.batch_tokens,
                threads=self.threads,
            )
            if dense:
                vectors.append(part.dense.reshape(-1, self.dimensions))
            if sparse:
                rows.append(sparse_rows(part.indptr, part.indices, part.data, self.vocabulary))
            if colbert:
                each = part.colbert.reshape(-1, self.colbert_columns)
                tokens += np.split(each, part.colbert_indptr[1:-1])
        return Encoded(
            np.concatenate(vectors) if dense else None,
            joined_rows(rows) if sparse else None,
            tokens if colbert else None,
        )
