"""PostgreSQL with pgvector, and DuckDB: what they are sent, they find as SparseIndex does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

import sprat
from collections_of_vectors import one_row
from embedded_server import postgres_server
from engine_corpus import LARGE, SMALL, corpus
from sprat.errors import InvalidArgumentError
from sprat.export import duckdb, pgvector

SIZES = [SMALL, pytest.param(LARGE, marks=pytest.mark.engines)]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as folder:
        yield folder


@pytest.fixture
def postgres(server) -> Iterator[Any]:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(host=server, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        yield connection


@pytest.fixture
def duck() -> Iterator[Any]:
    connection = pytest.importorskip("duckdb", reason="needs duckdb: make test installs it").connect()
    yield connection
    connection.close()


@pytest.fixture
def eye() -> csr_array:
    return csr_array(np.eye(3, dtype=np.float32))


def found(connection: Any, name: str, queries: list[str]) -> list[Any]:
    best = f"SELECT id, -(sparse <#> %s::sparsevec) FROM {name} ORDER BY sparse <#> %s::sparsevec LIMIT 10"
    return [
        [hit for hit in connection.execute(best, (query, query)).fetchall() if hit[1] > 0]
        for query in queries
    ]


def table(connection: Any, query: str) -> list[Any]:
    return connection.execute(query).fetchall()


@pytest.mark.engines
def test_postgres_finds_ten_thousand_documents_as_the_index_does(postgres):
    whole = corpus(LARGE)

    sent = pgvector.to_table(postgres, "docs", whole.documents, fields={"text": whole.texts})

    assert [(sent,)] == table(postgres, "SELECT count(*) FROM docs")
    assert sent == len(sprat.export.validate(whole.documents, "pgvector"))
    whole.assert_found(found(postgres, "docs", pgvector.queries(whole.queries)))


@pytest.mark.engines
def test_postgres_gets_columns_of_each_kind(postgres, eye):
    fields = {
        "text": ["x\ty\\n", None, "é"],
        "whole": [1, 2, None],
        "real": [0.5, 1.0, 2.0],
        "flag": [True, False, True],
        "json": [{"a": [1, "é"]}, None, {}],
        "dense": np.array([[1, 0], [0, 1], [0.5, 0.25]], np.float32),
        'a "name"': ["x", "y", "z"],
    }

    pgvector.to_table(postgres, 'my "docs"', iter([eye[:1], eye[1:]]), ids=list("abc"), fields=fields)

    rows = table(
        postgres, 'SELECT id, text, whole, real, flag, json, dense::text, "a ""name""" FROM "my ""docs"""'
    )
    assert rows == [
        ("a", "x\ty\\n", 1, 0.5, True, {"a": [1, "é"]}, "[1,0]", "x"),
        ("b", None, 2, 1.0, False, None, "[0,1]", "y"),
        ("c", "é", None, 2.0, True, {}, "[0.5,0.25]", "z"),
    ]


@pytest.mark.engines
def test_a_file_for_copy_is_what_to_table_sends(postgres, tmp_path):
    whole = corpus(SMALL)
    fields = {"text": [f"{text}\t\\ \n é" for text in whole.texts]}
    pgvector.to_table(postgres, "sent", whole.documents, fields=fields)
    sprat.export.write(tmp_path / "docs.copy", whole.documents, "pgvector", fields=fields)

    postgres.execute("CREATE TABLE copied (id bigint, sparse sparsevec, text text)")
    with postgres.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as copy:
        copy.write((tmp_path / "docs.copy").read_bytes())

    difference = "SELECT * FROM copied EXCEPT SELECT id, sparse, text FROM sent"
    assert table(postgres, difference) == []
    assert table(postgres, "SELECT count(*) FROM copied") == table(postgres, "SELECT count(*) FROM sent")


