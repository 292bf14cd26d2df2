"""ONNX models from the weights of PyTorch models: written where one asks for them, or made once and kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sprat._bert_onnx import bert_mlm, distilbert_mlm
from sprat._extras import missing
from sprat._files import write_whole
from sprat._model_files import from_hub, onnx_file, read_settings
from sprat.errors import CorruptFileError, InvalidArgumentError, MissingExtraError, MissingFileError

_KINDS = {"BertForMaskedLM": bert_mlm, "DistilBertForMaskedLM": distilbert_mlm}

_SAFE, _PICKLED = "model.safetensors", "pytorch_model.bin"

# What goes with a model beside its weights.
_COMPANIONS = [
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "idf.json",
]

_FORM = 1  # of what is kept; another one when the same weights become another file


def convert(source: Path, target: Path) -> Path:
    """Write the ONNX model of the weights in ``source`` and its tokenizer into ``target``.

    Parameters
    ----------
    source : Path
        A folder with ``model.safetensors`` or ``pytorch_model.bin`` of a BertForMaskedLM or a
        DistilBertForMaskedLM, ``config.json`` and ``tokenizer.json``.
    target : Path
        Made if it is not there.

    Returns
    -------
    Path
        ``model.onnx`` in ``target``.

    Raises
    ------
    MissingExtraError
        If ``onnx``, ``safetensors``, or ``torch`` for ``pytorch_model.bin``, is not installed.
    MissingFileError, CorruptFileError
        If a file is not there, or damaged.
    InvalidArgumentError
        If the model is of another kind.
    """
    if not (source / "tokenizer.json").is_file():
        raise MissingFileError(f"{source} has no tokenizer.json")
    content = _model_of(source)
    target.mkdir(parents=True, exist_ok=True)
    for name in _COMPANIONS:
        if (source / name).is_file() and source.resolve() != target.resolve():
            write_whole(target / name, (source / name).read_bytes())
    write_whole(target / "model.onnx", content)
    return target / "model.onnx"


def found_or_made(model: str | os.PathLike[str], folder: Path, name: str | None) -> Path:
    """Return the ONNX file of ``model``, whose files are in ``folder``; made of its weights if need be.

    What is made is kept, for the same weights and settings, in ``sprat/onnx`` of the user's cache
    (``XDG_CACHE_HOME``, by default ``~/.cache``); a bar on standard error says so.

    Parameters
    ----------
    name : str, optional
        Of the ONNX file, which then must be there.

    Raises
    ------
    MissingExtraError
        If a model must be made and a library for it is not installed.
    MissingFileError, CorruptFileError
        If there are neither, or they are damaged.
    InvalidArgumentError
        If the weights are of another kind of model.
    """
    try:
        return onnx_file(folder, name)
    except MissingFileError:
        if name is not None or any(folder.rglob("*.onnx")):
            raise
    if _weights_file(folder) is None and not Path(model).is_dir():
        for weights in (_SAFE, _PICKLED):
            if _weights_file(folder) is None:
                from_hub(os.fspath(model), revision=folder.name, files=[weights])
    weights_file = _weights_file(folder)
    if weights_file is None:
        raise MissingFileError(f"{folder} has no model.onnx or onnx/model.onnx, nor weights to make it of")
    kept = _cache() / f"{folder.resolve().name}-{_key(folder, weights_file)}" / "model.onnx"
    if not kept.is_file():
        _make(folder, kept, os.fspath(model))
    return kept


def _make(folder: Path, kept: Path, model: str) -> None:
    from tqdm import tqdm

    with tqdm(total=2, unit="step", desc=f"ONNX model of {model}, made once in {kept.parent}") as bar:
        try:
            content = _model_of(folder)
        except MissingExtraError as error:
            raise MissingExtraError(f"{model} has no ONNX file, and {error}") from error
        bar.update()
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, content)
        bar.update()


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sprat" / "onnx"


def _key(folder: Path, weights: Path) -> str:
    """Return what changes if the weights or settings do."""
    place, found = weights.resolve(), weights.stat()
    config = folder / "config.json"
    settings = config.read_bytes() if config.is_file() else b""
    told = f"{_FORM} {place} {found.st_size} {found.st_mtime_ns} ".encode() + settings
    return hashlib.sha256(told).hexdigest()[:24]


def _weights_file(folder: Path) -> Path | None:
    return next((folder / name for name in (_SAFE, _PICKLED) if (folder / name).is_file()), None)


def _model_of(folder: Path) -> bytes:
    config = read_settings(folder / "config.json")
    kinds = config.get("architectures")
    kind = kinds[0] if isinstance(kinds, list) and len(kinds) == 1 else None
    if kind not in _KINDS:
        raise InvalidArgumentError(
            f"{folder / 'config.json'}: architectures must be {' or '.join(_KINDS)}, got {kinds}"
        )
    file = _weights_file(folder)
    if file is None:
        raise MissingFileError(f"{folder} has no {_SAFE} or {_PICKLED}")
    weights = _read_safe(file) if file.name == _SAFE else _read_pickled(file)
    model: bytes = _KINDS[kind](weights, config).SerializeToString()
    return model


def _read_safe(path: Path) -> Mapping[str, Any]:
    try:
        import onnx  # noqa: F401  # which brings bfloat16 to NumPy
        from safetensors import SafetensorError
        from safetensors.numpy import load_file
    except ImportError as error:
        raise missing(error.name, "making a model", "models") from error
    try:
        weights: Mapping[str, Any] = load_file(path)
    except SafetensorError as error:
        raise CorruptFileError(f"{path}: {error}") from error
    return weights


def _read_pickled(path: Path) -> Mapping[str, Any]:
    """Return the tensors of a file of PyTorch, which takes no other object from it."""
    try:
        import torch
    except ImportError as error:
        raise missing(error.name, f"reading {path.name}", "splade-export") from error
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
        return {name: values.float().numpy() for name, values in weights.items()}
    except Exception as error:  # of pickle, zipfile, torch; what is no dict of tensors
        raise CorruptFileError(f"{path}: not the weights of a model: {error}") from error
