"""One engine that searches, in a process of its own; search.py asks."""

from __future__ import annotations

import gc
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import vectors
from vector_engines import SEARCHERS
from worker import peak_mb, serve


class Searching:
    """Times are CPU time of the process in seconds, but for those called wall time."""

    def __init__(self, name: str) -> None:
        self._kind = SEARCHERS[name]

    def start(self, case: dict[str, Any]) -> str:
        self._folder = tempfile.TemporaryDirectory(prefix="search")
        whole = vectors.read(case["folder"])
        for array in (whole.documents.indptr, whole.documents.indices, whole.documents.data):
            array.max(initial=0)  # pages of the input count as held before building
        self._engine = self._kind(whole, Path(self._folder.name))
        return self._engine.version

    def build(self) -> dict[str, float]:
        gc.collect()
        before, cpu = peak_mb(), time.process_time()
        self._engine.build()  # type: ignore[attr-defined]
        return {"build_s": time.process_time() - cpu, "peak_mb": peak_mb() - before}

    def keep(self) -> dict[str, float]:
        """Save and load; return the bytes and the wall time of loading, the least of five."""
        if not self._engine.saves:
            return {}
        engine: Any = self._engine
        engine.save()
        path, seconds = Path(self._folder.name) / "index", []
        for _ in range(5):
            start = time.perf_counter()
            engine.load()
            seconds.append(time.perf_counter() - start)
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        return {"load_ms": 1e3 * min(seconds), "bytes": sum(file.stat().st_size for file in files)}

    def answers(self, queries: int, k: int) -> list[list[int]]:
        return [np.asarray(self._search(query, k)).tolist() for query in range(queries)]

    def times(self, queries: int, k: int) -> list[float]:
        """Time each query once."""
        seconds = []
        for query in range(queries):
            start = time.process_time()
            self._search(query, k)
            seconds.append(time.process_time() - start)
        return seconds

    def batch_s(self, k: int, threads: int) -> float:
        """Return the wall time of all queries in one call."""
        start = time.perf_counter()
        self._engine.batch(k, threads)
        return time.perf_counter() - start

    def _search(self, query: int, k: int) -> Any:
        return self._engine.search(query, k)  # type: ignore[attr-defined]


if __name__ == "__main__":
    serve(Searching)
