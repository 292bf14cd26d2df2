"""Small models with random weights, and what they should give, by slow and obvious NumPy."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import onnx
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
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


def _norm(x: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _dense(x: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def _gelu(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def logits(
    weights: dict[str, np.ndarray], ids: list[int], heads: int = CONFIG["num_attention_heads"]
) -> np.ndarray:
    """What a BertForMaskedLM says of one text, in double precision."""
    w = {name: values.astype(np.float64) for name, values in weights.items()}
    embeddings = "bert.embeddings"
    x = (
        w[f"{embeddings}.word_embeddings.weight"][ids]
        + w[f"{embeddings}.position_embeddings.weight"][: len(ids)]
        + w[f"{embeddings}.token_type_embeddings.weight"][0]
    )
    x = _norm(x, w, f"{embeddings}.LayerNorm")
    size = x.shape[1] // heads
    layers = len({name.split(".")[3] for name in w if name.startswith("bert.encoder.layer.")})
    for number in range(layers):
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
    x = _norm(
        _gelu(_dense(x, w, "cls.predictions.transform.dense")), w, "cls.predictions.transform.LayerNorm"
    )
    return x @ w[f"{embeddings}.word_embeddings.weight"].T + w["cls.predictions.bias"]


def splade_row(weights: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """The largest log(1 + relu(logit)) of each term over the tokens."""
    return np.log1p(np.maximum(logits(weights, ids), 0)).max(0)
