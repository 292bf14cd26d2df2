"""The folder of an index: bm25s's own files, which it reads too, and one of ours that vouches for them.

docs/formats.md gives every file. Each is replaced whole, and ``sprat.index.json`` last.
"""

from __future__ import annotations

import io
import json
import mmap
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat._files import write_whole
from sprat.compat._bm25s_index import ScoredIndex
from sprat.errors import CorruptFileError, InvalidArgumentError, UnsupportedVersionError

MANIFEST = "sprat.index.json"
FORMAT = 1
VERSION = "0.3.16"  # of bm25s, whose folders these are
PARAMETERS = "k1 b delta method idf_method dtype int_dtype backend csc_backend auto_compile".split()


class Names(NamedTuple):
    """What bm25s lets one choose."""

    data: str
    indices: str
    indptr: str
    vocab: str
    params: str
    nnoc: str
    corpus: str


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files, and what vouches for them."""
    folder.mkdir(parents=True, exist_ok=True)
    vouched = {}
    for name, content in files.items():
        write_whole(folder / name, content)
        vouched[name] = {"bytes": len(content), "crc32": f"{zlib.crc32(content):08x}"}
    manifest = json.dumps({"format": FORMAT, "files": vouched}, indent=4)
    write_whole(folder / MANIFEST, manifest.encode("ascii"))


def verify(folder: Path, names: Iterable[str], *, content: bool) -> None:
    """Compare the files with what vouches for them, if anything does; ``content`` reads them through.

    Raises
    ------
    CorruptFileError
        If a file is not what was written.
    UnsupportedVersionError
        If a newer release wrote the folder.
    """
    path = folder / MANIFEST
    if not path.exists():
        return
    manifest = read_json(path)
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise CorruptFileError(f"{path}: files is missing")
    if not isinstance(manifest.get("format"), int) or manifest["format"] > FORMAT:
        raise UnsupportedVersionError(
            f"{path}: format must be at most {FORMAT}, found {manifest.get('format')!r}"
        )
    for name in names:
        expected, file = manifest["files"].get(name), folder / name
        if expected is None or not file.exists():
            continue  # whoever needs it says that it is not there
        found: dict[str, Any] = {"bytes": file.stat().st_size}
        if content:
            found["crc32"] = f"{zlib.crc32(file.read_bytes()):08x}"
        if any(expected.get(key) != value for key, value in found.items()):
            raise CorruptFileError(
                f"{file}: was changed after it was written; if another program wrote it anew, delete {path}"
            )


def write_index(
    folder: Path, names: Names, index: ScoredIndex, parameters: dict[str, Any], vocab: Any, corpus: Any
) -> None:
    """Write an index, its vocabulary and, if there is one, the corpus."""
    described = {**parameters, "num_docs": index.document_count, "version": VERSION}
    files = {
        names.data: array_bytes(index.data),
        names.indices: array_bytes(index.indices.astype(parameters["int_dtype"], copy=False)),
        names.indptr: array_bytes(index.indptr.astype(np.int64, copy=False)),
        names.vocab: json.dumps(vocab, ensure_ascii=False).encode("utf-8"),
        names.params: json.dumps(described, indent=4).encode("ascii"),
    }
    if index.nonoccurrence is not None:
        files[names.nnoc] = array_bytes(index.nonoccurrence)
    if corpus is not None:
        lines = corpus_lines(corpus)
        starts = json.dumps(line_starts(lines)).encode("ascii")
        files |= {names.corpus: lines, f"{os.path.splitext(names.corpus)[0]}.mmindex.json": starts}
    write(folder, files)


def read_index(
    folder: Path, names: Names, document_count: int, *, shifted: bool, mapped: bool
) -> ScoredIndex:
    """Read the arrays, and unless they are mapped check what is in them."""
    index = ScoredIndex(
        read_array(folder / names.data, "f", mapped=mapped),
        read_array(folder / names.indices, "iu", mapped=mapped),
        read_array(folder / names.indptr, "iu"),
        document_count,
        read_array(folder / names.nnoc, "f") if shifted else None,
        lasting=not mapped,
    )
    if index.nonoccurrence is not None and len(index.nonoccurrence) != index.term_count:
        raise CorruptFileError(f"{folder / names.nnoc}: must hold {index.term_count} numbers")
    if not mapped:
        try:
            _ = index.postings
        except InvalidArgumentError as error:
            raise CorruptFileError(f"{folder}: {error}") from error
        if not np.isfinite(index.data).all():
            raise CorruptFileError(f"{folder / names.data}: must hold finite numbers")
    return index


def read_parameters(folder: Path, names: Names, *, mapped: bool) -> dict[str, Any]:
    """Return what BM25 is made with, and ``num_docs``, once the files were found to be those written."""
    verify(folder, names, content=not mapped)
    path = folder / names.params
    content = read_json(path)
    if not isinstance(content, dict):
        raise CorruptFileError(f"{path}: must hold an object, found {type(content).__name__}")
    content.pop("version", None)
    document_count = content.get("num_docs")
    if type(document_count) is not int or document_count < 1:
        raise CorruptFileError(f"{path}: num_docs must be a whole number from 1, found {document_count!r}")
    if unknown := set(content).difference([*PARAMETERS, "num_docs"]):
        raise UnsupportedVersionError(f"{path}: this release does not know {min(unknown)!r}")
    return content


def read_vocab(path: Path) -> dict[str, int]:
    """Read a vocabulary."""
    vocab = read_json(path)
    if not isinstance(vocab, dict) or not all(type(number) is int for number in vocab.values()):
        raise CorruptFileError(f"{path}: must map tokens to whole numbers")
    return vocab


def array_bytes(array: NDArray[Any]) -> bytes:
    """Return the content of an .npy file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def read_array(path: Path, kinds: str, *, mapped: bool = False) -> NDArray[Any]:
    """Read an .npy file of one dimension; nothing is ever unpickled."""
    try:
        array: NDArray[Any] = np.load(path, allow_pickle=False, mmap_mode="r" if mapped else None)
    except (ValueError, EOFError) as error:
        raise CorruptFileError(f"{path}: {error}") from error
    if array.ndim != 1 or array.dtype.kind not in kinds:
        raise CorruptFileError(
            f"{path}: must hold one row of numbers, found {array.dtype} of shape {array.shape}"
        )
    return array


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(f"{path}: not JSON: {error}") from error


