"""Damaged files, full disks, killed writers: an error or a whole content, never a crash or another answer.

`make faults` tries all of it at greater length and writes docs/faults.md.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
from scipy.sparse import csr_array

import faults
import sprat
from formats import FORMATS, Format, asked, bm25s, everything, matrix
from sprat.errors import CorruptFileError

REPLACING = [form for form in FORMATS if form.replaces]
formats = pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
replacing = pytest.mark.parametrize("form", REPLACING, ids=lambda form: form.name)


@pytest.fixture
def draw(request):
    return random.Random(int(request.config.option.hypothesis_seed))


def few(form, count):
    """Return ``count``, or less for what takes long to read."""
    return count // 8 if form.name.startswith(("folder", "retriever")) else count


def some(draw, count):
    return lambda size: (draw.randrange(size) for _ in range(min(count, size)))


@formats
def test_a_flipped_bit_is_an_error_or_harmless(form, tmp_path, draw):
    found = faults.flipped(form, tmp_path / "saved", some(draw, few(form, 60)))

    assert found["error"] > 0.5 * found["same"]  # of vectors.npz, whose archive has fields that nobody reads


@formats
def test_a_file_that_was_cut_short_is_an_error(form, tmp_path, draw):
    found = faults.cut(form, tmp_path / "saved", some(draw, few(form, 20)))

    assert found["error"] > 0


@formats
def test_a_full_disk_is_an_error_and_changes_nothing(form, tmp_path):
    try:
        found = faults.full_disk(form, tmp_path / "disk")
    except PermissionError as error:
        pytest.skip(str(error))

    assert found["error"] > 0


@formats
def test_what_cannot_be_written_can_be_read(form, tmp_path):
    try:
        faults.read_only(form, tmp_path / "disk")
    except PermissionError as error:
        pytest.skip(str(error))


@replacing
def test_a_writer_killed_at_a_step_leaves_the_old_content_or_the_new(form, tmp_path):
    assert faults.killed_at_each_step(form, tmp_path / "saved", stride=7).total() > 1


@replacing
def test_a_writer_killed_at_any_time_leaves_the_old_content_or_the_new(form, tmp_path, draw):
    faults.killed_at_any_time(form, tmp_path / "saved", 5, draw.randrange(1000))


@replacing
def test_readers_find_one_content_or_the_other_while_two_processes_write(form, tmp_path):
    assert faults.two_writers(form, tmp_path / "saved", 0.3)["same"] > 0


def index_of(path):
    index = sprat.SparseIndex.load(path)
    return lambda: asked(index)


def retriever_of(path):
    retriever = sprat.Retriever.load(path)
    return lambda: everything(retriever)


def mapped_bm25s(path):
    index = bm25s_load(path)

    def ask():
        results = index.retrieve([["ant", "elk"], ["cat"]], k=5)
        return results.documents.tolist(), results.scores.tolist()

    return ask


def bm25s_load(path):
    from sprat.compat.bm25s import BM25

    return BM25.load(path, mmap=True, load_corpus=True)


OPENED = [(form, index_of) for form in FORMATS if form.name == "index"]
OPENED += [(bm25s(mapped=True), mapped_bm25s)]


@pytest.mark.parametrize(("form", "ask"), OPENED, ids=lambda value: getattr(value, "name", ""))
def test_a_file_that_shrinks_while_it_is_in_use_is_an_error(form: Format, ask, tmp_path):
    assert faults.shrunk(form, tmp_path / "saved", ask)["error"] > 0


@pytest.mark.parametrize("part", [0, 0.3, 0.5, 0.7, 0.999])
@pytest.mark.parametrize("verb", ["add", "merge", "save"])
def test_an_index_whose_file_shrank_is_neither_changed_nor_saved(verb, part, tmp_path):
    path = tmp_path / "index"
    sprat.SparseIndex(matrix(0)).save(path)
    index = sprat.SparseIndex.load(path)
    asked(index)  # all of it is known to be right
    change = {
        "add": lambda: index.add(matrix(1)),
        "save": lambda: index.save(tmp_path / "copy"),
        "merge": lambda: (index.remove([0]), index.merge()),
    }[verb]

    os.truncate(path, int(path.stat().st_size * part))

    with pytest.raises(CorruptFileError):
        change()
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("load_first", [True, False])
def test_a_bus_error_that_is_not_ours_ends_the_process_whoever_else_listens(load_first, tmp_path):
    sprat.SparseIndex(matrix(0)).save(tmp_path / "index")
    load = f"kept.append(sprat.SparseIndex.load({str(tmp_path / 'index')!r}))"
    lines = [load, "faulthandler.enable()", load] if load_first else ["faulthandler.enable()", load]
    program = "; ".join(
        ["import faulthandler, os, signal, sprat", "kept = []", *lines, "os.kill(os.getpid(), signal.SIGBUS)"]
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30, check=False)

    assert done.returncode == -signal.SIGBUS
    assert 1 <= done.stderr.count(b"Fatal Python error: Bus error") <= 2


def test_texts_of_a_file_that_shrinks_are_an_error(tmp_path):
    texts = [f"{word} {number}" for number in range(9000) for word in ("ant", "bee")]
    sprat.Retriever.from_texts(texts, encoder=sprat.BM25Encoder("unicode")).save(tmp_path / "saved")
    loaded = sprat.Retriever.load(tmp_path / "saved")
    assert loaded.text(17999) == "bee 8999"

    for name in ("texts", "row-columns", "row-values"):
        (file,) = (tmp_path / "saved").glob(f"{name}.*")
        os.truncate(file, file.stat().st_size // 2)

    assert loaded.text(0) == "ant 0"
    for wrong in (lambda: loaded.text(17999), lambda: loaded.remove([3]) or loaded.search("ant")):
        with pytest.raises(CorruptFileError, match="ends before byte"):
            wrong()


def test_an_index_whose_file_is_written_to_is_of_no_use_any_more(tmp_path):
    sprat.SparseIndex(csr_array(np.eye(3, dtype=np.float32))).save(tmp_path / "a")
    sprat.SparseIndex(csr_array(2 * np.eye(3, dtype=np.float32))).save(tmp_path / "b")
    os.utime(tmp_path / "a", ns=(0, 0))  # clocks of file systems are coarse
    index = sprat.SparseIndex.load(tmp_path / "a")
    before = index.search({0: 1.0})

    (tmp_path / "a").write_bytes((tmp_path / "b").read_bytes())

    assert before.scores[0, 0] == 1
    for ask in (
        lambda: index.search({0: 1.0}),
        lambda: index.save(tmp_path / "c"),
        lambda: index.add(csr_array(np.eye(3))),  # which merges
        index.verify,
    ):
        with pytest.raises(CorruptFileError):
            ask()
    assert not (tmp_path / "c").exists()
    assert sprat.SparseIndex.load(tmp_path / "a").search({0: 1.0}).scores[0, 0] == 2


def test_threads_that_search_a_file_that_shrinks_all_get_an_error(tmp_path):
    rng = np.random.default_rng(3)
    rows = csr_array((rng.random((20000, 64)) < 0.5).astype(np.float32))
    sprat.SparseIndex(rows).save(tmp_path / "index")
    index, queries = sprat.SparseIndex.load(tmp_path / "index"), rows[:50]
    right = index.search(queries, threads=1)
    answers: list[object] = []

    def search() -> None:
        while True:
            try:
                found = index.search(queries, threads=1)
            except CorruptFileError:
                return
            answers.append(all((a == b).all() for a, b in zip(found, right)))

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    while len(answers) < 4:
        pass
    os.truncate(tmp_path / "index", 5000)
    for thread in threads:
        thread.join()

    assert all(answers)
