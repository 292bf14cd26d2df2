"""What documents are called: "which row has this id, and which id has this row?"

An id is a str or an int, as the user gave it; ``1`` and ``"1"`` are two. Columns of ids never change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from sprat._texts import as_texts
from sprat.errors import CorruptFileError, InvalidArgumentError

Id: TypeAlias = str | int


class Ids:
    """Ids by row. One that stands there twice, of a document that was replaced, is found in its later row."""

    __slots__ = ("_rows", "values")

    def __init__(self, values: Sequence[Id]) -> None:
        self.values = values
        self._rows: dict[Id, int] | None = None

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, row: int) -> Id:
        return self.values[row]

    def find(self, name: Id) -> int | None:
        """Return the row of an id."""
        if isinstance(self.values, range):
            return name - self.values.start if isinstance(name, int) and name in self.values else None
        if self._rows is None:
            self._rows = {known: row for row, known in enumerate(self.values)}
        return self._rows.get(name)


def joined(columns: Sequence[Ids]) -> Ids:
    """Put columns one behind the other."""
    if len(columns) == 1:
        return columns[0]
    first, last = columns[0].values, columns[-1].values
    if all(isinstance(column.values, range) for column in columns) and all(
        one.values.stop == other.values.start  # type: ignore[attr-defined]
        for one, other in pairwise(columns)
    ):
        return Ids(range(first.start, last.stop))  # type: ignore[attr-defined]
    return Ids([name for column in columns for name in column.values])


def selected(column: Ids, rows: NDArray[np.int64]) -> Ids:
    """Return the ids of some rows, in their order."""
    if len(rows) == len(column):
        return column
    values = column.values
    return Ids([values[row] for row in rows.tolist()])


def checked(ids: Any) -> list[Id]:
    """Return what a user gave as ids, as str and int.

    Raises
    ------
    TypeError
        If it is no column, or an element neither a str nor an int; the message names its position.
    InvalidArgumentError
        If two are the same; the message names both positions.
    """
    given = as_texts(ids, "ids", "str or int")
    names = [checked_id(name, f"ids[{position}]") for position, name in enumerate(given)]
    if len(set(names)) < len(names):
        first: dict[Id, int] = {}
        for position, name in enumerate(names):
            if first.setdefault(name, position) != position:
                raise InvalidArgumentError(
                    f"ids must be unique, got {name!r} at positions {first[name]} and {position}"
                )
    return names


def checked_id(name: Any, what: str) -> Id:
    """Return one id as a str or an int, or raise TypeError."""
    if isinstance(name, str):
        return str(name)
    if isinstance(name, (int, np.integer)) and not isinstance(name, bool):
        return int(name)
    raise TypeError(f"{what} must be str or int, got {type(name).__name__}")


class SavedIds(Sequence[Id]):
    """Ids of a file, each read when it is asked for: JSON values in ASCII, one after the other."""

    __slots__ = ("_content", "_ends", "_name")

    def __init__(self, name: str, content: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self._name = name
        self._content = content.data
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, row: int) -> Id: ...
    @overload
    def __getitem__(self, row: slice) -> list[Id]: ...
    def __getitem__(self, row: int | slice) -> Id | list[Id]:
        if isinstance(row, slice):
            return list(self)[row]
        if not -len(self) <= row < len(self):
            raise IndexError(f"row {row} is out of range for {len(self)} ids")
        row %= len(self)
        start = 0 if row == 0 else int(self._ends[row - 1])
        return self._read(bytes(self._content[start : int(self._ends[row])]), 1)[0]

    def __iter__(self) -> Iterator[Id]:
        content, ends = bytes(self._content), self._ends.tolist()
        parts = [content[start:end] for start, end in pairwise([0, *ends])]
        return iter(self._read(b",".join(parts), len(parts)))

    def _read(self, names: bytes, count: int) -> list[Id]:
        try:
            read = json.loads(b"[%b]" % names)
        except ValueError:
            read = []
        if len(read) != count or not {str, int}.issuperset(map(type, read)):
            raise CorruptFileError(f"{self._name}: must hold strings and whole numbers, {len(self)} of them")
        return read  # type: ignore[no-any-return]


def written(names: Iterable[Id]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the arrays that :class:`SavedIds` reads.

    Raises
    ------
    InvalidArgumentError
        If an id is not what JSON makes of it: two surrogates that it joins.
    """
    parts = []
    for name in names:
        part = json.dumps(name)
        if isinstance(name, str) and not name.isascii() and json.loads(part) != name:
            raise InvalidArgumentError(f"the id {name!r} cannot be written to a file and read back")
        parts.append(part.encode("ascii"))
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return np.frombuffer(b"".join(parts), np.uint8), ends
