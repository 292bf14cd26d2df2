"""sprat.SparseIndex: what it takes, what it gives, what it refuses."""

import numpy as np
import pytest
from scipy.sparse import coo_array, csc_array, csr_array, csr_matrix

from sprat import SparseIndex, _core
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
        ({"threads": -1}, r"threads must be a whole number from 0 \(one per core\), got -1"),
        ({"threads": 1.0}, r"threads must be a whole number from 0 \(one per core\), got 1.0"),
        ({"k": 2**70}, "k must be at most"),
    ],
)
def test_an_option_out_of_range_is_named(options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        SparseIndex(csr_array(DOCUMENTS)).search(csr_array([[1.0, 0, 0]]), **options)


def test_queries_with_more_columns_than_the_documents_are_refused():
    index = SparseIndex(csr_array(DOCUMENTS))

    with pytest.raises(InvalidArgumentError, match=r"queries must have at most 3 columns, .* got 4"):
        index.search(csr_array([[1.0, 0.0, 0.0, 1.0]]))
    with pytest.raises(InvalidArgumentError, match=r"column index 1 must be in \[0, 3\), got 3"):
        index.search({0: 1.0, 3: 1.0})


@pytest.mark.parametrize(
    "query",
    [
        csr_array([[1.0, 0.0, 1.0]]),
        csr_array([[1.0, 0.0, 1.0]]).astype(np.int8),
        {0: 1.0, 2: 1},
        {2: 1.0, 0: 1.0},
        ([2, 0], [1.0, 1.0]),
        (np.array([2, 0, 2], np.uint16), np.array([0.5, 1.0, 0.5])),
    ],
)
def test_one_query_may_be_a_row_a_dict_or_a_pair(query):
    top = SparseIndex(csr_array(DOCUMENTS)).search(query, k=3)

    assert top.documents.tolist() == [[0, 2, -1]]
    assert top.scores.tolist() == [[3.0, 1.0, 0.0]]


def test_a_query_may_have_fewer_columns_or_none():
    index = SparseIndex(csr_array(DOCUMENTS))

    assert index.search(csr_array([[1.0]]), k=2).documents.tolist() == [[0, 2]]
    assert index.search({}, k=2).documents.tolist() == [[-1, -1]]
    assert index.search(([], []), k=2).documents.tolist() == [[-1, -1]]


@pytest.mark.parametrize(
    ("query", "error", "message"),
    [
        ({1.5: 1.0}, InvalidArgumentError, "columns must be integers, got float64"),
        ({"a": 1.0}, InvalidArgumentError, "columns must be integers"),
        ({0: "x"}, TypeError, "weights must be real numbers"),
        ({0: 1j}, TypeError, "weights must be real numbers, got complex128"),
        ({-1: 1.0}, InvalidArgumentError, r"column index 0 must be in \[0, 3\), got -1"),
        ({0: np.nan}, InvalidArgumentError, "weight 0 must be finite, got nan"),
        ({0: 1e300}, InvalidArgumentError, "weight 0 must be finite, got inf"),
        (([0, 1], [1.0]), InvalidArgumentError, "two lists of one length"),
        (([[0]], [[1.0]]), InvalidArgumentError, "two lists of one length"),
        ([0, 1], TypeError, "queries must be a SciPy sparse matrix or array, a mapping"),
        ("text", TypeError, "queries must be a SciPy sparse matrix or array, a mapping"),
        (np.eye(3), TypeError, "queries must be a SciPy sparse matrix or array, a mapping"),
    ],
)
def test_what_is_no_query_is_refused(query, error, message):
    with pytest.raises(error, match=message):
        SparseIndex(csr_array(DOCUMENTS)).search(query)


def test_the_matrix_is_not_needed_afterwards():
    matrix = csr_array(np.array(DOCUMENTS, np.float32))
    index = SparseIndex(matrix)

    matrix.data[:] = 0

    assert index.search({0: 1.0}, k=1).scores.tolist() == [[1.0]]


def test_stats_say_what_each_part_takes():
    stats = SparseIndex(csr_array(DOCUMENTS)).stats()

    assert (stats["documents"], stats["removed"], stats["postings"], stats["segments"]) == (3, 0, 4, 1)
    assert stats["bytes"]["total"] == sum(size for part, size in stats["bytes"].items() if part != "total")
    assert stats["bytes_per_posting"]["total"] == stats["bytes"]["total"] / 4


@pytest.mark.parametrize(
    ("part", "array", "message"),
    [
        ("indptr", [0, 10**9, 2], r"documents: indptr\[2\] must be at least 1000000000, got 2"),
        ("indptr", [0, -5, 2], r"documents: indptr\[1\] must be at least 0, got -5"),
        ("indptr", [0, 1, 3], "documents: "),
        ("indptr", [1, 1, 2], "documents: "),
        ("indices", [0, 9], "documents: column index 1 must be below 4, got 9"),
        ("indices", [0, -1], "documents: column index 1 must be below 4, got -1"),
    ],
)
def test_arrays_that_form_no_matrix_are_refused(part, array, message):
    matrix = csr_array((2, 4), dtype=np.float32)
    matrix.data, matrix.indices = np.ones(2, np.float32), np.array([0, 1], np.int32)
    matrix.indptr = np.array([0, 1, 2], np.int32)
    setattr(matrix, part, np.array(array, np.int32))

    with pytest.raises(InvalidArgumentError, match=message):
        SparseIndex(matrix)


def test_a_column_beyond_the_matrix_does_not_wrap():
    matrix = csr_array((1, 4), dtype=np.float32)
    matrix.data, matrix.indices = np.ones(1, np.float32), np.array([2**32 + 1])
    matrix.indptr = np.array([0, 1])

    with pytest.raises(InvalidArgumentError, match="must be below 4, got 4294967297"):
        SparseIndex(matrix)


def test_the_core_looks_at_what_it_builds_of():
    arrays = (np.array([0, 2], np.int64), np.array([0, 1], np.int32), np.ones(2, np.float32), 2)

    for columns, bits, message in (
        (None, 64, "window_bits must be 0, or 6 to 15, got 64"),
        (np.array([1, 2, 3], np.int64), 0, "columns must be 2, got 3"),
        (np.array([2, 2], np.int64), 0, "columns must ascend"),
    ):
        with pytest.raises(InvalidArgumentError, match=message):
            _core.InvertedIndex.build(arrays, columns, 9, 1, bits)
