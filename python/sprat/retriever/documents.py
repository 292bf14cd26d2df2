"""The documents of a retriever as one value: "which are there, in which order, and what do we keep of each?"

A row is a document's place: rows ascend in the order of insertion, and one that was removed stays as a gap
until :meth:`Documents.settled`. Every change gives a new value, so whoever holds one sees no change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from sprat._terms import Terms
from sprat.errors import InvalidArgumentError
from sprat.retriever import ids, rows
from sprat.retriever.ids import Id, Ids
from sprat.retriever.rows import Rows
from sprat.retriever.texts import Places, Texts


class Part:
    """Documents that were added together, or were put together since."""

    __slots__ = ("_rows", "ids", "places")

    def __init__(self, ids: Ids, rows: Rows | Callable[[], Rows], places: Places) -> None:
        self.ids = ids
        self._rows = rows
        self.places = places  # of the texts; of shape (0, 2) if they are not kept

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def rows(self) -> Rows:
        """The rows; those of a file are read when they are first asked for."""
        if not isinstance(self._rows, Rows):
            self._rows = self._rows()
        return self._rows


def put_together(parts: tuple[Part, ...]) -> Part:
    return Part(
        ids.joined([part.ids for part in parts]),
        rows.joined([part.rows for part in parts]),
        np.concatenate([part.places for part in parts]),
    )


class Numbering:
    """Stands for one way to number rows and terms: what was made under another one does not fit."""


@dataclass(frozen=True, eq=False)
class Documents:
    """All documents. The parts halve in size from the first to the last, so that they are few."""

    parts: tuple[Part, ...]
    alive: NDArray[np.bool_]  # by row
    terms: Terms  # by the ids in rows of term frequencies; without those empty
    given: int  # documents ever added: the id of the next one, if it comes without
    texts: Texts | None  # where the parts' places lead; None if texts are not kept
    numbering: Numbering = field(default_factory=Numbering)
    gaps_in_terms: bool = False  # whether terms may be numbered otherwise than these documents bring them

    def __len__(self) -> int:
        return int(np.count_nonzero(self.alive))

    @property
    def is_settled(self) -> bool:
        """Whether there are neither gaps nor several parts."""
        return len(self.parts) <= 1 and len(self) == self.row_count

    @property
    def row_count(self) -> int:
        return len(self.alive)

    @cached_property
    def starts(self) -> list[int]:
        """The first row of each part, and behind them the number of rows."""
        return list(accumulate((len(part) for part in self.parts), initial=0))

    def find(self, name: Id) -> int | None:
        """Return the row of a document."""
        start = self.row_count
        for part in reversed(self.parts):
            start -= len(part)
            at = part.ids.find(name)
            if at is not None:  # of an id that was given twice, the later row is the one that counts
                return start + at if self.alive[start + at] else None
        return None

    def row_of(self, name: Id, what: str) -> int:
        """Return the row of a document that must be there; ``what`` says where the name comes from."""
        row = self.find(name)
        if row is None:
            raise InvalidArgumentError(f"{what} must be that of a document, got {name!r}")
        return row

    def position(self, name: Id) -> int | None:
        """Return the place of a document among those that are there, from 0."""
        row = self.find(name)
        return None if row is None else int(np.count_nonzero(self.alive[:row]))

    def at(self, row: int) -> tuple[Part, int]:
        """Return the part that holds a row, and the row's number in it."""
        if len(self.parts) == 1:
            return self.parts[0], row
        starts = self.starts
        number = bisect_right(starts, row) - 1
        return self.parts[number], row - starts[number]

    def id_of(self, row: int) -> Id:
        part, at = self.at(row)
        return part.ids[at]

    def text_of(self, row: int) -> str | None:
        if self.texts is None:
            return None
        part, at = self.at(row)
        return self.texts.read(part.places[at])

    def ids(self) -> Iterator[Id]:
        """Iterate over the ids in the order of insertion."""
        row = 0
        for part in self.parts:
            for at in range(len(part)):
                if self.alive[row + at]:
                    yield part.ids[at]
            row += len(part)

    def rows_after(self, row: int) -> Rows:
        """Return the rows from ``row`` on, those of removed documents too."""
        number = min(bisect_right(self.starts, row), len(self.parts)) - 1
        first, *rest = (part.rows for part in self.parts[number:])
        return rows.joined([first.after(row - self.starts[number]), *rest])

    def token_count(self) -> tuple[int, int]:
        """Return the number of documents and of their tokens, if these were counted."""
        tokens = start = 0
        for part in self.parts:
            alive = self.alive[start : start + len(part)]
            tokens += int(part.rows.lengths[alive].sum()) if len(part.rows.lengths) else 0
            start += len(part)
        return len(self), tokens

    def added(self, part: Part, terms: Terms) -> Documents:
        """Put documents behind the others."""
        parts, last = self.parts, part
        while parts and len(parts[-1]) <= len(last):
            parts, last = parts[:-1], put_together((parts[-1], last))
        return replace(
            self,
            parts=(*parts, last),
            alive=np.concatenate([self.alive, np.ones(len(part), np.bool_)]),
            terms=terms,
            given=self.given + len(part),
        )

    def without(self, gone: list[int]) -> Documents:
        """Leave rows out."""
        alive = self.alive.copy()
        alive[gone] = False
        return replace(self, alive=alive, gaps_in_terms=True)

    def with_texts_moved(self) -> Documents:
        """Copy the texts that are left into a file of their own, and leave behind those that are not."""
        assert self.texts is not None
        whole = put_together(self.parts)
        left = self.texts.copied(whole.places, self.alive)
        return replace(self, parts=(Part(whole.ids, whole.rows, left.places),), texts=left.texts)

    def settled(self) -> Documents:
        """Put all parts together and close the gaps: rows are numbered anew."""
        if not self.parts:
            return self
        whole = put_together(self.parts)
        kept = np.flatnonzero(self.alive)
        if len(kept) < self.row_count:
            places = whole.places[kept] if len(whole.places) else whole.places
            whole = Part(ids.selected(whole.ids, kept), whole.rows.where(self.alive), places)
        return replace(self, parts=(whole,), alive=np.ones(len(whole), np.bool_), numbering=Numbering())
