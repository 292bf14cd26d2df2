"""Reranking by a model of BAAI's FlagEmbedding, on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sprat._extras import require
from sprat.model.base import BaseRerankFunction, RerankResult
from sprat.model.reranker._rerank import as_documents, best


class BGERerankFunction(BaseRerankFunction):
    """Reranking by a BGE model.

    Parameters
    ----------
    model_name : str, default "BAAI/bge-reranker-v2-m3"
        A folder, or a name on the Hugging Face hub.
    use_fp16 : bool, default True
        Half the memory, and faster on a GPU.
    batch_size : int, default 32
    normalize : bool, default True
        Whether scores are brought between 0 and 1.
    device : str or list of str, optional
        ``devices`` is another name for it.
    query_max_length, max_length : int, default 256 and 512
        In tokens, of the query, and of the query and a document together.
    **kwargs
        Go to ``FlagAutoReranker.from_finetuned``.
    """

    def __init__(
        self,
        model_name: str = "BAAI/bge-reranker-v2-m3",
        use_fp16: bool = True,
        batch_size: int = 32,
        normalize: bool = True,
        device: str | list[str] | None = None,
        query_max_length: int = 256,
        max_length: int = 512,
        **kwargs: Any,
    ) -> None:
        require("FlagEmbedding", "BGERerankFunction", "bge")
        from FlagEmbedding import FlagAutoReranker

        self.model_name = model_name
        self.batch_size = batch_size
        self.normalize = normalize
        self.device = device
        self.reranker = FlagAutoReranker.from_finetuned(
            model_name_or_path=model_name,
            batch_size=batch_size,
            use_fp16=use_fp16,
            devices=kwargs.pop("devices", device),
            max_length=max_length,
            query_max_length=query_max_length,
            normalize=normalize,
            **kwargs,
        )

    def __call__(self, query: str, documents: Iterable[str], top_k: int | None = 5) -> list[RerankResult]:
        texts = as_documents(documents, top_k)
        scores: list[Any] = []
        for start in range(0, len(texts), self.batch_size):
            pairs = [[query, text] for text in texts[start : start + self.batch_size]]
            scores.extend(self.reranker.compute_score(pairs, normalize=self.normalize))
        return best(texts, list(enumerate(scores)), top_k)
