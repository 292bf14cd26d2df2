"""Each layout of a posting list, by itself: gaps with fillers, positions inside a window, whole documents."""

import numpy as np
import pytest
from scipy.sparse import csr_array, vstack

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


def build(matrix, names=None):
    width = matrix.shape[1] if names is None else 2**40
    return _core.InvertedIndex.build(cv.native(matrix), names, width, 1, 10)


def query(weights):
    """One row, of weights by column."""
    return cv.one_row(*weights.items(), width=3).astype(np.float32)


def asked(index, query, k=DOCUMENTS, wanted=None, names=(0, 1, 2)):
    """Search with one row, whose columns have these names in the index."""
    columns = np.array(names)[query.indices]
    mask = None if wanted is None else cv.packed(wanted)
    return _core.search((index,), (query.indptr, columns, query.data), k, mask, None, 1)


@pytest.mark.parametrize("kind", ["coded", "raw"])
@pytest.mark.parametrize("weight", [1.0, -1.0])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_each_is_read_as_defined_by_both_searches(kind, weight, column):
    matrix, term = collection(kind), query({column: weight})

    cv.assert_same_bits(asked(build(matrix), term), cv.define(matrix, term, DOCUMENTS))


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
@pytest.mark.parametrize("names", [None, np.array([5, 2**33, 2**39])])
def test_a_merged_index_is_the_one_built_of_what_was_kept(kind, names):
    matrix = collection(kind)
    alive = np.random.default_rng(1).random(2 * DOCUMENTS) < 0.5
    alive[wide] = alive[gaps] = True

    merged = _core.InvertedIndex.merge((build(matrix, names), build(matrix, names)), cv.packed(alive), 0, 1)

    kept = cv.without(csr_array(vstack([matrix, matrix])), ~alive)
    fresh = _core.InvertedIndex.build(cv.native(kept), names, merged.column_count, 1)
    assert merged.sizes() == fresh.sizes()
    for term in (query({0: 1.0}), query({1: 1.0}), query({2: 1.0})):
        expected = cv.define(kept, term, 2 * DOCUMENTS)
        for index in (merged, fresh):
            found = asked(index, term, 2 * DOCUMENTS, names=[0, 1, 2] if names is None else names)
            cv.assert_same_bits(found, expected)


@pytest.mark.parametrize("kind", ["coded", "raw"])
@pytest.mark.parametrize("window", [0, 1, 2])
def test_a_window_that_a_filter_empties_is_passed_and_nothing_else(kind, window):
    matrix = collection(kind)
    wanted = np.arange(DOCUMENTS) // WINDOW != window
    for term in (query({0: 1.0}), query({1: 1.0}), query({2: 1.0})):
        found = asked(build(matrix), term, wanted=wanted)

        cv.assert_same_bits(found, cv.define(cv.without(matrix, ~wanted), term, DOCUMENTS))


@pytest.mark.parametrize("columns", [[1, 1, 1], [1, 0, 1, 1], [0, 1, 1, 1]])
def test_a_column_that_a_query_names_twice_has_the_sum_of_its_weights(columns):
    # In float32 the products would add up to something else.
    index = build(collection("raw"))
    weights = np.where(np.array(columns) == 1, 0.1, 0.0).astype(np.float32)

    found = asked(index, csr_array((weights, np.array(columns), [0, len(columns)]), shape=(1, 3)))

    total = 3 * float(np.float32(0.1))
    cv.assert_same_bits(found, asked(index, query({0: 0.0, 1: total} if 0 in columns else {1: total})))


def test_a_column_beyond_the_last_is_refused():
    with pytest.raises(ValueError, match=r"queries: column index 0 must be in \[0, 3\), got 3"):
        asked(build(collection("raw")), query({0: 1.0}), names=[3])
