"""Pages and what notebooks show: their structure, and that no text can become markup."""

from __future__ import annotations

import pickle
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from scipy.sparse import csr_array

import sprat
from sprat._pages.collection import Glance, collection_page, size_text
from sprat._pages.markup import element, page

VOID = {"meta", "link"}
HOSTILE = "</p><script>alert('x')</script> & \"quoted\" <img src=x onerror=alert(1)> $title \x00\ud800"
TEXTS = {
    "born": "Alan Turing was born in Maida Vale, London.",
    "ai": "Artificial intelligence was founded in 1956.",
    "question": "Turing raised the question in London.",
}


class Parsed(HTMLParser):
    """Elements with their attributes, the text in each, and whether all tags were closed in order."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)

    def tags(self):
        return {tag for tag, _ in self.elements}

    def all_of(self, tag):
        return self.texts.get(tag, [])


@pytest.fixture(scope="module")
def retriever():
    return sprat.Retriever.from_texts(TEXTS.values(), list(TEXTS))


def require_self_contained(parsed):
    assert parsed.open == []
    assert parsed.tags().isdisjoint({"script", "iframe", "object", "img", "base", "form"})
    for tag, attributes in parsed.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "src"], tag
        assert attributes.get("href", "data:,") == "data:,"
    assert "url(" not in "".join(parsed.all_of("style"))
    assert "@import" not in "".join(parsed.all_of("style"))


def test_an_explanation_s_page_tells_what_the_explanation_tells(retriever):
    explanation = retriever.explain("Where was Turing born?", "born")

    parsed = Parsed(explanation.to_html())

    require_self_contained(parsed)
    assert parsed.all_of("h1") == ["Where was Turing born?"]
    cells = parsed.all_of("td")
    assert cells[:7] == ["born", "1", "1", "0.9808", "0.9808", "0.4070", "0.3992"]
    assert cells[7:14] == ["ture", "1", "2", "0.4700", "0.4700", "0.4070", "0.1913"]
    assert cells[-2:] == ["sum", "0.5905"]
    assert parsed.all_of("mark") == ["Turing", "born"]
    assert "".join(parsed.all_of("dd")) == "born0.5904556 tokens 3 documents"
    assert "4.667 on average" in parsed.all_of("small")


def test_a_bar_is_as_long_as_its_share_and_has_the_colour_of_its_words(retriever):
    parsed = Parsed(retriever.explain("Where was Turing born?", "born").to_html())

    widths = [a["style"] for tag, a in parsed.elements if tag == "span" and "width" in a.get("style", "")]
    colours = [(a["title"], a["class"]) for tag, a in parsed.elements if tag == "mark"]
    assert widths == ["width:100%", "width:47.92%"]
    assert colours == [("ture", "c1"), ("born", "c0")]


@pytest.mark.parametrize("query", [HOSTILE, {HOSTILE: 2.0, "question": 1}])
def test_no_text_becomes_markup(query):
    retriever = sprat.Retriever.from_texts([HOSTILE + " question", "other"], [HOSTILE, 7])

    whole = retriever.explain(query, HOSTILE).to_html()
    shown = [retriever.explain(query, HOSTILE)._repr_html_(), retriever.search(query)._repr_html_()]

    for markup in [whole, *shown]:
        require_self_contained(Parsed(markup))
        assert "&lt;script&gt;alert('x')&lt;/script&gt; &amp; \"quoted\"" in markup
        assert "$title \ufffd\ufffd" in markup  # neither NUL nor a lone surrogate


def test_a_hit_shows_where_the_terms_stand(retriever):
    hits = retriever.search("the question of London")

    parsed = Parsed(hits._repr_html_())

    assert [hit.id for hit in hits] == ["question", "born"]
    assert parsed.all_of("mark") == ["question", "London", "London"]
    assert parsed.all_of("strong") == ["the question of London"]
    assert Parsed(hits[0]._repr_html_()).all_of("mark") == ["question", "London"]
    assert isinstance(hits, list)
    assert repr(hits) == repr(list(hits))
    assert "no hits" in retriever.search("nowhere")._repr_html_()


def test_hits_are_pickled_as_what_they_are(retriever):
    hits = retriever.search("London")

    again = pickle.loads(pickle.dumps(hits))

    assert again == hits
    assert type(again) is type(hits)
    assert "<strong>London</strong>" in again._repr_html_()


def test_pages_are_not_loaded_before_somebody_looks():
    code = "import sys, sprat; sys.exit('sprat._pages.markup' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_long_text_is_shown_from_where_the_terms_stand():
    text = "filler " * 200 + "needle in a haystack " + "filler " * 200
    hit = sprat.Retriever.from_texts([text]).search("needle")[0]

    (row,) = [t for t in Parsed(hit._repr_html_()).all_of("span") if t.startswith("…")]
    shown = "".join(Parsed(hit._repr_html_()).all_of("span"))

    assert row.endswith("filler ")
    assert shown.endswith("…")
    assert len(shown) < 300
    assert Parsed(hit._repr_html_()).all_of("mark") == ["needle"]


def test_texts_that_are_not_kept_are_said_not_to_be():
    retriever = sprat.Retriever.from_texts(["a cat"], store_texts=False)

    assert "not stored" in retriever.explain("cat", 0).to_html()
    assert "cat" in retriever.search("cat")._repr_html_()


def test_an_encoder_without_counts_is_explained_without_them():
    class Ones:
        def encode_documents(self, texts):
            return csr_array(np.array([[1, 2]] * len(list(texts)), np.float32))

        encode_queries = encode_documents

    parsed = Parsed(sprat.Retriever.from_texts(["x"], encoder=Ones()).explain("q", 0).to_html())

    assert parsed.all_of("td")[:4] == ["1", "2.0000", "2.0000", "4.0000"]
    assert "tokens" not in "".join(parsed.all_of("dd"))


def test_a_collection_is_drawn_from_its_numbers():
    seen = Glance(
        "<i>books</i>",
        {"analyzer": "en", "document_count": 4, "digest": "d"},
        terms=["rare", "<common>", "gone"],
        document_frequency=np.array([1, 4, 0]),
        occurrences=np.array([2, 1000, 0]),
        idf=np.array([1.2, 0.1, 2.0]),
        document_lengths=np.array([0, 1, 10, 991]),
        sizes={"texts": 1500, "ids": 12},
    )

    parsed = Parsed(collection_page(seen))

    require_self_contained(parsed)
    assert parsed.all_of("h1") == ["<i>books</i>"]
    cells = parsed.all_of("td")
    assert cells[:4] == ["<common>", "4", "0.100", "1,000"]
    assert cells[12:16] == ["rare", "1", "1.200", "2"]
    assert cells[-6:] == ["texts", "99.2%", "1.5 kB", "ids", "0.8%", "12 B"]
    lines = [a["points"] for tag, a in parsed.elements if tag == "polyline"]
    assert len(lines) == 3
    blocks = [a for tag, a in parsed.elements if tag == "rect"]
    assert len(blocks) == 2  # 0, 1 and 10 fall into the first of those 25 tokens wide
    assert "Median 6, average 250.5, longest 991 tokens. 1 without any term." in "".join(parsed.all_of("p"))


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"document_frequency": np.array([1])},
        {"document_lengths": np.array([0])},
        {"document_lengths": np.array([5] * 100), "occurrences": np.array([3, 3])},
        {"terms": ["a"], "document_frequency": np.array([0]), "idf": np.array([0.0])},
        {"sizes": {"ids": 0}},
    ],
)
def test_little_that_is_known_makes_a_page_too(known):
    require_self_contained(Parsed(collection_page(Glance("x", {}, **known))))


def test_sizes_are_told_in_the_unit_that_reads_best():
    sizes = [0, 999, 1000, 9_881_632, 20_000_000_000]

    assert [size_text(size) for size in sizes] == ["0 B", "999 B", "1.0 kB", "9.9 MB", "20.0 GB"]


def test_what_looks_like_a_placeholder_stays_what_it_is():
    assert "<p>$style $$ ${body}</p>" in page("$title", element("main", element("p", "$style $$ ${body}")))
