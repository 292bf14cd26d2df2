"""Which texts are measured? Collections that lie beside the repository, and text that every Python has."""

from __future__ import annotations

import gzip
import importlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
DEMO = "demo"


class Collection(NamedTuple):
    name: str
    texts: list[str]
    queries: list[str]

    @property
    def megabytes(self) -> float:
        """Size of the texts in UTF-8, in 10**6 bytes."""
        return sum(len(text.encode("utf-8", "surrogatepass")) for text in self.texts) / 1e6


def shared() -> Path:
    """Return the folder of collections and reference data, which need not exist."""
    return Path(os.environ.get("SPRAT_SHARED") or ROOT.parent / "shared")


def present(*names: str) -> list[str]:
    """Return those of ``names`` that can be loaded on this machine."""
    return [name for name in names if name == DEMO or _corpus(name).is_file()]


def load(name: str, documents: int | None = None) -> Collection:
    """Load a collection, or its first ``documents`` documents."""
    if name == DEMO:
        texts, queries = _demo()
        return Collection(name, texts[:documents], queries)
    with gzip.open(_corpus(name).with_name("queries.jsonl.gz"), "rt", encoding="utf-8") as lines:
        queries = [json.loads(line)["text"] for line in lines]
    texts = [text for text, _ in zip(stream(name), range(documents or 10**9))]
    return Collection(name, texts, queries)


def stream(name: str) -> Iterator[str]:
    """Yield the texts of a collection, one in memory at a time."""
    if name == DEMO:
        yield from _demo()[0]
        return
    with gzip.open(_corpus(name), "rt", encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            yield f"{document.get('title') or ''} {document['text']}".strip()


def _corpus(name: str) -> Path:
    return shared() / "data" / name / "corpus.jsonl.gz"


def _demo() -> tuple[list[str], list[str]]:
    """Cut the language reference that ships with Python in paragraphs; its topics' names are the queries."""
    topics: dict[str, str] = importlib.import_module("pydoc_data.topics").topics
    paragraphs = [part.strip() for text in topics.values() for part in re.split(r"\n\s*\n", text)]
    return [text for text in paragraphs if text], [name.replace("-", " ") for name in topics]
