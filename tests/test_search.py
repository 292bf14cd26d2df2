"""Exhaustive search against plain Python, bit for bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
from sprat import _core
from sprat.errors import InvalidArgumentError

COLUMNS = 8

# Small whole numbers: sums are exact in float32, so order of addition cannot hide or fake a bug, and ties are
# common, so the tie-break is tested too. Stored zeros and negative weights are legal.
whole_weights = st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0, 3.0])
# Real numbers of uneven size: another order of addition gives other bits.
real_weights = st.floats(-1e6, 1e6, width=32)


def matrices(weights, max_rows):
    vector = st.dictionaries(st.integers(0, COLUMNS - 1), weights, max_size=COLUMNS)
    return st.lists(vector.map(lambda v: dict(sorted(v.items()))), max_size=max_rows)


def csr(vectors, columns=COLUMNS):
    return (
        np.cumsum([0, *map(len, vectors)], dtype=np.int64),
        np.array([column for vector in vectors for column in vector], np.int32),
        np.array([weight for vector in vectors for weight in vector.values()], np.float32),
        columns,
    )


def check_search(documents, queries, k, threads):
    found, scores = _core.search_exhaustive(csr(documents), csr(queries), k, threads)

    assert (found.shape, scores.shape) == ((len(queries), k), (len(queries), k))
    assert (found.dtype, scores.dtype) == (np.int64, np.float32)
    for ours, ours_scores, hits in zip(found, scores, reference.search(documents, queries, k)):
        missing = k - len(hits)
        assert ours.tolist() == [document for document, _ in hits] + [-1] * missing
        assert ours_scores.tolist() == [score for _, score in hits] + [0.0] * missing


@given(
    documents=matrices(whole_weights, 40),
    queries=matrices(whole_weights, 6),
    k=st.integers(1, 45),
    threads=st.sampled_from([1, 2, 5]),
)
def test_search_is_what_scoring_every_document_gives(documents, queries, k, threads):
    check_search(documents, queries, k, threads)


@given(
    documents=matrices(real_weights, 12),
    queries=matrices(real_weights, 3),
    k=st.integers(1, 14),
    threads=st.sampled_from([1, 2, 5]),
)
def test_contributions_are_added_by_ascending_column(documents, queries, k, threads):
    check_search(documents, queries, k, threads)


def test_equal_scores_rank_by_document_number():
    documents = csr([{0: 1.0}, {1: 2.0}, {0: 1.0}, {0: 2.0}])

    found, scores = _core.search_exhaustive(documents, csr([{0: 1.0}]), 4, 1)

    assert found.tolist() == [[3, 0, 2, -1]]
    assert scores.tolist() == [[2.0, 1.0, 1.0, 0.0]]


def test_a_full_top_k_keeps_the_first_of_equals():
    found, _ = _core.search_exhaustive(csr([{0: 1.0}] * 5), csr([{0: 1.0}]), 2, 1)

    assert found.tolist() == [[0, 1]]


def test_a_shared_column_is_a_match_whatever_the_score():
    documents = csr([{0: 0.0}, {0: -1.0}, {1: 1.0}, {}])

    found, scores = _core.search_exhaustive(documents, csr([{0: 1.0}, {0: 0.0}, {}]), 3, 1)

    assert found.tolist() == [[0, 1, -1], [0, 1, -1], [-1, -1, -1]]
    assert scores.tolist() == [[0.0, -1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_columns_that_agree_in_their_low_bits_are_told_apart():
    columns, near, far = 2**31 - 1, 5, 5 + 2**30
    documents = csr([{near: 1.0}, {far: 1.0}, {near: 1.0, far: 1.0}], columns)

    found, scores = _core.search_exhaustive(documents, csr([{far: 1.0, far + 1: 1.0}], columns), 3, 1)

    assert found.tolist() == [[1, 2, -1]]
    assert scores.tolist() == [[1.0, 1.0, 0.0]]


def test_a_score_that_overflows_ranks_by_what_is_left_of_it():
    huge = float(np.finfo(np.float32).max)
    documents = csr([{0: huge, 1: -huge}, {0: huge}, {1: 1.0}, {1: -huge}])  # NaN, infinity, 2, -infinity

    found, scores = _core.search_exhaustive(documents, csr([{0: 2.0, 1: 2.0}]), 4, 1)

    assert found.tolist() == [[1, 2, 0, 3]]
    assert scores.tolist() == [[np.inf, 2.0, -np.inf, -np.inf]]


def test_any_number_of_threads_gives_the_same_bits():
    rng = np.random.default_rng(7)
    vectors = [
        {column: rng.normal() for column in sorted(rng.permutation(500)[: rng.integers(60)])}
        for _ in range(430)
    ]
    documents, queries = csr(vectors[:400], 500), csr(vectors[400:], 500)

    answers = [_core.search_exhaustive(documents, queries, 10, threads) for threads in (1, 2, 5)]

    for found, scores in answers[1:]:
        assert found.tobytes() == answers[0][0].tobytes()
        assert scores.tobytes() == answers[0][1].tobytes()


def test_no_documents_and_no_queries_are_fine():
    none = csr([])

    assert _core.search_exhaustive(none, csr([{0: 1.0}]), 2, 1)[0].tolist() == [[-1, -1]]
    assert _core.search_exhaustive(csr([{0: 1.0}]), none, 2, 1)[0].shape == (0, 2)


def test_k_must_be_at_least_one():
    with pytest.raises(InvalidArgumentError, match="k must be at least 1, got 0"):
        _core.search_exhaustive(csr([{0: 1.0}]), csr([{0: 1.0}]), 0, 1)


def test_columns_must_agree():
    with pytest.raises(InvalidArgumentError, match="queries must have 8 columns like the documents, got 9"):
        _core.search_exhaustive(csr([{0: 1.0}]), csr([{0: 1.0}], 9), 1, 1)


@pytest.mark.parametrize(
    ("indptr", "indices", "data", "message"),
    [
        ([0, 1], [8], [1.0], r"column index 0 \(row 0\) must be in \[0, 8\), got 8"),
        ([0, 1], [-1], [1.0], r"column index 0 \(row 0\) must be in \[0, 8\), got -1"),
        ([0, 0, 2], [3, 3], [1.0, 1.0], r"column index 1 \(row 1\) must be in \[4, 8\), got 3"),
        ([0, 2], [1, 2], [1.0, np.nan], "weight 1 must be finite, got nan"),
        ([0, 1], [1], [np.inf], "weight 0 must be finite, got inf"),
        ([0, 1], [1, 2], [1.0, 1.0], r"indptr\[1\] must be 2, got 1"),
        ([0, 1], [1], [], "length of data must be 1 like indices, got 0"),
        ([], [], [], "indptr must have at least one entry, got none"),
        ([1], [], [], r"indptr\[0\] must be 0, got 1"),
        ([0, 2, 1], [1], [1.0], r"indptr\[2\] must be at least 2, got 1"),
    ],
)
@pytest.mark.parametrize("side", ["documents", "queries"])
def test_arrays_that_form_no_matrix_are_refused(side, indptr, indices, data, message):
    broken = (np.array(indptr, np.int64), np.array(indices, np.int32), np.array(data, np.float32), COLUMNS)
    good = csr([{0: 1.0}])

    with pytest.raises(InvalidArgumentError, match=message):
        _core.search_exhaustive(*((broken, good) if side == "documents" else (good, broken)), 1, 1)
