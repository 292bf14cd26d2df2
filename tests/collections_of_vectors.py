"""Generated collections that reach every layout of a posting list, and the definition of search over them."""

import numpy as np
from scipy.sparse import csr_array

from sprat import _core

KINDS = ["whole", "coded", "mixed", "real", "rare"]


def weights(kind, rng, size):
    """Draw weights: few values (ties are common), as many as have codes, more than that, or all different."""
    match kind:
        case "whole":
            return rng.integers(0, 4, size)
        case "coded" | "rare":
            return rng.integers(1, 200, size) / 7
        case "mixed":
            common = rng.integers(1, 100, size) / 7
            return np.where(rng.random(size) < 0.7, common, rng.exponential(1, size))
        case _:
            return rng.exponential(1, size) * 10.0 ** rng.integers(-3, 3, size)


def collection(kind, rng, documents, columns):
    """Draw a matrix in which some columns are in most rows and others in hardly any."""
    density = np.minimum(0.02 if kind == "rare" else 1.0, 1.5 * rng.random(columns) ** 4)
    stored = rng.random((documents, columns)) < density
    rows, indices = np.nonzero(stored)
    data = weights(kind, rng, len(indices)).astype(np.float32)
    indptr = np.searchsorted(rows, np.arange(documents + 1))
    return csr_array((data, indices.astype(np.int32), indptr), shape=(documents, columns))


def queries_for(kind, rng, count, columns):
    vectors = csr_array(np.where(rng.random((count, columns)) < 0.3, 1.0, 0.0).astype(np.float32))
    vectors.data[:] = weights(kind, rng, len(vectors.data))
    return vectors


def native(matrix):
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data, matrix.shape[1]


def packed(mask):
    """A mask of documents as the core takes it: a bit each, in whole words."""
    bits = np.packbits(mask, bitorder="little")
    return np.frombuffer(bits.tobytes().ljust((len(mask) + 63) // 64 * 8, b"\0"), np.uint64)


def without(matrix, removed):
    """Empty the rows of the removed documents."""
    kept = np.ones(matrix.shape[0], bool)
    kept[removed] = False
    held = np.repeat(kept, np.diff(matrix.indptr))
    indptr = np.concatenate([[0], np.cumsum(held)])[matrix.indptr]
    return csr_array((matrix.data[held], matrix.indices[held], indptr), shape=matrix.shape)


def define(documents, queries, k):
    """Search by scoring every document."""
    return _core.search_exhaustive(native(documents), native(queries), k, 1)


def assert_same_bits(found, expected):
    assert np.asarray(found[0]).tolist() == expected[0].tolist()
    assert np.asarray(found[1]).tobytes() == expected[1].tobytes()


def one_row(*entries, width=8):
    """Make one row of (column, weight); float64, so that what does not fit 32 bits can be tried."""
    columns, weights = zip(*entries) if entries else ((), ())
    return csr_array((np.array(weights, float), np.array(columns, int), [0, len(entries)]), shape=(1, width))
