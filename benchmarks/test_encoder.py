"""Text to tokens, to statistics, to vectors: one thread."""

import json
from itertools import islice

import texts
from sprat import Analyzer, BM25Encoder

GOLDEN = json.loads((texts.ROOT / "tests" / "golden" / "analyzer_tokens.json").read_text("utf-8"))
ROWS = 500  # that are compared with the reference


def assert_rows_are(expected, matrix):
    rows = zip(matrix.indptr, matrix.indptr[1:])
    for vector, (start, end) in zip(expected, rows):
        found = zip(matrix.indices[start:end].tolist(), matrix.data[start:end].tolist())
        assert dict(found) == vector


def assert_fitted(encoder, expected):
    assert list(encoder.vocabulary) == list(expected.document_frequency)
    assert encoder.statistics.document_frequency.tolist() == list(expected.document_frequency.values())
    assert encoder.statistics.document_count == expected.document_count
    assert encoder.statistics.token_count == expected.token_count


def test_analyze(timed, collection):
    analyzer = Analyzer("en")
    assert analyzer.batch(GOLDEN["texts"]) == [answer["en"] for answer in GOLDEN["nltk-3.10.4"]]

    timed(lambda: analyzer.batch(collection.texts, threads=1), "MB", collection.megabytes)


def test_fit(timed, collection, expected):
    encoder = BM25Encoder("en", threads=1)
    assert_fitted(encoder.fit(collection.texts), expected)

    timed(lambda: encoder.fit(collection.texts), "MB", collection.megabytes)


def test_encode_documents(timed, collection, encoder, tokens, expected):
    matrix = encoder.encode_documents(collection.texts)
    assert matrix.shape == (len(collection.texts), encoder.dim)
    assert_rows_are(map(expected.encode_document, islice(tokens, ROWS)), matrix)

    timed(lambda: encoder.encode_documents(collection.texts), "MB", collection.megabytes)


def test_fit_encode_documents(timed, collection, encoder, expected):
    other = BM25Encoder("en", threads=1)
    difference = other.fit_encode_documents(collection.texts) != encoder.encode_documents(collection.texts)
    assert difference.nnz == 0
    assert_fitted(other, expected)

    timed(lambda: other.fit_encode_documents(collection.texts), "MB", collection.megabytes)


def test_encode_queries(timed, collection, encoder, expected):
    matrix = encoder.encode_queries(collection.queries)
    assert_rows_are(map(expected.encode_query, Analyzer("en").batch(collection.queries)), matrix)

    timed(lambda: encoder.encode_queries(collection.queries), "queries", len(collection.queries))
