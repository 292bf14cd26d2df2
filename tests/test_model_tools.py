"""sprat models: what it makes is what the encoder takes, and what it reports is what was measured."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

import sprat
import tiny_models
from sprat import _from_weights, _model_tools
from sprat.cli import main
from sprat.errors import CorruptFileError, InvalidArgumentError, MissingExtraError, MissingFileError

GOLDEN = Path(__file__).parent / "golden" / "tiny_splade_bert"
TEXTS = ["The cat sat on the mat.", "A quick brown fox jumped over the lazy dog", "", "research in london"]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOLDEN, tmp_path / "weights"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    _from_weights.convert(GOLDEN, folder)
    return folder


def test_weights_become_a_model_with_its_tokenizer(weights, tmp_path, capsys):
    made = tmp_path / "made"

    assert main(["models", "convert", str(weights), "-o", str(made)]) == 0

    assert capsys.readouterr().out == f"{made / 'model.onnx'}: 0.0 MB\n"
    assert {path.name for path in made.iterdir()} == {
        "config.json", "model.onnx", "tokenizer.json", "tokenizer_config.json"
    }  # fmt: skip
    assert sprat.SpladeEncoder(made).encode_documents(TEXTS).nnz > 100


def test_a_model_may_be_made_where_its_weights_are(weights):
    _from_weights.convert(weights, weights)

    assert sprat.SpladeEncoder(weights).dim == 128


def test_half_precision_weights_and_old_names_are_taken(weights, model):
    from safetensors.numpy import load_file, save_file

    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): values
        for name, values in load_file(weights / "model.safetensors").items()
    }
    save_file(
        {name: values.astype(np.float16) for name, values in old.items()}, weights / "model.safetensors"
    )
    _from_weights.convert(weights, weights)

    rows = sprat.SpladeEncoder(weights).encode_documents(TEXTS)

    expected = sprat.SpladeEncoder(model).encode_documents(TEXTS)
    np.testing.assert_allclose(rows.toarray(), expected.toarray(), atol=0.05)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_what_is_missing_is_named(weights, tmp_path, name):
    (weights / name).unlink()

    with pytest.raises(MissingFileError, match=name):
        _from_weights.convert(weights, tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_damaged_weights_are_named(weights, tmp_path):
    (weights / "model.safetensors").write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00nonsense")

    with pytest.raises(CorruptFileError, match=r"model\.safetensors"):
        _from_weights.convert(weights, tmp_path / "made")


def test_a_weight_that_is_missing_is_named(weights, tmp_path):
    from safetensors.numpy import load_file, save_file

    found = load_file(weights / "model.safetensors")
    del found["cls.predictions.bias"]
    save_file(found, weights / "model.safetensors")

    with pytest.raises(InvalidArgumentError, match=r"must have cls\.predictions\.bias, which is missing"):
        _from_weights.convert(weights, tmp_path / "made")


def test_other_kinds_of_model_are_refused(weights, tmp_path):
    config = json.loads((weights / "config.json").read_text())
    (weights / "config.json").write_text(json.dumps(config | {"architectures": ["LlamaForCausalLM"]}))
    with pytest.raises(
        InvalidArgumentError, match=r"must be BertForMaskedLM or DistilBertForMaskedLM, got .*Llama"
    ):
        _from_weights.convert(weights, tmp_path / "made")

    (weights / "config.json").write_text(json.dumps(config | {"hidden_act": "relu"}))
    with pytest.raises(InvalidArgumentError, match="must be gelu and absolute"):
        _from_weights.convert(weights, tmp_path / "made")


@pytest.mark.parametrize(("options", "products"), [([], 14), (["--decoder-only"], 1)])
def test_a_quantized_model_gives_nearly_the_same(model, tmp_path, capfd, options, products):
    folder = Path(shutil.copytree(model, tmp_path / "model"))
    (tmp_path / "texts.txt").write_text("\n".join(text for text in TEXTS if text))

    assert main(["models", "quantize", str(folder), "--texts", str(tmp_path / "texts.txt"), *options]) == 0

    printed = capfd.readouterr()
    assert printed.err == ""
    lines = printed.out.splitlines()
    assert lines[0].startswith(f"{folder / 'model_int8.onnx'}: ")
    assert lines[1] == "3 texts, first model and second:"
    assert float(lines[2].split()[1]) > 0.98
    nodes = [node.op_type for node in onnx.load(folder / "model_int8.onnx").graph.node]
    assert nodes.count("MatMulInteger") == products
    rows = sprat.SpladeEncoder(folder, model_file="model_int8.onnx").encode_documents(TEXTS)
    assert rows.shape == (4, 128)


def test_a_comparison_says_how_far_models_are_apart(tmp_path):
    tiny_models.splade(tmp_path / "one", 1)
    tiny_models.splade(tmp_path / "two", 2)
    one, two = (sprat.SpladeEncoder(tmp_path / name) for name in ("one", "two"))

    same, other = (_model_tools.compare(one, encoder, TEXTS) for encoder in (one, two))

    assert same[:5] == pytest.approx((4, 1, 1, 1, 1))
    assert same.weights[0] == same.weights[1] == one.encode_documents(TEXTS).nnz / 4
    a, b = (encoder.encode_documents(TEXTS).toarray() for encoder in (one, two))
    cosines = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    assert (other.cosine_mean, other.cosine_least) == pytest.approx((cosines.mean(), cosines.min()), rel=1e-5)
    best = [[set(np.argsort(-row, kind="stable")[:20].tolist()) for row in rows] for rows in (a, b)]
    assert other.terms_kept == pytest.approx(np.mean([len(x & y) / 20 for x, y in zip(*best)]))
    assert other.neighbours_kept == 1.0  # of three other texts all are among the ten best


def test_models_are_compared_by_file(model, tmp_path, capsys):
    folder = Path(shutil.copytree(model, tmp_path / "model"))
    shutil.copy(folder / "model.onnx", folder / "other.onnx")

    assert main(["models", "check", str(folder), str(folder / "other.onnx")]) == 0

    assert "cosine             1.0000 mean, 1.0000 least" in capsys.readouterr().out


def test_models_are_listed_with_their_limit(model, tmp_path, capsys):
    shutil.copytree(model, tmp_path / "a" / "b")
    onnx.save(onnx.load(model / "model.onnx"), tmp_path / "alone.onnx")

    assert main(["models", "list", str(tmp_path)]) == 0

    assert capsys.readouterr().out == f"     0.0 MB     32 tokens  {tmp_path / 'a' / 'b' / 'model.onnx'}\n"


def test_models_are_listed_as_json_if_asked(model, tmp_path, capsys):
    folder = Path(shutil.copytree(model, tmp_path / "model"))

    assert main(["models", "list", str(tmp_path), "--json"]) == 0

    size = (folder / "model.onnx").stat().st_size
    expected = {"path": str(folder / "model.onnx"), "bytes": size, "token_limit": 32}
    assert json.loads(capsys.readouterr().out) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list", "nowhere"], "nowhere: there is no such folder"),
        (["convert", "nowhere", "-o", "made"], "nowhere: there is no such folder"),
        (["quantize", "nowhere"], "nowhere: there is no such model"),
        (["quantize", "MODEL", "-o", "MODEL/model.onnx"], "would be overwritten, and is also the input"),
        (["check", "MODEL", "MODEL/config.json"], "config.json: "),
    ],
)
def test_refusals_are_one_line(model, capsys, arguments, message):
    arguments = [argument.replace("MODEL", str(model)) for argument in arguments]

    assert main(["models", *arguments]) == 2

    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert message in printed.err


def test_what_is_no_model_is_not_quantized(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"nonsense")
    with pytest.raises(CorruptFileError, match=r"model\.onnx: not an ONNX model"):
        _model_tools.quantize(tmp_path / "model.onnx", tmp_path / "made.onnx")
    with pytest.raises(MissingFileError, match=r"nowhere\.onnx"):
        _model_tools.quantize(tmp_path / "nowhere.onnx", tmp_path / "made.onnx")


@pytest.mark.parametrize("name", ["onnx", "safetensors"])
def test_a_missing_library_names_the_extra(tmp_path, monkeypatch, name):
    monkeypatch.setitem(__import__("sys").modules, name, None)

    with pytest.raises(MissingExtraError, match=rf"needs {name}: run `pip install 'sprat\[models\]'`"):
        _from_weights.convert(GOLDEN, tmp_path)
