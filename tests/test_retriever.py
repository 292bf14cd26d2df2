"""sprat.Retriever: what it finds, what it takes, what it refuses."""

from __future__ import annotations

import asyncio
import copy
import pickle

import numpy as np
import pandas
import pytest
from scipy.sparse import csr_array

import sprat
from sprat.errors import InvalidArgumentError, NotFittedError

TEXTS = ["red fish", "blue fish", "red red bird", "green tree"]
IDS = ["rf", "bf", 7, "gt"]


def words(**options):
    return sprat.BM25Encoder(str.split, **options)


@pytest.fixture
def retriever():
    return sprat.Retriever.from_texts(TEXTS, IDS, words())


def found(hits):
    return [hit.id for hit in hits]


def test_hits_have_the_ids_scores_and_texts_of_the_best_documents(retriever):
    hits = retriever.search("red fish", k=2)

    encoder = words().fit(TEXTS)
    scores = (encoder.encode_documents(TEXTS) @ encoder.encode_queries("red fish").T).toarray().ravel()
    assert [(hit.id, hit.score, hit.text) for hit in hits] == [
        ("rf", float(scores[0]), "red fish"),
        (7, float(scores[2]), "red red bird"),
    ]


def test_scores_are_those_of_the_vectors_to_the_bit():
    texts = [f"w{n % 7} w{n % 5} w{n % 3} w{n % 2} x{n}" for n in range(50)]
    retriever = sprat.Retriever.from_texts(texts, encoder=words())
    encoder = words()
    index = sprat.SparseIndex(encoder.fit_encode_documents(texts))

    for query in texts:
        top = index.search(encoder.encode_queries(query), k=50)
        expected = [(n, s) for n, s in zip(top.documents[0].tolist(), top.scores[0].tolist()) if n >= 0]
        assert [(hit.id, hit.score) for hit in retriever.search(query, k=50)] == expected


def test_many_queries_give_a_list_each(retriever):
    one_by_one = [retriever.search("bird"), retriever.search("nothing"), retriever.search("fish")]

    assert retriever.search(["bird", "nothing", "fish"]) == one_by_one
    assert found(one_by_one[0]) == [7]
    assert one_by_one[1] == []
    assert retriever.search([]) == []


def test_a_query_may_boost_its_parts(retriever):
    plain = retriever.search("blue tree")
    boosted = retriever.search({"blue": 1, "tree": 3})

    assert found(plain) == ["bf", "gt"]
    assert found(boosted) == ["gt", "bf"]
    assert found(retriever.search([{"bird": 2}, "fish"])[0]) == [7]


def test_equal_scores_rank_by_insertion():
    retriever = sprat.Retriever.from_texts(["b a", "a b", "a c"], ["z", "y", "x"], words())

    assert found(retriever.search("a")) == ["z", "y", "x"]


def test_fewer_than_k_are_found_if_fewer_match(retriever):
    assert found(retriever.search("fish", k=1000)) == ["rf", "bf"]


def test_without_ids_documents_are_numbered(retriever):
    numbered = sprat.Retriever.from_texts(TEXTS, encoder=words())
    numbered.remove([1, 3])
    numbered.add(["more fish"])

    assert numbered.ids == [0, 2, 4]
    assert found(numbered.search("fish")) == [0, 4]


def test_a_retriever_of_nothing_finds_nothing():
    retriever = sprat.Retriever.from_texts([], encoder=words())

    assert (len(retriever), retriever.ids, retriever.search("a"), retriever.search(["a"])) == (
        0,
        [],
        [],
        [[]],
    )
    retriever.add([""])
    assert (len(retriever), retriever.search("a")) == (1, [])
    retriever.add(["a"])
    assert found(retriever.search("a")) == [1]


def test_texts_of_any_kind_are_taken():
    for texts in (iter(TEXTS), tuple(TEXTS), np.array(TEXTS), pandas.Series(TEXTS)):
        ids = pandas.Series(["a", "b", "c", "d"])
        retriever = sprat.Retriever.from_texts(texts, ids, words())
        assert found(retriever.search("bird")) == ["c"]
        assert retriever.text("c") == "red red bird"


def test_texts_of_any_content_come_back():
    texts = ["", "naïve 東京 \U0001f41f", "lone \ud800 surrogate", "x" * 100_000, "nul \0 and\nlines"]
    retriever = sprat.Retriever.from_texts(texts, encoder=words())

    assert [retriever.text(name) for name in retriever.ids] == texts


def test_the_default_encoder_is_english():
    retriever = sprat.Retriever.from_texts(["Cats were running.", "Dogs."])

    assert found(retriever.search("a cat runs")) == [0]


def test_texts_need_not_be_stored():
    retriever = sprat.Retriever.from_texts(TEXTS, IDS, words(), store_texts=False)
    (hit,) = retriever.search("bird")

    assert (hit.id, hit.text, retriever.text(7)) == (7, None, None)
    assert repr(hit).startswith("Hit(id=7, score=")
    with pytest.raises(InvalidArgumentError, match="not stored"):
        _ = hit.highlights


