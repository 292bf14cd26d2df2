"""Documents that come and go: answers equal a fresh build in which the removed rows are empty."""

import copy
import threading

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from scipy.sparse import csr_array, vstack

import collections_of_vectors as cv
from sprat import SparseIndex
from sprat.errors import InvalidArgumentError


def widened(matrix, columns):
    return csr_array((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], columns))


class Life(RuleBasedStateMachine):
    """Adds, removes and merges in any order; after each step the answers are compared."""

    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(0)
        self.rows = cv.collection("coded", self.rng, 20, 10)
        self.index = SparseIndex(self.rows)
        self.removed = []

    @rule(
        seed=st.integers(0, 2**32 - 1),
        kind=st.sampled_from(cv.KINDS),
        count=st.integers(0, 60),
        more=st.integers(0, 3),
    )
    def add(self, seed, kind, count, more):
        columns = self.rows.shape[1] + more
        rows = cv.collection(kind, np.random.default_rng(seed), count, columns)
        numbers = self.index.add(rows)
        assert numbers == range(self.rows.shape[0], self.rows.shape[0] + count)
        self.rows = csr_array(vstack([widened(self.rows, columns), rows]))

    @rule(data=st.data())
    def remove(self, data):
        alive = sorted(set(range(self.rows.shape[0])) - set(self.removed))
        if alive:
            gone = data.draw(st.lists(st.sampled_from(alive), unique=True, max_size=5))
            self.index.remove(gone)
            self.removed += gone

    @rule()
    def merge(self):
        self.index.merge()
        assert self.index.stats()["segments"] == 1

    @rule(data=st.data())
    def save_and_load(self, data):
        path = data.draw(st.just(self.path))
        self.index.save(path)
        self.index = SparseIndex.load(path, verify=True)

    @invariant()
    def answers_are_those_of_a_fresh_build(self):
        queries = cv.queries_for("coded", self.rng, 3, self.rows.shape[1])
        left = cv.without(self.rows, self.removed)
        wanted = self.rng.random(self.rows.shape[0]) < 0.5

        for k in (3, 200):
            cv.assert_same_bits(self.index.search(queries, k), cv.define(left, queries, k))
        filtered = cv.define(cv.without(left, ~wanted), queries, 10)
        cv.assert_same_bits(self.index.search(queries, 10, filter=wanted), filtered)
        assert len(self.index) == self.rows.shape[0] - len(self.removed)
        assert self.index.document_count == self.rows.shape[0]


@pytest.fixture(scope="module", autouse=True)
def _file(tmp_path_factory):
    Life.path = tmp_path_factory.mktemp("life") / "index"


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)


def test_numbers_are_stable_for_ever():
    index = SparseIndex(csr_array([[1.0], [2.0]]))

    assert index.add(csr_array([[3.0], [4.0]])) == range(2, 4)
    index.remove([1, 3])
    index.merge()
    assert index.add(csr_array([[5.0]])) == range(4, 5)

    assert index.search({0: 1.0}, k=5).documents.tolist() == [[4, 2, 0, -1, -1]]
    assert (len(index), index.document_count) == (3, 5)


def test_the_vocabulary_may_grow():
    index = SparseIndex(csr_array([[1.0]]))

    index.add(csr_array([[0.0, 2.0]]))

    assert index.column_count == 2
    assert index.search(csr_array([[1.0, 1.0]]), k=2).documents.tolist() == [[1, 0]]


def test_hashed_columns_may_be_added_and_merged():
    far = csr_array((np.array([2.0]), np.array([2**40]), np.array([0, 1])), shape=(1, 2**41))
    index = SparseIndex(csr_array([[1.0]]))

    index.add(far)
    index.merge()

    assert index.search({2**40: 1.0, 0: 1.0}, k=2).documents.tolist() == [[1, 0]]


def test_segments_stay_few():
    index = SparseIndex(csr_array([[1.0]]))

    for _ in range(200):
        index.add(csr_array([[1.0]]))

    assert index.stats()["segments"] <= 8
    assert index.search({0: 1.0}, k=1000).documents[0, :202].tolist() == [*range(201), -1]


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ([0, 3], r"documents: number 1 must be in \[0, 3\), got 3"),
        (-1, r"documents: number 0 must be in \[0, 3\), got -1"),
        ([0, 1], "documents: 1 was removed already"),
        ([0, 2, 0], "documents: 0 must be named once only"),
        ([0.0], "documents must be a list of document numbers, got float64"),
        ([True, False, False], "documents must be a list of document numbers, got bool"),
    ],
)
def test_what_cannot_be_removed_is_named_and_nothing_changes(gone, message):
    index = SparseIndex(csr_array([[1.0], [2.0], [3.0]]))
    index.remove(1)

    with pytest.raises(InvalidArgumentError, match=message):
        index.remove(gone)

    assert index.search({0: 1.0}, k=3).documents.tolist() == [[2, 0, -1]]


def test_what_cannot_be_added_changes_nothing():
    index = SparseIndex(csr_array([[1.0]]))

    with pytest.raises(InvalidArgumentError, match="weight 0 must be finite"):
        index.add(csr_array([[np.inf]]))

    assert (len(index), index.document_count) == (1, 1)


def test_merging_frees_what_was_removed():
    index = SparseIndex(csr_array(np.ones((100, 3))))
    index.remove(range(90))

    before = index.stats()
    index.merge()

    assert (before["postings"], index.stats()["postings"]) == (300, 30)
    assert index.stats()["removed"] == 90


def test_a_prepared_filter_leaves_out_what_is_added_later():
    index = SparseIndex(csr_array([[1.0], [2.0]]))
    everything = index.prepare_filter([0, 1])

    index.add(csr_array(np.full((100, 1), 3.0)))

    assert index.search({0: 1.0}, k=3, filter=everything).documents.tolist() == [[1, 0, -1]]


def test_a_filter_made_for_more_documents_is_refused():
    of_three = SparseIndex(csr_array(np.ones((3, 1)))).prepare_filter([2])

    with pytest.raises(InvalidArgumentError, match="at most 2 documents, got one made for 3"):
        SparseIndex(csr_array(np.ones((2, 1)))).search({0: 1.0}, filter=of_three)


def test_searches_run_while_documents_come_and_go():
    # Document i weighs i + 1, so the answer tells which state a search saw: always a whole one.
    index = SparseIndex(csr_array([[1.0]]))
    stop, wrong = threading.Event(), []

    def reader():
        while not stop.is_set():
            found, scores = index.search({0: 1.0}, k=2)
            if not (scores[0, 0] == found[0, 0] + 1 and found[0, 1] in (found[0, 0] - 1, -1)):
                wrong.append((found, scores))

    readers = [threading.Thread(target=reader) for _ in range(3)]
    for thread in readers:
        thread.start()
    for i in range(1, 120):
        index.add(csr_array([[i + 1.0]]))
        index.remove(i - 1)
        if i % 10 == 0:
            index.merge()
    stop.set()
    for thread in readers:
        thread.join()

    assert wrong == []
    assert index.search({0: 1.0}, k=2).documents.tolist() == [[119, -1]]


def test_a_copy_of_an_index_changes_apart_from_it():
    index = SparseIndex(csr_array(np.eye(3, dtype=np.float32)))

    other = copy.copy(index)
    other.remove(0)
    other.add(csr_array(np.ones((1, 4), np.float32)))
    index.remove(2)

    queries = csr_array(np.array([[1, 0, 1]], np.float32))
    assert index.search(queries, k=4).documents.tolist() == [[0, -1, -1, -1]]
    assert other.search(queries, k=4).documents.tolist() == [[3, 2, -1, -1]]
