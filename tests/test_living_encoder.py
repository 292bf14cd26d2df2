"""What an encoder learnt, added to and taken from: always the fit of what is left, to the last bit."""

from __future__ import annotations

import copy
import json
import math
import pickle
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reference
import sprat
from sprat import BM25Encoder, CollectionStatistics
from sprat.errors import EmptyCorpusError, FrozenStatisticsError, InvalidArgumentError, NotFittedError

WHITESPACE = sprat.Analyzer.from_dict({"version": 1, "tokenizer": {"type": "whitespace"}, "filters": []})
HASHED = sprat.HashedVocabulary("murmur3")
VARIANTS = ["lucene", "okapi", "atire", "bm25+"]

# At least one term in each, so that it can be fitted.
texts = st.lists(st.text(alphabet="abcd ", max_size=8), max_size=6).map(lambda found: [*found, "a d"])
analyzers = st.sampled_from([WHITESPACE, str.split])
variants = st.sampled_from(VARIANTS)
FEWER = settings(max_examples=40)  # each writes files, and waits for the disk


def bits(matrix) -> tuple[object, ...]:
    data = np.asarray(matrix.data).view(np.uint32).tolist()
    return matrix.shape, matrix.indptr.tolist(), matrix.indices.tolist(), data


def entries(matrix, names: list[str]) -> list[dict[str, float]]:
    """Rows as dicts by term, whatever the columns."""
    return [dict(zip((names[i] for i in row.indices), row.data.tolist())) for row in matrix]


@pytest.fixture(scope="module")
def saved_text(tmp_path_factory):
    path = tmp_path_factory.mktemp("fits") / "bm25.json"

    def text(encoder: BM25Encoder) -> str:
        encoder.save(path)
        return path.read_text()

    return text


@FEWER
@given(texts, texts, analyzers, variants)
def test_three_ways_to_a_fit_give_one_file_and_the_same_bits(saved_text, a, b, analyzer, variant):
    def encoder():
        return BM25Encoder(analyzer, variant=variant)

    whole = encoder().fit(a + b)

    for other in (encoder().fit(a).partial_fit(b), encoder().fit(a).merge(encoder().fit(b))):
        assert list(other.vocabulary.items()) == list(whole.vocabulary.items())
        assert other.statistics == whole.statistics
        assert saved_text(other) == saved_text(whole)
        assert bits(other.encode_documents(a + b)) == bits(whole.encode_documents(a + b))
        assert bits(other.encode_queries(a + b)) == bits(whole.encode_queries(a + b))


@given(texts, texts)
def test_a_fit_that_was_added_to_is_the_references(saved_text, a, b):
    encoder = BM25Encoder(WHITESPACE, variant="okapi", k1=1.5).fit(a).partial_fit(b)

    expected = reference.Bm25([text.split() for text in a + b])

    assert saved_text(encoder).split(', "sprat": ')[0] + "}" == expected.saved_text()


@given(texts, texts, texts, analyzers, variants)
def test_after_a_removal_all_answers_are_those_of_a_fit_without(a, b, c, analyzer, variant):
    encoder = BM25Encoder(analyzer, variant=variant).fit(a).partial_fit(b)
    columns = dict(encoder.vocabulary)
    fresh = BM25Encoder(analyzer, variant=variant).fit(a)

    encoder.remove(b)

    assert dict(encoder.vocabulary) == columns
    assert encoder.statistics == fresh.statistics
    assert encoder.statistics.average_document_length == fresh.statistics.average_document_length
    names, fresh_names = list(encoder.vocabulary), list(fresh.vocabulary)
    for mine, others in [
        (encoder.encode_documents(b + c), fresh.encode_documents(b + c)),
        (encoder.encode_queries(b + c), fresh.encode_queries(b + c)),
    ]:
        assert entries(mine, names) == entries(others, fresh_names)


@FEWER
@given(texts, texts, texts, analyzers, variants)
def test_compacting_after_a_removal_gives_the_fit_without_it(saved_text, a, b, c, analyzer, variant):
    encoder = BM25Encoder(analyzer, variant=variant).fit(a).partial_fit(b).remove(b)
    before = encoder.encode_documents(c)

    new_columns = encoder.compact()

    assert saved_text(encoder) == saved_text(BM25Encoder(analyzer, variant=variant).fit(a))
    after = encoder.encode_documents(c)
    assert new_columns[before.indices].tolist() == after.indices.tolist()
    assert after.data.tolist() == before.data.tolist()


