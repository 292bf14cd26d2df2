"""sprat eval and sprat export: how good the answers are, and rows for other engines."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("typer", reason='needs pip install "sprat[cli]"')
pytest.importorskip("rich", reason='needs pip install "sprat[cli]"')

import sprat
from sprat import export
from sprat._pages.comparison import Measured, comparison_page
from sprat.cli import main

DOCUMENTS = {"1": "a cat", "2": "a cat and a dog", "3": "the dog barks"}
QRELS = "query-id\tcorpus-id\tscore\nq1\t1\t1\nq2\t3\t1\n<q3>\t1\t1\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command beside a corpus; returns its exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    lines = [json.dumps({"_id": name, "text": text}) for name, text in DOCUMENTS.items()]
    Path("corpus.jsonl").write_text("\n".join(lines))
    Path("qrels.tsv").write_text(QRELS)
    # by the first, q1 is found first, q2 second, <q3> not at all
    Path("a.run").write_text("q1 Q0 1 1 2.5 a\nq1 Q0 2 2 1.5 a\nq2 Q0 2 1 9 a\nq2 Q0 3 2 8 a\n")
    Path("b.run").write_text("q1 Q0 2 1 2.5 b\nq1 Q0 1 2 1.5 b\nq2 Q0 3 1 9 b\n<q3> Q0 1 1 1 b\n")

    def run(*arguments):
        code = main(list(map(str, arguments)))
        return code, *capsys.readouterr()

    return run


def test_a_run_is_measured(run):
    pytest.importorskip("ir_measures")

    lines = run("eval", "a.run", "--qrels", "qrels.tsv", "--measure", "RR", "--measure", "P@1")

    assert lines == (0, "RR\t0.5000\nP@1\t0.3333\n", "")


def test_two_runs_are_compared(run):
    pytest.importorskip("ir_measures")
    arguments = ("eval", "a.run", "b.run", "--qrels", "qrels.tsv", "--measure", "RR")

    told = json.loads(run(*arguments, "--json")[1])
    table = run(*arguments, "--as", "table")[1].splitlines()

    assert told["queries"] == 3
    assert [one["run"] for one in told["runs"]] == ["a.run", "b.run"]
    assert [one["measures"]["RR"] for one in told["runs"]] == [0.5, pytest.approx(2.5 / 3)]
    assert told["outcomes"] == {"RR": {"wins": 2, "ties": 0, "losses": 1}}
    assert [line.split() for line in table] == [
        ["measure", "a.run", "b.run", "change", "wins", "ties", "losses"],
        ["RR", "0.5000", "0.8333", "+0.3333", "2", "0", "1"],
    ]


def test_an_index_is_asked_and_its_run_written(run):
    pytest.importorskip("ir_measures")
    Path("queries.jsonl").write_text(
        '{"_id": "q1", "text": "cat"}\n{"_id": "q2", "text": "barks"}\n{"_id": "other", "text": "dog"}\n'
    )
    run("index", "corpus.jsonl", "-o", "x")

    asked = run(
        "eval", "x", "--queries", "queries.jsonl", "--qrels", "qrels.tsv", "--measure", "RR", "-o", "r"
    )

    assert asked == (0, "RR\t0.6667\n", "")
    assert run("eval", "r", "--qrels", "qrels.tsv", "--measure", "RR") == asked
    assert list(sprat.read_run("r")) == ["q1", "q2"]


def test_a_comparison_shows_wins_and_losses(run):
    pytest.importorskip("ir_measures")
    Path("queries.jsonl").write_text('{"_id": "<q3>", "text": "</td><script>"}\n')

    done = run(
        *("eval", "a.run", "b.run", "--qrels", "qrels.tsv", "--html", "c.html"),
        *("--queries", "queries.jsonl", "--measure", "RR"),
    )

    page = Path("c.html").read_text()
    assert done == (0, "", "")
    assert "<dt>B wins</dt><dd>2</dd>" in page
    assert page.index("<strong>&lt;q3&gt;</strong>  &lt;/td&gt;&lt;script&gt;") < page.index("B loses most")
    assert "<script" not in page
    assert page.count('class="block"') == 2
    assert page.count('class="block down"') == 1


def test_the_best_and_the_worst_are_picked():
    values = np.array([[[0.5, 0.5, 0.5, 0.5]], [[0.5, 1.0, 0.1, 0.6]]])
    seen = Measured(["a", "b"], ["RR"], list("wxyz"), values, values.mean(axis=2))

    page = comparison_page(seen)

    best, worst = page.index("B wins most"), page.index("B loses most")
    every = page.index("Query by query")
    assert seen.outcomes(0) == (2, 1, 1)
    assert best < page.index("<strong>x<", best) < page.index("<strong>z<", best) < worst
    assert worst < page.index("<strong>y<", worst) < every
    assert "<strong>w<" not in page[best:every]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("eval a.run", "Missing option '--qrels'"),
        ("eval none.run --qrels qrels.tsv", "none.run: No such file"),
        ("eval a.run --qrels a.run", "a.run:1: must be 'query iteration document relevance'"),
        ("eval corpus.jsonl --qrels qrels.tsv", "corpus.jsonl:1: must be 'query Q0 document rank score tag'"),
        ("eval a.run --qrels qrels.tsv --measure best", "measures must be those of ir-measures, got 'best'"),
        ("eval a.run b.run --qrels qrels.tsv -o c.run", "-o writes the run of one index"),
        ("eval . --qrels qrels.tsv", ". is an index: say what to ask it, with --queries"),
        ("eval . --qrels qrels.tsv --queries short.jsonl", "short.jsonl: none of its queries is judged"),
        ("eval a.run --qrels qrels.tsv --html a.run", "a.run would be overwritten, and is also an input"),
        ("export v.npz --to solr", "target must be"),
        ("export v.npz --to milvus --json", "--json tells what was written to a file"),
        ("export a.run --to milvus", "a.run: not a file of vectors"),
        ("export v.npz --to qdrant", "row 0: Qdrant takes whole numbers"),
        ("export v.npz --to milvus --texts short.jsonl", "short.jsonl: must hold what was encoded: row 1"),
        ("export v.npz --to milvus -o v.npz", "v.npz would be overwritten"),
    ],
)
def test_what_cannot_be_done_is_one_line(run, command, message):
    pytest.importorskip("ir_measures")
    Path("short.jsonl").write_text('{"_id": "1", "text": "a cat"}\n')
    run("fit", "corpus.jsonl", "-o", "m.json")
    run("encode", "corpus.jsonl", "-m", "m.json", "-o", "v.npz")

    code, _, err = run(*command.split())

    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith(f"sprat: {message}")


@pytest.mark.parametrize("target", ["milvus", "opensearch", "pgvector"])
def test_rows_are_those_of_the_library(run, target):
    run("fit", "corpus.jsonl", "-o", "m.json")
    run("encode", "corpus.jsonl", "-m", "m.json", "-o", "v.npz")
    matrix = sprat.BM25Encoder().fit(DOCUMENTS.values()).encode_documents(DOCUMENTS.values())
    fields = {"text": list(DOCUMENTS.values())}

    done = run("export", "v.npz", "--to", target, "--integer-ids", "--texts", "corpus.jsonl", "-m", "m.json")

    assert done == (0, "".join(export.lines(matrix, target, ids=[1, 2, 3], fields=fields)), "")


def test_rows_go_into_a_file(run):
    run("fit", "corpus.jsonl", "-o", "m.json")
    run("encode", "corpus.jsonl", "-m", "m.json", "-o", "v.npz")

    code, out, err = run("export", "v.npz", "--to", "elasticsearch", "-o", "bulk.ndjson", "--json")

    told = json.loads(out)
    assert (code, err) == (0, "")
    assert (told["path"], told["rows"]) == ("bulk.ndjson", 3)
    assert run("export", "v.npz", "--to", "elasticsearch")[1] == Path("bulk.ndjson").read_text()
