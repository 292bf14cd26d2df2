"""How is a service asked? The one place for batches, retries, progress and the text of an error.

A provider knows how to send one request and how to read one answer. It says what its service takes and
which errors its client raises (:class:`Wire`); :class:`Service` does the rest, the same for all.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
import time
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sized
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import DTypeLike

from sprat._arguments import finite, whole
from sprat._extras import require
from sprat._texts import as_texts, checked
from sprat.errors import InvalidArgumentError, ServiceError

if TYPE_CHECKING:
    from typing_extensions import Self

_Read = TypeVar("_Read")

# What a client raises on an answer that is not of the form it expects.
_UNREADABLE = (ValueError, LookupError, AttributeError, TypeError)
_LONGEST_DETAIL = 500  # characters of a service's own words that an error repeats
_SHORTEST_SECRET = 8  # characters; what is shorter is a word, and would be blotted out everywhere


@dataclass(frozen=True, kw_only=True)
class ServiceOptions:
    """How a service is asked; the same for all of them.

    Parameters
    ----------
    batch_size : int, optional
        Most texts in one request. The default is what the service takes. Results keep the order of
        the texts, whatever the size.
    max_retries : int, default 5
        How often a request is sent again after status 408, 425, 429 or 5xx, a timeout or a broken
        connection. This takes the place of the client library's own retries.
    first_wait_s, longest_wait_s : float, default 0.5 and 60
        Seconds before the first retry, doubled for each further one, and the most. A random part of up
        to a quarter is added. A service that says how long to wait is heeded, up to the most.
    timeout_s : float, optional
        Seconds for one request. The default is the client library's; 60 for Jina, TEI and Jev.
    dtype : "float32" or "float64", optional
        Of the vectors. The default is pymilvus.model's, for each provider.
    show_progress : bool, default False
        Show a bar on standard error.
    sleep, asleep : callable
        Called with seconds between retries; the second is awaited, and ``asyncio.sleep`` by default.
    """

    batch_size: int | None = None
    max_retries: int = 5
    first_wait_s: float = 0.5
    longest_wait_s: float = 60.0
    timeout_s: float | None = None
    dtype: DTypeLike | None = None
    show_progress: bool = False
    sleep: Callable[[float], None] = time.sleep
    asleep: Callable[[float], Awaitable[None]] | None = None

    def __post_init__(self) -> None:
        if self.batch_size is not None:
            whole("batch_size", self.batch_size, low=1)
        whole("max_retries", self.max_retries, low=0)
        finite("first_wait_s", self.first_wait_s, low=0)
        finite("longest_wait_s", self.longest_wait_s, low=0)
        if self.timeout_s is not None:
            finite("timeout_s", self.timeout_s, low=0.001)
        if self.dtype is not None:
            float_dtype(self.dtype)


@dataclass(frozen=True)
class Wire:
    """What a provider knows of its service and of the client it asks through."""

    name: str
    texts: int  #: most texts in one request
    size_bytes: int  #: most UTF-8 bytes in one; where the limit is in tokens, none is shorter than a byte
    refusals: tuple[type[Exception], ...]  #: what the client raises on an answer; may hold a status
    broken: tuple[type[Exception], ...]  #: what it raises when there is no answer
    detail: Callable[[Any], str] = str  #: the service's own words in a refusal
    retries_itself: bool = False  #: whether a refusal is what the client's own retries ended in


class Batch(NamedTuple):
    start: int  #: position of its first text
    texts: list[str]

    def __str__(self) -> str:
        last = self.start + len(self.texts) - 1
        return f"text {last}" if last == self.start else f"texts {self.start} to {last}"


class Service:
    """Sends the requests of one provider: batch by batch, in order, each until it is answered."""

    def __init__(self, wire: Wire, options: ServiceOptions | None, *secrets: str | None) -> None:
        self.wire = wire
        self.options = options or ServiceOptions()
        self._secrets = [
            secret for secret in secrets if isinstance(secret, str) and len(secret) >= _SHORTEST_SECRET
        ]

    def owns(self, client: Any) -> Any:
        """Return ``client``, whose connections will be closed when nobody holds the service any more."""
        stack = contextlib.ExitStack()
        stack.push(client)
        weakref.finalize(self, stack.close)
        return client

    def timeout(self, argument: str, unit_s: float = 1) -> dict[str, float]:
        """The argument of a client that limits a request's time; nothing if its own limit is to hold."""
        limit_s = self.options.timeout_s
        return {} if limit_s is None else {argument: limit_s / unit_s}

    def answers(
        self, texts: Iterable[str], send: Callable[[list[str]], Any], read: Callable[[Any, int], _Read]
    ) -> Iterator[tuple[int, _Read]]:
        """Yield, for each batch, the position of its first text and what ``read`` made of the answer.

        ``read`` is given the answer and the number of texts asked about; any of ``_UNREADABLE`` that it
        raises becomes a ServiceError. Texts are read as far as they are needed.
        """
        from tenacity import Retrying

        def once(batch: Batch) -> _Read:
            return read(send(batch.texts), len(batch.texts))

        with self._progress(texts) as progress:
            for batch in self._batches(texts):
                retrying = Retrying(sleep=self.options.sleep, **self._policy())
                try:
                    answer = retrying(once, batch)
                except Exception as error:
                    self._explain(error, batch, retrying.statistics["attempt_number"])
                    raise
                progress.update(len(batch.texts))
                yield batch.start, answer

    async def aanswers(
        self,
        texts: Iterable[str],
        send: Callable[[list[str]], Awaitable[Any]],
        read: Callable[[Any, int], _Read],
    ) -> AsyncIterator[tuple[int, _Read]]:
        """:meth:`answers` of a client whose answers are awaited."""
        import asyncio

        from tenacity import AsyncRetrying

        async def once(batch: Batch) -> _Read:
            return read(await send(batch.texts), len(batch.texts))

        with self._progress(texts) as progress:
            for batch in self._batches(texts):
                retrying = AsyncRetrying(sleep=self.options.asleep or asyncio.sleep, **self._policy())
                try:
                    answer: _Read = await retrying(once, batch)
                except Exception as error:
                    self._explain(error, batch, retrying.statistics["attempt_number"])
                    raise
                progress.update(len(batch.texts))
                yield batch.start, answer

    def _batches(self, texts: Iterable[str]) -> Iterator[Batch]:
        most = self.options.batch_size or self.wire.texts
        start, batch, size = 0, list[str](), 0
        for position, text in enumerate(checked(as_texts(texts))):
            try:
                length = len(text.encode())
            except UnicodeEncodeError as error:
                raise InvalidArgumentError(
                    f"texts[{position}] has a lone surrogate at character {error.start}, "
                    "which has no place in UTF-8"
                ) from None
            if batch and (len(batch) == most or size + length > self.wire.size_bytes):
                yield Batch(start, batch)
                start, batch, size = position, [], 0
            batch.append(text)
            size += length
        if batch:
            yield Batch(start, batch)

    def _progress(self, texts: Iterable[str]) -> Any:
        from tqdm import tqdm  # there wherever nltk is

        total = len(texts) if isinstance(texts, Sized) else None
        return tqdm(total=total, desc=self.wire.name, unit="text", disable=not self.options.show_progress)

    def _policy(self) -> dict[str, Any]:
        from tenacity import retry_if_exception, stop_after_attempt, wait_exponential, wait_random

        options = self.options
        backoff = wait_exponential(multiplier=options.first_wait_s, max=options.longest_wait_s)
        jitter = wait_random(0, 0.25)

        def wait(state: Any) -> float:
            told = _retry_after_s(state.outcome.exception())
            wanted = backoff(state) * (1 + jitter(state)) if told is None else told
            return float(min(wanted, options.longest_wait_s))

        return {
            "retry": retry_if_exception(self._is_passing),
            "stop": stop_after_attempt(options.max_retries + 1),
            "wait": wait,
            "reraise": True,
        }

    def _is_passing(self, error: BaseException) -> bool:
        """Whether the same request may succeed if it is sent again."""
        if isinstance(error, self.wire.broken):
            return True
        if self.wire.retries_itself or not isinstance(error, self.wire.refusals):
            return False
        status = _status(error)
        return status is not None and (status in (408, 425, 429) or status >= 500)

    def _explain(self, error: Exception, batch: Batch, tries: int) -> None:
        """Raise a ServiceError for an error of the client; leave any other alone."""
        name, status = self.wire.name, None
        after = f" after {tries} tries" if tries > 1 else ""
        if isinstance(error, self.wire.broken):
            text = f"{name} gave no answer to {batch}{after}: {type(error).__name__}: {error}"
        elif isinstance(error, self.wire.refusals):
            status, detail = _status(error), self.wire.detail(error)
            answered = "refused" if status is None else f"answered {status} to"
            text = f"{name} {answered} {batch}{after}: {detail}"
        elif isinstance(error, _UNREADABLE):
            text = f"{name}'s answer to {batch} cannot be read: {type(error).__name__}: {error}"
        else:
            return
        for secret in self._secrets:
            text = text.replace(secret, "***").replace(repr(secret)[1:-1], "***")
        # The client's error stays out of the traceback: it may hold the request with its key.
        raise ServiceError(text[:_LONGEST_DETAIL], service=name, status=status) from None


