"""What is copied and pickled, and what is saved instead."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array

import sprat
from sprat.compat import bm25s
from sprat.errors import InvalidArgumentError


def unpickled(value):
    return pickle.loads(pickle.dumps(value))


def test_an_encoder_is_pickled_without_what_an_encode_leaves_beside_the_fit():
    encoder = sprat.BM25Encoder("unicode").fit(["a b", "b c"])
    before = pickle.dumps(encoder)
    encoder.encode_queries(["a"])

    assert pickle.dumps(encoder) == before


def test_texts_of_a_file_are_pickled_as_its_name(tmp_path):
    (tmp_path / "texts.txt").write_text("one\ntwo\n")

    assert list(unpickled(sprat.read(tmp_path / "texts.txt"))) == ["one", "two"]


@pytest.mark.parametrize("duplicate", [unpickled, copy.deepcopy])
def test_a_model_of_bm25s_is_copied_after_a_search(duplicate):
    model = bm25s.BM25()
    model.index([["a", "b"], ["b"]])
    found = model.retrieve([["a"]], k=1)

    assert duplicate(model).retrieve([["a"]], k=1).scores.tolist() == found.scores.tolist()


@pytest.mark.parametrize("duplicate", [unpickled, copy.deepcopy])
def test_an_index_is_saved_and_not_pickled(duplicate):
    with pytest.raises(TypeError, match="save it to a file, and load that"):
        duplicate(sprat.SparseIndex(csr_array(np.eye(2, dtype=np.float32))))


@pytest.mark.parametrize("duplicate", [unpickled, copy.deepcopy, copy.copy])
def test_a_retriever_is_saved_and_not_pickled(duplicate):
    with pytest.raises(TypeError, match="save it to a folder, and load that"):
        duplicate(sprat.Retriever.from_texts(["a"]))


def test_copies_of_a_hit_keep_its_query_and_pickles_do_not():
    hit = sprat.Retriever.from_texts(["an ant"]).search("ants")[0]

    assert unpickled(hit) == copy.copy(hit) == hit
    assert copy.copy(hit).highlights == hit.highlights
    with pytest.raises(InvalidArgumentError, match="was pickled"):
        print(unpickled(hit).highlights)
