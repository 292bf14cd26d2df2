"""Nomic, whose client library retries by itself and takes its key from a file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import services
from loopback import Loopback, Reply, Request
from sprat.errors import ServiceError
from sprat.model import ServiceOptions
from sprat.model.dense import NomicEmbeddingFunction

TEXTS = [f"text {number}" for number in range(25)]


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> Iterator[Loopback]:
    from nomic import embed

    def usual(request: Request) -> Any:
        rows = [services.vector(text) for text in request.body["texts"]]
        return {"embeddings": rows, "usage": {"total_tokens": 1}, "model": request.body["model"]}

    server = Loopback(usual)
    logged_in = SimpleNamespace(atlas_api_path=server.url, header={"Authorization": f"Bearer {services.KEY}"})
    monkeypatch.setattr(embed, "atlas_class", logged_in)
    monkeypatch.setattr(embed, "time", SimpleNamespace(sleep=slept.append))
    yield server
    server.close()


def made(**options: Any) -> NomicEmbeddingFunction:
    return NomicEmbeddingFunction(options=ServiceOptions(sleep=lambda seconds: None, **options))


def tasks(server: Loopback) -> set[str]:
    return {request.body["task_type"] for request in server.requests}


def test_vectors_come_in_the_order_of_the_texts_which_the_library_parts(loopback):
    vectors = made(batch_size=20).encode_documents(TEXTS)

    assert [vector.tolist() for vector in vectors] == [services.vector(text) for text in TEXTS]
    assert {vector.dtype.name for vector in vectors} == {"float64"}
    assert sum(len(request.body["texts"]) for request in loopback.requests) == len(TEXTS)
    assert {request.path for request in loopback.requests} == {"/v1/embedding/text"}


def test_queries_and_documents_have_tasks_of_their_own(loopback):
    function = NomicEmbeddingFunction(task_type="clustering")

    for ask, task in [
        (function, "clustering"),
        (function.encode_queries, "search_query"),
        (function.encode_documents, "search_document"),
        (lambda texts: asyncio.run(function.aencode_queries(texts)), "search_query"),
    ]:
        loopback.requests.clear()
        assert len(ask(["a"])) == 1
        assert tasks(loopback) == {task}


@pytest.mark.parametrize("name", ["dimensions", "dimensionality"])
def test_the_dimension_is_what_is_asked_for(loopback, name):
    function = NomicEmbeddingFunction(**{name: 128})

    function(["a"])

    assert function.dim == loopback.requests[0].body["dimensionality"] == 128
    assert NomicEmbeddingFunction().dim == 768


def test_a_failing_service_is_given_up_after_the_library_s_retries(loopback, slept):
    loopback.plan = [Reply({"detail": "oops"}, 503)] * 6

    with pytest.raises(ServiceError, match=r"^Nomic answered 503 to text 0: .*oops") as refused:
        made()(["a"])

    assert refused.value.status == 503
    assert slept == [1, 2, 4, 8, 16]
    assert len(loopback.requests) == 6


def test_a_connection_cut_in_the_body_is_asked_again(loopback):
    loopback.plan = [Reply({"embeddings": [services.vector("a")], "usage": {}}, cut=True)]

    assert len(made(max_retries=1)(["a"])) == 1
    assert len(loopback.requests) == 2


def test_other_errors_of_the_library_come_through(loopback):
    with pytest.raises(ServiceError, match="Unexpected keyword arguments"):
        NomicEmbeddingFunction(colour="red")(["a"])
    loopback.plan = [Reply({"usage": {}, "model": "nomic-embed-text-v1.5"})]
    with pytest.raises(ServiceError, match="cannot be read: KeyError: 'embeddings'"):
        made()(["a"])
