"""Rows that stay matrices, on whichever SciPy is installed."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array, issparse, vstack

from sprat._matrix import SparseRows, sparse_rows
from sprat.model.sparse.utils import stack_sparse_embeddings

DENSE = np.array([[0, 1, 0, 2], [0, 0, 0, 0], [3, 0, 0, -4]], np.float32)


@pytest.fixture
def matrix() -> SparseRows:
    return SparseRows(csr_array(DENSE))


def test_iterated_rows_keep_two_dimensions(matrix):
    rows = list(matrix)

    assert [row.shape for row in rows] == [(1, 4)] * 3
    assert [row.toarray().tolist() for row in rows] == [[row] for row in DENSE.tolist()]


@pytest.mark.parametrize("index", [2, -1, np.int64(2), np.int32(-1)])
def test_a_row_by_number_keeps_two_dimensions(matrix, index):
    row = matrix[index]

    assert row.shape == (1, 4)
    assert row.toarray().tolist() == [[3, 0, 0, -4]]
    assert issparse(row)
    assert row.format == "csr"


def test_rows_of_rows_keep_two_dimensions(matrix):
    assert next(iter(matrix[0])).shape == (1, 4)
    assert matrix[0][0].shape == (1, 4)


@pytest.mark.parametrize("index", [3, -4, 10**20])
def test_a_row_that_does_not_exist_is_an_index_error(matrix, index):
    with pytest.raises(IndexError, match=f"row {index} is out of range for 3 rows"):
        matrix[index]


def test_changing_a_row_leaves_the_matrix_alone(matrix):
    matrix[0].data[:] = 9

    assert matrix.toarray().tolist() == DENSE.tolist()


def test_every_other_index_is_scipys_own(matrix):
    assert matrix[0, 3] == 2
    assert matrix[[0]].shape == (1, 4)
    assert matrix[[2, 0]].toarray().tolist() == DENSE[[2, 0]].tolist()
    assert matrix[1:].toarray().tolist() == DENSE[1:].tolist()
    assert matrix[:, [1, 3]].toarray().tolist() == DENSE[:, [1, 3]].tolist()
    assert matrix[np.array([True, False, True])].toarray().tolist() == DENSE[[0, 2]].tolist()


def test_arithmetic_works(matrix):
    assert (matrix * 2).toarray().tolist() == (DENSE * 2).tolist()
    assert (matrix + matrix).toarray().tolist() == (DENSE + DENSE).tolist()
    assert (matrix @ matrix.T).toarray().tolist() == (DENSE @ DENSE.T).tolist()
    assert (matrix @ np.ones(4, np.float32)).tolist() == [3, 0, -1]
    assert matrix.sum() == 2
    assert matrix.sum(axis=1).ravel().tolist() == [3, 0, -1]
    assert vstack([matrix, matrix]).toarray().tolist() == DENSE.tolist() * 2
    assert (-matrix).toarray().tolist() == (-DENSE).tolist()
    assert abs(matrix - csr_array(DENSE)).sum() == 0


def test_conversions_work(matrix):
    for form in ("coo", "csc", "lil", "dok"):
        assert matrix.asformat(form).toarray().tolist() == DENSE.tolist()
    assert matrix.tocsr().toarray().tolist() == DENSE.tolist()
    assert matrix.astype(np.float64).dtype == np.float64


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_keep_class_and_content(matrix, duplicate):
    copied = duplicate(matrix)

    assert type(copied) is SparseRows
    assert copied.toarray().tolist() == DENSE.tolist()
    assert copied[0].shape == (1, 4)


def test_arrays_are_taken_as_they_are_with_32_bit_index_arrays():
    indptr, indices = np.array([0, 2, 2], np.int64), np.array([0, 3], np.int32)
    data = np.array([1.5, 0.0], np.float32)

    matrix = sparse_rows(indptr, indices, data, 4)

    assert matrix.shape == (2, 4)
    assert (matrix.indices.dtype, matrix.indptr.dtype) == (np.int32, np.int32)
    assert matrix.nnz == 2  # explicit zeros stay
    assert np.shares_memory(matrix.data, data)
    assert matrix.has_canonical_format
    assert matrix.has_sorted_indices


@pytest.mark.parametrize(("rows", "columns"), [(0, 0), (0, 5), (3, 0), (2, 5)])
def test_a_matrix_without_entries_has_its_shape(rows, columns):
    matrix = sparse_rows(
        np.zeros(rows + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), columns
    )

    assert matrix.shape == (rows, columns)
    assert [row.shape for row in matrix] == [(1, columns)] * rows


def test_embeddings_of_either_shape_stack_to_one_matrix(matrix):
    stacked = stack_sparse_embeddings([matrix[0], csr_array(DENSE[2:]), matrix[1]])

    assert stacked.toarray().tolist() == DENSE[[0, 2, 1]].tolist()
    assert stacked[0].shape == (1, 4)
