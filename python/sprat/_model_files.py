"""A model as files: a folder on disk, or what a hub keeps under a name."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from sprat._arguments import whole
from sprat._extras import missing
from sprat.errors import CorruptFileError, InvalidArgumentError, MissingFileError

# What encoders read. Weights of other frameworks are left where they are.
_WANTED = ["*.json", "*.txt", "*.onnx", "*.onnx_data", "*.onnx.data"]


def model_folder(model: str | os.PathLike[str], *, revision: str | None = None) -> Path:
    """Return the folder that holds the files of ``model``.

    Parameters
    ----------
    model : path-like or str
        A folder, or the id of a repository on the Hugging Face hub, as in ``"organisation/name"``, whose
        JSON and ONNX files are then downloaded into that hub's cache, or found there.
    revision : str, optional
        Branch, tag or commit on the hub. A commit never changes.

    Raises
    ------
    MissingFileError
        If there is no such folder, and none can be had from the hub.
    MissingExtraError
        If the hub is needed and ``huggingface_hub`` is not installed.
    """
    folder = Path(model)
    if folder.is_dir():
        return folder
    name = os.fspath(model)
    if folder.exists() or name.count("/") != 1 or name.startswith((".", "/", "~")):
        raise MissingFileError(f"model must be a folder or the id of a model on a hub, got {name}")
    return from_hub(name, revision=revision, files=_WANTED)


def from_hub(name: str, *, revision: str | None, files: list[str]) -> Path:
    """Return the folder of the hub's cache in which the files of a model are that fit the patterns ``files``.

    Raises
    ------
    MissingFileError, MissingExtraError
        As :func:`model_folder`.
    """
    try:
        from huggingface_hub import constants, snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
    except ImportError as error:
        raise missing(error.name, f"{name} is no folder, and a hub", "splade") from error
    try:
        offline = constants.HF_HUB_OFFLINE  # with a commit, the hub would be asked all the same
        return Path(
            snapshot_download(name, revision=revision, allow_patterns=files, local_files_only=offline)
        )
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise MissingFileError(f"{name} is no folder, and was not had from the hub: {error}") from error


def onnx_file(folder: Path, name: str | None) -> Path:
    """Return the ONNX file ``name`` of ``folder``, by default ``model.onnx``, there or in its ``onnx/``."""
    names = [name] if name is not None else ["model.onnx", "onnx/model.onnx"]
    for candidate in names:
        if (folder / candidate).is_file():
            return folder / candidate
    others = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.onnx"))
    there = f"; there are {', '.join(others)}" if others else ""
    raise MissingFileError(f"{folder} has no {' or '.join(names)}{there}")


def read_json(path: Path) -> Any:
    """Return what ``path`` holds, or None if there is no such file.

    Raises
    ------
    CorruptFileError
        If it is not JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(f"{path}: not JSON: {error}") from error


def read_settings(path: Path) -> dict[str, Any]:
    """Return the object in ``path``, which is empty if there is no such file."""
    settings = read_json(path)
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        raise CorruptFileError(f"{path}: must hold an object, found {type(settings).__name__}")
    return settings


def position_limit(folder: Path) -> int | None:
    """Return how many tokens the model of ``folder`` takes, the least that its files say, if they do."""
    config = read_settings(folder / "config.json")
    limits = [
        read_settings(folder / "tokenizer_config.json").get("model_max_length"),
        read_settings(folder / "sentence_bert_config.json").get("max_seq_length"),
    ]
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int) and "roberta" in str(config.get("model_type")):
        positions -= int(config.get("pad_token_id") or 0) + 1  # its positions start behind that of padding
    limits.append(positions)
    # A tokenizer without a limit says so by a number like 1e30.
    known = [limit for limit in limits if isinstance(limit, int) and 0 < limit < 1 << 31]
    return min(known, default=None)


def checked_limit(value: int | None, limit: int | None) -> int | None:
    """Return how many tokens to keep: ``value``, or all that the model takes."""
    if value is None:
        return limit
    value = whole("max_length", value, low=1)
    if limit is not None and value > limit:
        raise InvalidArgumentError(f"max_length must be at most {limit}, which the model takes, got {value}")
    return value
