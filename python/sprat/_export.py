"""ONNX models from the weights of other models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sprat._bert_onnx import bert_mlm
from sprat._files import write_whole
from sprat._model_files import read_settings
from sprat.errors import CorruptFileError, InvalidArgumentError, MissingExtraError, MissingFileError

# What goes with a model beside its weights.
_COMPANIONS = [
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "idf.json",
]


def convert(source: Path, target: Path) -> Path:
    """Write the ONNX model of a BertForMaskedLM in ``source`` and its tokenizer into ``target``.

    Parameters
    ----------
    source : Path
        A folder with ``model.safetensors``, ``config.json`` and ``tokenizer.json``.
    target : Path
        Made if it is not there.

    Returns
    -------
    Path
        ``model.onnx`` in ``target``.

    Raises
    ------
    MissingExtraError
        If ``onnx`` or ``safetensors`` is not installed.
    MissingFileError, CorruptFileError
        If a file is not there, or damaged.
    InvalidArgumentError
        If the model is of another kind.
    """
    kinds = read_settings(source / "config.json").get("architectures")
    if kinds != ["BertForMaskedLM"]:
        raise InvalidArgumentError(
            f"{source / 'config.json'}: architectures must be BertForMaskedLM, got {kinds}"
        )
    if not (source / "tokenizer.json").is_file():
        raise MissingFileError(f"{source} has no tokenizer.json")
    content = bert_mlm(_weights(source), read_settings(source / "config.json")).SerializeToString()
    target.mkdir(parents=True, exist_ok=True)
    for name in _COMPANIONS:
        if (source / name).is_file() and source.resolve() != target.resolve():
            write_whole(target / name, (source / name).read_bytes())
    write_whole(target / "model.onnx", content)
    return target / "model.onnx"


def _weights(source: Path) -> Mapping[str, Any]:
    try:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file
    except ImportError as error:
        raise _missing(error) from error
    path = source / "model.safetensors"
    if not path.is_file():
        raise MissingFileError(f"{source} has no model.safetensors")
    try:
        weights: Mapping[str, Any] = load_file(path)
    except SafetensorError as error:
        raise CorruptFileError(f"{path}: {error}") from error
    return weights


def _missing(error: ImportError) -> MissingExtraError:
    return MissingExtraError(f'making models needs {error.name}: pip install "sprat[models]"')
