"""Dask: DataFrames, a task for each partition, merged as a tree of neighbours."""

from __future__ import annotations

from typing import Any

import dask
import pandas
import pyarrow as pa

from sprat.bm25 import BM25Encoder
from sprat.distributed import _kernels
from sprat.distributed._kernels import TERMS, Counting
from sprat.statistics import CollectionStatistics

_VECTOR = pa.schema([("indices", pa.list_(pa.uint32())), ("values", pa.list_(pa.float32()))])
_GROUP = 8  # statistics merged by one task


def blobs(frame: Any, counting: Counting) -> CollectionStatistics:
    parts = frame[[counting.column]].to_delayed()
    counted = [dask.delayed(_fit, pure=True)(part, counting, shard) for shard, part in enumerate(parts)]
    while len(counted) > 1:
        groups = [counted[start : start + _GROUP] for start in range(0, len(counted), _GROUP)]
        counted = [dask.delayed(_merge, pure=True)(group) for group in groups]
    (blob,) = dask.compute(*counted)
    return CollectionStatistics.from_bytes(blob)


def relational(frame: Any, counting: Counting, min_df: int) -> CollectionStatistics:
    import dask.dataframe as dd

    parts = frame[[counting.column]].to_delayed()
    meta = _pandas(counting.row_schema.empty_table())
    rows = dd.from_delayed(
        [dask.delayed(_rows, pure=True)(part, counting, shard) for shard, part in enumerate(parts)],
        meta=meta,
        verify_meta=False,
    )
    summed = rows.groupby(["kind", "term"]).agg(
        {"document_frequency": "sum", "first_position": "min"}, split_out=max(1, frame.npartitions // _GROUP)
    )
    frequent = summed.reset_index().map_partitions(_frequent, min_df).compute()
    table = pa.Table.from_pandas(frequent, counting.row_schema, preserve_index=False)
    return _kernels.from_rows(table, counting)


def encode(frame: Any, encoder: BM25Encoder, column: str, id: str) -> Any:
    meta = _encode(frame[[id, column]]._meta, encoder, column, id)
    return frame[[id, column]].map_partitions(_encode, encoder, column, id, meta=meta)


def _fit(frame: pandas.DataFrame, counting: Counting, shard: int) -> bytes:
    return counting.statistics([_arrow(frame, counting.column)], shard).to_bytes()


def _merge(blobs: list[bytes]) -> bytes:
    return _kernels.merge(blobs).to_bytes()


def _rows(frame: pandas.DataFrame, counting: Counting, shard: int) -> pandas.DataFrame:
    batches = _kernels.term_batches([_arrow(frame, counting.column)], counting, shard)
    return _pandas(pa.Table.from_batches(batches, counting.row_schema))


def _frequent(rows: pandas.DataFrame, min_df: int) -> pandas.DataFrame:
    return rows[((rows["kind"] != TERMS) | (rows["document_frequency"] >= min_df)).to_numpy(bool)]


def _encode(frame: pandas.DataFrame, encoder: BM25Encoder, column: str, id: str) -> pandas.DataFrame:
    batches = _kernels.encode_batches([_arrow(frame, id, column)], encoder, column, id)
    vectors = [batch.select(_VECTOR.names) for batch in batches]
    encoded = _pandas(pa.Table.from_batches(vectors, _VECTOR))
    encoded.insert(0, "id", frame[id].array)
    encoded.index = frame.index
    return encoded


def _arrow(frame: pandas.DataFrame, *columns: str) -> Any:
    return pa.Table.from_pandas(frame[list(columns)], preserve_index=False)


def _pandas(table: Any) -> pandas.DataFrame:
    return table.to_pandas(types_mapper=pandas.ArrowDtype)
