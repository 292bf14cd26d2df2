"""sprat.BM25FEncoder: documents of several fields."""

from __future__ import annotations

import json
import math
import zlib
from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sprat
from sprat import _core
from sprat.errors import (
    CorruptFileError,
    EmptyCorpusError,
    InvalidArgumentError,
    NotFittedError,
    UnsupportedVersionError,
)

WORDS = sprat.Analyzer.from_stages({"type": "whitespace"})
FIELDS = {"title": 3.0, "body": 1.0, "tags": 0.5}
BS = {"title": 0.3, "body": 0.75, "tags": 0}

texts = st.lists(st.sampled_from("abcdefgh"), max_size=8).map(" ".join)
documents_of_fields = st.lists(
    st.fixed_dictionaries({}, optional=dict.fromkeys([*FIELDS, "other"], st.none() | texts)), max_size=8
).map(lambda some: [*some, {"title": "a b", "body": "b c c", "tags": "d"}])


def bits(matrix):
    data = np.asarray(matrix.data).view(np.uint32).tolist()
    return matrix.shape, matrix.indptr.tolist(), matrix.indices.tolist(), data


def expected_weights(documents, k1):
    """The papers' formula, one document and one term at a time."""
    split = [{f: (document.get(f) or "").split() for f in FIELDS} for document in documents]
    averages = {f: sum(len(document[f]) for document in split) / len(split) for f in FIELDS}
    weights = []
    for document in split:
        c = Counter()
        for field, weight in FIELDS.items():
            pivot = 1 - BS[field] + BS[field] * len(document[field]) / averages[field]
            for term, tf in Counter(document[field]).items():
                c[term] += weight * tf / pivot
        weights.append({term: value / (k1 + value) for term, value in c.items()})
    return weights


@given(documents_of_fields, st.sampled_from([0.5, 1.2, 4.0]))
def test_weights_are_the_papers(documents, k1):
    encoder = sprat.BM25FEncoder(WORDS, fields=FIELDS, b=BS, k1=k1)

    rows = encoder.fit_encode_documents(documents)

    terms = list(encoder.vocabulary)
    for row, expected in zip(rows.toarray(), expected_weights(documents, k1)):
        weights = {term: weight for term, weight in zip(terms, row.tolist()) if weight}
        assert weights == pytest.approx(expected, rel=1e-6)


@given(documents_of_fields)
def test_a_term_counts_once_for_each_document_that_holds_it(documents):
    encoder = sprat.BM25FEncoder(WORDS, fields=FIELDS, b=BS).fit(documents)

    held = [{term for f in FIELDS for term in (document.get(f) or "").split()} for document in documents]
    n = len(documents)
    assert encoder.statistics.document_count == n
    for term, column in encoder.vocabulary.items():
        df = sum(term in terms for terms in held)
        assert encoder.statistics.document_frequency[column] == df
        idf = np.float32(math.log(1 + (n - df + 0.5) / (df + 0.5)))
        assert encoder.encode_queries(term).toarray()[0, column] == idf
    assert dict(encoder.token_counts) == {
        f: sum(len((document.get(f) or "").split()) for document in documents) for f in FIELDS
    }


@given(
    st.lists(texts, min_size=1, max_size=8).filter(any),
    st.sampled_from([(1.2, 0.75), (0, 1), (2, 0), (0.9, 0.4)]),
)
@pytest.mark.parametrize("variant", ["lucene", "robertson", "atire"])
def test_one_field_of_weight_one_is_bm25_to_the_bit(variant, bodies, parameters):
    k1, b = parameters
    plain = sprat.BM25Encoder(WORDS, variant=variant, k1=k1, b=b)
    fielded = sprat.BM25FEncoder(WORDS, fields={"body": 1}, variant=variant, k1=k1, b=b)

    rows = plain.fit_encode_documents(bodies)

    assert bits(fielded.fit_encode_documents([{"body": body} for body in bodies])) == bits(rows)
    assert bits(fielded.encode_queries(bodies)) == bits(plain.encode_queries(bodies))
    assert dict(fielded.vocabulary) == dict(plain.vocabulary)


def test_real_text_of_one_field_is_bm25_to_the_bit():
    from test_bm25_encoder import english_texts

    bodies = english_texts(200)

    rows = sprat.BM25FEncoder(fields={"body": 1.0}).fit_encode_documents({"body": bodies})

    assert bits(rows) == bits(sprat.BM25Encoder().fit_encode_documents(bodies))


