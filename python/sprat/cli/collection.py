"""What is searched: a saved retriever, or documents as vectors, what they are called, and an encoder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, Protocol

import numpy as np

from sprat.bm25 import BM25Encoder
from sprat.errors import InvalidArgumentError
from sprat.index import SparseIndex
from sprat.reading import Document
from sprat.retriever import Retriever
from sprat.vectors import read_vectors

_QUERIES_PER_BATCH = 256
_CHARACTERS_PER_BATCH = 1 << 26
_SNIPPET_CHARACTERS = 160


class Hit(NamedTuple):
    """A document found."""

    id: str
    score: float  # the decimal number that reads back as the same float32
    snippet: str | None  # how the text begins; None if only vectors are known
    name: str | int  # the id as it was given


class Answer(NamedTuple):
    """The best documents for a query, best first."""

    query_id: str
    query: str
    hits: list[Hit]


class Searched(Protocol):
    """What can answer queries."""

    def search(self, queries: list[str], k: int, threads: int) -> Iterator[list[Hit]]:
        """Return the best documents for each query."""


@dataclass(frozen=True)
class Collection:
    """Rows of ``index`` are called ``ids``; the encoder has the same columns."""

    encoder: BM25Encoder
    index: SparseIndex
    ids: list[Any]
    snippets: list[str] | None

    def search(self, queries: list[str], k: int, threads: int) -> Iterator[list[Hit]]:
        rows = self.encoder.encode_queries(queries)
        top = self.index.search(rows, k=min(k, max(1, len(self.index))), threads=threads)
        for numbers, scores in zip(top.documents.tolist(), top.scores):
            yield [self._hit(number, score) for number, score in zip(numbers, scores) if number >= 0]

    def _hit(self, document: int, score: Any) -> Hit:
        snippet = None if self.snippets is None else self.snippets[document]
        name = self.ids[document]
        return Hit(str(name), decimal(score), snippet, name)


@dataclass(frozen=True)
class Folder:
    """A saved retriever."""

    retriever: Retriever

    def search(self, queries: list[str], k: int, threads: int) -> Iterator[list[Hit]]:
        for hits in self.retriever.search(queries, k, threads=threads):
            yield [Hit(str(hit.id), decimal(hit.score), _snippet_if_kept(hit.text), hit.id) for hit in hits]


def _snippet_if_kept(text: str | None) -> str | None:
    return None if text is None else snippet_of(text)


def snippet_of(text: str) -> str:
    """Return how a text begins, on one line."""
    return " ".join(text[: 2 * _SNIPPET_CHARACTERS].split())[:_SNIPPET_CHARACTERS]


def decimal(score: Any) -> float:
    """Return the shortest decimal number that reads back as the same float32."""
    return float(str(np.float32(score)))


def from_texts(documents: Iterator[Document], *, model: str | None, threads: int) -> Collection:
    """Encode documents, by the statistics of a saved model or else by their own."""
    ids: list[str] = []
    snippets: list[str] = []

    def texts() -> Iterator[str]:
        for document in documents:
            ids.append(document.id)
            snippets.append(snippet_of(document.text))
            yield document.text

    matrix: Any
    if model is None:
        encoder = BM25Encoder(threads=threads)
        matrix = encoder.fit_encode_documents(texts())
    else:
        encoder = BM25Encoder.load(model, threads=threads)
        matrix = encoder.encode_documents(texts())
    return Collection(encoder, SparseIndex(matrix), ids, snippets)


def batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    """Gather documents until their texts have so many characters."""
    batch: list[Document] = []
    characters = 0
    for document in documents:
        batch.append(document)
        characters += len(document.text)
        if characters >= _CHARACTERS_PER_BATCH:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def from_vectors(path: str, *, model: str, threads: int) -> Collection:
    """Read what ``sprat encode`` wrote."""
    encoder = BM25Encoder.load(model, threads=threads)
    stored = read_vectors(path)
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


def answers(collection: Searched, queries: Iterator[Document], *, k: int, threads: int) -> Iterator[Answer]:
    """Answer queries in order, many at a time."""
    while batch := list(islice(queries, _QUERIES_PER_BATCH)):
        found = collection.search([query.text for query in batch], k, threads)
        for query, hits in zip(batch, found):
            yield Answer(query.id, query.text, hits)
