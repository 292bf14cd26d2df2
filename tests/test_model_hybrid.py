"""sprat.model.hybrid: what the heads say is computed from the last layer, by slow and obvious NumPy."""

from __future__ import annotations

import itertools
import logging
import random
import shutil
import sys
import types
from pathlib import Path

import numpy as np
import onnx
import pytest

import tiny_models
from sprat.errors import InvalidArgumentError, MissingExtraError
from sprat.model.hybrid import BGEM3EmbeddingFunction, MGTEEmbeddingFunction

SEED = random.randrange(2**32)
TEXTS = ["the cat sat on the mat the", "", "fast index", "zebra data", "cat " * 60]
LIMIT = tiny_models.CONFIG["max_position_embeddings"] - 2  # the first two positions are padding's


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hybrid")


@pytest.fixture(scope="module")
def seed(folder: Path) -> int:
    """Return the first seed of a model that gives some token a positive weight."""
    for seed in itertools.count(SEED):
        print(f"model of seed {seed}")
        weights = tiny_models.hybrid(folder, seed)
        if sum(np.count_nonzero(sparse_row(weights, text) > 0) for text in TEXTS) > 3:
            return seed
    raise AssertionError


@pytest.fixture(scope="module")
def weights(folder: Path, seed: int) -> dict[str, np.ndarray]:
    return tiny_models.hybrid(folder, seed)


def ids_of(text: str) -> list[int]:
    made = tiny_models.xlm_tokenizer()
    made.enable_truncation(LIMIT)
    return made.encode(text).ids


def hidden(weights: dict[str, np.ndarray], text: str) -> np.ndarray:
    return tiny_models.hidden(weights, ids_of(text), first_position=2)


def sparse_row(weights: dict[str, np.ndarray], text: str) -> np.ndarray:
    row = np.zeros(len(tiny_models.XLM_VOCABULARY))
    for token, weight in zip(ids_of(text), (hidden(weights, text) @ weights["sparse"])[:, 0]):
        if token > 3:
            row[token] = max(row[token], weight)
    return row


