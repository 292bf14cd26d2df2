"""The vectors of an encoder as langchain-qdrant wants them."""

from __future__ import annotations

from typing import Any

from sprat import export
from sprat._extras import require

require("langchain_qdrant", "QdrantSparseEmbeddings", "langchain-qdrant")

from langchain_qdrant import SparseEmbeddings, SparseVector  # noqa: E402

__all__ = ["QdrantSparseEmbeddings"]


class QdrantSparseEmbeddings(SparseEmbeddings):  # type: ignore[misc]
    """What langchain-qdrant's ``QdrantVectorStore(sparse_embedding=...)`` asks for sparse vectors.

    Parameters
    ----------
    encoder : BM25Encoder or another encoder
        Fitted. Columns are stable, so vectors that are stored stay valid when it learns more texts.

    Notes
    -----
    A query has its idf already: do not set Qdrant's idf modifier.
    """

    def __init__(self, encoder: Any) -> None:
        self.encoder = encoder

    def embed_query(self, text: str) -> Any:
        """Return the weights of a query's terms."""
        return SparseVector(**export.qdrant.queries(self.encoder.encode_queries([text]))[0])

    def embed_documents(self, texts: list[str]) -> list[Any]:
        """Return the weights of each text's terms."""
        return [SparseVector(**row) for row in export.qdrant.queries(self.encoder.encode_documents(texts))]
