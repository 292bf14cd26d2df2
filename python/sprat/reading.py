"""Corpora in files: texts as they are asked for, in memory that does not grow with the corpus."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sprat import _parquet, _records
from sprat._ahead import ahead
from sprat._arguments import instance
from sprat._records import Block, Document, Fields, strings
from sprat._sources import Format, Source
from sprat._texts import Columns
from sprat.errors import CorruptFileError, InvalidArgumentError

__all__ = ["Document", "Texts", "read"]

_AHEAD_BYTES = 8 << 20


class Texts:
    """Texts of files, read anew each time they are iterated over. Made by :func:`read`.

    Where an encoder takes texts, these are read ahead by a thread of their own, and those of JSONL and
    Parquet do not become Python strings.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        fields: Fields,
        advance: Callable[[int], None] | None = None,
    ) -> None:
        self._sources = tuple(sources)
        self._fields = fields
        self._advance = _nothing if advance is None else advance

    def __iter__(self) -> Iterator[str]:
        for block in self.blocks(ids=False):
            yield from strings(block.texts)

    def with_ids(self) -> Iterator[Document]:
        """Iterate over (id, text)."""
        for block in self.blocks(ids=True):
            yield from map(Document, strings(block.ids), strings(block.texts))

    def blocks(self, *, ids: bool) -> Iterator[Block]:
        """Iterate over the documents in blocks, with their ids or with none."""
        for source in self._sources:
            blocks = _parquet.blocks if source.format is Format.parquet else _records.blocks
            empty = True
            for block in blocks(source, self._fields, ids, self._advance):
                if len(block.texts):
                    empty = False
                    yield block
            if empty:
                raise CorruptFileError(f"{source.name}: no text in it")

    def __sprat_columns__(self) -> Iterator[Any]:
        """Iterate over texts and columns of them, for the core; see :func:`sprat._texts.as_documents`."""
        blocks = ahead(self.blocks(ids=False), lambda block: block.size_bytes, _AHEAD_BYTES)
        return Columns(block.texts for block in blocks).__sprat_columns__()

    def __repr__(self) -> str:
        return f"<Texts of {', '.join(source.name for source in self._sources)}>"


def _nothing(size_bytes: int) -> None: ...


def read(
    path: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    column: str = "text",
    *,
    title: str | None = None,
    id: str | None = None,
    format: str | None = None,
) -> Texts:
    """Return the texts of a file, which are read as they are asked for.

    Parameters
    ----------
    path : path-like, or several
        JSONL, CSV, TSV, Parquet, or plain text with one document per line; all but Parquet may be compressed
        by gzip or zstd. ``"-"`` is standard input. Several files are read one after the other.
    column : str, default "text"
        JSONL: the field with the text; a line may also be a bare string. CSV, TSV and Parquet: the column.
    title : str, optional
        A field or column to put before the text, with a space between, where it is not null.
    id : str, optional
        The field or column that names a document: strings or whole numbers. None: ``_id`` or ``id`` where
        there is one, else the number of the line (from 1) or of the row of Parquet (from 0).
    format : {"jsonl", "text", "csv", "tsv", "parquet"}, optional
        None: the name tells (.jsonl, .ndjson, .txt, .csv, .tsv, .parquet, then perhaps .gz or .zst).

    Returns
    -------
    Texts
        An iterable of str; ``with_ids()`` iterates over (id, text). Each iteration reads the file anew.

    Raises
    ------
    OSError
        If a file is not there.
    TypeError
        If ``column``, ``title`` or ``id`` is no str.
    InvalidArgumentError
        If the name does not tell the format.
    CorruptFileError
        While reading: a line or row is not what it should be, or there is no text at all. The message names
        file, line and column.
    MissingExtraError
        While reading, if Parquet or zstd is read without the library for it.

    Notes
    -----
    Lines of JSONL and plain text without a visible character are passed over. CSV needs a header; quotation
    marks are as in RFC 4180, in TSV too. A line, row or text may have up to 64 MiB.
    """
    for name, value in (("column", column), ("title", title), ("id", id)):
        if value is not None or name == "column":
            instance(name, value, str)
    paths = [path] if isinstance(path, (str, os.PathLike)) else list(path)
    if not paths:
        raise InvalidArgumentError("path must name at least one file, got none")
    return Texts([Source.at(one, format) for one in paths], Fields(column, title, id))
