"""The README runs, and its links lead somewhere."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("document", "least"),
    [
        ("README.md", 6),
        ("docs/variants.md", 7),
        ("docs/retriever.md", 20),
        ("docs/statistics.md", 10),
        ("docs/dense.md", 12),
        ("docs/big-corpora.md", 9),
        ("docs/cluster.md", 7),
        pytest.param("docs/frameworks.md", 17, marks=pytest.mark.frameworks),
    ],
)
def test_the_examples_run(document, least, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results = doctest.testfile(str(ROOT / document), module_relative=False)

    assert results.attempted >= least
    assert results.failed == 0


def test_links_between_documents_lead_somewhere():
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