def test_fit_and_encode_are_fit_encode_however_the_documents_come():
    documents = [{"title": "b a", "body": "c a"}, {"title": None, "body": "d", "id": 7}, {"body": "a"}]
    columns = {"title": ["b a", None, None], "body": ["c a", "d", "a"], "other": [1, 2, 3]}
    encoder = sprat.BM25FEncoder(WORDS, fields={"title": 2, "body": 1})

    rows = encoder.fit_encode_documents(documents)

    assert list(encoder.vocabulary) == ["b", "a", "c", "d"]  # by document, then by field
    for given_as in [
        columns,
        pd.DataFrame(columns),
        pl.DataFrame(columns),
        pa.table(columns),
        {name: np.array(column, object) for name, column in columns.items()},
        {name: iter(column) for name, column in columns.items()},
        (document for document in documents),
    ]:
        assert bits(
            sprat.BM25FEncoder(WORDS, fields={"title": 2, "body": 1}).fit_encode_documents(given_as)
        ) == bits(rows)
    assert bits(encoder.fit(documents).encode_documents(documents)) == bits(rows)


def test_batches_and_threads_change_nothing(monkeypatch):
    documents = [{"title": "x" * (i % 7), "body": " ".join("abcdef"[: i % 6 + 1])} for i in range(50)]
    whole = sprat.BM25FEncoder(WORDS, fields={"title": 2, "body": 1}, threads=1)
    expected = whole.fit_encode_documents(documents)

    monkeypatch.setattr("sprat._fields._CHARACTERS_PER_BATCH", 400)
    for threads in (1, 3):
        cut = sprat.BM25FEncoder(WORDS, fields={"title": 2, "body": 1}, threads=threads)
        assert bits(cut.fit_encode_documents(documents)) == bits(expected)
        assert cut.statistics == whole.statistics
        assert cut.token_counts == whole.token_counts


def test_unknown_terms_count_towards_the_length_of_their_field():
    encoder = sprat.BM25FEncoder(str.split, fields={"title": 1, "body": 1}).fit(
        [{"title": "a", "body": "b b"}]
    )

    row = encoder.encode_documents([{"title": "a z z", "body": ""}]).toarray()[0]

    np.testing.assert_allclose(row, [1 / (1 + 1.2 * (0.25 + 0.75 * 3)), 0], rtol=1e-6)


@given(documents_of_fields, documents_of_fields)
def test_fits_grow_merge_and_shrink_to_the_bit(first, second):
    def fit(documents):
        return sprat.BM25FEncoder(WORDS, fields=FIELDS, b=BS).partial_fit(documents)

    whole = fit([*first, *second])

    for grown in (fit(first).partial_fit(second), fit(first).merge(fit(second))):
        assert list(grown.vocabulary) == list(whole.vocabulary)
        assert (grown.statistics, grown.token_counts) == (whole.statistics, whole.token_counts)
        assert bits(grown.encode_documents(first)) == bits(whole.encode_documents(first))
        assert bits(grown.encode_queries("a b c")) == bits(whole.encode_queries("a b c"))
    shrunk, alone = whole.remove(second), fit(first)
    assert (shrunk.statistics, shrunk.token_counts) == (alone.statistics, alone.token_counts)
    columns = [shrunk.vocabulary[term] for term in alone.vocabulary]
    assert shrunk.encode_documents(second).toarray()[:, columns].tolist() == (
        alone.encode_documents(second).toarray().tolist()
    )
    shrunk.compact()
    assert bits(shrunk.encode_documents(second)) == bits(alone.encode_documents(second))


def test_what_was_never_added_is_not_removed_and_other_fields_do_not_merge():
    encoder = sprat.BM25FEncoder(WORDS, fields={"a": 1, "b": 1}).fit([{"a": "x y", "b": "y"}])

    with pytest.raises(InvalidArgumentError, match="2 tokens of 'b', where there are 1"):
        encoder.remove([{"b": "x y"}])
    with pytest.raises(InvalidArgumentError, match="documents with 'z', where there are 0"):
        encoder.remove([{"a": "z"}])
    with pytest.raises(InvalidArgumentError, match="other must have the fields a, b, got b, a"):
        encoder.merge(sprat.BM25FEncoder(WORDS, fields={"b": 1, "a": 1}))
    with pytest.raises(InvalidArgumentError, match="different analyzers"):
        encoder.merge(sprat.BM25FEncoder("en", fields={"a": 1, "b": 1}).fit([{"a": "cats", "b": "dogs"}]))
    with pytest.raises(TypeError, match="other must be a BM25FEncoder, got dict"):
        encoder.merge({})
    assert dict(encoder.token_counts) == {"a": 2, "b": 1}