@pytest.mark.engines
def test_postgres_keeps_replaces_or_adds_to_a_table_and_nothing_half_done(postgres, eye):
    def state() -> list[Any]:
        return table(postgres, "SELECT id, sparse::text FROM docs ORDER BY id")

    pgvector.to_table(postgres, "docs", eye)
    before = state()

    def interrupted():
        yield eye
        raise KeyboardInterrupt

    for exists in ("append", "replace"):
        with pytest.raises(KeyboardInterrupt):
            pgvector.to_table(postgres, "docs", interrupted(), exists=exists)
        with pytest.raises(InvalidArgumentError, match="row 3: term 0"):
            pgvector.to_table(postgres, "docs", iter([eye, -eye]), exists=exists)
    with pytest.raises(InvalidArgumentError, match="table 'docs' is there already"):
        pgvector.to_table(postgres, "docs", eye, ids=[7, 8, 9])
    assert state() == before

    assert pgvector.to_table(postgres, "docs", eye * 2, ids=[2, 3, 4], exists="append") == 3
    assert [row[0] for row in state()] == [0, 1, 2, 3, 4]
    assert found(postgres, "docs", ["{1:1}/1000000000"]) == [[(2, 2.0), (0, 1.0)]]
    assert pgvector.to_table(postgres, "docs", eye, ids=[7, 8, 9], exists="replace") == 3
    assert [row[0] for row in state()] == [7, 8, 9]
    with pytest.raises(InvalidArgumentError, match="row 3"):
        pgvector.to_table(postgres, "new", iter([eye, -eye]))
    assert table(postgres, "SELECT to_regclass('new')") == [(None,)]


@pytest.mark.engines
def test_rows_with_new_terms_stand_beside_old_ones(postgres):
    texts = ["cat dog", "dog hen", "owl cat"]
    encoder = sprat.BM25Encoder(str.split).fit(texts[:2])
    pgvector.to_table(postgres, "docs", encoder.encode_documents(texts[:2]))
    encoder.partial_fit(texts[2:])

    pgvector.to_table(postgres, "docs", encoder.encode_documents(texts[2:]), ids=[2], exists="append")

    [hits] = found(postgres, "docs", pgvector.queries(encoder.encode_queries("owl")))
    assert [name for name, _ in hits] == [2]


def sparse(count: int, width: int = 20_000) -> csr_array:
    return csr_array(([0.5] * count, range(count), [0, count]), shape=(1, width))


@pytest.mark.engines
@pytest.mark.parametrize(
    ("matrix", "theirs", "text"),
    [
        (sparse(16_001), "cannot have more than 16000 non-zero elements", None),
        (one_row((10**9, 0.5), width=2**31), "more than 1000000000 dim", "{1000000001:0.5}/1000000001"),
        (one_row((1, np.nan)), "NaN not allowed", "{2:NaN}/8"),
        (one_row((1, np.inf)), "infinite value not allowed", "{2:Infinity}/8"),
        (one_row((1, 1e39)), "out of range", "{2:1e39}/8"),
    ],
)
def test_our_error_comes_before_postgres_s(postgres, matrix, theirs, text):
    postgres.execute("CREATE EXTENSION vector")
    if text is None:
        text = "{" + ",".join(f"{column + 1}:0.5" for column in matrix.indices) + "}/1000000000"

    with pytest.raises(Exception, match=theirs):
        postgres.execute("SELECT %s::sparsevec", (text,))
    with pytest.raises(InvalidArgumentError, match="row 0"):
        pgvector.to_table(postgres, "docs", matrix)


@pytest.mark.engines
def test_hnsw_takes_a_thousand_entries_and_is_used(postgres):
    rows = csr_array(np.ones((3, 1_000), np.float32) * [[1.0], [2.0], [3.0]])

    assert pgvector.to_table(postgres, "docs", rows, hnsw=True) == 3
    with pytest.raises(InvalidArgumentError, match="at most 1000 entries in pgvector's HNSW, got 1001"):
        pgvector.to_table(postgres, "more", sparse(1_001), hnsw=True)
    pgvector.to_table(postgres, "more", sparse(1_001))
    with pytest.raises(Exception, match="1000 non-zero elements for hnsw"):
        postgres.execute("CREATE INDEX ON more USING hnsw (sparse sparsevec_ip_ops)")

    postgres.execute("SET enable_seqscan = off")
    plan = table(postgres, "EXPLAIN SELECT id FROM docs ORDER BY sparse <#> '{1:1}/1000000000' LIMIT 1")
    assert "docs_sparse_idx" in str(plan)
    assert found(postgres, "docs", ["{1:1}/1000000000"])[0][0] == (2, 3.0)


