"""Vectors by a static model of Model2Vec, on this machine: the mean of its tokens' vectors."""

from __future__ import annotations

from os import PathLike, fspath
from typing import Any

from sprat._extras import require
from sprat.model.dense._local import LocalEmbeddingFunction


class Model2VecEmbeddingFunction(LocalEmbeddingFunction):
    """Vectors by a Model2Vec model, in the model's dtype.

    Parameters
    ----------
    model_source : path-like or str, default "minishlab/potion-base-8M"
        A folder, or a name on the Hugging Face hub.
    show_progress : bool, default False
        Show a bar on standard error.
    **kwargs
        Go to ``StaticModel.from_pretrained``.
    """

    def __init__(
        self,
        model_source: str | PathLike[str] = "minishlab/potion-base-8M",
        *,
        show_progress: bool = False,
        **kwargs: Any,
    ) -> None:
        require("model2vec", "Model2VecEmbeddingFunction", "model2vec")
        from model2vec import StaticModel

        self.model_source = model_source
        self.show_progress = show_progress
        self.model = StaticModel.from_pretrained(fspath(model_source), **kwargs)

    @property
    def dim(self) -> int:
        return int(self.model.dim)

    def _encode(self, texts: list[str]) -> Any:
        return self.model.encode(texts, **({"show_progress_bar": True} if self.show_progress else {}))
