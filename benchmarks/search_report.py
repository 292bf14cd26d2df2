"""What do docs/search.md and its plot show? The results of search.py, and this is what writes them.

``python benchmarks/search_report.py [FILE.jsonl ...]`` takes the newest results, or the files named.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from report import RESULTS, insert
from texts import ROOT

_DOCS = ROOT / "docs"
_PLOT = _DOCS / "search.png"

Record = dict[str, Any]


def read(files: Iterable[Path]) -> list[Record]:
    """Return the records, of several for one engine and one set of vectors the last."""
    latest: dict[tuple[str, str], Record] = {}
    for file in files:
        for line in file.read_text().splitlines():
            record = json.loads(line)
            latest[record["vectors"], record["engine"]] = record
    return [*latest.values()]


def table(records: list[Record]) -> str:
    head = [
        "| vectors | engine | top 10, ms | p99 | top 100, ms | p99 | top 1000, ms | p99 | right "
        "| batch, queries/s | build, s | peak, MB | bytes a posting | load, ms |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    return "\n".join([*head, *map(_line, records), "", _caption(records)])


def _line(record: Record) -> str:
    name = f"{record['vectors']}, {record['documents']:,}"
    times = " | ".join(
        f"{_round(depth['mean_ms'])} | {_round(depth['p99_ms'])}" for depth in record["depths"].values()
    )
    right = min(depth["right"] for depth in record["depths"].values())
    batch = " / ".join(f"{_round(qps)}" for qps in record["batch_qps"].values()) or "-"
    size = _round(record["bytes"] / record["postings"]) if "bytes" in record else "-"
    load = _round(record["load_ms"]) if "load_ms" in record else "-"
    return (
        f"| {name} | {record['engine']} {record['version']} | {times} | {right:.3f} | {batch} "
        f"| {_round(record['build_s'])} | {record['peak_mb']:,.0f} | {size} | {load} |"
    )


def plot(records: list[Record], file: Path) -> None:
    """Draw the mean times of the best 10, one row of bars a set of vectors."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    sets = [*dict.fromkeys(record["vectors"] for record in records)]
    figure, axes = plt.subplots(len(sets), figsize=(8, 1.9 * len(sets)), squeeze=False, layout="constrained")
    for axis, name in zip(axes[:, 0], sets):
        shown = sorted(
            (record for record in records if record["vectors"] == name),
            key=lambda record: -record["depths"]["10"]["mean_ms"],
        )
        times = [record["depths"]["10"]["mean_ms"] for record in shown]
        colors = ["tab:orange" if record["engine"] == "sprat" else "tab:gray" for record in shown]
        bars = axis.barh([record["engine"] for record in shown], times, color=colors)
        axis.bar_label(bars, [_round(milliseconds) for milliseconds in times], padding=3)
        axis.set_xscale("log")
        axis.margins(x=0.1)
        axis.set_title(f"{name}, {shown[0]['documents']:,} documents", loc="left", fontsize=10)
        axis.spines[["top", "right"]].set_visible(False)
    axes[-1, 0].set_xlabel("ms a query, best 10, one thread, CPU time")
    figure.savefig(file, dpi=110)


def _round(number: float) -> str:
    return f"{number:.3g}" if number < 1000 else f"{number:,.0f}"


def _caption(records: list[Record]) -> str:
    if not records:
        return "No results."
    machine = records[-1]["machine"]
    commits = ", ".join(sorted({record["machine"]["commit"] for record in records}))
    return (
        f"One thread, CPU time; batch: wall time on one and two threads. {machine['cpu']}, "
        f"{machine['cores']} cores, Python {machine['python']}, commit {commits}; "
        "`python benchmarks/search.py`."
    )


def main() -> None:
    files = [Path(name) for name in sys.argv[1:]] or sorted(RESULTS.glob("search-*.jsonl"))[-1:]
    records = read(files)
    if not records:
        sys.exit(f"nothing measured yet in {RESULTS}: run `make bench`")
    insert(_DOCS / "search.md", table(records))
    plot(records, _PLOT)
    print(f"wrote {_PLOT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