@FEWER
@given(texts, texts, analyzers, variants)
def test_a_saved_fit_can_be_added_to_and_taken_from(tmp_path_factory, saved_text, a, b, analyzer, variant):
    path = tmp_path_factory.getbasetemp() / "loaded.json"
    encoder = BM25Encoder(analyzer, variant=variant).fit(a)
    encoder.partial_fit(b).remove(a)
    text = saved_text(encoder)
    path.write_text(text)

    loaded = BM25Encoder.load(path, analyzer=analyzer)

    assert saved_text(loaded) == text
    assert saved_text(loaded.partial_fit(a)) == saved_text(encoder.partial_fit(a))
    assert loaded.statistics == BM25Encoder(analyzer).fit(b + a).statistics


def test_a_file_with_removed_terms_gives_them_no_idf(saved_text):
    text = saved_text(BM25Encoder(WHITESPACE, variant="okapi").fit(["a b", "c d", "c"]).remove(["a b"]))

    content = json.loads(text)

    assert content["idf_word"] == ["a", "b", "c", "d"]
    assert content["sprat"]["document_frequency"] == [0, 0, 2, 1]
    assert content["idf_value"][:2] == [0.0, 0.0]
    # average_idf is over c and d, as if a and b had never been there
    idf = [math.log(0.5) - math.log(2.5), math.log(1.5) - math.log(1.5)]
    assert content["idf_value"][2:] == [0.25 * (idf[0] + idf[1]) / 2, idf[1]]


def test_sprat_model_reads_a_file_with_removed_terms(tmp_path):
    path = tmp_path / "bm25.json"
    encoder = BM25Encoder(WHITESPACE, variant="okapi").fit(["a b", "c d", "c"]).remove(["a b"])
    encoder.save(path)
    theirs = sprat.model.sparse.BM25EmbeddingFunction(analyzer=str.split)

    theirs.load(path)

    assert theirs.dim == encoder.dim == 4
    assert theirs.idf["a"] == [0.0, 0]
    ours, others = encoder.encode_queries(["a c d b"]), theirs.encode_queries(["a c d b"])
    assert others.toarray().tolist() == ours.toarray().tolist()


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_fit_can_be_emptied_and_filled_again(saved_text, tmp_path, variant):
    encoder = BM25Encoder(WHITESPACE, variant=variant).fit(["b a"]).remove(["b a"])

    assert (encoder.encode_documents(["a b c"]).nnz, encoder.encode_queries("a").nnz) == (0, 0)
    assert encoder.statistics == CollectionStatistics()
    path = tmp_path / "empty.json"
    path.write_text(saved_text(encoder))
    refilled = BM25Encoder.load(path).partial_fit(["a c"])
    assert dict(refilled.vocabulary) == {"b": 0, "a": 1, "c": 2}
    assert refilled.encode_documents(["a b c"]).indices.tolist() == [1, 2]


@FEWER
@given(
    st.lists(st.text(alphabet="ab ", max_size=5), max_size=5).map(lambda found: [*found, "search"]),
    st.lists(st.text(alphabet="bc ", max_size=5), max_size=5).map(lambda found: [*found, "fwzaj b"]),
    st.sampled_from(["pinecone", "lucene", "qdrant"]),
)
def test_hashed_fits_add_up_too(saved_text, a, b, variant):
    def encoder():
        return BM25Encoder(WHITESPACE, variant=variant, vocabulary=HASHED)

    whole = encoder().fit(a + b)
    grown = encoder().fit(a).partial_fit(b)
    merged = encoder().fit(a).merge(encoder().fit(b))

    assert saved_text(grown) == saved_text(merged) == saved_text(whole)
    assert grown.collisions == merged.collisions == whole.collisions
    fresh = encoder().fit(a)
    assert bits(grown.remove(b).encode_queries(a + b)) == bits(fresh.encode_queries(a + b))
    assert bits(grown.encode_documents(a + b)) == bits(fresh.encode_documents(a + b))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
