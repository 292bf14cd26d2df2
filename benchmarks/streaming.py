"""Fit a corpus of 2 GB from a file and from memory: throughput, and the memory that each needs.

``python benchmarks/streaming.py [GB]``. The corpus is fiqa over and over, a word in fifty changed each time,
so that the vocabulary grows. Each fit runs in a process of its own; the file stays in the page cache.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import sprat

_CHANGED = 50  # one word in so many


def lines(source: Path, size_bytes: int) -> Iterator[bytes]:
    texts = list(sprat.read(source))
    written = number = 0
    while written < size_bytes:
        for text in texts:
            words = text.split(" ")
            for at in range(number % _CHANGED, len(words), _CHANGED):
                words[at] = f"{words[at]}{number % 9973}"
            line = json.dumps({"_id": str(number), "text": " ".join(words)}, ensure_ascii=False).encode()
            yield line + b"\n"
            written += len(line) + 1
            number += 1


def fit(path: str, from_memory: bool, threads: int) -> dict[str, float]:
    texts = list(sprat.read(path)) if from_memory else sprat.read(path)
    wall, cpu = time.perf_counter(), time.process_time()
    encoder = sprat.BM25Encoder(threads=threads).fit(texts)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "wall_s": wall,
        "cpu_s": cpu,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "terms": encoder.dim,
        "documents": encoder.statistics.document_count,
    }


def main() -> None:
    if len(sys.argv) > 3:
        print(json.dumps(fit(sys.argv[1], sys.argv[2] == "memory", int(sys.argv[3]))))
        return
    gigabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    shared = Path(os.environ.get("SPRAT_SHARED", Path(__file__).parents[2] / "shared"))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "corpus.jsonl")
        with open(path, "wb") as file:
            file.writelines(lines(shared / "data/fiqa/corpus.jsonl.gz", int(gigabytes * 1e9)))
        size = os.path.getsize(path)
        print(f"{size / 1e9:.2f} GB of JSONL")
        for threads in (1, 2):
            for how in ("file", "memory"):
                run = [sys.executable, __file__, path, how, str(threads)]
                found = json.loads(subprocess.run(run, capture_output=True, check=True).stdout)
                print(
                    f"{how:6} {threads} threads: {size / 1e6 / found['wall_s']:6.1f} MB/s of wall time, "
                    f"{size / 1e6 / found['cpu_s']:6.1f} of CPU time, peak RSS {found['rss_mb']:,.0f} MB, "
                    f"{found['documents']:,.0f} documents, {found['terms']:,.0f} terms"
                )


if __name__ == "__main__":
    main()
