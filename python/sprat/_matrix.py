"""The matrix that encoders hand out: SciPy's CSR array, with rows that stay matrices."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

_INT32_MAX = np.iinfo(np.int32).max


class SparseRows(csr_array):  # type: ignore[misc]
    """A ``csr_array`` whose rows keep shape (1, n) when it is iterated over or indexed by one integer.

    SciPy hands out such rows as (n,) or (1, n), or refuses, depending on its version, and vector
    databases take (1, n) only. Everything else (slices, lists, ``m[0, 3]``, arithmetic) is SciPy's own.
    """

    if TYPE_CHECKING:  # without types of SciPy's, checkers take the shape for one that may be None
        shape: tuple[int, int]

    def __getitem__(self, key: Any) -> Any:
        if self.ndim != 2 or isinstance(key, (bool, np.bool_)) or not isinstance(key, (int, np.integer)):
            return super().__getitem__(key)
        row, row_count = int(key), self.shape[0]
        if not -row_count <= row < row_count:
            raise IndexError(f"row {row} is out of range for {row_count} rows")
        row %= row_count
        return super().__getitem__(slice(row, row + 1))

    def __iter__(self) -> Iterator[Any]:
        if self.ndim != 2:
            return iter(super().__iter__())
        return (self[row] for row in range(self.shape[0]))


def sparse_rows(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32] | NDArray[np.int64],
    data: NDArray[np.float32],
    columns: int,
) -> SparseRows:
    """Wrap arrays whose rows are sorted and free of duplicates; index arrays are int32 if they can be."""
    if indptr[-1] <= _INT32_MAX and columns <= _INT32_MAX:
        indptr = indptr.astype(np.int32)
    matrix = SparseRows((data, indices, indptr), shape=(len(indptr) - 1, columns))
    matrix.has_canonical_format = True
    return matrix


def joined_rows(parts: Sequence[SparseRows]) -> SparseRows:
    """Put matrices of the same columns below each other."""
    if len(parts) == 1:
        return parts[0]
    matrix = SparseRows(vstack(parts, format="csr"))
    matrix.has_canonical_format = True
    return matrix