@pytest.mark.parametrize("vocabulary", [None, HASHED], ids=repr)
def test_a_copy_can_be_added_to_on_its_own(saved_text, duplicate, vocabulary):
    encoder = BM25Encoder(WHITESPACE, vocabulary=vocabulary).fit(["a b"]).partial_fit(["c"]).remove(["c"])
    before = saved_text(encoder)

    other = duplicate(encoder)

    assert saved_text(other) == before
    assert saved_text(other.partial_fit(["c d"])) == saved_text(duplicate(encoder).partial_fit(["c d"]))
    assert saved_text(encoder) == before


def test_a_hashed_encoder_without_documents():
    for variant, needs in [("lucene", True), ("qdrant", False)]:
        encoder = BM25Encoder(WHITESPACE, variant=variant, vocabulary=HASHED).fit(["a b"]).remove(["a b"])
        if needs:
            with pytest.raises(NotFittedError):
                encoder.encode_documents(["a"])
        else:
            unfitted = BM25Encoder(WHITESPACE, variant=variant, vocabulary=HASHED)
            assert bits(encoder.encode_documents(["a c"])) == bits(unfitted.encode_documents(["a c"]))
            assert bits(encoder.encode_queries(["a c"])) == bits(unfitted.encode_queries(["a c"]))
        with pytest.raises(InvalidArgumentError, match="a hashed vocabulary cannot be compacted"):
            encoder.compact()


def test_tokens_of_any_kind_add_up():
    a, b = [[("a", 1), 7], [None]], [[7.0, frozenset()], [("a", 1)]]

    encoder = BM25Encoder(tuple).fit(a).partial_fit(b)

    assert dict(encoder.vocabulary) == dict(BM25Encoder(tuple).fit(a + b).vocabulary)
    assert encoder.statistics == BM25Encoder(tuple).fit(a + b).statistics
    assert encoder.remove(a).statistics == BM25Encoder(tuple).fit(b).statistics


def test_an_encoder_without_a_fit_can_be_added_to():
    encoder = BM25Encoder(WHITESPACE)

    assert encoder.partial_fit([]).partial_fit(["", " "]).dim == 0
    assert encoder.partial_fit(["b a"]).statistics == BM25Encoder(WHITESPACE).fit(["", "", "b a"]).statistics
    assert BM25Encoder(WHITESPACE).merge(encoder).vocabulary == {"b": 0, "a": 1}


def test_statistics_counted_elsewhere_make_an_encoder(saved_text):
    late, early = (CollectionStatistics.of([t], WHITESPACE, shard=i) for t, i in [("b c", 2), ("a b", 1)])

    encoder = BM25Encoder(WHITESPACE).merge(late.merge(early))

    assert saved_text(encoder) == saved_text(BM25Encoder(WHITESPACE).fit(["a b", "b c"]))
    assert encoder.partial_fit(["d"]).dim == 4


def broken() -> Iterator[str]:
    yield "new"
    raise OSError("disk on fire")


@pytest.mark.parametrize("analyzer", [WHITESPACE, str.split], ids=["native", "callable"])
@pytest.mark.parametrize(
    ("act", "argument", "error"),
    [
        ("partial_fit", broken, OSError),
        ("partial_fit", lambda: ["new", 3], TypeError),
        ("partial_fit", lambda: "new", TypeError),
        ("remove", broken, OSError),
        ("remove", lambda: ["a b", "unknown"], InvalidArgumentError),
        ("remove", lambda: ["a b"] * 2, InvalidArgumentError),
        ("merge", lambda: BM25Encoder("en").fit(["dog"]), InvalidArgumentError),
        ("merge", lambda: BM25Encoder(WHITESPACE, vocabulary=HASHED).fit(["a"]), InvalidArgumentError),
        ("merge", lambda: "a.json", TypeError),
        ("fit", lambda: [""], EmptyCorpusError),
    ],
)
def test_a_failing_change_leaves_the_encoder_as_it_was(saved_text, analyzer, act, argument, error):
    encoder = BM25Encoder(analyzer).fit(["a b", "c"])
    before = saved_text(encoder)

    with pytest.raises(error):
        getattr(encoder, act)(argument())

    assert saved_text(encoder) == before