def of_length_1(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


@pytest.mark.parametrize(
    "options", [{}, {"batch_tokens": 1, "threads": 2}, {"batch_tokens": 60, "threads": 1}]
)
def test_bge_m3_gives_dense_sparse_and_token_vectors(folder, weights, options):
    function = BGEM3EmbeddingFunction(str(folder), return_colbert_vecs=True, **options)

    found = function.encode_documents(TEXTS)

    assert list(found) == ["dense", "sparse", "colbert_vecs"]
    assert function.dim == {"dense": 32, "colbert_vecs": 24, "sparse": len(tiny_models.XLM_VOCABULARY)}
    expected = [of_length_1(hidden(weights, text)[0]) for text in TEXTS]
    np.testing.assert_allclose(np.array(found["dense"]), expected, atol=1e-5)
    assert {vector.dtype for vector in found["dense"]} == {np.dtype(np.float32)}
    np.testing.assert_allclose(
        found["sparse"].toarray(), [sparse_row(weights, text) for text in TEXTS], atol=1e-4
    )
    assert found["sparse"].dtype == np.float64
    assert found["sparse"].has_canonical_format
    assert found["sparse"].nnz > 3
    for text, vectors in zip(TEXTS, found["colbert_vecs"]):
        assert vectors.shape == (len(ids_of(text)) - 1, 24)
        np.testing.assert_allclose(
            vectors, of_length_1(hidden(weights, text)[1:] @ weights["colbert"]), atol=1e-5
        )


def test_queries_and_calls_give_the_same(folder, weights):
    function = BGEM3EmbeddingFunction(str(folder))

    dense = [found["dense"] for found in (function(TEXTS), function.encode_queries(TEXTS))]

    assert np.array_equal(dense[0], dense[1])
    assert list(function(TEXTS)) == ["dense", "sparse"]


def test_only_true_is_a_yes(folder, weights):
    function = BGEM3EmbeddingFunction(str(folder), return_dense=1, return_sparse=True)

    assert list(function(["cat"])) == ["sparse"]


def test_vectors_keep_their_length_if_asked(folder, weights):
    function = BGEM3EmbeddingFunction(str(folder), normalize_embeddings=False)

    np.testing.assert_allclose(
        function(TEXTS)["dense"], [hidden(weights, text)[0] for text in TEXTS], atol=1e-4
    )


def test_no_text_gives_no_vector(folder, weights):
    found = BGEM3EmbeddingFunction(str(folder), return_colbert_vecs=True)([])

    assert (found["dense"], found["sparse"].shape, found["colbert_vecs"]) == (
        [],
        (0, len(tiny_models.XLM_VOCABULARY)),
        [],
    )


@pytest.mark.parametrize(
    "names",
    [
        {"dense_vecs": "dense_embeddings", "sparse_vecs": "sparse_weights"},
        {"last_hidden_state": "last_hidden_state", "logits": "token_weights"},
    ],
)
def test_other_names_of_outputs_are_known(tmp_path, folder, seed, weights, names):
    tiny_models.hybrid(tmp_path, seed, names)

    expected, found = BGEM3EmbeddingFunction(str(folder))(TEXTS), BGEM3EmbeddingFunction(str(tmp_path))(TEXTS)

    np.testing.assert_allclose(found["dense"], expected["dense"], atol=1e-6)
    np.testing.assert_allclose(found["sparse"].toarray(), expected["sparse"].toarray(), atol=1e-6)


def test_what_the_model_does_not_give_is_refused(tmp_path):
    tiny_models.hybrid(tmp_path, SEED, {"dense_vecs": "dense_vecs"})

    function = BGEM3EmbeddingFunction(str(tmp_path), return_sparse=False)
    assert list(function(["cat"])) == ["dense"]
    assert function.dim["colbert_vecs"] == 0
    with pytest.raises(InvalidArgumentError, match="the model has no output for sparse weights"):
        BGEM3EmbeddingFunction(str(tmp_path))(["cat"])


def test_mgte_takes_the_first_token_and_the_logits(tmp_path):
    weights = tiny_models.hybrid(
        tmp_path, SEED, {"last_hidden_state": "last_hidden_state", "logits": "logits"}
    )
    function = MGTEEmbeddingFunction(str(tmp_path), dimensions=7)

    found = function.encode_queries(TEXTS)

    expected = [of_length_1(hidden(weights, text)[0, :7]) for text in TEXTS]
    np.testing.assert_allclose(np.array(found["dense"]), expected, atol=1e-5)
    np.testing.assert_allclose(
        found["sparse"].toarray(), [sparse_row(weights, text) for text in TEXTS], atol=1e-4
    )
    assert function.dim == {"dense": 7, "sparse": len(tiny_models.XLM_VOCABULARY)}
    assert list(MGTEEmbeddingFunction(str(tmp_path), return_dense=False)(["cat"])) == ["sparse"]
    assert MGTEEmbeddingFunction(str(tmp_path), dimension=5).dim["dense"] == 5


def test_more_dimensions_than_there_are_are_refused(folder, weights):
    with pytest.raises(InvalidArgumentError, match="dimensions must be between 1 and 32, got 33"):
        MGTEEmbeddingFunction(str(folder), dimensions=33)(["cat"])


@pytest.mark.parametrize("device", ["cpu:1", "tpu", "cuda:x"])
def test_an_unknown_device_is_named(folder, weights, device):
    with pytest.raises(InvalidArgumentError, match=f"device must be cpu, cuda or cuda:N, got '{device}'"):
        MGTEEmbeddingFunction(str(folder), device=device)


def test_flag_embedding_runs_if_asked_for(monkeypatch):
    made, asked = [], []

    class BGEM3FlagModel:
        def __init__(self, **options):
            made.append(options)
            self.tokenizer = range(9)

        def encode(self, **options):
            asked.append(options)
            return {
                "dense_vecs": np.ones((2, 3), np.float32),
                "lexical_weights": [{"7": np.float32(0.5), "4": np.float32(1.5)}, {}],
                "colbert_vecs": [np.ones((4, 3)), np.ones((2, 3))],
            }

    monkeypatch.setitem(sys.modules, "FlagEmbedding", types.SimpleNamespace(BGEM3FlagModel=BGEM3FlagModel))
    function = BGEM3EmbeddingFunction(backend="FlagEmbedding", devices=["cpu"], foo=1)

    found = function(["a", "b"])

    options = {"devices": ["cpu"], "normalize_embeddings": True, "use_fp16": False, "foo": 1}
    assert made == [{"model_name_or_path": "BAAI/bge-m3", **options}]
    wanted = {"return_dense": True, "return_sparse": True, "return_colbert_vecs": False}
    assert asked == [{"sentences": ["a", "b"], "batch_size": 16, **wanted}]
    assert found["sparse"].toarray().tolist() == [[0, 0, 0, 0, 1.5, 0, 0, 0.5, 0], [0] * 9]
    assert len(found["dense"]) == 2


def test_a_backend_that_is_missing_or_unknown_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "FlagEmbedding", None)

    with pytest.raises(MissingExtraError, match=r"needs FlagEmbedding: pip install"):
        BGEM3EmbeddingFunction(backend="FlagEmbedding")
    with pytest.raises(InvalidArgumentError, match="backend must be 'onnx' or 'FlagEmbedding', got 'torch'"):
        BGEM3EmbeddingFunction(backend="torch")


def test_half_precision_on_the_cpu_is_warned_of(folder, weights, caplog):
    with caplog.at_level(logging.WARNING):
        BGEM3EmbeddingFunction(str(folder), device="cpu", use_fp16=True)

    assert "use_fp16 has no effect on the CPU" in caplog.text


@pytest.mark.parametrize(
    ("head", "axis", "end", "expected"),
    [
        ("dense_vecs", 0, 1, "a row for each of 2 texts"),
        ("sparse_vecs", 1, 2, "and 3 tokens"),
        ("colbert_vecs", 1, 1, "and 2 tokens"),
    ],
)
def test_an_answer_that_is_short_of_what_was_asked_is_refused(
    head, axis, end, expected, weights, folder, tmp_path
):
    path = Path(shutil.copytree(folder, tmp_path / "model"))
    model = onnx.load(path / "model.onnx")
    (node,) = [node for node in model.graph.node if head in node.output]
    node.output[list(node.output).index(head)] = "all"
    for name, value in {"from_0": 0, "to_end": end, "along": axis}.items():
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.array([value]), name))
    model.graph.node.append(onnx.helper.make_node("Slice", ["all", "from_0", "to_end", "along"], [head]))
    onnx.save(model, path / "model.onnx")
    embed = BGEM3EmbeddingFunction(str(path), return_colbert_vecs=True)

    with pytest.raises(InvalidArgumentError, match=f"output {head} must have .*{expected}, got shape"):
        embed.encode_documents(["cat", "cat"])
