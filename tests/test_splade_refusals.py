"""What SpladeEncoder refuses, and how: by a clear error, never a crash or a stray line."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import shutil
import signal
import sys
import threading
from pathlib import Path

import numpy as np
import onnx
import pytest
import tokenizers

import sprat
import tiny_models
from sprat import _core, _onnx
from sprat._bert_onnx import bert_mlm
from sprat._tokens import Tokenizer
from sprat.errors import (
    CorruptFileError,
    InvalidArgumentError,
    MissingExtraError,
    MissingFileError,
    UnsupportedVersionError,
)

SEED = random.randrange(2**32)
COMMIT = "c0ffee" + 34 * "0"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    print(f"model of seed {SEED}")
    folder = tmp_path_factory.mktemp("splade")
    tiny_models.splade(folder, SEED)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "model"))


@pytest.fixture(autouse=True)
def _nothing_is_printed(capfd, monkeypatch):
    monkeypatch.delenv("SPRAT_ONNXRUNTIME_LIB", raising=False)
    yield
    assert capfd.readouterr() == ("", "")


def test_a_missing_runtime_names_the_extra(folder, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(MissingExtraError, match=r"needs onnxruntime: run `pip install 'sprat\[splade\]'`"):
        sprat.SpladeEncoder(folder)


def test_a_missing_tokenizer_library_names_the_extra(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)

    with pytest.raises(MissingExtraError, match=r"needs tokenizers: run `pip install 'sprat\[splade\]'`"):
        sprat.SpladeEncoder(folder)


def test_a_runtime_without_a_library_is_too_old(folder, tmp_path, monkeypatch):
    package = tmp_path / "onnxruntime"
    (package / "capi").mkdir(parents=True)
    (package / "__init__.py").touch()
    spec = importlib.util.spec_from_file_location(
        "onnxruntime", package / "__init__.py", submodule_search_locations=[str(package)]
    )
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)

    with pytest.raises(UnsupportedVersionError, match=r"has no separate library, as releases from 1.19 have"):
        sprat.SpladeEncoder(folder)


def test_a_library_is_named_by_argument_or_variable(folder, monkeypatch):
    installed = _onnx.library_path()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    assert sprat.SpladeEncoder(folder, library=installed).dim == len(tiny_models.VOCABULARY)
    monkeypatch.setenv("SPRAT_ONNXRUNTIME_LIB", str(installed))
    assert sprat.SpladeEncoder(folder).dim == len(tiny_models.VOCABULARY)
    monkeypatch.setenv("SPRAT_ONNXRUNTIME_LIB", "nowhere.so")
    with pytest.raises(
        InvalidArgumentError, match=r"SPRAT_ONNXRUNTIME_LIB must be the path of a library .* got nowhere.so"
    ):
        sprat.SpladeEncoder(folder)


@pytest.mark.parametrize("library", [_core.__file__, __file__])
def test_another_library_is_refused(folder, library):
    with pytest.raises(InvalidArgumentError, match="is not a library of ONNX Runtime"):
        sprat.SpladeEncoder(folder, library=library)


@pytest.mark.parametrize("model", ["nowhere", "./org/name", "/no/where", "a/b/c"])
def test_a_folder_that_is_not_there_is_named(model):
    with pytest.raises(
        MissingFileError, match=f"model must be a folder or the id of a model on a hub, got {model}"
    ):
        sprat.SpladeEncoder(model)


def test_a_model_that_the_hub_does_not_give_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))

    with pytest.raises(
        MissingFileError, match="organisation/name is no folder, and was not had from the hub"
    ):
        sprat.SpladeEncoder("organisation/name")


def test_a_model_in_the_hubs_cache_is_found_offline(made, monkeypatch, tmp_path):
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    cached = tmp_path / "models--organisation--name"
    (cached / "refs").mkdir(parents=True)
    (cached / "refs" / "main").write_text(COMMIT)
    shutil.copytree(made, cached / "snapshots" / COMMIT)

    assert sprat.SpladeEncoder("organisation/name").dim == len(tiny_models.VOCABULARY)
    assert sprat.SpladeEncoder("organisation/name", revision=COMMIT).dim == len(tiny_models.VOCABULARY)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()

    with pytest.raises(MissingFileError, match=name):
        sprat.SpladeEncoder(folder)


def test_other_models_in_the_folder_are_listed(folder):
    (folder / "model.onnx").rename(folder / "model_int8.onnx")

    with pytest.raises(
        MissingFileError, match=r"has no model.onnx or onnx/model.onnx; there are model_int8.onnx"
    ):
        sprat.SpladeEncoder(folder)
    assert sprat.SpladeEncoder(folder, model_file="model_int8.onnx").dim == len(tiny_models.VOCABULARY)


@pytest.mark.parametrize(
    "name", ["model.onnx", "tokenizer.json", "config.json", "tokenizer_config.json", "idf.json"]
)
@pytest.mark.parametrize("content", [b"", b"\x00\x01 nonsense", b"[1, 2"])
def test_a_damaged_file_is_named(folder, name, content):
    (folder / name).write_bytes(content)

    with pytest.raises((CorruptFileError, InvalidArgumentError), match=name):
        sprat.SpladeEncoder(folder)


def test_a_model_cut_short_is_damaged(folder):
    whole = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(CorruptFileError, match=r"model.onnx: "):
        sprat.SpladeEncoder(folder)


def test_a_model_with_fewer_terms_than_the_tokenizer_is_refused(tmp_path):
    model = bert_mlm(tiny_models.random_weights(SEED, terms=80), tiny_models.CONFIG)
    tiny_models.write(tmp_path, model)

    with pytest.raises(
        InvalidArgumentError,
        match="output logits must have a column for each of the tokenizer's 89 tokens, got 80",
    ):
        sprat.SpladeEncoder(tmp_path)


def test_a_model_of_dense_vectors_is_refused(folder):
    model = onnx.load(folder / "model.onnx")
    (last,) = [node for node in model.graph.node if node.output[0] == "logits"]
    (product,) = [node for node in model.graph.node if node.output[0] == last.input[0]]
    del model.graph.output[:]
    model.graph.output.append(
        onnx.helper.make_tensor_value_info(product.input[0], onnx.TensorProto.FLOAT, ["batch", "seq", 32])
    )
    onnx.save(model, folder / "model.onnx")

    with pytest.raises(InvalidArgumentError, match=r"at least as wide as the tokenizer's 89 tokens.* of 32"):
        sprat.SpladeEncoder(folder)


def test_an_unknown_input_is_named(folder):
    model = onnx.load(folder / "model.onnx")
    model.graph.input.append(onnx.helper.make_tensor_value_info("pixels", onnx.TensorProto.INT64, ["batch"]))
    onnx.save(model, folder / "model.onnx")

    with pytest.raises(InvalidArgumentError, match="input pixels must be one of input_ids, attention_mask"):
        sprat.SpladeEncoder(folder)


def test_numbers_that_are_not_finite_name_their_text(tmp_path):
    weights = tiny_models.random_weights(SEED)
    weights["bert.embeddings.word_embeddings.weight"][tiny_models.VOCABULARY.index("cat")] = np.nan
    tiny_models.write(
        tmp_path,
        bert_mlm(
            weights
            | {
                "cls.predictions.decoder.weight": tiny_models.random_weights(SEED)[
                    "bert.embeddings.word_embeddings.weight"
                ]
            },
            tiny_models.CONFIG,
        ),
    )
    encoder = sprat.SpladeEncoder(tmp_path)

    assert encoder.encode_documents(["the dog"]).nnz > 0
    with pytest.raises(InvalidArgumentError, match="not finite for text 1"):
        encoder.encode_documents(["the dog", "the cat"])


@pytest.mark.parametrize("number", [-1, 89, 1 << 30])
def test_ids_beyond_the_vocabulary_are_named(made, number):
    core = sprat.SpladeEncoder(made)._model

    with pytest.raises(InvalidArgumentError, match=f"token ids of text 1 must be below 89, got {number}"):
        core.encode(
            np.array([0, 1, 3]),
            np.array([2, 3, number], np.int32),
            batch_tokens=9,
            max_active_terms=None,
            activation="log1p",
            threads=1,
            progress=None,
        )


def test_more_tokens_than_the_model_takes_come_back_with_its_words(made):
    core = sprat.SpladeEncoder(made)._model

    with pytest.raises(InvalidArgumentError, match=r"model.onnx: "):
        core.encode(
            np.array([0, 41]),
            np.full(41, 5, np.int32),
            batch_tokens=512,
            max_active_terms=None,
            activation="log1p",
            threads=1,
            progress=None,
        )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_tokens": 0}, "batch_tokens must be a whole number from 1, got 0"),
        ({"batch_tokens": 2.5}, "batch_tokens must be a whole number from 1, got 2.5"),
        ({"threads": -1}, "threads must be a whole number from 0 \\(one per core\\), got -1"),
        ({"max_active_terms": 0}, "max_active_terms must be a whole number from 1, got 0"),
        ({"max_active_query_terms": True}, "max_active_query_terms must be a whole number from 1, got True"),
        ({"max_length": 0}, "max_length must be a whole number from 1, got 0"),
        ({"activation": "relu"}, "activation must be 'log1p' or 'log1p-log1p', got 'relu'"),
        ({"query_weights": {"unheard-of": 1.0}}, "the tokenizer has no token 'unheard-of'"),
        ({"query_weights": {"cat": -1}}, "the weight of 'cat' must be at least 0, got -1"),
        ({"query_weights": {"cat": float("nan")}}, "the weight of 'cat' must be at least 0, got nan"),
        (
            {"providers": ["MoonExecutionProvider"]},
            "providers must be among .*CPUExecutionProvider.* got MoonExecutionProvider",
        ),
    ],
)
def test_arguments_say_what_is_allowed(made, options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        sprat.SpladeEncoder(made, **options)


@pytest.mark.parametrize(
    ("texts", "message"),
    [(["a", None], r"texts\[1\] must be str, got NoneType"), ("abc", "got one str"), (7, "got int")],
)
def test_what_is_no_text_is_a_type_error(made, texts, message):
    with pytest.raises(TypeError, match=message):
        sprat.SpladeEncoder(made).encode_documents(texts)


def test_query_weights_that_are_not_there_are_named(made, tmp_path):
    with pytest.raises(MissingFileError, match=r"idf.json"):
        sprat.SpladeEncoder(made, query_weights=tmp_path / "idf.json")
    (tmp_path / "idf.json").write_text(json.dumps(["cat"]))
    with pytest.raises(
        CorruptFileError, match=r"idf.json: must hold an object of tokens and weights, found list"
    ):
        sprat.SpladeEncoder(made, query_weights=tmp_path / "idf.json")


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupt_stops_within_a_batch(made, threads):
    core = sprat.SpladeEncoder(made)._model
    length, count = 40, 200_000  # minutes of work
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a run in the background
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()

    with pytest.raises(KeyboardInterrupt):
        core.encode(
            np.arange(0, length * count + 1, length),
            np.full(length * count, 5, np.int32),
            batch_tokens=80,
            max_active_terms=None,
            activation="log1p",
            threads=threads,
            progress=None,
        )

    timer.join()
    signal.signal(signal.SIGINT, before)


def with_outputs(folder: Path, *outputs: tuple[onnx.NodeProto, onnx.ValueInfoProto]) -> Path:
    """Write a model that gives these, made of its logits, and the logits no more."""
    model = bert_mlm(tiny_models.random_weights(SEED), tiny_models.CONFIG)
    model.graph.ClearField("output")
    for node, port in outputs:
        model.graph.node.append(node)
        model.graph.output.append(port)
    return tiny_models.write(folder, model)


def largest(name: str, axes: list[int], shape: list[str | int]) -> tuple[onnx.NodeProto, onnx.ValueInfoProto]:
    node = onnx.helper.make_node("ReduceMax", ["logits"], [name], axes=axes, keepdims=0)
    return node, onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)


WIDTH = len(tiny_models.VOCABULARY)


def test_an_output_without_dimensions_is_not_the_one(tmp_path):
    loss, pooled = largest("loss", [0, 1, 2], []), largest("pooled", [1], ["texts", WIDTH])

    encoder = sprat.SpladeEncoder(with_outputs(tmp_path / "both", loss, pooled))

    assert encoder.encode_documents(["cat", "dog mat"]).shape == (2, WIDTH)
    with pytest.raises(InvalidArgumentError, match=r"this one has loss of 0$"):
        sprat.SpladeEncoder(with_outputs(tmp_path / "loss", loss))
    with pytest.raises(InvalidArgumentError, match="output loss must have 2 or 3 dimensions, got 0"):
        sprat.SpladeEncoder(tmp_path / "both", output="loss")


def test_an_answer_without_a_row_for_each_text_is_refused(tmp_path):
    folder = with_outputs(tmp_path / "model", largest("pooled", [0], ["texts", WIDTH]))
    encoder = sprat.SpladeEncoder(folder)

    with pytest.raises(
        InvalidArgumentError,
        match=rf"output pooled must have a row for each of 8 texts, got shape \(3, {WIDTH}\)",
    ):
        encoder.encode_documents(["cat"] * 8)


def test_a_tokenizer_without_an_id_for_a_text_is_named(tmp_path):
    path = tmp_path / "tokenizer.json"
    tokenizers.Tokenizer(tokenizers.models.Unigram([("a", 0.0)])).save(str(path))
    tokenizer = Tokenizer(path, 8)

    assert tokenizer.ids(["a", ""]).ids.tolist() == [0]
    with pytest.raises(CorruptFileError, match=r"tokenizer\.json: cannot encode: .*unk_id"):
        tokenizer.ids(["a", "b"])
