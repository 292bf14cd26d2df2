"""Has anything become slower? ``python benchmarks/check.py`` compares with expected.json.

Two measures. Ratios of CPU time to other packages', which take turns with sprat: the machine's speed and load
hit all alike. The time of a step is the least of its rounds, since load only adds. And the instructions of
single loops (kernels.cpp), counted by callgrind: the same on every run, so that half a per cent shows. They
hold for one compiler. ``--renew`` writes what is expected.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import compare
import report
import search
import texts
from cases import CASES, Case, Run

EXPECTED = Path(__file__).with_name("expected.json")
_KERNELS = texts.ROOT / "build" / "kernels" / "kernels"
_SLOWER = 1.15  # a ratio fails beyond
_MORE = 1.005  # a count fails beyond
_ROUNDS = 7
_TRIES = 5  # a ratio is too large only if it is so each time
_MEDIAN_OF = 3  # what is expected

Ratios = dict[str, float]
Counts = dict[str, int]


def pairs_of(case: Case) -> list[tuple[Run, Run]]:
    """Return what is compared: ours and one of the three others."""
    others = ("rank_bm25", "bm25s", "tantivy")
    return [(a, b) for a, b in (*case.pairs, *case.more_pairs) if b.engine.startswith(others)]


def ratios_of(case: Case) -> Ratios:
    """Return our CPU time divided by theirs, for the steps of ``case``."""
    pairs = pairs_of(case)
    runs = [run for run in case.runs if any(run in pair for pair in pairs)]
    kept = replace(case, runs=(*runs,))
    least = {
        Run(record["engine"], record["step"]): min(record["cpu_s"])
        for record in compare.measure(kept, texts.load(texts.DEMO), _ROUNDS)
    }
    return {f"{a.engine} {a.step} / {b.engine} {b.step}": round(least[a] / least[b], 4) for a, b in pairs}


def search_ratios() -> Ratios:
    """Return the same for one query at a time, on vectors that are ready."""
    engines = ["sprat", "bm25s, numba", "tantivy", "rank_bm25"]
    ours, *others = search.measure(texts.DEMO, engines, _ROUNDS)
    found = {}
    for other in others:
        for name in ("build_s", "depths"):
            mine, theirs = (r[name] if name == "build_s" else r[name][10]["mean_ms"] for r in (ours, other))
            step = "search" if name == "depths" else "build"
            found[f"sprat {step} / {other['engine']} {step}"] = round(mine / theirs, 4)
    return found


MEASURES: dict[str, Callable[[], Ratios]] = {
    case.name: partial(ratios_of, case) for case in CASES if pairs_of(case)
} | {"search": search_ratios}


def kernels() -> Counts:
    """Return the instructions of each kernel."""
    names = subprocess.run([_KERNELS], capture_output=True, text=True, check=True).stdout.splitlines()
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=measured"]
    counts = {}
    for name in names:
        done = subprocess.run(
            [*command, _KERNELS, name],
            env={"PATH": os.environ["PATH"], "SPRAT_ISA": "portable", "SPRAT_HASH_SEED": "0"},
            capture_output=True,
            text=True,
            check=True,
        )
        found = re.search(r"Collected : (\d+)", done.stderr)
        assert found, done.stderr
        counts[name] = int(found[1])
        assert counts[name] > 1_000_000, f"{name} was not measured: {counts[name]} instructions"
    return counts


def compiler() -> str:
    return subprocess.run(["c++", "--version"], capture_output=True, text=True, check=True).stdout.partition(
        "\n"
    )[0]


def check_ratios(expected: dict[str, Ratios]) -> list[str]:
    """Print each ratio beside what is expected; return those that are too large each time."""
    slower = []
    for measure, allowed in expected.items():
        least = dict.fromkeys(allowed, math.inf)
        for _ in range(_TRIES):
            found = MEASURES[measure]()
            least = {name: min(least[name], found[name]) for name in allowed}
            too_large = [name for name in allowed if least[name] > allowed[name] * _SLOWER]
            if not too_large:
                break
        for name, ratio in least.items():
            print(f"{name}: {ratio:.4f}, expected {allowed[name]:.4f}", flush=True)
        slower += too_large
    return slower


def check_counts(expected: Counts, by: str) -> list[str]:
    """Print each count beside what is expected; return those that are too large."""
    if shutil.which("valgrind") is None:
        print("instructions are not counted: valgrind is not installed")
        return []
    if compiler() != by:
        print(f"instructions are not compared: they are of {by}, here is {compiler()}")
        return []
    counts = kernels()
    for name, count in counts.items():
        print(f"{name}: {count:,} instructions, expected {expected.get(name, 0):,}")
    return [name for name, count in counts.items() if count > expected.get(name, 0) * _MORE]


def renew(what: set[str]) -> None:
    """Write what was measured; of ratios the medians."""
    written = json.loads(EXPECTED.read_text()) if EXPECTED.is_file() else {}
    if "ratios" in what:
        tries = {name: [measure() for _ in range(_MEDIAN_OF)] for name, measure in MEASURES.items()}
        written["ratios"] = {
            name: {pair: statistics.median(found[pair] for found in several) for pair in several[0]}
            for name, several in tries.items()
        }
    if "instructions" in what:
        written |= {"compiler": compiler(), "instructions": kernels()}
    EXPECTED.write_text(json.dumps(written, indent=2) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=["ratios", "instructions"])
    parser.add_argument("--renew", action="store_true", help="write expected.json anew")
    options = parser.parse_args()
    what = {options.only} if options.only else {"ratios", "instructions"}
    report.RESULTS.mkdir(parents=True, exist_ok=True)
    if options.renew:
        renew(what)
        return 0
    expected = json.loads(EXPECTED.read_text())
    slower = check_ratios(expected["ratios"]) if "ratios" in what else []
    if "instructions" in what:
        slower += check_counts(expected["instructions"], expected["compiler"])
    for name in slower:
        print(f"SLOWER: {name}")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