def corpus_lines(corpus: Iterable[Any]) -> bytes:
    """Return a corpus as bm25s writes it: a JSON value per line, a text with its number.

    Raises
    ------
    InvalidArgumentError
        If an element is neither a str, a dict, a list nor a tuple, or JSON has no place for what is in it.
    """
    lines = []
    for number, element in enumerate(corpus):
        if not isinstance(element, (str, dict, list, tuple)):
            kind = type(element).__name__
            raise InvalidArgumentError(
                f"corpus[{number}] must be a str, dict, list or tuple to be saved, got {kind}"
            )
        value = {"id": number, "text": element} if isinstance(element, str) else element
        try:
            lines.append(json.dumps(value, ensure_ascii=False).encode("utf-8") + b"\n")
        except (TypeError, ValueError) as error:
            raise InvalidArgumentError(f"corpus[{number}] cannot be saved as JSON: {error}") from error
    return b"".join(lines)


def line_starts(lines: bytes) -> list[int]:
    """Return where each line begins: bm25s's ``.mmindex.json``."""
    starts = [0]
    while (end := lines.find(b"\n", starts[-1])) >= 0:
        starts.append(end + 1)
    return starts[:-1]


class JsonlCorpus:
    """The elements of a JSONL file, read from the mapped file as they are asked for."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        with open(path, "rb") as file:
            empty = not os.fstat(file.fileno()).st_size
            self._lines = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._starts = line_starts(self._lines)  # type: ignore[arg-type]  # has find(), as bytes have

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, index: Any) -> Any:
        """Return one element, or a list or an array of those that a slice, list or array names."""
        if isinstance(index, (int, np.integer)):
            start = self._starts[index]
            return json.loads(self._lines[start : self._lines.find(b"\n", start)])
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        if isinstance(index, np.ndarray):
            return elements(self, index)
        return [self[number] for number in index]

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(len(self)))


def elements(corpus: Any, numbers: NDArray[np.int64]) -> NDArray[Any]:
    """Return ``corpus[number]`` for each of ``numbers``, in an array of that shape."""
    if isinstance(corpus, np.ndarray) and corpus.ndim == 1:
        return corpus[numbers]
    chosen = [corpus[number] for number in numbers.ravel().tolist()]
    if chosen and all(isinstance(element, (str, int, float)) for element in chosen):
        return np.array(chosen).reshape(numbers.shape)
    array = np.empty(len(chosen), object)  # as np.array makes it of dicts, but of lists too
    for place, element in enumerate(chosen):
        array[place] = element
    return array.reshape(numbers.shape)
