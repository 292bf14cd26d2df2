"""Documents of files: "which texts does this file hold, and what are they called?"

A file is read in blocks of a few hundred kilobytes, whatever its size, and no line, row or batch is larger
than :data:`LONGEST_BYTES`. What is wrong with a file is said as ``name:line: what``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, NamedTuple, TypeAlias

from sprat import _core
from sprat._sources import Format, Source
from sprat.errors import CorruptFileError

LONGEST_BYTES = 64 << 20

_BLOCK_BYTES = 1 << 18
_ID_NAMES = ("_id", "id")
_KINDS = {dict: "object", list: "array", str: "string", int: "number", float: "number", bool: "boolean"}

Column: TypeAlias = "list[str] | _core.TextColumn"


@dataclass(frozen=True)
class Fields:
    """Which fields of an object, or columns of a table, make a document."""

    text: str = "text"
    title: str | None = None  # put before the text, with a space between, where it is not null
    id: str | None = None  # None: "_id" or "id", or else the number of the line or row

    @property
    def id_names(self) -> tuple[str, ...]:
        return _ID_NAMES if self.id is None else (self.id,)


class Block(NamedTuple):
    """Some documents that stand one behind the other."""

    texts: Any  # a Column
    ids: Any  # a Column; empty if not asked for
    size_bytes: int


class Document(NamedTuple):
    """A text and what it is called."""

    id: str
    text: str


def strings(column: Column) -> list[str]:
    return column if isinstance(column, list) else column.strings(0, len(column))


def blocks(source: Source, fields: Fields, ids: bool, advance: Callable[[int], None]) -> Iterator[Block]:
    """Read the documents of a file of lines in order; lines without a visible character are passed over.

    ``advance`` is told of bytes read, as they lie in the file.

    Raises
    ------
    CorruptFileError
        If the file is damaged, or a text is missing, not a string or not UTF-8.
    OSError
        If the file cannot be read.
    """
    with source.opened(advance) as file:
        try:
            if source.format is Format.jsonl:
                yield from _json_blocks(file, fields, ids)
            elif source.format is Format.text:
                yield from _text_blocks(file, ids)
            else:
                yield from _csv_blocks(file, fields, ids, "," if source.format is Format.csv else "\t")
        except _BadLine as error:
            raise CorruptFileError(f"{source.name}:{error.number}: {error}") from None


class _BadLine(Exception):
    def __init__(self, number: int, what: str) -> None:
        super().__init__(what)
        self.number = number


class _Lines(NamedTuple):
    """Whole lines with their line feeds; only the last of a file may lack one."""

    content: bytes
    first_number: int
    last: bool


def _lines(file: IO[bytes]) -> Iterator[_Lines]:
    number = 1
    waiting: list[bytes] = []  # the beginning of a line
    waiting_bytes = 0
    while True:
        # What a pipe has now, since somebody may wait for the answer to a line.
        more = file.read1(_BLOCK_BYTES)  # type: ignore[attr-defined]
        end = more.rfind(b"\n") + 1
        if more and not end:
            waiting.append(more)
            waiting_bytes += len(more)
            if waiting_bytes > LONGEST_BYTES:
                raise _BadLine(number, f"longer than {LONGEST_BYTES:,} bytes")
            continue
        content = b"".join([*waiting, more[:end]])
        if number == 1:
            content = content.removeprefix(b"\xef\xbb\xbf")  # a byte order mark
        yield _Lines(content, number, not more)
        if not more:
            return
        number += content.count(b"\n")
        waiting = [more[end:]]
        waiting_bytes = len(waiting[0])


def _text(line: bytes, number: int) -> str:
    """Decode a line, or several of which the first has this number, without the last carriage return."""
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        number += line.count(b"\n", 0, error.start)
        column = error.start - line.rfind(b"\n", 0, error.start)
        raise _BadLine(number, f"not UTF-8: byte 0x{line[error.start]:02x} at column {column}") from None


def _text_blocks(file: IO[bytes], ids: bool) -> Iterator[Block]:
    for lines in _lines(file):
        found = _text(lines.content, lines.first_number).split("\n")
        if b"\r" in lines.content:
            found = [line.removesuffix("\r") for line in found]
        numbered = enumerate(found, lines.first_number)
        kept = [(number, line) for number, line in numbered if line and not line.isspace()]
        names = [str(number) for number, _ in kept] if ids else []
        yield Block([line for _, line in kept], names, len(lines.content))


def _json_blocks(file: IO[bytes], fields: Fields, ids: bool) -> Iterator[Block]:
    names = list(fields.id_names) if ids else []
    distinct = len({fields.text, fields.title, *names}) == 2 + len(names)
    for content, number, last in _lines(file):
        at = 0
        while at < len(content):
            if distinct:
                texts, found_ids, size, count = _core.read_json_lines(
                    memoryview(content)[at:],
                    fields.text,
                    fields.title,
                    names,
                    id_required=fields.id is not None,
                    first_line=number,
                    last=last,
                )
                yield Block(texts, found_ids, size)
                at += size
                number += count
            if at == len(content):
                break
            end = (content.find(b"\n", at) + 1) or len(content)  # of a line that the core does not take
            line = _text(content[at:end].removesuffix(b"\n").removesuffix(b"\r"), number)
            if not line.isspace() and line:
                text, name = _document(line, fields, number, ids)
                yield Block([text], [name] if ids else [], end - at)
            at = end
            number += 1


def _document(line: str, fields: Fields, number: int, ids: bool) -> tuple[str, str]:
    """Return the text and, if it is asked for, the id."""
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise _BadLine(number, f"not JSON: {error.msg} at column {error.colno}") from None
    except (ValueError, RecursionError) as error:  # a number with too many digits, too many brackets
        raise _BadLine(number, f"not JSON that can be read: {error}") from None
    if isinstance(value, str):
        return value, str(number)
    if not isinstance(value, dict):
        raise _BadLine(number, f"a line must be an object or a string, got {_kind(value)}")
    text = _string(value, fields.text, number)
    if fields.title is not None and value.get(fields.title) is not None:
        text = f"{_string(value, fields.title, number)} {text}"
    if not ids:
        return text, ""
    key = next((name for name in fields.id_names if name in value), None)
    if key is None and fields.id is not None:
        raise _BadLine(number, f"field {fields.id!r} is missing")
    name = number if key is None else value[key]
    if isinstance(name, bool) or not isinstance(name, (str, int)):
        raise _BadLine(number, f"field {key!r} must be a string or a whole number, got {_kind(name)}")
    return text, str(name)


def _string(value: dict[str, Any], field: str, number: int) -> str:
    if field not in value:
        raise _BadLine(number, f"field {field!r} is missing")
    text = value[field]
    if not isinstance(text, str):
        raise _BadLine(number, f"field {field!r} must be a string, got {_kind(text)}")
    return text


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "null")


def _csv_blocks(file: IO[bytes], fields: Fields, ids: bool, delimiter: str) -> Iterator[Block]:
    if csv.field_size_limit() < LONGEST_BYTES:
        csv.field_size_limit(LONGEST_BYTES)  # one for the whole process, and too low for a document
    row_bytes = 0
    row_number = 1  # the line in which the row begins

    def lines() -> Iterator[str]:
        nonlocal row_bytes
        for block in _lines(file):
            for line in io.StringIO(_text(block.content, block.first_number), newline="\n"):
                row_bytes += len(line)
                if row_bytes > LONGEST_BYTES:
                    raise _BadLine(row_number, f"a row longer than {LONGEST_BYTES:,} characters")
                yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    block = Block([], [], 0)
    size_bytes = 0
    table: _Table | None = None
    try:
        for row in reader:
            if row and table is None:
                table = _Table.of(row, fields, row_number)
            elif row and table is not None:
                block.texts.append(table.text(row, row_number))
                if ids:
                    block.ids.append(table.id(row, row_number))
            size_bytes += row_bytes
            row_bytes, row_number = 0, reader.line_num + 1
            if size_bytes >= _BLOCK_BYTES:
                yield block._replace(size_bytes=size_bytes)
                block, size_bytes = Block([], [], 0), 0
    except csv.Error as error:
        raise _BadLine(row_number, f"not CSV: {error}") from None
    yield block._replace(size_bytes=size_bytes)


class _Table(NamedTuple):
    """Where the fields of a document stand in a row."""

    width: int
    text_at: int
    title_at: int | None
    id_at: int | None

    @classmethod
    def of(cls, header: list[str], fields: Fields, number: int) -> _Table:
        def place(name: str) -> int:
            if header.count(name) != 1:
                what = "is missing" if name not in header else "is there twice"
                raise _BadLine(number, f"column {name!r} {what}; there are {', '.join(map(repr, header))}")
            return header.index(name)

        title = None if fields.title is None else place(fields.title)
        name = fields.id or next((known for known in fields.id_names if known in header), None)
        return cls(len(header), place(fields.text), title, None if name is None else place(name))

    def text(self, row: list[str], number: int) -> str:
        if len(row) != self.width:
            raise _BadLine(number, f"has {len(row)} fields, but the header {self.width}")
        text = row[self.text_at]
        return text if self.title_at is None else f"{row[self.title_at]} {text}"

    def id(self, row: list[str], number: int) -> str:
        return str(number) if self.id_at is None else row[self.id_at]
