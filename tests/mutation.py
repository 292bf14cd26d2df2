"""Would a test notice? ``python tests/mutation.py [FILE ...]`` breaks a place at a time and runs the tests.

A mutant is killed when a test of those that belong to its file fails, or it does not compile, or nothing
ends. The C++ mutants are a list (mutants.py); the Python ones are made here: comparisons, arithmetic, logic
and numbers. All is done in a copy of the tree.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import mutants
import sprat

ROOT = Path(__file__).resolve().parents[1]
_COPIED = ("cpp", "python", "tests", "tools", "fuzz", "benchmarks", "CMakeLists.txt", "pyproject.toml")
_SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
_PATIENCE = 5  # times as long as without a mutant: then it does not end


class Mutant(NamedTuple):
    file: str
    name: str
    text: str  # of the whole file
    tests: str

    @property
    def key(self) -> tuple[str, str]:
        """What EQUIVALENT calls it: without the line's number, which another change may move."""
        name = self.name.partition(": ")[2] if self.file.endswith(".py") else self.name
        return self.file, name


def of_cpp() -> Iterator[Mutant]:
    for file, before, after in mutants.CPP:
        text = (ROOT / file).read_text()
        assert text.count(before) == 1, f"{file} has {text.count(before)} times: {before}"
        folder = file.split("/")[1]
        tests = mutants.TESTS.get(file, mutants.TESTS.get(folder, ""))
        yield Mutant(file, f"{before} => {after}", text.replace(before, after), tests)


def of_python(file: str) -> Iterator[Mutant]:
    """Yield the file with one place changed."""
    text = (ROOT / file).read_text()
    tree, lines = ast.parse(text), text.splitlines()
    nodes = [*ast.walk(tree)]
    in_types = {id(part) for node in nodes for owner in _types(node) for part in ast.walk(owner)}
    for place, node in enumerate(nodes):
        if id(node) in in_types or not hasattr(node, "lineno") or not _mutate(copy.copy(node)):
            continue
        changed = copy.deepcopy(tree)
        _mutate([*ast.walk(changed)][place])
        change = f"{ast.unparse(node)} => {ast.unparse([*ast.walk(changed)][place])}"
        name = f"{node.lineno}: {lines[node.lineno - 1].strip()}: {change}"
        yield Mutant(file, name, ast.unparse(changed), mutants.TESTS[file])


def _types(node: ast.AST) -> list[ast.AST]:
    owners = [getattr(node, name, None) for name in ("annotation", "returns")]
    return [owner for owner in owners if owner is not None]


def _mutate(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPS:
        node.ops = [_SWAPS[type(node.ops[0])](), *node.ops[1:]]
    elif isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)) and type(node.op) in _SWAPS:
        node.op = _SWAPS[type(node.op)]()
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        node.value = node.value + 1
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        node.value = not node.value
    else:
        return False
    return True


class Tree:
    """A copy of the sources with an extension: of its own, or that of this interpreter."""

    def __init__(self, *, compiled: bool) -> None:
        self.folder = folder = ROOT / "build" / "mutants"
        shutil.rmtree(folder, ignore_errors=True)  # a run that was stopped left a mutant behind
        for name in _COPIED:
            source, target = ROOT / name, folder / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        bin_folder = Path(sys.executable).parent
        self.environment = {
            **os.environ,
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            # .venv's start-up files would put the editable extension first, so its interpreter is not asked
            "PYTHONPATH": os.pathsep.join([str(folder / "python"), sysconfig.get_path("purelib")]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SPRAT_SHARED": str(folder / "absent"),
        }
        self._python = getattr(sys, "_base_executable", sys.executable)
        if not compiled:
            shutil.copy2(sprat._core.__file__, folder / "python" / "sprat")
            return
        self._build = str(folder / "build" / "editable")
        python = f"-DPython_EXECUTABLE={sys.executable}"
        quick = (
            "-DCMAKE_BUILD_TYPE=Debug",
            "-DCMAKE_CXX_FLAGS_DEBUG=-O1",
        )  # to compile, which takes most of the time
        self.run("cmake", "-G", "Ninja", "-S", str(folder), "-B", self._build, *quick, python)
        assert self.build(), "the sources do not compile as they are"

    def run(self, *command: str, seconds: float | None = None) -> bool:
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=self.environment,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def build(self) -> bool:
        if not self.run("cmake", "--build", self._build, "--target", "_core", "-j", "2"):
            return False
        for module in Path(self._build).glob("_core*.so"):
            shutil.copy2(module, self.folder / "python" / "sprat")
        return True

    def passes(self, tests: str, seconds: float | None = None) -> bool:
        """Run test files; the sources are taken from this tree."""
        files = [f"tests/test_{name}.py" for name in tests.split()]
        options = ["-q", "-x", "-p", "no:cacheprovider", "-W", "ignore"]
        return self.run(self._python, "-m", "pytest", *options, *files, seconds=seconds)

    def survives(self, mutant: Mutant, seconds: float) -> bool:
        path = self.folder / mutant.file
        original = path.read_text()
        path.write_text(mutant.text)
        try:
            if mutant.file.endswith(".py"):
                return self.passes(mutant.tests, seconds)
            return self.build() and self.passes(mutant.tests, seconds)
        finally:
            path.write_text(original)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", help="of these files only")
    options = parser.parse_args()
    python = [file for file in mutants.PYTHON if not options.files or file.startswith(tuple(options.files))]
    wanted = [
        mutant for mutant in of_cpp() if not options.files or mutant.file.startswith(tuple(options.files))
    ]
    wanted += [mutant for file in python for mutant in of_python(file)]
    tree = Tree(compiled=any(not mutant.file.endswith(".py") for mutant in wanted))
    seconds = {}
    for tests in sorted({mutant.tests for mutant in wanted}):
        begin = time.monotonic()
        assert tree.passes(tests), f"tests fail without a mutant: {tests}"
        seconds[tests] = _PATIENCE * (time.monotonic() - begin)
    unexplained, survivors = 0, 0
    for number, mutant in enumerate(wanted):
        if number % 10 == 9:
            print(f"{number + 1} of {len(wanted)}", file=sys.stderr, flush=True)
        if not tree.survives(mutant, seconds[mutant.tests]):
            continue
        survivors += 1
        reason = mutants.EQUIVALENT.get(mutant.key)
        unexplained += reason is None
        print(json.dumps({"file": mutant.file, "survives": mutant.name, "because": reason}), flush=True)
    print(f"{len(wanted)} mutants, {survivors} survive, {unexplained} of them without a reason")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
