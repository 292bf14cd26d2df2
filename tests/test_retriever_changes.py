"""sprat.Retriever: after any change it is what indexing anew gives; calls that fail change nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import reference
import sprat
from sprat.errors import InvalidArgumentError
from sprat.retriever import texts

# Few words, so that terms vanish and come back in another order, and ties and empty texts are common.
TEXT = st.lists(st.sampled_from(["ant", "bee", "cat", "dog", "elk", "fox"]), max_size=7).map(" ".join)
ID = st.one_of(st.integers(0, 15), st.sampled_from("abcdefgh"))
QUERIES = ["ant bee cat dog elk fox", "fox elk dog cat bee ant", "bee", "dog dog fox"]


def answers(retriever):
    return [[(hit.id, hit.score, hit.text) for hit in hits] for hits in retriever.search(QUERIES, k=40)]


def expected(live, variant):
    """Search with plain Python floats, in the columns that a fit of the live texts gives."""
    documents = [text.split() for text in live.values()]
    if not any(documents):
        return [[] for _ in QUERIES]
    bm25 = reference.Bm25(documents, variant=variant, k1=1.2, delta=1 if variant == "bm25+" else 0)
    vectors = [bm25.encode_document(tokens) for tokens in documents]
    queries = [bm25.encode_query(query.split()) for query in QUERIES]
    names = list(live)
    return [
        [(names[row], score, live[names[row]]) for row, score in hits]
        for hits in reference.search(vectors, queries, 40)
    ]


class Changes(RuleBasedStateMachine):
    """A retriever beside a dict of the documents that should be in it, in order of insertion."""

    def __init__(self):
        super().__init__()
        self.live = {}

    @initialize(
        variant=st.sampled_from(["lucene", "okapi", "bm25+"]),
        analyzer=st.sampled_from(["unicode", str.split]),
        first=st.dictionaries(ID, TEXT, max_size=6),
    )
    def index(self, variant, analyzer, first):
        self.variant, self.analyzer = variant, analyzer
        self.retriever = sprat.Retriever.from_texts(first.values(), first.keys(), self.encoder())
        self.live.update(first)

    def encoder(self):
        return sprat.BM25Encoder(self.analyzer, variant=self.variant)

    @rule(more=st.dictionaries(ID, TEXT, min_size=1, max_size=5))
    def add(self, more):
        clash = set(more) & set(self.live)
        if clash:
            with pytest.raises(InvalidArgumentError, match="must be new"):
                self.retriever.add(more.values(), more.keys())
            more = {name: text for name, text in more.items() if name not in clash}
        self.retriever.add(more.values(), more.keys())
        self.live.update(more)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def remove(self, data):
        gone = data.draw(st.lists(st.sampled_from(list(self.live)), unique=True, max_size=5))
        self.retriever.remove(gone)
        for name in gone:
            del self.live[name]

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def update(self, data):
        changed = data.draw(st.dictionaries(st.sampled_from(list(self.live)), TEXT, max_size=3))
        self.retriever.update(changed.values(), changed.keys())
        for name, text in changed.items():
            del self.live[name]
            self.live[name] = text

    @rule(changed=st.dictionaries(ID, TEXT, max_size=5))
    def update_or_add(self, changed):
        self.retriever.update(changed.values(), changed.keys(), add=True)
        for name, text in changed.items():
            self.live.pop(name, None)
            self.live[name] = text

    @rule()
    def save_and_load(self):
        with tempfile.TemporaryDirectory() as folder:
            self.retriever.save(folder)
            self.retriever = sprat.Retriever.load(folder, encoder=self.encoder())

    @rule()
    def search_matches_the_reference(self):
        assert answers(self.retriever) == expected(self.live, self.variant)

    @rule()
    def search_matches_a_new_index(self):
        anew = sprat.Retriever.from_texts(self.live.values(), self.live.keys(), self.encoder())
        assert answers(self.retriever) == answers(anew)
        assert self.retriever.encoder.statistics == anew.encoder.statistics
        assert self.retriever.drift == 0

    @rule(allowed=st.sets(ID))
    def filtered_search_is_search_without_the_others(self, allowed):
        hits = self.retriever.search(QUERIES[0], k=40)
        assert (
            self.retriever.search(QUERIES[0], filter=allowed, k=3) == [h for h in hits if h.id in allowed][:3]
        )

    @invariant()
    def ids_are_in_order_of_insertion(self):
        if hasattr(self, "retriever"):
            assert self.retriever.ids == list(self.live)
            assert len(self.retriever) == len(self.live)


TestChanges = Changes.TestCase
TestChanges.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@pytest.fixture
def retriever():
    return sprat.Retriever.from_texts(["a b", "b c", "c d"], ["x", "y", "z"], sprat.BM25Encoder(str.split))


def failing(texts):
    yield from texts
    raise RuntimeError("no more")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: r.add(["e", "f"], ["new", "new"]), "got 'new' at positions 0 and 1"),
        (
            lambda r: r.add(["e", "f"], ["new", "y"]),
            r"ids\[1\] must be new, got 'y', which is that of document 1",
        ),
        (lambda r: r.add(["e"], ["new", "newer"]), "an id for each text, got 2 for 1 texts"),
        (lambda r: r.add(["e", 5], ["new", "newer"]), r"texts\[1\] must be str"),
        (lambda r: r.add(failing(["e"]), ["new"]), "no more"),
        (lambda r: r.add("e", ["new"]), "one str"),
        (lambda r: r.remove(["x", "unknown"]), r"ids\[1\] must be that of a document, got 'unknown'"),
        (lambda r: r.remove(["x", "x"]), "got 'x' at positions 0 and 1"),
        (lambda r: r.remove([None]), r"ids\[0\] must be str or int, got NoneType"),
        (lambda r: r.update(["e", "f"], ["x", "unknown"]), "got 'unknown'"),
        (lambda r: r.update(["e", 5], ["x", "new"], add=True), r"texts\[1\] must be str"),
        (lambda r: r.update(["e"], ["x", "new"], add=True), "an id for each text, got 2 for 1 texts"),
        (lambda r: r.update(["e", 5], ["x", "y"]), r"texts\[1\] must be str"),
        (lambda r: r.update(failing(["e"]), ["x"]), "no more"),
        (lambda r: r.update(["e"], ["x", "y"]), "an id for each text, got 2 for 1 texts"),
    ],
)
def test_a_call_that_fails_changes_nothing(retriever, call, message):
    before = [(hit.id, hit.score, hit.text) for hit in retriever.search("a b c d")]

    with pytest.raises((TypeError, InvalidArgumentError, RuntimeError), match=message):
        call(retriever)

    assert [(hit.id, hit.score, hit.text) for hit in retriever.search("a b c d")] == before
    assert retriever.search("e") == []
    retriever.add(["e"], ["new"])
    assert retriever.ids == ["x", "y", "z", "new"]
    assert retriever.text("new") == "e"


def test_one_id_can_be_removed(retriever):
    retriever.remove("y")

    assert retriever.ids == ["x", "z"]


def test_removed_texts_leave_no_trace_in_columns_or_statistics(retriever):
    retriever.remove(["x"])
    anew = sprat.Retriever.from_texts(["b c", "c d"], ["y", "z"], sprat.BM25Encoder(str.split))

    assert dict(retriever.encoder.vocabulary) == {"b": 0, "c": 1, "d": 2} == dict(anew.encoder.vocabulary)
    assert retriever.encoder.statistics == anew.encoder.statistics


def test_bm25_adpt_follows_the_documents():
    texts = [f"w{n % 7} w{n % 5} w{n % 3} w{n % 3} x{n % 11}" for n in range(30)]
    encoder = sprat.BM25Encoder(str.split, variant="bm25-adpt")
    retriever = sprat.Retriever.from_texts(texts, encoder=encoder)
    retriever.remove([0, 4, 29])
    rest = {n: text for n, text in enumerate(texts) if n not in (0, 4, 29)}

    anew = sprat.Retriever.from_texts(rest.values(), rest.keys(), encoder)
    for query in texts:
        assert retriever.search(query, k=30) == anew.search(query, k=30)


def test_with_manual_refresh_documents_come_and_go_at_once_and_lengths_are_brought_up_to_date_on_call():
    texts = ["a b", "b c c", "c d"]
    retriever = sprat.Retriever.from_texts(texts, encoder=sprat.BM25Encoder(str.split), refresh="manual")
    assert [hit.id for hit in retriever.search("c")] == [1, 2]
    assert retriever.drift == 0

    retriever.add(["c new new new new new new"])
    retriever.remove(2)
    stale = retriever.search("c new", k=5)
    drift = retriever.drift
    retriever.refresh()

    anew = sprat.Retriever.from_texts(
        ["a b", "b c c", "c new new new new new new"], [0, 1, 3], sprat.BM25Encoder(str.split)
    )
    assert [hit.id for hit in stale] == [3, 1]
    assert drift == pytest.approx(abs(4 / (7 / 3) - 1))
    assert retriever.drift == 0
    assert retriever.search("c new", k=5) == anew.search("c new", k=5) != stale


def test_after_a_manual_refresh_every_answer_is_exact():
    generator = np.random.default_rng(5)
    vocabulary = np.array("ant bee cat dog elk fox gnu hen".split())
    draw = lambda: " ".join(generator.choice(vocabulary, generator.integers(0, 9)))  # noqa: E731
    retriever = sprat.Retriever.from_texts([], encoder=sprat.BM25Encoder(str.split), refresh="manual")
    live = {}
    for number in range(120):
        live[number] = draw()
        retriever.add([live[number]], [number])
        if number % 3 == 2:
            gone = int(generator.choice(list(live)))
            retriever.remove(gone)
            del live[gone]
        if number % 10 == 0:
            hits = retriever.search(" ".join(vocabulary), k=200)
            assert {hit.id for hit in hits} == {name for name, text in live.items() if text}
            assert all(hit.text == live[hit.id] for hit in hits)
    retriever.refresh()

    anew = sprat.Retriever.from_texts(live.values(), live.keys(), sprat.BM25Encoder(str.split))
    for query in [" ".join(vocabulary), "fox bee ant", "hen"]:
        assert retriever.search(query, k=200) == anew.search(query, k=200)


@pytest.mark.parametrize(("fitted", "refresh"), [(False, "auto"), (False, "manual"), (True, "auto")])
def test_searches_see_whole_changes_while_documents_come_and_go(fitted, refresh):
    """Every document of one change has one word; a search must find all of them or none."""
    encoder = sprat.BM25Encoder(str.split)
    if fitted:
        encoder.fit(["base even odd", "base"])
    retriever = sprat.Retriever.from_texts(["base"] * 50, encoder=encoder, refresh=refresh)
    wrong, seen, stop = [], [], threading.Event()

    def search():
        while not stop.is_set():
            hits = retriever.search("even odd", k=1000)
            seen.append(len(hits) > 0)
            texts = {hit.text.split()[1] for hit in hits}
            if len(hits) not in (0, 20) or len(texts) > 1 or any(hit.id not in range(50, 90) for hit in hits):
                wrong.append((len(hits), texts))

    searching = [threading.Thread(target=search) for _ in range(3)]
    for thread in searching:
        thread.start()
    even, odd = list(range(50, 70)), list(range(70, 90))
    try:
        for turn in range(25):
            for change in (
                lambda: retriever.add([f"even turn{turn}"] * 20, even),  # noqa: B023
                lambda: retriever.update([f"odd again{turn}"] * 20, even),  # noqa: B023
                lambda: retriever.remove(even),
                lambda: retriever.add([f"odd turn{turn}"] * 20, odd),  # noqa: B023
                lambda: retriever.remove(odd),
            ):
                change()
                after, deadline = len(seen) + len(searching), time.monotonic() + 60
                while len(seen) <= after and time.monotonic() < deadline:
                    time.sleep(0.001)  # until a search that began after the change has seen what it left
    finally:
        stop.set()
        for thread in searching:
            thread.join()

    assert sum(seen) >= 3 * 25  # after each change but the two removals of a turn
    assert wrong == []
    assert len(retriever) == 50


def test_writers_take_turns():
    retriever = sprat.Retriever.from_texts([], encoder=sprat.BM25Encoder("unicode"))

    def write(name):
        for number in range(25):
            retriever.add([f"{name} text {number}"], [f"{name}-{number}"])
            if number % 5 == 4:
                retriever.remove([f"{name}-{number - 1}"])

    writers = [threading.Thread(target=write, args=(name,)) for name in ("ann", "bob", "cid")]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()

    assert len(retriever) == 60
    for name in ("ann", "bob", "cid"):
        hits = retriever.search(name, k=100)
        assert {hit.id for hit in hits} == {f"{name}-{n}" for n in range(25) if n % 5 != 3}
        assert all(hit.text == f"{name} text {hit.id[4:]}" for hit in hits)


@pytest.mark.parametrize("fitted", [True, False])
def test_documents_come_and_go_under_fixed_statistics_too(fitted):
    """Vectors that depend on their text alone are added to the index and taken from it."""
    encoder = sprat.BM25Encoder("unicode").fit(["ant bee cat", "dog elk", "fox ant"])
    if not fitted:
        encoder = VectorsOnly(encoder)
    generator = np.random.default_rng(11)
    vocabulary = np.array("ant bee cat dog elk fox".split())
    retriever, live = sprat.Retriever.from_texts([], encoder=encoder), {}
    for number in range(150):
        live[number] = " ".join(generator.choice(vocabulary, generator.integers(0, 6)))
        retriever.add([live[number]], [number])
        if number % 4:
            gone = generator.choice(list(live), min(len(live), 1 + number % 3), replace=False).tolist()
            retriever.remove(gone)
            for name in gone:
                del live[name]
        if number % 5 == 0:
            anew = sprat.Retriever.from_texts(live.values(), live.keys(), encoder)
            assert answers(retriever) == answers(anew)
            allowed = list(live)[::2]
            assert retriever.search("ant bee", filter=allowed) == anew.search("ant bee", filter=allowed)
            for name in list(live)[:3]:
                assert retriever.explain("ant bee dog", name) == anew.explain("ant bee dog", name)


class VectorsOnly:
    def __init__(self, encoder):
        self.encode_documents, self.encode_queries = encoder.encode_documents, encoder.encode_queries


def test_texts_that_are_not_needed_any_more_are_left_behind(monkeypatch):
    monkeypatch.setattr(texts, "_DUE_BYTES", 2000)
    retriever = sprat.Retriever.from_texts(["first words"], ["kept"], sprat.BM25Encoder("unicode"))
    sizes = []
    for number in range(300):
        retriever.add([f"text {number} " + "long " * 20], ["new"])
        (hit,) = retriever.search("long", filter=["new"])
        assert hit.text.startswith(f"text {number} ")
        retriever.remove("new")
        sizes.append(retriever._documents.texts._end)

    assert max(sizes) < 5000
    assert retriever.text("kept") == "first words"


FORKS = """
import os, sprat
retriever = sprat.Retriever.from_texts(["common"], encoder=sprat.BM25Encoder("unicode", threads=1))
retriever.add(["before"], ["before"])
child = os.fork()
name = "parent" if child else "child"
retriever.add([f"of the {name}"], [name])
if child:
    os.waitpid(child, 0)
print(name, [retriever.text(one) for one in retriever.ids], flush=True)
os._exit(0)
"""


def test_processes_that_fork_keep_their_texts_apart():
    done = subprocess.run(
        [sys.executable, "-c", FORKS], capture_output=True, text=True, check=True, timeout=60
    )

    assert sorted(done.stdout.splitlines()) == [
        "child ['common', 'before', 'of the child']",
        "parent ['common', 'before', 'of the parent']",
    ]


def test_texts_that_change_the_retriever_are_refused(retriever):
    def changing():
        yield "e"
        retriever.add(["f"])

    with pytest.raises(RuntimeError, match="cannot be changed by what it is reading texts from"):
        retriever.add(changing())

    assert retriever.ids == ["x", "y", "z"]
    retriever.add(["e"], ["new"])
