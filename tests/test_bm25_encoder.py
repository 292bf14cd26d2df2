"""sprat.BM25Encoder: what it computes, what it takes, what it refuses."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sprat
from sprat.errors import EmptyCorpusError, InvalidArgumentError, NotFittedError, SpratError

WHITESPACE = sprat.Analyzer.from_dict({"version": 1, "tokenizer": {"type": "whitespace"}, "filters": []})
CORPUS = ["a a b", "b c"]


def bits(matrix) -> tuple[object, ...]:
    """Everything that makes up a matrix, so that equal means equal to the last bit."""
    data = np.asarray(matrix.data).view(np.uint32).tolist()
    return matrix.shape, matrix.indptr.tolist(), matrix.indices.tolist(), data


def english_texts(count: int) -> list[str]:
    """Made-up English with repetition, abbreviations, quotes, and now and then no text at all."""
    words = (
        "The quick U.S. foxes weren't jumping over 3.5 lazy dogs' tails: \"stop!\" Mr. Fox said, and ran... "
        "Straße naïve İstanbul cats running; relational databases (mostly) don't care — really?"
    ).split()
    state, texts = 42, []
    for _ in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        length, text = (state >> 16) % 30, []
        for _ in range(length):
            state = (1664525 * state + 1013904223) % 2**32
            text.append(words[(state >> 16) % len(words)])
        texts.append(" ".join(text))
    return texts


def test_lucene_weights_and_idf_are_lucenes():
    encoder = sprat.BM25Encoder(str.split).fit(CORPUS)

    documents = encoder.encode_documents(CORPUS)
    queries = encoder.encode_queries(["a b b"])

    # norm = 1.2 * (0.25 + 0.75 * length / 2.5), weight = tf / (tf + norm)
    # idf = ln(1 + (N - df + 0.5) / (df + 0.5))
    np.testing.assert_allclose(
        documents.toarray(), [[2 / 3.38, 1 / 2.38, 0], [0, 1 / 2.02, 1 / 2.02]], rtol=1e-6
    )
    np.testing.assert_allclose(queries.toarray(), [[0.6931472, 2 * 0.18232156, 0]], rtol=1e-6)


def test_okapi_weights_and_idf_are_pymilvus_models():
    encoder = sprat.BM25Encoder(str.split, variant="okapi", k1=1.5, epsilon=0.5).fit(
        ["a b", "a c", "a d e f"]
    )

    documents = encoder.encode_documents(["a a"])
    queries = encoder.encode_queries(["a b"])

    # avgdl = 8 / 3; raw idf = ln(N - df + .5) - ln(df + .5), so a: -1.9459101, others: 0.5108256
    average_idf = (-1.9459101 + 5 * 0.5108256) / 6
    norm = 1.5 * (0.25 + 0.75 * 2 / (8 / 3))
    np.testing.assert_allclose(documents.toarray()[0, 0], 2 * 2.5 / (2 + norm), rtol=1e-6)
    np.testing.assert_allclose(queries.toarray()[0, :2], [0.5 * average_idf, 0.5108256], rtol=1e-6)


def test_columns_come_in_order_of_first_occurrence():
    encoder = sprat.BM25Encoder(WHITESPACE).fit(["c a", "b a", "d"])

    assert dict(encoder.vocabulary) == {"c": 0, "a": 1, "b": 2, "d": 3}
    assert list(encoder.vocabulary) == ["c", "a", "b", "d"]
    assert encoder.dim == 4


def test_statistics_are_sums_over_the_collection():
    statistics = sprat.BM25Encoder(WHITESPACE).fit(["a a b", "", "b c"]).statistics

    assert isinstance(statistics, sprat.CollectionStatistics)
    assert (statistics.document_count, statistics.token_count) == (3, 5)
    assert statistics.document_frequency.tolist() == [1, 2, 1]
    assert statistics.document_frequency.dtype == np.int64
    assert statistics.average_document_length == 5 / 3


def test_statistics_and_vocabulary_cannot_be_changed():
    encoder = sprat.BM25Encoder(WHITESPACE).fit(CORPUS)

    with pytest.raises(ValueError, match="read-only"):
        encoder.statistics.document_frequency[0] = 7
    with pytest.raises(AttributeError):
        encoder.statistics.document_count = 7
    with pytest.raises(TypeError):
        encoder.vocabulary["x"] = 1


def test_matrices_are_float32_csr_with_two_dimensional_rows():
    matrix = sprat.BM25Encoder().fit_encode_documents(["Dogs run.", "Cats don't run!"])

    assert (matrix.format, matrix.dtype) == ("csr", np.float32)
    assert (matrix.indices.dtype, matrix.indptr.dtype) == (np.int32, np.int32)
    assert matrix.has_sorted_indices
    assert matrix[0].shape == next(iter(matrix)).shape == (1, matrix.shape[1])


def test_the_dot_product_is_the_score():
    encoder = sprat.BM25Encoder(WHITESPACE).fit(CORPUS)

    scores = encoder.encode_queries("a b") @ encoder.encode_documents(CORPUS).T

    np.testing.assert_allclose(
        scores.toarray(), [[0.6931472 * 2 / 3.38 + 0.18232156 / 2.38, 0.18232156 / 2.02]], rtol=1e-6
    )


def test_unknown_terms_lengthen_a_document_but_have_no_entry():
    encoder = sprat.BM25Encoder(WHITESPACE).fit(CORPUS)

    known, longer = encoder.encode_documents(["a", "x a y"]).toarray()[:, 0]

    assert encoder.encode_documents(["x y"]).nnz == 0
    np.testing.assert_allclose([known, longer], [1 / 1.66, 1 / 2.38], rtol=1e-6)


def test_an_idf_of_zero_is_a_stored_entry():
    encoder = sprat.BM25Encoder(WHITESPACE, variant="okapi").fit(["a", "b"])

    assert encoder.encode_queries("a b").nnz == 2


def test_one_str_is_one_query():
    encoder = sprat.BM25Encoder(WHITESPACE).fit(CORPUS)

    assert bits(encoder.encode_queries("b a")) == bits(encoder.encode_queries(["b a"]))


@pytest.mark.parametrize("analyzer", ["en", WHITESPACE, str.split], ids=["en", "native", "callable"])
def test_no_texts_give_no_rows(analyzer):
    encoder = sprat.BM25Encoder(analyzer).fit(["dog", "cat"])

    assert encoder.encode_documents([]).shape == (0, 2)
    assert encoder.encode_queries(iter([])).shape == (0, 2)


def test_a_fit_forgets_the_fit_before():
    encoder = sprat.BM25Encoder(WHITESPACE)

    encoder.fit(CORPUS)
    encoder.fit(["x"])

    assert dict(encoder.vocabulary) == {"x": 0}
    assert bits(encoder.encode_documents("a x".split())) == (
        (2, 1),
        [0, 0, 1],
        [0],
        bits(encoder.encode_documents(["x"]))[3],
    )


@pytest.mark.parametrize("variant", ["lucene", "okapi"])
@pytest.mark.parametrize("threads", [1, 2, 5, 0])
def test_results_are_the_same_bits_for_any_number_of_threads(variant, threads):
    texts = english_texts(700)
    one = sprat.BM25Encoder("en", variant=variant, threads=1).fit(texts)

    encoder = sprat.BM25Encoder("en", variant=variant, threads=threads)

    assert bits(encoder.fit_encode_documents(texts)) == bits(one.encode_documents(texts))
    assert list(encoder.vocabulary) == list(one.vocabulary)
    assert encoder.statistics == one.statistics
    assert bits(encoder.encode_documents(texts)) == bits(one.encode_documents(texts))
    assert bits(encoder.encode_queries(texts)) == bits(one.encode_queries(texts))


@pytest.mark.parametrize("analyzer", ["en", str.split], ids=["native", "callable"])
@pytest.mark.parametrize(
    "feed",
    [
        tuple,
        iter,
        np.array,
        lambda texts: (text for text in texts),
        lambda texts: dict(enumerate(texts)).values(),
    ],
    ids=["tuple", "iterator", "array", "generator", "view"],
)
def test_results_are_the_same_bits_however_the_texts_are_fed(analyzer, feed):
    texts = english_texts(300)
    listed = sprat.BM25Encoder(analyzer).fit(texts)

    fed = sprat.BM25Encoder(analyzer).fit(feed(texts))

    assert list(fed.vocabulary) == list(listed.vocabulary)
    assert bits(fed.encode_documents(feed(texts))) == bits(listed.encode_documents(texts))
    assert bits(sprat.BM25Encoder(analyzer).fit_encode_documents(feed(texts))) == bits(
        listed.encode_documents(texts)
    )


def test_encoding_in_chunks_is_encoding_at_once():
    texts = english_texts(100)
    encoder = sprat.BM25Encoder().fit(texts)

    whole = encoder.encode_documents(texts)

    chunks = [encoder.encode_documents(texts[at : at + 7]) for at in range(0, 100, 7)]
    assert [bits(row) for chunk in chunks for row in chunk] == [bits(row) for row in whole]


awkward_texts = st.lists(
    st.text(alphabet=st.sampled_from("ab \t\u00a0\u200b\x1cé😀\ud800'\".-"), max_size=12),
    min_size=1,
    max_size=30,
)


@given(texts=awkward_texts)
def test_a_native_analyzer_and_its_twin_in_python_give_the_same_bits(texts):
    texts = [*texts, "a"]
    native, python = sprat.BM25Encoder(WHITESPACE), sprat.BM25Encoder(str.split)

    assert bits(native.fit_encode_documents(texts)) == bits(python.fit_encode_documents(texts))
    assert list(native.vocabulary) == list(python.vocabulary)
    assert native.statistics == python.statistics
    assert bits(native.encode_queries(texts)) == bits(python.encode_queries(texts))


def test_tokens_of_a_callable_may_be_any_hashable_values():
    corpus = [[("a", 1), 7, None], [7, 7.5], []]
    encoder = sprat.BM25Encoder(lambda tokens: tokens)

    matrix = encoder.fit_encode_documents(corpus)

    assert dict(encoder.vocabulary) == {("a", 1): 0, 7: 1, None: 2, 7.5: 3}
    assert matrix.indptr.tolist() == [0, 3, 5, 5]
    assert matrix.indices.tolist() == [0, 1, 2, 1, 3]
    assert encoder.encode_queries([[7.0, "unknown"]]).indices.tolist() == [1]


def test_a_callable_may_give_its_tokens_one_by_one():
    def letters(text: str) -> Iterator[str]:
        yield from text

    encoder = sprat.BM25Encoder(letters).fit(["ab", "b"])

    assert dict(encoder.vocabulary) == {"a": 0, "b": 1}


def test_a_callable_with_many_tokens_is_counted_batch_by_batch():
    texts = ["x " * 50_000, "y x", "z " * 70_000, "x"]

    encoder = sprat.BM25Encoder(str.split).fit(texts)

    assert encoder.statistics == sprat.BM25Encoder(WHITESPACE).fit(texts).statistics
    assert bits(encoder.encode_documents(texts)) == bits(
        sprat.BM25Encoder(WHITESPACE).fit_encode_documents(texts)
    )


@pytest.mark.parametrize("analyzer", ["en", str.split], ids=["native", "callable"])
@pytest.mark.parametrize("texts", [[], [""], ["", " \n"]], ids=repr)
def test_nothing_to_learn_from_is_refused(analyzer, texts):
    with pytest.raises(EmptyCorpusError, match="a fit needs at least one"):
        sprat.BM25Encoder(analyzer).fit(texts)


def test_nothing_to_learn_from_is_the_error_old_code_catches():
    for caught in (ZeroDivisionError, InvalidArgumentError, ValueError, SpratError):
        with pytest.raises(caught):
            sprat.BM25Encoder().fit(["the and of"])


@pytest.mark.parametrize("act", ["encode_documents", "encode_queries"])
def test_encoding_before_a_fit_says_what_to_do(act):
    with pytest.raises(NotFittedError, match=r"call fit\(texts\)"):
        getattr(sprat.BM25Encoder(), act)(["a"])


def test_an_encoder_knows_nothing_before_a_fit():
    encoder = sprat.BM25Encoder()

    assert encoder.dim == 0
    assert dict(encoder.vocabulary) == {}
    assert encoder.statistics.document_count == 0
    assert encoder.statistics.average_document_length == 0


def broken_texts() -> Iterator[str]:
    yield "new text"
    raise OSError("disk on fire")


@pytest.mark.parametrize("analyzer", [WHITESPACE, str.split], ids=["native", "callable"])
@pytest.mark.parametrize("texts", [broken_texts, lambda: ["new", 3], list, lambda: "new"])
@pytest.mark.parametrize("fit", ["fit", "fit_encode_documents"])
def test_a_failing_fit_leaves_the_encoder_as_it_was(analyzer, texts, fit):
    encoder = sprat.BM25Encoder(analyzer).fit(CORPUS)
    before = bits(encoder.encode_documents(CORPUS)), dict(encoder.vocabulary), encoder.statistics

    with pytest.raises((OSError, TypeError, EmptyCorpusError)):
        getattr(encoder, fit)(texts())

    assert (bits(encoder.encode_documents(CORPUS)), dict(encoder.vocabulary), encoder.statistics) == before


@pytest.mark.parametrize("act", ["fit", "fit_encode_documents", "encode_documents"])
def test_a_single_str_is_no_collection(act):
    encoder = sprat.BM25Encoder(WHITESPACE).fit(CORPUS)

    with pytest.raises(TypeError, match="got one str; wrap it in a list"):
        getattr(encoder, act)("abc")


@pytest.mark.parametrize("act", ["fit", "fit_encode_documents", "encode_documents", "encode_queries"])
@pytest.mark.parametrize("stranger", [b"c", None, 1.5, ["c"]], ids=repr)
def test_an_element_that_is_no_str_is_named_by_its_position(act, stranger):
    encoder = sprat.BM25Encoder().fit(["dog"])

    with pytest.raises(TypeError) as refused:
        getattr(encoder, act)(["a", "b", stranger, "d"])

    assert str(refused.value) == f"texts[2] must be str, got {type(stranger).__name__}"


def test_an_unknown_language_is_refused_with_those_that_are_known():
    with pytest.raises(InvalidArgumentError, match=r"^language must be 'de', 'en', .*, got 'klingon'$"):
        sprat.BM25Encoder("klingon")


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        (
            {"variant": "bm42"},
            "variant must be 'lucene', 'lucene-lossy', 'okapi', 'robertson', 'atire', 'bm25l', 'bm25+', "
            "'bm25-adpt', 'tf-ldp', 'qdrant' or 'pinecone', got 'bm42'",
        ),
        ({"k1": -0.1}, "k1 must be a finite number of at least 0, got -0.1"),
        ({"k1": float("nan")}, "k1 must be a finite number of at least 0, got nan"),
        ({"k1": "1.2"}, "k1 must be a finite number of at least 0, got '1.2'"),
        ({"b": 2.0}, "b must be between 0 and 1, got 2.0"),
        ({"b": -1}, "b must be between 0 and 1, got -1"),
        ({"b": True}, "b must be between 0 and 1, got True"),
        ({"epsilon": float("inf")}, "epsilon must be a finite number, got inf"),
        ({"threads": -1}, "threads must be a whole number from 0 (one per core), got -1"),
        ({"threads": 1.5}, "threads must be a whole number from 0 (one per core), got 1.5"),
        ({"analyzer": 5}, "analyzer must be a language, an Analyzer or a callable, got int"),
    ],
    ids=repr,
)
def test_a_value_out_of_range_is_refused_with_what_is_allowed(argument, message):
    with pytest.raises(InvalidArgumentError) as refused:
        sprat.BM25Encoder(**argument)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    "changed",
    [{"k1": 2}, {"b": 0}, {"variant": "okapi"}, {"analyzer": "en"}, {"variant": "okapi", "epsilon": 9}],
)
def test_every_option_changes_an_answer(changed):
    texts = ["the dogs dogs", "dogs run run", "dogs cats"]
    plain, other = sprat.BM25Encoder(WHITESPACE), sprat.BM25Encoder(**{"analyzer": WHITESPACE, **changed})
    if "epsilon" in changed:
        plain = sprat.BM25Encoder(WHITESPACE, variant="okapi")

    ours = bits(plain.fit_encode_documents(texts)), bits(plain.encode_queries(texts))
    theirs = bits(other.fit_encode_documents(texts)), bits(other.encode_queries(texts))

    assert ours != theirs


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
def test_copies_and_pickles_encode_alike(duplicate):
    encoder = sprat.BM25Encoder("en").fit(["Dogs run", "cats"])

    copied = duplicate(encoder)

    assert bits(copied.encode_documents(["dogs cat x"])) == bits(encoder.encode_documents(["dogs cat x"]))
    assert copied.statistics == encoder.statistics
