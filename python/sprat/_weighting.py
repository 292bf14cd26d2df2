"""Counts in, matrices out: "what is each of these occurrences worth?"

A BM25 variant is two functions, one of a term's document frequency and one of its frequency in a document;
both are the core's, which names their sources. Two more variants are what vector databases' own encoders
send: :data:`VARIANTS` says how they differ.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat import _core
from sprat._counting import AnyCounts
from sprat._matrix import SparseRows, sparse_rows

# Of (document frequencies, document count, epsilon).
Idf = Callable[[NDArray[np.int64], int, float], NDArray[np.float64]]
# Of (indptr, term_frequencies, idf), the last two by entry.
QueryWeights = Callable[[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]], NDArray[np.float32]]


def _per_occurrence(
    _: NDArray[np.int64], term_frequencies: NDArray[np.int32], idf: NDArray[np.float64]
) -> NDArray[np.float32]:
    return _core.query_weights(np.arange(len(idf), dtype=np.int32), term_frequencies, idf)


def _once(_: NDArray[np.int64], __: NDArray[np.int32], idf: NDArray[np.float64]) -> NDArray[np.float32]:
    return idf.astype(np.float32)


def _saturated(
    k3: float, _: NDArray[np.int64], term_frequencies: NDArray[np.int32], idf: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Robertson et al., "Okapi at TREC-3", 1994: (k3 + 1) qtf / (k3 + qtf)."""
    weights: NDArray[np.float64] = idf * ((k3 + 1) * term_frequencies / (k3 + term_frequencies))
    return weights.astype(np.float32)


def _shares(indptr: NDArray[np.int64], _: NDArray[np.int32], idf: NDArray[np.float64]) -> NDArray[np.float32]:
    """Each term once, and all weights of a query together 1."""
    lengths = np.diff(indptr)
    sums = np.add.reduceat(idf, indptr[:-1][lengths > 0]) if len(idf) else idf
    shares: NDArray[np.float32] = (idf / np.repeat(sums, lengths[lengths > 0])).astype(np.float32)
    return shares


def _own(part: str) -> Idf:
    return lambda df, document_count, _: _core.idf(part, df, document_count)


def _okapi_idf(df: NDArray[np.int64], document_count: int, epsilon: float) -> NDArray[np.float64]:
    return _core.okapi_idf(df, document_count, epsilon)[0]


def _pinecone_idf(df: NDArray[np.int64], document_count: int, _: float) -> NDArray[np.float64]:
    return np.log((document_count + 1) / (np.maximum(df, 1) + 0.5))


def _one(df: NDArray[np.int64], _: int, __: float) -> NDArray[np.float64]:
    return np.ones(len(df))


def _lossy(document_lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the lengths that Lucene's index keeps in one byte (SmallFloat.intToByte4).

    Up to 24 they are exact; of what is more, the four highest bits are kept.
    """
    excess = np.maximum(document_lengths - 24, 0)
    dropped = np.maximum(np.frexp(excess)[1].astype(np.int64) - 4, 0)
    kept: NDArray[np.int64] = np.minimum(document_lengths, 24) + (excess >> dropped << dropped)
    return kept


class Variant(NamedTuple):
    """The parts of a BM25 variant."""

    tf: str  # the core's name
    idf: Idf | None  # None: each term has a k1 of its own, and its idf comes with it
    delta: float | None = None  # the default; None: the formula has none
    lengths: Callable[[NDArray[np.int64]], NDArray[np.int64]] | None = None  # what lengths count as
    query_weights: QueryWeights | None = None  # None: whichever is asked for
    average_document_length: float | None = None  # before a fit, if the variant can do without one


VARIANTS = {
    "lucene": Variant("lucene", _own("lucene")),
    # What Lucene itself ranks by, and Anserini publishes
    "lucene-lossy": Variant("lucene", _own("lucene"), lengths=_lossy),
    "okapi": Variant("okapi", _okapi_idf),
    "robertson": Variant("lucene", _own("robertson")),
    "atire": Variant("okapi", _own("atire")),
    # The deltas are those their authors recommend
    "bm25l": Variant("bm25l", _own("bm25l"), delta=0.5),
    "bm25+": Variant("bm25+", _own("bm25+"), delta=1.0),
    "bm25-adpt": Variant("okapi", None),
    "tf-ldp": Variant("tf-ldp", _own("bm25+"), delta=1.0),
    # fastembed's Bm25: idf is the server's, which counts its own documents
    "qdrant": Variant("okapi", _one, query_weights=_once, average_document_length=256.0),
    # pinecone-text's BM25Encoder: Lucene's idf, but for terms of no document, which count as one of one
    "pinecone": Variant("lucene", _pinecone_idf, query_weights=_shares),
}


WIRE_VARIANTS = ("qdrant", "pinecone")  # which make sense with the ids of their programs only


class Parameters(NamedTuple):
    """The numbers of a BM25 formula."""

    k1: float
    b: float
    delta: float = 0.0
    term_k1: NDArray[np.float64] | None = None  # by term id, in the place of k1


def document_rows(
    counts: AnyCounts,
    columns: int,
    variant: Variant,
    average_document_length: float,
    parameters: Parameters,
) -> SparseRows:
    k1, b, delta, term_k1 = parameters
    average = float(average_document_length)
    lengths = counts.document_lengths if variant.lengths is None else variant.lengths(counts.document_lengths)
    frequencies = counts.term_frequencies
    if not len(frequencies):
        data = np.zeros(0, np.float32)  # also where nothing was fitted and the average is 0
    elif term_k1 is not None:
        indices = counts.indices.astype(np.int32, copy=False)
        data = _core.adapted_weights(counts.indptr, indices, frequencies, lengths, term_k1, average, float(b))
    else:
        data = _core.document_weights(
            variant.tf, counts.indptr, frequencies, lengths, average, float(k1), float(b), float(delta)
        )
    return sparse_rows(counts.indptr, counts.indices, data, columns)


def absent_weight(variant: Variant, parameters: Parameters) -> float:
    """Return what a document gets for a term that it does not hold, in idfs."""
    return _core.absent_weight(variant.tf, float(parameters.k1), float(parameters.delta))


def adapted(
    counts: AnyCounts, average_document_length: float, b: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return idf and k1 of each term of BM25-adpt, which only the documents themselves can tell."""
    return _core.adapt_terms(
        counts.indptr,
        counts.indices.astype(np.int32, copy=False),
        counts.term_frequencies,
        counts.document_lengths,
        counts.document_frequency,
        counts.document_count,
        float(average_document_length),
        float(b),
    )


def query_weights(variant: Variant, query_term_frequency: str | float) -> QueryWeights:
    """Return how occurrences in a query count: ``"count"``, ``"unique"``, or saturated by a k3."""
    if variant.query_weights is not None:
        return variant.query_weights
    if isinstance(query_term_frequency, str):
        return _once if query_term_frequency == "unique" else _per_occurrence
    return partial(_saturated, float(query_term_frequency))


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
