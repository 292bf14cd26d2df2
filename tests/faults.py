"""What can happen to a file: each fault is tried on a format, and the outcomes are counted.

An outcome is "error", or "same" (the old content or the new one, whole). Anything else is an AssertionError,
and a crash ends the process.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from formats import Format, files_of, outcome
from sprat.errors import SpratError


def flipped(form: Format, path: Path, bits: Callable[[int], Iterator[int]]) -> Counter[str]:
    """Flip one bit after the other; ``bits`` chooses some of so many."""
    form.write(path, 0)
    right, found = form.read(path), Counter[str]()
    for file in files_of(path):
        content = file.read_bytes()
        for bit in bits(8 * len(content)):
            changed = bytearray(content)
            changed[bit // 8] ^= 1 << bit % 8
            file.write_bytes(changed)
            found[outcome(form, path, [right])] += 1
        file.write_bytes(content)
    assert form.read(path) == right
    return found


def cut(form: Format, path: Path, lengths: Callable[[int], Iterator[int]]) -> Counter[str]:
    """Cut each file short; ``lengths`` chooses some below a length."""
    form.write(path, 0)
    right, found = form.read(path), Counter[str]()
    for file in files_of(path):
        content = file.read_bytes()
        for length in lengths(len(content)):
            file.write_bytes(content[:length])
            found[outcome(form, path, [right])] += 1
        file.unlink()
        found[outcome(form, path, [right])] += 1
        file.write_bytes(content)
    assert form.read(path) == right
    return found


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[Path]:
    """Mount a file system in memory; PermissionError if one may not."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        raise PermissionError("file systems cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
        subprocess.run(["umount", str(folder)], check=True)


def full_disk(form: Format, folder: Path) -> Counter[str]:
    """Write where there is less and less room missing, until it succeeds."""
    found = Counter[str]()
    with small_disk(folder, 1 << 20) as disk:
        path, ballast = disk / "saved", disk / "ballast"
        right: list[Any] = []
        if form.replaces:
            form.write(path, 0)
            right.append(form.read(path))
        while True:
            _fill(ballast, found.total())
            try:
                form.write(path, 1)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
            else:
                break
            if form.replaces:  # what was there before is whole, and nothing is left behind
                assert form.read(path) in right
                assert not list(disk.rglob("*.part"))
            found["error"] += 1
            ballast.unlink()
        ballast.unlink()
        written = form.read(path)
        fresh = disk / "fresh"
        form.write(fresh, 1)
        assert form.read(fresh) == written
        found["same"] += 1
    return found


def _fill(ballast: Path, pages: int) -> None:
    """Leave room for so many pages."""
    with open(ballast, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        file.truncate(max(0, file.tell() // 4096 - pages) * 4096)


def read_only(form: Format, folder: Path) -> Counter[str]:
    """Read from a file system that cannot be written to, and try to write."""
    with small_disk(folder, 1 << 20) as disk:
        path = disk / "saved"
        form.write(path, 0)
        right = form.read(path)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        try:
            form.write(path, 1)
        except (OSError, SpratError):
            assert form.read(path) == right
        else:
            raise AssertionError(f"{form.name}: written to a file system that cannot be written to")
    return Counter(error=1, same=1)


def _forked(work: Callable[[], object]) -> int:
    """Start a process that does ``work`` and is killed by nobody but itself or the caller."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return process


def killed_at_each_step(form: Format, path: Path, stride: int = 1) -> Counter[str]:
    """Kill a writer at the first thing it asks of the system, then at a later one, and so on to the last."""
    contents = _both_contents(form, path)
    found = Counter[str]()
    step, status = 0, 1
    while status != 0:
        status = os.waitpid(_forked(lambda step=step: _write_until(form, path, step)), 0)[1]
        assert status in (0, signal.SIGKILL), f"{form.name}: the writer ended with {status}"
        found[_whole(form, path, contents)] += 1
        form.write(path, 0)
        assert form.read(path) == contents[0]
        step += stride
    return found


def _write_until(form: Format, path: Path, step: int) -> None:
    left = step

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event == "open" or (event.startswith("os.") and event != "os.kill"):
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    sys.addaudithook(count)
    form.write(path, 1)


def killed_at_any_time(form: Format, path: Path, times: int, seed: int) -> Counter[str]:
    """Kill a process that does nothing but write."""
    contents = _both_contents(form, path)
    found, draw = Counter[str](), random.Random(seed)
    for _ in range(times):
        writer = _forked(lambda: _write_for_ever(form, path))
        time.sleep(draw.random() * 0.02)
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        found[_whole(form, path, contents)] += 1
        if found["error"]:  # of a format of several files without a manifest to switch
            form.write(path, 0)
    return found


def _write_for_ever(form: Format, path: Path) -> None:
    while True:
        form.write(path, 1)
        form.write(path, 0)


def two_writers(form: Format, path: Path, seconds: float) -> Counter[str]:
    """Read while two processes write."""
    contents = _both_contents(form, path)
    found = Counter[str]()
    writers = [_forked(lambda: _write_for_ever(form, path)) for _ in range(2)]
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found[_whole(form, path, contents)] += 1
        assert all(os.waitpid(writer, os.WNOHANG) == (0, 0) for writer in writers), "a writer gave up"
    finally:
        for writer in writers:
            os.kill(writer, signal.SIGKILL)
            os.waitpid(writer, 0)
    form.write(path, 1)
    assert form.read(path) == contents[1]
    return found


def _both_contents(form: Format, path: Path) -> list[Any]:
    """Write both, one after the other; the first is there in the end."""
    contents = []
    for number in (0, 1, 0):
        form.write(path, number)
        contents.append(form.read(path))
    assert contents[0] == contents[2] != contents[1]
    return contents[:2]


def _whole(form: Format, path: Path, contents: list[Any]) -> str:
    result = outcome(form, path, contents)
    assert result == "same" or not form.waits, f"{form.name}: neither the old content nor the new"
    return result


def shrunk(form: Format, path: Path, ask: Callable[[Path], Callable[[], Any]]) -> Counter[str]:
    """Cut short each file of what was opened by ``ask``, by pages and to nothing, before it is asked."""
    found = Counter[str]()
    form.write(path, 0)
    right = ask(path)()
    names = [file.relative_to(path) for file in files_of(path)] if path.is_dir() else [Path()]
    for number in range(len(names)):
        for part in (0, 0.3, 0.7, 0.999):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            form.write(path, 0)
            asked = ask(path)
            file = files_of(path)[number] if path.is_dir() else path
            os.truncate(file, int(file.stat().st_size * part))
            found[_asked(asked, right)] += 1
            found[_asked(asked, right)] += 1
    return found


def _asked(ask: Callable[[], Any], right: Any) -> str:
    try:
        assert ask() == right, "a wrong answer of a file that was cut short"
    except SpratError:
        return "error"
    return "same"
