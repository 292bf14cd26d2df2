"""What goes wrong on the command line is one line, an exit code, and no half-written file."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array, save_npz

pytest.importorskip("typer", reason='needs pip install "sprat[cli]"')
pytest.importorskip("rich", reason='needs pip install "sprat[cli]"')

import sprat
from sprat import _records


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(name, content):
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())


BAD_INPUTS = {
    "latin.txt": (b"fine\ncaf\xe9\n", "latin.txt:2: not UTF-8: byte 0xe9 at column 4"),
    "cut.jsonl": (b'{"text": "a"}\n{"text"\n', "cut.jsonl:2: not JSON: Expecting ':' delimiter at column 8"),
    "number.jsonl": (
        b'"a"\n' * 16 + b'{"text": 3}',
        "number.jsonl:17: field 'text' must be a string, got number",
    ),
    "none.jsonl": (b'{"text": null}\n', "none.jsonl:1: field 'text' must be a string, got null"),
    "lacks.jsonl": (b'{"body": "a"}\n', "lacks.jsonl:1: field 'text' is missing"),
    "list.jsonl": (b"[1, 2]\n", "list.jsonl:1: a line must be an object or a string, got array"),
    "empty.txt": (b"", "empty.txt: no text in it"),
    "blank.jsonl": (b"\n  \n", "blank.jsonl: no text in it"),
    "stop.txt": (b"the\nof\n", "a fit needs at least one term, got none from 2 document(s)"),
    "deep.jsonl": (b"[" * 100_000, "deep.jsonl:1: not JSON that can be read: "),
    "short.txt.gz": (
        gzip.compress(b"a cat\n")[:-4],
        "short.txt.gz: damaged gzip file: Compressed file ended before the end-of-stream marker was reached",
    ),
    "a.doc": (
        b"a\n",
        "a.doc: cannot tell the format from the name; add --format with jsonl, text, csv, tsv or parquet",
    ),
}


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_bad_input_is_one_line_and_leaves_no_file(run, name):
    content, message = BAD_INPUTS[name]
    write(name, content)

    code, out, err = run("fit", name, "-o", "bm25.json")

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"sprat: {message}")
    assert os.listdir() == [name]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("fit a.txt missing.txt -o b.json", "missing.txt: No such file or directory"),
        ("fit folder -o b.json", "folder: Is a directory"),
        ("fit a.txt -o folder", "folder: Is a directory"),
        ("fit a.txt -o no/b.json", "no/b.json: there is no folder no"),
        ("fit a.txt -o ./a.txt", "./a.txt would be overwritten, and is also an input"),
        ("fit a.txt -o -", "the result is a file; give its name instead of -"),
        ("fit - - -o b.json --format text", "standard input can be read once only"),
        ("fit a.txt -o b.json --b 2", "b must be between 0 and 1, got 2.0"),
        (
            "fit a.txt -o b.json --variant x",
            "variant must be 'lucene', 'lucene-lossy', 'okapi', 'robertson', ",
        ),
        ("fit a.txt -o b.json --analyzer tlh", "language must be 'de'"),
        ("fit a.txt -o b.json --k1 much", "Invalid value for '--k1': "),
        ("fit a.txt", "Missing option '--output' / '-o'."),
        ("encode a.txt -m missing.json -o v.npz", "missing.json: No such file or directory"),
        ("encode a.txt -m a.txt -o v.npz", "a.txt: not JSON"),
        ("merge a.jsonl -o b.json", "a.jsonl: no model, but several values of JSON"),
        ("info a.jsonl", "a.jsonl: no model, but several values of JSON"),
        ("encode a.txt -m bm25.json -o v.npz.gz", "v.npz.gz: vectors go into one file, named .npz, or "),
        ("encode a.txt -m bm25.json -o folder", "folder: there are other files in this folder"),
        ("encode a.txt -m bm25.json -o v --queries", "v: vectors of queries go into one file, named .npz"),
        (
            "search -m bm25.json -d folder cat",
            "folder: not a folder of vectors, there is no _sprat.json in it",
        ),
        ("search -d v.npz cat", "-d needs -m"),
        ("search -m bm25.json -d a.txt cat", "a.txt: not a file of vectors"),
        ("search -m bm25.json -d wide.npz cat", "wide.npz has 5 columns, but bm25.json knows 1 terms"),
        ("search -m bm25.json -d nan.npz cat", "nan.npz: "),
        ("search a.txt", "<stdin>: no text in it"),
        ("search - --format text", "say what to search for"),
        ("info nowhere", "nowhere: No such file or directory"),
        ("info folder", "folder: a folder, but there is neither an index in it (manifest.json) nor vectors"),
        ("info a.txt", "a.txt: nothing that sprat wrote"),
        ("info nan.npz --html no/page.html", "no/page.html: there is no folder no"),
        ("search --queries a.txt", "say what to search: "),
        ("search a.txt cat --queries a.txt", "queries come as arguments or with --queries, got both"),
        ("search a.txt cat -k 0", "Invalid value for '-k'"),
        ("search a.txt --queries q", "q: cannot tell the format from the name; add --queries-format"),
        ("search - --queries - --format text", "standard input cannot be both"),
        ("destroy", "No such command 'destroy'."),
    ],
)
def test_a_bad_command_is_one_line(run, command, message):
    os.mkdir("folder")
    write("folder/other", "")
    write("a.txt", "cat\n")
    write("a.jsonl", '{"text": "cat"}\n{"text": "dog"}\n')
    write("q", "cat\n")
    sprat.BM25Encoder().fit(["cat"]).save("bm25.json")
    save_npz("wide.npz", csr_array((1, 5), dtype=np.float32))
    save_npz("nan.npz", csr_array(np.array([[np.nan]], np.float32)))
    before = sorted(os.listdir())

    code, out, err = run(*command.split())

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"sprat: {message}")
    assert sorted(os.listdir()) == before


def test_a_bad_id_matters_to_whoever_shows_it(run):
    write("id.jsonl", '{"id": true, "text": "cat"}\n')

    assert run("fit", "id.jsonl", "-o", "bm25.json")[0] == 0
    assert run("search", "id.jsonl", "cat") == (
        2,
        "",
        "sprat: id.jsonl:1: field 'id' must be a string or a whole number, got boolean\n",
    )


def test_a_failed_command_leaves_the_old_result(run):
    write("bad.jsonl", '"cat"\n3\n')
    write("bm25.json", "old")

    code, _, _ = run("fit", "bad.jsonl", "-o", "bm25.json")

    assert code == 2
    assert Path("bm25.json").read_text() == "old"


def test_a_line_is_refused_rather_than_cut(monkeypatch, run):
    monkeypatch.setattr(_records, "LONGEST_BYTES", 100)
    monkeypatch.setattr(_records, "_BLOCK_BYTES", 50)
    write("fits.txt", "x" * 99 + "\n")
    write("long.txt", "fine\n" + "x" * 200)

    assert run("fit", "fits.txt", "-o", "bm25.json")[0] == 0
    assert run("fit", "long.txt", "-o", "bm25.json")[2] == "sprat: long.txt:2: longer than 100 bytes\n"


def test_a_reader_that_goes_away_is_no_error():
    write("corpus.txt", "statement\n" * 20_000)
    command = f"{sys.executable} -m sprat search corpus.txt statement -k 20000 | head -c 10"

    done = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=60)

    assert (done.stdout, done.stderr) == (b"1\t1\t1\t1.13", b"")


def test_an_interrupt_ends_it_quietly():
    write("bm25.json", "old")
    command = [sys.executable, "-m", "sprat", "fit", "-", "--format", "text", "-o", "bm25.json"]

    def heed_interrupts():  # a test run in the background hands down that they are ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heed_interrupts
    ) as running:
        running.stdin.write(b"cat\n" * 100_000)
        running.stdin.flush()
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        err = running.stderr.read()

    assert (running.returncode, err) == (130, b"")
    assert os.listdir() == ["bm25.json"]
    assert Path("bm25.json").read_text() == "old"


def test_a_missing_extra_is_named(monkeypatch, run):
    monkeypatch.setitem(sys.modules, "typer", None)

    assert run("demo") == (1, "", 'sprat: the command line needs typer: pip install "sprat[cli]"\n')


def test_the_file_behind_standard_input_is_not_overwritten(tmp_path):
    corpus = tmp_path / "docs.txt"
    corpus.write_text("cats\ndogs\n")

    with corpus.open() as stdin:
        done = subprocess.run(
            [sys.executable, "-m", "sprat", "fit", "-", "-o", str(corpus), "--format", "text"],
            stdin=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 2
    assert "is also an input" in done.stderr
    assert corpus.read_text() == "cats\ndogs\n"
