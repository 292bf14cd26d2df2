"""Spark, classic or Connect: DataFrames only, since RDDs exist in one of the two."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import functions as F

from sprat.bm25 import BM25Encoder
from sprat.distributed import _kernels
from sprat.distributed._kernels import SHARD, TERMS, Counting
from sprat.statistics import CollectionStatistics

_GROUP = 16  # partitions merged by one task before the driver merges the rest


def blobs(frame: Any, counting: Counting) -> CollectionStatistics:
    counted = _numbered(frame, counting).mapInArrow(
        partial(_fit_numbered, counting=counting), f"{SHARD} int, statistics binary"
    )
    merged = (
        counted.groupBy((F.col(SHARD) / _GROUP).cast("int").alias("group"))
        .applyInArrow(_merge_group, "statistics binary")
        .collect()
    )
    return _kernels.merge(bytes(row.statistics) for row in merged)


def relational(frame: Any, counting: Counting, min_df: int) -> CollectionStatistics:
    kind = "string" if counting.vocabulary is None else "bigint"
    schema = f"kind int, term {kind}, document_frequency bigint, first_position bigint"
    rows = _numbered(frame, counting).mapInArrow(partial(_rows, counting=counting), schema)
    summed = (
        rows.groupBy("kind", "term")
        .agg(
            F.sum("document_frequency").alias("document_frequency"),
            F.min("first_position").alias("first_position"),
        )
        .where((F.col("kind") != TERMS) | (F.col("document_frequency") >= min_df))
    )
    return _kernels.from_rows(summed.toArrow(), counting)


def encode(frame: Any, encoder: BM25Encoder, column: str, id: str) -> Any:
    wide = encoder._hashed is not None
    types = frame.select(id).schema.fields[0].dataType.simpleString()
    schema = f"id {types}, indices array<{'bigint' if wide else 'int'}>, values array<float>"
    return frame.select(id, column).mapInArrow(
        partial(_encode_signed, encoder=encoder, column=column, id=id, wide=wide), schema
    )


def _numbered(frame: Any, counting: Counting) -> Any:
    return frame.select(F.col(counting.column), F.spark_partition_id().alias(SHARD))


def _partition() -> int | None:
    """Return the number of this task's partition, which a second try keeps; None if the column tells it.

    Spark works out the column on the driver, once for all, where it can: for rows that the driver holds.
    """
    context = TaskContext.get()
    return None if context is None else context.partitionId()


def _rows(batches: Iterator[Any], counting: Counting) -> Iterator[Any]:
    return _kernels.term_batches(batches, counting, _partition())


def _fit_numbered(batches: Iterator[Any], counting: Counting) -> Iterator[Any]:
    statistics = counting.statistics(batches, _partition())
    if statistics.document_count:
        yield pa.record_batch(
            [pa.array([statistics.shards[0]], pa.int32()), pa.array([statistics.to_bytes()], pa.binary())],
            [SHARD, "statistics"],
        )


def _merge_group(table: Any) -> Any:
    return pa.Table.from_batches(_kernels.merge_batches([table]), _kernels.BLOB)


def _encode_signed(
    batches: Iterator[Any], encoder: BM25Encoder, column: str, id: str, wide: bool
) -> Iterator[Any]:
    indices = pa.list_(pa.int64() if wide else pa.int32())
    for batch in _kernels.encode_batches(batches, encoder, column, id):
        columns = [batch.column("id"), batch.column("indices").cast(indices), batch.column("values")]
        yield pa.record_batch(columns, ["id", "indices", "values"])
