"""Reranking by a cross-encoder of Sentence Transformers, on this machine."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

from sprat._extras import require
from sprat.model.base import BaseRerankFunction, RerankResult
from sprat.model.reranker._rerank import as_documents, best


class CrossEncoderRerankFunction(BaseRerankFunction):
    """Reranking by a cross-encoder; scores are NumPy's float32.

    Parameters
    ----------
    model_name : str
        A folder, or a name on the Hugging Face hub.
    device : str, default ""
        The default lets the library choose.
    batch_size : int, default 32
    activation_fct : callable, optional
        Applied to what the model says; the default is the model's own.
    show_progress : bool, default False
        Show a bar on standard error.
    **kwargs
        Go to ``CrossEncoder``.
    """

    def __init__(
        self,
        model_name: str = "",
        device: str = "",
        batch_size: int = 32,
        activation_fct: Any = None,
        *,
        show_progress: bool = False,
        **kwargs: Any,
    ) -> None:
        require("sentence_transformers", "CrossEncoderRerankFunction", "cross-encoder")
        from sentence_transformers.cross_encoder import CrossEncoder

        self.model_name = model_name
        self.device = device
        self.batch_size = batch_size
        self.activation_fct = activation_fct
        self.show_progress = show_progress
        # Releases before 4 call the activation by its longer name.
        names = inspect.signature(CrossEncoder.__init__).parameters
        activation = "activation_fn" if "activation_fn" in names else "default_activation_function"
        self.model = CrossEncoder(model_name, device=device or None, **{activation: activation_fct}, **kwargs)

    def __call__(self, query: str, documents: Iterable[str], top_k: int | None = 5) -> list[RerankResult]:
        texts = as_documents(documents, top_k)
        if not texts:
            return []
        pairs = [[query, text] for text in texts]
        bar = {"show_progress_bar": self.show_progress}
        scores = self.model.predict(pairs, batch_size=self.batch_size, **bar)
        return best(texts, list(enumerate(scores)), top_k)
