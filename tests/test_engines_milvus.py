"""Milvus, embedded: what sprat sends it, it finds as SparseIndex does. `make test-engines` runs this with
milvus-lite of today, written in Python, and with 2.5.1, the last with the core of the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

import sprat
from collections_of_vectors import one_row
from engine_corpus import LARGE, corpus
from sprat.errors import InvalidArgumentError
from sprat.export import milvus

pytestmark = [pytest.mark.engines, pytest.mark.filterwarnings("ignore")]
pytest.importorskip("milvus_lite", reason="needs milvus-lite: make test-engines installs it")

CORE = version("milvus-lite").startswith("2.")
IP = {"metric_type": "IP", "params": {"drop_ratio_search": 0.0}}


@pytest.fixture
def client(tmp_path) -> Iterator[Any]:
    from pymilvus import MilvusClient

    client = MilvusClient(str(tmp_path / "milvus.db"))
    yield client
    client.close()


@pytest.fixture
def eye() -> csr_array:
    return csr_array(np.eye(3, dtype=np.float32))


def found(client: Any, name: str, queries: list[dict[int, float]], k: int = 10) -> list[Any]:
    answers = client.search(name, queries, limit=k, anns_field="sparse", search_params=IP)
    return [[(hit["id"], hit["distance"]) for hit in hits] for hits in answers]


def ids(client: Any, name: str) -> list[Any]:
    return sorted(row["id"] for row in client.query(name, filter="id >= 0", output_fields=["id"]))


def test_ten_thousand_documents_are_found_as_by_the_index(client):
    whole = corpus(LARGE)

    sent = milvus.to_collection(client, "docs", whole.documents)

    assert sent == len(sprat.export.validate(whole.documents, "milvus"))
    assert client.get_collection_stats("docs")["row_count"] == sent
    whole.assert_found(found(client, "docs", milvus.queries(whole.queries)))


def test_a_stream_of_matrices_with_fields_of_every_kind(client, eye):
    fields = {
        "text": ["x", "é", "z"],
        "whole": [1, 2, 3],
        "real": [0.5, 1.0, 2.0],
        "flag": [True, False, True],
        "json": [{"a": 1}, {"b": [1]}, {"c": "é"}],
        "dense": np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32),
    }

    sent = milvus.to_collection(client, "docs", iter([eye[:1], eye[1:]]), ids=iter("abc"), fields=fields)

    assert sent == 3
    row = client.query("docs", filter='id == "b"', output_fields=list(fields))[0]
    assert {name: row[name] for name in ("text", "whole", "real", "flag")} == {
        "text": "é", "whole": 2, "real": 1.0, "flag": False,
    }  # fmt: skip
    json_value = row["json"] if isinstance(row["json"], dict) else json.loads(row["json"])
    assert json_value == {"b": [1]}
    near = client.search("docs", [[0.0, 1.0]], limit=1, anns_field="dense")
    assert near[0][0]["id"] == "b"


def test_dense_and_sparse_are_searched_together(client, eye):
    from pymilvus import AnnSearchRequest, RRFRanker

    dense = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
    milvus.to_collection(client, "docs", eye, fields={"dense": dense})

    requests = [
        AnnSearchRequest([[1.0, 0.0]], "dense", {"metric_type": "COSINE"}, limit=3),
        AnnSearchRequest(milvus.queries(eye[[0]]), "sparse", IP, limit=3),
    ]
    hits = client.hybrid_search("docs", requests, RRFRanker(), limit=3)[0]

    assert hits[0]["id"] == 0
    assert hits[0]["distance"] == pytest.approx(2 / 61)


def test_an_existing_collection_is_kept_replaced_or_added_to(client, eye):
    milvus.to_collection(client, "docs", eye)

    with pytest.raises(InvalidArgumentError, match="collection 'docs' is there already: exists='replace'"):
        milvus.to_collection(client, "docs", eye, ids=[7, 8, 9])
    with pytest.raises(InvalidArgumentError, match="exists must be 'error', 'replace' or 'append', got 'x'"):
        milvus.to_collection(client, "docs", eye, exists="x")
    assert ids(client, "docs") == [0, 1, 2]

    assert milvus.to_collection(client, "docs", eye * 2, ids=[2, 3, 4], exists="append") == 3
    assert ids(client, "docs") == [0, 1, 2, 3, 4]
    assert found(client, "docs", [{0: 1.0}]) == [[(2, 2.0), (0, 1.0)]]

    assert milvus.to_collection(client, "docs", eye, ids=[7, 8, 9], exists="replace") == 3
    assert ids(client, "docs") == [7, 8, 9]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_what_is_interrupted_leaves_no_collection(client, eye, error):
    def parts():
        yield eye
        raise error

    with pytest.raises(error):
        milvus.to_collection(client, "docs", parts())
    with pytest.raises(
        InvalidArgumentError, match=r"row 3: term 0 must have a weight of at least 0, got -1\.0"
    ):
        milvus.to_collection(client, "docs", iter([eye, -eye]))
    with pytest.raises(InvalidArgumentError, match="row 0: term 0"):
        milvus.to_collection(client, "docs", -eye)
    with pytest.raises(InvalidArgumentError, match="ids must have a value for each row"):
        milvus.to_collection(client, "docs", eye, ids=[1, 2])
    with pytest.raises(InvalidArgumentError, match="no row to send"):
        milvus.to_collection(client, "docs", csr_array((3, 3)))

    assert client.list_collections() == []


def test_a_bad_matrix_leaves_the_old_collection_where_it_would_be_replaced(client, eye):
    milvus.to_collection(client, "docs", eye)

    with pytest.raises(InvalidArgumentError, match="row 0"):
        milvus.to_collection(client, "docs", -eye, exists="replace")

    assert ids(client, "docs") == [0, 1, 2]


def test_rows_without_entries_are_not_in_it_or_found_by_nothing(client):
    matrix = csr_array(([0.5, 1.0], [0, 2], [0, 1, 1, 2]), shape=(3, 4), dtype=np.float32)

    assert milvus.to_collection(client, "skip", matrix) == 2
    assert milvus.to_collection(client, "sentinel", matrix, empty="sentinel") == 3

    assert ids(client, "skip") == [0, 2]
    assert ids(client, "sentinel") == [0, 1, 2]
    everything = dict.fromkeys(range(4), 1.0)
    assert found(client, "sentinel", [everything, {}]) == [[(2, 1.0), (0, 0.5)], []]


WRONG = [
    ("negative", {1: -0.5}, one_row((1, -0.5)), "non-negative", None),
    ("infinite", {1: np.inf}, one_row((1, np.inf)), "finite", None),
    ("not a number", {1: np.nan}, one_row((1, np.nan)), "must not be NaN", "must not be NaN"),
    ("beyond float32", {1: 1e39}, one_row((1, 1e39)), "too large", "too large"),
    ("last column", {2**32 - 1: 0.5}, one_row((2**32 - 1, 0.5), width=2**32), "less than 2", "less than 2"),
    ("empty", {}, one_row(), "at least one nonzero", None),
]


@pytest.mark.parametrize(("weights", "matrix", "python", "core"), [case[1:] for case in WRONG],
                         ids=[case[0] for case in WRONG])  # fmt: skip
def test_our_error_comes_before_the_engine_s(client, eye, weights, matrix, python, core):
    from pymilvus import MilvusException

    milvus.to_collection(client, "docs", eye)

    theirs = core if CORE else python
    if theirs is not None:
        with pytest.raises(MilvusException, match=theirs):
            client.insert("docs", [{"id": 9, "sparse": weights}])
    with pytest.raises(InvalidArgumentError, match="row 0"):
        milvus.to_collection(client, "docs", matrix, ids=[9], exists="append", empty="error")
    assert ids(client, "docs") == [0, 1, 2]


def test_what_the_engine_takes_is_sent(client):
    last = one_row((2**32 - 2, 0.5), width=2**32)
    twice = csr_array(([0.5, 0.25], [1, 1], [0, 2]), shape=(1, 2**32))
    many = csr_array(np.ones((1, 20_000), np.float32))

    milvus.to_collection(client, "docs", iter([last, twice]))
    milvus.to_collection(client, "many", many)

    assert found(client, "docs", [{2**32 - 2: 1.0}, {1: 1.0}]) == [[(0, 0.5)], [(1, 0.75)]]
    assert found(client, "many", [{19_999: 2.0}]) == [[(0, 2.0)]]


def test_a_negative_query_is_refused_by_both(client, eye):
    from pymilvus import MilvusException

    milvus.to_collection(client, "docs", eye)

    with pytest.raises(MilvusException, match="negative"):
        found(client, "docs", [{1: -0.5}])
    with pytest.raises(InvalidArgumentError, match=r"row 0: term 1 .*negative='drop'"):
        milvus.queries(one_row((1, -0.5)))


@pytest.mark.skipif(CORE, reason="the file is the same")
def test_bulk_files_are_those_of_the_writer_of_pymilvus(tmp_path, client):
    writer = pytest.importorskip("pymilvus.bulk_writer", reason="needs pymilvus[bulk-writer]")
    import pyarrow.parquet as parquet
    from pymilvus import DataType

    matrix = corpus(400).documents
    texts = corpus(400).texts
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_field("text", DataType.VARCHAR, max_length=65_535)
    schema.verify()
    for kind in (writer.BulkFileType.PARQUET, writer.BulkFileType.JSON):
        bulk = writer.LocalBulkWriter(schema, str(tmp_path / kind.name), file_type=kind)
        for row in sprat.export.rows(matrix, "milvus", fields={"text": texts}):
            bulk.append_row(row)
        bulk.commit()
    [theirs_parquet] = (tmp_path / "PARQUET").rglob("*.parquet")
    [theirs_json] = (tmp_path / "JSON").rglob("*.json")

    for name in ("ours.parquet", "ours.json"):
        sprat.export.write(tmp_path / name, matrix, "milvus", fields={"text": texts})

    ours, theirs = parquet.read_table(tmp_path / "ours.parquet"), parquet.read_table(theirs_parquet)
    assert [(field.name, str(field.type)) for field in ours.schema] == [
        (field.name, str(field.type)) for field in theirs.schema
    ]
    for mine, other in zip(ours.to_pylist(), theirs.to_pylist(), strict=True):
        assert json.loads(mine.pop("sparse")) == json.loads(other.pop("sparse"))
        assert mine == other
    mine, other = (json.loads(path.read_text()) for path in (tmp_path / "ours.json", theirs_json))
    assert mine["rows"] == (other["rows"] if isinstance(other, dict) else other)
