"""A corpus is encoded into a folder once, whatever happens meanwhile."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.dataset
import pytest
from scipy.sparse import load_npz, vstack

import sprat
from sprat import _encode_to
from sprat.errors import (
    CorruptFileError,
    InvalidArgumentError,
    MissingExtraError,
    NotFittedError,
    UnsupportedVersionError,
)

WORDS = "cat dog bird fish cow hen fox owl bee ant".split()
TEXTS = [" ".join(random.Random(n).choices(WORDS, k=n % 13)) for n in range(500)]
FORMATS = ["parquet", "npz"]


@pytest.fixture(scope="module")
def encoder():
    return sprat.BM25Encoder("unicode").fit(TEXTS)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch):
    monkeypatch.setattr(_encode_to, "PART_DOCUMENTS", 60)
    monkeypatch.setattr(_encode_to, "PART_BYTES", 2000)
    monkeypatch.setattr(_encode_to, "_TEXTS_PER_BLOCK", 7)


def contents(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def assert_same(vectors, matrix, ids):
    assert vectors.ids == ids
    assert vectors.matrix.shape == matrix.shape
    assert vectors.matrix.dtype == np.float32
    for name in ("indptr", "indices", "data"):
        assert np.array_equal(getattr(vectors.matrix, name), getattr(matrix, name))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("ids", [None, [f"d{n}" for n in range(500)], list(range(7, 507))], ids=type)
def test_what_was_written_is_what_encoding_in_memory_gives(tmp_path, encoder, form, ids):
    written = encoder.encode_documents_to(tmp_path / "v", iter(TEXTS), ids, format=form)

    assert written == 500
    expected = list(range(500)) if ids is None else ids
    assert_same(sprat.read_vectors(tmp_path / "v"), encoder.encode_documents(TEXTS), expected)
    assert len(os.listdir(tmp_path / "v")) > 5


def test_ids_and_texts_come_from_a_file(tmp_path, encoder):
    lines = (f'{{"_id": "d{n}", "text": "{text}"}}\n' for n, text in enumerate(TEXTS))
    (tmp_path / "a.jsonl").write_text("".join(lines))

    encoder.encode_documents_to(tmp_path / "v", sprat.read(tmp_path / "a.jsonl"))

    ids = [f"d{n}" for n in range(500)]
    assert_same(sprat.read_vectors(tmp_path / "v"), encoder.encode_documents(TEXTS), ids)


def test_every_engine_reads_the_parts(tmp_path, encoder):
    expected = encoder.encode_documents(TEXTS)
    encoder.encode_documents_to(tmp_path / "p", TEXTS)
    encoder.encode_documents_to(tmp_path / "n", TEXTS, format="npz")

    table = pyarrow.dataset.dataset(tmp_path / "p", format="parquet").to_table()
    matrices = [load_npz(path) for path in sorted((tmp_path / "n").glob("*.npz"))]

    assert table.schema.field("indices").type == pyarrow.list_(pyarrow.uint32())
    assert table.schema.field("values").type == pyarrow.list_(pyarrow.float32())
    assert table["id"].to_pylist() == list(range(500))
    assert table["indices"].to_pylist() == [row.indices.tolist() for row in expected]
    assert (vstack(matrices) != expected).nnz == 0


@pytest.mark.parametrize(
    "encoder",
    [
        sprat.BM25Encoder(str.split, variant="okapi").fit(TEXTS),
        sprat.BM25Encoder("unicode", vocabulary=sprat.HashedVocabulary("murmur3-abs")).fit(TEXTS),
    ],
    ids=["callable", "hashed"],
)
@pytest.mark.parametrize("form", FORMATS)
def test_any_encoder_can_do_it(tmp_path, encoder, form):
    encoder.encode_documents_to(tmp_path / "v", pyarrow.array(TEXTS), format=form)

    assert_same(sprat.read_vectors(tmp_path / "v"), encoder.encode_documents(TEXTS), list(range(500)))


def test_an_interrupted_run_is_taken_up(tmp_path, encoder):
    def broken():
        yield from TEXTS[:333]
        raise OSError("the network went away")

    encoder.encode_documents_to(tmp_path / "whole", TEXTS)
    with pytest.raises(OSError, match="the network went away"):
        encoder.encode_documents_to(tmp_path / "v", broken())
    with pytest.raises(CorruptFileError, match="not whole: call encode_documents_to again"):
        sprat.read_vectors(tmp_path / "v")
    before = contents(tmp_path / "v")
    encoder.encode_documents_to(tmp_path / "v", TEXTS)

    after = contents(tmp_path / "v")
    assert after == contents(tmp_path / "whole")
    assert len(before) > 3
    assert all(after[name] == before[name] for name in before if name != "_sprat.json")


def test_a_corpus_that_grew_is_taken_up(tmp_path, encoder):
    encoder.encode_documents_to(tmp_path / "v", TEXTS[:200])
    assert encoder.encode_documents_to(tmp_path / "v", TEXTS[:200]) == 200

    assert encoder.encode_documents_to(tmp_path / "v", TEXTS) == 500

    assert_same(sprat.read_vectors(tmp_path / "v"), encoder.encode_documents(TEXTS), list(range(500)))


WRITER = """
import sys, sprat
from sprat import _encode_to
_encode_to.PART_BYTES = 20_000
encoder = sprat.BM25Encoder.load(sys.argv[1])
texts = sprat.read(sys.argv[2])
encoder.encode_documents_to(sys.argv[3], texts, format=sys.argv[4])
"""


@pytest.mark.parametrize("form", FORMATS)
def test_a_writer_killed_anywhere_loses_and_doubles_nothing(tmp_path, encoder, form, request):
    seed = int(request.config.option.hypothesis_seed)
    draw = random.Random(seed)
    encoder.save(tmp_path / "bm25.json")
    (tmp_path / "a.txt").write_text("".join(f"{n} {text}\n" for n, text in enumerate(TEXTS * 40)))
    arguments = [sys.executable, "-c", WRITER, *(str(tmp_path / name) for name in ("bm25.json", "a.txt"))]
    subprocess.run([*arguments, str(tmp_path / "whole"), form], check=True)

    kills = 0
    while True:
        with subprocess.Popen([*arguments, str(tmp_path / "v"), form]) as writer:
            parts = len(list(tmp_path.glob("v/part-*")))
            while kills < 5 and writer.poll() is None and len(list(tmp_path.glob("v/part-*"))) == parts:
                time.sleep(0.001)
            time.sleep(draw.random() * 0.03)
            if kills < 5 and writer.poll() is None:
                writer.kill()
                kills += 1
        if writer.returncode == 0:
            break

    assert kills > 0, f"seed {seed}"
    assert contents(tmp_path / "v") == contents(tmp_path / "whole"), f"seed {seed}"


RESIDENT = """
import sys, sprat
from sprat import _encode_to
_encode_to.PART_BYTES = 30_000
encoder = sprat.BM25Encoder.load(sys.argv[1])
seen = []

