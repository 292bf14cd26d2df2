"""Vectors by a model of Sentence Transformers, on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sprat._extras import require
from sprat.model.dense._embedding import Vectors
from sprat.model.dense._local import LocalEmbeddingFunction


class SentenceTransformerEmbeddingFunction(LocalEmbeddingFunction):
    """Vectors by a model of Sentence Transformers, in the model's dtype, which is float32 for most.

    Parameters
    ----------
    model_name : str, default "all-MiniLM-L6-v2"
        A folder, or a name on the Hugging Face hub.
    batch_size : int, default 32
    query_instruction, doc_instruction : str, default ""
        Put before each text by ``encode_queries`` and ``encode_documents``.
    device : str, default "cpu"
    normalize_embeddings : bool, default True
        Whether vectors have length 1.
    show_progress : bool, default False
        Show a bar on standard error.
    **kwargs
        Go to ``SentenceTransformer``.
    """

    _extra = "sentence-transformers"

    def __init__(
        self,
        model_name: str = "all-MiniLM-L6-v2",
        batch_size: int = 32,
        query_instruction: str = "",
        doc_instruction: str = "",
        device: str = "cpu",
        normalize_embeddings: bool = True,
        *,
        show_progress: bool = False,
        **kwargs: Any,
    ) -> None:
        require("sentence_transformers", type(self).__name__, self._extra)
        from sentence_transformers import SentenceTransformer

        self.model_name = model_name
        self.batch_size = batch_size
        self.query_instruction = query_instruction
        self.doc_instruction = doc_instruction
        self.normalize_embeddings = normalize_embeddings
        self.show_progress = show_progress
        self.model = SentenceTransformer(model_name_or_path=model_name, device=device, **kwargs)

    @property
    def dim(self) -> int:
        return sentence_dimension(self.model)

    def encode_documents(self, documents: Iterable[str]) -> Vectors:
        return self(self.doc_instruction + text for text in self._texts(documents))

    def encode_queries(self, queries: Iterable[str]) -> Vectors:
        return self(self.query_instruction + text for text in self._texts(queries))

    def _encode(self, texts: list[str], **prompt: str) -> Any:
        return self.model.encode(
            texts,
            **prompt,
            batch_size=self.batch_size,
            show_progress_bar=self.show_progress,
            convert_to_numpy=True,
            normalize_embeddings=self.normalize_embeddings,
        )


def sentence_dimension(model: Any) -> int:
    """The length of a model's vectors, by whichever name the library's release has for it."""
    for name in ("get_embedding_dimension", "get_sentence_embedding_dimension"):
        if hasattr(model, name):
            return int(getattr(model, name)())
    raise AttributeError("this release of sentence-transformers does not tell a model's dimension")
