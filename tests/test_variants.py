"""The variants of BM25, against the libraries they are named after, and the query's side."""

from __future__ import annotations

import gzip
import json
import math
import random
import zlib

import bm25s
import numpy as np
import pytest
import rank_bm25
from hypothesis import given, settings
from hypothesis import strategies as st

import reference
import sprat
from sprat.errors import CorruptFileError, InvalidArgumentError

LISTS = sprat.Analyzer.from_stages({"type": "whitespace"})
BM25S_METHODS = ["robertson", "lucene", "atire", "bm25l", "bm25+"]

# Few terms and short documents: most terms repeat, some stand in most documents, some documents are empty.
tokens = st.lists(st.sampled_from("abcdefgh"), max_size=12)
collections = st.lists(tokens, min_size=1, max_size=12).filter(any)
queries = st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=6)
k1s, bs = st.sampled_from([0.4, 1.2, 2.0]), st.sampled_from([0, 0.4, 0.9])


def joined(documents):
    return [" ".join(tokens) for tokens in documents]


def full_scores(encoder, documents, query):
    """Scores of every document, float64, what absent terms give included."""
    asked = encoder.encode_queries(" ".join(query))
    products = encoder.encode_documents(joined(documents)).toarray().astype(np.float64) @ asked.toarray()[0]
    return products + encoder.score_offsets(asked)[0]


def bm25s_scores(documents, query, method, k1, b, delta):
    theirs = bm25s.BM25(k1=k1, b=b, delta=delta, method=method)
    theirs.index(documents, show_progress=False)
    known = theirs.get_tokens_ids(query)
    return theirs.get_scores_from_ids(known).astype(np.float64)


@settings(max_examples=40)  # for each parameter
@given(
    documents=collections,
    query=queries,
    k1=st.sampled_from([0.4, 1.2, 2.0]),
    b=st.sampled_from([0, 0.4, 0.9]),
)
@pytest.mark.parametrize("method", BM25S_METHODS)
def test_scores_are_bm25s_scores(method, documents, query, k1, b):
    delta = {"delta": 0.7} if method in ("bm25l", "bm25+") else {}
    encoder = sprat.BM25Encoder(LISTS, variant=method, k1=k1, b=b, **delta).fit(joined(documents))

    scores = full_scores(encoder, documents, query)

    np.testing.assert_allclose(
        scores, bm25s_scores(documents, query, method, k1, b, 0.7), rtol=1e-5, atol=1e-5
    )


@settings(max_examples=40)  # for each parameter
@given(documents=collections, query=queries, b=bs)
@pytest.mark.parametrize(
    ("variant", "theirs", "more"),
    [("okapi", rank_bm25.BM25Okapi, {"epsilon": 0.3}), ("bm25+", rank_bm25.BM25Plus, {"delta": 0.8})],
)
def test_scores_are_rank_bm25s_scores(variant, theirs, more, documents, query, b):
    encoder = sprat.BM25Encoder(LISTS, variant=variant, k1=1.5, b=b, **more).fit(joined(documents))

    scores = full_scores(encoder, documents, query)

    np.testing.assert_allclose(
        scores, theirs(documents, k1=1.5, b=b, **more).get_scores(query), rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("collection", ["cranfield", "med"])
def test_real_collections_score_as_with_bm25s_and_rank_bm25(shared, collection):
    folder = shared / "data" / collection
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        documents = [sprat.Analyzer("en")(json.loads(line)["text"]) for line in lines]
    with gzip.open(folder / "queries.jsonl.gz", "rt", encoding="utf-8") as lines:
        asked = [sprat.Analyzer("en")(json.loads(line)["text"]) for line in lines][:20]

    for variant in [*BM25S_METHODS, "okapi"]:
        encoder = sprat.BM25Encoder(LISTS, variant=variant).fit(joined(documents))
        if variant == "okapi":
            okapi = rank_bm25.BM25Okapi(documents, k1=1.2)
            expected = [okapi.get_scores(query) for query in asked[:3]]
        else:
            theirs = bm25s.BM25(k1=1.2, method=variant, delta=encoder.delta)
            theirs.index(documents, show_progress=False)
            expected = [theirs.get_scores_from_ids(theirs.get_tokens_ids(query)) for query in asked]
        rows = encoder.encode_queries(joined(asked[: len(expected)]))
        products = (encoder.encode_documents(joined(documents)) @ rows.T).toarray().T
        scores = products + encoder.score_offsets(rows)[:, None]
        np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=2e-5, err_msg=variant)


