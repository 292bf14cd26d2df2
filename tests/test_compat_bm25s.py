"""sprat.compat.bm25s beside bm25s itself."""

from __future__ import annotations

import gzip
import json

import bm25s as theirs
import numpy as np
import pytest
import Stemmer
from hypothesis import given, settings
from hypothesis import strategies as st

from sprat.compat import bm25s as ours
from sprat.errors import (
    EmptyCorpusError,
    InvalidArgumentError,
    NotFittedError,
)

METHODS = ["robertson", "lucene", "atire", "bm25l", "bm25+"]
QUIET = {"show_progress": False}

tokens = st.lists(st.sampled_from("abcdefgh"), max_size=10)
corpora = st.lists(tokens, min_size=1, max_size=15).filter(any)
queries = st.lists(st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=6), min_size=1, max_size=4)
texts = st.lists(st.text(st.sampled_from("ab_AÉß1ſİ τΣς.,'-の"), max_size=30), max_size=6)


def both(corpus, **parameters):
    their, our = theirs.BM25(**parameters), ours.BM25(**parameters)
    their.index(corpus, **QUIET)
    our.index(corpus)
    return their, our


def check_results(our, found, query, k):
    """The k best scores, descending, each with a document that has it; ties ascend."""
    documents, scores = found
    every = our.get_scores(query)
    np.testing.assert_allclose(scores, np.sort(every)[::-1][:k], rtol=1e-5, atol=1e-5)
    assert scores.tolist() == every[documents].tolist()
    assert len(set(documents.tolist())) == k
    pairs = list(zip((-scores).tolist(), documents.tolist()))
    assert pairs == sorted(pairs)


@settings(max_examples=40)  # for each parameter
@given(corpora, queries, st.sampled_from([(1.5, 0.75, 0.5), (0.9, 0, 1.0), (2, 1, 0.25)]))
@pytest.mark.parametrize("method", METHODS)
def test_scores_are_bm25s_scores_and_the_best_have_them(method, corpus, queries, parameters):
    k1, b, delta = parameters
    their, our = both(corpus, method=method, k1=k1, b=b, delta=delta)
    k = min(3, len(corpus))

    results = our.retrieve(queries, k=k)

    for query, *found in zip(queries, *results):
        expected = their.get_scores_from_ids(their.get_tokens_ids(query))
        np.testing.assert_allclose(our.get_scores(query), expected, rtol=1e-5, atol=1e-5)
        check_results(our, found, query, k)
    assert (results.documents.dtype, results.scores.dtype) == (np.int64, np.float32)


@settings(max_examples=40)
@given(corpora, queries)
def test_the_idf_part_may_be_that_of_another_method(corpus, queries):
    for idf_method in METHODS:
        their, our = both(corpus, method="bm25l", idf_method=idf_method)
        for query in queries:
            expected = their.get_scores_from_ids(their.get_tokens_ids(query))
            np.testing.assert_allclose(our.get_scores(query), expected, rtol=1e-5, atol=1e-5)


@settings(max_examples=40)  # for each parameter
@given(corpora, queries, st.data())
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_masks_and_precision_give_the_same_order(dtype, corpus, queries, data):
    mask = np.array(
        data.draw(st.lists(st.sampled_from([0, 0.5, 1]), min_size=len(corpus), max_size=len(corpus)))
    )
    our = ours.BM25(dtype=dtype)
    our.index(corpus)

    documents, scores = our.retrieve(queries, k=1, weight_mask=mask)
    plain = our.retrieve(queries, k=1, weight_mask=np.ones(len(corpus)))

    for row, query in enumerate(queries):
        every = our.get_scores(query, weight_mask=mask)
        assert (every.argmax(), every.max()) == (documents[row, 0], pytest.approx(scores[row, 0]))
    assert plain.documents.tolist() == our.retrieve(queries, k=1).documents.tolist()
    assert scores.dtype == dtype


@settings(max_examples=40)  # for each parameter
@given(
    st.lists(st.permutations([1, 2, 3, 4, 5]), min_size=3, max_size=8),
    st.permutations(list("abcde")),
    st.data(),
)
@pytest.mark.parametrize("method", ["lucene", "bm25+"])
def test_scores_that_only_rounding_tells_apart_rank_as_those_of_all_documents(method, counts, query, data):
    """Sums of the same numbers in another order, so that the k best are those of one order of addition."""
    our = ours.BM25(method=method)
    our.index([[token for token, count in zip("abcde", row) for _ in range(count)] for row in counts])
    k = data.draw(st.integers(1, len(counts)))

    documents, scores = our.retrieve([query], k=k)

    every = our.get_scores(query)
    assert documents[0].tolist() == np.argsort(-every, kind="stable")[:k].tolist()
    assert scores[0].tolist() == every[documents[0]].tolist()


