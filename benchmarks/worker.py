"""One engine in a process of its own: its imports, its garbage and its peak of memory are nobody else's.

``python worker.py ENGINE`` answers pickled requests on its standard input; :class:`Worker` is the other end.
Steps are timed on this side of the pipe.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

_ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA", "RAYON")}


class Worker:
    """An object in the process of ``script``, which its :func:`serve` made, to be asked what it can."""

    def __init__(
        self,
        engine: str,
        python: str,
        log: Path,
        environment: dict[str, str],
        *,
        script: str = __file__,
        **case: Any,
    ) -> None:
        self.engine, self._log = engine, log
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [python, script, engine],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **_ONE_THREAD, "TRANSFORMERS_VERBOSITY": "error", **environment},
            )
        self.version: str = self.ask("start", case)

    def ask(self, request: str, *arguments: Any) -> Any:
        """Call the method ``request`` there."""
        try:
            pickle.dump((request, arguments), self._process.stdin)
            self._process.stdin.flush()
            return pickle.load(self._process.stdout)
        except (EOFError, BrokenPipeError):
            self._process.wait()
            last_words = self._log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{self.engine} died:\n{last_words}") from None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def peak_mb() -> float:
    """Return this process' peak of memory in 10**6 bytes; getrusage's would start at the parent's."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


class Steps:
    """The steps of an engine of engines.py."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._done: dict[str, Any] = {}  # the latest result of each step

    def start(self, case: dict[str, Any]) -> str:
        from engines import ENGINES

        self._engine = ENGINES[self._name](**case)
        return self._engine.version

    def time(self, step: str) -> dict[str, float]:
        """Run ``step``; return its CPU and wall time in seconds."""
        self._done.pop(step, None)
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        result = getattr(self._engine, step)(self._done)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        self._done[step] = result
        return {"cpu_s": cpu, "wall_s": wall}

    def answer(self, step: str) -> Any:
        return self._engine.answer(step, self._done)

    def peak_mb(self) -> float:
        """Return the most memory the process ever held, in 10**6 bytes."""
        return peak_mb()


def serve(kind: Callable[[str], Any]) -> None:
    """Make an object by the name on the command line and do what standard input asks of it."""
    try:
        served = kind(sys.argv[1])
        requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)  # what engines print goes to the log
        while True:
            try:
                request, arguments = pickle.load(requests)
            except EOFError:
                return
            pickle.dump(getattr(served, request)(*arguments), replies)
            replies.flush()
    except Exception:
        traceback.print_exc()
        sys.exit(1)


if __name__ == "__main__":
    serve(Steps)