def test_what_absent_terms_give_does_not_change_the_order():
    documents = ["a b", "a a c", "b b b", "c"]
    encoder = sprat.BM25Encoder(LISTS, variant="bm25l").fit(documents)

    asked = encoder.encode_queries(["a b", "", "d"])

    # absent = (k1 + 1) delta / (k1 + delta) = 2.2 * 0.5 / 1.7, idf(a) = idf(b) = ln(5 / 2.5)
    np.testing.assert_allclose(encoder.score_offsets(asked), [2 * math.log(2) * 1.1 / 1.7, 0, 0], rtol=1e-6)
    plain = sprat.BM25Encoder(LISTS, variant="lucene").fit(documents)
    assert plain.score_offsets(plain.encode_queries("a b")).tolist() == [0.0]


@settings(max_examples=12)
@given(collections, st.sampled_from([0, 0.5, 1]))
def test_adapted_terms_are_the_papers(documents, b):
    # More of everything, so that terms repeat within documents often enough to be adapted.
    documents = [tokens * (1 + i % 5) for i, tokens in enumerate(documents)] * 3 + [[]]
    encoder = sprat.BM25Encoder(LISTS, variant="bm25-adpt", b=b).fit(joined(documents))

    rows = encoder.encode_documents(joined(documents)).toarray()

    average = sum(map(len, documents)) / len(documents)
    for term, (idf, k1, misfits) in reference.adapted(documents, b).items():
        column = encoder.vocabulary[term]
        np.testing.assert_allclose(
            encoder.encode_queries(term).toarray()[0, column], idf, rtol=1e-6, atol=1e-9
        )
        ours = encoder._fitted.term_k1[column]
        assert misfits[ours] <= misfits[k1] * (1 + 1e-6) + 1e-9 if any(misfits.values()) else ours == 0.001
        for row, tokens in zip(rows, documents):
            if term in tokens:
                tf, pivot = tokens.count(term), 1 - b + b * len(tokens) / average
                np.testing.assert_allclose(row[column], tf * (ours + 1) / (tf + ours * pivot), rtol=1e-6)


def test_a_term_is_adapted_to_how_much_its_repetition_tells():
    # Of the documents with r times "x", ever more have another one; "y" never repeats.
    documents = ["x"] * 20 + ["x x"] * 6 + ["x x x"] * 2 + ["x x x x x"] * 8 + ["y z"] * 60

    encoder = sprat.BM25Encoder(LISTS, variant="bm25-adpt", b=0).fit(documents)

    x, y = (encoder.vocabulary[term] for term in "xy")
    assert encoder._fitted.term_k1[y] == 0.001  # the first occurrence says all
    assert encoder._fitted.term_k1[x] == reference.adapted([text.split() for text in documents], 0)["x"][1]
    assert encoder._fitted.term_k1[x] > 0.1


def test_repetition_that_goes_on_telling_the_same_is_counted_up_to_its_limit():
    # From the second occurrence on, all have the next one, so that each tells as much as the one before.
    documents = ["x"] * 20 + ["x " * 260] * 8 + ["y"] * 600

    encoder = sprat.BM25Encoder(LISTS, variant="bm25-adpt", b=0).fit(documents)

    expected = reference.adapted([text.split() for text in documents], 0)["x"][1]
    assert encoder._fitted.term_k1[encoder.vocabulary["x"]] == expected


def test_without_delta_and_saturation_bm25l_is_whether_a_term_is_there():
    encoder = sprat.BM25Encoder(LISTS, variant="bm25l", k1=0, delta=0).fit(["a a b", "b", "c"])

    rows = encoder.encode_documents(["a a b"])
    asked = encoder.encode_queries(["a b"])

    assert rows.toarray().tolist() == [[1, 1, 0]]
    assert encoder.score_offsets(asked).tolist() == [0]