@given(texts, st.sampled_from([None, "english", "german", ["ab", "τσς"]]), st.booleans(), st.booleans())
def test_tokens_are_bm25s_tokens(texts, stopwords, lower, allow_empty):
    options = {"stopwords": stopwords, "lower": lower, "allow_empty": allow_empty}

    tokenized = ours.tokenize(texts, **options)

    assert tokenized == theirs.tokenize(texts, **QUIET, **options)
    assert ours.tokenize(texts, return_ids=False, **options) == ours.convert_tokenized_to_string_list(
        tokenized
    )


@settings(max_examples=40)  # for each parameter
@given(texts)
@pytest.mark.parametrize(
    "stemmer", [Stemmer.Stemmer("english"), lambda tokens: [token[:2] for token in tokens]]
)
def test_stems_are_those_of_the_stemmer(stemmer, texts):
    tokens = ours.tokenize(texts, stemmer=stemmer, return_ids=False)

    assert tokens == theirs.tokenize(texts, stemmer=stemmer, return_ids=False, **QUIET)


@pytest.mark.parametrize(
    "language",
    "english en english_plus en_plus german de dutch nl french fr spanish es portuguese pt italian it "
    "russian ru swedish sv norwegian no chinese zh".split(),
)
def test_stop_words_are_bm25s(language):
    words = list(theirs.tokenization._infer_stopwords(language))

    kept = ours.tokenize(" ".join([*words, "zzzz"]), stopwords=language, return_ids=False)

    # What stop words with an apostrophe fall apart into is kept by both.
    assert kept == theirs.tokenize(" ".join([*words, "zzzz"]), stopwords=language, return_ids=False, **QUIET)


@pytest.mark.parametrize("language", ["danish", "turkish", "ko", "klingon"])
def test_stop_words_that_are_not_bm25s_are_refused(language):
    with pytest.raises(InvalidArgumentError, match=f"stopwords must be 'english'.* got '{language}'"):
        ours.tokenize("x", stopwords=language)


def test_a_capital_sigma_is_lowered_as_its_text_says():
    assert ours.tokenize("AΣ.A ΑΣ", return_ids=False) == [["aσ", "ας"]]


def test_a_stemmer_that_is_none_is_refused():
    with pytest.raises(InvalidArgumentError, match="stemmer must be callable or have stemWords, got int"):
        ours.tokenize("abc", stemmer=5)
    with pytest.raises(TypeError, match=r"texts\[1\] must be str, got int"):
        ours.tokenize(["abc", 5], lower=False)


CORPUS = ["a cat likes to purr", "a dog is a friend", "a bird can fly", "a fish lives in water and swims"]


def test_a_search_as_in_bm25s_own_introduction():
    stemmer = Stemmer.Stemmer("english")
    found = []
    for library in (theirs, ours):
        quiet = QUIET if library is theirs else {}
        retriever = library.BM25(corpus=CORPUS)
        retriever.index(library.tokenize(CORPUS, stopwords="en", stemmer=stemmer, **quiet), **quiet)
        query = library.tokenize("does the fish purr like a cat?", stemmer=stemmer, **quiet)
        results, scores = retriever.retrieve(query, k=2, **quiet)
        found.append((results.tolist(), scores.round(5).tolist()))
        only = retriever.retrieve(query, k=2, return_as="documents", corpus=np.arange(4) * 10, **quiet)
        assert only.tolist() == [[0, 30]]

    assert found[0] == found[1]


def test_indexes_and_queries_come_in_every_form():
    lists = [["a", "b"], ["b", "c", "c"], ["d"]]
    vocab = {"a": 0, "b": 1, "c": 2, "d": 3}
    ids = [[0, 1], [1, 2, 2], [3]]
    for corpus in (
        lists,
        iter(lists),
        (ids, vocab),
        ours.Tokenized(ids, vocab),
        theirs.tokenization.Tokenized(ids, vocab),
    ):
        our = ours.BM25()
        our.index(corpus)
        assert our.vocab_dict == {**vocab, "": 4}
        for query in (
            [["c", "zzz"], []],
            [[2, 99], [4]],
            ours.Tokenized([[7], [0]], {"c": 7, "nothing": 0}),
            ([[7], []], {"c": 7}),
        ):
            documents, scores = our.retrieve(query, k=2)
            assert documents.tolist() == [[1, 0], [0, 1]]  # what does not match ascends
            assert scores[0, 0] > 0
            assert scores.ravel()[1:].tolist() == [0, 0, 0]
    numbers = ours.BM25()
    numbers.index(ids)
    assert numbers.retrieve([[2]], k=1).documents.tolist() == [[1]]


def test_threads_change_nothing():
    their, our = both([[chr(97 + (i * j) % 26) for j in range(1, 9)] for i in range(60)])
    queries = [["b", "c"], ["z"], ["a", "a", "q"]]

    one = our.retrieve(queries, k=7)

    for n_threads in (-1, 1, 3):
        again = our.retrieve(queries, k=7, n_threads=n_threads)
        assert (again.documents.tolist(), again.scores.tolist()) == (
            one.documents.tolist(),
            one.scores.tolist(),
        )
    np.testing.assert_allclose(one.scores, their.retrieve(queries, k=7, **QUIET).scores, rtol=1e-5)