def test_queries_take_boosts_and_k3():
    encoder = sprat.BM25FEncoder(WORDS, fields={"body": 1}, query_term_frequency="unique")
    encoder.fit([{"body": "a b"}])
    once = encoder.encode_queries("a").toarray()[0, 0]

    weights = encoder.encode_queries(["a a a", {"a": 3}]).toarray()[:, 0]

    np.testing.assert_allclose(weights, [once, once * 3], rtol=1e-6)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "bm25f.json"
    encoder = sprat.BM25FEncoder("en", fields={"title": 2.5, "body": 1}, b={"title": 0.4, "body": 0.75}, k1=2)
    encoder.fit([{"title": "Cats", "body": "Dogs run. naïve"}, {"body": "cats"}]).save(path)
    return path, encoder


def test_a_loaded_encoder_is_the_saved_one(saved, tmp_path):
    path, encoder = saved
    documents = [{"title": "dogs", "body": "cats run and run"}]

    loaded = sprat.BM25FEncoder.load(path)

    assert bits(loaded.encode_documents(documents)) == bits(encoder.encode_documents(documents))
    assert bits(loaded.encode_queries("cats run")) == bits(encoder.encode_queries("cats run"))
    assert loaded.analyzer == encoder.analyzer
    assert (loaded.variant, loaded.k1) == (encoder.variant, encoder.k1)
    assert (loaded.fields, loaded.b) == (encoder.fields, encoder.b)
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()


def test_a_callable_must_be_given_again(tmp_path):
    path = tmp_path / "bm25f.json"
    sprat.BM25FEncoder(str.split, fields={"body": 1}).fit([{"body": "a"}]).save(path)

    with pytest.raises(InvalidArgumentError, match="fitted with a Python callable"):
        sprat.BM25FEncoder.load(path)
    assert sprat.BM25FEncoder.load(path, analyzer=str.split).dim == 1


def test_a_changed_byte_is_noticed(saved):
    path, _ = saved
    content = path.read_bytes()
    for at in range(0, len(content), 7):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises((CorruptFileError, UnsupportedVersionError)):
            sprat.BM25FEncoder.load(path)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"format": 2}, UnsupportedVersionError, "written in format 2 by a newer sprat"),
        ({"variant": "bm42"}, UnsupportedVersionError, "does not know variant 'bm42'"),
        ({"variant": 5}, CorruptFileError, "variant must be a string"),
        ({"sprat": "bm25"}, CorruptFileError, "not a file of BM25FEncoder"),
        ({"k1": -1}, CorruptFileError, "k1 must be a finite number of at least 0"),
        ({"query_term_frequency": "x"}, CorruptFileError, "query_term_frequency must be"),
        ({"terms": ["a"]}, CorruptFileError, "terms has 1 entries, document_frequency 4"),
        ({"terms": ["a", "b", "b", "c"]}, CorruptFileError, "terms holds 'b' at positions 1 and 2"),
        ({"document_frequency": [1, 1, 1, 3]}, CorruptFileError, "must lie between 0 and 2"),
        ({"document_frequency": [2, 2, 2, 2]}, CorruptFileError, "no collection has 5 tokens, but 8 terms"),
        ({"document_count": 2.0}, CorruptFileError, "document_count must be a whole number"),
        ({"fields": []}, CorruptFileError, "at least one field"),
        (
            {"fields": [{"name": "a"}]},
            CorruptFileError,
            r"fields\[0\] must hold name, weight, b, token_count",
        ),
        ({"analyzer": 1}, CorruptFileError, "analyzer must be an object or null"),
    ],
)
def test_a_file_that_cannot_be_is_refused(saved, changes, error, message):
    path, _ = saved
    content = {**json.loads(path.read_text()), **changes}
    del content["crc32"]
    text = json.dumps(content)[:-1]
    path.write_text(f'{text}, "crc32": "{zlib.crc32(text.encode()):08x}"}}')

    with pytest.raises(error, match=message):
        sprat.BM25FEncoder.load(path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fields": {}}, "fields must map at least one field to its weight, got {}"),
        ({"fields": ["title"]}, "fields must map at least one field"),
        ({"fields": {"title": 0}}, "weight of 'title' must be above 0, got 0"),
        ({"fields": {"title": -1}}, "weight of 'title' must be a finite number of at least 0, got -1"),
        ({"fields": {1: 1}}, "fields must have str as names, got 1"),
        ({"fields": {"a": 1}, "b": {"c": 1}}, "b must have the fields a, got c"),
        ({"fields": {"a": 1}, "b": {None: 1}}, "b must have the fields a, got None"),
        ({"fields": {"a": 1}, "b": 2}, "b of 'a' must be between 0 and 1, got 2"),
        ({"fields": {"a": 1}, "variant": "bm25l"}, "variant must be 'lucene', 'robertson' or 'atire'"),
    ],
)
def test_a_value_out_of_range_is_refused(arguments, message):
    with pytest.raises(InvalidArgumentError, match=message):
        sprat.BM25FEncoder(**arguments)


