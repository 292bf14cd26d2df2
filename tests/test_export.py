"""sprat.export: rows in each engine's own format, streamed, and files of them."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest
from scipy.sparse import coo_array, csr_array, csr_matrix, random_array

import sprat
from collections_of_vectors import one_row
from sprat.errors import InvalidArgumentError

TEXTS = ["a cat sat", "the dog ran", "", "cat and dog"]
LUCENE = ["opensearch", "opensearch-seismic", "elasticsearch"]


@pytest.fixture(scope="module")
def matrix() -> csr_array:
    """Rows (0: 0.5, 3: 0.25), nothing, (2: 1.0)."""
    return csr_array(([0.5, 0.25, 1.0], [0, 3, 2], [0, 2, 2, 3]), shape=(3, 4), dtype=np.float32)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("milvus", {"id": 0, "sparse": {0: 0.5, 3: 0.25}, "text": "x"}),
        (
            "qdrant",
            {
                "id": 0,
                "vector": {"sparse": {"indices": [0, 3], "values": [0.5, 0.25]}},
                "payload": {"text": "x"},
            },
        ),
        ("opensearch", {"_id": "0", "_source": {"sparse": {"0": 0.5, "3": 0.25}, "text": "x"}}),
        ("elasticsearch", {"_id": "0", "_source": {"sparse": {"0": 0.5, "3": 0.25}, "text": "x"}}),
        ("pgvector", (0, "{1:0.5,4:0.25}/1000000000", "x")),
        (
            "pinecone",
            {
                "id": "0",
                "sparse_values": {"indices": [0, 3], "values": [0.5, 0.25]},
                "metadata": {"text": "x"},
            },
        ),
    ],
)
def test_a_row_is_in_the_engine_s_own_format(matrix, target, expected):
    found = list(sprat.export.rows(matrix, target, fields={"text": ["x", "y", "z"]}))

    assert found[0] == expected
    assert len(found) == 2


def test_duckdb_has_a_row_for_each_posting(matrix):
    found = list(sprat.export.rows(matrix, "duckdb", ids=["a", "b", "c"]))

    assert found == [(0, "a", 0.5), (3, "a", 0.25), (2, "c", 1.0)]
    with pytest.raises(TypeError, match="fields"):
        list(sprat.export.rows(matrix, "duckdb", fields={"text": TEXTS}))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            "milvus",
            '{"rows":[\n{"id":7,"sparse":{"0":0.5,"3":0.25},"text":"ä\\t\\\\"},\n'
            '{"id":9,"sparse":{"2":1.0},"text":null}\n]}\n'.replace("null", '"z"'),
        ),
        (
            "elasticsearch",
            '{"index":{"_id":"7"}}\n{"sparse":{"0":0.5,"3":0.25},"text":"ä\\t\\\\"}\n'
            '{"index":{"_id":"9"}}\n{"sparse":{"2":1.0},"text":"z"}\n',
        ),
        ("pgvector", "7\t{1:0.5,4:0.25}/1000000000\tä\\t\\\\\n9\t{3:1}/1000000000\tz\n"),
        (
            "pinecone",
            '{"id":"7","sparse_values":{"indices":[0,3],"values":[0.5,0.25]},"metadata":{"text":"ä\\t\\\\"}}\n'
            '{"id":"9","sparse_values":{"indices":[2],"values":[1.0]},"metadata":{"text":"z"}}\n',
        ),
    ],
)
def test_a_file_holds_what_the_loader_reads(matrix, target, expected, tmp_path):
    options = {"ids": [7, 8, 9], "fields": {"text": ["ä\t\\", "y", "z"]}}

    sprat.export.write(tmp_path / "rows", matrix, target, **options)

    assert (tmp_path / "rows").read_bytes().decode() == expected
    assert "".join(sprat.export.lines(matrix, target, **options)) == expected


def test_qdrant_s_lines_are_points_and_no_row_makes_whole_json(matrix):
    lines = list(sprat.export.lines(matrix, "qdrant"))

    assert list(map(json.loads, lines)) == list(sprat.export.rows(matrix, "qdrant"))
    assert json.loads("".join(sprat.export.lines(csr_array((2, 3)), "milvus"))) == {"rows": []}


def test_a_failed_write_leaves_the_file_as_it_was(matrix, tmp_path):
    path = tmp_path / "rows"
    path.write_text("before")

    for target in ("pgvector", "milvus"):
        with pytest.raises(InvalidArgumentError, match="row 3: term 0 must"):
            sprat.export.write(path, iter([matrix, one_row((0, -1.0), width=4)]), target)

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_parquet_holds_the_same_rows(matrix, tmp_path):
    import pyarrow.parquet as parquet

    fields = {"text": ["x", "y", "z"], "dense": np.eye(3, dtype=np.float32)}
    for target in ("milvus", "pinecone"):
        sprat.export.write(tmp_path / f"{target}.parquet", matrix, target, fields=fields)
    sprat.export.write(tmp_path / "duckdb.parquet", matrix, "duckdb")

    milvus = parquet.read_table(tmp_path / "milvus.parquet").to_pylist()
    pinecone = parquet.read_table(tmp_path / "pinecone.parquet").to_pylist()
    duckdb = parquet.read_table(tmp_path / "duckdb.parquet").to_pylist()
    assert milvus[1] == {"id": 2, "sparse": '{"2":1.0}', "text": "z", "dense": [0.0, 0.0, 1.0]}
    assert pinecone[0] == {
        "id": "0",
        "sparse_values": {"indices": [0, 3], "values": [0.5, 0.25]},
        "metadata": '{"text":"x"}',
        "values": [1.0, 0.0, 0.0],
    }
    assert [tuple(posting.values()) for posting in duckdb] == [(0, 0, 0.5), (3, 0, 0.25), (2, 2, 1.0)]


def test_files_that_there_are_not_are_refused(matrix, tmp_path):
    with pytest.raises(InvalidArgumentError, match=r"target must be 'milvus'.*for Parquet, got 'qdrant'"):
        sprat.export.write(tmp_path / "a.parquet", matrix, "qdrant")
    with pytest.raises(InvalidArgumentError, match="no lines"):
        sprat.export.write(tmp_path / "a.txt", matrix, "duckdb")
    with pytest.raises(InvalidArgumentError, match="no row to send"):
        sprat.export.write(tmp_path / "a.parquet", csr_array((3, 4)), "milvus")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("empty", "numbers", "ids"), [("skip", [0, 2], ["a", "c"]), ("sentinel", [0, 1, 2], ["a", "b", "c"])]
)
def test_rows_without_entries_are_left_out_or_get_a_term_of_their_own(matrix, empty, numbers, ids):
    found = list(sprat.export.rows(matrix, "milvus", ids=["a", "b", "c"], empty=empty))

    assert sprat.export.validate(matrix, "milvus", empty=empty).tolist() == numbers
    assert [found_row["id"] for found_row in found] == ids
    assert all(found_row["sparse"] for found_row in found)
    if empty == "sentinel":
        assert list(found[1]["sparse"]) == [4294967294]
        assert 0 < found[1]["sparse"][4294967294] < 1.1e-6


def test_zeros_are_no_entries_and_duplicates_are_added_up():
    zeros = one_row((1, 0.0), (2, 0.5), (3, -0.0))
    twice = csr_array(([0.5, 0.25], [2, 2], [0, 2]), shape=(1, 4))

    assert next(sprat.export.rows(zeros, "milvus"))["sparse"] == {2: 0.5}
    assert next(sprat.export.rows(twice, "milvus"))["sparse"] == {2: 0.75}
    assert sprat.export.validate(one_row((1, 0.0)), "milvus").tolist() == []


def test_queries_keep_their_places_and_have_limits_of_their_own():
    queries = csr_array(([5.0, 2.0], [1, 3], [0, 1, 1, 2]), shape=(3, 4), dtype=np.float32)

    assert sprat.export.milvus.queries(queries) == [{1: 5.0}, {}, {3: 2.0}]
    assert sprat.export.qdrant.queries(queries)[1] == {"indices": [], "values": []}
    assert sprat.export.pinecone.queries(queries)[0] == {"indices": [1], "values": [5.0]}
    assert sprat.export.pgvector.queries(queries)[:2] == ["{2:5}/1000000000", "{}/1000000000"]
    assert sprat.export.opensearch.queries(queries, seismic=True)[:2] == [
        {"neural_sparse": {"sparse": {"query_tokens": {"1": 5.0}}}},
        {"match_none": {}},
    ]
    assert sprat.export.elasticsearch.queries(queries, vector="v")[2] == {
        "sparse_vector": {"field": "v", "query_vector": {"3": 2.0}, "prune": False}
    }
    with pytest.raises(InvalidArgumentError, match="must weigh at most 64 in OpenSearch, got 65"):
        sprat.export.opensearch.queries(one_row((0, 65.0)))
    with pytest.raises(InvalidArgumentError, match="must weigh at most 16 in OpenSearch, got 17"):
        sprat.export.opensearch.queries(one_row((0, 17.0)), seismic=True)


def test_a_stream_gives_what_the_whole_gives():
    whole = random_array((5_000, 60), density=0.1, format="csr", rng=np.random.default_rng(7))
    ids = [f"d{number}" for number in range(5_000)]
    parts = (whole[start : start + 700] for start in range(0, 5_000, 700))

    streamed = sprat.export.rows(parts, "milvus", ids=iter(ids), fields={"n": iter(range(5_000))})

    assert list(streamed) == list(sprat.export.rows(whole, "milvus", ids=ids, fields={"n": range(5_000)}))


def test_ids_may_be_a_column_of_any_kind(matrix):
    import pandas
    import polars
    import pyarrow

    for ids in (["7", "8", "9"], [7, 8, 9]):
        expected = list(sprat.export.rows(matrix, "milvus", ids=ids))
        for column in (np.array(ids), pandas.Series(ids), polars.Series(ids), pyarrow.array(ids), iter(ids)):
            assert list(sprat.export.rows(matrix, "milvus", ids=column)) == expected


def test_a_stream_is_read_as_it_is_sent():
    read = []

    def parts():
        for number in range(100):
            read.append(number)
            yield csr_array(np.ones((1_000, 2)))

    rows = sprat.export.rows(parts(), "qdrant")
    for _ in range(1_500):
        next(rows)

    assert read == [0, 1]


def test_other_matrices_are_taken_and_none_is_changed(matrix):
    expected = list(sprat.export.rows(matrix, "milvus"))
    unsorted = csr_array(([0.25, 0.5, 1.0], [3, 0, 2], [0, 2, 2, 3]), shape=(3, 4))

    for other in (csr_matrix(matrix), coo_array(matrix), matrix.tocsc(), matrix.astype(np.float64), unsorted):
        assert list(sprat.export.rows(other, "milvus")) == expected
    assert unsorted.indices.tolist() == [3, 0, 2]
    assert list(sprat.export.rows([matrix[[0]], matrix[[2]]], "milvus", ids=[0, 2])) == expected


def test_mappings_turn_off_what_would_change_scores():
    assert sprat.export.elasticsearch.mapping(vector="v") == {
        "mappings": {"properties": {"v": {"type": "sparse_vector", "index_options": {"prune": False}}}}
    }
    assert sprat.export.opensearch.mapping()["mappings"]["properties"]["sparse"] == {"type": "rank_features"}
    assert sprat.export.opensearch.mapping(seismic=True)["settings"] == {"index": {"sparse": True}}


def test_threads_may_export_one_matrix():
    encoder = sprat.BM25Encoder("en")
    matrix = encoder.fit_encode_documents(TEXTS * 500)
    expected = list(sprat.export.rows(matrix, "qdrant"))
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(list(sprat.export.rows(matrix, "qdrant")) == expected))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [True] * 4
