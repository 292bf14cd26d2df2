"""A BERT with a masked-LM head as an ONNX graph, from its weights alone: needs ``onnx``, and no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat.errors import InvalidArgumentError, MissingExtraError

# Opset 17 has LayerNormalization; IR 8 goes with it, and every runtime from 1.19 on reads both.
_OPSET, _IR_VERSION = 17, 8


class _Graph:
    """Nodes and weights, in the order in which they are added; a value is its name."""

    def __init__(self, weights: Mapping[str, NDArray[np.float32]], epsilon: float) -> None:
        try:
            import onnx
        except ImportError as error:
            raise MissingExtraError(
                f'making models needs {error.name}: pip install "sprat[models]"'
            ) from error
        self.onnx = onnx
        self.weights = weights
        self.epsilon = epsilon
        self.nodes: list[Any] = []
        self.initializers: dict[str, Any] = {}

    def node(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        name = output or f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name: str, values: Any, dtype: type[Any] = np.int64) -> str:
        if name not in self.initializers:
            array = np.ascontiguousarray(np.asarray(values, dtype))
            self.initializers[name] = self.onnx.numpy_helper.from_array(array, name)
        return name

    def weight(self, name: str, *, transposed: bool = False) -> str:
        # Older checkpoints call what LayerNorm multiplies with gamma and what it adds beta.
        old = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
        found = next((form for form in (name, old) if form in self.weights), None)
        if found is None:
            raise InvalidArgumentError(f"the weights of a BertForMaskedLM must have {name}, which is missing")
        values = self.weights[found]
        return self.constant(
            name + ("^T" if transposed else ""), values.T if transposed else values, np.float32
        )

    def dense(self, x: str, name: str) -> str:
        product = self.node("MatMul", x, self.weight(f"{name}.weight", transposed=True))
        return self.node("Add", product, self.weight(f"{name}.bias"))

    def norm(self, x: str, name: str) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.node("LayerNormalization", x, scale, bias, axis=-1, epsilon=self.epsilon)

    def gelu(self, x: str) -> str:
        """Return 0.5 x (1 + erf(x / sqrt 2))."""
        error = self.node("Erf", self.node("Div", x, self.constant("sqrt_2", math.sqrt(2), np.float32)))
        doubled = self.node("Mul", x, self.node("Add", error, self.constant("one", 1, np.float32)))
        return self.node("Mul", doubled, self.constant("half", 0.5, np.float32))

    def heads(self, x: str, count: int, size: int, order: list[int]) -> str:
        split = self.node("Reshape", x, self.constant("split_heads", [0, 0, count, size]))
        return self.node("Transpose", split, perm=order)

    def attention(self, x: str, layer: str, heads: int, size: int, masked: str) -> str:
        """Return what each token takes from the others, before the layer's own projection."""
        query, key, value = (
            self.dense(x, f"{layer}.attention.self.{part}") for part in ("query", "key", "value")
        )
        scores = self.node(
            "MatMul", self.heads(query, heads, size, [0, 2, 1, 3]), self.heads(key, heads, size, [0, 2, 3, 1])
        )
        scaled = self.node("Div", scores, self.constant("sqrt_size", math.sqrt(size), np.float32))
        shares = self.node("Softmax", self.node("Add", scaled, masked), axis=-1)
        mixed = self.node("MatMul", shares, self.heads(value, heads, size, [0, 2, 1, 3]))
        joined = self.node("Transpose", mixed, perm=[0, 2, 1, 3])
        return self.node("Reshape", joined, self.constant("join_heads", [0, 0, heads * size]))


