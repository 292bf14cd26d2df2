"""Elasticsearch: documents for ``helpers.bulk``, ``_bulk`` files, a mapping, queries.

A ``sparse_vector`` field keeps 9 significant bits of a document's weight: scores are off by up to 0.4 %. By
default Elasticsearch leaves out frequent tokens of low weight (``prune``), which is right for ELSER and wrong
for anything else; mapping and queries turn it off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sprat.export import _lucene
from sprat.export._blocks import Source
from sprat.export._limits import TARGETS

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sprat.export._blocks import Options

__all__ = ["lines", "mapping", "queries", "rows"]

_LIMITS = TARGETS["elasticsearch"]


def rows(matrix: Any, *, vector: str = "sparse", **options: Unpack[Options]) -> Iterator[dict[str, Any]]:
    """Yield documents as ``elasticsearch.helpers.bulk(client, documents, index=...)`` takes them.

    Parameters and errors are those of :func:`sprat.export.rows`.
    """
    return _lucene.documents(Source(matrix, **options), _LIMITS, vector)


def lines(matrix: Any, *, vector: str = "sparse", **options: Unpack[Options]) -> Iterator[str]:
    """Yield the body of ``POST /index/_bulk``, document by document."""
    return _lucene.bulk_lines(rows(matrix, vector=vector, **options))


def mapping(*, vector: str = "sparse") -> dict[str, Any]:
    """Return arguments for ``indices.create(index=..., **mapping())``."""
    field = {"type": "sparse_vector", "index_options": {"prune": False}}
    return {"mappings": {"properties": {vector: field}}}


def queries(
    matrix: Any, *, vector: str = "sparse", negative: str = "error", terms: Any = None
) -> list[dict[str, Any]]:
    """Return a ``sparse_vector`` query for each row; an empty one matches nothing."""
    return [
        {"sparse_vector": {"field": vector, "query_vector": tokens, "prune": False}}
        if tokens
        else {"match_none": {}}
        for tokens in _lucene.query_tokens(matrix, _LIMITS, negative, terms)
    ]
