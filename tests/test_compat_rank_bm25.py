"""sprat.compat.rank_bm25 beside rank_bm25 itself."""

from __future__ import annotations

import copy
import gzip
import json
import pickle

import numpy as np
import pytest
import rank_bm25 as theirs
from hypothesis import given, settings
from hypothesis import strategies as st

import sprat
from sprat import _core
from sprat.compat import rank_bm25 as ours
from sprat.errors import EmptyCorpusError, InvalidArgumentError

CLASSES = ["BM25Okapi", "BM25L", "BM25Plus"]

# Few tokens and short documents: most repeat, some stand in most documents, some are empty. Ties abound.
tokens = st.lists(st.sampled_from("abcdefgh"), max_size=10)
corpora = st.lists(tokens, min_size=1, max_size=15).filter(any)
queries = st.lists(st.sampled_from("abcdefghij"), max_size=6)
parameters = st.sampled_from([{}, {"k1": 2, "b": 0}, {"k1": 0.9, "b": 0.4}, {"k1": 1.2, "b": 0.99}])


def bits(scores):
    return np.asarray(scores).view(np.int64).tolist()


@settings(max_examples=40)  # for each parameter
@given(corpora, queries, parameters)
@pytest.mark.parametrize("name", CLASSES)
def test_scores_and_attributes_are_those_of_rank_bm25_to_the_bit(name, corpus, query, parameters):
    their, our = getattr(theirs, name)(corpus, **parameters), getattr(ours, name)(corpus, **parameters)

    scores = our.get_scores(query)

    assert scores.dtype == np.float64
    assert bits(scores) == bits(their.get_scores(query))
    some = list(range(0, len(corpus), 2))
    assert our.get_batch_scores(query, some) == their.get_batch_scores(query, some)
    for (
        attribute
    ) in "corpus_size avgdl doc_len doc_freqs idf k1 b tokenizer average_idf epsilon delta".split():
        assert getattr(our, attribute, None) == getattr(their, attribute, None)
    assert list(our.idf) == list(their.idf)


@settings(max_examples=40)  # for each parameter
@given(corpora, queries, st.integers(0, 20))
@pytest.mark.parametrize("name", CLASSES)
def test_the_best_come_in_rank_bm25s_order(name, corpus, query, n):
    documents = [f"{number} {' '.join(tokens)}" for number, tokens in enumerate(corpus)]

    best = getattr(ours, name)(corpus).get_top_n(query, documents, n=n)

    assert best == getattr(theirs, name)(corpus).get_top_n(query, documents, n=n)


@pytest.mark.parametrize("n", [1, 3, 40, 64, 65, 199])
def test_the_best_of_many_documents_come_in_rank_bm25s_order(n):
    corpus = [["abcdefgh"[(i * j) % 8] for j in range(i % 11)] + ["x"] * (i % 3) for i in range(200)]
    documents = list(range(200))

    for query in (["a"], ["x", "b"], ["c", "d", "h"], ["unknown"]):
        best = ours.BM25Okapi(corpus).get_top_n(query, documents, n=n)
        assert best == theirs.BM25Okapi(corpus).get_top_n(query, documents, n=n)


def test_real_text_scores_and_ranks_as_with_rank_bm25(shared):
    folder = shared / "data" / "cranfield"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    english = sprat.Analyzer("en")
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        corpus = english.batch([json.loads(line)["text"] for line in lines])
    with gzip.open(folder / "queries.jsonl.gz", "rt", encoding="utf-8") as lines:
        asked = english.batch([json.loads(line)["text"] for line in lines][:15])
    documents = list(range(len(corpus)))

    for name in CLASSES:
        their, our = getattr(theirs, name)(corpus), getattr(ours, name)(corpus)
        for query in asked:
            assert bits(our.get_scores(query)) == bits(their.get_scores(query))
            assert our.get_top_n(query, documents, n=10) == their.get_top_n(query, documents, n=10)


@pytest.mark.parametrize("name", CLASSES)
def test_parameters_and_idf_may_be_changed(name):
    corpus = ["a b b".split(), "a c".split(), "d e f".split(), ["a"]]
    their, our = getattr(theirs, name)(corpus), getattr(ours, name)(corpus)

    our.get_scores(["a"])
    for model in (their, our):
        model.k1, model.b = 0.5, 0.1
    assert bits(our.get_scores(["a", "b"])) == bits(their.get_scores(["a", "b"]))
    for model in (their, our):
        model.idf["b"] = 7.5
        del model.idf["a"]
    assert bits(our.get_scores(["a", "b", "b"])) == bits(their.get_scores(["a", "b", "b"]))


def test_a_tokenizer_runs_on_each_element_of_the_corpus():
    model = ours.BM25Okapi(["a b", "b c"], str.split)

    assert model.tokenizer == str.split
    assert model.doc_freqs == [{"a": 1, "b": 1}, {"b": 1, "c": 1}]


