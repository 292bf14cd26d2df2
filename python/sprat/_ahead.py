"""Reading ahead: "what can be fetched while somebody else works?" """

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

_T = TypeVar("_T")

_END = object()


def ahead(items: Iterator[_T], size_bytes: Callable[[_T], int], limit_bytes: int) -> Iterator[_T]:
    """Iterate over ``items``, which another thread fetches meanwhile.

    It fetches no more once it holds ``limit_bytes``. What it raises is raised here, in its place. ``items``
    must not mind being iterated over by another thread; the readers of files do not.
    """
    changed = threading.Condition()
    ready: deque[tuple[int, Any]] = deque()
    held_bytes = 0
    stopped = False
    failure: BaseException | None = None

    def put(size: int, item: Any) -> bool:
        nonlocal held_bytes
        with changed:
            changed.wait_for(lambda: stopped or held_bytes < limit_bytes)
            ready.append((size, item))
            held_bytes += size
            changed.notify_all()
            return not stopped

    def fetch() -> None:
        nonlocal failure
        try:
            for item in items:
                if not put(size_bytes(item), item):
                    break
        except BaseException as error:
            failure = error
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                close()
            put(0, _END)

    threading.Thread(target=fetch, name="sprat-read-ahead", daemon=True).start()
    try:
        while True:
            with changed:
                changed.wait_for(lambda: ready)
                size, item = ready.popleft()
                held_bytes -= size
                changed.notify_all()
            if item is _END:
                break
            yield item
    finally:
        with changed:
            stopped = True
            changed.notify_all()
    if failure is not None:
        raise failure
