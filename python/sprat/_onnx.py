"""Where the library of ONNX Runtime is: found without importing the onnxruntime package."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sprat._extras import missing
from sprat.errors import InvalidArgumentError, UnsupportedVersionError

_VARIABLE = "SPRAT_ONNXRUNTIME_LIB"
_NAMES = ("libonnxruntime.so.*", "libonnxruntime.*.dylib", "onnxruntime.dll")  # Linux, macOS, Windows


def library_path(library: str | os.PathLike[str] | None = None) -> Path:
    """Return the full path of the library to load.

    Parameters
    ----------
    library : path-like, optional
        By default what the environment variable ``SPRAT_ONNXRUNTIME_LIB`` names, or else the library inside
        the installed onnxruntime package.

    Raises
    ------
    InvalidArgumentError
        If there is no such file.
    MissingExtraError
        If no library is named and the package onnxruntime is not installed.
    UnsupportedVersionError
        If the installed package is older than 1.19, when it began to carry a separate library.
    """
    source = "library" if library is not None else _VARIABLE
    named = library if library is not None else os.environ.get(_VARIABLE)
    if named:
        path = Path(named).absolute()
        if not path.is_file():
            raise InvalidArgumentError(f"{source} must be the path of a library of ONNX Runtime, got {named}")
        return path
    spec = importlib.util.find_spec("onnxruntime")
    folders = [] if spec is None else list(spec.submodule_search_locations or ())
    if not folders:
        raise missing("onnxruntime", "a neural model", "splade")
    for folder in folders:
        found = sorted(path for name in _NAMES for path in (Path(folder) / "capi").glob(name))
        if found:
            return found[0].absolute()
    raise UnsupportedVersionError(
        f"onnxruntime in {folders[0]} has no separate library, as releases from 1.19 have; "
        'pip install --upgrade "sprat[splade]"'
    )


def providers(
    names: Sequence[str | tuple[str, Mapping[str, Any]]],
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return execution providers, with or without options as onnxruntime takes them, in the core's form."""
    if isinstance(names, str):
        raise TypeError("providers must be a list of str, got one str")
    pairs = [(name, {}) if isinstance(name, str) else name for name in names]
    return [(name, [(key, str(value)) for key, value in options.items()]) for name, options in pairs]


def providers_of_device(device: str | None) -> list[str | tuple[str, Mapping[str, Any]]]:
    """Return the execution providers for a device as PyTorch names it; None and "" mean the CPU."""
    kind, _, number = (device or "cpu").partition(":")
    if kind == "cpu" and not number:
        return []
    if kind != "cuda" or not (number.isdigit() or device == "cuda"):
        raise InvalidArgumentError(f"device must be cpu, cuda or cuda:N, got {device!r}")
    return [("CUDAExecutionProvider", {"device_id": int(number or 0)})]
