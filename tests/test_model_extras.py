"""What sprat.model's providers need is loaded when one is made, and missed in words that help."""

from __future__ import annotations

import ast
import inspect
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sprat.errors import MissingExtraError
from sprat.model import dense, reranker

# Class: extra, and which libraries it needs.
NEEDS = {
    dense.CohereEmbeddingFunction: ("cohere", "cohere tenacity"),
    dense.GeminiEmbeddingFunction: ("gemini", "google.genai tenacity"),
    dense.InstructorEmbeddingFunction: ("instructor", "sentence_transformers"),
    dense.MistralAIEmbeddingFunction: ("mistral", "mistralai.client tenacity"),
    dense.Model2VecEmbeddingFunction: ("model2vec", "model2vec"),
    dense.NomicEmbeddingFunction: ("nomic", "nomic tenacity"),
    dense.OnnxEmbeddingFunction: ("onnx", "onnxruntime tokenizers"),
    dense.SentenceTransformerEmbeddingFunction: ("sentence-transformers", "sentence_transformers"),
    dense.JinaEmbeddingFunction: ("jina", "httpx tenacity"),
    dense.OpenAIEmbeddingFunction: ("openai", "openai tenacity"),
    dense.TEIEmbeddingFunction: ("tei", "httpx tenacity"),
    dense.VoyageEmbeddingFunction: ("voyage", "voyageai tenacity"),
    reranker.BGERerankFunction: ("bge", "FlagEmbedding"),
    reranker.CrossEncoderRerankFunction: ("cross-encoder", "sentence_transformers"),
    reranker.CohereRerankFunction: ("cohere", "cohere tenacity"),
    reranker.JevRerankFunction: ("jev", "httpx tenacity"),
    reranker.JinaRerankFunction: ("jina", "httpx tenacity"),
    reranker.TEIRerankFunction: ("tei", "httpx tenacity"),
    reranker.VoyageRerankFunction: ("voyage", "voyageai tenacity"),
}
PACKAGES = {  # where a package has another name than what is imported
    "google.genai": "google-genai",
    "mistralai.client": "mistralai",
    "sentence_transformers": "sentence-transformers",
}
LIBRARIES = sorted({library for _, libraries in NEEDS.values() for library in libraries.split()})


@pytest.mark.parametrize(
    ("made", "extra", "library"),
    [
        pytest.param(made, extra, library, id=f"{made.__name__}-{library}")
        for made, (extra, libraries) in NEEDS.items()
        for library in libraries.split()
    ],
)
def test_a_missing_library_is_named_with_its_extra_and_nothing_is_run(made, extra, library, monkeypatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("something was run")

    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    parameters = inspect.signature(made).parameters
    needed = {name: "K" for name in ("api_url", "api_key") if name in parameters}

    with pytest.raises(MissingExtraError, match=rf"needs {library}: run `pip install 'sprat\[{extra}\]'`"):
        made(**needed)


def test_every_class_is_listed_here():
    exported = [getattr(package, name) for package in (dense, reranker) for name in package.__all__]

    assert set(NEEDS) == {made for made in exported if made is not dense.EmbeddingFunction}


def test_each_extra_brings_what_is_needed():
    project = (Path(__file__).parents[1] / "pyproject.toml").read_text()

    for extra, libraries in NEEDS.values():
        listed = re.search(rf"^{extra} = (\[.*?\])$", project, re.MULTILINE | re.DOTALL)
        assert listed, extra
        brought = {re.split("[<>=]", requirement)[0] for requirement in ast.literal_eval(listed[1])}
        assert brought >= {PACKAGES.get(library, library) for library in libraries.split()}


def test_importing_the_package_loads_none_of_them():
    code = (
        f"import sys, sprat.model; print(sorted(set({[*LIBRARIES, 'asyncio', 'ssl']!r}) & set(sys.modules)))"
    )

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert out.strip() == "[]"


def test_importing_the_package_takes_little_beyond_numpy_and_scipy():
    code = (
        "import time, numpy, scipy.sparse; start = time.process_time(); import sprat.model; "
        "print(time.process_time() - start)"
    )
    best = 1.0
    for _ in range(5):  # of CPU, and the best of some runs: other programs run too
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        best = min(best, float(out))
        if best < 0.15:
            break

    assert best < 0.15
