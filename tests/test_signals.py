"""Ctrl-C ends every long call soon, and what is interrupted can go on."""

from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pytest
from scipy.sparse import csr_array

import sprat

TEXT = "The quick brown foxes were jumping over the lazy dogs; nobody knew why. " * 40
TEXTS = [TEXT + str(number) for number in range(150_000)]  # seconds of work


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(1)
    columns = np.sort(rng.integers(0, 30_000, (60_000, 64)), axis=1) + np.arange(64)
    indptr = np.arange(0, columns.size + 1, 64)
    return csr_array((rng.random(columns.size, np.float32), columns.ravel(), indptr), shape=(60_000, 30_064))


@pytest.fixture(scope="module")
def index(rows):
    return sprat.SparseIndex(rows)


@pytest.fixture(autouse=True)
def handler():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a run in the background
    yield
    signal.signal(signal.SIGINT, before)


def interrupted_after(seconds, work):
    """Return how long ``work`` goes on after an interrupt."""
    sent = []

    def send():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.2, send)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        work()
    timer.join()
    return time.monotonic() - sent[0]


def forever(work):
    while True:
        work()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    "work",
    [
        lambda threads: sprat.Analyzer("en").batch(TEXTS, threads=threads),
        lambda threads: sprat.BM25Encoder("en", threads=threads).fit(TEXTS),
    ],
    ids=["batch", "fit"],
)
def test_analysis_is_interrupted(work, threads):
    assert interrupted_after(0.2, lambda: work(threads)) < 2


@pytest.mark.parametrize("threads", [1, 2])
def test_a_search_is_interrupted_and_the_index_goes_on(rows, index, threads):
    before = index.search(rows[:3])

    assert interrupted_after(0.2, lambda: index.search(rows, 100, threads=threads)) < 2

    assert (index.search(rows[:3]).documents == before.documents).all()


@pytest.mark.parametrize("work", ["build", "merge", "save", "verify"])
def test_work_on_an_index_is_interrupted_and_leaves_no_half(rows, index, tmp_path, work):
    path = tmp_path / "index"
    index.save(path)
    changing = sprat.SparseIndex(rows[:1000])
    changing.remove([0])
    forms = {
        "build": lambda: sprat.SparseIndex(rows),
        "merge": lambda: changing.__copy__().merge(),
        "save": lambda: index.save(path),
        "verify": lambda: sprat.SparseIndex.load(path).verify(),
    }

    assert interrupted_after(0.2, lambda: forever(forms[work])) < 2

    assert os.listdir(tmp_path) == ["index"]
    assert len(sprat.SparseIndex.load(path, verify=True)) == 60_000


def test_an_encoder_that_was_interrupted_is_what_it_was():
    encoder = sprat.BM25Encoder("en").fit(TEXTS[:100])
    before = encoder.statistics

    interrupted_after(0.2, lambda: encoder.partial_fit(TEXTS))

    assert encoder.statistics == before
    assert encoder.partial_fit(["ant"]).statistics.document_count == 101


def test_other_threads_search_on_while_one_is_interrupted(rows, index):
    done = []
    worker = threading.Thread(target=lambda: done.append(index.search(rows[:2000], threads=1)))
    worker.start()

    interrupted_after(0.2, lambda: index.search(rows, 100, threads=1))
    worker.join()

    assert (done[0].documents[:, 0] >= 0).all()


def test_a_process_that_forks_after_use_goes_on_in_both(rows, index):
    encoder = sprat.BM25Encoder("en").fit(TEXTS[:50])

    def ask():
        return index.search(rows[:20], threads=2).scores.tobytes(), encoder.encode_queries(
            TEXTS[:3]
        ).data.tobytes()

    before = ask()
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if ask() == before else 2)
        finally:
            os._exit(1)

    assert os.waitpid(child, 0)[1] == 0
    assert ask() == before
