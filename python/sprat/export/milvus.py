"""Milvus: rows for ``insert``, a collection filled and loaded, files for bulk import.

The scores are dot products (``metric_type="IP"``), exact as long as ``drop_ratio_search`` is 0, its default.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from scipy.sparse import issparse

from sprat._extras import require
from sprat.errors import InvalidArgumentError
from sprat.export._blocks import Block, Source, query_vectors
from sprat.export._existing import is_made_anew
from sprat.export._fields import as_json, is_vector, plain, refuse_reserved, refuse_unwritable
from sprat.export._limits import TARGETS

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sprat.export._blocks import Options

__all__ = ["lines", "queries", "rows", "to_collection"]

_LIMITS = TARGETS["milvus"]
_VARCHAR_BYTES = 65_535


def rows(matrix: Any, *, vector: str = "sparse", **options: Unpack[Options]) -> Iterator[dict[str, Any]]:
    """Yield rows as ``MilvusClient.insert`` takes them: ``{"id": 7, "sparse": {3: 0.5}, ...}``.

    Parameters and errors are those of :func:`sprat.export.rows`.
    """
    for batch in _batches(Source(matrix, **options), vector):
        yield from batch


def queries(matrix: Any, *, negative: str = "error", terms: Any = None) -> list[dict[int, float]]:
    """Return queries as ``MilvusClient.search`` takes them, one for each row; an empty one finds nothing."""
    return [dict(zip(*pair)) for pair in query_vectors(matrix, _LIMITS, negative, terms)]


def lines(matrix: Any, *, vector: str = "sparse", **options: Unpack[Options]) -> Iterator[str]:
    """Yield the lines of one JSON file for bulk import: ``{"rows": [...]}``."""
    before = '{"rows":[\n'
    for row in rows(matrix, vector=vector, **options):
        yield before + as_json(row)
        before = ",\n"
    yield (before if before.startswith("{") else "\n") + "]}\n"


def tables(matrix: Any, pa: Any, *, vector: str = "sparse", **options: Unpack[Options]) -> Iterator[Any]:
    """Yield Arrow tables as LocalBulkWriter writes them to Parquet: a sparse vector is a text of JSON."""
    for batch in _batches(Source(matrix, **options), vector):
        columns = {name: [row[name] for row in batch] for name in batch[0]}
        columns[vector] = list(map(as_json, columns[vector]))
        yield pa.table(columns)


def to_collection(
    client: Any,
    name: str,
    matrix: Any,
    *,
    vector: str = "sparse",
    exists: str = "error",
    **options: Unpack[Options],
) -> int:
    """Create a collection, fill it, index it and load it.

    Fields of text, numbers, bool and JSON get columns, and dense vectors a column with an index
    (``AUTOINDEX``, cosine), so that ``client.hybrid_search`` works at once. Their types are those of the
    first row; each row needs a value in each. If anything fails, or the call is interrupted, a collection
    that it made is dropped.

    Parameters
    ----------
    client : pymilvus.MilvusClient
    name : str
        The collection.
    matrix, ids, fields, empty, negative, terms
        As for :func:`sprat.export.rows`.
    vector : str, default "sparse"
        The field of the sparse vectors; that of the ids is ``"id"``.
    exists : {"error", "replace", "append"}, default "error"
        What to do if there is such a collection. ``"append"`` puts rows into it, each in place of one with
        the same id; what went in before a failure stays. ``"replace"`` drops the old one after the check and
        before the first row goes in: a failure after that leaves none.

    Returns
    -------
    int
        How many rows went in.

    Raises
    ------
    InvalidArgumentError
        If there is such a collection, or a row cannot be sent. A matrix is checked whole before anything is
        changed; of a stream of matrices the first rows, and the others on their way.
    MissingExtraError
        If pymilvus is not installed.
    """
    require("pymilvus", "sprat.export.milvus.to_collection", "milvus")
    source = Source(matrix, **options).rewindable()
    there = client.has_collection(name)
    created = is_made_anew(there, exists, f"collection {name!r}")
    if issparse(matrix):
        deque(_batches(source, vector), maxlen=0)  # refuses what cannot be sent
    batches = _batches(source, vector)
    first = next(batches, None)
    if first is None:
        raise InvalidArgumentError("matrix has no row to send: a collection's fields are those of its first")
    if there and created:
        client.drop_collection(name)
    try:
        if created:
            client.create_collection(name, schema=_schema(client, first[0], vector))
        sent = 0
        for batch in _chained(first, batches):
            (client.insert if created else client.upsert)(name, batch)
            sent += len(batch)
        client.flush(name)
        if created:
            client.create_index(name, _indexes(client, first[0], vector))
        client.load_collection(name)
    except BaseException:
        if created and client.has_collection(name):
            client.drop_collection(name)
        raise
    return sent


def _chained(
    first: list[dict[str, Any]], rest: Iterable[list[dict[str, Any]]]
) -> Iterator[list[dict[str, Any]]]:
    yield first
    yield from rest


def _batches(source: Source, vector: str) -> Iterator[list[dict[str, Any]]]:
    refuse_reserved([vector], "id")
    refuse_reserved(source.fields, "id", vector)
    for block in source.blocks(_LIMITS):
        yield [
            {"id": name, vector: dict(zip(columns, weights)), **fields}
            for name, columns, weights, fields in zip(
                block.ids, block.columns, block.weights, _checked_fields(block)
            )
        ]


def _checked_fields(block: Block) -> Iterator[dict[str, Any]]:
    for number, fields in zip(block.numbers, block.field_rows()):
        for name, value in fields.items():
            if value is None:
                raise InvalidArgumentError(f"row {number}: {name} must have a value in Milvus, got None")
            refuse_unwritable(number, name, plain(value), "Milvus")
            if isinstance(value, str) and len(value.encode()) > _VARCHAR_BYTES:
                raise InvalidArgumentError(
                    f"row {number}: {name} must be of at most {_VARCHAR_BYTES} bytes in Milvus, "
                    f"got {len(value.encode())}"
                )
        yield {name: plain(value) for name, value in fields.items()}


def _schema(client: Any, row: dict[str, Any], vector: str) -> Any:
    from pymilvus import DataType

    scalars = {bool: DataType.BOOL, int: DataType.INT64, float: DataType.DOUBLE}
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    for name, value in row.items():
        key = {"is_primary": True} if name == "id" else {}
        if name == vector:
            schema.add_field(name, DataType.SPARSE_FLOAT_VECTOR)
        elif isinstance(value, str):
            schema.add_field(name, DataType.VARCHAR, max_length=_VARCHAR_BYTES, **key)
        elif is_vector(value):
            schema.add_field(name, DataType.FLOAT_VECTOR, dim=len(value))
        else:
            schema.add_field(name, scalars.get(type(value), DataType.JSON), **key)
    return schema


def _indexes(client: Any, row: dict[str, Any], vector: str) -> Any:
    indexes = client.prepare_index_params()
    indexes.add_index(vector, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    for name, value in row.items():
        if is_vector(value):
            indexes.add_index(name, index_type="AUTOINDEX", metric_type="COSINE")
    return indexes
