"""Rerankers behind a service: the real client libraries on a server that we control."""

from __future__ import annotations

import asyncio

import pytest

import services
from loopback import Reply
from services import TEXTS, each_reranker, made
from sprat.errors import InvalidArgumentError, ServiceError


@each_reranker
def test_the_best_documents_come_first(service, loopback):
    ranked = made(service, loopback)("q", TEXTS, 3)

    expected = sorted(range(len(TEXTS)), key=lambda index: -services.score(TEXTS[index]))[:3]
    assert [result.index for result in ranked] == expected
    assert [result.text for result in ranked] == [TEXTS[index] for index in expected]
    assert [result.score for result in ranked] == [services.score(TEXTS[index]) for index in expected]
    assert {request.path for request in loopback.requests} == {service.path}


@each_reranker
def test_documents_scored_in_batches_are_merged(service, loopback):
    whole = made(service, loopback)
    parts = made(service, loopback, batch_size=2)

    for top_k in (1, 4, 0, None):
        once = [result.to_dict() for result in whole("q", TEXTS, top_k)]
        assert [result.to_dict() for result in parts("q", iter(TEXTS), top_k)] == once
        twin = asyncio.run(parts.arerank("q", TEXTS, top_k))
        assert [result.to_dict() for result in twin] == once
    assert len(whole("q", TEXTS)) == 5


@each_reranker
@pytest.mark.parametrize("found", [[(6, 0.5)], [(0, 0.5), (0, 0.4)], [(-1, 0.5)]])
def test_documents_that_were_not_sent_are_reported(service, loopback, found):
    function = made(service, loopback)
    loopback.plan = [Reply(service.answer(found, {"model": "m"}))]
    if service.name == "Jev" and len(found) == 2:  # its answer has one entry for each document by its form
        loopback.plan = [Reply({"answers": {"d0": {"noul": 0.5}, "d00": {"noul": 0.4}}})]

    with pytest.raises(ServiceError, match=f"{service.name}'s answer to texts 0 to 5 cannot be read"):
        function("q", TEXTS)


@each_reranker
def test_a_negative_count_is_refused(service, loopback):
    with pytest.raises(InvalidArgumentError, match="top_k must be at least 0, got -1"):
        made(service, loopback)("q", TEXTS, -1)


@each_reranker
def test_no_documents_need_no_request(service, loopback):
    assert made(service, loopback)("q", []) == []
    assert loopback.requests == []