def bert_mlm(weights: Mapping[str, NDArray[np.float32]], config: Mapping[str, Any]) -> Any:
    """Return a checked ``onnx.ModelProto`` of a BertForMaskedLM.

    Inputs ``input_ids``, ``attention_mask``, ``token_type_ids``, int64 of shape (batch, seq); output
    ``logits``, float32 of shape (batch, seq, vocabulary).

    Parameters
    ----------
    weights : mapping
        By the names of a PyTorch state dict, float32. Without ``cls.predictions.decoder.weight`` the
        decoder is the table of word embeddings.
    config : mapping
        ``num_hidden_layers``, ``num_attention_heads``, ``hidden_act`` and ``layer_norm_eps`` as in
        ``config.json``.

    Raises
    ------
    MissingExtraError
        If ``onnx`` is not installed.
    InvalidArgumentError
        If a weight is missing, or the model is of another kind.
    """
    kind = (config.get("hidden_act", "gelu"), config.get("position_embedding_type", "absolute"))
    if kind != ("gelu", "absolute"):
        raise InvalidArgumentError(
            f"hidden_act and position_embedding_type must be gelu and absolute, got {kind}"
        )
    graph = _Graph(weights, float(config.get("layer_norm_eps", 1e-12)))
    x, masked = _embedded(graph)
    words = weights["bert.embeddings.word_embeddings.weight"]
    heads = int(config["num_attention_heads"])
    for number in range(int(config["num_hidden_layers"])):
        layer = f"bert.encoder.layer.{number}"
        taken = graph.dense(
            graph.attention(x, layer, heads, words.shape[1] // heads, masked),
            f"{layer}.attention.output.dense",
        )
        x = graph.norm(graph.node("Add", taken, x), f"{layer}.attention.output.LayerNorm")
        inner = graph.gelu(graph.dense(x, f"{layer}.intermediate.dense"))
        x = graph.norm(
            graph.node("Add", graph.dense(inner, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm"
        )
    head = "cls.predictions"
    x = graph.norm(graph.gelu(graph.dense(x, f"{head}.transform.dense")), f"{head}.transform.LayerNorm")
    if f"{head}.decoder.weight" in weights:
        decoder = graph.weight(f"{head}.decoder.weight", transposed=True)
    else:
        decoder = graph.node("Transpose", graph.weight("bert.embeddings.word_embeddings.weight"), perm=[1, 0])
    graph.node("Add", graph.node("MatMul", x, decoder), graph.weight(f"{head}.bias"), output="logits")
    return _model(graph, len(words))


def _embedded(graph: _Graph) -> tuple[str, str]:
    """Return the embedded tokens, and what is added to attention scores: for padding the least float32."""
    embeddings = "bert.embeddings"
    length = graph.node(
        "Gather", graph.node("Shape", "input_ids"), graph.constant("dimension_1", [1]), axis=0
    )
    positions = graph.node(
        "Slice",
        graph.weight(f"{embeddings}.position_embeddings.weight"),
        graph.constant("zero", [0]),
        length,
        graph.constant("axis_0", [0]),
    )
    words = graph.node("Gather", graph.weight(f"{embeddings}.word_embeddings.weight"), "input_ids")
    types = graph.node("Gather", graph.weight(f"{embeddings}.token_type_embeddings.weight"), "token_type_ids")
    x = graph.norm(graph.node("Add", graph.node("Add", words, types), positions), f"{embeddings}.LayerNorm")
    mask = graph.node("Unsqueeze", "attention_mask", graph.constant("axes_1_2", [1, 2]))
    real = graph.node("Cast", mask, to=graph.onnx.TensorProto.FLOAT)
    padding = graph.node("Sub", graph.constant("one", 1, np.float32), real)
    return x, graph.node("Mul", padding, graph.constant("lowest", np.finfo(np.float32).min, np.float32))


def _model(graph: _Graph, vocabulary: int) -> Any:
    helper, types = graph.onnx.helper, graph.onnx.TensorProto
    inputs = [
        helper.make_tensor_value_info(name, types.INT64, ["batch", "seq"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info("logits", types.FLOAT, ["batch", "seq", vocabulary])
    made = helper.make_graph(graph.nodes, "bert_mlm", inputs, [output], list(graph.initializers.values()))
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION, producer_name="sprat"
    )
    graph.onnx.checker.check_model(model)
    return model
