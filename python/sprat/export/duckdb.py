"""DuckDB: a table of postings, ordered by term, searched by a join.

DuckDB has no sparse vectors. A table ``(term, document, weight)`` is an inverted index: blocks of terms that
no query has are never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from sprat import _arguments
from sprat._extras import require
from sprat.export._blocks import Source, query_vectors
from sprat.export._existing import is_made_anew
from sprat.export._limits import TARGETS

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sprat.export._blocks import Block, Options

__all__ = ["rows", "search", "to_table"]

_LIMITS = TARGETS["duckdb"]


def rows(matrix: Any, **options: Unpack[Options]) -> Iterator[tuple[int, Any, float]]:
    """Yield postings ``(term, document, weight)``.

    There are no fields: they belong into a table of their own. Other parameters and errors are those of
    :func:`sprat.export.rows`.
    """
    for block in Source(matrix, **_without_fields(options)).blocks(_LIMITS):
        for name, columns, weights in zip(block.ids, block.columns, block.weights):
            for term, weight in zip(columns, weights):
                yield term, name, weight


def tables(matrix: Any, pa: Any, **options: Unpack[Options]) -> Iterator[Any]:
    """Yield postings as Arrow tables."""
    for block in Source(matrix, **_without_fields(options)).blocks(_LIMITS):
        yield pa.table(_postings(block))


def to_table(
    connection: Any, name: str, matrix: Any, *, exists: str = "error", **options: Unpack[Options]
) -> int:
    """Create a table of postings, in one transaction: all of it, or nothing.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Not inside a transaction.
    name : str
        The table, with columns ``term`` (UINTEGER), ``document`` (BIGINT or VARCHAR) and ``weight`` (FLOAT).
    matrix, ids, empty, negative, terms
        As for :func:`sprat.export.rows`.
    exists : {"error", "replace", "append"}, default "error"
        What to do if there is such a table. ``"append"`` takes the postings of the same documents out first.

    Returns
    -------
    int
        How many documents went in.

    Raises
    ------
    InvalidArgumentError
        If there is such a table, or a row cannot be sent.
    MissingExtraError
        If DuckDB is not installed.
    """
    require("duckdb", "sprat.export.duckdb.to_table", "duckdb")
    table = quoted(name)
    connection.execute("BEGIN TRANSACTION")
    try:
        known = "SELECT 1 FROM duckdb_tables() WHERE table_name = ? AND schema_name = current_schema()"
        there = connection.execute(known, [name]).fetchone() is not None
        created = is_made_anew(there, exists, f"table {name!r}")
        sent = _load(connection, Source(matrix, **_without_fields(options)))
        if not created:
            new = "SELECT DISTINCT document FROM sprat_postings"
            connection.execute(f"DELETE FROM {table} WHERE document IN ({new})")
            connection.execute(f"INSERT INTO {table} SELECT * FROM sprat_postings ORDER BY term, document")
        else:
            ordered = "SELECT * FROM sprat_postings ORDER BY term, document"
            connection.execute(f"CREATE OR REPLACE TABLE {table} AS {ordered}")
        connection.execute("DROP TABLE sprat_postings")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return sent


def search(
    connection: Any, name: str, queries: Any, k: int = 10, *, negative: str = "error", terms: Any = None
) -> list[list[tuple[Any, float]]]:
    """Return the ``k`` best documents for each row of ``queries``, with their scores.

    Equal scores are in order of the ids.
    """
    k = _arguments.whole("k", k, low=1)
    vectors = query_vectors(queries, _LIMITS, negative, terms)
    sprat_queries = {  # noqa: F841 (DuckDB finds it by its name)
        "query": np.repeat(np.arange(len(vectors)), [len(columns) for columns, _ in vectors]),
        "term": np.array([column for columns, _ in vectors for column in columns], np.uint32),
        "weight": np.array([weight for _, weights in vectors for weight in weights], np.float64),
    }
    found = connection.execute(
        f"SELECT query, document, sum(sprat_queries.weight * postings.weight) AS score "
        f"FROM sprat_queries JOIN {quoted(name)} AS postings USING (term) GROUP BY query, document "
        "QUALIFY row_number() OVER (PARTITION BY query ORDER BY score DESC, document) <= ? "
        "ORDER BY query, score DESC, document",
        [k],
    ).fetchall()
    hits: list[list[tuple[Any, float]]] = [[] for _ in vectors]
    for query, document, score in found:
        hits[query].append((document, score))
    return hits


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _load(connection: Any, source: Source) -> int:
    """Put the postings into a table of that session, in the order in which they come."""
    sent = 0
    for block in source.blocks(_LIMITS):
        sprat_block = _postings(block)  # noqa: F841 (DuckDB finds it by its name)
        if sent == 0:
            connection.execute(
                "CREATE OR REPLACE TEMPORARY TABLE sprat_postings AS SELECT * FROM sprat_block"
            )
        else:
            connection.execute("INSERT INTO sprat_postings SELECT * FROM sprat_block")
        sent += len(block.ids)
    if sent == 0:
        connection.execute(
            "CREATE OR REPLACE TEMPORARY TABLE sprat_postings (term UINTEGER, document BIGINT, weight FLOAT)"
        )
    return sent


def _postings(block: Block) -> dict[str, Any]:
    sizes = list(map(len, block.columns))
    names = np.array(block.ids, object if isinstance(block.ids[0], str) else np.int64)
    return {
        "term": np.array([column for columns in block.columns for column in columns], np.uint32),
        "document": np.repeat(names, sizes),
        "weight": np.array([weight for weights in block.weights for weight in weights], np.float32),
    }


def _without_fields(options: Options) -> Options:
    if options.get("fields"):
        raise TypeError("fields: a table of postings has none, put them into a table of their own")
    return options
