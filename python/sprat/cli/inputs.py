"""Files of documents: "which texts does this file hold, and what are they called?"

Read line by line, so memory is bounded by the longest line. A file may be compressed by gzip, whatever its
name. What is wrong with a file is said as ``name:line: what``.
"""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import IO, Any, NamedTuple

from sprat.errors import CorruptFileError, InvalidArgumentError

LONGEST_LINE_BYTES = 1 << 30

_STDIN = 0
_BUFFER_BYTES = 1 << 18
_SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".txt": "text"}
_KINDS = {dict: "object", list: "array", str: "string", int: "number", float: "number", bool: "boolean"}


class Format(str, Enum):
    """What a line is: a JSON value, or a document as it stands."""

    jsonl = "jsonl"
    text = "text"


@dataclass(frozen=True)
class Fields:
    """Which fields of a JSON object make the text."""

    text: str = "text"
    title: str | None = None  # put before the text, with a space between


class Document(NamedTuple):
    """A text and what to call it: its field ``_id`` or ``id``, or else its line number."""

    id: str
    text: str


@dataclass(frozen=True)
class Source:
    """A file that is there, and whose format is known."""

    path: str  # "-": standard input
    format: Format
    size_bytes: int | None  # None: a pipe

    @classmethod
    def at(cls, path: str, file_format: Format | None, *, option: str = "--format") -> Source:
        """Look at a file without reading it; ``file_format=None`` tells the format from the name.

        ``option`` is what the user could have said the format with.

        Raises
        ------
        OSError
            If it is not there, or is a directory.
        InvalidArgumentError
            If the name does not tell the format.
        """
        status = os.fstat(_STDIN) if path == "-" else os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if file_format is None:
            suffix = os.path.splitext(path.lower().removesuffix(".gz"))[1]
            if suffix not in _SUFFIXES:
                raise InvalidArgumentError(
                    f"{path}: cannot tell the format from the name; add {option} jsonl or {option} text"
                )
            file_format = Format(_SUFFIXES[suffix])
        return cls(path, file_format, status.st_size if stat.S_ISREG(status.st_mode) else None)

    @property
    def name(self) -> str:
        return "<stdin>" if self.path == "-" else self.path


def sources(paths: Iterable[str], file_format: Format | None) -> list[Source]:
    """Look at each file before the first is read."""
    found = [Source.at(path, file_format) for path in paths]
    if sum(source.path == "-" for source in found) > 1:
        raise InvalidArgumentError("standard input can be read once only")
    return found


def documents(source: Source, fields: Fields, advance: Callable[[int], None]) -> Iterator[Document]:
    """Read the documents of a file in order; lines without a visible character are passed over.

    ``advance`` is told of bytes read, as they lie in the file.

    Raises
    ------
    CorruptFileError
        If a line is not UTF-8, not JSON, or lacks a text; or the file holds no document at all.
    OSError
        If the file cannot be read.
    """
    empty = True
    for number, line in _lines(source, advance):
        if not line or line.isspace():
            continue
        empty = False
        if source.format is Format.text:
            yield Document(str(number), line)
            continue
        try:
            yield _document(_json(line), fields, number)
        except CorruptFileError as error:
            raise CorruptFileError(f"{source.name}:{number}: {error}") from None
    if empty:
        raise CorruptFileError(f"{source.name}: no text in it")


def _lines(source: Source, advance: Callable[[int], None]) -> Iterator[tuple[int, str]]:
    """Number and decode the lines; only a line feed ends one, and a carriage return before it goes too."""
    number = 0
    try:
        with _opened(source, advance) as file:
            while line := file.readline(LONGEST_LINE_BYTES + 1):
                number += 1
                if len(line) > LONGEST_LINE_BYTES:
                    raise CorruptFileError(
                        f"{source.name}:{number}: longer than {LONGEST_LINE_BYTES:,} bytes"
                    )
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")  # a byte order mark
                yield number, line.removesuffix(b"\n").removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        byte, at = error.object[error.start], error.start + 1
        raise CorruptFileError(
            f"{source.name}:{number}: not UTF-8: byte 0x{byte:02x} at column {at}"
        ) from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise CorruptFileError(f"{source.name}: damaged gzip file: {error}") from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, source.name) from error


def _opened(source: Source, advance: Callable[[int], None]) -> IO[bytes]:
    name: int | str = _STDIN if source.path == "-" else source.path
    raw = open(name, "rb", buffering=0, closefd=source.path != "-")  # noqa: SIM115
    file = io.BufferedReader(_Counted(raw, advance), _BUFFER_BYTES)
    if file.peek(2)[:2] == b"\x1f\x8b":  # which no UTF-8 text starts with
        return io.BufferedReader(gzip.GzipFile(fileobj=file), _BUFFER_BYTES)
    return file


class _Counted(io.RawIOBase):
    """A file that tells how many bytes were read from it."""

    def __init__(self, raw: io.FileIO, advance: Callable[[int], None]) -> None:
        self._raw = raw
        self._advance = advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        size = self._raw.readinto(buffer)
        self._advance(size or 0)
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise CorruptFileError(f"not JSON: {error.msg} at column {error.colno}") from None
    except (ValueError, RecursionError) as error:  # a number with too many digits, too many brackets
        raise CorruptFileError(f"not JSON that can be read: {error}") from None


def _document(value: Any, fields: Fields, number: int) -> Document:
    if isinstance(value, str):
        return Document(str(number), value)
    if not isinstance(value, dict):
        raise CorruptFileError(f"a line must be an object or a string, got {_kind(value)}")
    if fields.text not in value:
        raise CorruptFileError(f"field {fields.text!r} is missing")
    text = _string(value, fields.text)
    if fields.title is not None and value.get(fields.title) is not None:
        text = f"{_string(value, fields.title)} {text}"
    key = "_id" if "_id" in value else "id"
    name = value.get(key, number)
    if isinstance(name, bool) or not isinstance(name, (str, int)):
        raise CorruptFileError(f"field {key!r} must be a string or a whole number, got {_kind(name)}")
    return Document(str(name), text)


def _string(value: dict[str, Any], field: str) -> str:
    text = value[field]
    if not isinstance(text, str):
        raise CorruptFileError(f"field {field!r} must be a string, got {_kind(text)}")
    return text


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "null")
