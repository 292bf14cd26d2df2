"""Which rows go to an engine? Rows of matrices with ids and fields, checked, some hundreds at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from sprat._stages import one_of
from sprat._vectors import checked_rows
from sprat.errors import InvalidArgumentError
from sprat.export._fields import is_vector
from sprat.export._limits import Limits

EMPTY = ("skip", "sentinel", "error")
KEEP = "keep"  # of empty queries, which have a place among the others
NEGATIVE = ("error", "drop")
SENTINEL_WEIGHT = float(np.float32(1e-6))

_BLOCK_ROWS = 1_000
_BLOCK_ENTRIES = 1 << 20


class Options(TypedDict, total=False):
    """What each function that sends or writes rows takes; see :func:`sprat.export.rows`."""

    ids: Iterable[Any] | None
    fields: Mapping[str, Iterable[Any]] | None
    empty: str
    negative: str
    terms: Any


@dataclass
class Block:
    """Rows that may be sent as they are, by position in each of the lists."""

    numbers: list[int] = field(default_factory=list)  # in the stream
    ids: list[Any] = field(default_factory=list)
    columns: list[list[int]] = field(default_factory=list)  # ascending
    weights: list[list[float]] = field(default_factory=list)  # float32, not 0
    fields: dict[str, list[Any]] = field(default_factory=dict)

    def field_rows(self) -> Iterator[dict[str, Any]]:
        """Yield what each row has besides id and vector."""
        names = list(self.fields)
        for values in zip(*self.fields.values()) if names else ((),) * len(self.ids):
            yield dict(zip(names, values))


@dataclass(frozen=True)
class Source:
    """What is to be sent, and what to do about rows that an engine would refuse."""

    matrix: Any
    ids: Iterable[Any] | None = None
    fields: Mapping[str, Iterable[Any]] | None = None
    empty: str = "skip"
    negative: str = "error"
    terms: Any = None

    def blocks(self, limits: Limits) -> Iterator[Block]:
        """Yield the rows, in order; each is checked before its block is yielded.

        Raises
        ------
        InvalidArgumentError
            If a weight, term, row, id or field is not what the engine takes; or there are more rows than
            ids or fields, or fewer. The message names row and term.
        TypeError
            If a matrix is no sparse matrix of real numbers.
        """
        if self.fields is not None and not isinstance(self.fields, Mapping):
            raise TypeError(f"fields must be a mapping from names, got {type(self.fields).__name__}")
        for name in self.fields or ():
            if not isinstance(name, str) or not name:
                raise TypeError(f"fields: a name must be a str that is not empty, got {name!r}")
        columns = {name: _Column(f"fields[{name!r}]", values) for name, values in (self.fields or {}).items()}
        ids = _Column("ids", count() if self.ids is None else self.ids)
        reader = _Reader(limits, self)
        start = 0
        for rows in _pieces(self.matrix):
            size = rows.shape[0]
            taken = ids.take(size, start)
            fields = {name: column.take(size, start) for name, column in columns.items()}
            for name, column in columns.items():
                column.refuse_other_vectors(fields[name], start)
            if block := reader.block(rows, start, taken, fields):
                yield block
            start += size
        for column in (*columns.values(), *([] if self.ids is None else [ids])):
            column.refuse_rest(start)

    def sent(self, limits: Limits) -> NDArray[np.int64]:
        """Check all rows, but no ids or fields, and return the numbers of those that would be sent."""
        reader = _Reader(limits, replace(self, ids=None))
        start, found = 0, [np.empty(0, np.int64)]
        for rows in _pieces(self.matrix):
            indptr, _, _ = reader.entries(rows, start, None)
            found.append(start + reader.kept(indptr))
            start += rows.shape[0]
        return np.concatenate(found)

    def rewindable(self) -> Source:
        """Return the same, with lists in the place of iterators, so that all can be gone through twice."""
        fields = self.fields
        if isinstance(fields, Mapping):
            fields = {name: _kept(values) for name, values in fields.items()}
        return replace(self, ids=_kept(self.ids), fields=fields)


def _kept(values: Any) -> Any:
    return list(values) if isinstance(values, Iterator) else values


class _Column:
    """Values beside the rows, taken as the rows are."""

    def __init__(self, name: str, values: Iterable[Any]) -> None:
        if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
            raise TypeError(f"{name} must be a list or another iterable, got {type(values).__name__}")
        self._name = name
        self._length: int | None = None  # of dense vectors; 0 if there are none
        self._values = iter(values.to_pylist() if hasattr(values, "to_pylist") else values)  # Arrow

    def take(self, size: int, start: int) -> list[Any]:
        values = list(islice(self._values, size))
        if len(values) < size:
            raise InvalidArgumentError(
                f"{self._name} must have a value for each row, but ends after {start + len(values)}"
            )
        return [value.item() if isinstance(value, np.generic) else value for value in values]

    def refuse_other_vectors(self, values: list[Any], start: int) -> None:
        """If the first value is a dense vector, all must be, of its length and finite."""
        if self._length is None and values:
            self._length = len(values[0]) if is_vector(values[0]) else 0
        if not self._length:
            return
        for row, value in enumerate(values):
            if not is_vector(value) or len(value) != self._length or not np.isfinite(value).all():
                raise InvalidArgumentError(
                    f"row {start + row}: {self._name} must be a vector of {self._length} finite floats, as "
                    f"the first is, got {value!r:.100}"
                )

    def refuse_rest(self, rows: int) -> None:
        if next(self._values, self) is not self:
            raise InvalidArgumentError(
                f"{self._name} must have a value for each of {rows} rows, but has more"
            )


def _pieces(matrix: Any) -> Iterator[Any]:
    """Yield the rows of a matrix, or of an iterable of matrices, in pieces; all of one width."""
    if isinstance(matrix, (str, bytes, Mapping, np.ndarray)) or not isinstance(matrix, Iterable):
        raise TypeError(
            f"matrix must be a SciPy sparse matrix or an iterable of them, got {type(matrix).__name__}"
        )
    width = None
    for number, part in enumerate([matrix] if issparse(matrix) else matrix):
        name = "matrix" if issparse(matrix) else f"matrix {number}"
        if not issparse(part):
            raise TypeError(f"{name} must be a SciPy sparse matrix or array, got {type(part).__name__}")
        if part.dtype.kind not in "biuf":
            raise TypeError(f"{name} must be of real numbers, got {part.dtype}")
        rows = checked_rows(name, part)
        if width is not None and rows.shape[1] != width:
            raise InvalidArgumentError(
                f"{name} must have {width} columns as those before, got {rows.shape[1]}"
            )
        width = rows.shape[1]
        start = 0
        while start < rows.shape[0]:
            full = int(np.searchsorted(rows.indptr, int(rows.indptr[start]) + _BLOCK_ENTRIES, "right")) - 1
            stop = min(max(full, start + 1), start + _BLOCK_ROWS, rows.shape[0])
            yield rows[start:stop]
            start = stop


class _Reader:
    """Makes blocks of pieces: checks weights and ids, leaves out what is not sent."""

    def __init__(self, limits: Limits, source: Source) -> None:
        if source.empty not in (*EMPTY, KEEP):
            raise InvalidArgumentError(f"empty must be {one_of(list(EMPTY))}, got {source.empty!r}")
        if source.negative not in NEGATIVE:
            raise InvalidArgumentError(f"negative must be {one_of(list(NEGATIVE))}, got {source.negative!r}")
        self._limits = limits
        self._source = source
        self._seen: set[Any] | None = None if source.ids is None else set()
        self._kind: type | None = None

    def block(self, rows: Any, start: int, ids: list[Any], fields: dict[str, list[Any]]) -> Block | None:
        indptr, indices, weights = self.entries(rows, start, ids)
        named = [self._id(value, start + row) for row, value in enumerate(ids)]
        kept = self.kept(indptr).tolist()
        if not kept:
            return None
        columns, values, bounds = indices.tolist(), weights.tolist(), indptr.tolist()
        filled = self._source.empty == "sentinel"
        block = Block(fields={name: [column[row] for row in kept] for name, column in fields.items()})
        for row in kept:
            low, high = bounds[row], bounds[row + 1]
            sentinel = filled and high == low
            block.numbers.append(start + row)
            block.ids.append(named[row])
            block.columns.append([self._limits.sentinel] if sentinel else columns[low:high])
            block.weights.append([SENTINEL_WEIGHT] if sentinel else values[low:high])
        return block

    def kept(self, indptr: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which rows are sent, the empty ones among them or not."""
        sizes = np.diff(indptr)
        every = self._source.empty in ("sentinel", KEEP)
        return np.arange(len(sizes)) if every else np.flatnonzero(sizes)

    def entries(
        self, rows: Any, start: int, ids: list[Any] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        """Check the entries and leave out zeros, and negative ones if so wished."""
        indptr, indices = rows.indptr.astype(np.int64), rows.indices.astype(np.int64)
        with np.errstate(over="ignore"):
            weights = np.asarray(rows.data, np.float32)
        limits = self._limits

        def refuse(wrong: NDArray[np.bool_], what: str) -> None:
            if wrong.any():
                at = int(np.flatnonzero(wrong)[0])
                row = int(np.searchsorted(indptr, at, "right")) - 1
                where = f"{self._row(start, row, ids)}: term {self._term(int(indices[at]))}"
                raise InvalidArgumentError(what.format(where=where, weight=rows.data[at]))

        finite = np.isfinite(weights)
        refuse(~finite, "{where} must have a finite weight of 32 bits, got {weight}")
        if self._source.negative == "error":
            refuse(
                weights < 0,
                "{where} must have a weight of at least 0, got {weight}: a negative weight is never sent. Of "
                "sprat's encoders only 'okapi' gives any; negative='drop' puts a floor of 0 under them",
            )
        used = weights > 0
        refuse(used & (weights < limits.smallest), f"{{where}} must weigh at least {limits.smallest:.9g} in "
               f"{limits.engine}, got {{weight}}")  # fmt: skip
        refuse(weights > limits.largest, f"{{where}} must weigh at most {limits.largest:.9g} in "
               f"{limits.engine}, got {{weight}}")  # fmt: skip
        refuse(
            used & (indices >= limits.columns), f"{{where}} must be below {limits.columns} in {limits.engine}"
        )
        if self._source.empty == "sentinel":
            refuse(used & (indices == limits.sentinel), "{where} is the sentinel of empty rows")
        if not used.all():
            running = np.concatenate(([0], np.cumsum(used, dtype=np.int64)))
            indptr, indices, weights = running[indptr], indices[used], weights[used]
        self._refuse_rows(np.diff(indptr), start, ids)
        return indptr, indices, weights

    def _refuse_rows(self, sizes: NDArray[np.int64], start: int, ids: list[Any] | None) -> None:
        most = self._limits.entries
        if most is not None and (wrong := np.flatnonzero(sizes > most)).size:
            row = int(wrong[0])
            raise InvalidArgumentError(
                f"{self._row(start, row, ids)} must have at most {most} entries in "
                f"{self._limits.engine}, got {sizes[row]}"
            )
        if self._source.empty == "error" and (wrong := np.flatnonzero(sizes == 0)).size:
            row = int(wrong[0])
            raise InvalidArgumentError(
                f"{self._row(start, row, ids)} has no entry: empty='skip' leaves such rows out, "
                "empty='sentinel' gives them a term that no query has"
            )

    def _id(self, value: Any, row: int) -> Any:
        """Return an id in the engine's form."""
        rules = self._limits.ids
        sound = isinstance(value, (str, int)) and not isinstance(value, bool)
        read = rules.read(value) if sound else None
        if read is None:
            raise InvalidArgumentError(
                f"row {row}: {self._limits.engine} takes {rules.allowed} as ids, got {value!r:.100}"
            )
        if not rules.mixed and self._kind not in (None, type(read)):
            raise InvalidArgumentError(
                f"row {row}: {self._limits.engine} takes either numbers or strings as ids, and got "
                f"{value!r:.100} after others"
            )
        self._kind = type(read)
        if self._seen is not None:
            if read in self._seen:
                raise InvalidArgumentError(f"row {row}: id {value!r:.100} is there already")
            self._seen.add(read)
        return read

    def _row(self, start: int, row: int, ids: list[Any] | None) -> str:
        name = "" if ids is None or self._source.ids is None else f" ({ids[row]!r:.100})"
        return f"row {start + row}{name}"

    def _term(self, column: int) -> str:
        name = term_name(self._source.terms, column)
        return f"{column}" if name is None else f"{column} ({name!r:.100})"


def query_vectors(
    matrix: Any, limits: Limits, negative: str, terms: Any
) -> list[tuple[list[int], list[float]]]:
    """Return columns and weights of each query, also of those that have none."""
    limits = replace(limits, largest=limits.largest_in_query)
    blocks = Source(matrix, empty=KEEP, negative=negative, terms=terms).blocks(limits)
    return [pair for block in blocks for pair in zip(block.columns, block.weights)]


def term_name(terms: Any, column: int) -> Any:
    """Return what a column is called in a vocabulary or a list of terms; None if it is not there."""
    if isinstance(terms, Mapping):
        return next((term for term, at in terms.items() if at == column), None)
    if isinstance(terms, Sequence) and not isinstance(terms, str) and column < len(terms):
        return terms[column]
    return None
