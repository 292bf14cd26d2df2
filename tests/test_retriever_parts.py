"""What a retriever is made of: its ids, and the rows that an encoder gives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

import sprat
from sprat.errors import CorruptFileError, InvalidArgumentError
from sprat.retriever.ids import Ids, SavedIds, joined, written


def test_saved_ids_are_a_sequence_of_strings_and_whole_numbers():
    names = ["a", 7, "b"]
    ids = SavedIds("the file", *written(names))

    assert [ids[row] for row in range(-3, 3)] == names * 2
    assert (list(ids), ids[1:]) == (names, [7, "b"])
    for row in (-4, 3):
        with pytest.raises(IndexError, match=f"row {row} is out of range for 3 ids"):
            ids[row]


@pytest.mark.parametrize("content", [b"1,2", b"1.5", b"null", b"[1]", b"", b"x"])
def test_what_is_no_id_is_damage(content):
    ids = SavedIds("the file", np.frombuffer(content, np.uint8), np.array([len(content)]))

    with pytest.raises(CorruptFileError, match="the file: must hold strings and whole numbers, 1 of them"):
        ids[0]


def test_ids_that_are_a_range_are_found_by_number():
    ids = joined([Ids(range(5, 9)), Ids(range(9, 12))])

    assert [ids.find(name) for name in (4, 5, 11, 12, "5")] == [None, 0, 6, None, None]
    assert list(joined([Ids(range(2)), Ids(range(3, 5))]).values) == [0, 1, 3, 4]


class _Encoder:
    """Gives what it is made with."""

    def __init__(self, rows, queries=None):
        self.rows, self.queries = rows, queries

    def encode_documents(self, texts):
        list(texts)
        return self.rows

    def encode_queries(self, texts):
        return self.rows[:1] if self.queries is None else self.queries


def test_an_encoder_that_leaves_texts_out_is_refused():
    with pytest.raises(InvalidArgumentError, match="a row for each of 2 texts, got 1"):
        sprat.Retriever.from_texts(["a", "b"], encoder=_Encoder(csr_array(np.eye(1, 3))))


def test_weights_that_are_not_finite_are_refused_when_they_come():
    rows = csr_array(np.array([[1, 0], [np.nan, 1]]))

    with pytest.raises(InvalidArgumentError, match=r"finite weights, got nan for texts\[1\]"):
        sprat.Retriever.from_texts(["a", "b"], encoder=_Encoder(rows))


def test_an_explanation_is_of_the_query_whatever_its_format():
    rows = csr_array(np.array([[0.5, 2, 0], [1, 0, 1]], np.float32))
    query = csr_array(np.array([[1, 3, 0]], np.float32))
    for made in (query, query.tocsc(), query.tocoo()):
        retriever = sprat.Retriever.from_texts(["a", "b"], encoder=_Encoder(rows, made))

        (best, *_), explained = retriever.search("q"), retriever.explain("q", 0)

        assert (best.id, best.score, explained.score) == (0, 6.5, 6.5)
