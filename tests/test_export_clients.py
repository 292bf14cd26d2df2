"""OpenSearch, Elasticsearch and Pinecone: what their own clients put on the wire, given what sprat made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

import sprat
from loopback import Loopback, Request

pytestmark = pytest.mark.filterwarnings("ignore")

FIELDS = {"text": ["é", "y", "z\n"], "year": [1999, 2000, 2001]}
BULK = (
    '{"index":{"_id":"a"}}\n{"sparse":{"0":0.5,"3":0.25},"text":"é","year":1999}\n'
    '{"index":{"_id":"c"}}\n{"sparse":{"2":1.0},"text":"z\\n","year":2001}\n'
)


@pytest.fixture
def matrix() -> csr_array:
    return csr_array(([0.5, 0.25, 1.0], [0, 3, 2], [0, 2, 2, 3]), shape=(3, 4), dtype=np.float32)


def answer(request: Request) -> Any:
    if "_bulk" in request.path:
        count = request.body.count('"_id"')
        return {"errors": False, "took": 1, "items": [{"index": {"status": 201}}] * count}
    if "upsert" in request.path:
        return {"upsertedCount": len(request.body["vectors"])}
    return {"hits": {"hits": []}, "matches": [], "namespace": "", "acknowledged": True}


@pytest.fixture
def server() -> Iterator[Loopback]:
    server = Loopback(answer)
    yield server
    server.close()


@pytest.fixture
def closing() -> Iterator[Any]:
    """Takes clients that are closed when the test is over."""
    with ExitStack() as stack:

        def take(client: Any) -> Any:
            stack.callback(client.close)
            return client

        yield take


def test_elasticsearch(matrix, server, closing):
    elasticsearch = pytest.importorskip("elasticsearch")
    helpers = pytest.importorskip("elasticsearch.helpers")
    client = closing(elasticsearch.Elasticsearch(server.url))
    rows = sprat.export.rows(matrix, "elasticsearch", ids=list("abc"), fields=FIELDS)

    client.indices.create(index="docs", **sprat.export.elasticsearch.mapping())
    sent, errors = helpers.bulk(client, rows, index="docs")
    client.search(index="docs", query=sprat.export.elasticsearch.queries(matrix)[0])

    create, bulk, search = server.requests
    assert (sent, errors) == (2, [])
    assert create.body["mappings"]["properties"]["sparse"]["index_options"] == {"prune": False}
    assert bulk.body == BULK
    assert "".join(sprat.export.lines(matrix, "elasticsearch", ids=list("abc"), fields=FIELDS)) == BULK
    assert search.body["query"] == {
        "sparse_vector": {"field": "sparse", "query_vector": {"0": 0.5, "3": 0.25}, "prune": False}
    }


@pytest.mark.parametrize("seismic", [False, True])
def test_opensearch(matrix, server, closing, seismic):
    opensearchpy = pytest.importorskip("opensearchpy")
    client = closing(opensearchpy.OpenSearch(server.url))
    target = "opensearch-seismic" if seismic else "opensearch"
    rows = sprat.export.rows(matrix, target, ids=list("abc"), fields=FIELDS)

    client.indices.create(index="docs", body=sprat.export.opensearch.mapping(seismic=seismic))
    sent, errors = opensearchpy.helpers.bulk(client, rows, index="docs")
    client.search(index="docs", body={"query": sprat.export.opensearch.queries(matrix, seismic=seismic)[0]})

    create, bulk, search = server.requests
    kind = "sparse_vector" if seismic else "rank_features"
    assert (sent, errors) == (2, [])
    assert create.body["mappings"]["properties"]["sparse"]["type"] == kind
    assert bulk.body == BULK
    assert "".join(sprat.export.lines(matrix, target, ids=list("abc"), fields=FIELDS)) == BULK
    assert search.body == {"query": {"neural_sparse": {"sparse": {"query_tokens": {"0": 0.5, "3": 0.25}}}}}


def test_pinecone(matrix, server, closing):
    pinecone = pytest.importorskip("pinecone")
    index = closing(pinecone.Pinecone(api_key="none").Index(host=server.url))
    fields = {**FIELDS, "dense": np.array([[1, 0.5], [2, 0.5], [3, 0.5]], np.float32)}

    for batch in sprat.export.pinecone.batches(matrix, ids=list("abc"), fields=fields):
        index.upsert(vectors=batch)
    index.query(top_k=3, sparse_vector=sprat.export.pinecone.queries(matrix)[0])

    upsert, query = server.requests
    assert upsert.body["vectors"] == [
        {
            "id": "a",
            "values": [1.0, 0.5],
            "sparseValues": {"indices": [0, 3], "values": [0.5, 0.25]},
            "metadata": {"text": "é", "year": 1999},
        },
        {
            "id": "c",
            "values": [3.0, 0.5],
            "sparseValues": {"indices": [2], "values": [1.0]},
            "metadata": {"text": "z\n", "year": 2001},
        },
    ]
    assert query.body["sparseVector"] == {"indices": [0, 3], "values": [0.5, 0.25]}


def test_a_batch_for_pinecone_is_as_long_as_it_was_measured(server, closing):
    pinecone = pytest.importorskip("pinecone")
    index = closing(pinecone.Pinecone(api_key="none").Index(host=server.url))
    rng = np.random.default_rng(3)
    matrix = csr_array(rng.random((1_200, 90), dtype=np.float32) * (rng.random((1_200, 90)) < 0.8))

    for batch in sprat.export.pinecone.batches(matrix, fields={"text": ["é" * 300] * 1_200}):
        index.upsert(vectors=batch)

    assert len(server.requests) > 1
    assert all(int(request.headers["content-length"]) <= 2_000_000 for request in server.requests)
    assert sum(len(request.body["vectors"]) for request in server.requests) == 1_200
