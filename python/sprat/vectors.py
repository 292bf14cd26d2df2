"""Files of vectors: a matrix and the ids of its rows, in one file or in numbered parts of one folder.

A file is SciPy's ``.npz`` with the ids as one more array: ``scipy.sparse.load_npz`` reads the matrix and
passes them over. They are a JSON list in UTF-8, kept as bytes:
``json.loads(numpy.load(path)["ids_json"].tobytes())``. An array of strings would be as wide in every row as
the longest id. A folder is what :meth:`sprat.BM25Encoder.encode_documents_to` writes; see docs/formats.md.
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array, load_npz, save_npz, vstack

from sprat import _parquet
from sprat._files import write_whole
from sprat._matrix import SparseRows, sparse_rows
from sprat.errors import CorruptFileError, UnsupportedVersionError

__all__ = ["Vectors", "read_vectors"]

FORMATS = ("parquet", "npz")
MANIFEST = "_sprat.json"  # begins as what Spark and Arrow pass over in a folder of Parquet

_IDS = "ids_json"
_PART = "part_json"
# SciPy's, of every format of a matrix, and ours.
_MEMBERS = {
    f"{name}.npy"
    for name in f"format shape data indices indptr row col coords offsets _is_array {_IDS} {_PART}".split()
}
_PART_NAME = re.compile(r"part-\d{5}-([0-9a-f]{8})\.(?:parquet|npz)")

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

    matrix: Any  # csr_array of shape (n_documents, dim), float32
    ids: list[Any]  # str, or int


def read_vectors(path: str | os.PathLike[str]) -> Vectors:
    """Read what ``encode_documents_to``, ``sprat encode`` or ``scipy.sparse.save_npz`` wrote.

    Returns
    -------
    Vectors
        ``matrix``, a csr_array of shape (n_documents, dim), float32, and ``ids``, a list. SciPy's files have
        no ids; their rows are called "0", "1", "2", ...

    Raises
    ------
    OSError
        If there is no such file or folder, or it cannot be read.
    CorruptFileError
        If it is something else or was changed, or the writing of a folder did not come to its end.
    """
    if not os.path.isdir(path):
        with open(os.fspath(path), "rb") as file:
            try:
                return _read_npz(file)[0]
            except _UNREADABLE as error:
                raise CorruptFileError(
                    f"{os.fspath(path)}: not a file of vectors that sprat encode or SciPy wrote: {error}"
                ) from None
    manifest = read_manifest(path)
    if manifest is None or manifest["complete"] is None:
        raise CorruptFileError(
            f"{os.fspath(path)}: not whole: call encode_documents_to again with the same texts"
            if manifest is not None
            else f"{os.fspath(path)}: not a folder of vectors, there is no {MANIFEST} in it"
        )
    paths = part_paths(path, manifest["format"])
    found = [read_part(part) for part in paths]
    parts = [vectors for vectors, _ in found]
    ids = [name for part in parts for name in part.ids]
    strange = any(about[name] != manifest[name] for _, about in found for name in ("encoder", "dim"))
    if strange or manifest["complete"] != {"documents": len(ids), "parts": len(parts)}:
        raise CorruptFileError(f"{os.fspath(path)}: parts are missing, or of different corpora or encoders")
    if not parts:
        return Vectors(SparseRows((0, manifest["dim"]), dtype=np.float32), [])
    whole = vstack([part.matrix for part in parts], "csr", np.float32)
    return Vectors(sparse_rows(whole.indptr.astype(np.int64), whole.indices, whole.data, whole.shape[1]), ids)


def read_manifest(folder: str | os.PathLike[str]) -> dict[str, Any] | None:
    """Return what a folder of parts says of itself; None if it says nothing."""
    path = os.path.join(folder, MANIFEST)
    try:
        with open(os.fspath(path), "rb") as file:
            manifest = json.loads(file.read())
        whole = manifest["complete"] is None or all(
            type(manifest["complete"][name]) is int for name in ("documents", "parts")
        )
        known = manifest["format"] in FORMATS and type(manifest["dim"]) is int
        version = manifest["version"]
        if not (
            whole and known and isinstance(manifest["encoder"], str) and type(version) is int and version > 0
        ):
            raise ValueError
    except FileNotFoundError:
        return None
    except _UNREADABLE:
        raise CorruptFileError(f"{path}: not the description of a folder of vectors") from None
    if version != 1:
        raise UnsupportedVersionError(f"{path}: a folder of version {version}; this release reads 1")
    return manifest  # type: ignore[no-any-return]


def write_manifest(folder: str | os.PathLike[str], manifest: Mapping[str, Any]) -> None:
    write_whole(os.path.join(folder, MANIFEST), json.dumps(manifest).encode())


def part_paths(folder: str | os.PathLike[str], form: str) -> list[str]:
    """Return the parts that are there, in order.

    Raises
    ------
    CorruptFileError
        If one is missing before the last, or there are two of one number.
    """
    found = sorted(name for name in os.listdir(folder) if _PART_NAME.fullmatch(name) and name.endswith(form))
    for number, name in enumerate(found):
        if int(name[5:10]) != number:
            raise CorruptFileError(f"{os.fspath(folder)}: part {number} is missing or there twice")
    return [os.path.join(folder, name) for name in found]


def write_part(
    folder: str | os.PathLike[str], form: str, number: int, vectors: Vectors, about: Mapping[str, Any]
) -> None:
    """Write a part whole or not at all, with what it says ``about`` itself, and its checksum in its name."""
    content = _parquet_bytes(vectors, about) if form == "parquet" else _npz_bytes(vectors, about)
    name = f"part-{number:05}-{zlib.crc32(content):08x}.{form}"
    write_whole(os.path.join(folder, name), content)


def read_part(path: str) -> tuple[Vectors, dict[str, Any]]:
    """Read a part and what it says of itself."""
    with open(os.fspath(path), "rb") as file:
        content = file.read()
    name = _PART_NAME.fullmatch(os.path.basename(path))
    if name is None or int(name[1], 16) != zlib.crc32(content):
        raise CorruptFileError(f"{path}: crc32 does not match the name: the file was changed")
    read = _read_parquet if path.endswith("parquet") else _read_npz
    try:
        vectors, about = read(io.BytesIO(content))
    except _UNREADABLE as error:
        raise CorruptFileError(f"{path}: not a part of a folder of vectors: {error}") from None
    if about is None:
        raise CorruptFileError(f"{path}: not a part of a folder of vectors")
    return vectors, about


def save_vectors(path: str | os.PathLike[str], vectors: Vectors) -> None:
    """Write one file of SciPy's format, whole or not at all."""
    write_whole(path, _npz_bytes(vectors, None))


