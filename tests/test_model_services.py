"""Dense functions and rerankers behind a service: the real client libraries on a server that we control."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import traceback
from typing import Any

import numpy as np
import pytest

import services
from loopback import Reply
from services import KEY, TEXTS, asked, each_dense, each_service, made, values
from sprat.errors import InvalidArgumentError, ServiceError
from sprat.model import ServiceOptions, _service, dense, reranker

# What the client libraries do with those that they stand on.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'warn' method:DeprecationWarning:voyageai"),
]


@each_dense
def test_each_text_gets_its_vector(service, loopback):
    function = made(service, loopback)

    vectors = function.encode_documents(TEXTS)

    assert values(vectors) == [services.vector(text) for text in TEXTS]
    assert {(vector.dtype.name, vector.shape) for vector in vectors} == {(service.dtype, (3,))}
    assert values(function(TEXTS)) == values(function.encode_queries(iter(TEXTS))) == values(vectors)
    assert function._encode_query("be").tolist() == services.vector("be")
    assert function._encode_document("be").tolist() == services.vector("be")
    assert len(loopback.requests) == 5
    assert {request.path for request in loopback.requests} == {service.path}


@each_service
def test_the_key_is_sent_and_nowhere_else_to_be_seen(service, loopback, caplog):
    caplog.set_level(logging.DEBUG)
    function = made(service, loopback, max_retries=1)
    loopback.plan = [Reply({"message": "busy", "detail": "busy"}, 429)]

    asked(service, function, TEXTS)

    if service.key_header:
        name, value = service.key_header
        assert {request.headers[name] for request in loopback.requests} == {value}
    assert KEY not in caplog.text
    assert KEY not in repr(function) + repr(vars(function)) + repr(vars(function._service).keys())


@each_service
@pytest.mark.parametrize("status", [401, 500])
def test_a_key_in_the_service_s_own_words_is_blotted_out(service, loopback, status):
    function = made(service, loopback, max_retries=0)
    words = f"bad key {KEY}"
    loopback.plan = [Reply({"detail": words, "message": words}, status)]

    with pytest.raises(
        ServiceError, match=rf"^{service.name} answered {status} to texts 0 to 5: "
    ) as refused:
        asked(service, function, TEXTS)

    shown = "".join(traceback.format_exception(refused.value))
    assert (KEY in shown) is (service.key_header is None)
    assert len(loopback.requests) == 1
    if status == 401:
        assert "bad key" in shown


@each_dense
def test_batches_keep_the_order(service, loopback):
    function = made(service, loopback, batch_size=4)

    vectors = function.encode_documents(text for text in TEXTS)

    assert values(vectors) == [services.vector(text) for text in TEXTS]
    assert [service.texts(request.body) for request in loopback.requests] == [TEXTS[:4], TEXTS[4:]]


@each_dense
def test_a_request_holds_no_more_than_the_service_takes(service, loopback):
    function = made(service, loopback)
    limit = function._service.wire

    many = ["x"] * (limit.texts + 1)
    assert len(function(many)) == len(many)

    assert [len(service.texts(request.body)) for request in loopback.requests] == [limit.texts, 1]


@each_dense
def test_a_request_holds_no_more_bytes_than_the_service_takes(service, loopback):
    function = made(service, loopback)
    function._service.wire = dataclasses.replace(function._service.wire, size_bytes=7)
    texts = ["abc", "defg", "h", "longer than a request", "日本", "i"]

    assert values(function(texts)) == [services.vector(text) for text in texts]

    sent = [service.texts(request.body) for request in loopback.requests]
    assert sent == [["abc", "defg"], ["h"], ["longer than a request"], ["日本", "i"]]


@pytest.mark.parametrize("service", [next(each for each in services.DENSE if each.name == "Jina")])
def test_the_chunks_of_one_document_go_in_one_request(service, loopback):
    function = dense.JinaEmbeddingFunction(api_key=KEY, api_url=loopback.url, late_chunking=True)

    function(["chunk"] * 600)

    assert len(loopback.requests) == 1
    assert loopback.requests[0].body["late_chunking"] is True


@each_dense
def test_no_texts_need_no_request(service, loopback):
    assert made(service, loopback)([]) == []
    assert loopback.requests == []


@each_service
def test_a_busy_service_is_asked_again_when_it_says(service, loopback):
    slept: list[float] = []
    function = made(service, loopback, sleep=slept.append)
    busy = {"message": "slow down", "detail": "slow down"}
    loopback.plan = [Reply(busy, 429, {"Retry-After": "7"}), Reply(busy, 429)]

    answer = asked(service, function, TEXTS)

    assert len(answer) == len(TEXTS)
    assert len(loopback.requests) == 3
    assert slept[0] == 7
    assert 0.5 <= slept[1] <= 1.25


@each_service
def test_a_date_to_wait_for_is_understood(service, loopback):
    slept: list[float] = []
    function = made(service, loopback, sleep=slept.append)
    dates = [
        "Thu, 26 Nov 2020 12:00:00 GMT",
        "Thu, 26 Nov 2020 12:00:00",
        "Thu, 26 Nov 2099 12:00:00 -0000",
        "soon",
    ]
    busy = {"message": "slow down", "detail": "slow down"}
    loopback.plan = [Reply(busy, 429, {"Retry-After": date}) for date in dates]

    assert len(asked(service, function, TEXTS)) == len(TEXTS)
    assert slept[:3] == [0, 0, 60]  # the longest wait
    assert 4 <= slept[3] <= 5


@each_service
def test_a_failing_service_is_given_up_after_the_retries(service, loopback):
    slept: list[float] = []
    function = made(service, loopback, max_retries=3, sleep=slept.append, batch_size=4)
    loopback.plan = [Reply(service.usual_for(TEXTS[:4])), *[Reply({"message": "oops"}, 503)] * 4]

    with pytest.raises(ServiceError) as refused:
        asked(service, function, TEXTS)

    assert str(refused.value).startswith(f"{service.name} answered 503 to texts 4 to 5 after 4 tries: ")
    assert (refused.value.service, refused.value.status) == (service.name, 503)
    assert len(loopback.requests) == 5
    assert [0.5 * 2**n <= wait <= 0.625 * 2**n for n, wait in enumerate(slept)] == [True] * 3


@each_service
def test_a_slow_answer_is_cut_off_and_asked_for_again(service, loopback):
    function = made(service, loopback, timeout_s=0.15, max_retries=1)
    loopback.plan = [Reply({}, delay_s=5)]

    assert len(asked(service, function, TEXTS)) == len(TEXTS)

    loopback.plan = [Reply({}, delay_s=5)] * 2
    with pytest.raises(ServiceError, match=r"gave no answer to texts 0 to 5 after 2 tries: \w*Timeout"):
        asked(service, function, TEXTS)


@each_service
def test_a_connection_cut_in_the_body_is_asked_again(service, loopback):
    function = made(service, loopback, max_retries=1)
    loopback.plan = [Reply(service.usual_for(TEXTS), cut=True)]

    assert len(asked(service, function, TEXTS)) == len(TEXTS)
    assert len(loopback.requests) == 2

    loopback.plan = [Reply(service.usual_for(TEXTS), cut=True)] * 2
    with pytest.raises(ServiceError, match="gave no answer to texts 0 to 5 after 2 tries") as refused:
        asked(service, function, TEXTS)
    assert refused.value.status is None


@each_service
def test_a_server_that_is_not_there_gives_no_answer(service, loopback):
    function = made(service, loopback, max_retries=0)
    loopback.close()

    with pytest.raises(ServiceError, match=f"^{service.name} gave no answer to texts 0 to 5: "):
        asked(service, function, TEXTS)


@each_service
@pytest.mark.parametrize("body", [b"<html>", b'{"data": [', b"null", b"{}", b'{"data": 7, "results": 7}'])
def test_an_answer_of_another_form_is_reported(service, loopback, body):
    function = made(service, loopback, max_retries=0)
    loopback.plan = [Reply(body)]

    with pytest.raises(ServiceError, match=rf"^{service.name}.* texts 0 to 5"):
        asked(service, function, TEXTS)
    assert len(loopback.requests) == 1


@each_dense
@pytest.mark.parametrize("count", [0, 5, 7])
def test_a_wrong_count_of_vectors_is_reported(service, loopback, count):
    function = made(service, loopback)
    loopback.plan = [Reply(service.usual_for((TEXTS * 2)[:count]))]

    with pytest.raises(
        ServiceError, match="cannot be read: .*" + ("" if count == 0 else f"{count} vectors for 6 texts")
    ):
        function(TEXTS)


@each_dense
def test_vectors_of_different_lengths_are_reported(service, loopback, monkeypatch):
    function = made(service, loopback)
    lengths = iter([3, 3, 2, 3, 3, 3])
    monkeypatch.setattr(services, "vector", lambda text: [0.5] * next(lengths))

    with pytest.raises(ServiceError, match=r"different shapes: \[\(2,\), \(3,\)\]"):
        function(TEXTS)


@each_service
def test_what_is_not_texts_is_refused_before_it_is_sent(service, loopback):
    function = made(service, loopback)

    with pytest.raises(TypeError, match="wrap it in a list"):
        asked(service, function, "one text")
    with pytest.raises(TypeError, match=r"texts\[2\] must be str, got NoneType"):
        asked(service, function, ["a", "b", None])
    with pytest.raises(InvalidArgumentError, match=r"texts\[1\] has a lone surrogate at character 2"):
        asked(service, function, ["a", "xy\ud800"])
    assert loopback.requests == []


@each_dense
def test_the_twins_to_be_awaited_give_the_same(service, loopback):
    function = made(service, loopback, batch_size=4)

    async def both() -> tuple[Any, Any]:
        return await asyncio.gather(function.aencode_documents(TEXTS), function.aencode_queries(TEXTS))

    documents, queries = asyncio.run(both())

    assert {vector.dtype.name for vector in documents} == {service.dtype}
    awaited = [json.dumps(request.body, sort_keys=True) for request in loopback.requests]
    loopback.requests.clear()
    assert values(documents) == values(function.encode_documents(TEXTS))
    assert values(queries) == values(function.encode_queries(TEXTS))
    assert sorted(awaited) == sorted(
        json.dumps(request.body, sort_keys=True) for request in loopback.requests
    )


@each_service
def test_the_twins_retry_and_report_as_the_others_do(service, loopback):
    slept: list[float] = []

    async def asleep(seconds: float) -> None:
        slept.append(seconds)

    function = made(service, loopback, max_retries=2, asleep=asleep)

    async def ask() -> Any:
        if isinstance(service, services.Dense):
            return await function.aencode_documents(TEXTS)
        return await function.arerank("q", TEXTS, 0)

    busy = {"message": "busy", "detail": "busy"}
    loopback.plan = [
        Reply(busy, 429, {"Retry-After": "3"}),
        Reply(service.usual_for(TEXTS), cut=True),
    ]
    assert len(asyncio.run(ask())) == len(TEXTS)
    assert slept[0] == 3
    assert 0.5 <= slept[1] <= 1.25

    loopback.plan = [Reply({"message": "busy"}, 500)] * 3
    with pytest.raises(ServiceError, match="answered 500 to texts 0 to 5 after 3 tries"):
        asyncio.run(ask())


@each_service
def test_a_client_is_kept_inside_async_with(service, loopback):
    function = made(service, loopback)
    opened: list[Any] = []
    open_client = function._aclient
    function._aclient = lambda: opened.append(1) or open_client()
    ask = function.aencode_queries if isinstance(service, services.Dense) else function.arerank
    arguments = (TEXTS,) if isinstance(service, services.Dense) else ("q", TEXTS)

    async def several() -> None:
        async with function as same:
            assert same is function
            for _ in range(3):
                await ask(*arguments)
            with pytest.raises(RuntimeError, match="inside an `async with` already"):
                async with function:
                    pass
        assert len(opened) == 1
        await ask(*arguments)

    asyncio.run(several())
    asyncio.run(ask(*arguments))

    assert len(opened) == 3
    assert len(loopback.requests) == 5


@each_dense
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_may_be_chosen(service, loopback, dtype):
    (vector,) = made(service, loopback, dtype=dtype)(["a"])

    assert vector.dtype == np.dtype(dtype)


@each_dense
def test_progress_is_shown_if_asked_for(service, loopback, capsys):
    made(service, loopback)(TEXTS)
    assert capsys.readouterr() == ("", "")

    made(service, loopback, show_progress=True)(TEXTS)

    out, err = capsys.readouterr()
    assert out == ""
    assert f"{service.name}: 100%" in err
    assert "6/6" in err


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("batch_size", 0, "batch_size must be a whole number from 1, got 0"),
        ("batch_size", 2.5, "batch_size must be a whole number from 1, got 2.5"),
        ("max_retries", -1, "max_retries must be a whole number from 0, got -1"),
        ("timeout_s", 0, "timeout_s must be a finite number of at least 0.001, got 0"),
        ("first_wait_s", float("nan"), "first_wait_s must be a finite number of at least 0, got nan"),
        ("longest_wait_s", "1", "longest_wait_s must be a finite number of at least 0, got '1'"),
        ("dtype", "int8", "dtype must be 'float32' or 'float64', got 'int8'"),
        ("dtype", "text", "dtype must be 'float32' or 'float64', got 'text'"),
    ],
)
def test_options_are_checked(option, value, message):
    with pytest.raises(InvalidArgumentError, match=message):
        ServiceOptions(**{option: value})


def test_an_address_without_its_scheme_is_refused():
    for kind in (dense.TEIEmbeddingFunction, reranker.TEIRerankFunction):
        with pytest.raises(
            InvalidArgumentError, match="api_url must begin with http:// or https://, got 'h:80'"
        ):
            kind("h:80")


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype(np.float32)])
def test_a_dtype_may_be_said_in_any_way(dtype):
    assert ServiceOptions(dtype=dtype).dtype == dtype


def test_a_key_with_a_line_end_is_cut_and_one_that_cannot_be_sent_is_not_shown():
    assert _service.api_key("secret\n", "NO_SUCH_VARIABLE") == "secret"
    with pytest.raises(InvalidArgumentError, match="api_key must be a str of characters") as told:
        _service.api_key("sec\nret", "NO_SUCH_VARIABLE")
    assert "sec" not in str(told.value)