def counted(method):
    def call(*arguments):
        method(*arguments)
        with open("/proc/self/status") as status:
            (line,) = [line for line in status if line.startswith("VmRSS")]
        seen.append(int(line.split()[1]) // 1024)
    return call

_encode_to._Folder.add = counted(_encode_to._Folder.add)
_encode_to._Folder.require_same = counted(_encode_to._Folder.require_same)
encoder.encode_documents_to(sys.argv[3], open(sys.argv[2]), format=sys.argv[4])
print(*seen)
"""


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_hundreds_of_parts_are_written_and_passed_over_in_bounded_memory(tmp_path, encoder, form):
    if not Path("/proc/self/status").exists():
        pytest.skip("needs /proc")
    encoder.save(tmp_path / "bm25.json")
    (tmp_path / "a.txt").write_text("".join(f"{n} {text}\n" for n, text in enumerate(TEXTS * 900)))
    arguments = [
        sys.executable,
        "-c",
        RESIDENT,
        *(str(tmp_path / name) for name in ("bm25.json", "a.txt", "v")),
    ]

    for step in ("written", "passed over"):
        printed = subprocess.run([*arguments, form], check=True, capture_output=True, text=True).stdout
        megabytes = list(map(int, printed.split()))
        print(f"{step}: {megabytes[50]} MB after 50 parts, {megabytes[-1]} MB after {len(megabytes)}")
        assert len(megabytes) > 300
        assert megabytes[-1] - megabytes[50] < 20


def test_a_folder_goes_with_one_encoder_and_one_corpus(tmp_path, encoder):
    other = sprat.BM25Encoder("unicode", k1=2).fit(TEXTS)
    encoder.encode_documents_to(tmp_path / "v", TEXTS)
    before = contents(tmp_path / "v")

    with pytest.raises(InvalidArgumentError, match="begun with another encoder"):
        other.encode_documents_to(tmp_path / "v", TEXTS)
    with pytest.raises(InvalidArgumentError, match="begun with another format"):
        encoder.encode_documents_to(tmp_path / "v", TEXTS, format="npz")
    with pytest.raises(InvalidArgumentError, match=r"part-00001-\w+\.parquet: made from other texts or ids"):
        encoder.encode_documents_to(tmp_path / "v", [*TEXTS[:80], "another", *TEXTS[81:]])
    with pytest.raises(InvalidArgumentError, match=r"part-00000-\w+\.parquet: made from other texts or ids"):
        encoder.encode_documents_to(tmp_path / "v", TEXTS, range(1, 501))
    with pytest.raises(InvalidArgumentError, match="holds 500 documents, but there are fewer texts"):
        encoder.encode_documents_to(tmp_path / "v", TEXTS[:-1])
    assert contents(tmp_path / "v") == before


def test_a_folder_of_a_newer_release_is_neither_read_nor_written_to(tmp_path, encoder):
    encoder.encode_documents_to(tmp_path, TEXTS)
    manifest = tmp_path / "_sprat.json"
    manifest.write_text(manifest.read_text().replace('"version": 1', '"version": 2'))
    before = contents(tmp_path)

    for work in (sprat.read_vectors, lambda folder: encoder.encode_documents_to(folder, TEXTS)):
        with pytest.raises(UnsupportedVersionError, match="a folder of version 2; this release reads 1"):
            work(tmp_path)
    assert contents(tmp_path) == before


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path, encoder):
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(InvalidArgumentError, match="there are other files in this folder"):
        encoder.encode_documents_to(tmp_path, TEXTS)
    assert os.listdir(tmp_path) == ["notes.txt"]


@pytest.mark.parametrize(
    ("texts", "ids", "error", "message"),
    [
        (["a", 1], None, TypeError, r"texts\[1\] must be str, got int"),
        ("abc", None, TypeError, "got one str"),
        (TEXTS, ["a"], InvalidArgumentError, "ids must be as many as texts, got 1 for more texts"),
        (["a"], ["a", "b"], InvalidArgumentError, "ids must be as many as texts, got more for 1 texts"),
        (["a", "b"], ["a", 1], InvalidArgumentError, "ids must be all str or all int, got 1 at position 1"),
        (["a"], [1.5], InvalidArgumentError, "ids must be all str or all int, got 1.5 at position 0"),
        (["a"], [True], InvalidArgumentError, "ids must be all str or all int, got True at position 0"),
        (["a"], ["\ud800"], InvalidArgumentError, r"ids must be Unicode, got '\\ud800' at position 0"),
        (["a"], [1 << 63], InvalidArgumentError, r"ids must be whole numbers of 64 bits"),
    ],
)
def test_bad_texts_and_ids_are_named(tmp_path, encoder, texts, ids, error, message):
    with pytest.raises(error, match=message):
        encoder.encode_documents_to(tmp_path / "v", texts, ids)


def test_texts_are_counted_over_all_parts(tmp_path, encoder):
    broken = pyarrow.array([b"a"] * 300 + [b"\xff"]).view(pyarrow.string())

    with pytest.raises(TypeError, match=r"texts\[400\] must be str, got NoneType"):
        encoder.encode_documents_to(tmp_path / "a", pyarrow.array([*TEXTS[:400], None]))
    with pytest.raises(InvalidArgumentError, match=r"texts\[300\] must be UTF-8"):
        encoder.encode_documents_to(tmp_path / "b", broken)


def test_what_it_needs_is_said_before_the_work(tmp_path, encoder, monkeypatch):
    with pytest.raises(NotFittedError):
        sprat.BM25Encoder().encode_documents_to(tmp_path / "v", TEXTS)
    with pytest.raises(InvalidArgumentError, match="format must be 'parquet' or 'npz', got 'csv'"):
        encoder.encode_documents_to(tmp_path / "v", TEXTS, format="csv")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match="writing Parquet needs pyarrow"):
        encoder.encode_documents_to(tmp_path / "v", TEXTS)
    with pytest.raises(FileNotFoundError):
        encoder.encode_documents_to(tmp_path / "no" / "v", TEXTS, format="npz")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("form", FORMATS)
def test_a_flipped_byte_is_an_error(tmp_path, encoder, form, request):
    encoder.encode_documents_to(tmp_path / "v", TEXTS[:100], format=form)
    draw = random.Random(int(request.config.option.hypothesis_seed))

    for path in (tmp_path / "v").iterdir():
        content = path.read_bytes()
        for at in draw.sample(range(len(content)), 50):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1 << draw.randrange(8)]) + content[at + 1 :])
            with pytest.raises((CorruptFileError, UnsupportedVersionError)):
                sprat.read_vectors(tmp_path / "v")
        path.write_bytes(content)


def test_a_missing_part_is_named(tmp_path, encoder):
    encoder.encode_documents_to(tmp_path / "v", TEXTS)
    (part,) = (tmp_path / "v").glob("part-00002-*.parquet")
    part.unlink()

    with pytest.raises(CorruptFileError, match="part 2 is missing"):
        sprat.read_vectors(tmp_path / "v")
    with pytest.raises(CorruptFileError, match="part 2 is missing"):
        encoder.encode_documents_to(tmp_path / "v", TEXTS)
    with pytest.raises(CorruptFileError, match="not a folder of vectors"):
        sprat.read_vectors(tmp_path)
    with pytest.raises(FileNotFoundError):
        sprat.read_vectors(tmp_path / "nothing")


def test_progress_is_shown_when_asked_for(tmp_path, encoder, capsys):
    encoder.encode_documents_to(tmp_path / "v", TEXTS)
    assert capsys.readouterr() == ("", "")

    encoder.encode_documents_to(tmp_path / "v", TEXTS, show_progress=True)

    out, err = capsys.readouterr()
    assert out == ""
    assert "500" in err
