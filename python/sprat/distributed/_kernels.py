"""What a worker does with a partition: plain functions from Arrow batches to Arrow batches.

They are what Spark's ``mapInArrow`` calls, and with an iterator of one table what Ray's and Dask's functions
call.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from sprat import _core
from sprat._counting import TextAnalyzer, described
from sprat._terms import Terms
from sprat._texts import Columns
from sprat.bm25 import BM25Encoder
from sprat.errors import InvalidArgumentError
from sprat.hashed import HashedVocabulary
from sprat.statistics import CollectionStatistics

SHARD = "sprat_shard"  # the column with the number of the partition, where there is one
BLOB = pa.schema([("statistics", pa.binary())])
TERMS, DOCUMENTS, TOKENS = 0, 1, 2  # kinds of rows: what the sum of document_frequency is of


@dataclass(frozen=True)
class Counting:
    """What is to be counted, and how."""

    column: str
    analyzer: TextAnalyzer
    vocabulary: HashedVocabulary | None = None

    @property
    def term_type(self) -> Any:
        return pa.string() if self.vocabulary is None else pa.int64()

    @property
    def row_schema(self) -> Any:
        return pa.schema(
            [
                ("kind", pa.int32()),
                ("term", self.term_type),
                ("document_frequency", pa.int64()),
                ("first_position", pa.int64()),
            ]
        )

    def statistics(self, batches: Iterable[Any], shard: int | None = None) -> CollectionStatistics:
        """Count a partition. None: its number is in the column ``sprat_shard``, if there is one."""
        batches = iter(batches)
        first = next(batches, None)
        if first is None:
            return CollectionStatistics()
        if shard is None and SHARD in first.schema.names and first.num_rows:
            shard = first.column(SHARD)[0].as_py()
        columns = (part for batch in chain([first], batches) for part in text_columns(batch, self.column))
        return CollectionStatistics.of(
            Columns(columns), self.analyzer, vocabulary=self.vocabulary, shard=shard, threads=1
        )


def fit_batches(batches: Iterable[Any], counting: Counting, shard: int | None = None) -> Iterator[Any]:
    """Count one partition into one row: its statistics as bytes.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch or Table
        The partition, in order. Read once, a batch at a time.
    counting : Counting
        Which column, and how its texts become terms.
    shard : int, optional
        The number of the partition. None: that in the column ``sprat_shard``, if there is one; without,
        statistics have to be merged in order of the partitions.

    Yields
    ------
    pyarrow.RecordBatch
        One row with the column ``statistics``, for ``CollectionStatistics.from_bytes``; none for a
        partition without documents.
    """
    statistics = counting.statistics(batches, shard)
    if statistics.document_count:
        yield pa.record_batch([pa.array([statistics.to_bytes()], pa.binary())], schema=BLOB)


def merge_batches(batches: Iterable[Any]) -> Iterator[Any]:
    """Merge rows that :func:`fit_batches` or this function gave into one."""
    merged = merge(value.as_py() for batch in batches for value in batch.column("statistics"))
    if merged.document_count:
        yield pa.record_batch([pa.array([merged.to_bytes()], pa.binary())], schema=BLOB)


def merge(blobs: Iterable[bytes]) -> CollectionStatistics:
    """Merge statistics in order and as a tree: each term is looked at a logarithmic number of times."""
    waiting: list[tuple[int, CollectionStatistics]] = []  # (how many blobs, what they come to), halving
    for blob in blobs:
        parts, statistics = 1, CollectionStatistics.from_bytes(blob)
        while waiting and waiting[-1][0] <= parts:
            more, before = waiting.pop()
            parts, statistics = parts + more, before.merge(statistics)
        waiting.append((parts, statistics))
    merged = CollectionStatistics()
    for _, statistics in reversed(waiting):
        merged = statistics.merge(merged)
    return merged


def term_batches(batches: Iterable[Any], counting: Counting, shard: int | None = None) -> Iterator[Any]:
    """Count one partition into a row per term, and two rows with its numbers of documents and tokens."""
    statistics = counting.statistics(batches, shard)
    if not statistics.document_count:
        return
    if not statistics.shards:
        raise InvalidArgumentError("rows of terms need the number of their partition")
    table = statistics.to_arrow()
    kinds = pa.array(np.full(table.num_rows, TERMS, np.int32))
    table = pa.table([kinds, *table.columns], ["kind", *table.column_names]).cast(counting.row_schema)
    sums = pa.table(
        [
            pa.array([DOCUMENTS, TOKENS], pa.int32()),
            pa.array(["", ""] if counting.vocabulary is None else [0, 0], counting.term_type),
            pa.array([statistics.document_count, statistics.token_count], pa.int64()),
            pa.array([0, 0], pa.int64()),
        ],
        schema=counting.row_schema,
    )
    yield from sums.to_batches()
    yield from table.to_batches(max_chunksize=1 << 16)


def from_rows(table: Any, counting: Counting) -> CollectionStatistics:
    """Put together the rows of :func:`term_batches`, added up by kind and term."""
    kinds = table.column("kind").to_numpy()
    sums = table.column("document_frequency").to_numpy()
    documents, tokens = (int(sums[kinds == kind].sum()) for kind in (DOCUMENTS, TOKENS))
    rows = table.filter(pa.array(kinds == TERMS)).sort_by("first_position")
    return CollectionStatistics(
        documents,
        tokens,
        rows.column("document_frequency").to_numpy().astype(np.int64),
        Terms(rows.column("term").to_pylist()),
        described(counting.analyzer),
        None if counting.vocabulary is None else counting.vocabulary.hash,
    )


def frequent(statistics: CollectionStatistics, min_df: int) -> CollectionStatistics:
    """Leave out terms in fewer than ``min_df`` documents. Documents and tokens stay what they are."""
    frequency = statistics.require_frequencies("cut")
    kept = np.flatnonzero(frequency >= min_df)
    if len(kept) == len(frequency):
        return statistics
    first = statistics.first_position
    return replace(
        statistics,
        terms=statistics.terms.select(kept),
        document_frequency=frequency[kept],
        first_position=None if first is None else first[kept],
    )


def encode_batches(batches: Iterable[Any], encoder: BM25Encoder, column: str, id: str) -> Iterator[Any]:
    """Encode batches as documents, one for one.

    Yields
    ------
    pyarrow.RecordBatch
        ``id``, as it came; ``indices``, list of uint32, ascending; ``values``, list of float.
    """
    encoder = copy.copy(encoder)
    encoder.threads = 1
    for batch in batches:
        for part in batch.to_batches() if isinstance(batch, pa.Table) else [batch]:
            rows = encoder.encode_documents(Columns(text_columns(part, column)))
            offsets = pa.array(rows.indptr.astype(np.int32))
            indices = pa.ListArray.from_arrays(offsets, pa.array(rows.indices.astype(np.uint32)))
            values = pa.ListArray.from_arrays(offsets, pa.array(rows.data))
            yield pa.record_batch([part.column(id), indices, values], ["id", "indices", "values"])


def text_columns(batch: Any, name: str) -> Iterator[Any]:
    column = batch.column(name)
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        if pa.types.is_dictionary(chunk.type):
            chunk = chunk.dictionary_decode()
        if pa.types.is_null(chunk.type) and not len(chunk):
            continue
        yield _core.TextColumn(*chunk.__arrow_c_array__())
