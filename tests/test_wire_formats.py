"""The vectors that fastembed and pinecone-text make, and ours for the same texts."""

import gzip
import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprat import Analyzer, BM25Encoder, HashedVocabulary
from sprat._stages import stop_words

mmh3 = pytest.importorskip("mmh3", reason="the oracle's hash is not installed")
py_rust_stemmers = pytest.importorskip(
    "py_rust_stemmers", reason="the stemmer of sprat[qdrant] is not installed"
)

STOP_WORDS = {language: stop_words(language) for language in ("english", "german", "russian")}
TEXTS = [
    "The quick brown foxes, running over the lazy dogs' generously added emergency exits!",
    "snake_case _ __ ___ don't O'Neill's e-mail U.S.A. 3.14 1,000 x² ½ ٣",
    "İstanbul'da İ İİ Iğdır ΑΣ ΑΣ'Α ΟΔΥΣΣΕΥΣ ὈΔΥΣΣΕΎΣ ΑΣ_ ΑΣ\u0301Α",
    "été\u0301 naïve Größe STRASSE straße Weißt ich die Häuser",
    "हिन्दी भाषा ไทย 日本語 東京 ｆｕｌｌ 😀 a\u200bb a\u00a0b a\x1cb",
    f"{'x' * 40} {'y' * 41} {'ö' * 40} {'ö' * 41}",
    "search acrrazrl acrrazrl hello atrxvcic",
    "acrrazrl hello search search search",
    "Быстрые лисы и собаки",
    "the",
    " ",
    "",
]


class Reference:
    """fastembed 0.9.1's Bm25 (fastembed/sparse/bm25.py), told again slowly."""

    def __init__(self, language, stop_words, average_document_length=256.0):
        self.stem = py_rust_stemmers.SnowballStemmer(language).stem_word
        self.stop_words = set(stop_words)
        self.average_document_length = average_document_length

    def tokens(self, text):
        text = re.sub(r"[^\w\s]", " ", text)
        text = re.sub(r"[^\w]", " ", text.lower())
        for token in text.split():
            is_punctuation = len(token) == 1 and unicodedata.category(token).startswith("P")
            if not is_punctuation and token not in self.stop_words and len(token) <= 40 and self.stem(token):
                yield self.stem(token)

    def document(self, text, k=1.2, b=0.75):
        tokens = list(self.tokens(text))
        weights = {}
        for term, count in Counter(tokens).items():  # in order of first occurrence
            norm = k * (1 - b + b * len(tokens) / self.average_document_length)
            weights[abs(mmh3.hash(term))] = float(np.float32(count * (k + 1) / (count + norm)))
        return weights

    def query(self, text):
        return {abs(mmh3.hash(term)): 1.0 for term in self.tokens(text)}


def fastembed_analyzer(language, stop_words):
    return Analyzer.from_stages(
        {"type": "words"},
        filters=[
            {"type": "punctuation", "characters": "_"},
            {"type": "stop_words", "words": sorted(stop_words)},
            {"type": "length", "least": 0, "most": 40},
            {"type": "stem", "algorithm": "rust-snowball", "language": language},
            {"type": "length", "least": 1, "most": 2**31 - 1},
        ],
    )


def rows(matrix):
    return [dict(zip(row.indices.tolist(), row.data.tolist())) for row in matrix]


@pytest.mark.parametrize("language", STOP_WORDS)
def test_fastembed_vectors_are_those_of_its_rules(language):
    reference = Reference(language, STOP_WORDS[language])
    encoder = BM25Encoder(
        fastembed_analyzer(language, STOP_WORDS[language]), vocabulary=HashedVocabulary("murmur3-abs")
    )

    assert rows(encoder.encode_documents(TEXTS)) == [reference.document(text) for text in TEXTS]
    assert rows(encoder.encode_queries(TEXTS)) == [reference.query(text) for text in TEXTS]


alphabet = st.sampled_from("aAiIİsSΣσς_'\u2019.\u0301\u0307 \t\u200d\u00adéß")


