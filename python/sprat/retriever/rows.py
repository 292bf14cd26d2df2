"""Documents as rows of numbers: "what is in this document, as far as its score goes?"

For BM25 the numbers are term frequencies, each row in the order in which the document brought its terms; for
any other encoder they are weights, by ascending column. Kept in the smallest type that holds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a sparse matrix. Never changed once made."""

    indptr: NDArray[np.int64]
    indices: NDArray[Any]  # int32, or int64 where columns are hashes
    values: NDArray[Any]
    lengths: NDArray[np.int64]  # tokens of each document, unknown ones included; empty if not counted
    columns: int = 0  # of weights

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def row(self, number: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the columns and the values of one row."""
        first, last = self.indptr[number : number + 2].tolist()
        return self.indices[first:last], self.values[first:last]

    def only(self, row: int) -> Rows:
        """Return one row by itself."""
        indices, values = self.row(row)
        lengths = self.lengths[row : row + 1]
        return Rows(np.array([0, len(indices)], np.int64), indices, values, lengths, self.columns)

    def after(self, row: int) -> Rows:
        """Return the rows from ``row`` on."""
        first = self.indptr[row]
        return Rows(
            self.indptr[row:] - first,
            self.indices[first:],
            self.values[first:],
            self.lengths[row:],
            self.columns,
        )

    def where(self, kept: NDArray[np.bool_]) -> Rows:
        """Return the rows that ``kept`` marks."""
        if kept.all():
            return self
        sizes = np.diff(self.indptr)
        entries = np.repeat(kept, sizes)
        indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes[kept])])
        lengths = self.lengths[kept] if len(self.lengths) else self.lengths
        return Rows(indptr, self.indices[entries], self.values[entries], lengths, self.columns)


def joined(parts: Sequence[Rows]) -> Rows:
    """Put rows one behind the other."""
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0, *(int(part.indptr[-1]) for part in parts)])
    return Rows(
        np.concatenate([np.zeros(1, np.int64), *(p.indptr[1:] + at for p, at in zip(parts, starts))]),
        np.concatenate([part.indices for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.lengths for part in parts]),
        max(part.columns for part in parts),
    )


def smallest(values: NDArray[Any]) -> NDArray[Any]:
    """Return counts in the smallest unsigned type that holds them all, or in int32."""
    largest = int(values.max(initial=0))
    if largest < 1 << 8:
        return values.astype(np.uint8)
    return values.astype(np.uint16) if largest < 1 << 16 else values.astype(np.int32)
