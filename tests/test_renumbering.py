"""Rows whose terms get other ids: which ones, in which order, and what is refused."""

import numpy as np
import pytest

from sprat import _core


def i32(*values):
    return np.array(values, np.int32)


def test_ids_are_given_by_first_occurrence_and_minus_one_to_what_does_not_occur():
    assert _core.ids_by_occurrence(i32(3, 1, 3, 0, 1), 5).tolist() == [2, 1, -1, 0, -1]


@pytest.mark.parametrize("threads", [1, 3])
def test_rows_come_by_ascending_id_with_their_frequencies(threads):
    indptr = np.array([0, 3, 3, 5])

    indices, frequencies = _core.renumbered_rows(
        indptr, i32(3, 1, 0, 0, 3), i32(1, 2, 3, 4, 5), i32(2, 1, -1, 0), threads=threads
    )

    assert indices.tolist() == [0, 1, 2, 0, 2]
    assert frequencies.tolist() == [1, 2, 3, 5, 4]


@pytest.mark.parametrize(
    ("indices", "frequencies", "message"),
    [
        ([0, 4], [1, 1], r"indices\[1\] must be in \[0, 4\), got 4"),
        ([0, -1], [1, 1], r"indices\[1\] must be in \[0, 4\), got -1"),
        ([0, 2], [1, 1], r"ids\[2\] must not be negative, as index 1 is 2"),
        ([0, 1], [1], "length of term_frequencies must be 2, got 1"),
    ],
)
def test_what_has_no_id_is_refused(indices, frequencies, message):
    with pytest.raises(ValueError, match=message):
        _core.renumbered_rows(np.array([0, 2]), i32(*indices), i32(*frequencies), i32(2, 1, -1, 0), threads=1)


def test_an_index_beyond_the_terms_has_no_id():
    with pytest.raises(ValueError, match=r"indices\[0\] must be in \[0, 3\), got 3"):
        _core.ids_by_occurrence(i32(3), 3)
