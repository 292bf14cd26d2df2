"""Encoding a corpus into a folder: "which documents are there already, and which come next?"

The folder holds parts with numbers, each written whole or not at all. A part says which documents it holds
and what their texts were, so that nothing else has to be kept: to go on after a kill is to pass over the
documents of the parts that are there. ``_sprat.json`` says which encoder made them, and in the end that all
are there.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from sprat import _core, vectors
from sprat._ahead import ahead
from sprat._extras import require
from sprat._parquet import require_pyarrow
from sprat._records import Block, strings
from sprat._texts import Columns, as_documents, checked, is_unicode
from sprat.errors import InvalidArgumentError
from sprat.reading import Texts
from sprat.vectors import Vectors

PART_DOCUMENTS = 1 << 16
PART_BYTES = 16 << 20  # of text

_AHEAD_BYTES = 8 << 20
_TEXTS_PER_BLOCK = 256


def encode_to(
    path: str | os.PathLike[str],
    texts: Any,
    ids: Iterable[Any] | None,
    *,
    encode: Callable[[Any], Any],
    encoder: str,
    form: str,
    dim: int,
    show_progress: bool,
) -> int:
    """Do what :meth:`sprat.BM25Encoder.encode_documents_to` says; ``encoder`` is a digest of it."""
    if form not in vectors.FORMATS:
        raise InvalidArgumentError(f"format must be 'parquet' or 'npz', got {form!r}")
    if form == "parquet":
        require_pyarrow("writing Parquet")
    documents = _Documents(texts, ids)
    folder = _Folder(path, {"version": 1, "format": form, "encoder": encoder, "dim": dim, "complete": None})
    with _progress(show_progress) as advance:
        for about in folder.parts:
            batch = documents.take(about["documents"], None)
            folder.require_same(about, batch)
            advance(batch.documents)
        while batch := documents.take(PART_DOCUMENTS, PART_BYTES):
            folder.add(Vectors(encode(Columns(batch.pieces)), batch.ids), batch)
            advance(batch.documents)
    documents.require_end()
    return folder.finish()


@contextmanager
def _progress(wanted: bool) -> Iterator[Callable[[int], None]]:
    """Show the number of documents on standard error; gives the function to tell of more of them."""
    if not wanted:
        yield lambda documents: None
        return
    require("rich", "show_progress", "cli")
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("documents"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("documents", total=None)
        yield lambda documents: bar.advance(task, documents)


class _Batch:
    """Some documents."""

    def __init__(self) -> None:
        self.pieces: list[Any] = []  # columns and lists of str
        self.ids: list[Any] = []
        self.documents = self.size_bytes = self.crc32 = 0

    def add(self, block: Block) -> None:
        self.pieces.append(block.texts)
        self.ids += strings(block.ids)
        self.documents += len(block.texts)
        self.size_bytes += block.size_bytes
        texts = block.texts
        content = (
            "".join(texts).encode("utf-8", "surrogatepass") if isinstance(texts, list) else texts.joined()
        )
        self.crc32 = zlib.crc32(content, self.crc32)

    def __len__(self) -> int:
        return self.documents

    def about(self) -> dict[str, int]:
        names = "\0".join(map(str, self.ids)).encode()
        return {"documents": self.documents, "texts_crc32": self.crc32, "ids_crc32": zlib.crc32(names)}


class _Documents:
    """The documents to come."""

    def __init__(self, texts: Any, ids: Iterable[Any] | None) -> None:
        self._blocks = _blocks(texts, ids is None)
        self._ids = None if ids is None else iter(ids)
        self._rest: Block | None = None
        self._position = 0

    def take(self, documents: int, size_bytes: int | None) -> _Batch:
        """Take so many documents, or about so many bytes of text; fewer only at the end."""
        batch = _Batch()
        while batch.documents < documents and (size_bytes is None or batch.size_bytes < size_bytes):
            block = self._rest or next(self._blocks, None)
            self._rest = None
            if block is None:
                break
            room = documents - batch.documents
            if len(block.texts) > room:
                texts = strings(block.texts)
                names = strings(block.ids)
                self._rest = Block(texts[room:], names[room:], block.size_bytes)
                block = Block(texts[:room], names[:room], 0)
            batch.add(block)
        self._name(batch)
        self._position += batch.documents
        return batch

    def _name(self, batch: _Batch) -> None:
        if self._ids is not None:
            batch.ids = list(islice(self._ids, batch.documents))
            if len(batch.ids) < batch.documents:
                raise InvalidArgumentError(
                    f"ids must be as many as texts, got {self._position + len(batch.ids)} for more texts"
                )
        elif not batch.ids:
            batch.ids = list(range(self._position, self._position + batch.documents))
        kind = type(batch.ids[0]) if batch.ids else str
        for at, name in enumerate(batch.ids):
            if type(name) is not kind or kind not in (str, int):
                wanted = "all str or all int"
            elif isinstance(name, int) and not -1 << 63 <= name < 1 << 63:
                wanted = "whole numbers of 64 bits"
            elif isinstance(name, str) and not name.isascii() and not is_unicode(name):
                wanted = "Unicode"
            else:
                continue
            raise InvalidArgumentError(
                f"ids must be {wanted}, got {name!r} at position {self._position + at}"
            )

    def require_end(self) -> None:
        if self._ids is not None and next(self._ids, self) is not self:
            raise InvalidArgumentError(f"ids must be as many as texts, got more for {self._position} texts")


def _blocks(texts: Any, ids: bool) -> Iterator[Block]:
    if isinstance(texts, Texts):
        yield from ahead(texts.blocks(ids=ids), lambda block: block.size_bytes, _AHEAD_BYTES)
        return
    rest = checked(_elements(as_documents(texts)))
    while found := list(islice(rest, _TEXTS_PER_BLOCK)):
        yield Block(found, [], sum(map(len, found)))


def _elements(documents: Iterable[Any]) -> Iterator[Any]:
    position = 0
    for item in documents:
        if not isinstance(item, _core.TextColumn):
            yield item
            position += 1
            continue
        if (fault := item.fault()) is not None and fault[1] is not None:
            raise InvalidArgumentError(
                f"texts[{position + fault[0]}] must be UTF-8, is not at byte {fault[1]}"
            )
        for start in range(0, len(item), _TEXTS_PER_BLOCK):
            yield from item.strings(start, min(len(item), start + _TEXTS_PER_BLOCK))
        position += len(item)


class _Folder:
    """The parts that are there, and those to be added."""

    def __init__(self, path: str | os.PathLike[str], manifest: dict[str, Any]) -> None:
        self._path = Path(path)
        self._manifest = manifest
        self._path.mkdir(exist_ok=True)
        there = vectors.read_manifest(path)
        if there is None:
            if any(self._path.iterdir()):
                raise InvalidArgumentError(f"{self._path}: there are other files in this folder")
            vectors.write_manifest(path, manifest)
        for name in ("format", "encoder", "dim") if there is not None else ():
            if there is not None and there[name] != manifest[name]:
                raise InvalidArgumentError(
                    f"{self._path}: begun with another {name} ({there[name]}, not {manifest[name]}); "
                    "choose another folder or remove it"
                )
        for leftover in self._path.glob(".sprat-*.part"):
            leftover.unlink()
        self._paths = vectors.part_paths(path, manifest["format"])
        self.parts = [vectors.read_part(part)[1] for part in self._paths]
        self._count = len(self.parts)
        self._documents: int = sum(about["documents"] for about in self.parts)
        self._checked = 0

    def require_same(self, about: dict[str, Any], batch: _Batch) -> None:
        """Raise InvalidArgumentError if a part that is there was not made from these documents."""
        part = self._paths[self._checked]
        if about["encoder"] != self._manifest["encoder"]:
            raise InvalidArgumentError(f"{part}: made by another encoder")
        if batch.documents < about["documents"]:
            raise InvalidArgumentError(
                f"{self._path} holds {self._documents} documents, but there are fewer texts"
            )
        if any(about[name] != value for name, value in batch.about().items()):
            raise InvalidArgumentError(f"{part}: made from other texts or ids")
        self._checked += 1

    def add(self, part: Vectors, batch: _Batch) -> None:
        about = {
            "encoder": self._manifest["encoder"],
            "dim": self._manifest["dim"],
            "first": self._documents,
            **batch.about(),
        }
        vectors.write_part(self._path, self._manifest["format"], self._count, part, about)
        self._count += 1
        self._documents += batch.documents

    def finish(self) -> int:
        self._manifest["complete"] = {"documents": self._documents, "parts": self._count}
        vectors.write_manifest(self._path, self._manifest)
        return self._documents
