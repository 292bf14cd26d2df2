"""The BM25 file: both directions of migration, and damage of every kind."""

from __future__ import annotations

import json
import math
import os
import stat
import unicodedata
import zlib
from pathlib import Path

import numpy as np
import pytest

import sprat
from sprat.errors import (
    CorruptFileError,
    InvalidArgumentError,
    NotFittedError,
    SpratError,
    UnsupportedVersionError,
)

WHITESPACE = sprat.Analyzer.from_dict({"version": 1, "tokenizer": {"type": "whitespace"}, "filters": []})
TEXTS = ["a a b", "b c", "naïve 😀 \ud800 b", ""]
THEIRS = {
    "version": "v1",
    "corpus_size": 3,
    "avgdl": 7 / 3,
    "idf_word": ["a", "b"],
    "idf_value": [0.5108256237659907, -0.25],
    "k1": 1.5,
    "b": 0,
    "epsilon": 0.25,
}


def bits(matrix) -> tuple[object, ...]:
    data = np.asarray(matrix.data).view(np.uint32).tolist()
    return matrix.shape, matrix.indptr.tolist(), matrix.indices.tolist(), data


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "bm25.json"


def write_ours(path: Path, changes: dict[str, object], ours: dict[str, object]) -> None:
    """A file of ours with other values and a checksum that fits them."""
    sprat.BM25Encoder(WHITESPACE).fit(["a b", "b"]).save(path)
    content = json.loads(path.read_text())
    sprat_key = {**content.pop("sprat"), **ours}
    del sprat_key["crc32"]
    text = json.dumps({**content, **changes, "sprat": sprat_key})[:-2]
    path.write_text(f'{text}, "crc32": "{zlib.crc32(text.encode()):08x}"}}}}')


@pytest.mark.parametrize("variant", ["lucene", "okapi"])
@pytest.mark.parametrize("analyzer", ["en", WHITESPACE], ids=["en", "whitespace"])
def test_a_loaded_encoder_is_the_saved_one(path, variant, analyzer):
    encoder = sprat.BM25Encoder(analyzer, variant=variant, k1=0.9, b=0.4, epsilon=0.1).fit(TEXTS)

    encoder.save(path)
    loaded = sprat.BM25Encoder.load(path)

    assert bits(loaded.encode_documents(TEXTS)) == bits(encoder.encode_documents(TEXTS))
    assert bits(loaded.encode_queries(TEXTS)) == bits(encoder.encode_queries(TEXTS))
    assert list(loaded.vocabulary.items()) == list(encoder.vocabulary.items())
    assert loaded.statistics == encoder.statistics
    assert loaded.analyzer == encoder.analyzer
    assert (loaded.variant, loaded.k1, loaded.b, loaded.epsilon) == (variant, 0.9, 0.4, 0.1)


def test_saving_what_was_loaded_gives_the_same_bytes(path):
    sprat.BM25Encoder(WHITESPACE, k1=2, b=1).fit(TEXTS).save(path)
    first = path.read_bytes()

    sprat.BM25Encoder.load(path).save(path)

    assert path.read_bytes() == first


def test_the_file_is_pymilvus_models_with_one_key_more(path):
    sprat.BM25Encoder(WHITESPACE, variant="okapi", k1=2, b=0).fit(["a é", "b a", "c"]).save(path)

    text = path.read_text()

    theirs, ours = text.split(', "sprat": ')
    assert theirs == (
        '{"version": "v1", "corpus_size": 3, "avgdl": 1.6666666666666667, '
        '"idf_word": ["a", "\\u00e9", "b", "c"], '
        '"idf_value": [0.06385320297074884, 0.5108256237659907, 0.5108256237659907, 0.5108256237659907], '
        '"k1": 2, "b": 0, "epsilon": 0.25'
    )
    covered, checksum = text.split(', "crc32": ')
    assert ours.split(', "crc32": ')[0] == (
        '{"format": 1, "variant": "okapi", "document_count": 3, "token_count": 5, '
        '"document_frequency": [2, 1, 1, 1], '
        '"analyzer": {"version": 1, "tokenizer": {"type": "whitespace"}, "filters": [], '
        f'"libraries": {{"unicode": "{unicodedata.unidata_version}"}}}}'
    )
    assert checksum == f'"{zlib.crc32(covered.encode()):08x}"}}}}'


