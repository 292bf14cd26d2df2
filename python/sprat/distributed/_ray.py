"""Ray: Datasets, a row for each block, in the order of the blocks."""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa
import ray

from sprat.bm25 import BM25Encoder
from sprat.distributed import _kernels
from sprat.distributed._kernels import TERMS, Counting
from sprat.statistics import CollectionStatistics

_GROUP = 16  # statistics merged by one task before the driver merges the rest


def blobs(dataset: Any, counting: Counting) -> CollectionStatistics:
    columns = dataset.select_columns([counting.column])
    counted = columns.map_batches(
        partial(_fit, counting=counting), batch_format="pyarrow", batch_size=None, zero_copy_batch=True
    )
    merged = counted.map_batches(_merge, batch_format="pyarrow", batch_size=_GROUP)
    return _kernels.merge(row["statistics"] for row in _in_order(merged).iter_rows())


def relational(dataset: Any, counting: Counting, min_df: int) -> CollectionStatistics:
    from ray.data.aggregate import Min, Sum

    blocks = _in_order(dataset.select_columns([counting.column])).to_arrow_refs()
    count = ray.remote(_rows)
    rows = ray.data.from_arrow_refs(
        [count.remote(block, counting, shard) for shard, block in enumerate(blocks)]
    )
    summed = rows.groupby(["kind", "term"]).aggregate(
        Sum("document_frequency", alias_name="document_frequency"),
        Min("first_position", alias_name="first_position"),
    )
    frequent = summed.map_batches(partial(_frequent, min_df=min_df), batch_format="pyarrow")
    tables = [ray.get(table).select(counting.row_schema.names) for table in frequent.to_arrow_refs()]
    return _kernels.from_rows(pa.concat_tables(t.cast(counting.row_schema) for t in tables), counting)


def encode(dataset: Any, encoder: BM25Encoder, column: str, id: str) -> Any:
    columns = dataset.select_columns([id, column])
    return columns.map_batches(
        partial(_encode, encoder=encoder, column=column, id=id), batch_format="pyarrow", zero_copy_batch=True
    )


def _in_order(dataset: Any) -> Any:
    """Let the blocks of a dataset come in the order of those that they were made from."""
    dataset.context.execution_options.preserve_order = True
    return dataset


def _fit(table: Any, counting: Counting) -> Any:
    return pa.Table.from_batches(_kernels.fit_batches([table], counting), _kernels.BLOB)


def _rows(table: Any, counting: Counting, shard: int) -> Any:
    return pa.Table.from_batches(_kernels.term_batches([table], counting, shard), counting.row_schema)


def _frequent(rows: Any, min_df: int) -> Any:
    kinds = rows.column("kind").to_numpy()
    return rows.filter(pa.array((kinds != TERMS) | (rows.column("document_frequency").to_numpy() >= min_df)))


def _merge(table: Any) -> Any:
    return pa.Table.from_batches(_kernels.merge_batches([table]), _kernels.BLOB)


def _encode(table: Any, encoder: BM25Encoder, column: str, id: str) -> Any:
    return pa.Table.from_batches(_kernels.encode_batches([table], encoder, column, id))
