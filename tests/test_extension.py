"""The extension as a shared library: what it shows to others, and which processors it runs on."""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sprat._core as core

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads an ELF file"),
    pytest.mark.skipif(shutil.which("nm") is None, reason="no binutils on the path"),
]


ROOT = Path(__file__).resolve().parents[1]
OBJECTS = ROOT / "build" / "editable" / "CMakeFiles" / "sprat_core.dir" / "cpp"


def lines(*command: str, file: Path = Path(str(core.__file__))) -> list[str]:
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_it_shows_its_door_and_nothing_else():
    names = [line.split()[-1] for line in lines("nm", "-D", "--defined-only")]

    assert names == ["PyInit__core"]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="of x86-64")
@pytest.mark.skipif(not OBJECTS.is_dir(), reason="the package was not built in this tree")
def test_what_is_compiled_for_newer_processors_is_called_by_choice_only():
    # Of an inline function a linker keeps any copy, also one that an old processor cannot run.
    newer = sorted((OBJECTS / "simd").glob("avx*.o"))
    shared = {
        path.name: [line for line in lines("nm", "-C", file=path) if re.search(r" [uW] ", line)]
        for path in newer
    }
    flags = {
        Path(entry["file"]).parent.name
        for entry in json.loads((ROOT / "build" / "editable" / "compile_commands.json").read_text())
        if re.search(r" -m(?!arch=x86-64-v2 )", entry["command"])
    }

    assert [path.name for path in newer] == ["avx2.cpp.o", "avx512.cpp.o"]
    assert shared == {"avx2.cpp.o": [], "avx512.cpp.o": []}
    assert flags == {"simd"}
