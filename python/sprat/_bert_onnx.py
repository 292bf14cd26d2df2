"""A BERT or DistilBERT with a masked-LM head as an ONNX graph, from its weights: needs ``onnx``, no torch."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat._extras import missing
from sprat.errors import InvalidArgumentError

# Opset 17 has LayerNormalization; IR 8 goes with it, and every runtime from 1.19 on reads both.
_OPSET, _IR_VERSION = 17, 8

_TYPES = "bert.embeddings.token_type_embeddings.weight"
_WORDS = "bert.embeddings.word_embeddings.weight"


# What BERT calls the weights and settings of DistilBERT, which has the same layers and no token types.
_OF_DISTIL = [
    (r"^distilbert\.embeddings", "bert.embeddings"),
    (r"^distilbert\.transformer", "bert.encoder"),
    (r"\.q_lin\b", ".self.query"),
    (r"\.k_lin\b", ".self.key"),
    (r"\.v_lin\b", ".self.value"),
    (r"\.out_lin\b", ".output.dense"),
    (r"\.sa_layer_norm\b", ".attention.output.LayerNorm"),
    (r"\.ffn\.lin1\b", ".intermediate.dense"),
    (r"\.ffn\.lin2\b", ".output.dense"),
    (r"\.output_layer_norm\b", ".output.LayerNorm"),
    (r"^vocab_transform", "cls.predictions.transform.dense"),
    (r"^vocab_layer_norm", "cls.predictions.transform.LayerNorm"),
    (r"^vocab_projector\.weight", "cls.predictions.decoder.weight"),
    (r"^vocab_projector\.bias", "cls.predictions.bias"),
]
_SETTINGS_OF_DISTIL = {
    "n_layers": "num_hidden_layers",
    "n_heads": "num_attention_heads",
    "activation": "hidden_act",
}


class _Graph:
    """Nodes and weights, in the order in which they are added; a value is its name."""

    def __init__(
        self, weights: Mapping[str, NDArray[np.float32]], epsilon: float, *, token_types: bool
    ) -> None:
        try:
            import onnx
        except ImportError as error:
            raise missing(error.name, "making a model", "models") from error
        self.onnx = onnx
        self.weights = weights
        self.epsilon = epsilon
        self.token_types = token_types
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

    def values(self, name: str) -> NDArray[np.float32]:
        # Older checkpoints call what LayerNorm multiplies with gamma and what it adds beta.
        old = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
        found = next((form for form in (name, old) if form in self.weights), None)
        if found is None:
            raise InvalidArgumentError(f"the weights of a BertForMaskedLM must have {name}, which is missing")
        return self.weights[found]

    def weight(self, name: str, *, transposed: bool = False) -> str:
        values = self.values(name)
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


def distilbert_mlm(weights: Mapping[str, NDArray[np.float32]], config: Mapping[str, Any]) -> Any:
    """Return the same as :func:`bert_mlm` of a DistilBertForMaskedLM, without ``token_type_ids``.

    A weight that is missing is called by its name in BERT.
    """
    renamed = {}
    for name, values in weights.items():
        for old, new in _OF_DISTIL:
            name = re.sub(old, new, name)
        renamed[name] = values
    settings = {_SETTINGS_OF_DISTIL.get(key, key): value for key, value in config.items()}
    return bert_mlm(renamed, settings, token_types=False)


def bert_mlm(
    weights: Mapping[str, NDArray[np.float32]], config: Mapping[str, Any], *, token_types: bool = True
) -> Any:
    """Return a checked ``onnx.ModelProto`` of a BertForMaskedLM.

    Inputs ``input_ids``, ``attention_mask``, ``token_type_ids``, int64 of shape (batch, seq); output
    ``logits``, float32 of shape (batch, seq, vocabulary).

    Parameters
    ----------
    weights : mapping
        By the names of a PyTorch state dict. Without ``cls.predictions.decoder.weight``, or if it is equal
        to the table of word embeddings, that is the decoder.
    config : mapping
        ``num_hidden_layers``, ``num_attention_heads``, ``hidden_act`` and ``layer_norm_eps`` as in
        ``config.json``.
    token_types : bool, default True
        Whether there are weights for, and an input of, ``token_type_ids``.

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
    graph = _Graph(weights, float(config.get("layer_norm_eps", 1e-12)), token_types=token_types)
    x, masked = _embedded(graph)
    words = graph.values(_WORDS)
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
    if np.array_equal(weights.get(f"{head}.decoder.weight", words), words):
        decoder = graph.node("Transpose", graph.weight(_WORDS), perm=[1, 0])
    else:
        decoder = graph.weight(f"{head}.decoder.weight", transposed=True)
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
    x = graph.node("Gather", graph.weight(_WORDS), "input_ids")
    if graph.token_types:
        x = graph.node("Add", x, graph.node("Gather", graph.weight(_TYPES), "token_type_ids"))
    x = graph.norm(graph.node("Add", x, positions), f"{embeddings}.LayerNorm")
    mask = graph.node("Unsqueeze", "attention_mask", graph.constant("axes_1_2", [1, 2]))
    real = graph.node("Cast", mask, to=graph.onnx.TensorProto.FLOAT)
    padding = graph.node("Sub", graph.constant("one", 1, np.float32), real)
    return x, graph.node("Mul", padding, graph.constant("lowest", np.finfo(np.float32).min, np.float32))


def _model(graph: _Graph, vocabulary: int) -> Any:
    helper, types = graph.onnx.helper, graph.onnx.TensorProto
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if graph.token_types else [])]
    inputs = [helper.make_tensor_value_info(name, types.INT64, ["batch", "seq"]) for name in names]
    output = helper.make_tensor_value_info("logits", types.FLOAT, ["batch", "seq", vocabulary])
    made = helper.make_graph(graph.nodes, "bert_mlm", inputs, [output], list(graph.initializers.values()))
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION, producer_name="sprat"
    )
    graph.onnx.checker.check_model(model)
    return model
