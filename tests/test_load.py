"""Many threads search one index while another changes it: every answer is that of a state that existed.

The slow test goes on for five minutes (`make test-slow`), the other for a second.
"""

from __future__ import annotations

import resource
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

import sprat

COLUMNS = 40
BATCH = 50


def batch_of(number):
    """Documents of one addition; all have the batch's own weight in the last column."""
    rng = np.random.default_rng(number)
    rows = np.round(rng.random((BATCH, COLUMNS)), 2) * (rng.random((BATCH, COLUMNS)) < 0.4)
    rows[:, -1] = 1 + number % 97
    return csr_array(rows.astype(np.float32))


def answer_of(first, last, query):
    """What a search must find when the batches ``first`` to ``last - 1`` are there."""
    rows = np.vstack([batch_of(number).toarray() for number in range(first, last)])
    sums = np.zeros(len(rows), np.float32)
    for column in np.flatnonzero(query):
        sums += query[column] * rows[:, column]
    order = np.lexsort((np.arange(len(rows)), -sums))[:20]
    return first * BATCH + order, sums[order]


def resident_bytes():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def work(seconds, searchers):
    """Return the number of searches, of changes, and the memory after a fifth of the time and at the end."""
    index = sprat.SparseIndex(batch_of(0))
    bounds = [(0, 1)]  # every state that existed: batches first to last - 1
    answers, wrong = [], []
    end = time.monotonic() + seconds
    query = np.zeros(COLUMNS, np.float32)
    query[[1, 5, 17, COLUMNS - 1]] = [0.5, 1, 2, 1]
    asked = csr_array(query[None, :])

    def search():
        while time.monotonic() < end and not wrong:
            before = len(bounds) - 1  # a state that is there, or one that is gone by now
            found = index.search(asked, 20)
            after = len(bounds)
            answers.append(1)
            states = bounds[before : after + 1]  # one more may have come into being, not yet told
            candidates = [*states, (states[-1][0], states[-1][1] + 1), (states[-1][0] + 1, states[-1][1])]
            if len(answers) % 50 and seconds > 5:
                continue  # checking takes longer than searching
            for first, last in dict.fromkeys(candidates):
                if last <= first:
                    continue
                documents, scores = answer_of(first, last, query)
                if (found.documents[0, : len(documents)] == documents).all() and (
                    found.scores[0, : len(scores)] == scores
                ).all():
                    break
            else:
                wrong.append((before, after, found))

    threads = [threading.Thread(target=search) for _ in range(searchers)]
    for thread in threads:
        thread.start()
    early = None
    start = time.monotonic()
    while time.monotonic() < end and not wrong:
        first, last = bounds[-1]
        if last - first < 6:
            index.add(batch_of(last))
            bounds.append((first, last + 1))
        else:
            index.remove(np.arange(first * BATCH, (first + 1) * BATCH))
            bounds.append((first + 1, last))
        if early is None and time.monotonic() - start > seconds / 5:
            early = resident_bytes()
        time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert not wrong, wrong[:1]
    return len(answers), len(bounds), early, resident_bytes()


def test_answers_are_those_of_a_state_that_existed():
    searches, changes, _, _ = work(1, 4)

    assert searches > 10
    assert changes > 5


@pytest.mark.slow
def test_sixteen_threads_for_five_minutes_in_flat_memory():
    searches, changes, early, late = work(300, 16)

    assert searches > 1000
    assert changes > 1000
    assert late - early < 100 << 20
