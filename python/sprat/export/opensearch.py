"""OpenSearch: documents for ``helpers.bulk``, ``_bulk`` files, a mapping, queries.

A ``rank_features`` field is searched exactly, up to the 9 significant bits to which Lucene rounds each
weight of a document, 0.4 %. A ``sparse_vector`` field (``seismic=True``; OpenSearch 3.3) is approximate in
segments of many documents, and cuts weights above a ceiling, which is therefore a limit here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sprat.export import _lucene
from sprat.export._blocks import Source
from sprat.export._limits import TARGETS, Limits

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sprat.export._blocks import Options

__all__ = ["lines", "mapping", "queries", "rows"]


def _limits(seismic: bool) -> Limits:
    return TARGETS["opensearch-seismic" if seismic else "opensearch"]


def rows(
    matrix: Any, *, vector: str = "sparse", seismic: bool = False, **options: Unpack[Options]
) -> Iterator[dict[str, Any]]:
    """Yield documents as ``opensearchpy.helpers.bulk(client, documents, index=...)`` takes them.

    Parameters and errors are those of :func:`sprat.export.rows`.
    """
    return _lucene.documents(Source(matrix, **options), _limits(seismic), vector)


def lines(
    matrix: Any, *, vector: str = "sparse", seismic: bool = False, **options: Unpack[Options]
) -> Iterator[str]:
    """Yield the body of ``POST /index/_bulk``, document by document."""
    return _lucene.bulk_lines(rows(matrix, vector=vector, seismic=seismic, **options))


def mapping(*, vector: str = "sparse", seismic: bool = False) -> dict[str, Any]:
    """Return a body for ``indices.create``: the mapping, and the setting that SEISMIC needs."""
    if not seismic:
        return {"mappings": {"properties": {vector: {"type": "rank_features"}}}}
    field = {"type": "sparse_vector", "method": {"name": "seismic"}}
    return {"settings": {"index": {"sparse": True}}, "mappings": {"properties": {vector: field}}}


def queries(
    matrix: Any,
    *,
    vector: str = "sparse",
    seismic: bool = False,
    negative: str = "error",
    terms: Any = None,
) -> list[dict[str, Any]]:
    """Return a ``neural_sparse`` query for each row; an empty one matches nothing."""
    return [
        {"neural_sparse": {vector: {"query_tokens": tokens}}} if tokens else {"match_none": {}}
        for tokens in _lucene.query_tokens(matrix, _limits(seismic), negative, terms)
    ]
