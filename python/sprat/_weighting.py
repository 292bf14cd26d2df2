"""Counts in, matrices out: "what is each of these occurrences worth?"

A BM25 variant is two functions, one of a term's document frequency and one of its frequency in a document;
both are the core's, which names their sources. Two more variants are what vector databases' own encoders
send: :data:`VARIANTS` says how they differ.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat import _core
from sprat._counting import AnyCounts
from sprat._matrix import SparseRows, sparse_rows

DocumentWeights = Callable[
    [NDArray[np.int64], NDArray[np.int32], NDArray[np.int64], float, float, float], NDArray[np.float32]
]
# Of (indptr, term_frequencies, idf), the last two by entry.
QueryWeights = Callable[[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]], NDArray[np.float32]]


def _per_occurrence(
    _: NDArray[np.int64], term_frequencies: NDArray[np.int32], idf: NDArray[np.float64]
) -> NDArray[np.float32]:
    return _core.query_weights(np.arange(len(idf), dtype=np.int32), term_frequencies, idf)


def _once(_: NDArray[np.int64], __: NDArray[np.int32], idf: NDArray[np.float64]) -> NDArray[np.float32]:
    return idf.astype(np.float32)


def _shares(indptr: NDArray[np.int64], _: NDArray[np.int32], idf: NDArray[np.float64]) -> NDArray[np.float32]:
    """Each term once, and all weights of a query together 1."""
    lengths = np.diff(indptr)
    sums = np.add.reduceat(idf, indptr[:-1][lengths > 0]) if len(idf) else idf
    shares: NDArray[np.float32] = (idf / np.repeat(sums, lengths[lengths > 0])).astype(np.float32)
    return shares


def _pinecone_idf(df: NDArray[np.int64], document_count: int, _: float) -> NDArray[np.float64]:
    return np.log((document_count + 1) / (np.maximum(df, 1) + 0.5))


def _lossy_lucene_weights(
    indptr: NDArray[np.int64],
    term_frequencies: NDArray[np.int32],
    document_lengths: NDArray[np.int64],
    average_document_length: float,
    k1: float,
    b: float,
) -> NDArray[np.float32]:
    """Weigh by the lengths that Lucene's index keeps in one byte (SmallFloat.intToByte4).

    Up to 24 they are exact; of what is more, the four highest bits are kept.
    """
    excess = np.maximum(document_lengths - 24, 0)
    dropped = np.maximum(np.frexp(excess)[1].astype(np.int64) - 4, 0)
    kept = np.minimum(document_lengths, 24) + (excess >> dropped << dropped)
    return _core.lucene_weights(indptr, term_frequencies, kept, average_document_length, k1, b)


class Variant(NamedTuple):
    """The parts of a BM25 variant."""

    idf: Callable[[NDArray[np.int64], int, float], NDArray[np.float64]]  # of (df, document count, epsilon)
    document_weights: DocumentWeights
    query_weights: QueryWeights = _per_occurrence
    average_document_length: float | None = None  # before a fit, if the variant can do without one


VARIANTS = {
    "lucene": Variant(lambda df, count, _: _core.lucene_idf(df, count), _core.lucene_weights),
    # What Lucene itself ranks by, and Anserini publishes
    "lucene-lossy": Variant(lambda df, count, _: _core.lucene_idf(df, count), _lossy_lucene_weights),
    "okapi": Variant(lambda df, count, epsilon: _core.okapi_idf(df, count, epsilon)[0], _core.okapi_weights),
    # fastembed's Bm25: idf is the server's, which counts its own documents
    "qdrant": Variant(lambda df, count, _: np.ones(len(df)), _core.okapi_weights, _once, 256.0),
    # pinecone-text's BM25Encoder: Lucene's idf, but for terms of no document, which count as one of one
    "pinecone": Variant(_pinecone_idf, _core.lucene_weights, _shares),
}


WIRE_VARIANTS = ("qdrant", "pinecone")  # which make sense with the ids of their programs only


def document_rows(
    counts: AnyCounts,
    columns: int,
    weights: DocumentWeights,
    average_document_length: float,
    k1: float,
    b: float,
) -> SparseRows:
    if len(counts.indices):
        data = weights(
            counts.indptr,
            counts.term_frequencies,
            counts.document_lengths,
            float(average_document_length),
            float(k1),
            float(b),
        )
    else:
        data = np.zeros(0, np.float32)  # also where nothing was fitted and the average is 0
    return sparse_rows(counts.indptr, counts.indices, data, columns)


def query_rows(
    counts: AnyCounts, idf: NDArray[np.float64], weights: QueryWeights = _per_occurrence
) -> SparseRows:
    """Weigh queries by the idf of each column."""
    return query_entries(counts, idf[counts.indices], len(idf), weights)


def query_entries(
    counts: AnyCounts, idf: NDArray[np.float64], columns: int, weights: QueryWeights
) -> SparseRows:
    """Weigh queries by the idf of each entry."""
    data = weights(counts.indptr, counts.term_frequencies, idf)
    return sparse_rows(counts.indptr, counts.indices, data, columns)
