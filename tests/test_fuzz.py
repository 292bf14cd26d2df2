"""The bodies of the fuzzers hold for every seed of tests/fuzz/, what they once failed on among them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fuzz"))
import readers

SEEDS = Path(__file__).parent / "fuzz"
REPLAY = Path(__file__).resolve().parents[1] / "build" / "editable" / "replay"


@pytest.mark.parametrize("target", sorted({folder.name for folder in SEEDS.iterdir()} - set(readers.TARGETS)))
def test_every_seed_holds(target):
    if not REPLAY.exists():
        pytest.skip(f"{REPLAY} is not there: `make build` makes it")
    files = sorted(str(path) for path in (SEEDS / target).iterdir())

    ran = subprocess.run([REPLAY, target, *files], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.split("\n")[:-1] == files


@pytest.mark.parametrize("target", readers.TARGETS)
def test_every_seed_of_a_reader_in_python_holds(target, tmp_path):
    if target == "tokenizer":
        pytest.importorskip("tokenizers", reason="tokenizers is not installed")
    files = sorted((SEEDS / target).iterdir())

    for file in files:
        print(file)
        readers.TARGETS[target](file.read_bytes(), tmp_path)

    assert files
