"""sprat.SparseIndex: what it takes, what it gives, what it refuses."""

import numpy as np
import pytest
from scipy.sparse import coo_array, csc_array, csr_array, csr_matrix

from sprat import SparseIndex
from sprat.errors import InvalidArgumentError

DOCUMENTS = [[1.0, 0.0, 2.0], [0.0, 2.0, 0.0], [1.0, 0.0, 0.0]]


@pytest.mark.parametrize("kind", [csr_array, csr_matrix, csc_array, coo_array])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_any_sparse_matrix_is_taken(kind, dtype):
    index = SparseIndex(kind(np.array(DOCUMENTS, dtype)))

    top = index.search(kind(np.array([[1, 0, 1], [0, 0, 0]], dtype)), k=3)

    assert top.documents.tolist() == [[0, 2, -1], [-1, -1, -1]]
    assert top.scores.tolist() == [[3.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    assert len(index) == 3


def test_duplicates_are_summed_and_the_matrix_is_left_alone():
    matrix = csr_array((np.ones(3, np.float32), np.array([2, 0, 0]), np.array([0, 3])), shape=(1, 3))

    top = SparseIndex(matrix).search(csr_array([[1.0, 0.0, 0.0]]), k=1)

    assert top.scores.tolist() == [[2.0]]
    assert matrix.indices.tolist() == [2, 0, 0]


def test_columns_beyond_32_bits_are_searched():
    far = np.array([5, 2**32, 2**40])
    matrix = csr_array((np.array([1.0, 2.0, 3.0]), far, np.array([0, 1, 3])), shape=(2, 2**41))
    query = csr_array(
        (np.array([1.0, 1.0, 1.0]), np.array([7, 2**32, 2**40]), np.array([0, 3])), shape=(1, 2**41)
    )

    top = SparseIndex(matrix).search(query, k=2)

    assert top.documents.tolist() == [[1, -1]]
    assert top.scores.tolist() == [[5.0, 0.0]]


@pytest.mark.parametrize("documents", [None, "abc", [[1.0]], np.eye(2)])
def test_what_is_no_sparse_matrix_is_refused(documents):
    with pytest.raises(TypeError, match="documents must be a SciPy sparse matrix or array, got"):
        SparseIndex(documents)


@pytest.mark.parametrize("weight", [np.nan, np.inf, -np.inf])
def test_an_unusable_weight_is_refused(weight):
    with pytest.raises(InvalidArgumentError, match="weight 1 must be finite"):
        SparseIndex(csr_array(np.array([[1.0, weight]])))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k": 0}, "k must be an integer of at least 1, got 0"),
        ({"k": 1.5}, "k must be an integer of at least 1, got 1.5"),
        ({"k": True}, "k must be an integer of at least 1, got True"),
        ({"threads": -1}, "threads must be at least 0, got -1"),
    ],
)
def test_an_option_out_of_range_is_named(options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        SparseIndex(csr_array(DOCUMENTS)).search(csr_array([[1.0, 0, 0]]), **options)


def test_queries_over_other_terms_are_refused():
    with pytest.raises(
        InvalidArgumentError, match="queries must have 3 columns, as the documents have, got 2"
    ):
        SparseIndex(csr_array(DOCUMENTS)).search(csr_array([[1.0, 0.0]]))
