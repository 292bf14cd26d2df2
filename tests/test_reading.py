"""Files of every format give the same documents, and say what is wrong with them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
import threading

import pyarrow
import pyarrow.parquet
import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

import sprat
from sprat import _records
from sprat.errors import CorruptFileError, InvalidArgumentError, MissingExtraError

DOCUMENTS = [("7", 'say "a", b'), ("x", "Straße 😀"), ("9", ""), ("y", "two words")]
TITLES = ["One", "", None, "Two"]


def json_lines() -> bytes:
    lines = [
        json.dumps({"_id": int(i) if i.isdigit() else i, "text": t, "title": h})
        for (i, t), h in zip(DOCUMENTS, TITLES)
    ]
    return "\n".join(lines).encode()


def table_of(delimiter: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["title", "_id", "text"])
    writer.writerows([h, i, t] for (i, t), h in zip(DOCUMENTS, TITLES))
    return out.getvalue().encode()


def parquet() -> bytes:
    ids, texts = zip(*DOCUMENTS)
    out = io.BytesIO()
    pyarrow.parquet.write_table(
        pyarrow.table({"_id": ids, "text": texts, "title": TITLES}), out, row_group_size=3
    )
    return out.getvalue()


FILES = {
    "a.jsonl": json_lines(),
    "crlf.jsonl": b"\xef\xbb\xbf" + json_lines().replace(b"\n", b"\r\n \r\n\r\n") + b"\r\n",
    "a.ndjson.gz": gzip.compress(json_lines()[:70]) + gzip.compress(json_lines()[70:]),
    "a.jsonl.zst": zstandard.compress(json_lines()[:70]) + zstandard.compress(json_lines()[70:]),
    "a.csv": table_of(","),
    "bom.csv.gz": gzip.compress(b"\xef\xbb\xbf" + table_of(",")),
    "a.tsv": table_of("\t"),
    "a.parquet": parquet(),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_documents(tmp_path, name):
    (tmp_path / name).write_bytes(FILES[name])

    texts = sprat.read(tmp_path / name)

    assert list(texts.with_ids()) == DOCUMENTS
    assert list(texts) == list(texts) == [text for _, text in DOCUMENTS]


@pytest.mark.parametrize("name", FILES)
def test_a_title_goes_before_the_text(tmp_path, name):
    (tmp_path / name).write_bytes(FILES[name])

    titled = list(sprat.read(tmp_path / name, title="title"))

    empty = " " if ".csv" in name or ".tsv" in name else ""  # these have no null
    assert titled == ['One say "a", b', " Straße 😀", empty, "Two two words"]


@pytest.mark.parametrize("name", FILES)
def test_an_encoder_learns_the_same_from_a_file_and_from_memory(tmp_path, name):
    (tmp_path / name).write_bytes(FILES[name])
    expected = sprat.BM25Encoder("unicode").fit([text for _, text in DOCUMENTS])

    encoder = sprat.BM25Encoder("unicode").fit(sprat.read(tmp_path / name))

    assert encoder.statistics == expected.statistics
    assert list(encoder.vocabulary) == list(expected.vocabulary)


def test_lines_of_text_are_documents(tmp_path):
    (tmp_path / "a.txt").write_bytes("\ufeffone\r\n\n \u3000\ntwo\rthree\nSt\u2028raße".encode())

    documents = list(sprat.read(tmp_path / "a.txt").with_ids())

    assert documents == [("1", "one"), ("4", "two\rthree"), ("5", "St\u2028raße")]


def test_several_files_are_one_corpus(tmp_path):
    paths = [tmp_path / "a.txt", tmp_path / "b.jsonl"]
    paths[0].write_text("one\n")
    paths[1].write_text('{"text": "two"}\n')

    assert list(sprat.read(paths)) == ["one", "two"]
    with pytest.raises(InvalidArgumentError, match="at least one file, got none"):
        sprat.read([])


def test_other_columns_can_be_asked_for(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"body": "b", "key": 3, "_id": "no"}\n')
    (tmp_path / "a.csv").write_text("key,body\n3,b\n")

    for name in ("a.jsonl", "a.csv"):
        assert list(sprat.read(tmp_path / name, "body", id="key").with_ids()) == [("3", "b")]


BAD_FILES = {
    "a.jsonl": (b'{"text": "a"}\n{"text": "\xff"}', "a.jsonl:2: not UTF-8: byte 0xff at column 11"),
    "b.jsonl": (b'{"text": "a"}\n\n{"text": 1}\n', "b.jsonl:3: field 'text' must be a string, got number"),
    "c.jsonl": (b'{"text": "a"}\n{"t": 1}\n', "c.jsonl:2: field 'text' is missing"),
    "d.jsonl": (b'{"text": "a", "_id": 1.5}\n', "d.jsonl:1: field '_id' must be a string or a whole number"),
    "e.txt": (b"one\ntwo\n\xe9t\xe9\n", "e.txt:3: not UTF-8: byte 0xe9 at column 1"),
    "f.csv": (b"id,body\n1,a\n", "f.csv:1: column 'text' is missing; there are 'id', 'body'"),
    "g.csv": (b"text,text\na,b\n", "g.csv:1: column 'text' is there twice"),
    "h.csv": (b'id,text\n1,"a\nb"\n2\n', "h.csv:4: has 1 fields, but the header 2"),
    "i.csv": (b'id,text\n1,"a\nb\n', "i.csv:2: not CSV: unexpected end of data"),
    "j.csv": (b'id,text\n1,"a"b\n', "j.csv:2: not CSV: ',' expected after '\"'"),
    "k.csv": (b"id,text\n1,\xff\n", "k.csv:2: not UTF-8: byte 0xff at column 3"),
    "l.csv": (b"id,text\n", "l.csv: no text in it"),
    "m.txt.gz": (gzip.compress(b"word\n" * 99)[:-9], "m.txt.gz: damaged gzip file: Compressed file ended"),
    "n.txt.gz": (gzip.compress(b"a\n") + b"junk", "n.txt.gz: damaged gzip file: Not a gzipped file"),
    "o.txt.zst": (zstandard.compress(b"a\n" * 99)[:-2], "o.txt.zst: damaged zstd file: it ends inside"),
    "p.txt.zst": (zstandard.compress(b"a\n") + b"junk", "p.txt.zst: damaged zstd file: "),
    "q.parquet": (parquet()[:-20], "q.parquet: not Parquet that can be read: "),
    "r.parquet": (b"", "r.parquet: not Parquet that can be read: "),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_named_with_the_place(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    content, message = BAD_FILES[name]
    (tmp_path / name).write_bytes(content)

    for consume in (list, sprat.BM25Encoder("unicode").fit):
        if name == "d.jsonl":
            consume = list  # the texts alone are fine
            with pytest.raises(CorruptFileError) as refused:
                list(sprat.read(name).with_ids())
        else:
            with pytest.raises(CorruptFileError) as refused:
                consume(sprat.read(name))

        assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["a", None], "row 1: column 'text' is null"),
        ([1, 2], "column 'text' must hold strings, got int64"),
        (
            pyarrow.array([b"a", b"\xff"]).view(pyarrow.string()),
            "row 1: column 'text' is not UTF-8 at byte 0",
        ),
    ],
)
def test_a_bad_parquet_column_is_named(tmp_path, column, message):
    pyarrow.parquet.write_table(pyarrow.table({"text": column}), tmp_path / "a.parquet")

    with pytest.raises(CorruptFileError) as refused:
        list(sprat.read(tmp_path / "a.parquet"))

    assert str(refused.value).endswith(f"a.parquet: {message}")


def test_what_is_not_there_is_said_at_once(tmp_path):
    (tmp_path / "a.doc").write_text("a")

    with pytest.raises(FileNotFoundError):
        sprat.read(tmp_path / "missing.txt")
    with pytest.raises(IsADirectoryError):
        sprat.read(tmp_path)
    with pytest.raises(InvalidArgumentError, match="cannot tell the format from the name; add format="):
        sprat.read(tmp_path / "a.doc")
    with pytest.raises(InvalidArgumentError, match=r"format must be one of jsonl, .*, got 'doc'"):
        sprat.read(tmp_path / "a.doc", format="doc")


@pytest.mark.parametrize(("name", "module"), [("a.parquet", "pyarrow"), ("a.jsonl.zst", "zstandard")])
def test_a_missing_library_names_its_extra(tmp_path, monkeypatch, name, module):
    (tmp_path / name).write_bytes(FILES[name])
    monkeypatch.setitem(sys.modules, module, None)

    extra = "arrow" if name.endswith("parquet") else "zstd"
    with pytest.raises(MissingExtraError, match=rf"pip install 'sprat\[{extra}\]'"):
        list(sprat.read(tmp_path / name))


def test_no_line_or_row_is_larger_than_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr(_records, "LONGEST_BYTES", 1000)
    monkeypatch.setattr(_records, "_BLOCK_BYTES", 100)
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n' + json.dumps({"text": "x" * 2000}))
    (tmp_path / "a.csv").write_text('text\n"' + "xxx\n" * 500)

    with pytest.raises(CorruptFileError, match=r"a\.jsonl:2: longer than 1,000 bytes"):
        list(sprat.read(tmp_path / "a.jsonl"))
    with pytest.raises(CorruptFileError, match=r"a\.csv:2: a row longer than 1,000 characters"):
        list(sprat.read(tmp_path / "a.csv"))


def test_blocks_do_not_show(tmp_path, monkeypatch):
    lines = [f'{{"text": "{"é" * n} {n}", "id": {n}}}' for n in range(60)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    (tmp_path / "a.csv").write_text("id,text\n" + "".join(f'{n},"{"é" * n}\n{n}"\n' for n in range(60)))

    for name in ("a.jsonl", "a.csv"):
        whole = list(sprat.read(tmp_path / name).with_ids())
        for size in (1, 7, 50):
            monkeypatch.setattr(_records, "_BLOCK_BYTES", size)
            assert list(sprat.read(tmp_path / name).with_ids()) == whole
        monkeypatch.undo()


# What the core reads, and what Python's json makes of the same line.

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(["text", "title", "_id", "id", "other"])
texts = st.text(st.characters() | st.sampled_from('\ud800\udc00"\\\n\t /é'), max_size=12)
objects = st.lists(st.tuples(names, texts | values), max_size=5)
mutations = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(b'"\\{}[]:,u0e-. \t\x00\xc3\xff')), max_size=2
)


def written(pairs, ascii_only, spaced) -> bytes:
    space = " \t\r" if spaced else ""
    members = [
        f"{json.dumps(key)}{space}:{space}{json.dumps(value, ensure_ascii=ascii_only)}"
        for key, value in pairs
    ]
    return ("{" + space + f"{space},{space}".join(members) + space + "}").encode("utf-8", "replace")


def by_python(line: bytes, title: str | None):
    """What json.loads finds in a line, or None if it is to be refused."""
    try:
        value = json.loads(line.decode().removesuffix("\r"))
    except (ValueError, RecursionError):
        return None
    if isinstance(value, str):
        return ("1", value)
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return None
    text = value["text"]
    if title is not None and value.get(title) is not None:
        if not isinstance(value[title], str):
            return None
        text = f"{value[title]} {text}"
    name = value.get("_id", value.get("id", 1))
    return (str(name), text) if type(name) in (str, int) else None


@given(objects, st.booleans(), st.booleans(), mutations, st.sampled_from([None, "title"]))
@example([("text", "a"), ("text", 1)], True, False, [], None)
@example([("text", '\\"'), ("id", -0)], True, False, [], None)
@example([("te\\u0078t", "a")], True, False, [], None)
def test_the_core_reads_what_json_reads(tmp_path_factory, pairs, ascii_only, spaced, changes, title):
    line = bytearray(written(pairs, ascii_only, spaced))
    for at, byte in changes:
        line[at % len(line)] = byte
    path = tmp_path_factory.getbasetemp() / "line.jsonl"
    path.write_bytes(line)

    try:
        found = list(sprat.read(path, title=title).with_ids())
    except CorruptFileError:
        found = [None]

    assert found == [by_python(bytes(line), title)]


@pytest.mark.parametrize(
    "line",
    [
        '{"text":"a","n":01}',
        '{"text":"a","n":1.}',
        '{"text":"a","n":-}',
        '{"text":"a","n":1e}',
        '{"text":"a","n":NaN}',
        '{"text":"a","n":-Infinity}',
        '{"text":"a","n":1e5}',
        '{"text":"a","id":-0}',
        '{"text":"a",}',
        '{"text":"a"} x',
        '{"text":"a""b":1}',
        '{"text":"\\ud83d\\ude00\\ud800\\u0041"}',
        '{"text":"\\ud800\\ud83d\\ude00"}',
        '{"text":"\\u12g4"}',
        '{"text":"\\x41"}',
        '{"text":"a","n":"\\x41"}',
        '{"text":"a\tb"}',
        '{"text":"a","n":tru}',
        '{"text":"a","n":nullx}',
        '{"te\\u0078t":"a"}',
        '{"text":"a","n":' + "[" * 70 + "]" * 70 + "}",
        '{"text":"a","id":' + "9" * 700 + "}",
        "[]",
        '"bare"',
        "{}",
    ],
)
def test_awkward_json_is_read_as_python_reads_it(tmp_path, line):
    (tmp_path / "a.jsonl").write_text(line)

    try:
        found = list(sprat.read(tmp_path / "a.jsonl").with_ids())
    except CorruptFileError:
        found = [None]

    assert found == [by_python(line.encode(), None)]


def test_the_core_takes_ordinary_lines():
    """Else every other test would be one of Python's json alone."""
    lines = b'{"_id": "a\\u00e9", "n": [1, {"x": null}], "text": "b"}\n\n{"text": "c", "title": "T"}\nno\n'

    texts, ids, size, count = sprat._core.read_json_lines(
        lines, "text", "title", ["_id", "id"], id_required=False, first_line=5, last=True
    )

    assert (texts.strings(0, 2), ids.strings(0, 2)) == (["b", "T c"], ["aé", "7"])
    assert (size, count) == (len(lines) - 3, 3)


