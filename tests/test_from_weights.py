"""Of weights alone an ONNX model is made once, and kept."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import sprat
import tiny_models
from sprat import _from_weights
from sprat.errors import CorruptFileError, InvalidArgumentError, MissingExtraError, MissingFileError
from sprat.model.sparse import SpladeEmbeddingFunction

GOLDEN = Path(__file__).parent / "golden" / "tiny_splade_bert"
COMMIT = "c0ffee" + 34 * "0"
TEXTS = ["The cat sat on the mat.", "A quick brown fox jumped over the lazy dog", "", "research in london"]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOLDEN, tmp_path / "weights"))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "sprat" / "onnx"


def test_a_model_is_made_once_and_says_so(weights, cache, tmp_path, capfd):
    before = {path.name: path.read_bytes() for path in weights.iterdir()}

    rows = SpladeEmbeddingFunction(str(weights)).encode_documents(TEXTS)

    said = capfd.readouterr()
    assert said.out == ""
    assert f"ONNX model of {weights}, made once in {cache}" in said.err
    again = sprat.SpladeEncoder(weights).encode_documents(TEXTS)
    assert capfd.readouterr() == ("", "")
    _from_weights.convert(weights, tmp_path / "made")
    expected = sprat.SpladeEncoder(tmp_path / "made").encode_documents(TEXTS)
    assert rows.toarray().tobytes() == again.toarray().tobytes() == expected.toarray().tobytes()
    assert rows.nnz > 100
    assert {path.name: path.read_bytes() for path in weights.iterdir()} == before


def test_other_weights_make_another_model(weights, cache):
    first = sprat.SpladeEncoder(weights).encode_documents(TEXTS)
    found = load_file(weights / "model.safetensors")
    found["cls.predictions.bias"] += 1
    save_file(found, weights / "model.safetensors")

    second = sprat.SpladeEncoder(weights).encode_documents(TEXTS)

    assert second.sum() > first.sum()
    assert len([*cache.iterdir()]) == 2


def test_weights_in_a_hubs_cache_are_found(cache, tmp_path, monkeypatch):
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    cached = tmp_path / "models--organisation--name"
    (cached / "refs").mkdir(parents=True)
    (cached / "refs" / "main").write_text(COMMIT)
    shutil.copytree(GOLDEN, cached / "snapshots" / COMMIT)

    assert sprat.SpladeEncoder("organisation/name").dim == 128

    (made,) = cache.iterdir()
    assert made.name.startswith(COMMIT)
    (cached / "snapshots" / COMMIT / "model.safetensors").unlink()
    with pytest.raises(MissingFileError, match=r"has no model\.onnx"):
        sprat.SpladeEncoder("organisation/name")


def test_weights_are_asked_for_where_the_hub_has_no_model(cache, tmp_path, monkeypatch):
    """First those that need no torch, of the same commit."""
    import huggingface_hub

    snapshot = tmp_path / "snapshots" / COMMIT
    asked = []

    def download(name, *, revision, allow_patterns, local_files_only):
        asked.append((name, revision, allow_patterns))
        snapshot.mkdir(parents=True, exist_ok=True)
        if "*.json" in allow_patterns:
            for path in GOLDEN.glob("*.json"):
                shutil.copy(path, snapshot)
        if "pytorch_model.bin" in allow_patterns:
            (snapshot / "pytorch_model.bin").write_bytes(b"")
        return str(snapshot)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    monkeypatch.setitem(sys.modules, "torch", None)

    with pytest.raises(
        MissingExtraError, match="organisation/name has no ONNX file, and reading pytorch_model"
    ):
        sprat.SpladeEncoder("organisation/name", revision="v1")

    assert [(name, revision) for name, revision, _ in asked] == [
        ("organisation/name", "v1"), ("organisation/name", COMMIT), ("organisation/name", COMMIT)
    ]  # fmt: skip
    assert [files for *_, files in asked[1:]] == [["model.safetensors"], ["pytorch_model.bin"]]


def test_what_is_missing_to_make_a_model_is_named(weights, cache, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(
        MissingExtraError, match=r"has no ONNX file, and making a model needs onnx: run `pip install"
    ):
        sprat.SpladeEncoder(weights)

    monkeypatch.setitem(sys.modules, "torch", None)
    (weights / "model.safetensors").rename(weights / "pytorch_model.bin")
    with pytest.raises(MissingExtraError, match=r"needs torch: run `pip install 'sprat\[splade-export\]'`"):
        sprat.SpladeEncoder(weights)
    assert not cache.exists()


def test_a_file_that_is_asked_for_is_not_made(weights):
    with pytest.raises(MissingFileError, match=r"has no model_int8\.onnx"):
        sprat.SpladeEncoder(weights, model_file="model_int8.onnx")


def test_what_is_no_masked_model_is_refused(weights, cache):
    config = json.loads((weights / "config.json").read_text())
    (weights / "config.json").write_text(json.dumps(config | {"architectures": ["BertModel"]}))

    with pytest.raises(InvalidArgumentError, match="must be BertForMaskedLM or DistilBertForMaskedLM, got"):
        sprat.SpladeEncoder(weights)
    (weights / "config.json").write_text(json.dumps(config))
    (weights / "model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(CorruptFileError, match=r"model\.safetensors"):
        sprat.SpladeEncoder(weights)
    assert not cache.exists()


# What DistilBERT calls the weights of BERT.
DISTIL = {
    "bert.embeddings": "distilbert.embeddings",
    "bert.encoder": "distilbert.transformer",
    "attention.self.query": "attention.q_lin",
    "attention.self.key": "attention.k_lin",
    "attention.self.value": "attention.v_lin",
    "attention.output.dense": "attention.out_lin",
    "attention.output.LayerNorm": "sa_layer_norm",
    "intermediate.dense": "ffn.lin1",
    "output.dense": "ffn.lin2",
    "output.LayerNorm": "output_layer_norm",
    "cls.predictions.transform.dense": "vocab_transform",
    "cls.predictions.transform.LayerNorm": "vocab_layer_norm",
    "cls.predictions.bias": "vocab_projector.bias",
}


def test_a_distilbert_is_a_bert_without_token_types(tmp_path):
    weights = tiny_models.random_weights(11)
    weights["bert.embeddings.token_type_embeddings.weight"][:] = 0
    named = {}
    for name, values in weights.items():
        for bert, distil in DISTIL.items():
            name = name.replace(bert, distil)
        if "token_type" not in name:
            named[name] = values
    save_file(named, tmp_path / "model.safetensors")
    tiny_models.tokenizer().save(str(tmp_path / "tokenizer.json"))
    config = {"architectures": ["DistilBertForMaskedLM"], "n_layers": 2, "n_heads": 4, "activation": "gelu"}
    (tmp_path / "config.json").write_text(json.dumps({**config, "max_position_embeddings": 40}))

    encoder = sprat.SpladeEncoder(tmp_path)

    made = tiny_models.tokenizer()
    expected = [tiny_models.splade_row(weights, made.encode(text).ids) for text in TEXTS]
    np.testing.assert_allclose(encoder.encode_documents(TEXTS).toarray(), expected, atol=1e-4)
    assert encoder._model.inputs == ["input_ids", "attention_mask"]