def test_adapted_terms_need_an_exact_vocabulary():
    with pytest.raises(InvalidArgumentError, match="variant 'bm25-adpt' goes with an exact vocabulary only"):
        sprat.BM25Encoder("en", variant="bm25-adpt", vocabulary=sprat.HashedVocabulary("murmur3"))


def test_logarithms_of_very_long_documents_are_not_negative():
    texts = ["x"] * 500 + ["x " + "y " * 5000]
    encoder = sprat.BM25Encoder(LISTS, variant="tf-ldp", delta=0, b=1).fit(texts)

    weights = encoder.encode_documents(texts).toarray()

    assert weights[500, 0] == 0
    # c = 1 / (1 / average): tf-ldp(c) = 1 + ln(1 + ln c)
    average = 5501 / 501
    assert weights[0, 0] == np.float32(1 + math.log(1 + math.log(average)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"delta": 0.5}, "variant 'lucene' has no delta, got 0.5"),
        ({"variant": "bm25+", "delta": -1}, "delta must be a finite number of at least 0, got -1"),
        ({"query_term_frequency": "once"}, "must be 'count', 'unique' or a k3 of at least 0, got 'once'"),
        ({"query_term_frequency": -1}, "query_term_frequency must be a finite number of at least 0, got -1"),
        ({"query_term_frequency": None}, "query_term_frequency must be a finite number .* got None"),
    ],
)
def test_parameters_out_of_range_are_refused(arguments, message):
    with pytest.raises(InvalidArgumentError, match=message):
        sprat.BM25Encoder(LISTS, **arguments)


@pytest.mark.parametrize(
    ("query_term_frequency", "times"),
    [("count", [3, 1]), ("unique", [1, 1]), (0, [1, 1]), (8, [9 * 3 / 11, 1]), (1.5, [2.5 * 3 / 4.5, 1])],
)
def test_repeated_query_terms_count_as_asked(query_term_frequency, times):
    texts = ["a b", "a c", "d"]
    plain = sprat.BM25Encoder(LISTS).fit(texts).encode_queries("a b").toarray()[0]
    encoder = sprat.BM25Encoder(LISTS, query_term_frequency=query_term_frequency).fit(texts)

    row = encoder.encode_queries("a b a a").toarray()[0]

    np.testing.assert_allclose(row[:2], plain[:2] * times, rtol=1e-6)


def test_boosts_multiply_the_weights_of_terms():
    encoder = sprat.BM25Encoder("en").fit(["Turing machines", "machine learning", "London"])
    turing, machine = (encoder.vocabulary[term] for term in ("ture", "machin"))
    plain = encoder.encode_queries("Turing machine").toarray()[0]

    rows = encoder.encode_queries(
        [{"Turing": 2, "machines": 0.5}, "Turing machine", {}, {"nothing known": 3}]
    )

    assert rows.shape == (4, encoder.dim)
    np.testing.assert_allclose(rows.toarray()[0, [turing, machine]], plain[[turing, machine]] * [2, 0.5])
    assert rows.toarray()[1].tolist() == plain.tolist()
    assert rows.toarray()[2:].any() == np.False_
    assert encoder.encode_queries({"Turing": 2}).toarray()[0, turing] == np.float32(2) * plain[turing]


@pytest.mark.parametrize(("counting", "times"), [("count", 7), ("unique", 7 / 3), (2, 9 / 5 * 7 / 3)])
def test_a_term_of_several_boosts_has_their_mean(counting, times):
    encoder = sprat.BM25Encoder(LISTS, query_term_frequency=counting).fit(["a b", "c"])
    plain = encoder.encode_queries("a").toarray()[0, 0]

    boosted = encoder.encode_queries({"a a": 3.0, "b a": 1.0}).toarray()[0]

    np.testing.assert_allclose(boosted[0], plain * times, rtol=1e-6)


@given(st.lists(st.dictionaries(st.sampled_from(["a b", "b", "c a", "d"]), st.just(1.0)), max_size=4))
def test_boosts_of_one_change_nothing(mappings):
    encoder = sprat.BM25Encoder(LISTS).fit(["a b", "b c", "c c d"])

    boosted = encoder.encode_queries(mappings).toarray()

    plain = encoder.encode_queries([" ".join(mapping) for mapping in mappings]).toarray()
    assert boosted.tolist() == plain.tolist()


