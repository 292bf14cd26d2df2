"""Every form in which a SPLADE model is exported gives the same rows."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import sprat
import tiny_models
from sprat import _core, _onnx
from sprat._bert_onnx import bert_mlm
from sprat.errors import InvalidArgumentError

SEED = random.randrange(2**32)
TEXTS = ["the cat sat on the mat", "", "fast index", "a b c d e f g h"]


def dense(folder: Path, **options) -> np.ndarray:
    encoder = sprat.SpladeEncoder(folder, batch_tokens=30, threads=2, **options)
    return encoder.encode_documents(TEXTS).toarray()


@pytest.fixture(scope="module")
def model() -> onnx.ModelProto:
    print(f"model of seed {SEED}")
    return bert_mlm(tiny_models.random_weights(SEED), tiny_models.CONFIG)


@pytest.fixture(scope="module")
def expected(model, tmp_path_factory) -> np.ndarray:
    return dense(tiny_models.write(tmp_path_factory.mktemp("plain"), model))


def copy(model: onnx.ModelProto) -> onnx.ModelProto:
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    return changed


def renamed_input(model: onnx.ModelProto, old: str, new: str) -> None:
    for value in model.graph.input:
        if value.name == old:
            value.name = new
    for node in model.graph.node:
        for number, name in enumerate(node.input):
            if name == old:
                node.input[number] = new


def int32_inputs(model: onnx.ModelProto) -> None:
    for value in model.graph.input:
        value.type.tensor_type.elem_type = TensorProto.INT32


def other_input_names(model: onnx.ModelProto) -> None:
    renamed_input(model, "attention_mask", "input_mask")
    renamed_input(model, "token_type_ids", "segment_ids")


def no_token_types(model: onnx.ModelProto) -> None:
    (unused,) = [value for value in model.graph.input if value.name == "token_type_ids"]
    model.graph.input.remove(unused)
    zeros = helper.make_node("Sub", ["input_ids", "input_ids"], ["token_type_ids"])
    model.graph.node.insert(0, zeros)


def position_ids(model: onnx.ModelProto) -> None:
    (sliced,) = [node for node in model.graph.node if node.op_type == "Slice"]
    table = sliced.input[0]
    model.graph.node.insert(0, helper.make_node("Gather", [table, "position_ids"], sliced.output))
    model.graph.node.remove(sliced)
    shape = ["batch", "seq"]
    model.graph.input.append(helper.make_tensor_value_info("position_ids", TensorProto.INT64, shape))


def no_declared_width(model: onnx.ModelProto) -> None:
    model.graph.output[0].type.tensor_type.shape.dim[2].dim_param = "terms"


def other_output_name(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("Identity", ["logits"], ["prediction"]))
    model.graph.output[0].name = "prediction"


def several_outputs(model: onnx.ModelProto) -> None:
    (last,) = [node for node in model.graph.node if node.output[0] == "logits"]
    (product,) = [node for node in model.graph.node if node.output[0] == last.input[0]]
    other_output_name(model)
    hidden = helper.make_tensor_value_info(product.input[0], TensorProto.FLOAT, ["batch", "seq", 32])
    model.graph.output.insert(0, hidden)


def pooled(model: onnx.ModelProto) -> None:
    add = model.graph.node.append
    constants = {"unit": 1.0, "nothing": 0.0}
    for name, value in constants.items():
        model.graph.initializer.append(helper.make_tensor(name, TensorProto.FLOAT, [], [value]))
    model.graph.initializer.append(helper.make_tensor("last", TensorProto.INT64, [1], [2]))
    add(helper.make_node("Relu", ["logits"], ["positive"]))
    add(helper.make_node("Add", ["positive", "unit"], ["shifted"]))
    add(helper.make_node("Log", ["shifted"], ["logged"]))
    add(helper.make_node("Cast", ["attention_mask"], ["real"], to=TensorProto.FLOAT))
    add(helper.make_node("Unsqueeze", ["real", "last"], ["column"]))
    add(helper.make_node("Mul", ["logged", "column"], ["masked"]))
    add(helper.make_node("ReduceMax", ["masked"], ["weights"], axes=[1], keepdims=0))
    terms = model.graph.output[0].type.tensor_type.shape.dim[2].dim_value
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("weights", TensorProto.FLOAT, ["batch", terms]))


@pytest.mark.parametrize(
    "change",
    [
        int32_inputs,
        other_input_names,
        no_token_types,
        position_ids,
        no_declared_width,
        other_output_name,
        several_outputs,
        pooled,
    ],
)
def test_the_rows_are_the_same(model, expected, tmp_path, change: Callable[[onnx.ModelProto], None]):
    changed = copy(model)
    change(changed)

    rows = dense(tiny_models.write(tmp_path, changed))

    np.testing.assert_allclose(rows, expected, atol=1e-5)


def test_half_precision_is_widened(model, expected, tmp_path):
    changed = copy(model)
    changed.graph.node.append(helper.make_node("Cast", ["logits"], ["half_logits"], to=TensorProto.FLOAT16))
    changed.graph.output[0].name = "half_logits"
    changed.graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT16

    rows = dense(tiny_models.write(tmp_path, changed))

    logits = np.expm1(expected.astype(np.float64))
    np.testing.assert_allclose(rows, np.log1p(logits.astype(np.float16).astype(np.float64)), atol=2e-3)
    assert np.count_nonzero(rows) > np.count_nonzero(expected) * 0.99


def test_weights_may_lie_beside_the_model(model, expected, tmp_path):
    tiny_models.write(tmp_path, model)
    onnx.save(
        copy(model),
        tmp_path / "model.onnx",
        save_as_external_data=True,
        location="model.onnx_data",
        size_threshold=256,
    )
    assert (tmp_path / "model.onnx_data").stat().st_size > 10_000

    assert dense(tmp_path).tobytes() == expected.tobytes()


def test_the_model_may_lie_in_a_folder_of_its_own(model, expected, tmp_path):
    tiny_models.write(tmp_path, model)
    (tmp_path / "onnx").mkdir()
    (tmp_path / "model.onnx").rename(tmp_path / "onnx" / "model.onnx")

    assert dense(tmp_path).tobytes() == expected.tobytes()


def test_an_output_is_chosen_by_name(model, expected, tmp_path):
    changed = copy(model)
    changed.graph.node.append(helper.make_node("Neg", ["logits"], ["other"]))
    changed.graph.output.append(
        helper.make_tensor_value_info(
            "other", TensorProto.FLOAT, ["batch", "seq", len(tiny_models.VOCABULARY)]
        )
    )
    tiny_models.write(tmp_path, changed)

    assert dense(tmp_path).tobytes() == expected.tobytes()  # logits, where nothing is said
    assert np.count_nonzero((dense(tmp_path, output="other") > 0) & (expected == 0)) > 0
    with pytest.raises(InvalidArgumentError, match="output must be one of logits, other, got third"):
        dense(tmp_path, output="third")


def test_the_logarithm_may_be_taken_twice(model, expected, tmp_path):
    rows = dense(tiny_models.write(tmp_path, model), activation="log1p-log1p")

    np.testing.assert_allclose(rows, np.log1p(expected), atol=1e-6)


def test_columns_may_outnumber_the_tokens(tmp_path):
    weights = tiny_models.random_weights(SEED, terms=96)

    encoder = sprat.SpladeEncoder(tiny_models.write(tmp_path, bert_mlm(weights, tiny_models.CONFIG)))

    assert encoder.dim == 96
    terms = encoder.decode(encoder.encode_documents(["the cat sat on mat"]))
    assert any(token.startswith("[") and token.strip("[]").isdigit() for token, _ in terms)


def test_a_missing_weight_is_named():
    whole = tiny_models.random_weights(SEED)

    for name in whole:
        if name != "cls.predictions.decoder.weight":  # without it, the embeddings are the decoder
            with pytest.raises(InvalidArgumentError, match=f"must have {name}, which is missing"):
                bert_mlm({key: array for key, array in whole.items() if key != name}, tiny_models.CONFIG)


def test_the_runtime_is_the_installed_one(monkeypatch):
    import onnxruntime

    monkeypatch.delenv("SPRAT_ONNXRUNTIME_LIB", raising=False)

    library = _onnx.library_path()

    assert _core.onnx_runtime_version(library) == onnxruntime.__version__
    assert _core.onnx_runtime_providers(library) == onnxruntime.get_available_providers()


def test_the_oldest_runtime_gives_the_same(model, expected, tmp_path):
    """Beside the installed one, in this process."""
    folder = Path(__file__).resolve().parents[1] / "build" / "onnxruntime-oldest"
    found = [*folder.glob("onnxruntime/capi/libonnxruntime.so.*")]
    if not found:
        pytest.skip(f"no runtime in {folder}: make {folder.relative_to(folder.parents[1])}/.stamp")
    assert _core.onnx_runtime_version(found[0]).startswith("1.19.")

    rows = dense(tiny_models.write(tmp_path, model), library=found[0])

    np.testing.assert_allclose(rows, expected, atol=1e-5)


@pytest.mark.parametrize(
    "providers",
    [
        ["CPUExecutionProvider"],
        ["AzureExecutionProvider", "CPUExecutionProvider"],
        [("AzureExecutionProvider", {"key": 1})],
    ],
)
def test_providers_of_the_runtime_are_used(model, expected, tmp_path, providers):
    rows = dense(tiny_models.write(tmp_path, model), providers=providers)

    assert rows.tobytes() == expected.tobytes()


def test_halves_pool_like_floats(model, tmp_path):
    """Each half-precision number that is there is the weight of some term, at some position."""
    halves = np.arange(1 << 16, dtype=np.uint32).astype(np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]
    table = np.resize(halves, (-(-len(halves) // 89), 89))
    changed = onnx.ModelProto()
    gathered = [
        helper.make_node("Gather", ["table", "input_ids"], ["logits"]),
    ]
    initializer = onnx.numpy_helper.from_array(table, "table")
    inputs = [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "seq"])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT16, ["batch", "seq", 89])]
    graph = helper.make_graph(gathered, "halves", inputs, outputs, [initializer])
    changed = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(changed, tmp_path / "model.onnx")
    core = _core.SpladeModel(
        _onnx.library_path(), tmp_path / "model.onnx", output="", vocabulary=89, padding=0, providers=[]
    )
    ids = np.arange(89, dtype=np.int32)

    indptr, indices, data = core.encode(
        np.arange(90, dtype=np.int64),
        ids,
        batch_tokens=1,
        max_active_terms=None,
        activation="log1p",
        threads=1,
        progress=None,
    )

    rows = np.zeros((89, 89), np.float32)
    rows[np.repeat(np.arange(89), np.diff(indptr)), indices] = data
    np.testing.assert_allclose(rows, np.log1p(np.maximum(table[:89].astype(np.float32), 0)), rtol=1e-6)
