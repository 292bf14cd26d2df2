"""sprat.export: what an engine would refuse, or take amiss, is refused before it is sent."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.sparse import coo_array, csr_array

import sprat
from collections_of_vectors import one_row
from sprat.errors import InvalidArgumentError, SpratError

TEXTS = ["a cat sat", "the dog ran", "", "cat and dog"]
LUCENE = ["opensearch", "opensearch-seismic", "elasticsearch"]


@pytest.fixture(scope="module")
def matrix() -> csr_array:
    """Rows (0: 0.5, 3: 0.25), nothing, (2: 1.0)."""
    return csr_array(([0.5, 0.25, 1.0], [0, 3, 2], [0, 2, 2, 3]), shape=(3, 4), dtype=np.float32)


@pytest.mark.parametrize("target", sprat.export.TARGETS)
@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (-0.5, r"row 0: term 3 \('cat'\) must have a weight of at least 0, got -0.5: a negative weight is"),
        (np.nan, r"row 0: term 3 \('cat'\) must have a finite weight of 32 bits, got nan"),
        (np.inf, "finite weight of 32 bits, got inf"),
        (1e39, r"finite weight of 32 bits, got 1e\+39"),
    ],
)
def test_no_engine_gets_a_weight_that_is_negative_or_not_finite(target, weight, message):
    matrix = one_row((1, 0.5), (3, weight))

    for terms in ({"the": 0, "cat": 3}, ["the", "a", "an", "cat"]):
        with pytest.raises(InvalidArgumentError, match=message):
            sprat.export.validate(matrix, target, terms=terms)
        with pytest.raises(InvalidArgumentError, match=message):
            list(sprat.export.rows(matrix, target, terms=terms))


def wide(count: int) -> csr_array:
    return one_row(*((column, 0.5) for column in range(count)), width=count)


@pytest.mark.parametrize(
    ("target", "sound", "wrong", "message"),
    [
        ("milvus", one_row((2**32 - 2, 0.5), width=2**32), one_row((2**32 - 1, 0.5), width=2**32),
         "row 0: term 4294967295 must be below 4294967295 in Milvus"),
        ("qdrant", one_row((2**32 - 1, 0.5), width=2**33), one_row((2**32, 0.5), width=2**33),
         "row 0: term 4294967296 must be below 4294967296 in Qdrant"),
        ("pinecone", one_row((2**32 - 1, 0.5), width=2**33), one_row((2**32, 0.5), width=2**33),
         "row 0: term 4294967296 must be below 4294967296 in Pinecone"),
        ("pgvector", one_row((10**9 - 2, 0.5), width=2**32), one_row((10**9 - 1, 0.5), width=2**32),
         "row 0: term 999999999 must be below 999999999 in pgvector"),
        ("pgvector", wide(16_000), wide(16_001),
         "row 0 must have at most 16000 entries in pgvector, got 16001"),
        ("pgvector-hnsw", wide(1_000), wide(1_001), "at most 1000 entries in pgvector's HNSW, got 1001"),
        ("pinecone", wide(2_048), wide(2_049), "at most 2048 entries in Pinecone, got 2049"),
        ("opensearch-seismic", one_row((0, 3.0)), one_row((0, 3.1)),
         r"row 0: term 0 must weigh at most 3 in OpenSearch, got 3.1"),
        ("opensearch", one_row((0, 1.17549436e-38)), one_row((0, 1e-38)),
         "must weigh at least 1.17549435e-38 in OpenSearch, got 1e-38"),
        ("elasticsearch", one_row((0, 1.17549436e-38)), one_row((0, 1e-39)),
         "must weigh at least 1.17549435e-38 in Elasticsearch, got 1e-39"),
    ],
)  # fmt: skip
def test_a_limit_is_a_limit(target, sound, wrong, message):
    assert sprat.export.validate(sound, target).tolist() == [0]
    with pytest.raises(InvalidArgumentError, match=message):
        sprat.export.validate(wrong, target)


@pytest.mark.parametrize(
    ("target", "sound", "wrong", "allowed"),
    [
        ("milvus", [-(2**63), 2**63 - 1], [2**63, True, 1.5, None, "", "x" * 65_536], "64 bits, or strings"),
        ("milvus", ["a", "b" * 65_535], ["\ud800", "a\0"], "64 bits, or strings"),
        ("qdrant", [0, 2**64 - 1, "550e8400-e29b-41d4-a716-446655440000"], [-1, 2**64, "d1"], "UUIDs"),
        ("elasticsearch", ["d1", 5, "é" * 256], ["", "é" * 257, 2.0], "1 to 512 bytes"),
        ("opensearch", ["d1", 5], ["x" * 513], "1 to 512 bytes"),
        ("pinecone", ["d1", 5, "x" * 512], ["é", "", "x" * 513, b"d1"], "512 ASCII"),
        ("pgvector", ["d1", "é"], ["", "a\0b"], "without NUL"),
        ("duckdb", [1, 2], [2**63], "64 bits"),
    ],
)
def test_ids_are_what_the_engine_takes(target, sound, wrong, allowed):
    matrix = csr_array(np.ones((len(sound), 2)))

    assert len(list(sprat.export.rows(matrix, target, ids=sound))) >= len(sound)
    for name in wrong:
        with pytest.raises(InvalidArgumentError, match=f"row 0: .* takes .*{allowed}"):
            list(sprat.export.rows(matrix[[0]], target, ids=[name]))


def test_no_two_ids_are_the_same_and_numbers_do_not_mix_with_strings():
    matrix = csr_array(np.eye(3))

    with pytest.raises(InvalidArgumentError, match="row 2: id 'a' is there already"):
        list(sprat.export.rows(matrix, "milvus", ids=["a", "b", "a"]))
    with pytest.raises(InvalidArgumentError, match="row 1: id '1' is there already"):
        list(sprat.export.rows(matrix, "pinecone", ids=[1, "1", 2]))
    uuid = "550e8400-e29b-41d4-a716-446655440000"
    with pytest.raises(InvalidArgumentError, match=r"row 1: id 'urn:uuid.*' is there already"):
        list(sprat.export.rows(matrix, "qdrant", ids=[uuid.upper(), f"urn:uuid:{uuid}", 1]))
    with pytest.raises(InvalidArgumentError, match="row 1: pgvector takes either numbers or strings"):
        list(sprat.export.rows(matrix, "pgvector", ids=[1, "2", 3]))


def test_rows_without_entries_can_be_an_error(matrix):
    with pytest.raises(InvalidArgumentError, match=r"row 1 \('b'\) has no entry: empty='skip'"):
        list(sprat.export.rows(matrix, "qdrant", ids=["b", "b", "c"], empty="error"))
    with pytest.raises(InvalidArgumentError, match="row 1 has no entry"):
        sprat.export.validate(matrix, "qdrant", empty="error")
    with pytest.raises(InvalidArgumentError, match="empty must be 'skip', 'sentinel' or 'error', got 'keep'"):
        sprat.export.validate(matrix, "qdrant", empty="keep")


def test_the_sentinel_s_column_is_nobody_else_s():
    matrix = one_row((2**32 - 2, 1.0), width=2**32)

    assert sprat.export.validate(matrix, "milvus").tolist() == [0]
    with pytest.raises(InvalidArgumentError, match="term 4294967294 is the sentinel of empty rows"):
        sprat.export.validate(matrix, "milvus", empty="sentinel")


def test_a_floor_of_zero_takes_negative_weights_out():
    encoder = sprat.BM25Encoder(str.split, variant="okapi").fit(["a b", "a b", "a b", "a c"])
    queries = encoder.encode_queries(["a c", "b"])
    assert (queries.toarray() < 0).any()

    with pytest.raises(InvalidArgumentError, match=r"row 0: term 0 \('a'\).*got -0.18.*only 'okapi'.*'drop'"):
        sprat.export.milvus.queries(queries, terms=encoder.vocabulary)
    found = sprat.export.milvus.queries(queries, negative="drop")

    assert [list(query) for query in found] == [[2], []]
    assert sprat.export.validate(queries, "milvus", negative="drop").tolist() == [0]


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (np.ones((2, 2)), TypeError, "sparse matrix or an iterable of them, got ndarray"),
        ([np.ones((2, 2))], TypeError, "matrix 0 must be a SciPy sparse matrix or array, got ndarray"),
        ("text", TypeError, "got str"),
        (5, TypeError, "got int"),
        ({"a": 1}, TypeError, "got dict"),
        (csr_array(np.eye(2, dtype=complex)), TypeError, "real numbers, got complex128"),
        (coo_array(np.ones(3)), InvalidArgumentError, r"two-dimensional, got shape \(3,\)"),
        (
            [csr_array((1, 2)), csr_array((1, 3))],
            InvalidArgumentError,
            "matrix 1 must have 2 columns as those",
        ),
    ],
)
def test_what_is_no_matrix_is_refused(wrong, error, message):
    with pytest.raises(error, match=message):
        sprat.export.validate(wrong, "milvus")


def test_a_damaged_matrix_is_refused():
    damaged = csr_array(np.eye(3))
    damaged.indices[1] = 7

    with pytest.raises(InvalidArgumentError, match="column index 1 must be below 3, got 7"):
        sprat.export.validate(damaged, "milvus")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"ids": [1, 2]}, InvalidArgumentError, "ids must have a value for each row, but ends after 2"),
        ({"ids": [1, 2, 3, 4]}, InvalidArgumentError, "ids must have a value for each of 3 rows"),
        ({"fields": {1: TEXTS}}, TypeError, "a name must be a str that is not empty, got 1"),
        ({"ids": "abc"}, TypeError, "ids must be a list or another iterable, got str"),
        ({"fields": {"t": ["x"]}}, InvalidArgumentError, r"fields\['t'\] must have a value for each row"),
        ({"fields": {"id": TEXTS}}, InvalidArgumentError, "a field must not have the name 'id'"),
        ({"vector": "id"}, InvalidArgumentError, "a field must not have the name 'id'"),
        ({"fields": ["t"]}, TypeError, "fields must be a mapping from names, got list"),
        ({"fields": {"t": [[0.5], [0.5, 1.0], [1.0]]}}, InvalidArgumentError,
         r"row 1: fields\['t'\] must be a vector of 1 finite floats, as the first is, got \[0.5, 1.0\]"),
        ({"fields": {"t": [np.ones(2), "x", None]}}, InvalidArgumentError, "row 1: .* vector of 2"),
        ({"fields": {"sparse": TEXTS}}, InvalidArgumentError, "must not have the name 'sparse'"),
        ({"fields": {"t": ["x", "y", None]}}, InvalidArgumentError, "row 2: t must have a value in Milvus"),
        ({"fields": {"t": ["x", "y", object()]}}, InvalidArgumentError, "row 2: t cannot be sent to Milvus"),
        ({"fields": {"t": ["x", "y", "\ud800"]}}, InvalidArgumentError, "row 2: t cannot be sent to Milvus"),
        ({"fields": {"t": [0.5, 1.0, np.nan]}}, InvalidArgumentError, "row 2: t cannot be sent to Milvus"),
        ({"fields": {"t": ["x", "y", "é" * 32_768]}}, InvalidArgumentError, "at most 65535 bytes in"),
        ({"fields": {"t": [[0.5, np.inf]] * 3}}, InvalidArgumentError, "row 0: .* vector of 2 finite floats"),
        ({"negative": "clip"}, InvalidArgumentError, "negative must be 'error' or 'drop', got 'clip'"),
        ({"empty": "keep them"}, InvalidArgumentError, "empty must be"),
    ],
)  # fmt: skip
def test_what_does_not_go_with_the_rows_is_refused(options, error, message, matrix):
    with pytest.raises(error, match=message):
        list(sprat.export.rows(matrix, "milvus", **options))


@pytest.mark.parametrize("target", ["", "Milvus", None, ["milvus"], "vespa"])
def test_unknown_targets_are_refused(target, matrix):
    for call in (sprat.export.validate, sprat.export.rows, sprat.export.lines):
        with pytest.raises(
            InvalidArgumentError, match=f"target must be 'milvus', .*, got {target!r}".replace("[", r"\[")
        ):
            call(matrix, target)


def test_pinecone_s_metadata_and_batches_have_their_limits(matrix):
    def first(**fields):
        return next(sprat.export.rows(matrix, "pinecone", fields={k: [v] * 3 for k, v in fields.items()}))

    assert first(a="x", b=1, c=0.5, d=True, e=["x"])["metadata"] == {
        "a": "x",
        "b": 1,
        "c": 0.5,
        "d": True,
        "e": ["x"],
    }
    assert first(dense=[0.5, 1.0])["values"] == [0.5, 1.0]
    for wrong in (None, {"x": 1}, ["x", 1]):
        with pytest.raises(InvalidArgumentError, match="row 0: a must be a text, a number, a bool"):
            first(a=wrong)
    with pytest.raises(InvalidArgumentError, match="at most 40960 bytes in Pinecone, got 4100"):
        first(a="x" * 41_000)
    with pytest.raises(
        InvalidArgumentError, match="row 0: Pinecone has one dense vector a record, got a and b"
    ):
        first(a=[0.5], b=[1.0])
    with pytest.raises(InvalidArgumentError, match="row 0: a dense vector must not be all zeros in Pinecone"):
        first(a=[0.0, 0.0])
    many = csr_array(np.ones((2_500, 1)))
    assert [len(batch) for batch in sprat.export.pinecone.batches(many)] == [1_000, 1_000, 500]
    text = {"t": ["x" * 30_000] * 150}
    sizes = [len(json.dumps(batch)) for batch in sprat.export.pinecone.batches(many[:150], fields=text)]
    assert len(sizes) == 3
    assert max(sizes) <= 2_000_000


def test_every_error_is_sprat_s(matrix):
    with pytest.raises(SpratError):
        sprat.export.validate(-matrix, "duckdb")
