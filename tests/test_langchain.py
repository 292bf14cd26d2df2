"""sprat.integrations.langchain: LangChain's own tests, and what a retriever must not do."""

from __future__ import annotations

import asyncio
import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

import sprat
from sprat.errors import InvalidArgumentError, NotFittedError

pytest.importorskip("langchain_core", reason="`make test-frameworks` installs LangChain")
pytest.importorskip("langchain_tests", reason="`make test-frameworks` installs LangChain's tests")

from langchain_core.documents import Document
from langchain_core.runnables import ConfigurableField
from langchain_tests.integration_tests import RetrieversIntegrationTests

from sprat.integrations import langchain
from sprat.integrations.langchain import SpratRetriever

pytestmark = pytest.mark.frameworks

TEXTS = ["red fish", "blue fish", "red bird", "fish fish fish", "a green tree"]
METADATAS = [{"n": n, "kind": "fish" if "fish" in text else "other"} for n, text in enumerate(TEXTS)]


def retriever(**fields):
    return SpratRetriever.from_texts(
        TEXTS, METADATAS, ids=list("abcde"), encoder=sprat.BM25Encoder("unicode"), **fields
    )


class TestLangChainsOwn(RetrieversIntegrationTests):
    @property
    def retriever_constructor(self):
        return SpratRetriever

    @property
    def retriever_constructor_params(self):
        return {"documents": retriever().documents}

    @property
    def retriever_query_example(self):
        return "fish"


def test_answers_are_those_of_a_retriever_with_the_score_in_the_metadata():
    plain = sprat.Retriever.from_texts(TEXTS, ids=list("abcde"), encoder=sprat.BM25Encoder("unicode"))

    found = retriever().invoke("red fish")

    hits = plain.search("red fish", k=4)
    assert [(one.id, one.metadata["score"]) for one in found] == [(hit.id, hit.score) for hit in hits]
    assert [one.page_content for one in found] == [hit.text for hit in hits]
    assert found[0].metadata == {"n": 0, "kind": "fish", "score": hits[0].score}


def test_fewer_documents_than_k_are_an_answer_and_none_is_one_too():
    assert [one.id for one in retriever(k=50).invoke("bird")] == ["c"]
    assert retriever().invoke("") == []
    assert retriever().invoke("whale") == []
    assert SpratRetriever.from_documents([]).invoke("fish") == []


@pytest.mark.parametrize(
    ("filter", "ids"),
    [
        ({"kind": "fish"}, ["d", "a", "b"]),
        ({"kind": ["fish", "other"], "n": (0, 2)}, ["a"]),
        ({"nothing": None}, []),
        ({"n": "0"}, []),
        (lambda document: document.metadata["n"] > 0, ["d", "b"]),
        ({}, ["d", "a", "b"]),
    ],
)
def test_a_filter_lets_nothing_else_through(filter, ids):
    assert [one.id for one in retriever(filter=filter, k=5).invoke("fish")] == ids
    assert [one.id for one in retriever(k=5).invoke("fish", filter=filter)] == ids


def test_k_and_filter_of_a_call_go_before_those_of_the_retriever():
    made = retriever(k=1, filter={"n": 0})

    assert [one.id for one in made.invoke("fish")] == ["a"]
    assert [one.id for one in made.invoke("fish", k=2, filter={"kind": "fish"})] == ["d", "a"]
    assert [one.id for one in asyncio.run(made.ainvoke("fish", k=2, filter={"n": [1, 3]}))] == ["d", "b"]


def test_batches_and_awaited_calls_answer_as_invoke_does():
    made = retriever()
    queries = ["fish", "red", "bird tree", ""] * 5
    expected = [made.invoke(query) for query in queries]

    async def awaited():
        return await asyncio.gather(*(made.ainvoke(query) for query in queries))

    assert made.batch(queries) == expected
    assert asyncio.run(made.abatch(queries)) == expected
    assert asyncio.run(awaited()) == expected


