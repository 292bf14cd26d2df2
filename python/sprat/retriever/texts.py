"""The texts of documents, to be read again one by one: "what does this document say?"

None is held in memory. Texts that were not saved yet lie in a temporary file without a name; those of a saved
collection in a side file of blocks, each compressed by zlib, of which reading a text decompresses one. Any
number of threads may read while one adds.
"""

from __future__ import annotations

import os
import tempfile
import weakref
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat._files import OpenFile, read_at, write_at
from sprat.errors import CorruptFileError

_BLOCK_BYTES = 1 << 14  # of text, so that a hit costs some 100 µs
_BUFFER_BYTES = 1 << 20
_DUE_BYTES = 1 << 26
_LEVEL = 1  # level 6 takes three times as long to save a tenth

Places = NDArray[np.int64]  # shape (n_texts, 2): where each text starts, and its bytes in UTF-8


class SideFile(NamedTuple):
    """Compressed blocks; block ``i`` holds the texts' bytes from ``starts[i]`` to ``starts[i + 1]``."""

    file: OpenFile
    starts: NDArray[np.int64]  # shape (n_blocks + 1,)
    offsets: NDArray[np.int64]  # shape (n_blocks + 1,): where each block lies in the file
    checksums: NDArray[np.uint32]  # shape (n_blocks,): CRC-32 of each block as it lies there

    @property
    def size_bytes(self) -> int:
        return int(self.starts[-1])

    def read(self, start: int, size: int) -> bytes:
        """Return bytes of one block.

        Raises
        ------
        CorruptFileError
            If the block was changed.
        """
        block = int(np.searchsorted(self.starts, start, "right")) - 1
        first, last = self.offsets[block : block + 2].tolist()
        begin, end = self.starts[block : block + 2].tolist()
        data = self.file.read(first, last - first)
        if zlib.crc32(data) != self.checksums[block]:
            raise CorruptFileError(f"{self.file.name}: block {block} was changed after it was written")
        raw = zlib.decompress(data)
        if len(raw) != end - begin or start + size > end:
            raise CorruptFileError(f"{self.file.name}: block {block} must hold {end - begin} bytes")
        return raw[start - begin : start - begin + size]


class Texts:
    """Texts by place, first those of a side file if there is one, then what was added."""

    def __init__(self, side: SideFile | None = None) -> None:
        self._side = side
        self._side_bytes = 0 if side is None else side.size_bytes
        self._end = self._side_bytes
        # Each process adds to files of its own: a fork shares them, and its offsets.
        self._files: list[int] = []  # descriptors
        self._file_starts: list[int] = []
        self._process = os.getpid()
        self._due = _DUE_BYTES

    @property
    def is_due(self) -> bool:
        """Whether so much was added that it is worth a look how much of it is still needed."""
        return self._end - self._side_bytes >= self._due

    def copied(self, places: Places, kept: NDArray[np.bool_]) -> Moved:
        """Write the texts that are ``kept`` and not in the side file anew, one after the other."""
        texts = Texts(self._side)
        moving = kept & (places[:, 0] >= self._side_bytes)
        moved: list[Places] = []
        for _ in texts.passing(map(self.read, places[moving]), moved):
            pass
        texts._due = max(_DUE_BYTES, 2 * (texts._end - texts._side_bytes))
        places = places.copy()
        places[moving] = moved[0]
        return Moved(texts, places)

    def passing(self, texts: Iterable[Any], places: list[Places]) -> Iterator[Any]:
        """Iterate over ``texts`` and keep each on its way; at the end ``places`` has where they are.

        Raises
        ------
        TypeError
            If one is not a str; the message names its position.
        """
        start = self._end
        sizes: list[int] = []
        buffer = bytearray()
        for position, text in enumerate(texts):
            if not isinstance(text, str):
                raise TypeError(f"texts[{position}] must be str, got {type(text).__name__}")
            written = text.encode("utf-8", "surrogatepass")
            sizes.append(len(written))
            buffer += written
            if len(buffer) >= _BUFFER_BYTES:
                self._append(buffer)
                buffer.clear()
            yield text
        self._append(buffer)
        found = np.empty((len(sizes), 2), np.int64)
        found[:, 1] = sizes
        found[:, 0] = start + np.cumsum(found[:, 1]) - found[:, 1]
        places.append(found)

    def read(self, place: Any) -> str:
        """Return the text at a place that :meth:`passing` gave or a row of the side file's places."""
        start, size = int(place[0]), int(place[1])
        if start < self._side_bytes and self._side is not None and size:
            raw = self._side.read(start, size)
        else:
            raw = self._read_file(start, size)
        try:
            return raw.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise CorruptFileError(f"the text at {start} is not UTF-8: {error}") from None

    def _append(self, data: bytearray) -> None:
        if not data:
            return
        if not self._files or self._process != os.getpid():
            with tempfile.TemporaryFile(prefix="sprat-texts-") as file:
                descriptor = os.dup(file.fileno())
            weakref.finalize(self, os.close, descriptor)
            self._files.append(descriptor)
            self._file_starts.append(self._end)
            self._process = os.getpid()
        write_at(self._files[-1], data, self._end - self._file_starts[-1])
        self._end += len(data)

    def _read_file(self, start: int, size: int) -> bytes:
        if not size:
            return b""
        number = bisect_right(self._file_starts, start) - 1
        file, at = self._files[number], start - self._file_starts[number]
        return read_at(file, at, size, "the temporary file of the texts")


class Moved(NamedTuple):
    """Texts in another file, and where they are there. Places of texts that were left behind lead nowhere."""

    texts: Texts
    places: Places


class Written(NamedTuple):
    """What :func:`write` put into a file: the parts of a :class:`SideFile`, and where each text is."""

    starts: NDArray[np.int64]
    offsets: NDArray[np.int64]
    checksums: NDArray[np.uint32]
    sizes: NDArray[np.int64]  # bytes of each text; they lie one after the other


def write(file: IO[bytes], texts: Iterable[str]) -> Written:
    """Write compressed blocks, whole texts in each."""
    starts, offsets, checksums, sizes = [0], [0], [], []
    block = bytearray()

    def close() -> None:
        data = zlib.compress(block, _LEVEL)
        file.write(data)
        starts.append(starts[-1] + len(block))
        offsets.append(offsets[-1] + len(data))
        checksums.append(zlib.crc32(data))
        block.clear()

    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        if block and len(block) + len(raw) > _BLOCK_BYTES:
            close()
        block += raw
        sizes.append(len(raw))
    if block:
        close()
    return Written(
        np.array(starts, np.int64),
        np.array(offsets, np.int64),
        np.array(checksums, np.uint32),
        np.array(sizes, np.int64),
    )


def no_places() -> Places:
    """Return the places of texts that are not kept."""
    return np.zeros((0, 2), np.int64)


def places_of(sizes: NDArray[np.int64]) -> Places:
    """Return the places of texts that lie one after the other."""
    return np.stack([np.cumsum(sizes) - sizes, sizes], axis=1)
