"""Pinecone: records for ``upsert``, in batches that a request may hold, and Parquet for import.

Fields must be what metadata may be: texts, numbers, bool, lists of texts; 40 KB a record. A dense vector
among them becomes ``values``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sprat.errors import InvalidArgumentError
from sprat.export._blocks import Source, query_vectors
from sprat.export._fields import as_json, split
from sprat.export._limits import TARGETS

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sprat.export._blocks import Options

__all__ = ["batches", "lines", "queries", "rows"]

_LIMITS = TARGETS["pinecone"]
_METADATA_BYTES = 40_960
_BATCH_ROWS = 1_000
_BATCH_BYTES = 2_000_000
_ENVELOPE_BYTES = 256  # of a request, around its records
_RECORD_BYTES = 16  # which the client adds to a record: a comma, empty values


def rows(matrix: Any, **options: Unpack[Options]) -> Iterator[dict[str, Any]]:
    """Yield records: ``{"id": "7", "sparse_values": {"indices": [3], "values": [0.5]}, "metadata": {}}``.

    Parameters and errors are those of :func:`sprat.export.rows`.
    """
    for block in Source(matrix, **options).blocks(_LIMITS):
        for number, name, columns, weights, (dense, metadata) in zip(
            block.numbers, block.ids, block.columns, block.weights, split(block, "Pinecone")
        ):
            _check(number, dense, metadata)
            record = {"id": name, "sparse_values": {"indices": columns, "values": weights}}
            yield (
                record
                | ({"values": v} if (v := next(iter(dense.values()), None)) else {})
                | {"metadata": metadata}
            )


def batches(matrix: Any, **options: Unpack[Options]) -> Iterator[list[dict[str, Any]]]:
    """Yield lists for ``index.upsert(vectors=...)``: at most 1,000 records and 2 MB of JSON."""
    batch: list[dict[str, Any]] = []
    size = _ENVELOPE_BYTES
    for row in rows(matrix, **options):
        length = len(as_json(row).encode()) + _RECORD_BYTES
        if batch and (len(batch) == _BATCH_ROWS or size + length > _BATCH_BYTES):
            yield batch
            batch, size = [], _ENVELOPE_BYTES
        batch.append(row)
        size += length
    if batch:
        yield batch


def queries(matrix: Any, *, negative: str = "error", terms: Any = None) -> list[dict[str, Any]]:
    """Return what ``index.query(sparse_vector=...)`` takes, one for each row."""
    return [
        {"indices": columns, "values": weights}
        for columns, weights in query_vectors(matrix, _LIMITS, negative, terms)
    ]


def lines(matrix: Any, **options: Unpack[Options]) -> Iterator[str]:
    """Yield one record a line, as JSON."""
    return (as_json(row) + "\n" for row in rows(matrix, **options))


def tables(matrix: Any, pa: Any, **options: Unpack[Options]) -> Iterator[Any]:
    """Yield Arrow tables with the columns that an import reads."""
    vector = pa.struct([("indices", pa.list_(pa.uint32())), ("values", pa.list_(pa.float32()))])
    records = rows(matrix, **options)
    first = next(records, None)
    while first is not None:
        batch = [first, *(row for row, _ in zip(records, range(_BATCH_ROWS - 1)))]
        columns = {
            "id": pa.array([row["id"] for row in batch], pa.string()),
            "sparse_values": pa.array([row["sparse_values"] for row in batch], vector),
            "metadata": pa.array([as_json(row["metadata"]) for row in batch], pa.string()),
        }
        if "values" in first:
            columns["values"] = pa.array([row["values"] for row in batch], pa.list_(pa.float32()))
        yield pa.table(columns)
        first = next(records, None)


def _check(number: int, dense: dict[str, Any], metadata: dict[str, Any]) -> None:
    if len(dense) > 1:
        raise InvalidArgumentError(
            f"row {number}: Pinecone has one dense vector a record, got {' and '.join(dense)}"
        )
    if any(not any(vector) for vector in dense.values()):
        raise InvalidArgumentError(f"row {number}: a dense vector must not be all zeros in Pinecone")
    for name, value in metadata.items():
        texts = isinstance(value, list) and all(isinstance(text, str) for text in value)
        if not (texts or isinstance(value, (str, int, float, bool))):
            raise InvalidArgumentError(
                f"row {number}: {name} must be a text, a number, a bool or a list of texts in Pinecone, "
                f"got {value!r:.100}"
            )
    if (size := len(as_json(metadata).encode())) > _METADATA_BYTES:
        raise InvalidArgumentError(
            f"row {number}: fields must be of at most {_METADATA_BYTES} bytes in Pinecone, got {size}"
        )
