"""How fast is sprat, next to others? ``python benchmarks/compare.py`` measures; report.py writes the tables.

Engines take turns (A B C A B C ... A), each in a process of its own, so that a drift of the machine hits all of
them alike. Nothing is timed before the answers agree. CPU time counts, since it hardly depends on what else
runs on the machine; wall time is recorded too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import peers
import report
import texts
from cases import CASES, Case, Run
from worker import Worker

from sprat import Analyzer

RESULTS = texts.ROOT / "build" / "benchmarks"
SLOW_DOCUMENTS = 4000
REPEATS = 5
SLOW_REPEATS = 3


def measure(case: Case, collection: texts.Collection, repeats: int) -> Iterator[dict[str, Any]]:
    """Yield one record per run. Refuses to time a wrong answer.

    With ``repeats`` 0 there is no round to warm up: the first is timed, and reported if its answers agree.
    """
    workers = _start(case, collection)
    cpu, wall = defaultdict(list), defaultdict(list)

    def round_of(runs: list[Run] | tuple[Run, ...]) -> None:
        for run in runs:
            times = workers[run.engine].time(run.step)
            cpu[run].append(times["cpu_s"])
            wall[run].append(times["wall_s"])

    try:
        round_of(case.runs)
        case.agree({run: workers[run.engine].answer(run.step) for run in case.runs})
        if repeats:
            cpu.clear()
            wall.clear()
        for _ in range(repeats):
            round_of(case.runs)
        round_of([run for run in case.runs if run.ours])
        for run in case.runs:
            yield {
                "case": case.name,
                "collection": collection.name,
                "documents": len(collection.texts),
                "engine": run.engine,
                "step": run.step,
                "version": workers[run.engine].version,
                "cpu_s": cpu[run],
                "wall_s": wall[run],
                "process_peak_mb": workers[run.engine].peak_mb(),
            }
    finally:
        for worker in workers.values():
            worker.close()


def _start(case: Case, collection: texts.Collection) -> dict[str, Worker]:
    data: dict[str, Any] = {"texts": collection.texts, "queries": collection.queries[: case.query_count]}
    if case.on_tokens:
        analyzer = Analyzer("en")
        data = {kind: analyzer.batch(texts) for kind, texts in data.items()}
    environment = {"NLTK_DATA": str(peers.nltk_data())}
    interpreters = {True: os.sys.executable, False: peers.python()}
    workers: dict[str, Worker] = {}
    for run in case.runs:
        if run.engine not in workers:
            log = RESULTS / f"{run.engine.replace(' ', '-')}.log"
            workers[run.engine] = Worker(run.engine, interpreters[run.ours], log, environment, **data)
    return workers
