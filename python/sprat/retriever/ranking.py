"""From documents to something to search: "what is each document's vector now, and what is a query's?"

There are two ways. BM25's vectors follow from term frequencies and from statistics of all documents, which
change with every document that comes or goes: the rows are weighed anew when that happened. The vectors of
any other encoder depend on their document alone.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, issparse

from sprat import _core, _counting, _queries
from sprat._counting import Counts
from sprat._matrix import SparseRows, sparse_rows
from sprat._terms import Terms
from sprat._texts import checked
from sprat._weighting import VARIANTS
from sprat.bm25 import BM25Encoder
from sprat.errors import InvalidArgumentError
from sprat.index import DocumentFilter, SparseIndex
from sprat.retriever.documents import Documents, Numbering, Part
from sprat.retriever.rows import Rows, smallest
from sprat.statistics import CollectionStatistics


@runtime_checkable
class Encoder(Protocol):
    """What turns texts into vectors whose dot products are scores."""

    def encode_documents(self, texts: Iterable[str], /) -> Any:
        """Return a sparse matrix, one row per text."""

    def encode_queries(self, texts: Iterable[str], /) -> Any:
        """Return a sparse matrix with as many columns, one row per text."""


@dataclass(frozen=True, eq=False)
class View:
    """Documents as they are searched. Row ``i`` of the index is row ``i`` of the documents."""

    documents: Documents
    encoder: Any  # of queries
    average_document_length: float | None  # by which the documents' vectors were made; None if by none
    index: SparseIndex | None  # None if no document has a term
    exact: bool = True  # whether it is as if the documents had been indexed anew

    def search(
        self, queries: list[Any], k: int, allowed: DocumentFilter | None, threads: int
    ) -> Iterator[list[tuple[int, float]]]:
        """Find the best rows for each query, of the ``allowed`` ones, with their scores."""
        if self.index is None or not queries:
            check_queries(queries)
            return iter([[] for _ in queries])
        matrix = self.encoder.encode_queries(queries)
        top = self.index.search(matrix, min(k, len(self.documents) or 1), threads=threads, filter=allowed)
        return (
            [(row, score) for row, score in zip(documents, scores) if row >= 0]
            for documents, scores in zip(top.documents.tolist(), top.scores.tolist())
        )

    def followed_by(self, documents: Documents) -> bool:
        """Whether the index can be added to and taken from, to be one of ``documents``."""
        return (
            self.index is not None
            and self.documents.numbering is documents.numbering
            and 2 * len(documents) >= documents.row_count  # else the gaps are worth closing
        )

    def index_of(self, documents: Documents, more: Any) -> SparseIndex:
        """Return an index of documents that follow on these; ``more`` are the vectors of the new ones."""
        index = copy.copy(self.index)
        assert index is not None
        gone = ~documents.alive
        gone[: self.documents.row_count] &= self.documents.alive
        if more.shape[0]:
            index.add(more)
        if gone.any():
            index.remove(np.flatnonzero(gone))
        return index


class Vectors:
    """The way of an encoder whose vectors depend on their text alone."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def read(self, texts: Iterable[Any], terms: Terms) -> tuple[Rows, Terms]:
        """Encode texts."""
        matrix = self.encoder.encode_documents(texts)
        if not issparse(matrix) or matrix.ndim != 2:
            raise TypeError(f"encode_documents must give a sparse matrix, got {type(matrix).__name__}")
        matrix = csr_array(matrix)
        if not matrix.has_canonical_format:
            matrix = matrix.copy()
            matrix.sum_duplicates()
        if not np.isfinite(matrix.data).all():
            at = int(np.flatnonzero(~np.isfinite(matrix.data))[0])
            text = int(np.searchsorted(matrix.indptr, at, side="right")) - 1
            raise InvalidArgumentError(
                f"the encoder must give finite weights, got {matrix.data[at]} for texts[{text}]"
            )
        return (
            Rows(
                np.asarray(matrix.indptr, np.int64),
                matrix.indices,
                np.asarray(matrix.data, np.float32),
                np.zeros(0, np.int64),
                int(matrix.shape[1]),
            ),
            terms,
        )

    def view(self, documents: Documents, before: View | None, *, exact: bool) -> View:
        """Make documents searchable."""
        if before is not None and before.followed_by(documents):
            more = self.vectors(documents.rows_after(before.documents.row_count))
            return View(documents, self.encoder, self.average, before.index_of(documents, more))
        settled = documents.settled()
        if not len(settled):
            return View(settled, self.encoder, self.average, None)
        return View(settled, self.encoder, self.average, SparseIndex(self.vectors(settled.parts[0].rows)))

    @property
    def average(self) -> float | None:
        """The average document length by which vectors are made, if there is one."""
        return None

    def vectors(self, rows: Rows) -> SparseRows:
        """Return the vectors of documents."""
        return sparse_rows(rows.indptr, rows.indices, rows.values, rows.columns)

    def drift(self, view: View, documents: Documents) -> float:
        """Return how far the vectors of a view are from what the documents would have now."""
        return 0.0

    def weights(self, view: View, row: int) -> tuple[NDArray[Any], NDArray[np.float32]]:
        """Return the columns of a document, ascending, and its weight in each."""
        part, at = view.documents.at(row)
        return part.rows.row(at)


