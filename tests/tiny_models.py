"""Small models with random weights, and what they should give, by slow and obvious NumPy."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import onnx
from tokenizers import Tokenizer
from tokenizers.models import Unigram, WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer, Metaspace
from tokenizers.processors import TemplateProcessing

from sprat._bert_onnx import bert_mlm

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
WORDS = "the cat sat on mat dog runs fast data index query rank score".split()
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *LETTERS, *("##" + letter for letter in LETTERS), *WORDS]
CONFIG = {
    "model_type": "bert",
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 40,
}
INNER = 48


def random_weights(seed: int, terms: int = len(VOCABULARY)) -> dict[str, np.ndarray]:
    """Weights of a BertForMaskedLM, wide enough that about half of the logits are positive."""
    random = np.random.default_rng(seed)
    hidden = CONFIG["hidden_size"]
    shapes = {
        "bert.embeddings.word_embeddings.weight": (terms, hidden),
        "bert.embeddings.position_embeddings.weight": (CONFIG["max_position_embeddings"], hidden),
        "bert.embeddings.token_type_embeddings.weight": (2, hidden),
        "cls.predictions.bias": (terms,),
    }
    dense = {"cls.predictions.transform.dense": (hidden, hidden)}
    norms = ["bert.embeddings.LayerNorm", "cls.predictions.transform.LayerNorm"]
    for number in range(CONFIG["num_hidden_layers"]):
        layer = f"bert.encoder.layer.{number}"
        dense |= {f"{layer}.attention.self.{part}": (hidden, hidden) for part in ("query", "key", "value")}
        dense[f"{layer}.attention.output.dense"] = (hidden, hidden)
        dense[f"{layer}.intermediate.dense"] = (INNER, hidden)
        dense[f"{layer}.output.dense"] = (hidden, INNER)
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
    for name, shape in dense.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    for name in norms:
        shapes |= {f"{name}.weight": (hidden,), f"{name}.bias": (hidden,)}
    return {name: random.normal(0, 0.4, shape).astype(np.float32) for name, shape in shapes.items()}


def tokenizer(vocabulary: list[str] = VOCABULARY) -> Tokenizer:
    ids = {token: number for number, token in enumerate(vocabulary)}
    made = Tokenizer(WordPiece(ids, unk_token="[UNK]"))
    made.normalizer = BertNormalizer()
    made.pre_tokenizer = BertPreTokenizer()
    made.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])]
    )
    made.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    return made


def write(folder: Path, model: onnx.ModelProto, vocabulary: list[str] = VOCABULARY) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / "model.onnx")
    tokenizer(vocabulary).save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps(CONFIG))
    return folder


def splade(folder: Path, seed: int) -> dict[str, np.ndarray]:
    """Write a SPLADE model of random weights, and return them."""
    weights = random_weights(seed)
    write(folder, bert_mlm(weights, CONFIG))
    return weights


def sentences(folder: Path, seed: int) -> None:
    """Write a sentence model whose token vectors are a BERT's logits."""
    write(folder, bert_mlm(random_weights(seed), CONFIG))
    (folder / "config.json").write_text(json.dumps({**CONFIG, "hidden_size": len(VOCABULARY)}))