def test_a_file_of_pymilvus_model_is_an_okapi_encoder_without_document_frequencies(path):
    path.write_text(json.dumps(THEIRS))

    encoder = sprat.BM25Encoder.load(path)

    assert (encoder.variant, encoder.k1, encoder.b, encoder.epsilon) == ("okapi", 1.5, 0, 0.25)
    assert encoder.analyzer == sprat.Analyzer("en")
    assert dict(encoder.vocabulary) == {"a": 0, "b": 1}
    assert (encoder.statistics.document_count, encoder.statistics.token_count) == (3, 7)
    assert encoder.statistics.document_frequency is None
    np.testing.assert_allclose(encoder.encode_queries("b").data, [-0.25])
    np.testing.assert_allclose(encoder.encode_documents(["b b"]).data, [2 * 2.5 / 3.5], rtol=1e-6)


def test_a_file_of_pymilvus_model_can_be_saved_with_its_analyzer(path):
    path.write_text(json.dumps({**THEIRS, "surplus": {"ignored": [{}]}}))

    sprat.BM25Encoder.load(path, analyzer=WHITESPACE).save(path)

    loaded = sprat.BM25Encoder.load(path)
    assert loaded.analyzer == WHITESPACE
    assert loaded.statistics.document_frequency is None
    assert loaded.encode_queries("b a").indices.tolist() == [0, 1]


def test_an_encoder_with_a_callable_asks_for_it_when_loaded(path):
    sprat.BM25Encoder(str.split).fit(TEXTS).save(path)

    with pytest.raises(InvalidArgumentError, match=r"fitted with a Python callable.*pass it as analyzer="):
        sprat.BM25Encoder.load(path)
    loaded = sprat.BM25Encoder.load(path, analyzer=str.split)
    assert loaded.encode_queries("c").nnz == 1


def test_tokens_that_json_has_survive(path):
    sprat.BM25Encoder(lambda tokens: tokens).fit([[3, "3", None, 2.5]]).save(path)

    loaded = sprat.BM25Encoder.load(path, analyzer=lambda tokens: tokens)

    assert dict(loaded.vocabulary) == {3: 0, "3": 1, None: 2, 2.5: 3}


def test_tokens_that_are_no_str_are_unknown_to_a_native_analyzer(path):
    sprat.BM25Encoder(lambda tokens: tokens).fit([[3, "3"]]).save(path)

    loaded = sprat.BM25Encoder.load(path, analyzer=WHITESPACE)

    assert loaded.encode_queries(["3 4", "3"]).indices.tolist() == [1, 1]
    with pytest.raises(TypeError, match=r"texts\[1\] must be str, got int"):
        loaded.encode_queries(["3", 3])


def test_an_encoder_without_a_fit_has_nothing_to_save(path):
    with pytest.raises(NotFittedError):
        sprat.BM25Encoder().save(path)

    assert not path.exists()


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80])
def test_a_flipped_bit_is_an_error_or_the_same_answer(path, flip):
    sprat.BM25Encoder(WHITESPACE).fit(["a b", "b c c"]).save(path)
    content = path.read_bytes()
    encoder = sprat.BM25Encoder.load(path)
    expected = bits(encoder.encode_documents(["a b c"])), bits(encoder.encode_queries(["a b c"]))

    survivors = []
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :])
        try:
            encoder = sprat.BM25Encoder.load(path)
        except (CorruptFileError, UnsupportedVersionError):
            continue
        survivors.append((bits(encoder.encode_documents(["a b c"])), bits(encoder.encode_queries(["a b c"]))))

    assert all(answers == expected for answers in survivors)


def test_a_file_cut_anywhere_is_corrupt(path):
    sprat.BM25Encoder(WHITESPACE).fit(["a b", "b"]).save(path)
    content = path.read_bytes()

    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(CorruptFileError):
            sprat.BM25Encoder.load(path)


