"""Each layout of a posting list, by itself: gaps with fillers, positions inside a window, whole documents."""

import numpy as np
import pytest
from scipy.sparse import csr_array

import collections_of_vectors as cv
from sprat import _core

WINDOW = 1024
DOCUMENTS = 3 * WINDOW

# Sets of documents, the first and last of windows among them.
gaps = [d for d in range(DOCUMENTS) if d % WINDOW < 200 or d % WINDOW == 500]
local = [d for d in range(DOCUMENTS) if d % WINDOW >= WINDOW - 7]
wide = [0, WINDOW - 1, WINDOW, 2 * WINDOW, DOCUMENTS - 1]


def collection(kind):
    rng = np.random.default_rng(0)
    stored = np.zeros((DOCUMENTS, 3), bool)
    for column, documents in enumerate((gaps, local, wide)):
        stored[documents, column] = True
    rows, indices = np.nonzero(stored)
    weights = rng.integers(1, 9, len(rows)) / 4 if kind == "coded" else rng.random(len(rows)) + 1
    indptr = np.searchsorted(rows, np.arange(DOCUMENTS + 1))
    return csr_array((weights.astype(np.float32), indices.astype(np.int32), indptr), shape=(DOCUMENTS, 3))


def build(matrix, columns=None):
    width = matrix.shape[1] if columns is None else 2**40
    return _core.InvertedIndex.build(cv.native(matrix), columns, width, 1, 10)


def one_term(column, weight):
    return np.array([0, 1]), np.array([column]), np.array([weight], np.float32)


def asked(index, queries, k=DOCUMENTS, wanted=None):
    mask = None if wanted is None else np.packbits(wanted, bitorder="little").view(np.uint64)
    return _core.search((index,), queries, k, mask, None, 1)


@pytest.mark.parametrize("kind", ["coded", "raw"])
@pytest.mark.parametrize("weight", [1.0, -1.0])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_each_is_read_as_defined_by_both_searches(kind, weight, column):
    matrix = collection(kind)
    query = csr_array((np.array([weight], np.float32), np.array([column]), np.array([0, 1])), shape=(1, 3))

    found = asked(build(matrix), one_term(column, weight))

    cv.assert_same_bits(found, cv.define(matrix, query, DOCUMENTS))


@pytest.mark.parametrize(("kind", "impact_bytes"), [("coded", 1), ("raw", 4)])
def test_the_collections_have_each_layout(kind, impact_bytes):
    sizes = build(collection(kind)).sizes()
    entries = len(gaps) + 3 + len(local)  # a filler in each window, before 500

    assert sizes["documents"] == len(gaps) + 3 + 2 * len(local)
    assert sizes["window_counts"] == 2 * 3 * 2  # of the two lists that know windows
    assert sizes["rare_terms"] > 4 * len(wide)
    table = 4 * 256  # of the impacts that codes stand for
    assert sizes["impacts"] == entries * impact_bytes + table


@pytest.mark.parametrize("kind", ["coded", "raw"])
@pytest.mark.parametrize("columns", [None, np.array([5, 2**33, 2**39])])
def test_a_merged_index_is_the_one_built_of_what_was_kept(kind, columns):
    matrix = collection(kind)
    alive = np.random.default_rng(1).random(2 * DOCUMENTS) < 0.5
    alive[wide] = alive[gaps] = True

    merged = _core.InvertedIndex.merge(
        (build(matrix, columns), build(matrix, columns)),
        np.packbits(alive, bitorder="little").view(np.uint64),
        0,
        1,
    )

    both = csr_array(np.vstack([matrix.toarray(), matrix.toarray()]))
    kept = cv.without(both, ~alive)
    fresh = _core.InvertedIndex.build(cv.native(kept), columns, merged.column_count, 1)
    assert merged.sizes() == fresh.sizes()
    for column, name in enumerate([0, 1, 2] if columns is None else columns):
        cv.assert_same_bits(
            asked(merged, one_term(name, 1.0), 2 * DOCUMENTS),
            asked(fresh, one_term(name, 1.0), 2 * DOCUMENTS),
        )
        weights = csr_array(([1.0], [column], [0, 1]), shape=(1, 3), dtype=np.float32)
        cv.assert_same_bits(
            asked(fresh, one_term(name, 1.0), 2 * DOCUMENTS), cv.define(kept, weights, 2 * DOCUMENTS)
        )


@pytest.mark.parametrize("kind", ["coded", "raw"])
@pytest.mark.parametrize("window", [0, 1, 2])
def test_a_window_that_a_filter_empties_is_passed_and_nothing_else(kind, window):
    matrix = collection(kind)
    wanted = np.arange(DOCUMENTS) // WINDOW != window
    for column in range(3):
        query = csr_array(([1.0], [column], [0, 1]), shape=(1, 3), dtype=np.float32)

        found = asked(build(matrix), one_term(column, 1.0), wanted=wanted)

        cv.assert_same_bits(found, cv.define(cv.without(matrix, ~wanted), query, DOCUMENTS))


@pytest.mark.parametrize("columns", [[1, 1, 1], [1, 0, 1, 1], [0, 1, 1, 1]])
def test_a_column_that_a_query_names_twice_has_the_sum_of_its_weights(columns):
    # In float32 the products would add up to something else.
    matrix = collection("raw")
    weights = np.where(np.array(columns) == 1, np.float32(0.1), np.float32(0))
    query = np.array([0, len(columns)]), np.array(columns), weights.astype(np.float32)
    total = np.float32(3 * np.float64(np.float32(0.1)))

    found = asked(build(matrix), query)

    documents, scores = asked(build(matrix), one_term(1, total))
    held = documents[0] >= 0
    if 0 in columns:  # a weight of 0 matches, too
        held = np.isin(found[0][0], documents[0][held])
    assert found[1][0][held].tobytes() == scores[0][: held.sum()].tobytes()


def test_a_column_beyond_the_last_is_refused():
    with pytest.raises(ValueError, match=r"queries: column index 0 must be in \[0, 3\), got 3"):
        asked(build(collection("raw")), one_term(3, 1.0))
