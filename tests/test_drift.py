"""BM25Encoder.drift: how far vectors encoded under older statistics are from today's."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sprat
from sprat import BM25Encoder
from sprat.errors import InvalidArgumentError, NotFittedError

WHITESPACE = sprat.Analyzer.from_dict({"version": 1, "tokenizer": {"type": "whitespace"}, "filters": []})

texts = st.lists(st.text(alphabet="abcd ", max_size=8), max_size=6).map(lambda found: [*found, "a d"])
variants = st.sampled_from(["lucene", "okapi", "atire", "bm25+"])


def test_drift_says_how_far_old_vectors_are_from_todays():
    older = BM25Encoder(WHITESPACE).fit(["a b", "b c c c"])
    today = BM25Encoder(WHITESPACE).fit(["a b", "b c c c"]).partial_fit(["d a"]).remove(["b c c c"])

    drift = today.drift(older)

    def idf(df, n):
        return math.log(1 + (n - df + 0.5) / (df + 0.5))

    # Then a: 1 of 2, b: 2 of 2, c: 1 of 2; now a: 2 of 2, b: 1 of 2, d: 1 of 2.
    a, b = abs(idf(2, 2) - idf(1, 2)), abs(idf(1, 2) - idf(2, 2))
    assert drift.average_document_length_ratio == 2 / 3
    assert drift.idf_change_max == pytest.approx(max(a, b))
    assert drift.idf_change_mean == pytest.approx((a + b) / 2)
    assert drift.idf_change_rms == pytest.approx(math.sqrt((a * a + b * b) / 2))
    assert drift.new_term_share == pytest.approx(1 / 3)
    assert drift.lost_term_share == pytest.approx(1 / 3)
    assert today.drift(older.statistics) == drift


@given(texts, variants)
def test_there_is_no_drift_from_equal_statistics(a, variant):
    encoder = BM25Encoder(WHITESPACE, variant=variant).fit(a)

    assert encoder.drift(encoder) == (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    # okapi's average idf is a sum by id, which other ids round in another way
    assert encoder.drift(BM25Encoder(WHITESPACE).fit(a[::-1])) == pytest.approx((1, 0, 0, 0, 0, 0), abs=1e-12)


def test_drift_between_vocabularies_without_a_common_term():
    drift = BM25Encoder(WHITESPACE).fit(["a"]).drift(BM25Encoder(WHITESPACE).fit(["b b"]))

    assert drift == (0.5, 0.0, 0.0, 0.0, 1.0, 1.0)
    with pytest.raises(NotFittedError, match="no documents"):
        BM25Encoder(WHITESPACE).fit(["a"]).drift(BM25Encoder(WHITESPACE))
    with pytest.raises(InvalidArgumentError, match="different analyzers"):
        BM25Encoder(WHITESPACE).fit(["a"]).drift(BM25Encoder("en").fit(["dog"]))
    with pytest.raises(TypeError, match="older must be a BM25Encoder or CollectionStatistics, got str"):
        BM25Encoder(WHITESPACE).fit(["a"]).drift("a")


@given(texts, texts)
def test_no_stored_weight_is_off_by_more_than_the_ratio(a, b):
    older = BM25Encoder(WHITESPACE).fit(a)
    today = BM25Encoder(WHITESPACE).fit(a).partial_fit(b)

    stored, fresh = older.encode_documents(a).data, today.encode_documents(a).data

    ratio = today.drift(older).average_document_length_ratio
    low, high = sorted([1.0, ratio])
    assert ((fresh >= stored * low * (1 - 1e-6)) & (fresh <= stored * high * (1 + 1e-6))).all()