def test_a_cancelled_search_leaves_the_retriever_as_it_was():
    made = retriever()

    async def cancelled():
        task = asyncio.create_task(made.ainvoke("fish"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await made.ainvoke("fish")

    assert asyncio.run(cancelled()) == made.invoke("fish")


def test_what_callers_do_to_documents_does_not_reach_the_retriever():
    given = Document("red fish", metadata={"tags": ["a"]}, id="1")
    made = SpratRetriever.from_documents([given], encoder=sprat.BM25Encoder("unicode"))
    given.metadata["tags"].append("b")
    given.page_content = "blue"
    made.invoke("fish")[0].metadata["tags"].append("c")
    made.docs[0].metadata.clear()

    assert made.invoke("fish")[0].metadata["tags"] == ["a"]
    assert made.docs == [Document("red fish", metadata={"tags": ["a"]}, id="1")]


def test_documents_come_go_and_are_replaced():
    made = retriever()

    given = made.add_documents([Document("a red whale", id="a"), Document("whale")])
    made.remove_documents(["d", "nothing"])

    assert given[0] == "a"
    assert {one.id for one in made.invoke("whale")} == set(given)
    assert [one.id for one in made.invoke("fish")] == ["b"]
    plain = sprat.Retriever.from_texts(
        ["blue fish", "red bird", "a green tree", "a red whale", "whale"],
        encoder=sprat.BM25Encoder("unicode"),
    )
    expected = [hit.score for hit in plain.search("red whale")]
    assert [one.metadata["score"] for one in made.invoke("red whale")] == expected


def test_a_wrong_document_changes_nothing():
    made = retriever()
    before = made.docs

    for documents, error, message in [
        ([Document("x"), None], TypeError, r"documents\[1\] must be a Document, got NoneType"),
        (
            [Document("x", id="7"), Document("y", id="7")],
            InvalidArgumentError,
            r"documents\[1\] .* '7' again",
        ),
        ([Document("x", metadata={"score": 1})], InvalidArgumentError, "'score' in its metadata"),
    ]:
        with pytest.raises(error, match=message):
            made.add_documents(documents)
    assert made.docs == before


def test_the_score_goes_where_it_is_told():
    made = SpratRetriever.from_documents([Document("fish", metadata={"score": "B flat"})], score_key="bm25")
    silent = SpratRetriever.from_texts(["fish"], score_key=None)

    assert made.invoke("fish")[0].metadata["score"] == "B flat"
    assert made.invoke("fish")[0].metadata["bm25"] > 0
    assert silent.invoke("fish")[0].metadata == {}


def test_bm25_params_and_a_function_make_the_encoder():
    made = SpratRetriever.from_texts(
        ["Red-fish", "red fish"], bm25_params={"k1": 2.0, "b": 0.0}, preprocess_func=str.split
    )

    assert (made.vectorizer.k1, made.vectorizer.b) == (2.0, 0.0)
    assert [one.page_content for one in made.invoke("red")] == ["red fish"]


def test_a_saved_retriever_comes_back_with_its_analyzer(tmp_path):
    made = SpratRetriever.from_texts(
        ["die Häuser", "das Schiff"],
        [{"x": [1, {"y": None}]}, {"z": float("nan")}],
        encoder=sprat.BM25Encoder("de"),
    )
    made.save(tmp_path / "r")

    loaded = SpratRetriever.load(tmp_path / "r", k=1)

    assert [one.page_content for one in loaded.invoke("Haus Häuser")] == ["die Häuser"]
    assert loaded.invoke("Häuser") == made.invoke("Häuser")
    assert loaded.vectorizer.analyzer == made.vectorizer.analyzer
    loaded.add_documents([Document("ein Haus")])
    loaded.save(tmp_path / "r")
    assert len(SpratRetriever.load(tmp_path / "r").docs) == 3
    assert sorted(sprat.Retriever.load(tmp_path / "r").ids) == sorted(one.id for one in loaded.docs)


def test_what_cannot_be_saved_or_loaded_is_refused(tmp_path):
    for metadata in ({"x": (1, 2)}, {"x": {1: 2}}, {"x": object()}, {"x": b""}):
        made = SpratRetriever.from_texts(["fish"], [metadata], ids=["i"])
        with pytest.raises(InvalidArgumentError, match="document 'i' cannot be written to JSON"):
            made.save(tmp_path / "r")
    sprat.Retriever.from_texts(["fish"]).save(tmp_path / "plain")
    with pytest.raises(InvalidArgumentError, match="must hold documents of langchain, found None"):
        SpratRetriever.load(tmp_path / "plain")
    retriever().save(tmp_path / "r")
    (file,) = (tmp_path / "r").glob("beside.*")
    content = bytearray(file.read_bytes())
    content[40] ^= 1
    file.write_bytes(content)
    with pytest.raises(sprat.errors.CorruptFileError, match="crc32"):
        SpratRetriever.load(tmp_path / "r")


def test_an_empty_retriever_is_saved_too(tmp_path):
    SpratRetriever.from_texts([], encoder=sprat.BM25Encoder("unicode")).save(tmp_path / "r")

    loaded = SpratRetriever.load(tmp_path / "r")

    assert loaded.invoke("fish") == []
    loaded.add_documents([Document("Fish")])
    assert len(loaded.invoke("fish")) == 1


def test_a_function_that_makes_tokens_must_be_given_again(tmp_path):
    made = SpratRetriever.from_texts(["Red-fish"], preprocess_func=str.split)
    made.save(tmp_path / "r")

    with pytest.raises(InvalidArgumentError, match="analyzer"):
        SpratRetriever.load(tmp_path / "r")
    loaded = SpratRetriever.load(tmp_path / "r", encoder=sprat.BM25Encoder(str.split))
    assert len(loaded.invoke("Red-fish")) == 1


def test_a_fitted_encoder_keeps_its_statistics(tmp_path):
    encoder = sprat.BM25Encoder("unicode").fit(["fish"] * 9 + ["whale"])
    made = SpratRetriever.from_texts(["fish", "whale"], encoder=encoder)
    made.save(tmp_path / "r")

    loaded = SpratRetriever.load(tmp_path / "r")

    assert made.invoke("whale")[0].metadata["score"] > 2 * made.invoke("fish")[0].metadata["score"]
    assert loaded.invoke("whale") == made.invoke("whale")
    assert encoder.statistics.document_count == 10


def test_a_filter_may_search_and_change(tmp_path):
    made = retriever()

    def allowed(document):
        made.remove_documents(["a"])
        return bool(made.invoke(document.page_content))

    assert [one.id for one in made.invoke("fish", filter=allowed)] == ["d", "b"]


@pytest.mark.parametrize(
    "call",
    [
        lambda made: made.remove_documents("a"),
        lambda made: made.add_documents(Document("x")),
        lambda made: SpratRetriever.from_texts("fish"),
        lambda made: SpratRetriever.from_texts(["x", "y"], ids="ab"),
    ],
)
def test_one_where_several_belong_is_a_type_error(call):
    made = retriever()

    with pytest.raises(TypeError):
        call(made)
    assert len(made.docs) == 5


def test_pickling_says_what_to_do_instead():
    for act in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="save them to a folder"):
            act(retriever())


def test_fields_can_be_configured_and_are_checked():
    made = retriever().configurable_fields(k=ConfigurableField(id="k"))

    assert len(made.with_config(configurable={"k": 1}).invoke("fish")) == 1
    assert len((retriever() | (lambda documents: documents[:2])).invoke("fish")) == 2
    for fields, error in [({"k": 0}, ValueError), ({"filter": 3}, TypeError), ({"documents": []}, TypeError)]:
        with pytest.raises(error):
            SpratRetriever(**{"documents": retriever().documents, **fields})
    for query, options in [("fish", {"k": 0}), ("fish", {"filter": "n"}), (None, {})]:
        with pytest.raises((InvalidArgumentError, TypeError)):
            retriever().invoke(query, **options)


def test_a_search_sees_all_of_a_change_or_nothing_of_it():
    made = SpratRetriever.from_texts(["fish 0"] * 20, [{"v": 0}] * 20, ids=list(map(str, range(20))), k=50)

    def change(version):
        made.add_documents(Document(f"fish {version}", metadata={"v": version}, id=str(n)) for n in range(20))

    with ThreadPoolExecutor(4) as pool:
        changes = [pool.submit(change, version) for version in range(1, 25)]
        answers = [made.invoke("fish", filter=lambda document: True) for _ in range(60)]
        for done in changes:
            done.result()

    for answer in answers:
        assert len(answer) == 20
        assert {one.page_content for one in answer} == {f"fish {one.metadata['v']}" for one in answer}
        assert len({one.metadata["v"] for one in answer}) == 1


@pytest.fixture
def encoder():
    return sprat.BM25Encoder("unicode").fit(TEXTS)


def test_milvus_takes_the_vectors_and_finds_the_same(encoder, tmp_path):
    milvus = pytest.importorskip("langchain_milvus")
    embedding = langchain.MilvusSparseEmbedding(encoder)
    assert isinstance(embedding, milvus.utils.sparse.BaseSparseEmbedding)
    store = milvus.Milvus(
        embedding_function=embedding,
        connection_args={"uri": str(tmp_path / "milvus.db")},
        index_params={
            "index_type": "SPARSE_INVERTED_INDEX",
            "metric_type": "IP",
            "params": {"drop_ratio_build": 0.0},  # what langchain-milvus sets by itself is not exact
        },
        search_params={"metric_type": "IP", "params": {"drop_ratio_search": 0.0}},
    )
    store.add_texts([*TEXTS, "", "..."], ids=list("abcdefg"), metadatas=[{"n": n} for n in range(7)])

    found = store.similarity_search_with_score("red fish", k=3)

    index = sprat.SparseIndex(encoder.encode_documents(TEXTS))
    top = index.search(encoder.encode_queries("red fish"), k=3)
    assert [document.metadata["n"] for document, _ in found] == top.documents[0].tolist()
    assert [score for _, score in found] == pytest.approx(top.scores[0].tolist())
    assert store.similarity_search("whale") == []
    assert asyncio.run(embedding.aembed_query("fish")) == embedding.embed_query("fish")
    assert embedding.embed_documents([]) == []


def test_qdrant_takes_the_vectors_and_finds_the_same(encoder):
    qdrant = pytest.importorskip("langchain_qdrant")
    embedding = langchain.QdrantSparseEmbeddings(encoder)
    assert isinstance(embedding, qdrant.SparseEmbeddings)
    store = qdrant.QdrantVectorStore.from_texts(
        [*TEXTS, ""],
        metadatas=[*METADATAS, {"n": 5}],
        sparse_embedding=embedding,
        retrieval_mode=qdrant.RetrievalMode.SPARSE,
        location=":memory:",
        collection_name="c",
    )

    found = store.similarity_search_with_score("red fish", k=3)

    index = sprat.SparseIndex(encoder.encode_documents(TEXTS))
    top = index.search(encoder.encode_queries("red fish"), k=3)
    assert [document.metadata["n"] for document, _ in found] == top.documents[0].tolist()
    assert [score for _, score in found] == pytest.approx(top.scores[0].tolist())
    assert asyncio.run(embedding.aembed_documents(["fish"])) == embedding.embed_documents(["fish"])


def test_an_encoder_that_was_not_fitted_is_refused():
    with pytest.raises(NotFittedError):
        langchain.QdrantSparseEmbeddings(sprat.BM25Encoder()).embed_query("fish")
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        langchain.Nothing  # noqa: B018