def test_results_are_merged_and_taken_apart():
    _, our = both([["a"], ["b"]])
    one, two = our.retrieve([["a"]], k=1), our.retrieve([["b"], ["a"]], k=1)

    merged = ours.Results.merge([one, two])

    assert (len(merged), merged.documents.tolist()) == (3, [[0], [1], [0]])
    documents, scores = merged
    assert (documents is merged.documents, scores is merged.scores) == (True, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "bm25f"}, "method must be 'robertson', .* got 'bm25f'"),
        ({"idf_method": "x"}, "idf_method must be 'robertson', .* got 'x'"),
        ({"dtype": "float16"}, "dtype must be 'float32' or 'float64', got 'float16'"),
        ({"int_dtype": "int8"}, "int_dtype must be 'int32' or 'int64', got 'int8'"),
        ({"backend": "cuda"}, "backend must be .* got 'cuda'"),
        ({"k1": -1}, "k1 must be a finite number of at least 0, got -1"),
    ],
)
def test_a_value_out_of_range_is_refused(arguments, message):
    with pytest.raises(InvalidArgumentError, match=message):
        ours.BM25(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": 3}, "k must be between 1 and the number of documents, 2, got 3"),
        ({"k": 0}, "k must be between 1 and the number of documents, 2, got 0"),
        ({"return_as": "list"}, "return_as must be 'tuple' or 'documents', got 'list'"),
        ({"n_threads": -2}, "n_threads must be -1 or more, got -2"),
        ({"weight_mask": np.ones(3)}, r"weight_mask must have shape \(2,\), got \(3,\)"),
        ({"query_tokens": ["text"]}, r"query_tokens\[0\] must be a list of tokens or ids, got str"),
    ],
)
def test_a_retrieval_that_cannot_be_is_refused(arguments, message):
    _, our = both([["a"], ["b"]])

    with pytest.raises(ValueError, match=message):
        our.retrieve(**{"query_tokens": [["a"]], "k": 1, **arguments})


def test_what_was_not_indexed_cannot_be_used(tmp_path):
    our = ours.BM25()

    for call in (
        lambda: our.retrieve([["a"]], k=1),
        lambda: our.get_scores(["a"]),
        lambda: our.save(tmp_path / "x"),
        lambda: our.scores,
    ):
        with pytest.raises(NotFittedError, match="nothing was indexed"):
            call()
    for corpus, message in [([], "at least one document"), ([[], []], "at least one token")]:
        with pytest.raises(EmptyCorpusError, match=message):
            our.index(corpus)
    with pytest.raises(InvalidArgumentError, match="ids must be at least 0, got -1"):
        our.index(([[-1]], {"a": 0}))
    with pytest.raises(InvalidArgumentError, match="must be a list, got str"):
        our.get_scores("a")


def test_there_is_nothing_to_compile_and_nothing_is_printed(capsys):
    our = ours.BM25(backend="numba")
    our.index([["a"]], show_progress=True)
    our.activate_numba_scorer()
    our.compile(activate_numba=True, warmup=True)

    our.retrieve([["a"]], k=1, show_progress=True)

    assert capsys.readouterr() == ("", "")


def test_real_text_scores_as_with_bm25s(shared):
    folder = shared / "data" / "cranfield"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    with gzip.open(folder / "queries.jsonl.gz", "rt", encoding="utf-8") as lines:
        asked = [json.loads(line)["text"] for line in lines]
    stemmer = Stemmer.Stemmer("english")
    tokenized = theirs.tokenize(texts, stemmer=stemmer, **QUIET)
    queries = theirs.tokenize(asked, stemmer=stemmer, **QUIET)

    ours_tokenized = ours.tokenize(texts, stemmer=stemmer)

    assert ours.convert_tokenized_to_string_list(ours_tokenized) == ours.convert_tokenized_to_string_list(
        tokenized
    )
    for method in METHODS:
        their, our = theirs.BM25(method=method), ours.BM25(method=method)
        their.index(tokenized, **QUIET)
        our.index(ours_tokenized)
        expected, found = their.retrieve(queries, k=10, **QUIET), our.retrieve(queries, k=10)
        np.testing.assert_allclose(found.scores, expected.scores, rtol=1e-5, atol=1e-5)
        for ours_row, theirs_row, scores in zip(found.documents, expected.documents, found.scores):
            above = scores > scores[-1] + 1e-4  # of the others at the end, some may be beyond the tenth
            assert set(ours_row[above]) <= set(theirs_row)


def test_the_arrays_of_the_index_are_shown_and_cannot_be_written_to():
    retriever = ours.BM25()
    retriever.index([["ant"], ["bee"]], show_progress=False)

    for name in ("data", "indices", "indptr"):
        with pytest.raises(ValueError, match="read-only"):
            retriever.scores[name][0] = 1 << 28