class FrozenBm25(Vectors):
    """The way of a fitted BM25 encoder: the statistics are its own, whatever documents come."""

    encoder: BM25Encoder

    def read(self, texts: Iterable[Any], terms: Terms) -> tuple[Rows, Terms]:
        counts = self.encoder._count(self.encoder._fitted, texts)
        return _rows_of(counts), terms

    @property
    def average(self) -> float | None:
        return self.encoder._fitted.average_document_length

    def vectors(self, rows: Rows) -> SparseRows:
        return self.encoder._document_rows(self.encoder._fitted, _counts(self.encoder, rows))

    def weights(self, view: View, row: int) -> tuple[NDArray[Any], NDArray[np.float32]]:
        part, at = view.documents.at(row)
        assert view.average_document_length is not None
        counts = _counts(view.encoder, part.rows.only(at))
        matrix = _weighed(view.encoder, view.average_document_length, counts)
        return matrix.indices, matrix.data


class LivingBm25(FrozenBm25):
    """The way of a BM25 encoder that is fitted on the documents that are there, whichever they are."""

    def __init__(self, encoder: BM25Encoder) -> None:
        super().__init__(copy.copy(encoder))
        self.encoder._fitted = encoder._fit_of(CollectionStatistics(analyzer=encoder.statistics.analyzer))

    def read(self, texts: Iterable[Any], terms: Terms) -> tuple[Rows, Terms]:
        """Count texts. Their terms get ids behind those of ``terms``."""
        own, counts = _counting.learn(
            self.encoder.analyzer, texts, rows=True, threads=self.encoder.threads, sorted=False
        )
        if not len(terms):
            return _rows_of(counts), own
        terms, ids = terms.joined(own)
        return replace(_rows_of(counts), indices=ids.astype(np.int32)[counts.indices]), terms

    def view(self, documents: Documents, before: View | None, *, exact: bool) -> View:
        """Weigh all documents by the statistics of all.

        The ids of terms become what a fit of these documents gives, so that everything that follows from
        the fit, the order of additions included, is the same to the last bit. If it need not be exact, the
        documents keep the average length of the view before, and terms their ids.
        """
        if not len(documents):
            return View(documents.settled(), self.encoder, None, None)
        exact = exact or VARIANTS[self.encoder.variant].idf is None  # which follows from every row
        if not exact and before is not None and before.followed_by(documents):
            return self._following(documents, before)
        average = None if exact or before is None else before.average_document_length
        settled = documents.settled() if average is not None else _renumbered(documents.settled())
        part = settled.parts[0]
        if not len(part.rows.indices):
            return View(settled, self.encoder, None, None)
        counts = _counts(self.encoder, part.rows, len(settled.terms))
        encoder = self._fitted_to(counts, settled.terms)
        exact, average = average is None, average or encoder._fitted.average_document_length
        return View(settled, encoder, average, SparseIndex(_weighed(encoder, average, counts)), exact)

    def _following(self, documents: Documents, before: View) -> View:
        """Add and take away what changed, by the average length of the view before."""
        assert before.average_document_length is not None
        rows = documents.rows_after(before.documents.row_count)
        more = _counts(self.encoder, rows, len(documents.terms))
        came = documents.alive[before.documents.row_count :]
        went = before.documents.alive & ~documents.alive[: before.documents.row_count]
        held = before.encoder.statistics
        frequency = np.bincount(rows.where(came).indices, minlength=len(documents.terms))
        frequency[: len(held.terms)] += held.document_frequency
        token_count = held.token_count + int(rows.lengths[came].sum())
        for row in np.flatnonzero(went).tolist():
            part, at = documents.at(row)
            frequency[part.rows.row(at)[0]] -= 1
            token_count -= int(part.rows.lengths[at])
        counts = more._replace(
            document_count=len(documents), token_count=token_count, document_frequency=frequency
        )
        encoder = self._fitted_to(counts, documents.terms)
        vectors = _weighed(encoder, before.average_document_length, more)
        index = before.index_of(documents, vectors)
        return View(documents, encoder, before.average_document_length, index, exact=False)

    def _fitted_to(self, counts: Counts, terms: Terms) -> BM25Encoder:
        statistics = CollectionStatistics(
            counts.document_count,
            counts.token_count,
            counts.document_frequency,
            terms,
            self.encoder.statistics.analyzer,
        )
        encoder = copy.copy(self.encoder)
        encoder._fitted = encoder._fit_to(statistics, counts)
        return encoder

    def drift(self, view: View, documents: Documents) -> float:
        """Return the change of the average document length, as a share of what the vectors were made by."""
        count, tokens = documents.token_count()
        if view.average_document_length is None or not tokens or self.encoder._average is not None:
            return 0.0
        return abs(tokens / count / view.average_document_length - 1)


