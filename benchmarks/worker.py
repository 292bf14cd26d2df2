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
from pathlib import Path
from typing import Any

_ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA", "RAYON")}


class Worker:
    """An engine to be asked: :meth:`time` a step, or get the :meth:`answer` of the last one timed."""

    def __init__(self, engine: str, python: str, log: Path, environment: dict[str, str], **case: Any) -> None:
        self.engine, self._log = engine, log
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [python, __file__, engine],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **_ONE_THREAD, "TRANSFORMERS_VERBOSITY": "error", **environment},
            )
        self.version: str = self._ask("start", case)

    def time(self, step: str) -> dict[str, float]:
        """Run ``step``; return its CPU and wall time in seconds."""
        return self._ask("time", step)

    def answer(self, step: str) -> Any:
        return self._ask("answer", step)

    def peak_mb(self) -> float:
        """Return the most memory the process ever held, in 10**6 bytes."""
        return self._ask("peak_mb", None)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _ask(self, request: str, argument: Any) -> Any:
        try:
            pickle.dump((request, argument), self._process.stdin)
            self._process.stdin.flush()
            return pickle.load(self._process.stdout)
        except (EOFError, BrokenPipeError):
            self._process.wait()
            last_words = self._log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{self.engine} died:\n{last_words}") from None


def peak_mb() -> float:
    """Return this process' peak of memory in 10**6 bytes; getrusage's would start at the parent's."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def _serve(name: str) -> None:
    from engines import ENGINES

    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what engines print goes to the log
    engine: Any = None
    done: dict[str, Any] = {}

    def measured(step: str) -> dict[str, float]:
        done.pop(step, None)
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        result = getattr(engine, step)(done)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        done[step] = result
        return {"cpu_s": cpu, "wall_s": wall}

    while True:
        try:
            request, argument = pickle.load(requests)
        except EOFError:
            return
        reply: Any
        match request:
            case "start":
                engine = ENGINES[name](**argument)
                reply = engine.version
            case "time":
                reply = measured(argument)
            case "answer":
                reply = engine.answer(argument, done)
            case "peak_mb":
                reply = peak_mb()
        pickle.dump(reply, replies)
        replies.flush()


if __name__ == "__main__":
    try:
        _serve(sys.argv[1])
    except Exception:
        traceback.print_exc()
        sys.exit(1)