def test_an_unfitted_encoder_does_not_take_the_statistics_of_another_analyzer():
    with pytest.raises(InvalidArgumentError, match=r"<nltk > .* here, <whitespace; .* there"):
        BM25Encoder("en").merge(BM25Encoder(WHITESPACE).fit(["a"]))
    with pytest.raises(InvalidArgumentError, match="exact here, hashed by 'murmur3' there"):
        BM25Encoder(WHITESPACE).merge(BM25Encoder(WHITESPACE, vocabulary=HASHED).fit(["a"]))


def test_a_file_loaded_with_another_analyzer_is_not_added_to(tmp_path):
    BM25Encoder(WHITESPACE).fit(["a b"]).save(tmp_path / "bm25.json")
    encoder = BM25Encoder.load(tmp_path / "bm25.json", analyzer="unicode")

    with pytest.raises(InvalidArgumentError, match=r"<whitespace; .* here, <cjk-bigram > casefold; .* there"):
        encoder.partial_fit(["c"])


def test_a_file_of_pymilvus_model_is_frozen_and_says_why(tmp_path):
    path = tmp_path / "theirs.json"
    content = {"corpus_size": 1, "avgdl": 2.0, "idf_word": ["a", "b"], "idf_value": [1.0, 2.0]}
    path.write_text(json.dumps({"version": "v1", **content, "k1": 1.5, "b": 0.75, "epsilon": 0.25}))
    frozen, ours = BM25Encoder.load(path), BM25Encoder("en").fit(["dogs"])

    def unread() -> Iterator[str]:
        pytest.fail("a text was read before the refusal")
        yield ""

    for act in (
        lambda: frozen.partial_fit(unread()),
        lambda: frozen.remove(unread()),
        lambda: frozen.merge(ours),
        lambda: ours.merge(frozen),
        lambda: ours.drift(frozen),
        frozen.compact,
    ):
        with pytest.raises(FrozenStatisticsError, match=r"pymilvus.model holds .* no document frequencies"):
            act()
    assert frozen.encode_queries("b").data.tolist() == [2.0]


def test_a_variant_that_needs_every_document_is_not_added_to():
    adaptive = BM25Encoder(WHITESPACE, variant="bm25-adpt").fit(["a b", "b"])

    for act in (adaptive.partial_fit, adaptive.remove, adaptive.merge, adaptive.drift):
        with pytest.raises(FrozenStatisticsError, match="'bm25-adpt' learns from whole documents"):
            act(["c"])
    assert BM25Encoder(WHITESPACE).merge(adaptive).statistics == adaptive.statistics


def test_a_given_average_survives_what_is_learnt_and_a_file(tmp_path):
    encoder = BM25Encoder(WHITESPACE, average_document_length=50).fit(["a b"])
    encoder.save(tmp_path / "bm25.json")

    for other in (encoder, BM25Encoder.load(tmp_path / "bm25.json")):
        rows = other.partial_fit(["c"]).encode_documents(["a"])
        np.testing.assert_allclose(rows.data, [1 / (1 + 1.2 * (0.25 + 0.75 / 50))], rtol=1e-6)


def test_encoding_meanwhile_sees_a_fit_from_before_or_after_and_no_change_is_lost():
    encoder = BM25Encoder(WHITESPACE, threads=1).fit(["a b"])
    query, seen, failures = "a x1 x2 x3", set(), []

    def answer(fitted):
        return tuple(fitted.encode_queries(query).data.tolist())

    allowed = {answer(encoder)}
    step = BM25Encoder(WHITESPACE).fit(["a b"])
    for _ in range(40):
        allowed.add(answer(step.partial_fit(["x1 x2 a"])))

    def read():
        try:
            while not done.is_set():
                seen.add(answer(encoder))
        except BaseException as error:
            failures.append(error)

    def write():
        for _ in range(10):
            encoder.partial_fit(["x1 x2 a"])

    done = threading.Event()
    readers = [threading.Thread(target=read) for _ in range(2)]
    writers = [threading.Thread(target=write) for _ in range(4)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()

    assert failures == []
    assert seen <= allowed
    assert encoder.statistics.document_count == 41
    assert encoder.statistics == step.statistics
