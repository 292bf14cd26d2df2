"""Vectors by a sentence model in ONNX, on this machine: the mean of its tokens' vectors, of length 1."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sprat._extras import require
from sprat._model_files import model_folder, onnx_file, position_limit, read_settings
from sprat._tokens import Tokenizer
from sprat.errors import CorruptFileError
from sprat.model._service import float_dtype
from sprat.model.dense._local import LocalEmbeddingFunction

_MODEL, _TOKENIZER = "GPTCache/paraphrase-albert-onnx", "GPTCache/paraphrase-albert-small-v2"


class OnnxEmbeddingFunction(LocalEmbeddingFunction):
    """Vectors by a sentence model in ONNX; float64 of length 1, unless ``dtype`` says otherwise.

    Parameters
    ----------
    model_name : path-like or str, default "GPTCache/paraphrase-albert-onnx"
        A folder with ``model.onnx`` or ``onnx/model.onnx``, or the id of a repository on the Hugging Face
        hub. "sentence-transformers/all-MiniLM-L6-v2" has 384 dimensions, the default has 768.
    tokenizer_name : path-like or str, optional
        A folder or repository with ``tokenizer.json`` and ``config.json``. The default is the model's own,
        and for the default model "GPTCache/paraphrase-albert-small-v2".
    dtype : "float64" or "float32", default "float64"
    show_progress : bool, default False
        Show a bar on standard error.

    Raises
    ------
    MissingExtraError, MissingFileError, CorruptFileError
        If a library is not installed, or a file is missing or not what it should be.

    Notes
    -----
    A text is run by itself, without padding, so its vector does not depend on the others, not even
    with a quantized model. What exceeds the model's number of tokens is cut off.
    """

    def __init__(
        self,
        model_name: str | PathLike[str] = _MODEL,
        tokenizer_name: str | PathLike[str] | None = None,
        *,
        dtype: DTypeLike = "float64",
        show_progress: bool = False,
    ) -> None:
        for module in ("onnxruntime", "tokenizers"):
            require(module, "OnnxEmbeddingFunction", "onnx")
        import onnxruntime

        if tokenizer_name is None:
            tokenizer_name = _TOKENIZER if model_name == _MODEL else model_name
        self.model_name = model_name
        self.dtype = float_dtype(dtype)
        self.show_progress = show_progress
        folder = model_folder(tokenizer_name)
        self.tokenizer = Tokenizer(folder / "tokenizer.json", position_limit(folder))
        self._dim = _hidden_size(read_settings(folder / "config.json"), folder)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # what fails is raised, not printed
        file = onnx_file(model_folder(model_name), None)
        try:
            self.ort_session = onnxruntime.InferenceSession(str(file), options)
        except Exception as error:  # the library's have no narrower base
            raise CorruptFileError(f"{file}: {error}") from error
        said = self.ort_session.get_outputs()[0].shape[-1]
        if isinstance(said, int) and said != self._dim:
            raise CorruptFileError(
                f"{folder / 'config.json'}: hidden_size {self._dim}, but the model gives {said}"
            )
        self._inputs = [port.name for port in self.ort_session.get_inputs()]

    @property
    def dim(self) -> int:
        return self._dim

    def _encode(self, texts: list[str]) -> Iterator[Any]:
        from tqdm import tqdm

        for text in tqdm(texts, desc="Onnx", unit="text", disable=not self.show_progress):
            ids = self.tokenizer.ids([text]).ids.astype(np.int64).reshape(1, -1)
            known = {
                "input_ids": ids,
                "attention_mask": np.ones_like(ids),
                "token_type_ids": np.zeros_like(ids),
            }
            found = self.ort_session.run(None, {name: known[name] for name in self._inputs})[0]
            yield pooled(found[0], known["attention_mask"][0]).astype(self.dtype)


def pooled(token_vectors: Any, mask: Any) -> Any:
    """The mean over the tokens that ``mask`` keeps, shape (dim,), scaled to length 1; float64.

    Parameters
    ----------
    token_vectors : array of shape (n_tokens, dim)
    mask : array of int of shape (n_tokens,), 0 or 1
    """
    weights = np.asarray(mask, np.float64)[:, np.newaxis]
    mean = (token_vectors * weights).sum(axis=0) / max(weights.sum(), 1e-9)
    length = np.linalg.norm(mean)
    return mean if length == 0 else mean / length


def _hidden_size(config: dict[str, Any], folder: Any) -> int:
    size = config.get("hidden_size")
    if not isinstance(size, int) or size < 1:
        raise CorruptFileError(f"{folder / 'config.json'}: hidden_size must be a positive int, got {size!r}")
    return size
