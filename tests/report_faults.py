"""Try every fault on every format and write the counts to docs/faults.md; `make faults` calls this."""

from __future__ import annotations

import platform
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import faults
import test_faults
from formats import FORMATS, Format

SEED = 20_26
FLIPS = 20_000  # at most so many of a file; the retriever and the folders, which take longer to read, fewer

TEXT = """# What happens to files under faults

Written by `make faults` (tests/report_faults.py, seed {seed}, {where}). Each cell has the number of faults
tried: those that ended in an error, and those after which the old content or the new one was there, whole.
There is no third number: the first wrong answer or crash ends the run. `tests/test_faults.py` tries a part
of it at every `make test`.

{table}

- *one bit flipped*: every bit of a file of up to {flips:,} bits, so many drawn at random of a longer one; in
  folders every 20th bit. Harmless are the bits that stand for nothing: fields of a zip archive that nobody
  reads, zeros between the sections of an index.
- *cut short*: at every length (in folders every fifth), or absent.
- *disk full*: with room for 0, 1, 2, ... pages of 4 KiB, until it is enough.
- *read-only*: written to and read on a file system that was mounted read-only.
- *killed*: `kill -9` of a writer at each call of the system that Python can tell of, then {kills} times at
  random.
- *two writers*: what a reader finds while two processes write, for ten seconds. Only bm25s's folder, whose
  files have no names of their own, may be found between two contents, which is an error.
- *shrunk*: cut short while it is open, by pages and to nothing, then asked twice. No SIGBUS reaches the
  process.

Statistics are bytes; who writes them to a file does so in a way of their own. A folder of Parquet or npz is
not replaced but taken up where it ended (`tests/test_encode_to.py`). A mapped folder of bm25s is not compared
with its checksums, as its documentation says.
"""
KILLS = 200
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # a disk takes thirty times as long


def all_of(form: Format, size: int) -> Callable[[int], Iterator[int]]:
    draw = random.Random(SEED)

    def chosen(count: int) -> Iterator[int]:
        if form.name.startswith(("folder", "retriever")):
            return iter(range(0, count, size))
        return iter(range(count) if count <= FLIPS else sorted(draw.sample(range(count), FLIPS)))

    return chosen


def killed(form: Format, path: Path) -> Counter[str]:
    return faults.killed_at_each_step(form, path) + faults.killed_at_any_time(form, path, KILLS, SEED)


def columns(form: Format, folder: Path) -> Iterator[tuple[str, Callable[[], Counter[str]]]]:
    path = folder / "saved"
    if form in FORMATS:
        yield "one bit flipped", lambda: faults.flipped(form, path, all_of(form, 20))
        yield "cut short", lambda: faults.cut(form, path, all_of(form, 5))
        yield "disk full", lambda: faults.full_disk(form, folder / "full")
        yield "read-only", lambda: faults.read_only(form, folder / "disk")
    if form in FORMATS and form.replaces:
        yield "killed", lambda: killed(form, path)
        yield "two writers", lambda: faults.two_writers(form, path, 10)
    for opened, ask in test_faults.OPENED:
        if opened.name == form.name:
            yield "shrunk", lambda ask=ask: faults.shrunk(form, path, ask)


def main() -> None:
    warnings.simplefilter("ignore")  # a flipped bit of a version warns
    names = "one bit flipped,cut short,disk full,read-only,killed,two writers,shrunk".split(",")
    rows = [["format", *names], ["---"] * (1 + len(names))]
    total = Counter[str]()
    forms = [*FORMATS, *(form for form, _ in test_faults.OPENED if form not in FORMATS)]
    for form in forms:
        start, cells = time.monotonic(), dict.fromkeys(names, "")
        for name, act in columns(form, Path(tempfile.mkdtemp(prefix="sprat-faults-", dir=MEMORY))):
            found = act()
            total += found
            cells[name] = f"{found['error']:,} errors, {found['same']:,} whole"
        rows.append([form.name, *cells.values()])
        print(f"{form.name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    rows.append(
        ["**all**", f"{total['error']:,} errors, {total['same']:,} whole, 0 wrong, 0 crashes", *[""] * 6]
    )
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    where = f"{platform.system()}, CPython {platform.python_version()}"
    Path("docs/faults.md").write_text(
        TEXT.format(seed=SEED, where=where, table=table, flips=FLIPS, kills=KILLS)
    )


if __name__ == "__main__":
    main()
