"""A saved collection: "which files belong together, and are they whole?"

A folder of files, each written once under a name of its own, and ``manifest.json``, which says which of them
are the collection. Saving writes new files beside the old ones and then replaces the manifest in one step: a
reader finds the old collection or the new one, and a writer that was killed leaves the old one. Writers take
turns. docs/formats.md gives every field.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from sprat._closing import closed, is_closed
from sprat._files import OpenFile, lock, sync, write_whole
from sprat._npy import array_in
from sprat.errors import CorruptFileError, InvalidArgumentError, UnsupportedVersionError

FORMAT = 1
MANIFEST = "manifest.json"

_LOCK = ".lock"
_OURS = re.compile(
    r"(encoder|index|ids|id-ends|beside|texts|row-[a-z]+|text-[a-z]+)\.[0-9a-f]{16}\.[a-z0-9]+"
    r"|\.sprat-[0-9a-f]{16}\.part"
)
_CLOSED = re.compile(rb', "crc32": "[0-9a-f]{8}"\}\Z')
_CHUNK = 1 << 20


class NewFiles:
    """The files of one saving; nobody reads them until the manifest names them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._token = secrets.token_hex(8)
        self._entries: dict[str, dict[str, Any]] = {}

    def array(self, what: str, values: NDArray[Any]) -> None:
        """Write an array in NumPy's format."""
        with self.open(what, "npy") as file:
            np.lib.format.write_array(file, np.ascontiguousarray(values), allow_pickle=False)

    @contextmanager
    def open(self, what: str, suffix: str) -> Iterator[IO[bytes]]:
        """Open a new file to write into."""
        with open(self.path(what, suffix), "xb") as file:
            yield file

    def path(self, what: str, suffix: str) -> Path:
        """Return where a file of this saving belongs, for whoever writes it by itself."""
        name = f"{what}.{self._token}.{suffix}"
        self._entries[what] = {"name": name}
        return self._folder / name

    @property
    def names(self) -> list[str]:
        return [entry["name"] for entry in self._entries.values()]

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Force all files to disk, then make them the collection."""
        for entry in self._entries.values():
            with open(self._folder / entry["name"], "r+b") as file:  # for Windows, which forces no other
                entry["bytes"], entry["crc32"] = _size_and_checksum(file)
                os.fsync(file.fileno())
        text = json.dumps({"format": FORMAT, **facts, "files": self._entries}, indent=1)
        write_whole(self._folder / MANIFEST, closed(text[:-2]))


@contextmanager
def saving(path: str | os.PathLike[str]) -> Iterator[NewFiles]:
    """Write a collection into a folder, which is made if it is not there.

    Raises
    ------
    InvalidArgumentError
        If the folder holds something else.
    UnsupportedVersionError
        If it holds a collection of a newer release.
    OSError
        If it cannot be written.
    """
    folder = Path(path)
    if not folder.is_dir():
        folder.mkdir(exist_ok=True)  # which says what stands there, if anything does
        sync(folder.parent)
    with _turn(folder):
        check_replaceable(folder)
        files = NewFiles(folder)
        try:
            yield files
        except BaseException:
            for name in set(files.names) - _named(folder):  # the manifest may be in place already
                (folder / name).unlink(missing_ok=True)
            raise
        for name in os.listdir(folder):  # the collection before this one, and what killed writers left
            if _OURS.fullmatch(name) and name not in files.names:
                _remove(folder / name)


def _named(folder: Path) -> set[str]:
    """Return the files that the manifest names, if there is one that can be read."""
    with suppress(OSError, CorruptFileError, UnsupportedVersionError):
        return {entry["name"] for entry in manifest(folder)["files"].values()}
    return set()


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except PermissionError:
        if sys.platform != "win32":  # where it is in use and goes with a later saving
            raise


def check_replaceable(folder: Path) -> None:
    """Refuse a folder that holds anything but a collection of this release or an earlier one.

    Raises
    ------
    InvalidArgumentError, UnsupportedVersionError, OSError
        As :func:`saving` does.
    """
    there = sorted(os.listdir(folder))
    if MANIFEST not in there:
        strangers = [name for name in there if not _is_ours(name)]
    elif _CLOSED.search((folder / MANIFEST).read_bytes()) or any(map(_OURS.fullmatch, there)):
        strangers = []  # a manifest of ours, or a damaged one beside our files
    else:
        strangers = [MANIFEST]  # another program's
    if strangers:
        raise InvalidArgumentError(f"{folder} is not empty, and no saved collection: it holds {strangers[0]}")
    with suppress(FileNotFoundError, CorruptFileError):
        manifest(folder)


class SavedFiles:
    """The files of a collection, open: they stay what they are when another one is saved in their place."""

    def __init__(self, folder: Path, facts: dict[str, Any]) -> None:
        """Open what :func:`manifest` names, and look at sizes; contents are checked when they are asked for.

        Raises
        ------
        FileNotFoundError
            If a file is not there, perhaps because others took its place meanwhile.
        CorruptFileError
            If a file has another size.
        """
        self.folder = folder
        self.facts = facts
        files = facts["files"].items()
        self._files = {what: _opened(folder / entry["name"], entry) for what, entry in files}

    def __contains__(self, what: str) -> bool:
        return what in self._files

    def path(self, what: str) -> Path:
        self._require(what)
        name: str = self.facts["files"][what]["name"]
        return self.folder / name

    def file(self, what: str) -> OpenFile:
        """Return a file to be read at places, unchecked."""
        self._require(what)
        return self._files[what]

    def content(self, what: str) -> bytes:
        """Read a file and compare the checksum.

        Raises
        ------
        CorruptFileError
            If it was changed.
        """
        file = self.file(what)
        content = file.read(0, file.size_bytes)
        self._compare(what, zlib.crc32(content))
        return content

    def array(self, what: str, kind: str) -> NDArray[Any]:
        """Read an array and compare the checksum.

        ``kind`` has the kinds of its elements, as in ``dtype.kind``.

        Raises
        ------
        CorruptFileError
            If the file was changed.
        """
        path = self.path(what)
        array = array_in(np.frombuffer(self.content(what), np.uint8), path)
        if array.dtype.kind not in kind or array.ndim != 1:
            raise CorruptFileError(f"{path}: {array.dtype} of shape {array.shape} is not what belongs here")
        return array

    def check(self, what: str) -> None:
        """Compare the checksum of a file.

        Raises
        ------
        CorruptFileError
            If it was changed.
        """
        file, checksum = self.file(what), 0
        for start in range(0, file.size_bytes, _CHUNK):
            checksum = zlib.crc32(file.read(start, min(_CHUNK, file.size_bytes - start)), checksum)
        self._compare(what, checksum)

    def _compare(self, what: str, checksum: int) -> None:
        if checksum != self.facts["files"][what]["crc32"]:
            raise CorruptFileError(
                f"{self.path(what)}: crc32 does not match: the file was changed after it was written"
            )

    def _require(self, what: str) -> None:
        if what not in self._files:
            raise CorruptFileError(f"{self.folder / MANIFEST}: files.{what} is missing")


def _opened(path: Path, entry: Mapping[str, Any]) -> OpenFile:
    file = OpenFile(path)
    if file.size_bytes != entry["bytes"]:
        raise CorruptFileError(f"{path}: must have {entry['bytes']} bytes, found {file.size_bytes}")
    return file


def manifest(folder: Path) -> dict[str, Any]:
    """Read which files are the collection.

    Raises
    ------
    OSError
        If the folder or its manifest cannot be read.
    CorruptFileError
        If the manifest was changed.
    UnsupportedVersionError
        If a newer release wrote it.
    """
    path = folder / MANIFEST
    if not path.exists():
        told = (
            "No such folder" if not folder.exists() else f"No saved collection, there is no {MANIFEST} in it"
        )
        raise FileNotFoundError(errno.ENOENT, told, str(folder))
    content = path.read_bytes()
    try:
        facts = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(f"{path}: not JSON: {error}") from None
    if not isinstance(facts, dict) or not is_closed(content):
        raise CorruptFileError(f"{path}: crc32 does not match: the file was changed after it was written")
    if facts.get("format") != FORMAT:
        raise UnsupportedVersionError(
            f"{path}: written in format {facts.get('format')!r}, this release reads {FORMAT}"
        )
    for what, entry in facts["files"].items():
        if _OURS.fullmatch(entry["name"]) is None:
            raise CorruptFileError(f"{path}: files.{what} has a name that is not allowed: {entry['name']!r}")
    return facts


def _is_ours(name: str) -> bool:
    return name in (MANIFEST, _LOCK) or _OURS.fullmatch(name) is not None


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Wait until no other process or thread writes here; the system ends a turn with its process."""
    with open(folder / _LOCK, "ab") as file:
        lock(file)
        yield


def _size_and_checksum(file: IO[bytes]) -> tuple[int, int]:
    size = checksum = 0
    read: Callable[[], bytes] = lambda: file.read(_CHUNK)  # noqa: E731
    for chunk in iter(read, b""):
        size += len(chunk)
        checksum = zlib.crc32(chunk, checksum)
    return size, checksum
