"""The pages of docs/: every block of code runs, and the site is built without a complaint."""

from __future__ import annotations

import asyncio
import doctest
import gzip
import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

import services
import sprat
from loopback import Loopback

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(ROOT.glob("docs/*.md"))
PASSAGES = {"a": "Turing was born in London.", "b": "Cats sleep all day."}
PIPE = f'set -euo pipefail; sprat() {{ {sys.executable} -m sprat "$@"; }}'
MARKS = {"frameworks.md": pytest.mark.frameworks}  # of pages whose examples need what is not in .venv
# Blocks of Python without ">>>" and without a name, by page; each is run below. One with a name, "# name" in
# its first line, is run by a test that has the page and the name.
NAMELESS = {"dense.md": 2, "splade.md": 2}
TESTS = [test.read_text("utf-8") for test in ROOT.glob("tests/test_*.py")]


def blocks(page: str, language: str) -> list[str]:
    found = re.findall(
        rf"^```{language}\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    return [textwrap.dedent(block) for block in found]


def plain_blocks(page: str) -> list[str]:
    return [block for block in blocks(page, "python") if ">>>" not in block]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=MARKS.get(page.name, ()), id=page.name)
        for page in PAGES
        if ">>>" in page.read_text("utf-8")
    ],
)
def test_the_examples_run(page):
    results = doctest.testfile(str(page), module_relative=False)

    assert results.attempted >= 1
    assert results.failed == 0


def test_no_other_block_of_python_is_left_untried():
    nameless = {}
    for page in PAGES:
        for block in plain_blocks(f"docs/{page.name}"):
            name = re.match(r"# (\w+)\n", block)
            if name is None:
                nameless[page.name] = nameless.get(page.name, 0) + 1
            else:
                assert any(page.name in test and name[1] in test for test in TESTS), f"{page.name}: {name[1]}"

    assert nameless == NAMELESS


def test_a_model_gets_the_passages_and_the_question(monkeypatch):
    server = Loopback(
        lambda request: {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": request.body["model"],
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": "In London [a]."},
                }
            ],
        }
    )
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    names: dict[str, Any] = {"passages": PASSAGES}

    try:
        exec(compile(plain_blocks("docs/rag.md")[0], "docs/rag.md", "exec"), names)
        answers = names["answer"]("Where was Turing born?"), names["answer"]("xylophone")
        names["client"].close()
    finally:
        server.close()

    (request,) = server.requests
    asked = request.body["messages"][1]["content"]
    assert answers == ("In London [a].", "No passage has any of these words.")
    assert asked == "[a] Turing was born in London.\n\nQuestion: Where was Turing born?"


def test_the_examples_of_services_run(monkeypatch):
    found = []
    known = {str(service): service for service in services.DENSE}
    for name, code in zip(("OpenAI", "Cohere"), plain_blocks("docs/dense.md")):
        server = Loopback(known[name].usual)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        monkeypatch.setenv("CO_API_URL", server.url)
        monkeypatch.setenv("CO_API_KEY", "none")
        from sprat.model import dense

        names: dict[str, Any] = {"texts": ["a", "bc"], "dense": dense}
        body = textwrap.indent(code, "    ")
        try:
            exec(f"async def example():\n{body}\n    return vectors", names)
            found.append(len(asyncio.run(names["example"]())))
        finally:
            server.close()

    assert found == [2, 1]


def test_the_examples_of_splade_run(shared, monkeypatch):
    pytest.importorskip("onnxruntime")
    os.mkdir("models")
    os.symlink(shared / "models" / "splade-tiny", "models/splade-tiny")
    names: dict[str, Any] = {"texts": ["Paris", "Rome"]}

    for code in plain_blocks("docs/splade.md"):
        exec(compile(code, "docs/splade.md", "exec"), names)

    assert names["documents"].shape == (1, names["encoder"].dim)
    assert names["rows"].shape == (2, names["encoder"].dim)


@pytest.mark.parametrize(
    "page", ["README.md", "docs/cli.md", "docs/retriever.md", "docs/tutorial.md", "docs/tuning.md"]
)
def test_the_commands_run(page, capfd):
    pytest.importorskip("typer", reason='needs pip install "sprat[cli]"')
    from sprat.cli import main

    lines = [{"_id": str(number), "text": f"a cat catching {number} exceptions"} for number in range(1, 51)]
    for name in ("corpus.jsonl", "monday.jsonl"):
        Path(name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    Path("queries.jsonl").write_text('{"_id": "1", "text": "17"}\n')
    Path("queries.tsv").write_text("1\tcat 5\n2\tcat 6\n")
    Path("qrels.tsv").write_text("1\t17\t1\n")
    Path("corpus.jsonl.gz").write_bytes(gzip.compress(Path("corpus.jsonl").read_bytes()))
    sprat.BM25Encoder().fit(["how to sue a bank", "machines think"]).save("tuesday.json")

    commands = [line for block in blocks(page, "sh") for line in block.splitlines() if "sprat " in line]
    codes = [
        subprocess.run(["bash", "-c", f"{PIPE}\n{line}"], check=False).returncode
        if "|" in line
        else main(shlex.split(line, comments=True)[1:])
        for line in commands
        if not line.startswith("pip ")
    ]

    assert codes
    assert (set(codes), capfd.readouterr().err) == ({0}, "")


def test_the_site_is_built_and_fetches_nothing():
    pytest.importorskip("mkdocs", reason="make docs installs mkdocs")

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "-f",
            ROOT / "mkdocs.yml",
            "-d",
            Path("site").absolute(),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    pages = list(Path("site").rglob("*.html"))
    assert len(pages) >= len(PAGES)
    assert "Retriever.explain" in Path("site/reference/search.html").read_text("utf-8")
    for page in [*pages, *Path("site").rglob("*.css")]:
        fetched = re.findall(
            r"<(?:script|link|img)[^>]+?(?:src|href)=\"(https?:)?//", page.read_text("utf-8")
        )
        assert fetched == [], page
