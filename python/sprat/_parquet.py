"""Parquet files: "how is one read in bounded memory?" """

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sprat import _core
from sprat._extras import require
from sprat._records import Block, Fields
from sprat._sources import Source
from sprat.errors import CorruptFileError, InvalidArgumentError

_BATCH_ROWS = 256  # a dictionary can make rows of a megabyte out of nothing
_BATCH_BYTES = 8 << 20
_READ_BYTES = 1 << 20


def require_pyarrow(what: str) -> Any:
    """Return the package, or raise MissingExtraError naming the extra that brings it."""
    require("pyarrow", what, "arrow")
    import pyarrow.parquet

    return pyarrow


def blocks(source: Source, fields: Fields, ids: bool, advance: Callable[[int], None]) -> Iterator[Block]:
    """Read the documents of a Parquet file; raises as :func:`sprat._records.blocks` does."""
    pyarrow = require_pyarrow("reading Parquet")
    if source.path == "-" or source.size_bytes is None:
        raise InvalidArgumentError(f"{source.name}: Parquet cannot be read from a pipe, only from a file")
    try:
        with pyarrow.parquet.ParquetFile(
            source.path, pre_buffer=False, buffer_size=_READ_BYTES, memory_map=False
        ) as file:
            names = file.schema_arrow.names
            columns = _Columns(source, fields, names, ids)
            row = 0
            told = 0
            for batch in file.iter_batches(
                _batch_rows(file.metadata), columns=columns.names, use_threads=False
            ):
                yield columns.block(batch, row)
                row += batch.num_rows
                done = source.size_bytes * row // max(1, file.metadata.num_rows)
                advance(done - told)
                told = done
    except pyarrow.ArrowException as error:
        raise CorruptFileError(f"{source.name}: not Parquet that can be read: {error}") from None
    except OSError as error:
        if error.errno is not None:  # the system's, of a file that is there
            raise
        raise CorruptFileError(f"{source.name}: not Parquet that can be read: {error}") from None


def _batch_rows(metadata: Any) -> int:
    rows = _BATCH_ROWS
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        if group.num_rows:
            rows = min(rows, _BATCH_BYTES * group.num_rows // max(1, group.total_byte_size))
    return max(1, rows)


class _Columns:
    """The wanted columns of a table, checked batch by batch."""

    def __init__(self, source: Source, fields: Fields, names: list[str], ids: bool) -> None:
        def known(name: str) -> str:
            if names.count(name) != 1:
                what = "is missing" if name not in names else "is there twice"
                raise CorruptFileError(
                    f"{source.name}: column {name!r} {what}; there are {', '.join(map(repr, names))}"
                )
            return name

        self._source = source
        self._text = known(fields.text)
        self._title = None if fields.title is None else known(fields.title)
        self._id = None
        self._ids = ids
        if ids:
            name = fields.id or next((name for name in fields.id_names if name in names), None)
            self._id = None if name is None else known(name)
        wanted = (self._text, self._title, self._id)
        self.names = list(dict.fromkeys(name for name in wanted if name is not None))

    def block(self, batch: Any, first_row: int) -> Block:
        texts: Any = self._column(batch, self._text, first_row)
        if self._title is not None:
            titles = self._column(batch, self._title, first_row, null=True).strings(0, batch.num_rows)
            found = texts.strings(0, batch.num_rows)
            texts = [text if title is None else f"{title} {text}" for title, text in zip(titles, found)]
        found_ids: Any = []
        if self._ids and self._id is None:
            found_ids = [str(row) for row in range(first_row, first_row + batch.num_rows)]
        elif self._id is not None:
            found_ids = self._column(batch, self._id, first_row, whole_numbers=True)
        return Block(texts, found_ids, batch.nbytes)

    def _column(
        self, batch: Any, name: str, first_row: int, *, null: bool = False, whole_numbers: bool = False
    ) -> _core.TextColumn:
        import pyarrow

        values = batch.column(name)
        kind = values.type
        if pyarrow.types.is_dictionary(kind):
            values = values.dictionary_decode()
            kind = values.type
        if whole_numbers and pyarrow.types.is_integer(kind):
            values = values.cast(pyarrow.string())
        elif not any(
            is_text(kind)
            for is_text in (
                pyarrow.types.is_string,
                pyarrow.types.is_large_string,
                pyarrow.types.is_string_view,
            )
        ):
            raise CorruptFileError(f"{self._source.name}: column {name!r} must hold strings, got {kind}")
        column = _core.TextColumn(*values.__arrow_c_array__())
        fault = None if null and values.null_count else column.fault()
        if fault is not None:
            at, byte = fault
            what = "is null" if byte is None else f"is not UTF-8 at byte {byte}"
            raise CorruptFileError(f"{self._source.name}: row {first_row + at}: column {name!r} {what}")
        return column
