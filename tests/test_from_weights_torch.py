"""Models that PyTorch wrote give what PyTorch says of them. Slow to install and to load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sprat
import tiny_models
from sprat import _from_weights
from sprat.errors import CorruptFileError
from sprat.model.sparse import SpladeEmbeddingFunction

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

TEXTS = ["the cat sat on the mat", "", "fast index", "a b c d e f g h", "dog " * 60]


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def bert(tied: bool):
    from transformers import BertConfig, BertForMaskedLM

    return BertForMaskedLM(
        BertConfig(
            vocab_size=len(tiny_models.VOCABULARY),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=48,
            max_position_embeddings=40,
            initializer_range=0.4,
            tie_word_embeddings=tied,
        )
    )


def distilbert(tied: bool):
    from transformers import DistilBertConfig, DistilBertForMaskedLM

    return DistilBertForMaskedLM(
        DistilBertConfig(
            vocab_size=len(tiny_models.VOCABULARY),
            dim=32,
            n_layers=2,
            n_heads=4,
            hidden_dim=48,
            max_position_embeddings=40,
            initializer_range=0.4,
            tie_word_embeddings=tied,
        )
    )


def written(model, folder: Path, safe: bool, *, changed: bool = True) -> np.ndarray:
    """Write the model, ``changed`` so that biases and scales differ; return its rows, text by text."""
    import torch

    with torch.no_grad():
        for name, values in model.named_parameters():
            if changed and ("bias" in name or "orm" in name):
                values += torch.randn_like(values) * 0.3
    model.eval().save_pretrained(folder, safe_serialization=safe)
    tokenizer = tiny_models.tokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(40)
    rows = []
    for text in TEXTS:
        ids = torch.tensor([tokenizer.encode(text).ids])
        with torch.no_grad():
            logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
        rows.append(torch.log1p(torch.relu(logits)).amax(1)[0].numpy())
    return np.array(rows)


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("safe", [True, False])
@pytest.mark.parametrize("make", [bert, distilbert])
def test_rows_are_those_of_torch(tmp_path, make, safe, tied):
    import torch

    torch.manual_seed(20261125)
    folder = tmp_path / "model"
    expected = written(make(tied), folder, safe)
    assert (folder / "model.safetensors").exists() == safe
    assert (folder / "pytorch_model.bin").exists() != safe

    rows = SpladeEmbeddingFunction(str(folder)).encode_documents(TEXTS)

    np.testing.assert_allclose(rows.toarray(), expected, atol=1e-4)
    assert np.count_nonzero(expected) > expected.size / 5
    _from_weights.convert(folder, tmp_path / "made")
    again = sprat.SpladeEncoder(tmp_path / "made").encode_documents(TEXTS)
    assert again.toarray().tobytes() == rows.toarray().tobytes()


BFLOAT16 = """
import sys, numpy, sprat
numpy.save(sys.argv[2], sprat.SpladeEncoder(sys.argv[1]).encode_documents(sys.argv[3:]).toarray())
"""


@pytest.mark.parametrize("safe", [True, False])
def test_weights_of_bfloat16_are_widened(tmp_path, safe):
    """In a process that has imported nothing."""
    from transformers import BertForMaskedLM

    folder = tmp_path / "model"
    written(bert(True), folder, True)
    model = BertForMaskedLM.from_pretrained(folder).bfloat16()
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, safe_serialization=safe)

    command = [sys.executable, "-c", BFLOAT16, str(folder), str(tmp_path / "rows.npy"), *TEXTS]
    subprocess.run(command, check=True)

    expected = written(model.float(), tmp_path / "wide", True, changed=False)
    np.testing.assert_allclose(np.load(tmp_path / "rows.npy"), expected, atol=1e-4)


def test_no_object_but_tensors_is_read(tmp_path):
    """A file of PyTorch is a pickle, and what a pickle may do is not done."""
    import torch

    folder = tmp_path / "model"
    written(bert(True), folder, False)
    marker = tmp_path / "ran"

    class Harmful:
        def __reduce__(self):
            return Path.touch, (marker,)

    torch.save({"weight": Harmful()}, folder / "pytorch_model.bin")
    with pytest.raises(CorruptFileError, match=r"pytorch_model\.bin: not the weights of a model"):
        sprat.SpladeEncoder(folder)
    assert not marker.exists()
    (folder / "pytorch_model.bin").write_bytes(b"nonsense")
    with pytest.raises(CorruptFileError, match=r"pytorch_model\.bin: not the weights of a model"):
        sprat.SpladeEncoder(folder)
