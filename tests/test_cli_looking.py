"""sprat info, pages from the command line, search by conversation, and what shells complete."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

pytest.importorskip("typer", reason='needs pip install "sprat[cli]"')
pytest.importorskip("rich", reason='needs pip install "sprat[cli]"')

import sprat
from sprat.cli.inspection import analyzer_name

TEXTS = ["Dogs run.", "Cats and dogs sleep.", "The market fell."]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def facts(run):
    """Run `sprat info --json` and return what it prints."""

    def facts(path):
        code, out, err = run("info", path, "--json")
        assert (code, err, out.count("\n")) == (0, "", 1)
        return json.loads(out)

    return facts


def some(facts, *names):
    return [facts[name] for name in names]


def test_info_of_an_index_tells_what_it_holds(facts):
    encoder = sprat.BM25Encoder("unicode-en", variant="robertson", k1=0.9, b=0.4)
    sprat.Retriever.from_texts(TEXTS, encoder=encoder).save("x")

    told = facts("x")

    assert some(told, "kind", "texts", "analyzer") == ["index", "stored", "unicode-en"]
    assert some(told, "variant", "k1", "b") == ["robertson", 0.9, 0.4]
    assert some(told, "document_count", "token_count", "term_count") == [3, 7, 6]
    assert told["size_bytes"] == sum(
        file.stat().st_size for file in Path("x").iterdir() if file.name not in ("manifest.json", ".lock")
    )


def test_info_of_an_index_that_is_empty_or_has_another_encoder(facts):
    class Ones:
        def encode_documents(self, texts):
            return csr_array(np.ones((len(list(texts)), 2), np.float32))

        encode_queries = encode_documents

    sprat.Retriever.from_texts([]).save("empty")
    sprat.Retriever.from_texts(TEXTS, encoder=Ones(), store_texts=False).save("ones")
    fields = sprat.BM25FEncoder("en", fields={"title": 2, "body": 1})
    fields.fit([{"title": "a cat", "body": "a dog"}]).save("fields.json")

    assert some(facts("empty"), "kind", "document_count", "average_document_length") == ["index", 0, None]
    assert some(facts("ones"), "documents", "texts", "encoder") == [3, "not stored", facts("ones")["encoder"]]
    assert facts("ones")["encoder"].endswith("Ones")
    assert some(facts("fields.json"), "fields", "term_count", "k1") == ["title × 2, body × 1", 2, 1.2]


def test_info_of_vectors_tells_their_shape(facts, run):
    Path("a.txt").write_text("\n".join(TEXTS))
    run("fit", "a.txt", "-o", "bm25.json")
    run("encode", "-m", "bm25.json", "a.txt", "-o", "v.npz")
    run("encode", "-m", "bm25.json", "a.txt", "-o", "v")

    expected = {"kind": "vectors", "rows": 3, "columns": 6, "weights": 7, "weights_per_row": 2.3333}
    assert facts("v.npz") == expected
    assert facts("v") == expected


def test_info_of_an_index_of_vectors_and_of_statistics(facts):
    index = sprat.SparseIndex(csr_array(np.array([[1, 2], [0, 3]], np.float32)))
    index.save("index.sprat")
    Path("statistics").write_bytes(sprat.BM25Encoder().fit(TEXTS).statistics.to_bytes())

    assert some(facts("index.sprat"), "kind", "documents", "columns", "postings") == ["sparse index", 2, 2, 3]
    assert some(facts("statistics"), "kind", "document_count", "analyzer") == ["statistics", 3, "en"]


@pytest.mark.parametrize("content", [b"\x89SPRATIX", b"SPRATCST", b"PK\x03\x04", b"\xff\xfe", b"{", b""])
def test_info_of_anything_else_names_the_file(run, content):
    Path("other").write_bytes(content)

    code, out, err = run("info", "other")

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("sprat: other: ")


def test_info_of_documents_without_terms_counts_them(facts):
    sprat.Retriever.from_texts(["the", "of"]).save("x")

    assert some(facts("x"), "documents", "document_count", "term_count") == [2, 0, 0]


def test_a_page_does_not_go_into_the_index(run):
    sprat.Retriever.from_texts(TEXTS).save("x")

    for command in (("info", "x"), ("explain", "x", "dogs", "0")):
        code, _, err = run(*command, "--html", "x/manifest.json")

        assert (code, err) == (
            2,
            "sprat: x/manifest.json would be among the files of x, which is an input\n",
        )
    assert len(sprat.Retriever.load("x")) == 3


def test_info_prints_names_and_values_in_a_pipe_and_a_table_if_asked(run):
    sprat.BM25Encoder().fit(TEXTS * 1000).save("bm25.json")

    lines = run("info", "bm25.json")[1].splitlines()
    table = run("info", "bm25.json", "--as", "table")[1].splitlines()

    assert lines[:5] == ["kind\tmodel", "variant\tlucene", "k1\t1.2", "b\t0.75", "analyzer\ten"]
    assert "document_count\t3000" in lines
    assert [row.split() for row in table if row.startswith("document")] == [["document", "count", "3,000"]]


def test_an_analyzer_is_called_by_the_name_that_makes_it():
    old = sprat.Analyzer("de", profile="B").to_dict()

    assert [analyzer_name(sprat.Analyzer(name).to_dict()) for name in ("en", "zh", "lucene-en")] == [
        "en",
        "zh",
        "lucene-en",
    ]
    assert analyzer_name(old) == "de, profile B"
    assert analyzer_name({"type": "callable", "name": "str.split"}) == "str.split"
    assert analyzer_name(None) == "an unknown analyzer"


def test_pages_are_written_whole_and_nothing_is_printed(run):
    Path("corpus.csv").write_text("id,text\n<b>,one cat\nb,two dogs\n")
    run("index", "corpus.csv", "-o", "x")

    assert run("explain", "x", "cat", "<b>", "--html", "why.html") == (0, "", "")
    assert run("info", "x", "--html", "info.html") == (0, "", "")

    assert Path("why.html").read_text() == sprat.Retriever.load("x").explain("cat", "<b>").to_html()
    assert "Terms by rank" in Path("info.html").read_text()
    assert sorted(os.listdir()) == ["corpus.csv", "info.html", "why.html", "x"]
    assert json.loads(run("explain", "x", "cat", "<b>", "--html", "why.html", "--json")[1])["id"] == "<b>"


def test_a_command_that_writes_says_what_in_json_if_asked(run):
    Path("a.tsv.gz").write_bytes(gzip.compress(b"_id\ttext\n1\ta cat\n2\ta dog\n"))

    told = [
        json.loads(run(*command.split(), "--json")[1])
        for command in (
            "index a.tsv.gz -o x",
            "fit a.tsv.gz -o m.json",
            "merge m.json -o n.json",
            "encode a.tsv.gz -m m.json -o v.npz",
            "encode a.tsv.gz -m m.json -o v",
        )
    ]

    assert [line.pop("path") for line in told] == ["x", "m.json", "n.json", "v.npz", "v"]
    assert all(0 <= line.pop("seconds") < 60 for line in told)
    assert told == [{"documents": 2, "terms": 2}] * 3 + [{"rows": 2, "weights": 2}, {"rows": 2}]


class Terminal:
    """A command on a terminal of its own: what it shows, and keys to press."""

    def __init__(self, *arguments):
        import pty

        self.process, self._descriptor = pty.fork()
        if self.process == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            environment = {**os.environ, "TERM": "dumb", "COLUMNS": "100"}
            os.execve(sys.executable, [sys.executable, "-m", "sprat", *arguments], environment)
        self.shown = ""

    def until(self, text):
        """Wait until ``text`` was shown behind what was waited for before; return what came on the way."""
        deadline = time.monotonic() + 60
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            try:
                self.shown += os.read(self._descriptor, 1 << 16).decode()
            except OSError:  # the command has ended
                assert text in self.shown, self.shown
        before, _, self.shown = self.shown.partition(text)
        return before

    def type(self, keys):
        os.write(self._descriptor, keys.encode())

    def end(self, keys=""):
        """Return the exit code, pressing ``keys`` every ten seconds until the command ends."""
        for tenth in range(600):
            if tenth % 100 == 0:
                with contextlib.suppress(OSError):  # the command has ended
                    self.type(keys)
            if (ended := os.waitpid(self.process, os.WNOHANG))[0]:
                os.close(self._descriptor)
                return os.waitstatus_to_exitcode(ended[1])
            time.sleep(0.1)
        os.kill(self.process, signal.SIGKILL)
        raise AssertionError(f"{self.process} did not end")


@pytest.fixture
def saved():
    pytest.importorskip("pty")
    sprat.Retriever.from_texts(TEXTS, ["one", "two", "three"]).save("x")


def test_without_a_query_somebody_is_asked(saved):
    terminal = Terminal("search", "x")
    terminal.until("query> ")

    terminal.type("dogs\n")
    both = terminal.until("query> ")
    terminal.type(":k 1\n")
    terminal.until("query> ")
    terminal.type("dogs\n")
    best = terminal.until("query> ")
    terminal.type(":why 1\n")
    why = terminal.until("query> ")
    terminal.type(":why 7\n")
    terminal.until("there is no hit 7 in the last answer")
    terminal.until("query> ")
    terminal.type("\x04")

    assert ("one" in both, "two" in both, "three" in both) == (True, True, False)
    assert ("one" in best, "two" in best) == (True, False)
    assert "contribution" in why
    assert terminal.end() == 0


def test_an_interrupt_ends_a_conversation(saved):
    terminal = Terminal("search", "x", "--json")
    terminal.until("query> ")

    # More than once: readline does not see an interrupt that comes just before it waits for keys.
    assert terminal.end("\x03") == 130


def test_a_shell_is_told_what_could_come_next(run, monkeypatch):
    monkeypatch.setenv("_SPRAT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "sprat fit --analyzer unicode-e")
    monkeypatch.setenv("COMP_CWORD", "3")

    code, out, _ = run("fit")

    assert (code, out.split()) == (0, ["unicode-en", "unicode-es"])


def test_every_command_has_help_with_an_example(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    for command in ("index", "search", "explain", "fit", "encode", "merge", "info", "eval", "export"):
        code, out, err = run(command, "--help")

        assert (code, err) == (0, "")
        assert f"\n sprat {command} " in out
    assert "Exit codes: 0 done; 1 " in run("--help")[1]