@pytest.mark.parametrize("boost", [0, -1, float("nan"), float("inf"), "2", True, None])
def test_a_boost_that_is_none_is_refused(boost):
    encoder = sprat.BM25Encoder(LISTS).fit(["a"])
    with pytest.raises(InvalidArgumentError, match=r"queries\[1\]: the boost of 'a' must be a finite number"):
        encoder.encode_queries(["a", {"a": boost}])


def test_boosts_go_with_hashed_vocabularies():
    encoder = sprat.BM25Encoder(LISTS, vocabulary=sprat.HashedVocabulary("murmur3-abs"))

    row = encoder.encode_queries({"a b": 2, "b": 4})

    ids = {encoder.vocabulary["a"]: 2.0, encoder.vocabulary["b"]: 3.0}
    assert dict(zip(row.indices.tolist(), row.data.tolist())) == ids


@pytest.mark.parametrize(
    "arguments",
    [
        {"variant": "bm25-adpt", "b": 0.3},
        {"variant": "bm25l", "delta": 0.25, "query_term_frequency": "unique"},
        {"variant": "tf-ldp", "query_term_frequency": 8},
        {"variant": "robertson"},
        {"variant": "atire", "query_term_frequency": 1.5},
    ],
)
def test_a_variant_is_loaded_as_it_was_saved(tmp_path, arguments):
    random.seed(7)
    texts = [" ".join(random.choices("abcdef", k=random.randrange(9))) for _ in range(40)]
    encoder = sprat.BM25Encoder(LISTS, **arguments).fit(texts)

    encoder.save(tmp_path / "bm25.json")
    loaded = sprat.BM25Encoder.load(tmp_path / "bm25.json")

    assert (loaded.encode_documents(texts) != encoder.encode_documents(texts)).nnz == 0
    assert (loaded.encode_queries(texts) != encoder.encode_queries(texts)).nnz == 0
    assert (
        loaded.score_offsets(loaded.encode_queries(texts)).tolist()
        == encoder.score_offsets(encoder.encode_queries(texts)).tolist()
    )
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "bm25.json").read_bytes()


@pytest.mark.parametrize(
    ("variant", "weighting", "message"),
    [
        ("bm25+", {"delta": 1}, "sprat.weighting must hold delta, query_term_frequency, term_k1"),
        ("bm25+", [1], "sprat.weighting must hold delta"),
        ("bm25+", {"delta": "1", "query_term_frequency": "count", "term_k1": None}, "delta must be a finite"),
        ("bm25+", {"delta": -1, "query_term_frequency": "count", "term_k1": None}, "must not be negative"),
        (
            "bm25+",
            {"delta": 1, "query_term_frequency": "often", "term_k1": None},
            "must be 'count', 'unique'",
        ),
        ("bm25+", {"delta": 1, "query_term_frequency": 0, "term_k1": [1]}, "does not go with variant 'bm25"),
        ("bm25-adpt", {"delta": None, "query_term_frequency": 0, "term_k1": None}, "does not go with"),
        (
            "bm25-adpt",
            {"delta": None, "query_term_frequency": 0, "term_k1": [1]},
            "must hold 2 numbers",
        ),
        (
            "bm25-adpt",
            {"delta": None, "query_term_frequency": 0, "term_k1": [1, 0]},
            "numbers above 0",
        ),
    ],
)
def test_a_weighting_that_cannot_be_is_corrupt(tmp_path, variant, weighting, message):
    path = tmp_path / "bm25.json"
    sprat.BM25Encoder(LISTS, variant=variant).fit(["a b"]).save(path)
    content = json.loads(path.read_text())
    del content["sprat"]["crc32"]
    content["sprat"]["weighting"] = weighting
    text = json.dumps(content)[:-2]
    path.write_text(f'{text}, "crc32": "{zlib.crc32(text.encode()):08x}"}}}}')

    with pytest.raises(CorruptFileError, match=message):
        sprat.BM25Encoder.load(path)