def test_tokens_may_be_any_hashables_and_texts_are_lists_of_characters():
    model = ours.BM25Okapi(["abc", (1, None, ("x", 2)), [2.5]])

    assert model.doc_len == [3, 3, 1]
    assert model.get_scores([("x", 2)])[1] > 0
    assert bits(model.get_scores("ab")) == bits(
        theirs.BM25Okapi(["abc", (1, None, ("x", 2)), [2.5]]).get_scores("ab")
    )


def test_a_corpus_is_read_once():
    model = ours.BM25L(line.split() for line in ["a b", "c"])

    assert model.corpus_size == 2


@pytest.mark.parametrize("name", CLASSES)
def test_an_empty_corpus_is_still_a_division_by_zero(name):
    for corpus in ([], iter(())):
        with pytest.raises(ZeroDivisionError):
            getattr(theirs, name)(list(corpus))
        with pytest.raises(ZeroDivisionError, match="at least one document"):
            getattr(ours, name)(corpus)


def test_a_corpus_without_tokens_is_what_it_is_to_rank_bm25():
    with pytest.raises(ZeroDivisionError):
        theirs.BM25Okapi([[], []])
    with pytest.raises(EmptyCorpusError, match="at least one token"):
        ours.BM25Okapi([[], []])
    assert ours.BM25L([[], []]).get_scores([]).tolist() == [0, 0]


def test_refusals_are_those_of_rank_bm25():
    model = ours.BM25Okapi([["a"], ["b"]])

    with pytest.raises(AssertionError, match="don't match the index corpus"):
        model.get_top_n(["a"], ["one"])
    with pytest.raises(AssertionError):
        model.get_batch_scores(["a"], [2])
    with pytest.raises(NotImplementedError):
        ours.BM25([["a"]])


def test_models_are_pickled_and_copied():
    model = ours.BM25Plus([["a", "b"], ["b"]], k1=2)
    scores = model.get_scores(["a", "b"]).tolist()

    for twin in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert twin.get_scores(["a", "b"]).tolist() == scores


def test_a_class_of_ones_own_may_say_what_idf_is():
    class One(ours.BM25Okapi):
        def _calc_idf(self, nd):
            self.idf = dict.fromkeys(nd, 1.0)

    assert One([["a", "b"], ["b"]]).get_scores(["b"])[1] > 1


def test_division_of_zero_by_zero_gives_nothing():
    assert ours.BM25Okapi([["a"], [], ["b"]], b=1).get_scores(["a"])[1] == 0
    with np.errstate(all="ignore"):
        assert np.isnan(theirs.BM25Okapi([["a"], [], ["b"]], b=1).get_scores(["a"])[1])


@pytest.mark.parametrize(("kind", "dtype"), [(_core.Postings32, np.float32), (_core.Postings64, np.float64)])
def test_postings_are_checked(kind, dtype):
    indptr, one = np.array([0, 1, 2]), np.ones(2, dtype)
    postings = kind(indptr, np.array([1, 0], np.int32), one, 2)
    none = np.zeros(0, dtype)

    assert postings.scores(np.array([0, 1, 1]), none).tolist() == [2, 1]
    assert postings.scores(np.array([0, 1]), np.array([5, 7], dtype)).tolist() == [6, 8]
    assert postings.scores_of(np.array([0, 3]), np.array([0, 1, 1]), np.array([1, 0])).tolist() == [1, 2]
    for arguments, message in [
        (
            (indptr, np.array([1, 2], np.int32), one, 2),
            r"documents\[1\] \(term 1\) must be in \[0, 2\), got 2",
        ),
        ((np.array([0, 2]), np.array([1, 1], np.int32), one, 2), r"must be in \[2, 2\), got 1"),
        ((np.array([0, 3]), np.array([0, 1], np.int32), one, 2), r"indptr\[1\] must be 2, got 3"),
        ((indptr, np.array([1, 0], np.int32), one[:1], 2), "length of contributions must be 2, got 1"),
    ]:
        with pytest.raises(InvalidArgumentError, match=message):
            kind(*arguments)
    with pytest.raises(InvalidArgumentError, match=r"terms\[0\] must be in \[0, 2\), got 2"):
        postings.scores(np.array([2]), none)
    with pytest.raises(InvalidArgumentError, match="length of absent must be 0 or 1, got 2"):
        postings.scores(np.array([0]), one)
    with pytest.raises(InvalidArgumentError, match=r"documents\[0\] must be in \[0, 2\), got -1"):
        postings.scores_of(np.array([0, 1]), np.array([0]), np.array([-1]))
    with pytest.raises(InvalidArgumentError, match="length of documents must be a multiple of 2, got 3"):
        postings.scores_of(np.array([0, 1, 1]), np.array([0]), np.array([0, 1, 0]))
