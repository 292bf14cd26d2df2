"""The folders of sprat.compat.bm25s: read by bm25s, read from bm25s, refused if not what was written."""

from __future__ import annotations

import json
import os

import bm25s as theirs
import numpy as np
import pytest

from sprat.compat import bm25s as ours
from sprat.errors import CorruptFileError, InvalidArgumentError, UnsupportedVersionError
from test_compat_bm25s import METHODS, QUIET, both


@pytest.mark.parametrize("mmap", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_each_reads_the_folder_of_the_other(tmp_path, method, mmap):
    corpus = [["a", "é", "b"], ["é", "é"], ["d", "d"], ["e"], ["f"]]
    elements = ["one", {"k": "zwei"}, ["drei"], "vier", "five"]
    their, our = both(corpus, method=method)
    their.save(tmp_path / "theirs", corpus=elements, **QUIET)
    our.save(tmp_path / "ours", corpus=elements)
    queries = [["é"], ["d", "a"]]

    results = []
    for library, folder in [(ours, "ours"), (ours, "theirs"), (theirs, "ours"), (theirs, "theirs")]:
        quiet = QUIET if library is theirs else {}
        loaded = library.BM25.load(tmp_path / folder, mmap=mmap, load_corpus=True, **quiet)
        documents, scores = loaded.retrieve(queries, corpus=list(range(5)), k=1, **quiet)
        results.append((documents.tolist(), scores.round(5).tolist(), [loaded.corpus[i] for i in range(3)]))

    assert results[0] == results[1] == results[2] == results[3]
    assert results[0][2] == [{"id": 0, "text": "one"}, {"k": "zwei"}, ["drei"]]


def test_a_mapped_corpus_is_read_as_it_is_asked_for(tmp_path):
    _, our = both([["a"], ["b"], ["c"]])
    our.save(tmp_path, corpus=["x", {"é": "y\n"}, [1]])

    corpus = ours.BM25.load(tmp_path, mmap=True, load_corpus=True).corpus

    assert isinstance(corpus, ours.JsonlCorpus)
    assert (len(corpus), corpus[1], corpus[-1], corpus[1:]) == (3, {"é": "y\n"}, [1], [{"é": "y\n"}, [1]])
    assert list(corpus) == corpus[[0, 1, 2]] == [{"id": 0, "text": "x"}, {"é": "y\n"}, [1]]
    assert corpus[np.array([[2], [1]])].tolist() == [[[1]], [{"é": "y\n"}]]
    assert json.loads((tmp_path / "corpus.mmindex.json").read_text()) == [0, 23, 37]


def test_what_is_loaded_may_be_told_otherwise(tmp_path):
    _, our = both([["a"], ["b"]])
    our.save(tmp_path, data_name="d.npy", vocab_name="v.json")

    loaded = ours.BM25.load(
        tmp_path, data_name="d.npy", vocab_name="v.json", load_vocab=False, override_params={"k1": 2}, b=0.5
    )

    assert (loaded.k1, loaded.b, loaded.vocab_dict) == (2, 0.5, {})
    assert loaded.retrieve([[1, 99]], k=1).documents.tolist() == [[1]]


def test_a_changed_byte_is_noticed(tmp_path):
    _, our = both([["a", "b"], ["b"]], method="bm25+")
    our.save(tmp_path, corpus=["x", "y"])

    for path in sorted(tmp_path.iterdir()):
        content = path.read_bytes()
        if path.name in ("corpus.mmindex.json", "sprat.index.json"):
            continue
        for at in {0, len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            with pytest.raises(CorruptFileError, match="was changed after it was written"):
                ours.BM25.load(tmp_path, load_corpus=True)
        path.write_bytes(content)
    ours.BM25.load(tmp_path, load_corpus=True)


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("params.index.json", b"[]", CorruptFileError, "must hold an object"),
        ("params.index.json", b"{}", CorruptFileError, "num_docs must be a whole number from 1, found None"),
        (
            "params.index.json",
            b'{"num_docs": 2, "novel": 1}',
            UnsupportedVersionError,
            "does not know 'novel'",
        ),
        ("params.index.json", b'{"num_docs": 2, "method": "x"}', CorruptFileError, "method must be"),
        ("params.index.json", b'{"num_docs": 1}', CorruptFileError, r"documents\[.\] \(term"),
        ("params.index.json", b"{", CorruptFileError, "not JSON"),
        ("vocab.index.json", b'{"a": "b"}', CorruptFileError, "must map tokens to whole numbers"),
        ("data.csc.index.npy", b"\x93NUMPY", CorruptFileError, "data.csc.index.npy"),
        ("data.csc.index.npy", b"\x93NUMPY\x01\x00\x04\x00{'a(", CorruptFileError, "data.csc.index.npy"),
        ("indptr.csc.index.npy", np.array([[0]]), CorruptFileError, "must hold one row of numbers"),
        (
            "indices.csc.index.npy",
            np.array([0.5]),
            CorruptFileError,
            "must hold one row of numbers, found float64",
        ),
        ("indptr.csc.index.npy", np.array([0, 2, 1, 3]), CorruptFileError, r"indptr\[2\] must be at least 2"),
        ("data.csc.index.npy", np.full(3, np.nan), CorruptFileError, "must hold finite numbers"),
        ("data.csc.index.npy", np.array([{}], object), CorruptFileError, "it holds Python objects"),
        ("nonoccurrence_array.index.npy", np.ones(1), CorruptFileError, "must hold 2 numbers"),
        ("sprat.index.json", b"{}", CorruptFileError, "files is missing"),
        (
            "sprat.index.json",
            b'{"format": 2, "files": {}}',
            UnsupportedVersionError,
            "format must be at most 1",
        ),
    ],
)
def test_a_folder_that_cannot_be_is_refused(tmp_path, name, content, error, message):
    _, our = both([["a", "b"], ["b"]], method="bm25l" if name.startswith("nonoccurrence") else "lucene")
    our.save(tmp_path)
    (tmp_path / "sprat.index.json").unlink()
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    else:
        np.save(tmp_path / name, content, allow_pickle=True)

    with pytest.raises(error, match=message):
        ours.BM25.load(tmp_path)


