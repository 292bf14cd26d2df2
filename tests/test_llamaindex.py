"""sprat.integrations.llamaindex: a retriever and vectors as LlamaIndex asks for them."""

from __future__ import annotations

import asyncio
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

import sprat
from sprat.errors import InvalidArgumentError

pytest.importorskip("llama_index.core", reason="`make test-frameworks` installs LlamaIndex")

from llama_index.core.base.embeddings.base_sparse import BaseSparseEmbedding
from llama_index.core.schema import Document, IndexNode, QueryBundle, TextNode
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.core.vector_stores.types import FilterCondition, MetadataFilter, MetadataFilters

from sprat.integrations.llamaindex import SpratRetriever, SpratSparseEmbedding

pytestmark = pytest.mark.frameworks

TEXTS = ["red fish", "blue fish", "red bird", "fish fish fish", "a green tree"]
ENCODER = sprat.BM25Encoder("unicode")


def nodes():
    return [
        TextNode(
            text=text,
            id_=name,
            metadata={"n": n, "tags": text.split()},
            excluded_embed_metadata_keys=["n", "tags"],
        )
        for n, (name, text) in enumerate(zip("abcde", TEXTS))
    ]


def retriever(**options):
    return SpratRetriever(nodes(), encoder=ENCODER, **{"similarity_top_k": 5, **options})


def ids(found):
    return [one.node.node_id for one in found]


def where(*filters, condition="and"):
    return MetadataFilters(
        filters=[one if isinstance(one, MetadataFilters) else MetadataFilter(**one) for one in filters],
        condition=FilterCondition(condition),
    )


def test_answers_are_those_of_a_retriever():
    plain = sprat.Retriever.from_texts(TEXTS, ids=list("abcde"), encoder=ENCODER)

    found = retriever(similarity_top_k=3).retrieve("red fish")

    assert [(one.node.node_id, one.score) for one in found] == [
        (hit.id, hit.score) for hit in plain.search("red fish", k=3)
    ]
    assert found[0].node.get_content() == "red fish"
    assert ids(retriever().retrieve(QueryBundle("bird"))) == ["c"]
    assert retriever().retrieve("whale") == []
    assert SpratRetriever().retrieve("fish") == []
    assert len(SpratRetriever(nodes()).retrieve("fish")) == 2


def test_awaited_calls_answer_as_the_others_do_also_when_one_is_cancelled():
    made = retriever()

    async def asked():
        task = asyncio.create_task(made.aretrieve("fish"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await asyncio.gather(*(made.aretrieve(text) for text in TEXTS))

    assert asyncio.run(asked()) == [made.retrieve(text) for text in TEXTS]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (where({"key": "n", "value": 0, "operator": "=="}), ["a"]),
        (where({"key": "n", "value": 0, "operator": "!="}), ["d", "b"]),
        (where({"key": "n", "value": 1, "operator": ">"}), ["d"]),
        (where({"key": "n", "value": [0, 1], "operator": "in"}), ["a", "b"]),
        (where({"key": "n", "value": [0, 1], "operator": "nin"}), ["d"]),
        (where({"key": "tags", "value": "red", "operator": "contains"}), ["a"]),
        (where({"key": "tags", "value": ["red", "blue"], "operator": "any"}), ["a", "b"]),
        (where({"key": "none", "value": None, "operator": "is_empty"}), ["d", "a", "b"]),
        (where({"key": "n", "value": 0}, {"key": "n", "value": 3}, condition="or"), ["d", "a"]),
        (where({"key": "n", "value": 0}, {"key": "n", "value": 3}, condition="not"), ["b"]),
        (where({"key": "n", "value": 2}), []),
        (where({"key": "doc_id", "value": "None"}), ["d", "a", "b"]),
        (where(), ["d", "a", "b"]),
        (where(where({"key": "n", "value": 0}), {"key": "n", "value": 3}, condition="or"), ["d", "a"]),
        (
            where(
                where({"key": "n", "value": 0}, condition="not"), {"key": "n", "value": 3, "operator": "<"}
            ),
            ["b"],
        ),
        (where(where({"key": "n", "value": 0}), where({"key": "n", "value": 1}), condition="not"), ["d"]),
    ],
)
def test_a_filter_lets_nothing_else_through(filters, expected):
    assert ids(retriever(filters=filters).retrieve("fish")) == expected
    assert ids(asyncio.run(retriever(filters=filters).aretrieve("fish"))) == expected


def test_what_is_no_filter_is_refused():
    with pytest.raises(TypeError, match="filters must be MetadataFilters, got dict"):
        retriever(filters={"n": 0}).retrieve("fish")


def test_nodes_come_from_where_they_are():
    store = SimpleDocumentStore()
    store.add_documents(nodes())

    for made in (
        SpratRetriever.from_defaults(nodes=nodes(), language="unicode"),
        SpratRetriever.from_defaults(docstore=store, encoder=ENCODER),
    ):
        assert ids(made.retrieve("bird")) == ["c"]
    assert SpratRetriever.from_defaults(nodes=[]).retrieve("bird") == []
    for given in ({}, {"nodes": nodes(), "docstore": store}):
        with pytest.raises(InvalidArgumentError, match="exactly one"):
            SpratRetriever.from_defaults(**given)


def test_metadata_is_searched_unless_it_is_excluded():
    made = SpratRetriever([TextNode(text="fish", metadata={"author": "Melville"})])

    assert len(made.retrieve("melville")) == 1
    assert retriever().retrieve("tags") == []


