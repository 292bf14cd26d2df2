"""sprat.integrations.haystack: Haystack's own tests of stores, components in pipelines, and folders."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest

import sprat
from sprat.errors import InvalidArgumentError

pytest.importorskip("haystack", reason="`make test-frameworks` installs Haystack")

from haystack import Document, Pipeline
from haystack.dataclasses import ByteStream, SparseEmbedding
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy, FilterPolicy
from haystack.errors import FilterError
from haystack.testing import document_store as sync_tests
from haystack.testing import document_store_async as async_tests

from sprat.integrations.haystack import (
    SpratDocumentEmbedder,
    SpratDocumentStore,
    SpratRetriever,
    SpratTextEmbedder,
)

pytestmark = pytest.mark.frameworks

TEXTS = ["red fish", "blue fish", "red bird", "fish fish fish", "a green tree"]
UNICODE = {"analyzer": "unicode"}


def documents():
    return [
        Document(id=name, content=text, meta={"n": n, "tags": text.split()})
        for n, (name, text) in enumerate(zip("abcde", TEXTS))
    ]


def store(**options):
    made = SpratDocumentStore(**(options or UNICODE))
    made.write_documents(documents())
    return made


def ids(found):
    return [one.id for one in found]


class TestHaystacksOwn(
    sync_tests.DocumentStoreBaseTests,
    sync_tests.DeleteAllTest,
    sync_tests.DeleteByFilterTest,
    sync_tests.UpdateByFilterTest,
    async_tests.CountDocumentsAsyncTest,
    async_tests.WriteDocumentsAsyncTest,
    async_tests.DeleteDocumentsAsyncTest,
    async_tests.DeleteAllAsyncTest,
    async_tests.DeleteByFilterAsyncTest,
    async_tests.UpdateByFilterAsyncTest,
    async_tests.FilterDocumentsAsyncTest,
):
    @pytest.fixture
    def document_store(self):
        return SpratDocumentStore()

    def test_write_documents(self, document_store):
        given = [Document(content="test doc 1"), Document(content="test doc 2")]
        assert document_store.write_documents(given) == 2
        with pytest.raises(DuplicateDocumentError):
            document_store.write_documents(given)
        assert document_store.filter_documents() == given

    async def test_write_documents_async(self, document_store):
        given = [Document(content="test doc 1"), Document(content="test doc 2")]
        assert await document_store.write_documents_async(given) == 2
        with pytest.raises(DuplicateDocumentError):
            await document_store.write_documents_async(given)


def test_answers_are_those_of_a_retriever():
    plain = sprat.Retriever.from_texts(TEXTS, ids=list("abcde"), encoder=sprat.BM25Encoder("unicode"))

    found = SpratRetriever(store(), top_k=3).run("red fish")["documents"]

    assert [(one.id, one.score) for one in found] == [
        (hit.id, hit.score) for hit in plain.search("red fish", k=3)
    ]
    assert found[0] == replace(documents()[0], score=found[0].score)
    scaled = SpratRetriever(store(), scale_score=True).run("red fish")["documents"]
    assert [one.id for one in scaled][:3] == ids(found)
    assert 0.5 < scaled[0].score < 1


def test_nothing_is_found_where_nothing_is():
    made = SpratRetriever(store())

    for query, options in [("", {}), ("whale", {}), ("fish", {"top_k": 0})]:
        assert made.run(query, **options) == {"documents": []}
    assert ids(made.run("bird", top_k=50)["documents"]) == ["c"]
    assert SpratRetriever(SpratDocumentStore()).run("fish") == {"documents": []}


def test_documents_without_content_are_kept_not_found_and_count_for_nothing():
    made, plain = store(), store()
    made.write_documents([Document(id="x", meta={"n": 9}), Document(id="y", content="")])
    plain.write_documents([Document(id="y", content="")])

    assert made.count_documents() == 7
    assert made.search("red fish") == plain.search("red fish")
    made.write_documents([Document(id="a", meta={"n": 0})], policy=DuplicatePolicy.OVERWRITE)
    assert "a" not in ids(made.search("red"))
    made.write_documents([Document(id="x", content="red whale")], policy=DuplicatePolicy.OVERWRITE)
    assert ids(made.search("whale")) == ["x"]
    made.delete_documents(["a", "x", "y"])
    assert ids(made.search("red whale")) == ["c"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"field": "meta.n", "operator": "==", "value": 0}, ["a"]),
        ({"field": "meta.n", "operator": "in", "value": [1, 3]}, ["d", "b"]),
        ({"field": "meta.n", "operator": ">=", "value": 1}, ["d", "b"]),
        ({"field": "id", "operator": "!=", "value": "d"}, ["a", "b"]),
        ({"operator": "NOT", "conditions": [{"field": "meta.n", "operator": "<", "value": 3}]}, ["d"]),
        ({"field": "meta.none", "operator": "==", "value": 1}, []),
        ({}, ["d", "a", "b"]),
    ],
)
def test_a_filter_lets_nothing_else_through(filters, expected):
    made = SpratRetriever(store())

    assert ids(made.run("fish", filters=filters)["documents"]) == expected
    assert ids(asyncio.run(made.run_async("fish", filters=filters))["documents"]) == expected
    if filters:
        assert ids(SpratRetriever(store(), filters=filters).run("fish")["documents"]) == expected


def test_filters_of_the_component_and_of_a_run_are_joined_as_the_policy_says():
    first = {"field": "id", "operator": "!=", "value": "d"}
    second = {"field": "meta.n", "operator": ">", "value": 0}

    replaced = SpratRetriever(store(), filters=first)
    merged = SpratRetriever(store(), filters=first, filter_policy=FilterPolicy.MERGE)

    assert ids(replaced.run("fish", filters=second)["documents"]) == ["d", "b"]
    assert ids(merged.run("fish", filters=second)["documents"]) == ["b"]


@pytest.mark.parametrize("filters", ["meta.n", {"field": "meta.n", "value": 1}, {"n": 1}, {"operator": "=="}])
@pytest.mark.parametrize("made", [store, SpratDocumentStore])
def test_a_wrong_filter_is_an_error_and_never_no_filter(made, filters):
    made = made()

    for act in (made.filter_documents, made.delete_by_filter, lambda wrong: made.search("fish", wrong)):
        if made.count_documents() or "operator" not in filters:
            with pytest.raises(FilterError):
                act(filters)


def test_an_overwritten_document_is_found_by_its_new_text_alone():
    made = store()

    new = [
        Document(id="a", content="whale"),
        Document(id="a", content="red whale"),
        Document(id="z", content=""),
    ]
    assert made.write_documents(new, policy=DuplicatePolicy.OVERWRITE) == 3

    assert [one.content for one in made.search("whale")] == ["red whale"]
    assert sorted(ids(made.search("red"))) == ["a", "c"]
    assert made.count_documents() == 6
    assert made.write_documents(new, policy=DuplicatePolicy.SKIP) == 0
    with pytest.raises(DuplicateDocumentError, match=r"documents\[1\]: id 'q' is there twice"):
        made.write_documents([Document(id="q", content="x")] * 2)
    assert made.count_documents() == 6


def test_a_write_that_fails_changes_nothing():
    made = store()

    with pytest.raises(ValueError, match=r"documents\[1\] must be a Document, got NoneType"):
        made.write_documents([Document(content="whale"), None])
    with pytest.raises(DuplicateDocumentError, match="id 'c' is there already"):
        made.write_documents([Document(content="whale"), Document(id="c", content="whale")])
    assert made.search("whale") == []


def test_callers_have_copies():
    given = documents()
    made = SpratDocumentStore(**UNICODE)
    made.write_documents(given)
    given[0].meta["tags"].append("x")
    made.search("red")[0].meta["tags"].append("y")
    made.filter_documents()[0].meta.clear()

    assert made.filter_documents() == documents()


def test_a_pipeline_is_written_down_and_comes_back_with_its_documents(tmp_path):
    folder = str(tmp_path / "store")
    made = SpratDocumentStore(
        analyzer=sprat.Analyzer("de"), bm25_parameters={"k1": 0.9, "variant": "okapi"}, path=folder
    )
    made.write_documents([Document(id="h", content="die Häuser"), Document(id="s", content="das Schiff")])
    made.save_to_disk()
    pipeline = Pipeline()
    pipeline.add_component("retriever", SpratRetriever(made, top_k=1, filter_policy=FilterPolicy.MERGE))

    again = Pipeline.loads(pipeline.dumps(), allowed_modules=["sprat.*"])

    asked = {"retriever": {"query": "Haus Häuser"}}
    assert again.run(asked) == pipeline.run(asked)
    assert ids(again.run(asked)["retriever"]["documents"]) == ["h"]
    retriever = again.get_component("retriever")
    assert retriever.filter_policy is FilterPolicy.MERGE
    assert retriever.document_store.to_dict() == made.to_dict()


def test_a_folder_keeps_what_documents_are_and_refuses_another_analyzer(tmp_path):
    path = str(tmp_path / "s")
    given = [
        Document(id="1", content="red fish", meta={"x": [1, {"y": None}]}, embedding=[0.5, 1.5]),
        Document(id="2", sparse_embedding=SparseEmbedding([3], [0.25])),
    ]
    made = SpratDocumentStore(**UNICODE, bm25_parameters={"k1": 2.0})
    made.write_documents(given)
    made.save_to_disk(path)

    loaded = SpratDocumentStore(path=path)

    assert loaded.filter_documents() == given
    assert loaded.search("fish") == made.search("fish")
    assert SpratDocumentStore("unicode", {"k1": 2.0}, path=path).count_documents() == 2
    with pytest.raises(InvalidArgumentError, match="was made with analyzer"):
        SpratDocumentStore("en", path=path)
    with pytest.raises(InvalidArgumentError, match=r"was made with k1 2\.0, got 1\.5"):
        SpratDocumentStore(bm25_parameters={"k1": 1.5}, path=path)
    with pytest.raises(InvalidArgumentError, match=r"was made with average_document_length None, got 9"):
        SpratDocumentStore(bm25_parameters={"average_document_length": 9}, path=path)
    with pytest.raises(InvalidArgumentError, match="path must be given"):
        made.save_to_disk()


def test_a_filter_of_nothing_neither_removes_nor_changes():
    made = store()

    for nothing in ({}, None):
        for act in (made.delete_by_filter, lambda filters: made.update_by_filter(filters, {"n": 7})):
            with pytest.raises(FilterError, match="must have an 'operator'"):
                act(nothing)
    with pytest.raises(TypeError, match="one str"):
        made.delete_documents("a")
    assert made.filter_documents() == documents()


def test_what_json_cannot_hold_is_refused_when_saving(tmp_path):
    blob = Document(id="b", content="fish", blob=ByteStream(b"\x00\xff", mime_type="x/y"))
    made = SpratDocumentStore(path=str(tmp_path / "s"))
    made.write_documents([blob])
    made.save_to_disk()

    assert SpratDocumentStore(path=str(tmp_path / "s")).filter_documents() == [blob]
    made.write_documents([Document(id="t", meta={"when": datetime(2020, 1, 1)})])
    with pytest.raises(InvalidArgumentError, match="document 't' cannot be written to JSON"):
        made.save_to_disk()
    assert SpratDocumentStore(path=str(tmp_path / "s")).filter_documents() == [blob]


def test_a_write_that_is_cancelled_is_made_whole_or_not_at_all():
    made = store()

    async def cancelled():
        more = [Document(id=str(n), content="whale") for n in range(100)]
        task = asyncio.create_task(made.write_documents_async(more))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())

    assert len(made.search("whale", top_k=200)) in (0, 100)
    assert made.count_documents() in (5, 105)


def test_fixed_statistics_come_from_a_file(tmp_path):
    encoder = sprat.BM25Encoder("unicode").fit(TEXTS)
    encoder.save(tmp_path / "bm25.json")

    made = store(encoder=str(tmp_path / "bm25.json"))

    plain = sprat.Retriever.from_texts(TEXTS, ids=list("abcde"), encoder=encoder)
    assert [one.score for one in made.search("red")] == [hit.score for hit in plain.search("red")]
    assert SpratDocumentStore.from_dict(made.to_dict()).encoder == str(tmp_path / "bm25.json")
    with pytest.raises(InvalidArgumentError, match="save it and give its path"):
        store(encoder=encoder).to_dict()
    with pytest.raises(InvalidArgumentError, match="encoder must stand alone"):
        SpratDocumentStore("en", encoder=encoder)


def test_embedders_give_the_encoders_vectors(tmp_path):
    encoder = sprat.BM25Encoder("unicode").fit(TEXTS)
    encoder.save(tmp_path / "bm25.json")
    rows = encoder.encode_documents(TEXTS)

    for source in (encoder, str(tmp_path / "bm25.json")):
        embedder, text = SpratDocumentEmbedder(source), SpratTextEmbedder(source)
        text.warm_up()
        found = embedder.run(documents())["documents"]

        assert [one.sparse_embedding for one in found] == [
            SparseEmbedding(row.indices.tolist(), row.data.tolist()) for row in rows
        ]
        assert [replace(one, sparse_embedding=None) for one in found] == documents()
        query = encoder.encode_queries(["red fish"])
        assert text.run("red fish") == {
            "sparse_embedding": SparseEmbedding(query.indices.tolist(), query.data.tolist())
        }
    assert (
        embedder.run([Document(id="1"), Document(content="whale")])["documents"][0].sparse_embedding.values
        == []
    )
    assert embedder.run([]) == {"documents": []}


def test_embedders_take_metadata_and_refuse_what_is_no_document(tmp_path):
    encoder = sprat.BM25Encoder("unicode").fit(["red fish blue"])
    embedder = SpratDocumentEmbedder(encoder, meta_fields_to_embed=["title", "none"], embedding_separator=" ")

    found = embedder.run([Document(content="fish", meta={"title": "red"})])["documents"][0]

    assert found.sparse_embedding.indices == [0, 1]
    for wrong in ("text", ["text"], Document(content="x")):
        with pytest.raises(TypeError, match=r"documents\[0\] must be a Document in a list"):
            embedder.run(wrong)
    with pytest.raises(TypeError, match="text must be a str, got list"):
        SpratTextEmbedder(encoder).run([])
    for one in (embedder, SpratTextEmbedder(encoder)):
        with pytest.raises(InvalidArgumentError, match="save it and give its path"):
            one.to_dict()


def test_embedders_work_in_a_pipeline_that_was_written_down(tmp_path):
    path = str(tmp_path / "bm25.json")
    sprat.BM25Encoder("unicode").fit(TEXTS).save(path)
    pipeline = Pipeline()
    pipeline.add_component("documents", SpratDocumentEmbedder(path, meta_fields_to_embed=["title"]))
    pipeline.add_component("query", SpratTextEmbedder(path))

    again = Pipeline.loads(pipeline.dumps(), allowed_modules=["sprat.*"])

    asked = {"documents": {"documents": documents()}, "query": {"text": "fish"}}
    assert again.run(asked) == pipeline.run(asked)
    assert again.run(asked)["query"]["sparse_embedding"].values


def test_what_a_retriever_cannot_use_is_refused():
    with pytest.raises(TypeError, match="document_store must be a SpratDocumentStore, got NoneType"):
        SpratRetriever(None)
    with pytest.raises(InvalidArgumentError, match="top_k must be at least 1"):
        SpratRetriever(store(), top_k=0)
    with pytest.raises(InvalidArgumentError):
        SpratRetriever(store()).run("fish", top_k=-1)
    with pytest.raises(TypeError, match="a query must be a str, got NoneType"):
        SpratRetriever(store()).run(None)


def test_a_search_sees_all_of_a_change_or_nothing_of_it():
    made = SpratDocumentStore(**UNICODE)

    def change(version):
        made.write_documents(
            [Document(id=str(n), content=f"fish {version}", meta={"v": version}) for n in range(20)],
            policy=DuplicatePolicy.OVERWRITE,
        )

    change(0)
    with ThreadPoolExecutor(4) as pool:
        changes = [pool.submit(change, version) for version in range(1, 20)]
        answers = [made.search("fish", top_k=50) for _ in range(40)]
        for done in changes:
            done.result()

    assert all(len(answer) == 20 and len({one.content for one in answer}) == 1 for answer in answers)
