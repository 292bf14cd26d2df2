"""The main job on real text: "what does it do, and how fast is it on this machine?"

The text is the language reference that ships inside every Python, cut into passages.
"""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from time import perf_counter
from typing import NamedTuple, TypeVar

import numpy as np
from rich.console import Console
from rich.text import Text

from sprat._core import __version__
from sprat._matrix import SparseRows
from sprat.analysis import Analyzer
from sprat.bm25 import BM25Encoder
from sprat.errors import CorruptFileError, MissingFileError
from sprat.index import SparseIndex, TopK

QUERIES = (
    "what happens if finally executes return",
    "how do I get a comma as thousands separator",
    "when are default parameter values evaluated",
)

PASSAGE_CHARACTERS = 800
HITS = 3

_Result = TypeVar("_Result")


class Passage(NamedTuple):
    """A piece of the reference, small enough to be an answer."""

    id: str  # its topic's title, numbered from the second passage on
    text: str


class Step(NamedTuple):
    """One line of the timings."""

    name: str
    what: str
    seconds: float
    text_bytes: int | None  # None: not a matter of bytes per second


def python_topics() -> Mapping[str, str]:
    """Return what ``help("topics")`` lists, by name.

    Raises
    ------
    MissingFileError
        If this Python was installed without it.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise MissingFileError("this Python comes without pydoc_data.topics, the text of the demo") from None
    return topics


def passages(topics: Mapping[str, str]) -> list[Passage]:
    """Cut topics into passages of whole paragraphs.

    A passage has at most ``PASSAGE_CHARACTERS`` characters, unless a single paragraph has more. Topics
    repeat each other: a paragraph counts as the shortest topic's, and is left out of the others. The first
    line of a topic is its title.
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    for topic in sorted(topics.values(), key=len):
        title, _, body = topic.strip().partition("\n")
        number = 1
        for text in _pieces(paragraph for paragraph in body.split("\n\n") if _is_new(paragraph, seen)):
            while (name := f"{title} ({number})" if number > 1 else title) in found:
                number += 1  # also where two topics share their title
            found[name] = text
    return [Passage(name, text) for name, text in found.items()]


def _is_new(paragraph: str, seen: set[str]) -> bool:
    """Tell whether a paragraph says something, and was not there before."""
    words = " ".join(paragraph.split())
    if words in seen or not any(map(str.isalnum, words)):  # a line of stars underlines the title
        return False
    seen.add(words)
    return True


def _pieces(paragraphs: Iterable[str]) -> Iterator[str]:
    piece = ""
    for paragraph in paragraphs:
        if piece and len(piece) + 2 + len(paragraph) > PASSAGE_CHARACTERS:
            yield piece
            piece = ""
        piece = f"{piece}\n\n{paragraph}" if piece else paragraph
    if piece:
        yield piece


def run(console: Console) -> None:
    """Fit, encode, save, load and search; print hits and timings.

    Raises
    ------
    CorruptFileError
        If the loaded encoder does not encode as the saved one did.
    """
    topics = python_topics()
    collection = passages(topics)
    texts = [passage.text for passage in collection]
    text_bytes = sum(len(text.encode()) for text in texts)
    console.print(
        f"sprat {__version__} on the language reference of Python {platform.python_version()}:\n"
        f"{len(topics)} topics, {len(texts)} passages, {text_bytes / 1e6:.2f} MB\n"
    )
    top, encoder, steps = _timed_steps(texts, text_bytes)
    for query, documents, scores in zip(QUERIES, top.documents.tolist(), top.scores.tolist()):
        console.print(Text(query, style="bold"))
        for document, score in zip(documents, scores):
            if document >= 0:
                _print_hit(console, score, collection[document], encoder, query)
        console.print()
    console.print("Each step once, nothing warmed up:")
    for step in steps:
        _print_step(console, step)
    console.print()
    console.print("The class of pymilvus.model, on the three documents of its documentation:")
    console.print(_drop_in_line())


