"""The commands as a user runs them: what they read, write, print, and refuse."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array, load_npz, save_npz

pytest.importorskip("typer", reason='needs pip install "sprat[cli]"')
pytest.importorskip("rich", reason='needs pip install "sprat[cli]"')

from typer.testing import CliRunner

import sprat
from sprat import demo
from sprat._records import Fields
from sprat._sources import Source
from sprat.reading import Texts

PASSAGES = demo.passages(demo.python_topics())
TEXTS = [passage.text for passage in PASSAGES]
QUERY = "what happens if finally executes return"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def corpus(tmp_path):
    lines = [json.dumps({"_id": passage.id, "text": passage.text}) for passage in PASSAGES]
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines) + "\n")


@pytest.fixture
def write(tmp_path):
    """Write a file of the test's folder."""
    return lambda name, content: (tmp_path / name).write_bytes(
        content if isinstance(content, bytes) else content.encode()
    )


@pytest.fixture
def answers(run):
    """Run a search and return, for each query, the ids it found."""

    def answers(*arguments):
        code, out, err = run("search", "--json", *arguments)
        assert (code, err) == (0, "")
        return [[hit["id"] for hit in json.loads(line)["hits"]] for line in out.splitlines()]

    return answers


def process(*arguments, **options):
    command = [sys.executable, "-m", "sprat", *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, **options)


def ids(path):
    with np.load(path) as arrays:
        return json.loads(arrays["ids_json"].tobytes())


def test_fit_writes_the_file_that_the_encoder_saves(corpus, run):
    sprat.BM25Encoder("en", variant="okapi", k1=1.5, b=0.5).fit(TEXTS).save("expected.json")

    result = run("fit", "corpus.jsonl", "-o", "bm25.json", "--variant", "okapi", "--k1", 1.5, "--b", 0.5)

    assert result == (0, "", "")
    assert Path("bm25.json").read_text() == Path("expected.json").read_text()


@pytest.mark.parametrize("option", [("--variant", "okapi"), ("--k1", "2"), ("--b", "0.1")])
def test_each_option_of_fit_changes_the_file(corpus, run, option):
    run("fit", "corpus.jsonl", "-o", "default.json")

    run("fit", "corpus.jsonl", "-o", "other.json", *option)

    assert Path("other.json").read_text() != Path("default.json").read_text()


def test_several_files_are_one_collection(corpus, run, write):
    lines = Path("corpus.jsonl").read_text().splitlines(keepends=True)
    write("first.jsonl", "".join(lines[:100]))
    write("rest.jsonl", "".join(lines[100:]))

    run("fit", "corpus.jsonl", "-o", "whole.json")
    run("fit", "first.jsonl", "rest.jsonl", "-o", "parts.json", "--threads", 2)

    assert Path("parts.json").read_text() == Path("whole.json").read_text()


@pytest.mark.parametrize(
    ("name", "content", "more"),
    [
        ("a.txt", b"one two\nthree\n", ()),
        ("a.TXT", b"\xef\xbb\xbfone two\r\n \r\nthree", ()),
        ("a.txt.gz", gzip.compress(b"one two\nthree\n"), ()),
        ("a.txt", gzip.compress(b"one two\n") + gzip.compress(b"three\n"), ()),
        ("a.jsonl", b'{"text": "one two", "n": 1}\n\n"three"\n', ()),
        ("a.ndjson.gz", gzip.compress(b'"one two"\n"three"'), ()),
        ("a.csv", b"one two\nthree\n", ("--format", "text")),
        ("a.txt", b'"one two"\n"three"\n', ("--format", "jsonl")),
        ("a.jsonl", b'{"body": "one two"}\n{"body": "three"}\n', ("--text-field", "body")),
        ("a.jsonl", b'{"t": "one", "text": "two"}\n{"t": null, "text": "three"}\n', ("--title-field", "t")),
    ],
)
def test_every_kind_of_file_is_read(run, write, name, content, more):
    write(name, content)

    assert run("fit", name, "-o", "bm25.json", *more) == (0, "", "")

    encoder = sprat.BM25Encoder.load("bm25.json")
    assert list(encoder.vocabulary) == ["one", "two", "three"]
    assert encoder.statistics.document_frequency.tolist() == [1, 1, 1]
    assert encoder.statistics.document_count == 2


def test_a_pipe_is_read(corpus, run):
    run("fit", "corpus.jsonl", "-o", "expected.json")

    with open("corpus.jsonl", "rb") as file:
        done = process("fit", "-", "--format", "jsonl", "-o", "bm25.json", stdin=file)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert Path("bm25.json").read_text() == Path("expected.json").read_text()


