"""Sparse vectors side by side: products of dense arrays, and what sentence-transformers makes of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array, csr_matrix

from sprat import SpladeEncoder
from sprat.errors import InvalidArgumentError


# Small whole numbers, some below 0, so that sums are exact and common columns are common.
def arrays(rows):
    return st.lists(
        st.lists(st.integers(-1, 3), min_size=5, max_size=5), min_size=rows[0], max_size=rows[1]
    ).map(lambda lists: np.array(lists, np.float32).reshape(-1, 5))


@given(first=arrays((0, 4)), second=arrays((0, 4)))
def test_similarities_are_products(first, second):
    assert (
        SpladeEncoder.similarity(csr_array(first), csr_array(second)).tolist() == (first @ second.T).tolist()
    )
    count = min(len(first), len(second))
    pairs = SpladeEncoder.similarity_pairwise(csr_matrix(first[:count]), second[:count])
    assert pairs.tolist() == [float(one @ other) for one, other in zip(first, second)]
    assert pairs.dtype == np.float32


@given(first=arrays((1, 1)), second=arrays((0, 4)))
def test_an_intersection_has_the_products_of_what_both_have(first, second):
    found = SpladeEncoder.intersection(csr_array(first), csr_array(second))

    expected = [[a * b if a > 0 and b > 0 else 0 for a, b in zip(first[0], row)] for row in second]
    assert found.toarray().tolist() == np.array(expected).reshape(-1, 5).tolist()
    assert (found.data > 0).all()
    assert found.has_canonical_format


def test_sparsity_is_counted():
    rows = csr_array(([1.0, 0.0, 2.0, 3.0], [0, 1, 2, 3], [0, 3, 4]), shape=(2, 4))

    assert SpladeEncoder.sparsity(rows) == {"active_dims": 1.5, "sparsity_ratio": 0.625}
    assert SpladeEncoder.sparsity(rows[:0]) == {"active_dims": 0.0, "sparsity_ratio": 1.0}
    assert SpladeEncoder.sparsity(np.array([1.0, 0.0])) == {"active_dims": 1.0, "sparsity_ratio": 0.5}


def test_arguments_are_left_as_they_are():
    rows = csr_array(([2.0, 1.0], [1, 0], [0, 2]), shape=(1, 3))

    SpladeEncoder.intersection(rows, rows)
    SpladeEncoder.similarity(rows, rows)

    assert (rows.indices.tolist(), rows.data.tolist()) == ([1, 0], [2.0, 1.0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: SpladeEncoder.similarity(np.ones((1, 2)), np.ones((1, 3))), InvalidArgumentError, "2 and 3"),
        (
            lambda: SpladeEncoder.similarity_pairwise(np.ones((1, 2)), np.ones((2, 2))),
            InvalidArgumentError,
            "as many rows, got 1 and 2",
        ),
        (
            lambda: SpladeEncoder.intersection(np.ones((2, 2)), np.ones((2, 2))),
            InvalidArgumentError,
            "embeddings1 must be one row, got 2",
        ),
        (lambda: SpladeEncoder.similarity("a", "b"), TypeError, "embeddings1 must be a matrix .* got str"),
    ],
)
def test_what_does_not_fit_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Sparse")
def test_sentence_transformers_says_the_same():
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("sentence_transformers").SparseEncoder
    rng = np.random.default_rng(7)
    first = rng.integers(-1, 4, (1, 30)).astype(np.float32)
    second = rng.integers(-1, 4, (6, 30)).astype(np.float32)

    shared = theirs.intersection(torch.tensor(first[0]), torch.tensor(second))
    counts = theirs.sparsity(torch.tensor(second))

    # It also keeps what is below 0 on both sides, which the weights of its models never are.
    expected = shared.to_dense().numpy() * (first > 0)
    assert SpladeEncoder.intersection(first, second).toarray().tolist() == expected.tolist()
    assert SpladeEncoder.sparsity(second) == pytest.approx(counts)
