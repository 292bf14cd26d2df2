"""What OpenSearch and Elasticsearch have in common: documents, and the lines of a ``_bulk`` request.

A term's key is the number of its column: the names of terms may hold dots, which ``rank_features`` refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sprat.export._blocks import Source, query_vectors
from sprat.export._fields import as_json, plain, refuse_reserved, refuse_unwritable
from sprat.export._limits import Limits


def documents(source: Source, limits: Limits, vector: str) -> Iterator[dict[str, Any]]:
    """Yield what ``helpers.bulk`` takes: ``{"_id": "7", "_source": {"sparse": {"3": 0.5}, ...}}``."""
    refuse_reserved(source.fields, vector)
    for block in source.blocks(limits):
        for number, name, columns, weights, fields in zip(
            block.numbers, block.ids, block.columns, block.weights, block.field_rows()
        ):
            for key, value in fields.items():
                refuse_unwritable(number, key, plain(value), limits.engine)
            rest = {key: plain(value) for key, value in fields.items()}
            yield {"_id": name, "_source": {vector: tokens(columns, weights), **rest}}


def bulk_lines(documents: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Yield two lines for each document, in one string: that of the action and that of the source."""
    for document in documents:
        action = {"index": {"_id": document["_id"]}}
        yield f"{as_json(action)}\n{as_json(document['_source'])}\n"


def query_tokens(matrix: Any, limits: Limits, negative: str, terms: Any) -> list[dict[str, float]]:
    return [tokens(*pair) for pair in query_vectors(matrix, limits, negative, terms)]


def tokens(columns: list[int], weights: list[float]) -> dict[str, float]:
    return dict(zip(map(str, columns), weights))