def test_a_mapped_folder_is_checked_when_it_is_used(tmp_path):
    _, our = both([["a", "b"], ["b"]])
    our.save(tmp_path)
    np.save(tmp_path / "indices.csc.index.npy", np.array([0, 0, 5], np.int32))

    loaded = ours.BM25.load(tmp_path, mmap=True)

    with pytest.raises(InvalidArgumentError, match=r"documents\[2\]"):
        loaded.get_scores(["a"])


def test_a_corpus_that_cannot_be_saved_leaves_the_folder_as_it_was(tmp_path):
    _, our = both([["a"], ["b"]])
    our.save(tmp_path / "index", corpus=["x", "y"])
    before = {path.name: path.read_bytes() for path in (tmp_path / "index").iterdir()}

    for corpus, message in [
        (["x", 5], r"corpus\[1\] must be a str"),
        (["x", {1: {2}}], r"corpus\[1\] cannot be"),
    ]:
        with pytest.raises(InvalidArgumentError, match=message):
            our.save(tmp_path / "index", corpus=corpus)

    assert {path.name: path.read_bytes() for path in (tmp_path / "index").iterdir()} == before


def test_saving_goes_where_it_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _, our = both([["a"]])

    our.save("index")

    assert sorted(os.listdir("index")) == [
        "data.csc.index.npy",
        "indices.csc.index.npy",
        "indptr.csc.index.npy",
        "params.index.json",
        "sprat.index.json",
        "vocab.index.json",
    ]


def test_a_corpus_of_an_earlier_index_is_not_this_ones(tmp_path):
    old, new = ours.BM25(), ours.BM25()
    old.index([["dog"]], show_progress=False)
    old.save(tmp_path, corpus=["A dog"])
    new.index([["moon"], ["sun"]], show_progress=False)

    new.save(tmp_path)

    loaded = ours.BM25.load(tmp_path, load_corpus=True)
    assert loaded.corpus is None
