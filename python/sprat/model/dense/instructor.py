"""Vectors by an Instructor model, which is told what they are for, on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sprat.model.dense._embedding import Vectors
from sprat.model.dense.sentence_transformer import SentenceTransformerEmbeddingFunction


class InstructorEmbeddingFunction(SentenceTransformerEmbeddingFunction):
    """Vectors by an Instructor model: the model reads the instruction, and the vector leaves it out.

    Parameters
    ----------
    model_name : str, default "hkunlp/instructor-xl"
        A folder, or a name on the Hugging Face hub.
    batch_size : int, default 32
    query_instruction, doc_instruction : str
        What the vectors of queries and of documents are for.
    device : str, default "cpu"
    normalize_embeddings : bool, default True
        Whether vectors have length 1.
    show_progress : bool, default False
        Show a bar on standard error.
    **kwargs
        Go to ``SentenceTransformer``.

    Notes
    -----
    Instruction and text lose their outer white space and are joined without a space, as the model was
    trained. A call of the object itself takes the documents' instruction.
    """

    _extra = "instructor"

    def __init__(
        self,
        model_name: str = "hkunlp/instructor-xl",
        batch_size: int = 32,
        query_instruction: str = "Represent the question for retrieval:",
        doc_instruction: str = "Represent the document for retrieval:",
        device: str = "cpu",
        normalize_embeddings: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            model_name, batch_size, query_instruction, doc_instruction, device, normalize_embeddings, **kwargs
        )
        self.model.set_pooling_include_prompt(False)

    def __call__(self, texts: Iterable[str]) -> Vectors:
        return self._instructed(self.doc_instruction, texts)

    def encode_documents(self, documents: Iterable[str]) -> Vectors:
        return self._instructed(self.doc_instruction, documents)

    def encode_queries(self, queries: Iterable[str]) -> Vectors:
        return self._instructed(self.query_instruction, queries)

    def _instructed(self, instruction: str, texts: Iterable[str]) -> Vectors:
        stripped = [text.strip() for text in self._texts(texts)]
        return list(self._encode(stripped, prompt=instruction.strip())) if stripped else []