class AsyncClients:
    """Opens an asynchronous client for each call, or once for all calls inside ``async with``.

    A client belongs to the event loop in which it was opened. One that is kept also keeps its
    connections, which saves a handshake for each call.
    """

    #: Makes a client, and holds the key out of sight; None if the client library has none.
    _aclient: Callable[[], AbstractAsyncContextManager[Any]] | None = None
    _kept: contextlib.AsyncExitStack | None = None
    _kept_client: Any = None

    async def __aenter__(self) -> Self:
        if self._kept is not None:
            raise RuntimeError(f"this {type(self).__name__} is inside an `async with` already")
        async with contextlib.AsyncExitStack() as stack:
            if self._aclient is not None:
                self._kept_client = await stack.enter_async_context(self._aclient())
            self._kept = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        kept, self._kept, self._kept_client = self._kept, None, None
        if kept is not None:
            await kept.aclose()

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        """The client that is kept, or one for this call."""
        if self._kept_client is not None:
            yield self._kept_client
        else:
            assert self._aclient is not None
            async with self._aclient() as client:
                yield client


def require_client(library: str, what: str, extra: str) -> None:
    """Raise MissingExtraError unless the client library is there, and what retries."""
    for module in (library, "tenacity"):
        require(module, what, extra)


def check_keywords(function: Callable[..., Any], keywords: Mapping[str, Any]) -> None:
    """Raise TypeError now if ``function`` does not take these, and not at the first request."""
    inspect.signature(function).bind_partial(**keywords)