def test_a_value_edited_by_hand_is_noticed(path):
    sprat.BM25Encoder(WHITESPACE, k1=1.2).fit(["a b"]).save(path)
    path.write_text(path.read_text().replace('"k1": 1.2', '"k1": 1.3'))

    with pytest.raises(CorruptFileError, match="crc32 does not match: the file was changed"):
        sprat.BM25Encoder.load(path)


def test_a_line_end_at_the_end_does_no_harm(path):
    sprat.BM25Encoder(WHITESPACE).fit(["a b"]).save(path)
    path.write_text(path.read_text() + "\n")

    assert sprat.BM25Encoder.load(path).dim == 2


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"k1": ' + b"9" * 5000 + b"}"])
def test_what_is_no_json_is_corrupt(path, content):
    path.write_bytes(content)

    with pytest.raises(CorruptFileError, match="not JSON") as refused:
        sprat.BM25Encoder.load(path)

    assert isinstance(refused.value, SpratError)
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"corpus_size": 3.0}, "corpus_size must be a whole number from 0, found 3.0"),
        ({"corpus_size": -1}, "corpus_size must be a whole number from 0, found -1"),
        ({"corpus_size": True}, "corpus_size must be a whole number from 0, found True"),
        ({"avgdl": "7"}, "avgdl must be a finite number, found '7'"),
        ({"avgdl": -1.0}, "avgdl must not be negative, found -1.0"),
        ({"avgdl": 0}, "avgdl must be positive, found 0"),
        ({"avgdl": 10**400}, "avgdl must be a finite number, found 1000"),
        ({"idf_word": "ab"}, "idf_word must be a list, found str"),
        ({"idf_word": ["a", ["b"]]}, "idf_word holds a list at position 1"),
        ({"idf_word": ["a", math.inf]}, "idf_word holds inf at position 1"),
        ({"idf_word": ["a"]}, "idf_word has 1 entries, idf_value 2"),
        ({"idf_word": ["a", "a"]}, "idf_word holds 'a' at positions 0 and 1"),
        ({"idf_value": {}}, "idf_value must be a list, found dict"),
        ({"idf_value": [0.5, None]}, "idf_value holds a NoneType at position 1"),
        ({"idf_value": [0.5, float("nan")]}, "idf_value must be finite, found nan at position 1"),
        ({"idf_value": [float("-inf"), 1]}, "idf_value must be finite, found -inf at position 0"),
        ({"idf_value": [10**400, 1]}, "idf_value holds a number that does not fit a double"),
        ({"k1": None}, "k1 must be a finite number, found None"),
        ({"b": float("inf")}, "b must be a finite number, found inf"),
        ({"epsilon": "0.25"}, "epsilon must be a finite number, found '0.25'"),
        ({"sprat": None}, "crc32 does not match"),
    ],
    ids=repr,
)
def test_a_wrong_value_is_named(path, change, message):
    path.write_text(json.dumps({**THEIRS, **change}))

    with pytest.raises(CorruptFileError) as refused:
        sprat.BM25Encoder.load(path)

    assert str(refused.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize("key", ["corpus_size", "avgdl", "idf_word", "idf_value", "k1", "b", "epsilon"])
def test_a_missing_key_is_named(path, key):
    path.write_text(json.dumps({name: value for name, value in THEIRS.items() if name != key}))

    with pytest.raises(CorruptFileError, match=f"{key} is missing"):
        sprat.BM25Encoder.load(path)


@pytest.mark.parametrize(
    ("ours", "message"),
    [
        ({"format": "1"}, "sprat.format must be a whole number from 0, found '1'"),
        ({"variant": 3}, "sprat.variant must be a string, found 3"),
        ({"document_count": 3}, "sprat.document_count is 3, corpus_size 2"),
        ({"token_count": 1.5}, "sprat.token_count must be a whole number from 0, found 1.5"),
        ({"document_frequency": [1]}, "idf_word has 2 entries, sprat.document_frequency 1"),
        ({"document_frequency": [1, "2"]}, "sprat.document_frequency holds a str at position 1"),
        ({"document_frequency": [1, 3]}, "sprat.document_frequency must lie between 0 and 2"),
        ({"analyzer": "en"}, "sprat.analyzer must be an object or null, found 'en'"),
        ({"analyzer": {"version": 1}}, "analyzer description: 'tokenizer' is missing in an analyzer"),
    ],
    ids=repr,
)
def test_a_wrong_value_of_our_key_is_named(path, ours, message):
    write_ours(path, {}, ours)

    with pytest.raises(CorruptFileError) as refused:
        sprat.BM25Encoder.load(path)

    assert str(refused.value) == f"{path}: {message}"


@pytest.mark.parametrize(
    "ours", [{"format": 4}, {"variant": "bm25z"}, {"analyzer": {"version": 2, "novel": True}}], ids=repr
)
def test_what_only_a_newer_release_knows_is_another_error(path, ours):
    write_ours(path, {}, ours)

    with pytest.raises(UnsupportedVersionError, match="this release"):
        sprat.BM25Encoder.load(path)


@pytest.mark.parametrize("change", [{"k1": -1}, {"b": 2}])
def test_parameters_out_of_range_are_refused(path, change):
    path.write_text(json.dumps({**THEIRS, **change}))

    with pytest.raises(InvalidArgumentError, match=f"^{next(iter(change))} must be"):
        sprat.BM25Encoder.load(path)


def test_a_missing_file_is_a_file_not_found_error(path):
    with pytest.raises(FileNotFoundError, match=r"bm25\.json"):
        sprat.BM25Encoder.load(path)


def test_saving_into_a_missing_directory_names_the_file(tmp_path):
    with pytest.raises(FileNotFoundError) as refused:
        sprat.BM25Encoder(WHITESPACE).fit(["a"]).save(tmp_path / "none" / "bm25.json")

    assert refused.value.filename == str(tmp_path / "none" / "bm25.json")


@pytest.mark.parametrize("failing", ["fsync", "open"])
def test_a_failed_save_leaves_the_old_file_and_nothing_else(path, monkeypatch, failing):
    encoder = sprat.BM25Encoder(WHITESPACE).fit(["a"])
    path.write_text("old")

    def fail(*arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(OSError, match="No space left"):
        encoder.save(path)
    monkeypatch.undo()

    assert path.read_text() == "old"
    assert os.listdir(path.parent) == [path.name]


def test_tokens_that_json_lacks_leave_the_old_file(path):
    path.write_text("old")

    with pytest.raises(InvalidArgumentError, match="the term b'a' cannot be written"):
        sprat.BM25Encoder(lambda text: [b"a"]).fit(["a"]).save(path)

    assert path.read_text() == "old"


def test_saving_keeps_permissions_and_links(path, tmp_path):
    path.write_text("old")
    path.chmod(0o640)
    link = tmp_path / "link.json"
    link.symlink_to(path)

    sprat.BM25Encoder(WHITESPACE).fit(["a"]).save(link)

    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sprat.BM25Encoder.load(path).dim == 1


def test_a_new_file_gets_the_usual_permissions(path, tmp_path):
    (tmp_path / "usual").touch()

    sprat.BM25Encoder(WHITESPACE).fit(["a"]).save(str(path))

    assert path.stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize(
    "text", ["\ud83d\ude00", pytest.param(float("nan"), id="nan"), pytest.param(("a", "b"), id="tuple")]
)
def test_a_term_that_a_file_cannot_hold_is_refused_when_saving(path, text):
    encoder = sprat.BM25Encoder(lambda token: [token]).fit([text, "x", "y"])

    with pytest.raises(InvalidArgumentError, match="cannot be written to a file and read back"):
        encoder.save(path)
    assert not path.exists()


def test_a_lone_surrogate_goes_through_a_file(path):
    encoder = sprat.BM25Encoder(WHITESPACE).fit(["\ud83d x", "\ude00 y"])
    encoder.save(path)

    assert list(sprat.BM25Encoder.load(path).vocabulary) == ["\ud83d", "x", "\ude00", "y"]