def _npz_bytes(vectors: Vectors, about: Mapping[str, Any] | None) -> bytes:
    buffer = io.BytesIO()
    save_npz(buffer, csr_array(vectors.matrix), compressed=False)
    texts = {_IDS: json.dumps(vectors.ids)}
    if about is not None:
        texts[_PART] = json.dumps(about)
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, text in texts.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                content = np.frombuffer(text.encode("ascii"), np.uint8)
                np.lib.format.write_array(member, content, allow_pickle=False)
    return buffer.getvalue()


def _require_whole(file: IO[bytes]) -> None:
    """Refuse an archive of which a part would be passed over; it may well be the one that holds the ids."""
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    file.seek(-22, os.SEEK_END)  # the last record, if no comment follows it
    end = file.read(22)
    entries = int.from_bytes(end[10:12], "little")
    if end.startswith(b"PK\5\6") and entries not in (len(names), 0xFFFF):
        raise ValueError(f"it must have {entries} members, found {len(names)}")
    if strange := sorted(set(names).difference(_MEMBERS)):
        raise ValueError(f"it has a member {strange[0]!r}")
    file.seek(0)


def _read_npz(file: IO[bytes]) -> tuple[Vectors, dict[str, Any] | None]:
    _require_whole(file)
    matrix = csr_array(load_npz(file)).astype(np.float32, copy=False)
    rows = int(matrix.shape[0])
    file.seek(0)
    with np.load(file) as arrays:
        ids = json.loads(arrays[_IDS].tobytes()) if _IDS in arrays else list(map(str, range(rows)))
        about = json.loads(arrays[_PART].tobytes()) if _PART in arrays else None
    if not isinstance(ids, list) or not all(type(name) in (str, int) for name in ids) or len(ids) != rows:
        raise ValueError(f"{_IDS} must be a list of {rows} strings or whole numbers")
    return Vectors(matrix, ids), about


def _parquet_bytes(vectors: Vectors, about: Mapping[str, Any]) -> bytes:
    pa = _parquet.require_pyarrow("writing Parquet")
    matrix = vectors.matrix
    offsets = pa.array(matrix.indptr, pa.int32())
    columns = {
        "id": pa.array(vectors.ids, pa.int64() if type(next(iter(vectors.ids), "")) is int else pa.string()),
        "indices": pa.ListArray.from_arrays(offsets, pa.array(matrix.indices.astype(np.uint32))),
        "values": pa.ListArray.from_arrays(offsets, pa.array(matrix.data)),
    }
    table = pa.table(columns).replace_schema_metadata({_PART: json.dumps(about)})
    buffer = io.BytesIO()
    pa.parquet.write_table(table, buffer)
    return buffer.getvalue()


def _read_parquet(file: IO[bytes]) -> tuple[Vectors, dict[str, Any] | None]:
    pa = _parquet.require_pyarrow("reading Parquet")
    table = pa.parquet.read_table(file)
    about = json.loads((table.schema.metadata or {}).get(_PART.encode(), b"null"))
    ids, indices, values = (pa.concat_arrays(table[name].chunks) for name in ("id", "indices", "values"))
    entries = (values.flatten().to_numpy(), indices.flatten().to_numpy().astype(np.int64))
    rows = csr_array((*entries, indices.offsets.to_numpy()), shape=(len(ids), about["dim"]))
    return Vectors(rows, ids.to_pylist()), about
