"""sprat.model's BM25 against golden vectors of pymilvus.model 0.3.4, to the bit (tests/golden/README.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sprat
from sprat.errors import UnsupportedVersionError
from sprat.model.sparse import BM25EmbeddingFunction
from sprat.model.sparse.bm25 import build_default_analyzer

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("bm25_*.json") if path.stem != "bm25_big_lcg")
WHITESPACE = sprat.Analyzer.from_dict({"version": 1, "tokenizer": {"type": "whitespace"}, "filters": []})


def read(name: str) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def analyzers(golden: dict[str, Any]) -> list[tuple[Callable[[Any], list[Any]] | None, str]]:
    """The analyzers that give the golden tokens, each with the suffix of the fields that it takes."""
    language = golden["analyzer"]
    if len(language) == 2:
        default = None if language == "en" else build_default_analyzer(language)
        return [(default, ""), (sprat.Analyzer(language), ""), (list, "_tokens")]
    return [(WHITESPACE, ""), (str.split, ""), (list, "_tokens")]


NEEDED = {"zh": ["jieba"], "jp": ["MeCab", "unidic_lite"]}
CASES = [(name, which) for name in NAMES for which in range(3)]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def case(request) -> tuple[dict[str, Any], BM25EmbeddingFunction, dict[str, list[Any]]]:
    name, which = request.param
    golden = read(name)
    for library in NEEDED.get(golden["analyzer"], ()):
        pytest.importorskip(library)
    analyzer, suffix = analyzers(golden)[which]
    texts = {
        "corpus": golden["corpus" + suffix],
        "extra": golden["extra_tokens" if suffix else "extra_documents"],
        "queries": golden["query_tokens" if suffix else "queries"],
    }
    return golden, BM25EmbeddingFunction(analyzer, corpus=texts["corpus"], **golden["ctor"]), texts


def assert_same_bits(matrix, golden: dict[str, Any]) -> None:
    expected = np.array(golden["data"], np.float64).astype(np.float32)
    assert matrix.shape == tuple(golden["shape"])
    assert matrix.indptr.tolist() == golden["indptr"]
    assert matrix.indices.tolist() == golden["indices"]
    assert matrix.dtype == np.float32
    assert matrix.data.view(np.uint32).tolist() == expected.view(np.uint32).tolist()


def theirs(text: str) -> str:
    """The file without our key, which is what pymilvus.model would have written."""
    assert text.count(', "sprat": ') == 1
    return text[: text.index(', "sprat": ')] + "}"


def test_there_are_golden_files():
    assert len(NAMES) >= 25


def test_every_vector_is_the_golden_one(case):
    golden, bm25, texts = case

    assert_same_bits(bm25.encode_documents(texts["corpus"] + texts["extra"]), golden["encoded_documents"])
    assert_same_bits(bm25.encode_queries(texts["queries"]), golden["encoded_queries"])


def test_fitted_numbers_are_the_golden_ones(case):
    golden, bm25, _ = case

    for name in ("dim", "corpus_size", "avgdl", "average_idf"):
        assert getattr(bm25, name) == golden[name]
    words, values = golden["saved_json"]["idf_word"], golden["saved_json"]["idf_value"]
    assert list(bm25.idf) == words
    assert [repr(value) for value, _ in bm25.idf.values()] == [repr(value) for value in values]
    assert [index for _, index in bm25.idf.values()] == list(range(len(words)))


def test_the_saved_text_is_the_golden_one(case, tmp_path):
    golden, bm25, _ = case

    bm25.save(tmp_path / "bm25.json")

    text = theirs((tmp_path / "bm25.json").read_text())
    assert hashlib.sha256(text.encode()).hexdigest() == golden["saved_text_sha256"]
    assert text == golden.get("saved_text", text)
    assert len(text) == golden["saved_text_len"]


def test_what_pymilvus_model_saved_encodes_to_the_golden_vectors(case, tmp_path):
    golden, bm25, texts = case
    (tmp_path / "theirs.json").write_text(json.dumps(golden["saved_json"]))

    loaded = BM25EmbeddingFunction(bm25.analyzer)
    loaded.load(tmp_path / "theirs.json")

    assert_same_bits(loaded.encode_documents(texts["corpus"] + texts["extra"]), golden["encoded_documents"])
    assert_same_bits(loaded.encode_queries(texts["queries"]), golden["encoded_queries"])


def test_what_pymilvus_model_saved_is_saved_again_byte_for_byte(case, tmp_path):
    golden, bm25, _ = case
    (tmp_path / "theirs.json").write_text(json.dumps(golden["saved_json"]))

    bm25.load(tmp_path / "theirs.json")
    bm25.save(tmp_path / "ours.json")

    assert (tmp_path / "ours.json").read_bytes() == (tmp_path / "theirs.json").read_bytes()


def test_our_own_file_comes_back_whole(case, tmp_path):
    golden, bm25, texts = case

    bm25.save(tmp_path / "first.json")
    loaded = BM25EmbeddingFunction(bm25.analyzer)
    loaded.load(tmp_path / "first.json")
    loaded.save(tmp_path / "second.json")

    assert (tmp_path / "second.json").read_bytes() == (tmp_path / "first.json").read_bytes()
    assert_same_bits(loaded.encode_queries(texts["queries"]), golden["encoded_queries"])


def test_looking_at_idf_changes_no_bit(case):
    golden, bm25, texts = case

    assert len(bm25.idf) == golden["dim"]

    documents = texts["corpus"] + texts["extra"]
    assert_same_bits(bm25.encode_documents(documents), golden["encoded_documents"])
    assert_same_bits(bm25.encode_documents(iter(documents)), golden["encoded_documents"])
    assert_same_bits(bm25.encode_queries(texts["queries"]), golden["encoded_queries"])


def test_an_idf_of_ones_own_is_used_like_the_fitted_one(case):
    golden, bm25, texts = case

    bm25.idf = {word: list(entry) for word, entry in bm25.idf.items()}

    assert bm25.dim == golden["dim"]
    documents = texts["corpus"] + texts["extra"]
    assert_same_bits(bm25.encode_documents(iter(documents)), golden["encoded_documents"])
    assert_same_bits(bm25.encode_queries(texts["queries"]), golden["encoded_queries"])


def test_the_new_encoder_gives_the_golden_vectors_too(case, tmp_path):
    golden, bm25, texts = case
    ctor = {"k1": 1.5, **golden["ctor"]}

    encoder = sprat.BM25Encoder(bm25.analyzer, variant="okapi", **ctor)
    corpus = encoder.fit_encode_documents(texts["corpus"])
    encoder.save(tmp_path / "bm25.json")

    assert_same_bits(encoder.encode_documents(texts["corpus"] + texts["extra"]), golden["encoded_documents"])
    assert_same_bits(encoder.encode_queries(texts["queries"]), golden["encoded_queries"])
    assert abs(corpus - encoder.encode_documents(texts["corpus"])).sum() == 0
    text = theirs((tmp_path / "bm25.json").read_text())
    assert hashlib.sha256(text.encode()).hexdigest() == golden["saved_text_sha256"]


@pytest.mark.parametrize("num_workers", [1, 2, 5, None])
def test_workers_change_no_bit(num_workers):
    golden = read("bm25_en200")

    bm25 = BM25EmbeddingFunction(corpus=golden["corpus"], num_workers=num_workers, **golden["ctor"])

    assert list(bm25.idf) == golden["saved_json"]["idf_word"]
    assert_same_bits(
        bm25.encode_documents(golden["corpus"] + golden["extra_documents"]), golden["encoded_documents"]
    )


def test_the_documentations_example_prints_what_it_says():
    golden = read("bm25_seed3_en")

    bm25 = BM25EmbeddingFunction()
    bm25.fit(golden["corpus"])
    documents = bm25.encode_documents(golden["corpus"])
    query = bm25.encode_queries(["Where was Turing born?"])

    assert (bm25.dim, list(documents)[0].shape) == (21, (1, 21))  # noqa: RUF015
    assert (query.shape, query[0].shape, documents[[0]].shape) == ((1, 21), (1, 21), (1, 21))


class Lcg:
    """The generator of bm25_big_lcg.json."""

    def __init__(self) -> None:
        self.state = 42

    def next(self) -> int:
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return self.state >> 16

    def document(self, longest: int, vocabulary: int) -> str:
        draws = [self.next() for _ in range(1 + self.next() % longest)]
        return " ".join(f"w{((((r * r) >> 16) * r >> 16) * vocabulary) >> 16}" for r in draws)


@pytest.fixture(scope="module")
def big() -> tuple[dict[str, Any], list[str], list[str]]:
    golden, generator = read("bm25_big_lcg"), Lcg()
    corpus = [generator.document(80, 3000) for _ in range(5000)]
    queries = [generator.document(12, 3500) for _ in range(500)]
    for texts, name in ((corpus, "corpus"), (queries, "queries")):
        joined = "\n".join(texts).encode()
        assert hashlib.sha256(joined).hexdigest() == golden[f"sha256_{name}_joined_by_newline"]
    return golden, corpus, queries


@pytest.mark.parametrize("parameters", range(3))
@pytest.mark.parametrize("analyzer", [WHITESPACE, str.split], ids=["native", "callable"])
def test_five_thousand_documents_have_the_golden_checksums(big, parameters, analyzer, tmp_path):
    golden, corpus, queries = big
    expected = golden["cases"][parameters]

    bm25 = BM25EmbeddingFunction(analyzer, corpus=iter(corpus), **expected["ctor"])
    bm25.save(tmp_path / "bm25.json")

    assert (bm25.dim, bm25.avgdl, bm25.average_idf) == tuple(
        expected[name] for name in ("dim", "avgdl", "average_idf")
    )
    assert (
        hashlib.sha256(theirs((tmp_path / "bm25.json").read_text()).encode()).hexdigest()
        == expected["saved_sha256"]
    )
    for matrix, name in (
        (bm25.encode_documents(iter(corpus)), "encode_documents"),
        (bm25.encode_queries(queries), "encode_queries"),
    ):
        sums = expected[name]
        assert list(matrix.shape) == sums["shape"]
        for array, dtype, key in (
            (matrix.indptr, "<i8", "sha256_indptr_i64le"),
            (matrix.indices, "<i8", "sha256_indices_i64le"),
            (matrix.data, "<f4", "sha256_data_f32le"),
        ):
            assert hashlib.sha256(array.astype(dtype).tobytes()).hexdigest() == sums[key]


def test_hashed_terms_are_not_loaded_into_the_drop_in(tmp_path):
    sprat.BM25Encoder("en", vocabulary=sprat.HashedVocabulary("murmur3-abs")).fit(["cats dogs"]).save(
        tmp_path / "bm25.json"
    )

    with pytest.raises(UnsupportedVersionError, match="hashed terms"):
        BM25EmbeddingFunction().load(tmp_path / "bm25.json")


def test_a_fit_inside_encoding_does_not_mix_two_fits():
    bm25 = BM25EmbeddingFunction(corpus=[f"w{number}" for number in range(3000)])

    def texts():
        yield "w2999"
        bm25.fit(["cat dog"])

    matrix = bm25.encode_documents(texts())

    assert matrix.shape == (1, 3000)
    assert matrix.toarray()[0, 2999] > 0
    assert bm25.dim == 2
