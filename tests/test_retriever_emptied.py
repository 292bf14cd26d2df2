"""Collections without a term, and what is left of those that had some."""

from __future__ import annotations

import pytest

import sprat

TEXTS = [
    " ".join("ant bee cat dog elk fox gnu hen".split()[(n * k) % 8] for k in range(1, 2 + n % 6))
    for n in range(40)
]
QUERIES = ["ant elk", "cat dog fox hen", "gnu", "nothing"]


def index(texts, ids=None):
    return sprat.Retriever.from_texts(texts, ids, sprat.BM25Encoder("unicode"))


def answers(retriever):
    return [[(hit.id, hit.score, hit.text) for hit in hits] for hits in retriever.search(QUERIES, k=50)]


@pytest.mark.parametrize("texts", [[], ["..."], ["ant"]])
@pytest.mark.parametrize("variant", ["lucene", "bm25-adpt"])
def test_a_collection_without_a_term_comes_back(tmp_path, texts, variant):
    retriever = sprat.Retriever.from_texts(texts, encoder=sprat.BM25Encoder("unicode", variant=variant))
    if texts == ["ant"]:
        retriever.remove([0])
    retriever.save(tmp_path)

    loaded = sprat.Retriever.load(tmp_path)

    assert loaded.ids == retriever.ids
    assert loaded.search("ant") == []
    loaded.add(["bee cat", "cat"])
    assert [hit.id for hit in loaded.search("bee")] == [loaded.ids[-2]]


@pytest.mark.parametrize("emptied", [lambda r: r.remove(r.ids), lambda r: r.update(["..."] * len(r), r.ids)])
def test_a_collection_that_lost_its_terms_forgets_them(tmp_path, emptied):
    index(TEXTS[::-1]).save(tmp_path)
    loaded = sprat.Retriever.load(tmp_path)
    emptied(loaded)

    assert loaded.encoder.statistics == sprat.CollectionStatistics()
    loaded.save(tmp_path)
    again = sprat.Retriever.load(tmp_path)
    assert again.encoder.statistics == sprat.CollectionStatistics()
    again.update(TEXTS, range(100, 140), add=True)
    anew = index(["..."] * (len(again) - 40) + TEXTS, again.ids)
    assert answers(again) == answers(anew)
    assert again.encoder.vocabulary == anew.encoder.vocabulary


def test_a_retriever_says_how_many_terms_it_knows():
    retriever = index(TEXTS)
    retriever.search("ant")

    assert repr(retriever).endswith("with 8 terms>")