@pytest.mark.engines
def test_rows_without_entries_are_found_by_nothing(postgres, duck):
    matrix = csr_array(([0.5, 1.0], [0, 2], [0, 1, 1, 2]), shape=(3, 4), dtype=np.float32)
    everything = csr_array(np.ones((1, 4), np.float32))

    assert pgvector.to_table(postgres, "docs", matrix, empty="sentinel") == 3
    assert duckdb.to_table(duck, "docs", matrix, empty="sentinel") == 3

    assert found(postgres, "docs", pgvector.queries(everything)) == [[(2, 1.0), (0, 0.5)]]
    assert duckdb.search(duck, "docs", everything) == [[(2, 1.0), (0, 0.5)]]


@pytest.mark.parametrize("size", SIZES)
def test_duckdb_finds_documents_as_the_index_does(duck, size):
    whole = corpus(size)

    sent = duckdb.to_table(duck, "docs", whole.documents)

    assert sent == len(sprat.export.validate(whole.documents, "duckdb"))
    assert table(duck, "SELECT count(*) FROM docs") == [(whole.documents.nnz,)]
    whole.assert_found(duckdb.search(duck, "docs", whole.queries))


def test_duckdb_reads_the_file_of_postings(duck, tmp_path):
    whole = corpus(SMALL)
    duckdb.to_table(duck, "docs", whole.documents)

    sprat.export.write(tmp_path / "docs.parquet", whole.documents, "duckdb")

    path = str(tmp_path / "docs.parquet")
    read = duck.execute("SELECT term, document, weight FROM read_parquet(?) ORDER BY ALL", [path]).fetchall()
    assert read == table(duck, "SELECT * FROM docs ORDER BY ALL")


def test_duckdb_keeps_replaces_or_adds_to_a_table_and_nothing_half_done(duck, eye):
    duckdb.to_table(duck, 'my "docs"', eye, ids=list("abc"))

    def state() -> list[Any]:
        return table(duck, 'SELECT document, term, weight FROM "my ""docs""" ORDER BY ALL')

    def interrupted():
        yield eye
        raise KeyboardInterrupt

    before = state()
    for exists in ("append", "replace"):
        with pytest.raises(KeyboardInterrupt):
            duckdb.to_table(duck, 'my "docs"', interrupted(), ids=list("cdefgh"), exists=exists)
        with pytest.raises(InvalidArgumentError, match=r"row 3 \('f'\): term 0"):
            duckdb.to_table(duck, 'my "docs"', iter([eye, -eye]), ids=list("cdefgh"), exists=exists)
    with pytest.raises(InvalidArgumentError, match="is there already"):
        duckdb.to_table(duck, 'my "docs"', eye)
    assert state() == before == [("a", 0, 1.0), ("b", 1, 1.0), ("c", 2, 1.0)]

    assert duckdb.to_table(duck, 'my "docs"', eye * 2, ids=list("cde"), exists="append") == 3
    assert state() == [("a", 0, 1.0), ("b", 1, 1.0), ("c", 0, 2.0), ("d", 1, 2.0), ("e", 2, 2.0)]
    assert duckdb.to_table(duck, 'my "docs"', csr_array((3, 3)), exists="replace") == 0
    assert state() == []
    assert duckdb.search(duck, 'my "docs"', eye) == [[], [], []]


@pytest.mark.parametrize("name", ["postings", "asked", "block", "q"])
def test_duckdb_s_table_may_have_any_name(duck, eye, name):
    for ids in ([1, 2, 3], [3, 4, 5]):
        duckdb.to_table(duck, name, eye, ids=ids, exists="append")

    assert duckdb.search(duck, name, eye[[0]]) == [[(1, 1.0), (3, 1.0)]]


def test_duckdb_ranks_equal_scores_by_id_and_gives_k(duck):
    duckdb.to_table(duck, "docs", csr_array(np.ones((5, 1))), ids=[4, 2, 0, 3, 1])

    assert duckdb.search(duck, "docs", csr_array(np.full((1, 1), 2.0)), 3) == [[(0, 2.0), (1, 2.0), (2, 2.0)]]
    with pytest.raises(InvalidArgumentError, match="k must be"):
        duckdb.search(duck, "docs", csr_array((1, 1)), 0)
