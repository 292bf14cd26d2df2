"""The vectors of an encoder as langchain-milvus wants them."""

from __future__ import annotations

from typing import Any

from sprat import export
from sprat._extras import require

require("langchain_milvus", "MilvusSparseEmbedding", "langchain-milvus")

from langchain_milvus.utils.sparse import BaseSparseEmbedding  # noqa: E402

__all__ = ["MilvusSparseEmbedding"]


class MilvusSparseEmbedding(BaseSparseEmbedding):  # type: ignore[misc]
    """What langchain-milvus's ``Milvus(embedding_function=...)`` asks for sparse vectors.

    Parameters
    ----------
    encoder : BM25Encoder or another encoder
        Fitted. Columns are stable, so vectors that are stored stay valid when it learns more texts.

    Notes
    -----
    Milvus takes no empty vectors: a text without a known term has one term that no query has, column
    4,294,967,294, and is never found.
    """

    def __init__(self, encoder: Any) -> None:
        self.encoder = encoder

    def embed_query(self, query: str) -> dict[int, float]:
        """Return the weights of a query's terms by column."""
        return export.milvus.queries(self.encoder.encode_queries([query]))[0]

    def embed_documents(self, texts: list[str]) -> list[dict[int, float]]:
        """Return the weights of each text's terms by column."""
        rows = export.milvus.rows(self.encoder.encode_documents(texts), empty="sentinel")
        return [row["sparse"] for row in rows]
