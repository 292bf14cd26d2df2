"""The folder of an index: bm25s's own files, which it reads too, and one of ours that vouches for them.

docs/formats.md gives every file. Each is replaced whole, and ``sprat.index.json`` last.
"""

from __future__ import annotations

import io
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat import _core
from sprat._files import OpenFile, file_number, write_whole
from sprat._npy import array_in
from sprat.compat._bm25s_index import ScoredIndex
from sprat.errors import CorruptFileError, InvalidArgumentError, UnsupportedVersionError

MANIFEST = "sprat.index.json"
_CHUNK = 1 << 20
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


class Files:
    """The files of a folder, each compared with what vouches for it when it is read, if anything does.

    So files of two writings are never taken for one index. Of mapped files only the sizes are compared.

    Raises
    ------
    CorruptFileError
        If a file is not what was written; also from the methods.
    UnsupportedVersionError
        If a newer release wrote the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._vouched: dict[str, Any] = {}
        if not (folder / MANIFEST).exists():
            return
        manifest = self.json(MANIFEST)
        if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
            raise CorruptFileError(f"{folder / MANIFEST}: files is missing")
        if not isinstance(manifest.get("format"), int) or manifest["format"] > FORMAT:
            raise UnsupportedVersionError(
                f"{folder / MANIFEST}: format must be at most {FORMAT}, found {manifest.get('format')!r}"
            )
        self._vouched = manifest["files"]

    def __contains__(self, name: str) -> bool:
        """Whether a file is there, or should be; one of an earlier writing is not."""
        return name in self._vouched if self._vouched else (self.folder / name).exists()

    def read(self, name: str) -> bytes:
        content = (self.folder / name).read_bytes()
        self._compare(name, bytes=len(content), crc32=f"{zlib.crc32(content):08x}")
        return content

    def json(self, name: str) -> Any:
        try:
            return json.loads(self.read(name))
        except (ValueError, RecursionError) as error:
            raise CorruptFileError(f"{self.folder / name}: not JSON: {error}") from error

    def mapped(self, name: str) -> _core.MappedFile:
        with open(self.folder / name, "rb") as file:
            self._compare(name, bytes=os.fstat(file.fileno()).st_size)
            return _core.MappedFile(file_number(file))

    def corpus(self, name: str, *, mapped: bool) -> Sequence[Any]:
        if mapped:
            corpus = JsonlCorpus(self.folder / name)
            self._compare(name, bytes=corpus.size_bytes)
            return corpus
        path = self.folder / name
        return [element_of(line, path) for line in self.read(name).split(b"\n")[:-1]]

    def _compare(self, name: str, **found: Any) -> None:
        expected = self._vouched.get(name)
        if expected is None:
            return
        if not isinstance(expected, dict) or any(expected.get(key) != value for key, value in found.items()):
            raise CorruptFileError(
                f"{self.folder / name}: was changed after it was written; if another program wrote it anew, "
                f"delete {self.folder / MANIFEST}"
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
        starts = json.dumps(line_starts(io.BytesIO(lines))[:-1]).encode("ascii")
        files |= {names.corpus: lines, f"{os.path.splitext(names.corpus)[0]}.mmindex.json": starts}
    write(folder, files)


def read_index(
    files: Files, names: Names, document_count: int, *, shifted: bool, mapped: bool
) -> ScoredIndex:
    """Read the arrays, and unless they are mapped check what is in them."""
    folder = files.folder
    maps = [files.mapped(name) for name in (names.data, names.indices)] if mapped else []
    contents: Sequence[Any] = maps or [files.read(name) for name in (names.data, names.indices)]
    index = ScoredIndex(
        array_of(contents[0], folder / names.data, "f"),
        array_of(contents[1], folder / names.indices, "iu"),
        array_of(files.read(names.indptr), folder / names.indptr, "iu"),
        document_count,
        array_of(files.read(names.nnoc), folder / names.nnoc, "f") if shifted else None,
        mapped=maps,
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


def read_parameters(files: Files, names: Names) -> dict[str, Any]:
    """Return what BM25 is made with, and ``num_docs``."""
    path = files.folder / names.params
    content = files.json(names.params)
    if not isinstance(content, dict):
        raise CorruptFileError(f"{path}: must hold an object, found {type(content).__name__}")
    content.pop("version", None)
    document_count = content.get("num_docs")
    if type(document_count) is not int or document_count < 1:
        raise CorruptFileError(f"{path}: num_docs must be a whole number from 1, found {document_count!r}")
    if unknown := set(content).difference([*PARAMETERS, "num_docs"]):
        raise UnsupportedVersionError(f"{path}: this release does not know {min(unknown)!r}")
    return content


def read_vocab(files: Files, names: Names) -> dict[str, int]:
    """Read a vocabulary."""
    path = files.folder / names.vocab
    vocab = files.json(names.vocab)
    if not isinstance(vocab, dict) or not all(type(number) is int for number in vocab.values()):
        raise CorruptFileError(f"{path}: must map tokens to whole numbers")
    return vocab


def array_bytes(array: NDArray[Any]) -> bytes:
    """Return the content of an .npy file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def array_of(content: Any, path: Path, kinds: str) -> NDArray[Any]:
    """Return the array of an .npy file of one dimension, which is not copied; nothing is ever unpickled."""
    array = array_in(np.frombuffer(content, np.uint8), path)
    if array.ndim != 1 or array.dtype.kind not in kinds:
        raise CorruptFileError(
            f"{path}: must hold one row of numbers, found {array.dtype} of shape {array.shape}"
        )
    return array


def element_of(line: bytes, path: Path) -> Any:
    """Return an element of a corpus."""
    try:
        return json.loads(line)
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


def line_starts(file: IO[bytes]) -> list[int]:
    """Return where each line begins, and where the last one ends."""
    starts, at = [0], 0
    read: Callable[[], bytes] = lambda: file.read(_CHUNK)  # noqa: E731
    for chunk in iter(read, b""):
        starts += (np.flatnonzero(np.frombuffer(chunk, np.uint8) == ord("\n")) + at + 1).tolist()
        at += len(chunk)
    return starts


class JsonlCorpus(Sequence[Any]):
    """The elements of a JSONL file, read from the file as they are asked for."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._file = OpenFile(path)
        self.size_bytes = self._file.size_bytes
        with open(path, "rb") as file:
            self._starts = line_starts(file)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, index: Any) -> Any:
        """Return one element, or a list or an array of those that a slice, list or array names."""
        if isinstance(index, (int, np.integer)):
            number = range(len(self))[index]
            start, end = self._starts[number : number + 2]
            return element_of(self._file.read(start, end - start), self._path)
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