# Reading ahead.


def test_the_reader_stops_when_nobody_listens(tmp_path):
    (tmp_path / "a.txt").write_text("word\n" * 100_000)
    columns = sprat.read(tmp_path / "a.txt").__sprat_columns__()
    next(columns)
    reader = next(thread for thread in threading.enumerate() if thread.name == "sprat-read-ahead")

    columns.close()
    reader.join(10)

    assert not reader.is_alive()


MEMORY = """
import resource, sys, sprat
sprat.BM25Encoder("unicode").fit(["warm"])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
encoder = sprat.BM25Encoder("unicode", threads=2).fit(sprat.read(sys.argv[1]))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(encoder.statistics.document_count, (after - before) // 1024)
"""


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.csv.zst", "a.parquet"])
def test_a_fit_over_a_large_file_needs_little_memory(tmp_path, name):
    texts = ["word " * 200 + str(number) for number in range(100)] * 1000  # a hundred megabytes
    if name == "a.parquet":
        pyarrow.parquet.write_table(pyarrow.table({"text": texts}), tmp_path / name)
    elif name == "a.jsonl.gz":
        lines = "".join(f'{{"text": "{text}"}}\n' for text in texts[:1000])
        (tmp_path / name).write_bytes(gzip.compress(lines.encode()) * 100)
    else:
        lines = "".join(f"{text}\n" for text in texts[:1000])
        content = zstandard.compress(b"text\n") + zstandard.compress(lines.encode()) * 100
        (tmp_path / name).write_bytes(content)

    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path / name)], capture_output=True, text=True, check=True
    )

    count, megabytes = map(int, done.stdout.split())
    assert count == 100_000
    assert megabytes < 90


def test_lines_are_bytes_one_behind_the_other():
    with pytest.raises(TypeError, match="lines must be bytes"):
        sprat._core.read_json_lines(
            memoryview(b"{}\n")[::-1], "text", None, [], id_required=False, first_line=1, last=True
        )
