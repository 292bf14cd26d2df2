"""Arguments of another type than they must be: a message that names them, and no half-done work."""

from __future__ import annotations

import os

import pytest

import sprat


@pytest.mark.parametrize(
    ("analyzer", "message"),
    [
        (lambda text: None, "an analyzer must give a list of tokens, got NoneType"),
        (lambda text: [[1]], r"a token must be hashable, got \[1\]"),
    ],
)
def test_an_analyzer_that_gives_no_tokens_is_refused(analyzer, message):
    with pytest.raises(TypeError, match=message):
        sprat.BM25Encoder(analyzer).fit(["a"])


def test_offsets_are_those_of_queries():
    with pytest.raises(TypeError, match="queries must be a sparse matrix, got int"):
        sprat.BM25Encoder().score_offsets(5)


@pytest.mark.parametrize(
    "load", [sprat.BM25Encoder.load, sprat.BM25FEncoder.load, sprat.read_vectors, sprat.SparseIndex.load]
)
def test_a_descriptor_is_no_path_and_stays_open(tmp_path, load):
    with open(tmp_path / "file", "wb") as file:
        with pytest.raises(TypeError, match="not int"):
            load(file.fileno())
        os.fstat(file.fileno())


@pytest.mark.parametrize("name", ["column", "title", "id"])
def test_a_field_has_a_name(name):
    with pytest.raises(TypeError, match=f"{name} must be str, got int"):
        sprat.read("texts.jsonl", **{name: 5})


def test_sentences_are_those_of_a_text():
    with pytest.raises(TypeError, match="text must be str, got int"):
        sprat.Analyzer("en").sentences(3)


def test_a_hashed_vocabulary_is_no_list_of_terms():
    vocabulary = sprat.HashedVocabulary("murmur3")

    with pytest.raises(TypeError, match="not iterable"):
        list(vocabulary)
    with pytest.raises(TypeError, match="term must be str, got int"):
        vocabulary[0]
