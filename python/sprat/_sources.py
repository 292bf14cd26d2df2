"""Files of documents: "is it there, what format has it, and what are its bytes?"

A file may be compressed by gzip or zstd, whatever its name: its first bytes tell. Bytes are decompressed as
they are asked for, so memory does not depend on the size of the file.
"""

from __future__ import annotations

import errno
import gzip
import io
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import IO, Any

from sprat._extras import require
from sprat.errors import CorruptFileError, InvalidArgumentError

_STDIN = 0
_BUFFER_BYTES = 1 << 18
_ZSTD_BYTES = 1 << 11  # of which no more than 64 MiB can come
_COMPRESSED = (".gz", ".zst")
_SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".txt": "text",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}


class Format(str, Enum):
    """What documents look like in a file."""

    jsonl = "jsonl"  # a JSON value in each line
    text = "text"  # each line as it stands
    csv = "csv"
    tsv = "tsv"
    parquet = "parquet"


@dataclass(frozen=True)
class Source:
    """A file that is there, and whose format is known."""

    path: str  # "-": standard input
    format: Format
    size_bytes: int | None  # None: a pipe

    @classmethod
    def at(
        cls, path: str | os.PathLike[str], file_format: str | None = None, *, option: str = "format="
    ) -> Source:
        """Look at a file without reading it; ``file_format=None`` tells the format from the name.

        ``option`` is what the user could have said the format with.

        Raises
        ------
        OSError
            If it is not there, or is a directory.
        InvalidArgumentError
            If there is no such format, or the name does not tell it.
        """
        path = os.fspath(path)
        status = os.fstat(_STDIN) if path == "-" else os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        formats = [known.value for known in Format]
        if file_format is None:
            plain = path.lower()
            for ending in _COMPRESSED:
                plain = plain.removesuffix(ending)
            file_format = _SUFFIXES.get(os.path.splitext(plain)[1])
            if file_format is None:
                allowed = f"{', '.join(formats[:-1])} or {formats[-1]}"
                raise InvalidArgumentError(
                    f"{path}: cannot tell the format from the name; add {option} with {allowed}"
                )
        elif file_format not in formats:
            raise InvalidArgumentError(f"format must be one of {', '.join(formats)}, got {file_format!r}")
        return cls(path, Format(file_format), status.st_size if stat.S_ISREG(status.st_mode) else None)

    @property
    def name(self) -> str:
        return "<stdin>" if self.path == "-" else self.path

    @contextmanager
    def opened(self, advance: Callable[[int], None]) -> Iterator[IO[bytes]]:
        """Open the file for its decompressed bytes; ``advance`` is told of bytes read, as they lie in it.

        Raises
        ------
        CorruptFileError
            If it is compressed, and damaged.
        MissingExtraError
            If it is compressed by zstd, for which there is no library.
        OSError
            If it cannot be read; also while it is read.
        """
        try:
            with _counted(self.path, advance) as file:
                magic = file.peek(4)[:4]
                if magic[:2] == b"\x1f\x8b":  # which no UTF-8 text starts with
                    with io.BufferedReader(gzip.GzipFile(fileobj=file), _BUFFER_BYTES) as plain:
                        yield plain
                elif magic == b"\x28\xb5\x2f\xfd":
                    with io.BufferedReader(_Zstd(file), _BUFFER_BYTES) as plain:
                        yield plain
                else:
                    yield file
        except _DamagedZstd as error:
            raise CorruptFileError(f"{self.name}: damaged zstd file: {error}") from None
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise CorruptFileError(f"{self.name}: damaged gzip file: {error}") from None
        except OSError as error:
            raise OSError(error.errno, error.strerror, self.name) from error


def _counted(path: str, advance: Callable[[int], None]) -> io.BufferedReader:
    name: int | str = _STDIN if path == "-" else path
    raw = open(name, "rb", buffering=0, closefd=path != "-")  # noqa: SIM115
    return io.BufferedReader(_Counted(raw, advance), _BUFFER_BYTES)


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


class _DamagedZstd(Exception):
    """Raised while reading, for :meth:`Source.opened` to say of which file."""


class _Zstd(io.RawIOBase):
    """The bytes in a file of zstd frames; a frame that ends too early is an error."""

    def __init__(self, file: IO[bytes]) -> None:
        require("zstandard", "reading a file compressed by zstd", "zstd")
        import zstandard

        self._file = file
        self._error: type[Exception] = zstandard.ZstdError
        self._new_frame: Callable[[], Any] = zstandard.ZstdDecompressor().decompressobj
        self._frame = self._new_frame()
        self._compressed = b""
        self._plain = memoryview(b"")
        self._started = False  # whether the frame has got bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            while not self._plain and self._decompress():
                pass
        except self._error as error:
            raise _DamagedZstd(str(error)) from None
        size = min(len(buffer), len(self._plain))
        buffer[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    def _decompress(self) -> bool:
        compressed = self._compressed or self._file.read(_ZSTD_BYTES)
        if not compressed:
            if self._started:
                raise self._error("it ends inside a frame")
            return False
        self._started = True
        self._plain = memoryview(self._frame.decompress(compressed))
        self._compressed = b""
        if self._frame.eof:
            self._compressed = self._frame.unused_data
            self._frame = self._new_frame()
            self._started = False
        return True