def test_highlights_are_where_the_terms_of_the_query_stand():
    text = "Turing's machine: machines that turing machines are."
    (hit,) = sprat.Retriever.from_texts([text]).search("machine")

    assert [(token.term, text[token.start : token.end]) for token in hit.highlights] == [
        ("machin", "machine"),
        ("machin", "machines"),
        ("machin", "machines"),
    ]


def test_an_analyzer_that_is_a_function_has_no_highlights(retriever):
    with pytest.raises(InvalidArgumentError, match="cannot tell where"):
        _ = retriever.search("bird")[0].highlights


def test_hits_read_well_and_compare_by_id_and_score(retriever):
    (hit,) = retriever.search("bird")

    assert repr(hit) == f"Hit(id=7, score={hit.score:.6g}, text='red red bird')"
    assert hit == retriever.search("bird red")[0] or hit.score != retriever.search("bird red")[0].score
    assert hit == sprat.Hit(7, hit.score)
    assert len({hit, sprat.Hit(7, hit.score)}) == 1


def test_hits_can_be_pickled_and_copied(retriever):
    hits = retriever.search("red fish")

    for others in (pickle.loads(pickle.dumps(hits)), copy.deepcopy(hits)):
        assert others == hits
        assert [hit.text for hit in others] == [hit.text for hit in hits]


@pytest.mark.parametrize(
    "allowed",
    [
        ["bf", 7],
        (7, "bf", "bf", "unknown"),
        {"bf", 7},
        np.array([False, True, True, False]),
        [False, True, True, False],
        lambda name: name in ("bf", 7),
    ],
)
def test_only_what_the_filter_allows_is_found(retriever, allowed):
    expected = [hit for hit in retriever.search("red fish tree") if hit.id in ("bf", 7)]

    assert len(expected) == 2
    assert retriever.search("red fish tree", filter=allowed) == expected
    assert retriever.search("red fish tree", k=1, filter=allowed) == expected[:1]
    assert retriever.search(["red fish tree"], filter=retriever.prepare(allowed)) == [expected]


def test_a_filter_of_nothing_finds_nothing(retriever):
    assert retriever.search("red", filter=[]) == []
    assert retriever.search(["red"], filter=["unknown"]) == [[]]


def test_a_prepared_filter_is_a_set_of_ids_whatever_happens(retriever):
    reds = retriever.prepare(lambda name: name in ("rf", 7))
    assert (len(reds), "rf" in reds, "bf" in reds) == (2, True, False)

    retriever.remove(["rf"])
    retriever.update(["blue bird"], [7])
    retriever.add(["red fish again"], ["new"])

    assert found(retriever.search("fish bird red blue", filter=reds)) == [7]
    retriever.add(["red fish"], ["rf"])
    assert sorted(map(str, found(retriever.search("fish bird", filter=reds)))) == ["7", "rf"]


@pytest.mark.parametrize(
    ("allowed", "error", "message"),
    [
        (np.array([True]), InvalidArgumentError, "each of 4 documents, got shape"),
        ("rf", TypeError, "filter must be ids, a mask, a predicate or a Filter, got one str"),
        (5, TypeError, "filter must be ids, a mask, a predicate or a Filter, got one int"),
        ([1.5], TypeError, r"filter\[0\] must be str or int, got float"),
    ],
)
def test_what_cannot_be_a_filter_is_refused(retriever, allowed, error, message):
    with pytest.raises(error, match=message):
        retriever.search("red", filter=allowed)


@pytest.mark.parametrize("k", [0, -1, 1.5, True, "3"])
def test_k_is_at_least_one(retriever, k):
    with pytest.raises(InvalidArgumentError, match="k must be an integer of at least 1"):
        retriever.search("red", k=k)


def test_queries_that_are_no_texts_are_refused(retriever):
    for some in (retriever, sprat.Retriever.from_texts([], encoder=words())):
        with pytest.raises(TypeError):
            some.search(7)
        with pytest.raises(TypeError):
            some.search([7])


@pytest.mark.parametrize(
    ("ids", "error", "message"),
    [
        (["a", "b", "a", "c"], InvalidArgumentError, "got 'a' at positions 0 and 2"),
        (["a", 1, 2.5, "c"], TypeError, r"ids\[2\] must be str or int, got float"),
        (["a", True, "b", "c"], TypeError, r"ids\[1\] must be str or int, got bool"),
        (["a", "b"], InvalidArgumentError, "an id for each text, got 2 for 4 texts"),
        ("abcd", TypeError, "one str"),
    ],
)
def test_ids_that_cannot_be_are_refused(ids, error, message):
    with pytest.raises(error, match=message):
        sprat.Retriever.from_texts(TEXTS, ids, words())


