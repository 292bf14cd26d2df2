"""The arrow of ARCHITECTURE.md, the budgets of CONTRIBUTING.md, and the one version."""

from __future__ import annotations

import ast
import re
from importlib.metadata import version
from pathlib import Path

import pytest

import sprat

ROOT = Path(__file__).resolve().parents[1]
CPP = sorted(path for path in (ROOT / "cpp").rglob("*") if path.suffix in {".hpp", ".cpp"})
PYTHON = sorted((ROOT / "python" / "sprat").rglob("*.py"))

# A file may use only what stands left of it, and its own folder.
FOLDERS = "core simd text input vocab stats weighting index search neural bindings".split()
MODULES = (
    "errors _extras "
    "_core _arguments _checked _texts _matrix _files _closing _npy _ahead _sources _records _parquet reading "
    "vectors _encode_to _bits _vectors _terms _stages _places _languages analysis "
    "_counting _queries _weighting hashed _shards _statistics_bytes statistics _bm25_file _fitted _living "
    "bm25 _fields _bm25f_file bm25f "
    "_onnx _onnx_graph _model_files _bert_onnx _from_weights _tokens _similarity splade _hybrid _model_tools "
    "_pages index retriever fusion evaluation model compat export distributed "
    "integrations demo cli __main__"
).split()


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_cpp_folders_include_only_what_stands_above_them():
    wrong = [
        f"{name(path)} includes {folder}/"
        for path in CPP
        for folder in re.findall(r'^\s*#\s*include "(\w+)/', path.read_text(), re.MULTILINE)
        if FOLDERS.index(folder) > FOLDERS.index(path.relative_to(ROOT / "cpp").parts[0])
    ]

    assert wrong == []


def test_cpp_includes_name_their_folder():
    wrong = [
        f"{name(path)}: {line}"
        for path in CPP
        for line in path.read_text().splitlines()
        if '#include "' in line and not re.fullmatch(r'#include "\w+/\w+\.hpp"', line)
    ]

    assert wrong == []


def test_only_bindings_name_python():
    outside = [path for path in CPP if path.parent.name != "bindings"]

    assert [
        name(path) for path in outside if re.search(r"pybind11|Python\.h|PyObject", path.read_text())
    ] == []


def imported_modules(path: Path) -> set[str]:
    """Names directly under `sprat` that the file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            module = node.module or ""
            names = [f"sprat.{alias.name}" for alias in node.names] if module == "sprat" else [module]
        elif isinstance(node, ast.ImportFrom):
            pytest.fail(f"{name(path)}:{node.lineno}: import sprat's modules by their full name")
        else:
            continue
        found |= {imported.split(".")[1] for imported in names if imported.startswith("sprat.")}
    return found


def test_python_modules_import_only_what_stands_above_them():
    wrong = []
    for path in PYTHON:
        module = path.relative_to(ROOT / "python" / "sprat").parts[0].removesuffix(".py")
        if module == "__init__":
            continue
        assert module in MODULES, f"{name(path)} has no place in MODULES; put it where the arrow allows"
        above = MODULES[: MODULES.index(module) + 1]
        below = imported_modules(path).intersection(MODULES).difference(above)
        wrong += [f"{name(path)} imports {used}" for used in sorted(below)]

    assert wrong == []


def test_files_stay_within_their_budget():
    budgets = {".hpp": 100, ".cpp": 400, ".py": 400}
    files = [
        path
        for folder in ("cpp", "python", "tests", "tools", "benchmarks")
        for path in (ROOT / folder).rglob("*")
    ]
    lines = {
        path: len(path.read_text().splitlines())
        for path in files
        if path.suffix in budgets and not path.stem.endswith("_data")
    }

    assert {name(path): length for path, length in lines.items() if length > budgets[path.suffix]} == {}


def test_public_names_are_few():
    assert len(sprat.__all__) <= 25


def test_versions_agree():
    written = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)

    assert written
    assert {sprat.__version__, sprat._core.__version__, version("sprat")} == {written[1]}
