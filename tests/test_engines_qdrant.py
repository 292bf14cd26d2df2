"""Qdrant in this process: qdrant-client's own engine, and the Rust one of qdrant-edge-py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

import sprat
from collections_of_vectors import one_row
from engine_corpus import LARGE, SMALL, corpus
from sprat.errors import InvalidArgumentError
from sprat.export import qdrant

pytestmark = pytest.mark.filterwarnings("ignore")
pytest.importorskip("qdrant_client", reason="needs qdrant-client: make test installs it")

SIZES = [SMALL, pytest.param(LARGE, marks=pytest.mark.engines)]
UUID = "550e8400-e29b-41d4-a716-446655440000"


@pytest.fixture
def client() -> Iterator[Any]:
    from qdrant_client import QdrantClient

    client = QdrantClient(":memory:")
    yield client
    client.close()


@pytest.fixture
def eye() -> csr_array:
    return csr_array(np.eye(3, dtype=np.float32))


def found(client: Any, name: str, queries: list[dict[str, Any]], using: str = "sparse") -> list[Any]:
    from qdrant_client import models

    answers = [
        client.query_points(name, query=models.SparseVector(**query), using=using, limit=10).points
        for query in queries
    ]
    return [[(hit.id, hit.score) for hit in hits] for hits in answers]


def ids(client: Any, name: str) -> list[Any]:
    return [point.id for point in client.scroll(name, limit=100)[0]]


@pytest.mark.parametrize("size", SIZES)
def test_documents_are_found_as_by_the_index(client, size):
    whole = corpus(size)

    sent = qdrant.to_collection(client, "docs", whole.documents)

    assert sent == client.count("docs").count == len(sprat.export.validate(whole.documents, "qdrant"))
    whole.assert_found(found(client, "docs", qdrant.queries(whole.queries)))


@pytest.mark.engines
def test_the_engine_in_rust_finds_ten_thousand_documents_as_the_index_does(tmp_path):
    edge = pytest.importorskip("qdrant_edge", reason="needs qdrant-edge-py: make test-engines installs it")
    whole = corpus(LARGE)
    config = edge.EdgeConfig(sparse_vectors={"sparse": edge.EdgeSparseVectorParams()})
    shard = edge.EdgeShard.create(str(tmp_path), config)

    points = [
        edge.Point(row["id"], {"sparse": edge.SparseVector(**row["vector"]["sparse"])}, row["payload"])
        for row in sprat.export.rows(whole.documents, "qdrant")
    ]
    shard.update(edge.UpdateOperation.upsert_points(points))
    shard.optimize()
    answers = [
        shard.query(
            edge.QueryRequest(limit=10, query=edge.Query.Nearest(edge.SparseVector(**query), using="sparse"))
        )
        for query in qdrant.queries(whole.queries)
    ]
    shard.close()

    whole.assert_found([[(hit.id, hit.score) for hit in hits] for hits in answers])


def test_fields_are_payload_and_dense_vectors(client, eye):
    fields = {"text": ["x", "é", "z"], "dense": np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)}

    qdrant.to_collection(
        client, "docs", iter([eye[:1], eye[1:]]), ids=[5, UUID, 7], fields=fields, vector="bm25"
    )

    assert found(client, "docs", [{"indices": [1], "values": [2.0]}], using="bm25") == [[(UUID, 2.0)]]
    near = client.query_points("docs", query=[0.0, 1.0], using="dense", limit=1, with_payload=True).points
    assert (near[0].id, near[0].payload) == (UUID, {"text": "é"})


def test_the_server_s_idf_is_on_if_it_is_asked_for(client):
    texts = ["cat cat dog", "dog", "dog hen", "hen"]
    hashed = sprat.BM25Encoder("unicode", vocabulary=sprat.HashedVocabulary("murmur3-abs"))
    documents, query = hashed.encode_documents(texts), qdrant.queries(hashed.encode_queries("cat dog"))
    qdrant.to_collection(client, "plain", documents)
    qdrant.to_collection(client, "idf", documents, idf=True)

    plain, idf = (dict(found(client, name, query)[0]) for name in ("plain", "idf"))

    columns = [hashed.vocabulary["cat"], hashed.vocabulary["dog"]]
    weights = [
        [dict(zip(row.indices.tolist(), row.data.tolist())).get(column, 0) for column in columns]
        for row in documents
    ]
    both = np.log([1 + 3.5 / 1.5, 1 + 1.5 / 3.5])  # df 1 and 3 of 4
    for row in range(3):
        assert plain[row] == pytest.approx(sum(weights[row]), rel=1e-5)
        assert idf[row] == pytest.approx(np.dot(weights[row], both), rel=1e-5)


def test_an_existing_collection_is_kept_replaced_or_added_to(client, eye):
    qdrant.to_collection(client, "docs", eye)

    with pytest.raises(InvalidArgumentError, match="collection 'docs' is there already"):
        qdrant.to_collection(client, "docs", eye, ids=[7, 8, 9])
    assert ids(client, "docs") == [0, 1, 2]

    assert qdrant.to_collection(client, "docs", eye * 2, ids=[2, 3, 4], exists="append") == 3
    assert ids(client, "docs") == [0, 1, 2, 3, 4]
    assert found(client, "docs", [{"indices": [0], "values": [1.0]}]) == [[(2, 2.0), (0, 1.0)]]

    qdrant.to_collection(client, "docs", eye, ids=[7, 8, 9], exists="replace")
    assert ids(client, "docs") == [7, 8, 9]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_what_is_interrupted_leaves_no_collection(client, eye, error):
    def parts():
        for _ in range(2):
            yield csr_array(np.ones((400, 3)))
        raise error

    with pytest.raises(error):
        qdrant.to_collection(client, "docs", parts())
    with pytest.raises(InvalidArgumentError, match="row 3: term 0 must have a weight of at least 0"):
        qdrant.to_collection(client, "docs", iter([eye, -eye]))
    with pytest.raises(InvalidArgumentError, match="row 0: Qdrant takes whole numbers from 0"):
        qdrant.to_collection(client, "docs", eye, ids=["a", "b", "c"])
    with pytest.raises(InvalidArgumentError, match="no row to send"):
        qdrant.to_collection(client, "docs", csr_array((3, 3)))

    assert client.get_collections().collections == []


def test_our_error_comes_before_the_engine_s(client, eye):
    from qdrant_client import models

    qdrant.to_collection(client, "docs", eye)

    def theirs(indices: list[int], values: list[float], name: Any = 9) -> None:
        vector = models.SparseVector(indices=indices, values=values)
        client.upsert("docs", [models.PointStruct(id=name, vector={"sparse": vector})])

    with pytest.raises(Exception, match="must not contain NaN"):
        theirs([1], [float("nan")])
    with pytest.raises(InvalidArgumentError, match="row 0: term 1 must have a finite weight"):
        next(qdrant.rows(one_row((1, np.nan))))
    with pytest.raises(Exception, match="between 0 and 4294967295"):
        theirs([2**32], [0.5])
    with pytest.raises(InvalidArgumentError, match="row 0: term 4294967296 must be below"):
        next(qdrant.rows(one_row((2**32, 0.5), width=2**33)))
    with pytest.raises(Exception, match="must be unique"):
        theirs([1, 1], [0.5, 0.5])
    assert next(qdrant.rows(csr_array(([0.5, 0.5], [1, 1], [0, 2]), shape=(1, 3))))["vector"] == {
        "sparse": {"indices": [1], "values": [1.0]}
    }
    with pytest.raises(Exception, match="not a valid"):
        theirs([1], [0.5], "document 9")
    with pytest.raises(InvalidArgumentError, match="row 0: Qdrant takes whole numbers"):
        next(qdrant.rows(eye, ids=["document 9", 1, 2]))


def test_rows_without_entries_are_skipped_or_found_by_nothing(client):
    matrix = csr_array(([0.5, 1.0], [0, 2], [0, 1, 1, 2]), shape=(3, 4), dtype=np.float32)

    assert qdrant.to_collection(client, "skip", matrix) == 2
    assert qdrant.to_collection(client, "sentinel", matrix, empty="sentinel") == 3

    assert ids(client, "sentinel") == [0, 1, 2]
    everything = {"indices": [0, 1, 2, 3], "values": [1.0] * 4}
    assert found(client, "sentinel", [everything]) == [[(2, 1.0), (0, 0.5)]]


@pytest.mark.parametrize("ids", [[*range(1499), 0], iter([*range(1499), 0])], ids=["list", "iterator"])
def test_a_collection_is_not_replaced_by_what_cannot_be_sent(ids, client, eye):
    qdrant.to_collection(client, "docs", eye)

    with pytest.raises(InvalidArgumentError, match="row 1499: id 0"):
        qdrant.to_collection(
            client, "docs", csr_array(np.ones((1500, 1), np.float32)), ids=ids, exists="replace"
        )

    assert client.count("docs").count == 3