def _norm(x: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _dense(x: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def _gelu(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def hidden(weights: dict[str, np.ndarray], ids: list[int], *, first_position: int = 0) -> np.ndarray:
    """What the last layer of a BERT says of each token of one text, in double precision."""
    w = {name: values.astype(np.float64) for name, values in weights.items()}
    embeddings = "bert.embeddings"
    x = (
        w[f"{embeddings}.word_embeddings.weight"][ids]
        + w[f"{embeddings}.position_embeddings.weight"][first_position : first_position + len(ids)]
        + w[f"{embeddings}.token_type_embeddings.weight"][0]
    )
    x = _norm(x, w, f"{embeddings}.LayerNorm")
    heads = CONFIG["num_attention_heads"]
    size = x.shape[1] // heads
    for number in range(CONFIG["num_hidden_layers"]):
        layer = f"bert.encoder.layer.{number}"
        query, key, value = (_dense(x, w, f"{layer}.attention.self.{p}") for p in ("query", "key", "value"))
        taken = np.zeros_like(x)
        for head in range(heads):
            part = slice(head * size, (head + 1) * size)
            scores = query[:, part] @ key[:, part].T / math.sqrt(size)
            shares = np.exp(scores - scores.max(-1, keepdims=True))
            taken[:, part] = shares / shares.sum(-1, keepdims=True) @ value[:, part]
        x = _norm(
            _dense(taken, w, f"{layer}.attention.output.dense") + x, w, f"{layer}.attention.output.LayerNorm"
        )
        inner = _gelu(_dense(x, w, f"{layer}.intermediate.dense"))
        x = _norm(_dense(inner, w, f"{layer}.output.dense") + x, w, f"{layer}.output.LayerNorm")
    return x


def logits(weights: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """What a BertForMaskedLM says of each token of one text."""
    head = "cls.predictions"
    x = _gelu(_dense(hidden(weights, ids), weights, f"{head}.transform.dense"))
    x = _norm(x, weights, f"{head}.transform.LayerNorm")
    return x @ weights["bert.embeddings.word_embeddings.weight"].T + weights[f"{head}.bias"]


def splade_row(weights: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """The largest log(1 + relu(logit)) of each term over the tokens."""
    return np.log1p(np.maximum(logits(weights, ids), 0)).max(0)


# Like XLM-R: other special tokens, padding with id 1, positions counted from behind it.
XLM_VOCABULARY = ["<s>", "<pad>", "</s>", "<unk>", "\u2581", *("\u2581" + word for word in WORDS), *LETTERS]


def xlm_tokenizer() -> Tokenizer:
    made = Tokenizer(Unigram([(token, -float(len(token) < 3)) for token in XLM_VOCABULARY], unk_id=3))
    made.pre_tokenizer = Metaspace()
    made.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    made.add_special_tokens(XLM_VOCABULARY[:4])
    return made


def _xlm_positions(table: str, positions: str) -> list[onnx.NodeProto]:
    node = onnx.helper.make_node
    return [
        node("Equal", ["input_ids", "number_1"], ["is_padding"]),
        node("Not", ["is_padding"], ["is_real"]),
        node("Cast", ["is_real"], ["real"], to=onnx.TensorProto.INT64),
        node("CumSum", ["real", "number_1"], ["counted"]),
        node("Mul", ["counted", "real"], ["counted_real"]),
        node("Add", ["counted_real", "number_1"], ["behind_padding"]),
        node("Gather", [table, "behind_padding"], [positions]),
    ]


def _heads(last: str) -> list[onnx.NodeProto]:
    node = onnx.helper.make_node
    return [
        node("Gather", [last, "number_0"], ["dense_vecs"], axis=1),
        node("MatMul", [last, "sparse"], ["logits"]),
        node("Relu", ["logits"], ["sparse_vecs"]),
        node("Slice", [last, "list_1", "list_end", "list_1"], ["behind_first"]),
        node("MatMul", ["behind_first", "colbert"], ["colbert_vecs"]),
        node("Identity", [last], ["last_hidden_state"]),
    ]


def hybrid(folder: Path, seed: int, names: dict[str, str] | None = None) -> dict[str, np.ndarray]:
    """Write a model with the heads of BGE-M3 and of multilingual GTE, and return its weights.

    ``names``: what some of the outputs ``dense_vecs``, ``sparse_vecs``, ``colbert_vecs``,
    ``last_hidden_state`` and ``logits`` are called, in which case there are no others.
    """
    random = np.random.default_rng(seed)
    weights = random_weights(seed, terms=len(XLM_VOCABULARY))
    size = CONFIG["hidden_size"]
    tokens = hidden(weights, [0, 5, 6, 7, 8, 9, 10, 2], first_position=2)
    mean = tokens.mean(0)
    apart = tokens[1] - mean
    apart -= mean * (apart @ mean) / (mean @ mean)  # about half of the tokens have a positive weight
    heads = {
        "sparse": apart[:, None].astype(np.float32),
        "colbert": random.normal(0, 0.5, (size, 24)).astype(np.float32),
    }
    model = bert_mlm(weights, CONFIG)
    graph = model.graph
    constants = {"number_0": 0, "number_1": 1, "list_1": [1], "list_end": [1 << 30]}
    for name, values in {**heads, **constants}.items():
        graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(values), name))
    (sliced,) = [node for node in graph.node if node.op_type == "Slice"]
    for made in reversed(_xlm_positions(sliced.input[0], sliced.output[0])):
        graph.node.insert(0, made)
    graph.node.remove(sliced)
    graph.node[-1].output[0] = "of_no_use"
    graph.node.extend(
        _heads([made for made in graph.node if made.op_type == "LayerNormalization"][-2].output[0])
    )
    del graph.output[:]
    outputs = {
        "dense_vecs": ["batch", size],
        "sparse_vecs": ["batch", "seq", 1],
        "colbert_vecs": ["batch", "rest", 24],
        "last_hidden_state": ["batch", "seq", size],
        "logits": ["batch", "seq", 1],
    }
    for name, called in (names or {name: name for name in outputs}).items():
        if called != name:
            graph.node.append(onnx.helper.make_node("Identity", [name], [called]))
        value = onnx.helper.make_tensor_value_info(called, onnx.TensorProto.FLOAT, outputs[name])
        graph.output.append(value)
    write(folder, model)
    xlm_tokenizer().save(str(folder / "tokenizer.json"))
    settings = {**CONFIG, "model_type": "xlm-roberta", "pad_token_id": 1}
    (folder / "config.json").write_text(json.dumps(settings))
    return weights | heads