def test_a_number_and_its_digits_are_two_ids():
    retriever = sprat.Retriever.from_texts(["a", "b"], [1, "1"], words())

    assert found(retriever.search("a b")) == [1, "1"]
    assert (retriever.text(1), retriever.text("1"), retriever.text(np.int64(1))) == ("a", "b", "a")


def test_ids_are_in_the_retriever_or_not(retriever):
    assert "rf" in retriever
    assert 7 in retriever
    assert "7" not in retriever
    assert 1.5 not in retriever
    assert (list(retriever), len(retriever)) == (IDS, 4)
    with pytest.raises(InvalidArgumentError, match="id must be that of a document, got 'xx'"):
        retriever.text("xx")


def test_texts_that_are_none_are_refused_by_position():
    with pytest.raises(TypeError, match="one str"):
        sprat.Retriever.from_texts("red fish", encoder=words())
    for store in (True, False):
        with pytest.raises(TypeError, match=r"texts\[1\] must be str, got int"):
            sprat.Retriever.from_texts(["a", 1], encoder=sprat.BM25Encoder("unicode"), store_texts=store)


def test_an_encoder_that_was_fitted_keeps_its_statistics():
    encoder = words().fit(["red fish", "red bird", "blue whale"])
    retriever = sprat.Retriever.from_texts(["blue fish", "red unknown"], encoder=encoder)
    retriever.add(["red whale red"])

    documents = encoder.encode_documents(["blue fish", "red unknown", "red whale red"])
    expected = (documents @ encoder.encode_queries("red").T).toarray().ravel()
    assert {hit.id: hit.score for hit in retriever.search("red")} == {
        1: float(expected[1]),
        2: float(expected[2]),
    }
    assert retriever.search("unknown") == []


def test_the_encoder_that_was_given_is_left_alone():
    encoder = words()
    retriever = sprat.Retriever.from_texts(TEXTS, encoder=encoder)

    assert (encoder.dim, retriever.encoder.dim) == (0, 6)
    assert retriever.encoder.statistics.document_count == 4


class Letters:
    """An encoder of somebody else's: a column for each letter, counted."""

    def encode_documents(self, texts):
        rows = [[text.count(letter) for letter in "abcdefgh"] for text in texts]
        return csr_array(np.array(rows, np.float64).reshape(len(rows), 8))

    encode_queries = encode_documents


def test_any_encoder_will_do():
    retriever = sprat.Retriever.from_texts(["abba", "cafe", "bad"], encoder=Letters())
    retriever.remove(1)
    retriever.add(["aaa"], ["x"])
    retriever.update(["dad"], [2])

    assert [(hit.id, hit.score) for hit in retriever.search("ad")] == [("x", 3.0), (2, 3.0), (0, 2.0)]
    assert found(retriever.search("ad", filter=[0, 2])) == [2, 0]
    assert sprat.Retriever.from_texts([], encoder=Letters()).search("a") == []


def test_hashed_vectors_are_searched_too():
    vocabulary = sprat.HashedVocabulary("murmur3-abs")
    retriever = sprat.Retriever.from_texts(TEXTS, IDS, words(vocabulary=vocabulary))

    assert found(retriever.search("bird")) == [7]
    with pytest.raises(NotFittedError):
        sprat.Retriever.from_texts(TEXTS, encoder=words(vocabulary=sprat.HashedVocabulary("murmur3")))


def test_what_is_no_encoder_is_refused():
    with pytest.raises(TypeError, match="encode_documents and encode_queries, got str"):
        sprat.Retriever.from_texts(TEXTS, encoder="en")
    with pytest.raises(InvalidArgumentError, match="refresh must be 'auto' or 'manual', got 'never'"):
        sprat.Retriever.from_texts(TEXTS, refresh="never")


def test_searching_on_an_event_loop_does_not_hold_it_up(retriever):
    async def both():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        ticking = asyncio.ensure_future(tick())
        answers = await asyncio.gather(
            retriever.asearch("bird"), retriever.asearch(["fish", "tree"], k=1, filter=["bf", "gt"])
        )
        ticking.cancel()
        return answers, ticks

    (one, many), ticks = asyncio.run(both())

    assert found(one) == [7]
    assert list(map(found, many)) == [["bf"], ["gt"]]
    assert ticks > 1


@pytest.mark.parametrize("wrong", [None, 3, 3.5, "rf", b"rf", {"rf": 1}, np.array([["rf"]])])
def test_what_are_no_ids_queries_or_filter_is_called_by_its_name(retriever, wrong):
    if not isinstance(wrong, (str, int)):
        with pytest.raises(TypeError, match=r"^ids must be an iterable of str or int, got "):
            retriever.remove(wrong)
    if wrong is not None:
        with pytest.raises(TypeError, match=r"^filter must be "):
            retriever.search("red", filter=wrong)
    if not isinstance(wrong, (str, dict)):
        with pytest.raises(TypeError, match=r"^queries must be an iterable of str, got "):
            retriever.search(wrong)
    assert len(retriever) == len(IDS)