def _timed_steps(texts: list[str], text_bytes: int) -> tuple[TopK, BM25Encoder, list[Step]]:
    encoder = BM25Encoder("en")
    _, fit_s = _timed(lambda: encoder.fit(texts))
    documents, encode_s = _timed(lambda: encoder.encode_documents(texts))
    with tempfile.TemporaryDirectory(prefix="sprat-demo-") as folder:
        path = Path(folder) / "bm25.json"
        _, save_s = _timed(lambda: encoder.save(path))
        loaded, load_s = _timed(lambda: BM25Encoder.load(path))
        file_bytes = path.stat().st_size
    if not _same_bits(loaded.encode_documents(texts), documents):
        raise CorruptFileError("the loaded encoder gives other vectors than the one that was saved")

    def search() -> TopK:
        return SparseIndex(documents).search(loaded.encode_queries(QUERIES), k=HITS)

    top, search_s = _timed(search)
    return (
        top,
        loaded,
        [
            Step("fit", f"{len(texts):,} passages, {encoder.dim:,} terms", fit_s, text_bytes),
            Step("encode", f"{documents.nnz:,} weights", encode_s, text_bytes),
            Step("save", f"bm25.json, {file_bytes / 1e3:,.0f} kB", save_s, file_bytes),
            Step("load", "encodes the same bits", load_s, file_bytes),
            Step("search", f"{len(QUERIES)} queries, every passage scored", search_s, None),
        ],
    )


def _timed(work: Callable[[], _Result]) -> tuple[_Result, float]:
    start = perf_counter()
    result = work()
    return result, perf_counter() - start


def _same_bits(one: SparseRows, other: SparseRows) -> bool:
    return one.shape == other.shape and all(
        np.array_equal(a, b)
        for a, b in (
            (one.indptr, other.indptr),
            (one.indices, other.indices),
            (one.data.view(np.uint32), other.data.view(np.uint32)),
        )
    )


def _print_hit(console: Console, score: float, passage: Passage, encoder: BM25Encoder, query: str) -> None:
    console.print(Text.assemble((f"{score:7.3f}  ", "cyan"), (passage.id, "green")))
    snippet = _best_sentence(passage.text, encoder, query)
    for line in wrap(snippet, console.width - 9, max_lines=2, placeholder=" …"):
        console.print(Text(" " * 9 + line))


def _best_sentence(text: str, encoder: BM25Encoder, query: str) -> str:
    sentences = Analyzer("en").sentences(text)
    best = SparseIndex(encoder.encode_documents(sentences)).search(encoder.encode_queries(query), k=1)
    sentence = sentences[max(0, int(best.documents[0, 0]))]
    return " ".join(sentence.replace("*", "").split())


def _print_step(console: Console, step: Step) -> None:
    rate = "" if step.text_bytes is None else f"{step.text_bytes / step.seconds / 1e6:6,.0f} MB/s"
    console.print(
        Text.assemble(
            (f"{step.name:7}", "bold"),
            f"{step.what:34}",
            (f"{step.seconds * 1e3:8,.2f} ms", "cyan"),
            rate,
        )
    )


def _drop_in_line() -> Text:
    """Say what pymilvus.model's class makes of the three documents in its documentation."""
    from sprat.model.sparse import BM25EmbeddingFunction

    documents = [
        "Artificial intelligence was founded as an academic discipline in 1956.",
        "Alan Turing was the first person to conduct substantial research in AI.",
        "Born in Maida Vale, London, Turing was raised in southern England.",
    ]
    bm25 = BM25EmbeddingFunction(corpus=documents)
    vectors = bm25.encode_documents(documents)
    query = bm25.encode_queries(["Where was Alan Turing born?"])
    scores = (vectors @ query.T).toarray().ravel().tolist()
    return Text(
        f"sprat.model.sparse.BM25EmbeddingFunction: dim {bm25.dim}, "
        f"scores {', '.join(f'{score:.4f}' for score in scores)}"
    )
