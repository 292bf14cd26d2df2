"""What does each engine take? Every limit that is checked before a row is sent, with its source.

Milvus, Qdrant, PostgreSQL and DuckDB were asked themselves (tests/test_engines_*.py ask them again);
OpenSearch, Elasticsearch and Pinecone by their documentation, and Lucene's FeatureField and FeatureQuery.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np

from sprat._stages import one_of
from sprat._texts import is_unicode
from sprat.errors import InvalidArgumentError

INT64 = range(-(1 << 63), 1 << 63)
UINT64 = range(1 << 64)


class Ids(NamedTuple):
    """How an engine names documents: ``read`` gives its form of an id, or None for one that it refuses."""

    read: Callable[[Any], Any]
    allowed: str
    mixed: bool  # whether numbers and strings may stand in one collection


@dataclass(frozen=True)
class Limits:
    """What one engine takes. A weight of 0 is no entry, and one below 0 is never sent, to any engine."""

    engine: str
    ids: Ids
    columns: int  # the id of a term must be below
    entries: int | None = None  # the most in one row
    smallest: float = 0.0  # of a weight
    largest: float = float(np.finfo(np.float32).max)  # of a document's weight
    largest_in_query: float = float(np.finfo(np.float32).max)
    sentinel: int = (1 << 32) - 2  # the column of a row that would be empty; no query has it


def _number_or_text(value: Any) -> Any:
    if isinstance(value, str):
        text = value.encode("utf-8", "replace")
        return value if 0 < len(text) <= 65_535 and b"\0" not in text and is_unicode(value) else None
    return value if value in INT64 else None


def _point_id(value: Any) -> Any:
    if isinstance(value, int):
        return value if value in UINT64 else None
    try:
        return str(UUID(value))
    except ValueError:
        return None


def _short_text(value: Any) -> Any:
    text = str(value)
    return text if is_unicode(text) and 0 < len(text.encode()) <= 512 else None


def _ascii_text(value: Any) -> Any:
    text = str(value)
    return text if text.isascii() and "\0" not in text and 0 < len(text) <= 512 else None


_KEYS = Ids(_number_or_text, "whole numbers of 64 bits, or strings of 1 to 65,535 bytes without NUL", False)
_POINTS = Ids(_point_id, "whole numbers from 0 to 2**64 - 1 and UUIDs", True)
_DOCUMENTS = Ids(_short_text, "strings of 1 to 512 bytes, and numbers as such", True)
_RECORDS = Ids(_ascii_text, "strings of 1 to 512 ASCII characters, and numbers as such", True)

_NORMAL = float(np.finfo(np.float32).tiny)  # FeatureField: "must be a positive normal float"

_PGVECTOR = Limits("pgvector", _KEYS, 999_999_999, entries=16_000, sentinel=999_999_999)
_OPENSEARCH = Limits("OpenSearch", _DOCUMENTS, 1 << 32, smallest=_NORMAL, largest_in_query=64.0)

TARGETS = {
    "milvus": Limits("Milvus", _KEYS, (1 << 32) - 1),
    "qdrant": Limits("Qdrant", _POINTS, 1 << 32),
    "opensearch": _OPENSEARCH,  # rank_features
    # sparse_vector with SEISMIC: quantization_ceiling_ingest and _search, which cut what is above
    "opensearch-seismic": replace(_OPENSEARCH, largest=3.0, largest_in_query=16.0),
    "elasticsearch": Limits("Elasticsearch", _DOCUMENTS, 1 << 32, smallest=_NORMAL),
    "pgvector": _PGVECTOR,
    "pgvector-hnsw": replace(_PGVECTOR, engine="pgvector's HNSW", entries=1_000),
    "pinecone": Limits("Pinecone", _RECORDS, 1 << 32, entries=2_048),
    "duckdb": Limits("DuckDB", _KEYS, 1 << 32),
}


def limits_of(target: Any) -> Limits:
    if not isinstance(target, str) or target not in TARGETS:
        raise InvalidArgumentError(f"target must be {one_of(list(TARGETS))}, got {target!r}")
    return TARGETS[target]
