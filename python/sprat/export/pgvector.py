"""PostgreSQL with pgvector: rows for COPY, and a table filled in one transaction.

Every vector has 1,000,000,000 dimensions, the most that there may be and no byte more than few: vectors with
new terms stand beside old ones, and every query fits. Search by ``ORDER BY sparse <#> query``, the negative
dot product. Without an index that is exact; HNSW (``hnsw=True``) loses most results on BM25 vectors.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from sprat._extras import require
from sprat.errors import InvalidArgumentError
from sprat.export._blocks import Source, query_vectors
from sprat.export._existing import is_made_anew
from sprat.export._fields import as_json, is_vector, plain, refuse_reserved, refuse_unwritable
from sprat.export._limits import TARGETS, Limits

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sprat.export._blocks import Options

__all__ = ["lines", "queries", "rows", "to_table"]

DIMENSIONS = 1_000_000_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _limits(hnsw: bool) -> Limits:
    return TARGETS["pgvector-hnsw" if hnsw else "pgvector"]


def rows(matrix: Any, *, hnsw: bool = False, **options: Unpack[Options]) -> Iterator[tuple[Any, ...]]:
    """Yield tuples ``(id, "{4:0.5}/1000000000", ...)`` with the fields behind; in text columns count from 1.

    Parameters and errors are those of :func:`sprat.export.rows`.
    """
    source = Source(matrix, **options)
    refuse_reserved(source.fields, "id", "sparse")
    for block in source.blocks(_limits(hnsw)):
        for number, name, columns, weights, fields in zip(
            block.numbers, block.ids, block.columns, block.weights, block.field_rows()
        ):
            yield (name, _text(columns, weights), *(_value(number, *pair) for pair in fields.items()))


def queries(matrix: Any, *, negative: str = "error", terms: Any = None) -> list[str]:
    """Return queries as texts to be cast to ``sparsevec``, one for each row."""
    return [_text(*pair) for pair in query_vectors(matrix, _limits(False), negative, terms)]


def lines(matrix: Any, *, hnsw: bool = False, **options: Unpack[Options]) -> Iterator[str]:
    r"""Yield lines for ``COPY table FROM STDIN`` or ``\copy``, in PostgreSQL's text format."""
    for row in rows(matrix, hnsw=hnsw, **options):
        yield "\t".join("\\N" if value is None else str(value).translate(_ESCAPES) for value in row) + "\n"


def to_table(
    connection: Any,
    name: str,
    matrix: Any,
    *,
    hnsw: bool = False,
    exists: str = "error",
    **options: Unpack[Options],
) -> int:
    """Create a table, fill it by COPY and index it, in one transaction: all of it, or nothing.

    The columns are ``id`` (bigint or text, primary key), ``sparse`` (sparsevec) and one for each field: text,
    bigint, double precision, boolean, vector or jsonb, as the first row has it.

    Parameters
    ----------
    connection : psycopg.Connection
        Outside a transaction it commits; inside one it is a savepoint.
    name : str
        The table, in the schema that comes first in the search path.
    matrix, ids, fields, empty, negative, terms
        As for :func:`sprat.export.rows`.
    hnsw : bool, default False
        Whether to make an approximate index. Rows then have at most 1,000 entries, instead of 16,000.
    exists : {"error", "replace", "append"}, default "error"
        What to do if there is such a table. ``"append"`` puts rows into it, each in place of one with the
        same id.

    Returns
    -------
    int
        How many rows went in.

    Raises
    ------
    InvalidArgumentError
        If there is such a table, or a row cannot be sent.
    MissingExtraError
        If psycopg is not installed.
    """
    require("psycopg", "sprat.export.pgvector.to_table", "pgvector")
    stream = rows(matrix, hnsw=hnsw, **options)
    first = next(stream, None)
    if first is None:
        raise InvalidArgumentError("matrix has no row to send: a table's columns are those of its first")
    names = ["id", "sparse", *(options.get("fields") or {})]
    types = ["bigint" if isinstance(first[0], int) else "text", f"sparsevec({DIMENSIONS})"]
    types += map(_type, first[2:])
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        there = cursor.execute("SELECT to_regclass(quote_ident(%s))", (name,)).fetchone()[0] is not None
        created = is_made_anew(there, exists, f"table {name!r}")
        sent = _fill(cursor, name, list(zip(names, types)), (first, stream), not created)
        if hnsw and created:
            from psycopg import sql

            index = sql.SQL("CREATE INDEX ON {} USING hnsw (sparse sparsevec_ip_ops)")
            cursor.execute(index.format(sql.Identifier(name)))
    return sent


def _fill(
    cursor: Any, name: str, columns: list[tuple[str, str]], stream: tuple[Any, Iterator[Any]], append: bool
) -> int:
    """COPY into a new table, or into one that is only there until its rows were put into the old."""
    from psycopg import sql

    table = sql.Identifier(name)
    into = sql.Identifier("sprat_appended") if append else table
    listed = sql.SQL(", ").join(sql.Identifier(column) for column, _ in columns)
    kinds = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in columns
    )
    if append:
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(into, kinds))
    else:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(table, kinds))
    sent = 0
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(into, listed)) as copy:
        for row in chain([stream[0]], stream[1]):
            copy.write_row(row)
            sent += 1
    if append:
        updates = sql.SQL(", ").join(
            sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(column)) for column, _ in columns[1:]
        )
        cursor.execute(
            sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT (id) DO UPDATE SET {}").format(
                table, listed, listed, into, updates
            )
        )
        cursor.execute(sql.SQL("DROP TABLE {}").format(into))
    else:
        cursor.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY (id)").format(table))
    cursor.execute(sql.SQL("ANALYZE {}").format(table))
    return sent


def _text(columns: list[int], weights: list[float]) -> str:
    entries = ",".join([f"{column + 1}:{weight:.9g}" for column, weight in zip(columns, weights)])
    return f"{{{entries}}}/{DIMENSIONS}"


class _Vector(str):
    """A dense vector as text."""


class _Json(str):
    """A value of JSON as text."""


def _value(number: int, name: str, value: Any) -> Any:
    """Return a field as COPY takes it; the class tells the type of the column."""
    vector = is_vector(value)
    value = plain(value)
    refuse_unwritable(number, name, value, "PostgreSQL")
    if isinstance(value, str) and "\0" in value:
        raise InvalidArgumentError(f"row {number}: {name} must not hold NUL in PostgreSQL")
    if vector:
        return _Vector(as_json(value))
    return _Json(as_json(value)) if isinstance(value, (list, dict)) else value


def _type(value: Any) -> str:
    if isinstance(value, _Vector):
        return f"vector({value.count(',') + 1})"
    if isinstance(value, _Json):
        return "jsonb"
    return {bool: "boolean", int: "bigint", float: "double precision"}.get(type(value), "text")
