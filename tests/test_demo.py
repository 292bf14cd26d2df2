"""`sprat demo`, and the passages it cuts the language reference into."""

from __future__ import annotations

import io
import re
import sys

import pytest

pytest.importorskip("rich", reason='needs pip install "sprat[cli]"')

from rich.console import Console

from sprat import demo
from sprat.errors import CorruptFileError, MissingFileError

TOPICS = {
    "try": 'The "try" statement\n*******************\n\nIt may raise.\n\nA finally clause runs last.\n',
    "compound": (
        "Compound statements\n*******************\n\n"
        "They hold other statements.\n\nA finally  clause\nruns last.\n"
    ),
}


@pytest.fixture(scope="module")
def printed() -> str:
    file = io.StringIO()
    demo.run(Console(file=file, width=80, highlight=False))
    return file.getvalue()


def test_a_passage_is_called_by_the_title_of_its_topic():
    passages = demo.passages(TOPICS)

    assert [passage.id for passage in passages] == ['The "try" statement', "Compound statements"]


def test_a_paragraph_of_two_topics_counts_as_the_shorter_ones():
    passages = demo.passages(TOPICS)

    assert [passage.text for passage in passages] == [
        "It may raise.\n\nA finally clause runs last.",
        "They hold other statements.",
    ]


def test_passages_of_one_topic_are_numbered():
    passages = demo.passages({"long": "Long\n****\n\n" + "\n\n".join(["a" * 500, "b" * 500, "c" * 200])})

    assert [(passage.id, passage.text) for passage in passages] == [
        ("Long", "a" * 500),
        ("Long (2)", "b" * 500 + "\n\n" + "c" * 200),
    ]


def test_topics_with_one_title_have_distinct_passages():
    passages = demo.passages({"if": "The if\n***\n\nOne.\n", "else": "The if\n***\n\nOther.\n"})

    assert [passage.id for passage in passages] == ["The if", "The if (2)"]


def test_the_reference_of_this_python_is_cut_into_passages_of_sensible_size():
    passages = demo.passages(demo.python_topics())

    paragraphs = [passage for passage in passages if "\n\n" in passage.text]
    assert len(passages) > 300
    assert len({passage.id for passage in passages}) == len(passages)
    assert max(len(passage.text) for passage in paragraphs) <= demo.PASSAGE_CHARACTERS


def test_every_paragraph_of_the_reference_is_in_one_passage():
    topics = demo.python_topics()

    passages = demo.passages(topics)

    found = [" ".join(p.split()) for passage in passages for p in passage.text.split("\n\n")]
    bodies = [topic.strip().partition("\n")[2].split("\n\n") for topic in topics.values()]
    said = {" ".join(p.split()) for body in bodies for p in body if any(map(str.isalnum, p))}
    assert len(found) == len(set(found))
    assert set(found) == said


def test_each_query_finds_the_passage_that_answers_it(printed):
    blocks = printed.split("\n\n")

    first = [blocks[number].splitlines()[1] for number in (1, 2, 3)]
    assert blocks[1].startswith("what happens if finally executes return\n")
    assert [re.sub(r"^ +\d\.\d{3}  (.+?)( \(\d+\))?$", r"\1", line) for line in first] == [
        'The "try" statement',
        "Format String Syntax",
        "Function definitions",
    ]


def test_each_step_is_timed(printed):
    timings = re.findall(r"^(\w+) .* [\d,.]+ ms( +[\d,]+ MB/s)?$", printed, re.MULTILINE)

    assert [name for name, _ in timings] == ["fit", "encode", "save", "load", "search"]
    assert [bool(rate) for _, rate in timings] == [True, True, True, True, False]


def test_the_class_of_pymilvus_model_gives_the_numbers_of_its_documentation(printed):
    last = printed.splitlines()[-1]

    # "Where was Alan Turing born?": 0.6018 = 0.9607 * 0.5108 (alan, or born) + 0.9607 * 0.1155 (ture)
    assert last == "sprat.model.sparse.BM25EmbeddingFunction: dim 21, scores 0.0000, 0.6018, 0.6018"


def test_the_output_fits_80_columns_and_has_no_colour_in_a_pipe(printed):
    lines = printed.splitlines()

    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line != line.rstrip()] == []
    assert "\x1b" not in printed


def test_an_encoder_that_changes_on_its_way_through_the_file_is_reported(monkeypatch):
    load = demo.BM25Encoder.load

    def load_another(path):
        encoder = load(path)
        encoder.k1 += 1e-6
        return encoder

    monkeypatch.setattr(demo.BM25Encoder, "load", load_another)

    with pytest.raises(CorruptFileError, match="other vectors"):
        demo.run(Console(file=io.StringIO()))


def test_a_python_without_its_reference_is_said_to_lack_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)

    with pytest.raises(MissingFileError, match="without pydoc_data"):
        demo.python_topics()
