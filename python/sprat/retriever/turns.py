"""Changes that wait for each other: "whose turn is it?" """

from __future__ import annotations

import threading


class Turns:
    """A lock for one change at a time. A change that makes another one inside is refused, not waited for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: int | None = None  # which holds it

    def __enter__(self) -> None:
        if self._thread == threading.get_ident():
            raise RuntimeError("a retriever cannot be changed by what it is reading texts from")
        self._lock.acquire()
        self._thread = threading.get_ident()

    def __exit__(self, *exception: object) -> None:
        self._thread = None
        self._lock.release()
