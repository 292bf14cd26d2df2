"""Fit and encode on a cluster that is there already: Spark, Dask or Ray, with the result of a local fit.

A partition is counted into statistics, integers that add up in any order and grouping; a weight is worked out
only at the end. So the encoder has the same digest and saves the same text as one fitted on the same
documents in order of the partitions, however often a task was tried again. Nothing is sent but values that
functions return.
"""

from __future__ import annotations

import copy
from typing import Any, Protocol

from sprat import _counting
from sprat._extras import require
from sprat._weighting import VARIANTS
from sprat.bm25 import BM25Encoder
from sprat.errors import FrozenStatisticsError, InvalidArgumentError
from sprat.statistics import CollectionStatistics

require("pyarrow", "sprat.distributed", "arrow")

from sprat.distributed._kernels import (  # noqa: E402
    Counting,
    encode_batches,
    fit_batches,
    frequent,
    merge_batches,
)

__all__ = ["Counting", "encode", "encode_batches", "fit", "fit_batches", "merge_batches"]

PLANS = ("blobs", "relational")


class _Engine(Protocol):
    """What a module for an engine has."""

    def blobs(self, dataset: Any, counting: Counting) -> CollectionStatistics: ...

    def relational(self, dataset: Any, counting: Counting, min_df: int) -> CollectionStatistics: ...

    def encode(self, dataset: Any, encoder: BM25Encoder, column: str, id: str) -> Any: ...


def fit(
    dataset: Any,
    column: str = "text",
    *,
    encoder: BM25Encoder | None = None,
    plan: str = "blobs",
    min_df: int = 1,
) -> BM25Encoder:
    """Fit an encoder to a column of a dataset.

    Parameters
    ----------
    dataset : pyspark.sql.DataFrame (also of Spark Connect), dask.dataframe.DataFrame or ray.data.Dataset
        Its partitions are read once, one at a time by each worker, which needs sprat and pyarrow.
    column : str, default "text"
        The column with the texts: strings, not null.
    encoder : BM25Encoder, optional
        What to fit: its analyzer, variant and parameters count, what it has learnt does not. It stays as it
        is. None: ``BM25Encoder()``.
    plan : {"blobs", "relational"}, default "blobs"
        How the partitions come together. ``"blobs"``: each sends its statistics whole, and they are merged
        in groups; the vocabulary must fit into one process. ``"relational"``: each sends a row per term,
        and the engine groups and adds them, spilling to disk as it does; only terms in at least ``min_df``
        documents are collected.
    min_df : int, default 1
        Terms in fewer documents are left out: they count towards lengths, but have no column.

    Returns
    -------
    BM25Encoder
        A new one. Columns are in order of first occurrence by partition and position in it.

    Raises
    ------
    InvalidArgumentError
        If the dataset is of no known engine, or an argument is not what it may be.
    FrozenStatisticsError
        If the variant is ``"bm25-adpt"``, which does not follow from sums.
    EmptyCorpusError
        If there is no text, or no term that is left.
    """
    encoder = BM25Encoder() if encoder is None else encoder
    if plan not in PLANS:
        raise InvalidArgumentError(f"plan must be 'blobs' or 'relational', got {plan!r}")
    if isinstance(min_df, bool) or not isinstance(min_df, int) or min_df < 1:
        raise InvalidArgumentError(f"min_df must be a whole number from 1, got {min_df!r}")
    if VARIANTS[encoder.variant].idf is None:
        raise FrozenStatisticsError(f"variant {encoder.variant!r} learns from whole documents, not from sums")
    engine = _engine(dataset)
    counting = Counting(column, encoder.analyzer, encoder._hashed)
    if plan == "blobs":
        statistics = frequent(engine.blobs(dataset, counting), min_df)
    else:
        statistics = engine.relational(dataset, counting, min_df)
    _counting.refuse_nothing(statistics.document_count, len(statistics.terms))
    fitted = copy.copy(encoder)
    fitted._fitted = fitted._fit_of(statistics.without_shards())
    return fitted


def encode(dataset: Any, encoder: BM25Encoder, column: str = "text", *, id: str = "id") -> Any:
    """Encode a column of a dataset as documents, where its partitions are.

    Parameters
    ----------
    dataset : as for :func:`fit`
    encoder : BM25Encoder
        Fitted. It goes to the workers, each of which encodes on one thread.
    column : str, default "text"
        The column with the texts.
    id : str, default "id"
        The column that names the documents, of any type.

    Returns
    -------
    dataset of the same engine
        Lazy, with the columns ``id``, ``indices`` (ascending) and ``values``. Indices are uint32; Spark,
        which has no unsigned numbers, gets int, or bigint with a hashed vocabulary.

    Raises
    ------
    NotFittedError
        If the encoder was not fitted.
    InvalidArgumentError
        If the dataset is of no known engine.
    """
    encoder._require_fitted()
    return _engine(dataset).encode(dataset, encoder, column, id)


def _engine(dataset: Any) -> _Engine:
    # Told by name, so that no engine is imported but the one that made the dataset.
    modules = {part.__module__.split(".")[0] for part in type(dataset).__mro__}
    name = type(dataset).__name__
    engine: Any
    if "pyspark" in modules and name == "DataFrame":
        from sprat.distributed import _spark as engine
    elif "dask" in modules and name == "DataFrame":
        from sprat.distributed import _dask as engine
    elif "ray" in modules and "Dataset" in name:
        from sprat.distributed import _ray as engine
    else:
        kind = f"{type(dataset).__module__}.{name}"
        raise InvalidArgumentError(f"dataset must be a Spark or Dask DataFrame or a Ray Dataset, got {kind}")
    return engine  # type: ignore[no-any-return]
