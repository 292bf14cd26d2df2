"""Files of vectors: SciPy's ``.npz``, with the documents' ids as one more array.

``scipy.sparse.load_npz`` reads the matrix and passes the ids over. They are a JSON list of strings in UTF-8,
kept as bytes: ``json.loads(numpy.load(path)["ids_json"].tobytes())``. An array of strings would be as wide
in every row as the longest id.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import load_npz, save_npz

from sprat._files import write_whole
from sprat.errors import CorruptFileError

_IDS = "ids_json"

# What NumPy, SciPy, zipfile and json raise for a file that is not what it should be.
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    RuntimeError,  # of which NotImplementedError and RecursionError are
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


class Vectors(NamedTuple):
    """One row per document, and what the documents are called."""

    matrix: Any  # sparse, of shape (n_documents, n_terms)
    ids: list[str]


def save(path: str, vectors: Vectors) -> None:
    """Write the file, whole or not at all."""
    buffer = io.BytesIO()
    save_npz(buffer, vectors.matrix, compressed=False)
    ids = np.frombuffer(json.dumps(vectors.ids).encode("ascii"), np.uint8)
    with (
        zipfile.ZipFile(buffer, "a") as archive,
        archive.open(f"{_IDS}.npy", "w", force_zip64=True) as member,
    ):
        np.lib.format.write_array(member, ids, allow_pickle=False)
    write_whole(path, buffer.getvalue())


def load(path: str) -> Vectors:
    """Read what :func:`save` or ``scipy.sparse.save_npz`` wrote; without ids, rows are called 0, 1, 2, ...

    Raises
    ------
    OSError
        If the file cannot be read.
    CorruptFileError
        If it is something else.
    """
    with open(path, "rb") as file:
        try:
            matrix = load_npz(file)
            rows = int(matrix.shape[0])
            file.seek(0)
            with np.load(file) as arrays:
                ids = json.loads(arrays[_IDS].tobytes()) if _IDS in arrays else list(map(str, range(rows)))
        except _UNREADABLE:
            raise CorruptFileError(
                f"{path}: not a file of vectors that sprat encode or SciPy wrote"
            ) from None
    if not isinstance(ids, list) or not all(isinstance(name, str) for name in ids) or len(ids) != rows:
        raise CorruptFileError(f"{path}: {_IDS} must be a list of {rows} strings")
    return Vectors(matrix, ids)
