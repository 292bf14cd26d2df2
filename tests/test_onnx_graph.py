"""A model without its last bias is the same model, and models of other shapes are left as they are."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import sprat
import tiny_models
from sprat import _core, _onnx
from sprat._bert_onnx import bert_mlm
from sprat._onnx_graph import without_last_bias

SEED = random.randrange(2**32)
TEXTS = ["the cat sat on the mat", "fast index", "", "a b c d e f g h", "dog " * 60]


@pytest.fixture
def model() -> onnx.ModelProto:
    print(f"model of seed {SEED}")
    return bert_mlm(tiny_models.random_weights(SEED), tiny_models.CONFIG)


def last(model: onnx.ModelProto) -> tuple[onnx.NodeProto, onnx.NodeProto]:
    """The product, and the sum."""
    (add,) = [node for node in model.graph.node if node.output[0] == "logits"]
    (product,) = [node for node in model.graph.node if node.output[0] == add.input[0]]
    return product, add


def saved(folder: Path, model: onnx.ModelProto) -> Path:
    return tiny_models.write(folder, model) / "model.onnx"


def test_only_the_sum_and_its_bias_are_gone(model, tmp_path):
    product, add = last(model)
    model.graph.value_info.append(helper.make_tensor_value_info(product.output[0], TensorProto.FLOAT, None))

    content, bias = without_last_bias(saved(tmp_path, model), "")

    found = onnx.load_from_string(content)
    onnx.checker.check_model(found, full_check=True)
    (constant,) = [tensor for tensor in model.graph.initializer if tensor.name == add.input[1]]
    assert bias.tolist() == numpy_helper.to_array(constant).tolist()
    product.output[0] = "logits"
    model.graph.node.remove(add)
    model.graph.initializer.remove(constant)
    del model.graph.value_info[:]
    assert found == model


@pytest.mark.parametrize("oldest", [False, True])
@pytest.mark.parametrize("threads", [1, 2])
def test_the_rows_are_the_same_bits(model, tmp_path, monkeypatch, threads, oldest):
    library = _onnx.library_path()
    if oldest:
        folder = Path(__file__).resolve().parents[1] / "build" / "onnxruntime-oldest"
        library = next(folder.glob("onnxruntime/capi/libonnxruntime.so.*"), None)
        if library is None:
            pytest.skip(f"no runtime in {folder.name}")
    saved(tmp_path, model)

    def encoded() -> tuple[bytes, ...]:
        encoder = sprat.SpladeEncoder(tmp_path, threads=threads, batch_tokens=40, library=library)
        rows = encoder.encode_documents(TEXTS)
        assert rows.nnz > 100
        return rows.indptr.tobytes(), rows.indices.tobytes(), rows.data.tobytes()

    rows = encoded()
    monkeypatch.setattr("sprat._onnx_graph.without_last_bias", lambda path, output: None)
    assert encoded() == rows


def test_the_constant_may_come_first_and_the_output_may_be_called_anything(model, tmp_path):
    _, add = last(model)
    add.input[0], add.input[1] = add.input[1], add.input[0]
    add.output[0] = model.graph.output[0].name = "Vorhersage für Wörter"

    content, bias = without_last_bias(saved(tmp_path, model), "")

    found = onnx.load_from_string(content)
    assert found.graph.node[-1].op_type == "MatMul"
    assert found.graph.node[-1].output[0] == "Vorhersage für Wörter"
    assert len(bias) == len(tiny_models.VOCABULARY)


def used_twice(model: onnx.ModelProto) -> None:
    product, _ = last(model)
    value = helper.make_tensor_value_info(product.output[0], TensorProto.FLOAT, ["batch", "seq", 87])
    model.graph.output.append(value)


def used_behind(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("Neg", ["logits"], ["other"]))
    model.graph.output.append(helper.make_tensor_value_info("other", TensorProto.FLOAT, None))


def shared_bias(model: onnx.ModelProto) -> None:
    _, add = last(model)
    model.graph.node.append(helper.make_node("Neg", [add.input[1]], ["other"]))


def another_operator(model: onnx.ModelProto) -> None:
    _, add = last(model)
    add.op_type = "Sub"


def no_product(model: onnx.ModelProto) -> None:
    product, _ = last(model)
    model.graph.node.insert(-1, helper.make_node("Identity", [product.output[0]], ["named"]))
    model.graph.node[-1].input[0] = "named"


def another_domain(model: onnx.ModelProto) -> None:
    product, _ = last(model)
    product.domain = "com.example"


def no_constant(model: onnx.ModelProto) -> None:
    _, add = last(model)
    value = helper.make_tensor_value_info(add.input[1], TensorProto.FLOAT, [len(tiny_models.VOCABULARY)])
    model.graph.input.append(value)


def one_number(model: onnx.ModelProto) -> None:
    _, add = last(model)
    (bias,) = [tensor for tensor in model.graph.initializer if tensor.name == add.input[1]]
    bias.CopyFrom(numpy_helper.from_array(np.ones(1, np.float32), bias.name))


def doubles(model: onnx.ModelProto) -> None:
    _, add = last(model)
    (bias,) = [tensor for tensor in model.graph.initializer if tensor.name == add.input[1]]
    bias.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(bias).astype(np.float64), bias.name))


def a_graph_within(model: onnx.ModelProto) -> None:
    inner = helper.make_graph(
        [], "inner", [], [helper.make_tensor_value_info("logits", TensorProto.FLOAT, None)]
    )
    model.graph.node.append(
        helper.make_node("If", ["input_ids"], ["x"], then_branch=inner, else_branch=inner)
    )


def no_width(model: onnx.ModelProto) -> None:
    model.graph.output[0].type.tensor_type.shape.dim[2].dim_param = "terms"


def pooled(model: onnx.ModelProto) -> None:
    del model.graph.output[0].type.tensor_type.shape.dim[1]


def weights_elsewhere(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL


@pytest.mark.parametrize(
    "change",
    [
        used_twice,
        used_behind,
        shared_bias,
        another_operator,
        no_product,
        another_domain,
        no_constant,
        one_number,
        doubles,
        a_graph_within,
        no_width,
        pooled,
        weights_elsewhere,
    ],
)
def test_any_other_model_is_left_as_it_is(model, tmp_path, change: Callable[[onnx.ModelProto], None]):
    change(model)
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())

    assert without_last_bias(path, "") is None


def test_another_output_is_left_as_it_is(model, tmp_path):
    path = saved(tmp_path, model)

    assert without_last_bias(path, "logits") is not None
    assert without_last_bias(path, "other") is None


def test_a_damaged_file_is_left_to_the_runtime(model, tmp_path):
    """Cut anywhere, or with a byte changed where the graph is described."""
    content = bytearray(saved(tmp_path, model).read_bytes())
    path = tmp_path / "damaged.onnx"
    chosen = random.Random(SEED)
    changed = 0
    for _ in range(300):
        damaged = bytearray(content)
        if chosen.random() < 0.5:
            del damaged[chosen.randrange(len(damaged)) :]
        else:
            at = chosen.choice([chosen.randrange(len(damaged)), len(damaged) - 1 - chosen.randrange(9000)])
            damaged[at] ^= 1 << chosen.randrange(8)
        path.write_bytes(damaged)

        found = without_last_bias(path, "")

        changed += found is None
    assert changed > 100


def test_a_bias_that_does_not_fit_is_refused(model, tmp_path):
    path = saved(tmp_path, model)

    with pytest.raises(ValueError, match=r"output logits must be of float32 and shape \(texts, tokens, 3\)"):
        _core.SpladeModel(
            _onnx.library_path(),
            path,
            unbiased=(path.read_bytes(), np.zeros(3, np.float32)),
            output="",
            vocabulary=1,
            padding=0,
            providers=[],
        )
