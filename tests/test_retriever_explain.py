"""Retriever.explain: the score, taken apart, adds up to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

import sprat
import tiny_models
from sprat.errors import InvalidArgumentError

TEXTS = ["ant bee bee cat", "bee dog", "elk ant ant ant fox gnu", "", "dog elk bee"]
VARIANTS = [
    "lucene", "lucene-lossy", "okapi", "robertson", "atire", "bm25l", "bm25+", "bm25-adpt", "tf-ldp"
]  # fmt: skip


def in_float32(contributions):
    total = np.float32(0)
    for contribution in contributions:
        total = np.float32(total + np.float32(contribution))
    return float(total)


@pytest.mark.parametrize("variant", VARIANTS)
@settings(max_examples=25)
@given(
    query=st.lists(st.sampled_from("ant bee cat dog elk fox gnu unknown".split()), max_size=9).map(" ".join)
)
def test_contributions_add_up_to_the_score_to_the_last_bit(variant, query):
    retriever = sprat.Retriever.from_texts(TEXTS, encoder=sprat.BM25Encoder(str.split, variant=variant))
    scores = {hit.id: hit.score for hit in retriever.search(query, k=9)}

    for name in retriever.ids:
        explanation = retriever.explain(query, name)
        assert explanation.score == scores.get(name, 0.0)
        assert in_float32(term.contribution for term in explanation.terms) == explanation.score
        for term in explanation.terms:
            product = np.float32(term.query_weight) * np.float32(term.document_weight)
            assert term.contribution == float(product)


def test_an_explanation_says_what_the_score_is_made_of():
    retriever = sprat.Retriever.from_texts(TEXTS, ["a", "b", "c", "d", "e"], sprat.BM25Encoder("unicode"))

    explanation = retriever.explain("Fox ANT zebra ant", "c")

    # idf = ln(1 + (5 - df + 0.5) / (df + 0.5)), norm = 1.2 * (0.25 + 0.75 * 6 / 3)
    ant, fox = np.log(1 + 3.5 / 2.5), np.log(1 + 4.5 / 1.5)
    assert (explanation.id, explanation.query) == ("c", "Fox ANT zebra ant")
    assert (explanation.document_length, explanation.average_document_length) == (6, 3.0)
    assert (explanation.document_count, explanation.offset) == (5, 0.0)
    assert [
        (term.term, term.column, term.term_frequency, term.document_frequency) for term in explanation.terms
    ] == [("ant", 0, 3, 2), ("fox", 5, 1, 1)]
    assert [term.idf for term in explanation.terms] == pytest.approx([ant, fox])
    assert [term.query_weight for term in explanation.terms] == pytest.approx([2 * ant, fox])
    assert [term.document_weight for term in explanation.terms] == pytest.approx([3 / 5.1, 1 / 3.1])
    assert explanation.text == TEXTS[2]
    assert [(token.term, token.start, token.end) for token in explanation.highlights] == [
        ("ant", 4, 7), ("ant", 8, 11), ("ant", 12, 15), ("fox", 16, 19)
    ]  # fmt: skip


def test_terms_that_the_document_lacks_contribute_nothing():
    retriever = sprat.Retriever.from_texts(TEXTS, encoder=sprat.BM25Encoder("unicode"))

    explanation = retriever.explain("cat dog", 1)

    assert [(t.term, t.term_frequency, t.contribution > 0) for t in explanation.terms] == [
        ("cat", 0, False), ("dog", 1, True)
    ]  # fmt: skip


def test_an_explanation_reads_well():
    retriever = sprat.Retriever.from_texts(
        ["red fish", "blue fish"], ["r", "b"], sprat.BM25Encoder("unicode")
    )

    assert repr(retriever.explain("red fish", "r")) == (
        "'r' scores 0.39794 for 'red fish': 2 tokens, 2 on average\n"
        "  term  tf  df     idf   query  document  contribution\n"
        "  red    1   1  0.6931  0.6931    0.4545        0.3151\n"
        "  fish   1   2  0.1823  0.1823    0.4545        0.0829"
    )


def test_shifted_variants_say_what_every_document_gets():
    retriever = sprat.Retriever.from_texts(
        ["red fish", "blue fish"], encoder=sprat.BM25Encoder("unicode", variant="bm25+", delta=1.0)
    )

    explanation = retriever.explain("red", 0)

    assert explanation.offset == pytest.approx(np.log(3 / 1), rel=1e-6)  # delta times idf


def test_boosts_are_part_of_the_weight_of_the_query():
    retriever = sprat.Retriever.from_texts(TEXTS, encoder=sprat.BM25Encoder("unicode"))

    (plain,) = retriever.explain("bee", 1).terms
    (boosted,) = retriever.explain({"bee": 2.5}, 1).terms

    assert boosted.query_weight == pytest.approx(2.5 * plain.query_weight)
    assert boosted.idf == plain.idf
    assert [token.term for token in retriever.explain({"bee": 2.5}, 1).highlights] == ["bee"]


def test_fitted_encoders_explain_by_their_own_statistics():
    encoder = sprat.BM25Encoder("unicode").fit(["red fish", "red bird bird"])
    retriever = sprat.Retriever.from_texts(["red red whale"], ["w"], encoder)
    (hit,) = retriever.search("red whale")

    explanation = retriever.explain("red whale", "w")

    assert explanation.score == hit.score
    assert (explanation.document_count, explanation.average_document_length) == (2, 2.5)
    assert [(t.term, t.term_frequency, t.document_frequency) for t in explanation.terms] == [("red", 2, 2)]


class Pairs:
    """Documents have weights by letter, which are nothing counted."""

    def encode_documents(self, texts):
        return csr_array(np.array([[ord(c) / 7 for c in text.ljust(3)] for text in texts], np.float32))

    encode_queries = encode_documents


def test_vectors_of_any_encoder_are_explained_by_weights_alone():
    retriever = sprat.Retriever.from_texts(["abc", "xyz"], encoder=Pairs())
    scores = {hit.id: hit.score for hit in retriever.search("pqr")}

    explanation = retriever.explain("pqr", 1)

    assert explanation.score == scores[1] == in_float32(term.contribution for term in explanation.terms)
    assert [(t.term, t.term_frequency, t.idf) for t in explanation.terms] == [
        (0, None, None), (1, None, None), (2, None, None)
    ]  # fmt: skip
    assert (explanation.document_length, explanation.highlights) == (None, ())
    assert "scores" in repr(explanation)


def test_splade_vectors_are_searched_saved_and_explained_by_their_tokens(tmp_path):
    tiny_models.splade(tmp_path, 3)
    encoder = sprat.SpladeEncoder(tmp_path, threads=1)
    texts = ["the cat sat on the mat", "fast index", "a dog and a cat"]
    retriever = sprat.Retriever.from_texts(texts, encoder=encoder)
    retriever.remove(1)
    retriever.add(["the index"])
    vectors = encoder.encode_documents([texts[0], texts[2], "the index"])
    top = sprat.SparseIndex(vectors).search(encoder.encode_queries("fast cat"), k=3)

    hits = retriever.search("fast cat")
    assert [(hit.id, hit.score) for hit in hits] == [
        ([0, 2, 3][row], score) for row, score in zip(top.documents[0].tolist(), top.scores[0].tolist())
    ]
    retriever.save(tmp_path / "saved")
    assert sprat.Retriever.load(tmp_path / "saved", encoder=encoder).search("fast cat") == hits
    explanation = retriever.explain("fast cat", hits[0].id)
    assert in_float32(term.contribution for term in explanation.terms) == hits[0].score
    weights = dict(encoder.decode(encoder.encode_queries("fast cat")))
    assert {term.term: term.query_weight for term in explanation.terms} == pytest.approx(weights)
    with pytest.raises(InvalidArgumentError, match="SpladeEncoder cannot tell where its terms stand"):
        _ = hits[0].highlights


def test_a_document_that_is_not_there_is_refused():
    retriever = sprat.Retriever.from_texts(TEXTS, encoder=sprat.BM25Encoder("unicode"))
    retriever.remove(2)

    for name in (2, 99, "2"):
        with pytest.raises(InvalidArgumentError, match=f"id must be that of a document, got {name!r}"):
            retriever.explain("ant", name)
    with pytest.raises(TypeError, match="id must be str or int, got float"):
        retriever.explain("ant", 1.0)


def test_documents_without_any_term_are_explained():
    explanation = sprat.Retriever.from_texts([""], encoder=sprat.BM25Encoder("unicode")).explain("ant", 0)

    assert (explanation.score, explanation.terms, explanation.text) == (0.0, (), "")