def test_encode_writes_the_vectors_of_the_encoder_and_the_ids(corpus, run):
    run("fit", "corpus.jsonl", "-o", "bm25.json")

    assert run("encode", "-m", "bm25.json", "corpus.jsonl", "-o", "vectors.npz") == (0, "", "")

    expected = sprat.BM25Encoder().fit_encode_documents(TEXTS)
    stored = load_npz("vectors.npz")
    assert stored.shape == expected.shape
    assert np.array_equal(stored.indptr, expected.indptr)
    assert np.array_equal(stored.indices, expected.indices)
    assert np.array_equal(stored.data.view(np.uint32), expected.data.view(np.uint32))
    assert ids("vectors.npz") == [passage.id for passage in PASSAGES]


def test_encode_takes_the_side_of_the_query_if_asked(run, write):
    write("a.txt", "one two\nthree\n")
    run("fit", "a.txt", "-o", "bm25.json")

    run("encode", "-m", "bm25.json", "a.txt", "-o", "queries.npz", "--queries")

    expected = sprat.BM25Encoder.load("bm25.json").encode_queries(["one two", "three"])
    assert load_npz("queries.npz").toarray().tolist() == expected.toarray().tolist()


def test_a_document_is_called_by_its_id_or_its_line(run, write):
    write("a.jsonl", '{"_id": "x", "id": "y", "text": "a"}\n\n{"id": 7, "text": "b"}\n"c d"\n{"text": "e"}\n')
    run("fit", "a.jsonl", "-o", "bm25.json")

    run("encode", "-m", "bm25.json", "a.jsonl", "-o", "a.npz")

    assert ids("a.npz") == ["x", "7", "4", "5"]


def test_search_in_a_file_of_texts_finds_what_the_index_finds(corpus, run):
    encoder = sprat.BM25Encoder()
    index = sprat.SparseIndex(encoder.fit_encode_documents(TEXTS))
    expected = index.search(encoder.encode_queries([QUERY, "comma"]), k=3)

    code, out, _ = run("search", "corpus.jsonl", QUERY, "comma", "-k", 3, "--json")

    lines = list(map(json.loads, out.splitlines()))
    assert code == 0
    assert [(line["query_id"], line["query"]) for line in lines] == [("1", QUERY), ("2", "comma")]
    for line, documents, scores in zip(lines, expected.documents, expected.scores):
        assert [hit["id"] for hit in line["hits"]] == [PASSAGES[document].id for document in documents]
        assert [np.float32(hit["score"]) for hit in line["hits"]] == scores.tolist()


def test_search_in_vectors_finds_what_search_in_texts_finds(corpus, answers, run):
    run("fit", "corpus.jsonl", "-o", "bm25.json")
    run("encode", "-m", "bm25.json", "corpus.jsonl", "-o", "vectors.npz")

    found = answers("-m", "bm25.json", "-d", "vectors.npz", QUERY, "comma")

    assert found == answers("corpus.jsonl", QUERY, "comma")
    assert found == answers("-m", "bm25.json", "corpus.jsonl", QUERY, "comma")
    assert list(map(len, found)) == [10, 10]


def test_search_prints_one_json_line_per_query_if_asked(run, write):
    write("a.txt", "naïve cats\ndogs\ncats and  cats\n")

    _, out, _ = run("search", "a.txt", "cat", "ümlaut", "-k", 1, "--json")

    assert out == (
        '{"query_id": "1", "query": "cat", "hits": [{"id": "3", "score": 0.27810866, '
        '"snippet": "cats and cats"}]}\n'
        '{"query_id": "2", "query": "ümlaut", "hits": []}\n'
    )


def test_search_prints_columns_in_a_pipe(run, write):
    write("a.txt", "one cat\ndogs\ncat \tcat\n")

    assert run("search", "a.txt", "cat", "fish", "dog") == (
        0,
        "1\t1\t3\t0.27810866\tcat cat\n1\t2\t1\t0.19748051\tone cat\n3\t1\t2\t0.53305936\tdogs\n",
        "",
    )


def test_search_prints_a_table_if_asked(run, write):
    write("a.txt", "one cat\ndogs\ncat \x1b[31m cat\n")

    _, out, _ = run("search", "a.txt", "cat", "fish", "--as", "table")

    assert out.splitlines() == [
        "cat",
        "   1    0.245  3  cat  [31m cat",
        "   2    0.227  1  one cat",
        "",
        "fish",
        "  no document shares a term with this query (stop words are no terms)",
        "",
    ]


