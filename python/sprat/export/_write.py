"""Files of rows: what an engine's own tool loads, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from sprat import _parquet
from sprat._files import write_whole
from sprat.errors import InvalidArgumentError


def write_lines(path: str | os.PathLike[str], lines: Iterable[str]) -> None:
    def write(descriptor: int) -> None:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="", closefd=False) as file:
            file.writelines(lines)

    write_whole(path, write)


def write_parquet(path: str | os.PathLike[str], tables: Callable[[Any], Iterator[Any]]) -> None:
    """Write one row group for each table; the first decides the types of the columns."""
    pa = _parquet.require_pyarrow("writing Parquet")
    found = tables(pa)
    first = next(found, None)
    if first is None:
        raise InvalidArgumentError("matrix has no row to send: a file's columns are those of its first")

    def write(descriptor: int) -> None:
        with (
            os.fdopen(descriptor, "wb", closefd=False) as file,
            pa.parquet.ParquetWriter(file, first.schema) as writer,
        ):
            for table in chain([first], found):
                writer.write_table(_cast(table, first.schema, pa))

    write_whole(path, write)


def _cast(table: Any, schema: Any, pa: Any) -> Any:
    try:
        return table.cast(schema)
    except (pa.ArrowException, ValueError) as error:
        raise InvalidArgumentError(
            f"fields must have the types of those of the first rows: {error}"
        ) from None
