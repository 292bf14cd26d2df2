"""sprat index, and search and explain in what it wrote."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("typer", reason='needs pip install "sprat[cli]"')
pytest.importorskip("rich", reason='needs pip install "sprat[cli]"')

import sprat
from sprat.cli import main

LINES = [
    {"_id": "born", "title": "Turing", "text": "Alan Turing was born in Maida Vale, London."},
    {"_id": "ai", "text": "Artificial intelligence was founded in 1956."},
    {"_id": "question", "text": "Turing raised the question in London."},
]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command beside a corpus; returns its exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))

    def run(*arguments):
        code = main(list(map(str, arguments)))
        return code, *capsys.readouterr()

    return run


def test_what_was_indexed_is_found(run):
    assert run("index", "corpus.jsonl", "-o", "corpus.sprat") == (0, "", "")

    code, out, _ = run("search", "corpus.sprat", "Where was Turing born?", "nothing", "-k", 1, "--json")

    assert code == 0
    assert [json.loads(line) for line in out.splitlines()] == [
        {
            "query_id": "1",
            "query": "Where was Turing born?",
            "hits": [
                {"id": "born", "score": 0.59045523, "snippet": "Alan Turing was born in Maida Vale, London."}
            ],
        },
        {"query_id": "2", "query": "nothing", "hits": []},
    ]


def test_a_folder_gives_what_its_texts_give(run):
    run("index", "corpus.jsonl", "-o", "corpus.sprat")
    queries = ["turing london", "artificial question", "1956"]

    assert run("search", "corpus.sprat", *queries) == run("search", "corpus.jsonl", *queries)


def test_several_files_and_fields_go_into_one_folder(run, tmp_path):
    (tmp_path / "more.jsonl").write_text('{"_id": "vale", "text": "Maida Vale is in London."}\n')

    run("index", "corpus.jsonl", "more.jsonl", "-o", "x", "--title-field", "title", "--analyzer", "unicode")

    retriever = sprat.Retriever.load("x")
    assert retriever.ids == ["born", "ai", "question", "vale"]
    assert retriever.text("born") == "Turing Alan Turing was born in Maida Vale, London."
    assert retriever.encoder.analyzer == sprat.Analyzer("unicode")


def test_an_index_is_replaced(run, tmp_path):
    run("index", "corpus.jsonl", "-o", "x")
    (tmp_path / "corpus.jsonl").write_text('{"_id": "new", "text": "new"}\n')

    assert run("index", "corpus.jsonl", "-o", "x", "--no-texts")[0] == 0

    assert json.loads(run("search", "x", "new", "--json")[1])["hits"] == [
        {"id": "new", "score": pytest.approx(0.1308, rel=1e-3)}
    ]


def test_explain_says_what_a_score_is_made_of(run):
    run("index", "corpus.jsonl", "-o", "x")

    code, out, _ = run("explain", "x", "Turing born", "born", "--json")

    explanation = json.loads(out)
    assert code == 0
    assert (explanation["id"], explanation["score"], explanation["document_length"]) == (
        "born",
        0.59045523,
        6,
    )
    assert [
        (term["term"], term["term_frequency"], term["contribution"]) for term in explanation["terms"]
    ] == [
        ("ture", 1, 0.19128054),
        ("born", 1, 0.3991747),
    ]
    assert explanation["highlights"] == [[5, 11, "ture"], [16, 20, "born"]]


def test_explain_prints_a_table(run):
    run("index", "corpus.jsonl", "-o", "x")

    _, out, _ = run("explain", "x", "Turing born", "born", "--as", "table")

    lines = [line.rstrip() for line in out.splitlines()]
    assert lines[:3] == [
        "Turing born",
        "born  0.5905  6 tokens, 4.667 on average",
        "term  tf  df     idf   query  document  contribution",
    ]
    assert lines[3].startswith("ture   1   2  0.4700  0.4700    0.4070        0.1913  ██████████")
    assert lines[-1] == "Alan Turing was born in Maida Vale, London."


@pytest.mark.parametrize("style", ["table", "lines"])
def test_explain_says_that_no_term_is_known(run, style):
    run("index", "corpus.jsonl", "-o", "x")

    _, out, _ = run("explain", "x", "the xyzzy", "born", "--as", style)

    assert "\n  no term of the query is known (stop words are no terms)\n" in out
    assert "contribution" not in out


def test_numbers_are_found_as_ids_too(run, tmp_path):
    sprat.Retriever.from_texts(["red fish", "blue fish"]).save(tmp_path / "x")

    assert json.loads(run("explain", "x", "red", "0", "--json")[1])["id"] == "0"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["index", "corpus.jsonl", "-o", "."],
            "is not empty, and no saved collection: it holds corpus.jsonl",
        ),
        (["index", "corpus.jsonl", "-o", "corpus.jsonl"], "Not a directory"),
        (["index", "corpus.jsonl", "-o", "no/folder"], "there is no folder no"),
        (["index", "corpus.jsonl", "corpus.jsonl", "-o", "x"], "got 'born' at positions 0 and 3"),
        (["index", "nowhere.jsonl", "-o", "x"], "nowhere.jsonl: No such file"),
        (["index", "corpus.jsonl", "-o", "x", "--variant", "best"], "variant must be"),
        (["search", ".", "query"], "No saved collection"),
        (["explain", "nowhere", "query", "born"], "nowhere: No such folder"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(run, arguments, message):
    code, out, err = run(*arguments)

    assert (code, out) == (2, "")
    assert err.startswith("sprat: ")
    assert message in err
    assert err.count("\n") == 1


def test_what_a_folder_cannot_be_asked_is_refused(run):
    run("index", "corpus.jsonl", "-o", "x")

    assert "leave -m out" in run("search", "x", "query", "-m", "bm25.json")[2]
    assert "got 'nobody'" in run("explain", "x", "query", "nobody")[2]
    assert "must be that of a document" in run("explain", "x", "query", "1" * 5000)[2]