def test_a_model_brings_its_own_statistics_to_a_search(answers, run, write):
    write("a.txt", "cat\ndog dog\n")
    write("other.txt", "dog\nfish\nfish\n")
    run("fit", "other.txt", "-o", "other.json")

    assert answers("a.txt", "cat", "dog") == [["1"], ["2"]]
    assert answers("a.txt", "cat", "dog", "-m", "other.json") == [[], ["2"]]


def test_queries_come_from_a_file(answers, write):
    write("a.txt", "cat\ndog\n")
    write("queries.jsonl", '{"_id": "q", "text": "dog"}\n"cat"\n')
    write("queries", '"dog"\n')

    assert answers("a.txt", "--queries", "queries.jsonl") == [["2"], ["1"]]
    assert answers("a.txt", "--queries", "queries", "--queries-format", "jsonl") == [["2"]]


@pytest.mark.parametrize("where", [["--queries", "-"], ["-"], []])
def test_queries_come_from_a_pipe(where, write):
    write("a.txt", "cat\ndog\n")

    done = process("search", "a.txt", *where, "--json", input=b"dog\ncat\n")

    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["query"], one["hits"][0]["id"]) for one in found] == [("dog", "2"), ("cat", "1")]


def test_a_folder_of_vectors_is_searched_like_a_file(corpus, answers, run):
    run("fit", "corpus.jsonl", "-o", "bm25.json")
    run("encode", "-m", "bm25.json", "corpus.jsonl", "-o", "vectors.npz")

    assert run("encode", "-m", "bm25.json", "corpus.jsonl", "-o", "vectors") == (0, "", "")
    assert run("encode", "-m", "bm25.json", "corpus.jsonl", "-o", "vectors") == (0, "", "")

    assert answers("-m", "bm25.json", "-d", "vectors", QUERY) == answers(
        "-m", "bm25.json", "-d", "vectors.npz", QUERY
    )


def test_a_matrix_without_ids_is_searched_by_row_number(answers, run, write):
    write("a.txt", "cat\ndog\n")
    run("fit", "a.txt", "-o", "bm25.json")
    save_npz("plain.npz", csr_array(np.array([[0, 1], [0, 0], [2, 0]], np.float32)))

    assert answers("-m", "bm25.json", "-d", "plain.npz", "cat dog") == [["2", "0"]]


def test_a_file_is_read_as_its_documents_are_asked_for(corpus):
    read_bytes = []
    source = Source.at("corpus.jsonl")

    first = next(Texts([source], Fields(), read_bytes.append).with_ids())

    assert first == (PASSAGES[0].id, PASSAGES[0].text)
    assert 0 < sum(read_bytes) < source.size_bytes


@pytest.mark.parametrize("style", ["json", "lines", "table"])
def test_any_text_is_printed_in_any_locale(write, style):
    write("a.jsonl", r'{"id": "\ud800", "text": "cät 🐈 \udfff"}')
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}

    done = process("search", "a.jsonl", "🐈", "--as", style, env=environment)

    assert (done.returncode, done.stderr) == (0, b"")
    if style == "json":
        assert json.loads(done.stdout)["hits"][0]["id"] == "\ud800"


def test_a_terminal_gets_a_bar_and_a_table(corpus):
    pty = pytest.importorskip("pty")
    shown = []

    def read(descriptor):
        shown.append(os.read(descriptor, 1 << 16))
        return shown[-1]

    code = pty.spawn([sys.executable, "-m", "sprat", "search", "corpus.jsonl", QUERY, "-k", "1"], read)

    text = b"".join(shown).decode()
    assert os.waitstatus_to_exitcode(code) == 0
    assert "━" in text
    assert text.splitlines()[-3].endswith(QUERY + "\x1b[0m")
    assert 'The "try" statement' in text.splitlines()[-2]


def test_the_version_is_the_package_s(run):
    from sprat.cli.app import app

    assert run("--version") == (0, f"sprat {sprat.__version__}\n", "")
    assert CliRunner().invoke(app, ["--version"]).output == f"sprat {sprat.__version__}\n"


def test_help_is_shown_if_nothing_is_asked(run):
    code, out, err = run()

    assert (code, err) == (0, "")
    assert all(command in out for command in ("demo", "fit", "encode", "search"))


def test_demo_runs_from_the_command_line(run):
    code, out, err = run("demo")

    assert (code, err) == (0, "")
    assert out.startswith(f"sprat {sprat.__version__} on the language reference of Python")
