"""How fast is sprat, next to others? ``python benchmarks/compare.py`` measures, report.py writes the tables.

Engines take turns (A B C A B C ... A), each in a process of its own, so that a drift of the machine hits all
of them alike. Nothing is timed before the answers agree. CPU time counts, since it hardly depends on what
else runs on the machine; wall time is recorded too.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import peers
import report
import texts
from cases import CASES, Case, Run
from sprat import Analyzer
from worker import Worker

_SLOW_DOCUMENTS = 4000
_REPEATS = 5


def measure(case: Case, collection: texts.Collection, repeats: int) -> Iterator[dict[str, Any]]:
    """Yield one record per run. Refuses to time a wrong answer.

    The round in which answers are checked warms up, and is not timed; with ``repeats`` 0 it is all there is.
    """
    cpu, wall = defaultdict(list), defaultdict(list)
    with ExitStack() as running:
        workers, amounts = _start(case, collection, running)

        def take_turns(runs: list[Run]) -> None:
            for run in runs:
                times = workers[run.engine].ask("time", run.step)
                cpu[run].append(times["cpu_s"])
                wall[run].append(times["wall_s"])

        take_turns([*case.runs])
        case.agree({run: workers[run.engine].ask("answer", run.step) for run in case.runs})
        if repeats:
            cpu.clear()
            wall.clear()
        for _ in range(repeats):
            take_turns([*case.runs])
        take_turns([run for run in case.runs if run.ours])
        for run in case.runs:
            yield {
                "case": case.name,
                "collection": collection.name,
                "documents": len(collection.texts),
                "engine": run.engine,
                "step": run.step,
                "version": workers[run.engine].version,
                "amounts": amounts,
                "cpu_s": cpu[run],
                "wall_s": wall[run],
                "process_peak_mb": workers[run.engine].ask("peak_mb"),
            }


def _start(
    case: Case, collection: texts.Collection, running: ExitStack
) -> tuple[dict[str, Worker], dict[str, float]]:
    queries = collection.queries[: case.query_count]
    amounts: dict[str, float] = {"megabytes": collection.megabytes, "queries": len(queries)}
    data: dict[str, Any] = {"texts": collection.texts, "queries": queries}
    if case.on_tokens:
        data = {kind: Analyzer("en").batch(strings) for kind, strings in data.items()}
        amounts["tokens"] = sum(map(len, data["texts"]))
    theirs = {"NLTK_DATA": str(peers.nltk_data()), "PYTHONPATH": ""}  # their own environment, all of it
    workers: dict[str, Worker] = {}
    for engine in dict.fromkeys(run.engine for run in case.runs):
        log = report.RESULTS / f"{engine.replace(' ', '-')}.log"
        python, environment = (sys.executable, {}) if engine.startswith("sprat") else (peers.python(), theirs)
        workers[engine] = running.enter_context(Worker(engine, python, log, environment, **data))
    return workers, amounts


def machine() -> dict[str, Any]:
    """Describe what the figures hold for."""
    cpuinfo = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [line.split(":")[1].strip() for line in cpuinfo.splitlines() if line.startswith("model name")]
    changed = _output("git", "status", "--porcelain", "--", "cpp", "python", "tools", "CMakeLists.txt")
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": len(models),
        "system": platform.platform(),
        "python": platform.python_version(),
        "compiler": _output("g++", "--version").partition("\n")[0],
        "commit": _output("git", "rev-parse", "--short", "HEAD") + ("+" if changed else ""),
        "command": " ".join(["python benchmarks/compare.py", *sys.argv[1:]]),
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, cwd=texts.ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--collections", nargs="+", metavar="NAME", help="default: fiqa, scifact, else demo")
    parser.add_argument("--cases", nargs="+", choices=[case.name for case in CASES], metavar="CASE")
    parser.add_argument("--documents", type=int, metavar="N", help="the first N documents only")
    parser.add_argument("--repeats", type=int, default=_REPEATS, metavar="N", help=f"default: {_REPEATS}")
    parser.add_argument(
        "--full",
        action="store_true",
        help=f"pymilvus.model on all documents, once: minutes; default: the first {_SLOW_DOCUMENTS}",
    )
    options = parser.parse_args()
    names = options.collections or texts.present("fiqa", "scifact") or [texts.DEMO]
    about = machine()
    report.RESULTS.mkdir(parents=True, exist_ok=True)
    file = report.RESULTS / f"compare-{about['time'].replace(':', '')}.jsonl"
    print(f"{about['cpu']}, {about['cores']} cores, commit {about['commit']}; results in {file}", flush=True)
    for name in names:
        for case in CASES:
            if options.cases and case.name not in options.cases:
                continue
            limit, repeats = options.documents, options.repeats
            if case.slow and options.full:
                repeats = 0
            elif case.slow:
                limit = min(limit or _SLOW_DOCUMENTS, _SLOW_DOCUMENTS)
            collection = texts.load(name, limit)
            print(f"{name}, {len(collection.texts)} documents: {case.name}", flush=True)
            with file.open("a") as lines:
                for record in measure(case, collection, repeats):
                    lines.write(json.dumps({**record, "machine": about}) + "\n")
    print()
    print(report.whole_table(report.read([file])))
    print("\n`python benchmarks/report.py` puts the results of this commit into README.md and docs/.")


if __name__ == "__main__":
    main()