def transport_errors() -> tuple[type[Exception], ...]:
    """What the HTTP libraries that are loaded raise when there is no answer; clients differ in theirs."""
    names = {"httpx": "TransportError", "httpx2": "TransportError", "aiohttp": "ClientError"}
    found = [getattr(sys.modules[module], name) for module, name in names.items() if module in sys.modules]
    return (TimeoutError, *found)


def float_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """The dtype of vectors that a user asks for; float32 or float64."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = np.dtype(np.void)
    if found not in (np.float32, np.float64):
        raise InvalidArgumentError(f"dtype must be 'float32' or 'float64', got {dtype!r}")
    return found


def api_key(given: str | None, variable: str) -> str:
    """The key given, or that of an environment variable."""
    key = given if given is not None else os.environ.get(variable)
    key = key.strip() if isinstance(key, str) else key
    if not key:
        raise InvalidArgumentError(
            f"Did not find api_key, please add an environment variable `{variable}` which contains it, "
            "or pass  `api_key` as a named parameter."
        )
    if not isinstance(key, str) or not key.isprintable():
        raise InvalidArgumentError("api_key must be a str of characters that can be printed")
    return key


def _status(error: BaseException) -> int | None:
    """The HTTP status that an error of a client holds, under whichever name."""
    holders = (error, getattr(error, "response", None))
    for name in ("status_code", "http_status", "code"):
        for holder in holders:
            status = getattr(holder, name, None)
            if isinstance(status, int):
                return status
    return None


def _retry_after_s(error: BaseException) -> float | None:
    """Seconds to wait, if the answer has the header Retry-After (RFC 9110, 10.2.3)."""
    headers = getattr(error, "headers", None) or getattr(getattr(error, "response", None), "headers", None)
    items = headers.items() if headers else ()
    value = next((value for name, value in items if name.lower() == "retry-after"), None)
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        from email.utils import parsedate_to_datetime
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=timezone.utc)  # "-0000" and no zone are UTC
    return max(0.0, (until - datetime.now(timezone.utc)).total_seconds())
