"""What does a fit hold? The vocabulary and one chunk of texts, however many texts there are.

Fits from a generator that reads a compressed file, the collection two and four times over, each in a process
of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain

import texts
from worker import peak_mb

_TIMES = (2, 4)  # each thread has a vocabulary of its own, which one round of the texts may not fill
_MORE_MB = 8  # that more texts may need


def _fit(name: str, times: int, threads: int) -> None:
    from sprat import BM25Encoder

    megabytes = 0.0

    def passing() -> Iterator[str]:
        nonlocal megabytes
        for text in chain.from_iterable(texts.stream(name) for _ in range(times)):
            megabytes += len(text.encode()) / 1e6
            yield text

    encoder = BM25Encoder("en", threads=threads).fit(["what the analysis itself needs"])
    before = peak_mb()
    encoder.fit(passing())
    facts = {"megabytes": megabytes, "terms": encoder.dim, "before_mb": before, "peak_mb": peak_mb()}
    print(json.dumps(facts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--collection", default=[*texts.present("fiqa"), texts.DEMO][0])
    parser.add_argument("--once", type=int, nargs=2, metavar=("TIMES", "THREADS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        _fit(options.collection, *options.once)
        return
    for threads in (1, 2):
        peaks = [_peak_mb(options.collection, times, threads) for times in _TIMES]
        if peaks[-1] - peaks[0] > _MORE_MB:
            sys.exit(f"more texts need {peaks[-1] - peaks[0]:.0f} MB more, allowed are {_MORE_MB}")


def _peak_mb(collection: str, times: int, threads: int) -> float:
    command = [sys.executable, __file__, "--collection", collection, "--once", str(times), str(threads)]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    peak: float = found["peak_mb"]
    print(
        f"{collection} x {times}, {threads} threads: {found['megabytes']:.0f} MB of text, "
        f"{found['terms']:,} terms; peak {peak:.0f} MB, {peak - found['before_mb']:.0f} MB above the start",
        flush=True,
    )
    return peak


if __name__ == "__main__":
    main()
