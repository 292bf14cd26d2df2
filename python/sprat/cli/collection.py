"""What is searched: documents as vectors, what they are called, and the encoder for queries to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from sprat.bm25 import BM25Encoder
from sprat.cli import vectors
from sprat.cli.inputs import Document
from sprat.errors import InvalidArgumentError
from sprat.index import SparseIndex

_QUERIES_PER_BATCH = 256
_SNIPPET_CHARACTERS = 160


class Hit(NamedTuple):
    """A document found."""

    id: str
    score: float  # the decimal number that reads back as the same float32
    snippet: str | None  # how the text begins; None if only vectors are known


class Answer(NamedTuple):
    """The best documents for a query, best first."""

    query_id: str
    query: str
    hits: list[Hit]


@dataclass(frozen=True)
class Collection:
    """Rows of ``index`` are called ``ids``; the encoder has the same columns."""

    encoder: BM25Encoder
    index: SparseIndex
    ids: list[str]
    snippets: list[str] | None


def from_texts(documents: Iterator[Document], *, model: str | None, threads: int) -> Collection:
    """Encode documents, by the statistics of a saved model or else by their own."""
    ids: list[str] = []
    snippets: list[str] = []

    def texts() -> Iterator[str]:
        for document in documents:
            ids.append(document.id)
            start = document.text[: 2 * _SNIPPET_CHARACTERS]
            snippets.append(" ".join(start.split())[:_SNIPPET_CHARACTERS])
            yield document.text

    matrix: Any
    if model is None:
        encoder = BM25Encoder(threads=threads)
        matrix = encoder.fit_encode_documents(texts())
    else:
        encoder = BM25Encoder.load(model, threads=threads)
        matrix = encoder.encode_documents(texts())
    return Collection(encoder, SparseIndex(matrix), ids, snippets)


def from_vectors(path: str, *, model: str, threads: int) -> Collection:
    """Read what ``sprat encode`` wrote."""
    encoder = BM25Encoder.load(model, threads=threads)
    stored = vectors.load(path)
    if stored.matrix.shape[1] != encoder.dim:
        raise InvalidArgumentError(
            f"{path} has {stored.matrix.shape[1]} columns, but {model} knows {encoder.dim} terms: "
            "the vectors were not encoded with this model"
        )
    try:
        index = SparseIndex(stored.matrix)
    except InvalidArgumentError as error:
        raise InvalidArgumentError(f"{path}: {error}") from error
    return Collection(encoder, index, stored.ids, None)


def answers(
    collection: Collection, queries: Iterator[Document], *, k: int, threads: int, waiting: bool
) -> Iterator[Answer]:
    """Answer queries in order. If somebody is ``waiting`` for each, they are not gathered in batches."""
    batch_size = 1 if waiting else _QUERIES_PER_BATCH
    k = min(k, max(1, len(collection.index)))
    while batch := list(islice(queries, batch_size)):
        rows = collection.encoder.encode_queries([query.text for query in batch])
        top = collection.index.search(rows, k=k, threads=threads)
        for query, numbers, scores in zip(batch, top.documents.tolist(), top.scores):
            hits = [_hit(collection, number, score) for number, score in zip(numbers, scores) if number >= 0]
            yield Answer(query.id, query.text, hits)


def _hit(collection: Collection, document: int, score: Any) -> Hit:
    snippet = None if collection.snippets is None else collection.snippets[document]
    return Hit(collection.ids[document], float(str(score)), snippet)
