"""Rows for the engines of others, made of a CSR matrix and checked against what each engine takes.

:func:`rows` yields what an engine's client takes, :func:`lines` and :func:`write` make what its loader
reads, :func:`validate` only checks. ``sprat.export.milvus``, ``qdrant``, ``pgvector`` and ``duckdb`` also
fill a collection or table; the modules have ``queries``, the query side. docs/engines.md shows all of it.

A weight below 0 is never sent, to any engine; one of 0 is no entry.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sprat._stages import one_of
from sprat.errors import InvalidArgumentError
from sprat.export import duckdb, elasticsearch, milvus, opensearch, pgvector, pinecone, qdrant
from sprat.export._blocks import Source
from sprat.export._limits import TARGETS, limits_of
from sprat.export._write import write_lines, write_parquet

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sprat.export._blocks import Options

__all__ = [
    "TARGETS",
    "duckdb",
    "elasticsearch",
    "lines",
    "milvus",
    "opensearch",
    "pgvector",
    "pinecone",
    "qdrant",
    "rows",
    "validate",
    "write",
]

_MODULES: dict[str, Any] = {
    "milvus": milvus,
    "qdrant": qdrant,
    "opensearch": opensearch,
    "elasticsearch": elasticsearch,
    "pgvector": pgvector,
    "pinecone": pinecone,
    "duckdb": duckdb,
}


def validate(
    matrix: Any, target: str, *, empty: str = "skip", negative: str = "error", terms: Any = None
) -> NDArray[np.int64]:
    """Check every row against what an engine takes.

    Parameters
    ----------
    matrix, empty, negative, terms
        As for :func:`rows`.
    target : str
        As for :func:`rows`: one of ``TARGETS``.

    Returns
    -------
    array of int64
        The numbers of the rows that would be sent: all but empty ones, if these are skipped.

    Raises
    ------
    InvalidArgumentError
        If a row would be refused. The message names row and term, what was found and what is allowed.
    TypeError
        If ``matrix`` is something else.
    """
    limits = limits_of(target)
    if empty == "keep":
        raise InvalidArgumentError(f"empty must be 'skip', 'sentinel' or 'error', got {empty!r}")
    return Source(matrix, empty=empty, negative=negative, terms=terms).sent(limits)


def rows(matrix: Any, target: str, **options: Unpack[Options]) -> Iterator[Any]:
    """Yield rows in an engine's own format, as its Python client takes them.

    Parameters
    ----------
    matrix : sparse matrix of shape (n_documents, n_terms), or an iterable of such
        One row per document. An iterable is read once, matrix by matrix.
    target : {"milvus", "qdrant", "opensearch", "elasticsearch", "pgvector", "pinecone", "duckdb"}
        Also ``"opensearch-seismic"``, which cuts weights above 3, and ``"pgvector-hnsw"``, which takes 1,000
        entries a row instead of 16,000.
    ids : iterable of int or of str, optional
        What the documents are called; no two the same. None: 0, 1, 2, ...
    fields : mapping of str to iterables, optional
        What else to store, one value for each row: texts, numbers, and dense vectors (a two-dimensional
        array, or lists of floats) for hybrid search. Not for ``"duckdb"``.
    empty : {"skip", "sentinel", "error"}, default "skip"
        What becomes of rows without an entry, which some engines refuse and none finds: they are left out,
        get a term that no query has (column 4294967294, in pgvector the last dimension), or are an error.
    negative : {"error", "drop"}, default "error"
        What becomes of weights below 0. ``"drop"`` puts a floor of 0 under them: they are left out. Only
        variant ``"okapi"`` gives any, on the side of the queries, see docs/variants.md.
    terms : sequence or mapping, optional
        Terms by column or columns by term, such as ``encoder.vocabulary``, so that messages can name them.
    vector : str, default "sparse"
        What the vector is called, where it has a name (not in pgvector, Pinecone and DuckDB).

    Yields
    ------
    dict or tuple
        See the module of the engine.

    Raises
    ------
    InvalidArgumentError
        If a weight, id or field is not what the engine takes, or there are not as many ids or field
        values as rows. Rows before the block with the wrong one have been yielded by then; call
        :func:`validate` first to know beforehand.
    TypeError
        If ``matrix`` is something else.
    """
    module, narrower = _module(target)
    return module.rows(matrix, **narrower, **options)  # type: ignore[no-any-return]


def lines(matrix: Any, target: str, **options: Unpack[Options]) -> Iterator[str]:
    """Yield text that an engine's loader reads, with line ends.

    ``"opensearch"``, ``"elasticsearch"``: the body of ``_bulk``. ``"pgvector"``: text for COPY. ``"milvus"``:
    one JSON file for bulk import. ``"qdrant"``, ``"pinecone"``: one JSON object a line. Parameters and errors
    are those of :func:`rows`.
    """
    module, narrower = _module(target)
    if module is duckdb:
        raise InvalidArgumentError("target 'duckdb' has no lines: write() makes Parquet, which DuckDB reads")
    return module.lines(matrix, **narrower, **options)  # type: ignore[no-any-return]


def write(path: str | os.PathLike[str], matrix: Any, target: str, **options: Unpack[Options]) -> None:
    """Write a file that an engine's loader reads, whole or not at all.

    With a name that ends in ``.parquet`` it is Parquet: ``"milvus"`` and ``"pinecone"`` as their importers
    read it, ``"duckdb"`` postings. With any other it holds :func:`lines`.

    Raises
    ------
    InvalidArgumentError, TypeError
        As :func:`rows`; or if there is no such file for the target.
    MissingExtraError
        If Parquet is asked for and pyarrow is not installed.
    OSError
        If the file cannot be written.
    """
    module, narrower = _module(target)
    parquet = os.fspath(path).endswith(".parquet")
    if parquet and not hasattr(module, "tables"):
        having = [name for name, other in _MODULES.items() if hasattr(other, "tables")]
        raise InvalidArgumentError(f"target must be {one_of(having)} for Parquet, got {target!r}")
    if parquet:
        write_parquet(path, lambda pa: module.tables(matrix, pa, **narrower, **options))
    else:
        write_lines(path, lines(matrix, target, **options))


def _module(target: Any) -> tuple[Any, dict[str, Any]]:
    """Return the module of a target, and the options of its narrower kind."""
    limits_of(target)
    name, _, kind = target.partition("-")
    return _MODULES[name], {kind: True} if kind else {}