def counted(view: View) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Return the length of each document and the occurrences of each term, where they were counted."""
    rows = [part.rows for part in view.documents.parts]  # one, or none
    if not rows or not isinstance(view.encoder, BM25Encoder) or not len(rows[0].lengths):
        return None
    terms = len(view.encoder._fitted.terms)
    occurrences = np.bincount(rows[0].indices, weights=rows[0].values, minlength=terms)
    return rows[0].lengths, occurrences.astype(np.int64)


def check_queries(queries: list[Any]) -> None:
    """Refuse what an encoder would refuse, where none is asked."""
    for _ in checked(_queries.read(queries).texts):
        pass


def way_of(encoder: Any) -> Vectors:
    """Choose the way of an encoder.

    Raises
    ------
    TypeError
        If it is no encoder.
    InvalidArgumentError
        If it would have to be fitted first: its vocabulary is hashed.
    """
    if isinstance(encoder, BM25Encoder):
        if encoder._hashed is not None:
            encoder._require_fitted()
            return Vectors(encoder)
        return FrozenBm25(copy.copy(encoder)) if len(encoder._fitted.terms) else LivingBm25(encoder)
    if isinstance(encoder, Encoder):
        return Vectors(encoder)
    raise TypeError(f"encoder must have encode_documents and encode_queries, got {type(encoder).__name__}")


def _renumbered(settled: Documents) -> Documents:
    """Give the terms the ids that counting these documents anew would give; forget those that none holds."""
    if not settled.gaps_in_terms:
        return settled
    part = settled.parts[0]
    ids = _core.ids_by_occurrence(part.rows.indices, len(settled.terms))
    kept = np.flatnonzero(ids >= 0)
    order = np.empty(len(kept), np.int64)
    order[ids[kept]] = kept
    renumbered = Part(part.ids, replace(part.rows, indices=ids[part.rows.indices]), part.places)
    return replace(
        settled,
        parts=(renumbered,),
        terms=settled.terms.select(order),
        numbering=Numbering(),
        gaps_in_terms=False,
    )


def _rows_of(counts: Any) -> Rows:
    return Rows(counts.indptr, counts.indices, smallest(counts.term_frequencies), counts.document_lengths)


def _counts(encoder: BM25Encoder, rows: Rows, term_count: int | None = None) -> Counts:
    """Return rows of term frequencies as counting gives them; ``term_count`` is by default the encoder's."""
    columns = len(encoder._fitted.terms) if term_count is None else term_count
    indices, term_frequencies = _core.renumbered_rows(
        rows.indptr,
        rows.indices,
        rows.values.astype(np.int32),
        np.arange(columns, dtype=np.int32),
        threads=encoder.threads,
    )
    return Counts(
        len(rows),
        int(rows.lengths.sum()),
        np.bincount(indices, minlength=columns),
        rows.lengths,
        rows.indptr,
        indices,
        term_frequencies,
    )


def _weighed(encoder: BM25Encoder, average_document_length: float, counts: Counts) -> SparseRows:
    """Return the vectors that ``encoder`` gives to documents, by another average length."""
    fitted = replace(encoder._fitted, average_document_length=average_document_length)
    return encoder._document_rows(fitted, counts)