def test_nodes_come_go_and_are_replaced_and_callers_see_copies():
    given = nodes()
    made = SpratRetriever(given, encoder=ENCODER, similarity_top_k=9)
    given[0].metadata["n"] = 99
    made.retrieve("red")[0].node.metadata["tags"].append("x")

    made.add_nodes([TextNode(text="red whale", id_="a"), TextNode(text="whale", id_="w")])
    made.delete_nodes(["d", "nothing"])

    assert sorted(ids(made.retrieve("whale"))) == ["a", "w"]
    assert ids(made.retrieve("fish")) == ["b"]
    assert made.retrieve("bird")[0].node.metadata == {"n": 2, "tags": ["red", "bird"]}


def test_a_wrong_node_changes_nothing():
    made = retriever()

    for wrong, error, message in [
        ([TextNode(text="whale"), None], TypeError, r"nodes\[1\] must be a node, got NoneType"),
        ([TextNode(text="whale", id_="7"), TextNode(text="x", id_="7")], InvalidArgumentError, "'7' again"),
    ]:
        with pytest.raises(error, match=message):
            made.add_nodes(wrong)
    assert made.retrieve("whale") == []
    with pytest.raises(InvalidArgumentError, match="similarity_top_k must be"):
        retriever(similarity_top_k=0)


def test_a_node_that_points_somewhere_is_followed():
    inner = SpratRetriever([TextNode(text="deep red fish", id_="inner")])
    made = SpratRetriever([IndexNode(text="fish", index_id="i", obj=inner), TextNode(text="fish", id_="b")])

    assert sorted(ids(made.retrieve("fish"))) == ["b", "inner"]
    assert sorted(ids(asyncio.run(made.aretrieve("fish")))) == ["b", "inner"]


def test_a_persisted_retriever_comes_back_with_its_analyzer(tmp_path):
    made = SpratRetriever(
        [Document(text="die Häuser", metadata={"x": [1, {"y": None}], "z": float("nan")}, id_="h"), *nodes()],
        encoder=sprat.BM25Encoder("de"),
    )
    made.persist(tmp_path / "r")

    loaded = SpratRetriever.from_persist_dir(tmp_path / "r", similarity_top_k=1)

    assert ids(loaded.retrieve("Häuser")) == ["h"]
    assert loaded.encoder.analyzer == made.encoder.analyzer
    assert repr(loaded.retrieve("Häuser")[0].node.metadata) == repr(made.retrieve("Häuser")[0].node.metadata)
    loaded.add_nodes([TextNode(text="ein Haus", id_="new")])
    loaded.persist(tmp_path / "r")
    again = SpratRetriever.from_persist_dir(tmp_path / "r", similarity_top_k=9)
    assert again.retrieve("haus fish") == SpratRetriever.from_persist_dir(
        tmp_path / "r", similarity_top_k=9
    ).retrieve("haus fish")
    assert "new" in ids(again.retrieve("haus"))


def test_what_cannot_be_persisted_is_refused(tmp_path):
    for metadata in ({"x": (1, 2)}, {"x": {1: 2}}):
        with pytest.raises(InvalidArgumentError, match="document 'i' cannot be written to JSON"):
            SpratRetriever([TextNode(text="fish", id_="i", metadata=metadata)]).persist(tmp_path / "r")
    assert not (tmp_path / "r").exists()
    with pytest.raises(TypeError, match="save them to a folder"):
        pickle.dumps(retriever())
    with pytest.raises(FileNotFoundError):
        SpratRetriever.from_persist_dir(tmp_path / "r")


def test_vectors_are_the_encoders():
    encoder = sprat.BM25Encoder("unicode").fit(TEXTS)
    embedding = SpratSparseEmbedding(encoder=encoder)
    rows = encoder.encode_documents(TEXTS)
    expected = [dict(zip(row.indices.tolist(), row.data.tolist())) for row in rows]
    query = encoder.encode_queries(["red fish"])

    assert isinstance(embedding, BaseSparseEmbedding)
    assert embedding.get_text_embedding_batch(TEXTS) == expected
    assert [embedding.get_text_embedding(text) for text in TEXTS] == expected
    assert embedding.get_query_embedding("red fish") == dict(zip(query.indices.tolist(), query.data.tolist()))
    assert embedding.get_text_embedding("whale") == {}
    assert embedding.similarity(expected[0], expected[0]) == pytest.approx(1)
    assert embedding.model_dump()["class_name"] == "SpratSparseEmbedding"
    assert pickle.loads(pickle.dumps(embedding)).get_text_embedding("red fish") == expected[0]


def test_awaited_vectors_are_the_same():
    embedding = SpratSparseEmbedding(encoder=sprat.BM25Encoder("unicode").fit(TEXTS), embed_batch_size=2)

    async def asked():
        texts = await embedding.aget_text_embedding_batch(TEXTS)
        return (
            texts,
            await embedding.aget_query_embedding("fish"),
            await embedding.aget_text_embedding("fish"),
        )

    assert asyncio.run(asked()) == (
        embedding.get_text_embedding_batch(TEXTS),
        embedding.get_query_embedding("fish"),
        embedding.get_text_embedding("fish"),
    )


def test_a_search_sees_all_of_a_change_or_nothing_of_it():
    made = SpratRetriever([TextNode(text="fish 0", id_=str(n)) for n in range(20)], similarity_top_k=50)

    def change(version):
        made.add_nodes(TextNode(text=f"fish {version}", id_=str(n)) for n in range(20))

    with ThreadPoolExecutor(4) as pool:
        changes = [pool.submit(change, version) for version in range(1, 20)]
        answers = [made.retrieve("fish") for _ in range(40)]
        for done in changes:
            done.result()

    assert all(len(answer) == 20 and len({one.node.text for one in answer}) == 1 for answer in answers)
