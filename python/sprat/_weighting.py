"""Counts in, matrices out: "what is each of these occurrences worth?"

A BM25 variant is two functions, one of a term's document frequency and one of its frequency in a document;
both are the core's, which names their sources.
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


class Variant(NamedTuple):
    """The two parts of a BM25 variant."""

    idf: Callable[[NDArray[np.int64], int, float], NDArray[np.float64]]  # of (df, document count, epsilon)
    document_weights: DocumentWeights


VARIANTS = {
    "lucene": Variant(lambda df, count, _: _core.lucene_idf(df, count), _core.lucene_weights),
    "okapi": Variant(lambda df, count, epsilon: _core.okapi_idf(df, count, epsilon)[0], _core.okapi_weights),
}


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


def query_rows(counts: AnyCounts, idf: NDArray[np.float64]) -> SparseRows:
    data = _core.query_weights(counts.indices, counts.term_frequencies, idf)
    return sparse_rows(counts.indptr, counts.indices, data, len(idf))
