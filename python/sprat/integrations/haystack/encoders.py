"""Encoders as arguments of components: "what does this path lead to, and can this be written down?" """

import os
from typing import Any

from sprat.bm25 import BM25Encoder
from sprat.errors import InvalidArgumentError
from sprat.splade import SpladeEncoder


def opened(encoder: Any) -> Any:
    if not isinstance(encoder, (str, os.PathLike)):
        return encoder
    return BM25Encoder.load(encoder) if os.path.isfile(encoder) else SpladeEncoder(encoder)


def serialisable(encoder: Any) -> str | None:
    if encoder is None or isinstance(encoder, (str, os.PathLike)):
        return None if encoder is None else os.fspath(encoder)
    raise InvalidArgumentError(
        f"encoder must be a path to be serialised, got {type(encoder).__name__}: save it and give its path"
    )