@given(st.lists(st.text(alphabet) | st.text(), max_size=5).map(" ".join))
def test_fastembed_words_are_what_its_substitutions_leave(text):
    reference = Reference("english", [])
    analyzer = fastembed_analyzer("english", [])

    assert analyzer(text) == list(reference.tokens(text))


def test_a_word_is_lowered_by_itself_as_what_stands_between_words_is_blanked_first():
    assert fastembed_analyzer("russian", [])("AΣ.A AΣ") == ["aς", "a", "aς"]
    assert list(Reference("russian", []).tokens("AΣ.A AΣ")) == ["aς", "a", "aς"]


@pytest.mark.parametrize("options", [{}, {"k": 2.0, "b": 0.3, "avg_len": 17.5}])
@pytest.mark.parametrize("language", STOP_WORDS)
def test_fastembed_itself_makes_these_vectors(monkeypatch, language, options):
    bm25 = pytest.importorskip("fastembed.sparse.bm25", reason="fastembed is not installed")
    monkeypatch.setattr(bm25.Bm25, "download_model", lambda *_, **__: Path())
    monkeypatch.setattr(bm25.Bm25, "_load_stopwords", lambda *_, **__: STOP_WORDS[language])
    theirs = bm25.Bm25("Qdrant/bm25", language=language, **options)
    ours = BM25Encoder(
        fastembed_analyzer(language, STOP_WORDS[language]),
        k1=options.get("k", 1.2),
        b=options.get("b", 0.75),
        average_document_length=options.get("avg_len"),
        vocabulary=HashedVocabulary("murmur3-abs"),
    )

    documents = [theirs_of(vector) for vector in theirs.embed(TEXTS)]
    queries = [theirs_of(vector) for vector in theirs.query_embed(TEXTS)]

    assert rows(ours.encode_documents(TEXTS)) == documents
    assert rows(ours.encode_queries(TEXTS)) == queries


@pytest.mark.parametrize(
    ("name", "language"), [("xquad-en", "english"), ("xquad-de", "german"), ("xquad-ru", "russian")]
)
def test_fastembed_vectors_of_a_collection(shared, name, language):
    texts = []
    for part in ("corpus", "queries"):
        with gzip.open(shared / "data" / name / f"{part}.jsonl.gz", "rt", encoding="utf-8") as lines:
            texts += [json.loads(line)["text"] for line in lines]
    reference = Reference(language, STOP_WORDS[language])
    encoder = BM25Encoder(
        fastembed_analyzer(language, STOP_WORDS[language]), vocabulary=HashedVocabulary("murmur3-abs")
    )

    assert rows(encoder.encode_documents(texts)) == [reference.document(text) for text in texts]
    assert rows(encoder.encode_queries(texts)) == [reference.query(text) for text in texts]


def test_pinecone_text_makes_these_vectors(monkeypatch, shared):
    pinecone = pytest.importorskip(
        "pinecone_text.sparse.bm25_encoder", reason="pinecone-text is not installed"
    )
    monkeypatch.setattr("nltk.data.path", [str(shared / "nltk_data")])
    corpus = [text for text in TEXTS if Analyzer("en")(text)]  # it does not count documents without a token
    theirs = pinecone.BM25Encoder().fit(corpus)
    ours = BM25Encoder("en", vocabulary=HashedVocabulary("murmur3")).fit(corpus)

    documents = [dict(zip(v["indices"], v["values"])) for v in theirs.encode_documents(corpus)]
    queries = [dict(zip(v["indices"], v["values"])) for v in theirs.encode_queries([*corpus, "fresh foxes"])]

    assert [row.keys() for row in rows(ours.encode_documents(corpus))] == [row.keys() for row in documents]
    for row, expected in zip(rows(ours.encode_documents(corpus)), documents):
        assert row == pytest.approx(expected, rel=1e-7)
    for row, expected in zip(rows(ours.encode_queries([*corpus, "fresh foxes"])), queries):
        assert row == pytest.approx(expected, rel=1e-7)
    assert dict(zip(ours.statistics.terms, ours.statistics.document_frequency.tolist())) == theirs.doc_freq


def theirs_of(vector):
    return dict(zip(vector.indices.tolist(), vector.values.astype(np.float32).tolist()))
