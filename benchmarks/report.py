"""Which figures do README.md and docs/performance.md show? Those of compare.py, and this is what writes them.

``python benchmarks/report.py [FILE.jsonl ...]`` takes the results of the commit measured last, or of the
files named, and replaces what stands between the two markers in each document.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from cases import CASES, Run
from texts import ROOT

RESULTS = ROOT / "build" / "benchmarks"
_BEGIN, _END = "<!-- benchmark:begin -->", "<!-- benchmark:end -->"

Record = dict[str, Any]


class Pair(NamedTuple):
    """A run of sprat and the run of a peer that it is compared with."""

    ours: Record
    theirs: Record

    @property
    def runs(self) -> tuple[Run, Run]:
        return _run(self.ours), _run(self.theirs)

    def ratio(self, clock: str) -> float:
        return _seconds(self.theirs, clock) / _seconds(self.ours, clock)


def read(files: Iterable[Path]) -> list[Pair]:
    """Pair the records. Of several pairs for one line of the table, that with most documents counts."""
    runs: dict[tuple[str, str, str, int], dict[Run, Record]] = {}
    for file in sorted(files):
        for line in file.read_text().splitlines():
            record = json.loads(line)
            key = (record["collection"], record["case"], record["machine"]["time"], record["documents"])
            runs.setdefault(key, {})[_run(record)] = record
    pairs: dict[tuple[str, str, Run, Run], Pair] = {}
    for (collection, name, _, documents), found in runs.items():
        for ours, theirs in next(case.pairs + case.more_pairs for case in CASES if case.name == name):
            key = (collection, name, ours, theirs)
            if ours in found and theirs in found:
                if key in pairs and pairs[key].ours["documents"] > documents:
                    continue
                pairs[key] = Pair(found[ours], found[theirs])
    order = [(case.name, *pair) for case in CASES for pair in case.pairs + case.more_pairs]
    return [pairs[key] for key in sorted(pairs, key=lambda key: (key[0], order.index(key[1:])))]


def short_table(pairs: list[Pair]) -> str:
    short = [pair for case in CASES for pair in case.pairs]
    head = ["| collection | step, 1 thread | sprat | compared with | | ratio |", "|---|---|--:|---|--:|--:|"]
    lines = [
        f"| {_texts(pair.ours)} | {_step(pair.ours)} | {_speed(pair.ours)} "
        f"| {_peer(pair.theirs)} | {_speed(pair.theirs)} | **{_round(pair.ratio('cpu_s'))}×** |"
        for pair in pairs
        if pair.runs in short
    ]
    return "\n".join([*head, *lines, "", _caption(pairs)])


def whole_table(pairs: list[Pair]) -> str:
    head = [
        "| collection | documents | step | sprat, CPU s | compared with | CPU s | ratio | of wall times |",
        "|---|--:|---|--:|---|--:|--:|--:|",
    ]
    lines = [
        f"| {_texts(pair.ours)} | {pair.ours['documents']:,} | {_step(pair.ours)} | {_spread(pair.ours)} "
        f"| {_peer(pair.theirs)} | {_spread(pair.theirs)} "
        f"| {_round(pair.ratio('cpu_s'))}× | {_round(pair.ratio('wall_s'))}× |"
        for pair in pairs
    ]
    return "\n".join([*head, *lines, "", _caption(pairs)])


def _run(record: Record) -> Run:
    return Run(record["engine"], record["step"])


def _seconds(record: Record, clock: str) -> float:
    return statistics.median(record[clock])


def _spread(record: Record) -> str:
    times = record["cpu_s"]
    return f"{_seconds(record, 'cpu_s'):.3g} ({min(times):.3g} to {max(times):.3g}, {len(times)} runs)"


def _speed(record: Record) -> str:
    amounts, seconds = record["amounts"], _seconds(record, "cpu_s")
    if record["step"] == "search":
        return f"{_round(amounts['queries'] / seconds)} queries/s"
    if "tokens" in amounts:
        return f"{_round(amounts['tokens'] / seconds / 1e6)} M tokens/s"
    return f"{_round(amounts['megabytes'] / seconds)} MB/s"


def _texts(record: Record) -> str:
    return f"{record['collection']}, {_round(record['amounts']['megabytes'])} MB"


def _step(record: Record) -> str:
    names = {
        "fit": "fit",
        "encode_documents": "encode_documents",
        "index": "tokens to index" if "tokens" in record["amounts"] else "fit_encode_documents",
        "search": "top 10 of a query",
        "fit_stemmed": "`unicode`, stop words, PyStemmer: fit_encode_documents",
        "fit_plain": "the same without PyStemmer",
        "end_to_end": "`unicode-en`: fit, encode, index, top 10 of all queries",
        "encode_hashed": "`unicode`, hashed: encode_documents",
    }
    return names[record["step"]]


def _peer(record: Record) -> str:
    engine = record["engine"].removesuffix(" on tokens")
    does = {"index": "index", "search": "scores", "vectors": "fit_transform", "end_to_end": "the same"}.get(
        record["step"], record["step"]
    )
    return f"{engine} {record['version']}, {does}"


def _round(number: float) -> str:
    return f"{number:.3g}" if number < 10 else f"{number:,.0f}"


def _caption(pairs: list[Pair]) -> str:
    if not pairs:
        return "No results."
    machine = pairs[-1].ours["machine"]
    commits = ", ".join(sorted({pair.ours["machine"]["commit"] for pair in pairs}))
    commands = " and ".join(sorted({f"`{pair.ours['machine']['command']}`" for pair in pairs}))
    return (
        f"CPU time, median of interleaved runs after the answers were found to agree. {machine['cpu']}, "
        f"{machine['cores']} cores, Python {machine['python']}, {machine['compiler']}, commit {commits}; "
        f"{commands}."
    )


def _newest_commit() -> list[Path]:
    files = sorted(RESULTS.glob("compare-*.jsonl"))
    commits = {file: json.loads(file.open().readline() or "{}") for file in files}
    commits = {file: record["machine"]["commit"] for file, record in commits.items() if record}
    return [file for file in commits if commits[file] == commits[max(commits)]]


def insert(document: Path, table: str) -> None:
    name = document.relative_to(ROOT)
    text = document.read_text("utf-8") if document.is_file() else ""
    if _BEGIN not in text or _END not in text:
        print(f"{name} has no place for a table ({_BEGIN} ... {_END}):\n\n{table}\n")
        return
    before, after = text.split(_BEGIN)[0], text.split(_END)[1]
    document.write_text(f"{before}{_BEGIN}\n{table}\n{_END}{after}", "utf-8")
    print(f"wrote the table of {name}")


def main() -> None:
    files = [Path(name) for name in sys.argv[1:]] or _newest_commit()
    pairs = read(files)
    if not pairs:
        sys.exit(f"nothing measured yet in {RESULTS}: run `make bench`")
    insert(ROOT / "README.md", short_table(pairs))
    insert(ROOT / "docs" / "performance.md", whole_table(pairs))


if __name__ == "__main__":
    main()
