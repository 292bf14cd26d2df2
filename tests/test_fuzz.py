"""The bodies of the fuzzers hold for every seed of tests/fuzz/, what they once failed on among them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SEEDS = Path(__file__).parent / "fuzz"
REPLAY = Path(__file__).resolve().parents[1] / "build" / "editable" / "replay"


@pytest.mark.parametrize("target", sorted(folder.name for folder in SEEDS.iterdir()))
def test_every_seed_holds(target):
    if not REPLAY.exists():
        pytest.skip(f"{REPLAY} is not there: `make build` makes it")
    files = sorted(str(path) for path in (SEEDS / target).iterdir())

    ran = subprocess.run([REPLAY, target, *files], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.split("\n")[:-1] == files