@pytest.mark.parametrize(
    ("documents", "error", "message"),
    [
        ([], EmptyCorpusError, "at least one document"),
        ([{}], EmptyCorpusError, "at least one term"),
        ([{"title": "a"}], InvalidArgumentError, r"field 'body' holds no term in 1 document\(s\)"),
        ([{"title": "a", "body": "b"}, "x"], TypeError, r"documents\[1\] must be a mapping .* got str"),
        ([{"title": "a", "body": 5}], TypeError, r"documents\[0\]\['body'\] must be str or None, got int"),
        ("text", TypeError, "documents must be mappings from field to text, got one str"),
        (None, TypeError, "documents must be mappings from field to text, got None"),
        ({"title": ["a"]}, InvalidArgumentError, "documents have no column 'body', only title"),
        (
            {"title": ["a"], "body": ["b", "c"]},
            InvalidArgumentError,
            "'title' ends after 1, before others do",
        ),
        ({"title": "a", "body": "b"}, TypeError, "got one str; wrap it in a list"),
    ],
)
def test_documents_that_are_none_are_refused_and_nothing_is_forgotten(documents, error, message):
    encoder = sprat.BM25FEncoder(WORDS, fields={"title": 2, "body": 1}).fit({"title": ["x"], "body": ["y"]})

    with pytest.raises(error, match=message):
        encoder.fit(documents)

    assert list(encoder.vocabulary) == ["x", "y"]


def test_nothing_is_encoded_before_a_fit(tmp_path):
    encoder = sprat.BM25FEncoder(WORDS, fields={"title": 2})

    assert (encoder.dim, dict(encoder.vocabulary), encoder.statistics.document_count) == (0, {}, 0)
    assert dict(encoder.token_counts) == {"title": 0}
    for call in (
        lambda: encoder.encode_documents([{"title": "a"}]),
        lambda: encoder.encode_queries("a"),
        lambda: encoder.save(tmp_path / "x"),
    ):
        with pytest.raises(NotFittedError, match="knows no terms"):
            call()


def test_rows_that_form_no_documents_are_refused():
    indptr, one, length = np.array([0, 1, 1]), np.array([0], np.int32), np.array([1, 0])

    def weigh(part="lucene", indptr=indptr, indices=one, lengths=length, fields=((1, 0.5, 1), (1, 0.5, 1))):
        return _core.fielded_weights(part, indptr, indices, one, lengths, list(fields), 1.2)

    assert weigh()[1].tolist() == [0]
    for arguments, message in [
        ({"fields": [(1, 0.5, 1)] * 3}, "rows must be whole documents of 3 fields, got 2"),
        ({"lengths": length[:1]}, "length of document_lengths must be 2, got 1"),
        ({"indices": np.array([-1], np.int32)}, r"indices\[0\] must be above -1, got -1"),
        ({"fields": [(1, 0.5, 0), (1, 0.5, 1)]}, "average_length of field 0 must be positive, got 0"),
        ({"part": "bm25l"}, "Okapi's and Lucene's tf part only"),
    ]:
        with pytest.raises(InvalidArgumentError, match=message):
            weigh(**arguments)
    with pytest.raises(InvalidArgumentError, match=r"indices\[0\] must be in \[0, 0\), got 0"):
        _core.fielded_document_frequency(indptr, one, 2, 0)
