"""Qdrant: points of the REST interface, and a collection filled by qdrant-client.

Sparse vectors are scored by dot product. With ``idf=True`` the server multiplies each term by its own idf,
ln((n - df + 0.5) / (df + 0.5) + 1): then the query side must not have one, as that of an encoder with
``HashedVocabulary("murmur3-abs")`` has not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from scipy.sparse import issparse

from sprat._extras import require
from sprat.errors import InvalidArgumentError
from sprat.export._blocks import Source, query_vectors
from sprat.export._existing import is_made_anew
from sprat.export._fields import as_json, refuse_reserved, split
from sprat.export._limits import TARGETS

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sprat.export._blocks import Options

__all__ = ["lines", "queries", "rows", "to_collection"]

_LIMITS = TARGETS["qdrant"]
_BATCH = 500


def rows(matrix: Any, *, vector: str = "sparse", **options: Unpack[Options]) -> Iterator[dict[str, Any]]:
    """Yield points: ``{"id": 7, "vector": {"sparse": {"indices": [3], "values": [0.5]}}, "payload": {}}``.

    Dense vectors among the fields are named vectors, the rest is payload. Parameters and errors are those of
    :func:`sprat.export.rows`.
    """
    yield from _points(Source(matrix, **options), vector)


def _points(source: Source, vector: str) -> Iterator[dict[str, Any]]:
    refuse_reserved(source.fields, vector)
    for block in source.blocks(_LIMITS):
        for name, columns, weights, (dense, payload) in zip(
            block.ids, block.columns, block.weights, split(block, "Qdrant")
        ):
            sparse = {"indices": columns, "values": weights}
            yield {"id": name, "vector": {vector: sparse, **dense}, "payload": payload}


def queries(matrix: Any, *, negative: str = "error", terms: Any = None) -> list[dict[str, Any]]:
    """Return queries, one for each row: ``models.SparseVector(**query)`` is what the client searches for."""
    return [
        {"indices": columns, "values": weights}
        for columns, weights in query_vectors(matrix, _LIMITS, negative, terms)
    ]


def lines(matrix: Any, *, vector: str = "sparse", **options: Unpack[Options]) -> Iterator[str]:
    """Yield one point a line, as JSON."""
    return (as_json(row) + "\n" for row in rows(matrix, vector=vector, **options))


def to_collection(
    client: Any,
    name: str,
    matrix: Any,
    *,
    vector: str = "sparse",
    idf: bool = False,
    exists: str = "error",
    **options: Unpack[Options],
) -> int:
    """Create a collection and fill it; it is indexed when the call returns.

    Dense vectors among the fields are compared by cosine. If anything fails, or the call is interrupted, a
    collection that it made is deleted.

    Parameters
    ----------
    client : qdrant_client.QdrantClient
    name : str
        The collection.
    matrix, ids, fields, empty, negative, terms
        As for :func:`sprat.export.rows`. Ids are whole numbers from 0, or UUIDs: other names go into a field.
    vector : str, default "sparse"
        The name of the sparse vectors.
    idf : bool, default False
        Whether the server multiplies by idf (``modifier=idf``).
    exists : {"error", "replace", "append"}, default "error"
        As for :func:`sprat.export.milvus.to_collection`.

    Returns
    -------
    int
        How many points went in.

    Raises
    ------
    InvalidArgumentError
        If there is such a collection, or a row cannot be sent. A matrix is checked whole before anything is
        changed; of a stream of matrices the first rows, and the others on their way.
    MissingExtraError
        If qdrant-client is not installed.
    """
    require("qdrant_client", "sprat.export.qdrant.to_collection", "qdrant-client")
    from qdrant_client import models

    source = Source(matrix, **options).rewindable()
    there = client.collection_exists(name)
    created = is_made_anew(there, exists, f"collection {name!r}")
    if issparse(matrix):
        deque(_points(source, vector), maxlen=0)  # refuses what cannot be sent
    points = _points(source, vector)
    first = next(points, None)
    if first is None:
        raise InvalidArgumentError("matrix has no row to send: a collection's vectors are those of its first")
    if there and created:
        client.delete_collection(name)
    try:
        if created:
            _create(client, name, first, vector, idf)
        sent, batch = 0, [models.PointStruct(**first)]
        for point in points:
            if len(batch) == _BATCH:
                sent += _send(client, name, batch)
                batch = []
            batch.append(models.PointStruct(**point))
        sent += _send(client, name, batch)
    except BaseException:
        if created and client.collection_exists(name):
            client.delete_collection(name)
        raise
    return sent


def _send(client: Any, name: str, batch: list[Any]) -> int:
    client.upsert(name, batch, wait=True)
    return len(batch)


def _create(client: Any, name: str, first: dict[str, Any], vector: str, idf: bool) -> None:
    from qdrant_client import models

    dense = {key: value for key, value in first["vector"].items() if key != vector}
    client.create_collection(
        name,
        vectors_config={
            key: models.VectorParams(size=len(value), distance=models.Distance.COSINE)
            for key, value in dense.items()
        },
        sparse_vectors_config={
            vector: models.SparseVectorParams(modifier=models.Modifier.IDF if idf else None)
        },
    )
