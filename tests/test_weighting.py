"""The core's counts and weights, against plain Python and against pymilvus.model's own numbers."""

import json
import math
import struct
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
import sprat
from sprat import _core
from sprat._weighting import VARIANTS
from sprat.errors import EmptyCorpusError, InvalidArgumentError

GOLDEN = Path(__file__).parent / "golden"
TOKEN_GOLDENS = [path.stem for path in sorted(GOLDEN.glob("bm25_*.json")) if path.stem != "bm25_big_lcg"]

# Few terms and short documents: most terms repeat, and some are in more than half of the documents.
tokens = st.lists(st.sampled_from("abcdefgh"), max_size=12)
collections = st.lists(tokens, min_size=1, max_size=12).filter(any)
parameters = st.sampled_from([(1.5, 0.75, 0.25), (1.2, 0.0, 1.0), (0.0, 1.0, 0.0), (2.0, 0.3, -0.5)])


def bits(weights):
    return np.asarray(weights, np.float32).view(np.int32).tolist()


def count(documents, columns, *, rows=True):
    """Count token lists; a token that is not in ``columns`` is unknown."""
    indptr = np.cumsum([0, *map(len, documents)], dtype=np.int64)
    ids = np.array([columns.get(token, -1) for tokens in documents for token in tokens], np.int64)
    return _core.count_ids(indptr, ids, len(columns), rows=rows)


def weigh(part, counts, average, k1, b, delta):
    return _core.document_weights(
        part, counts.indptr, counts.term_frequencies, counts.document_lengths, average, k1, b, delta
    )


def check_encoding(counts, weights, expected):
    """Rows must have the same columns and, in each, the same float32 bits (-0.0 is not 0.0)."""
    assert counts.indices.tolist() == [column for vector in expected for column in vector]
    assert counts.indptr.tolist() == np.cumsum([0, *map(len, expected)]).tolist()
    assert bits(weights) == bits([weight for vector in expected for weight in vector.values()])


def test_counting_gives_sums_and_sorted_rows():
    indptr, ids = np.array([0, 5, 5, 7]), np.array([2, 0, 2, -1, 2, 1, 0])

    counts = _core.count_ids(indptr, ids, 4, rows=True)

    assert (counts.document_count, counts.token_count) == (3, 7)
    assert counts.document_frequency.tolist() == [2, 1, 1, 0]
    assert counts.document_lengths.tolist() == [5, 0, 2]
    assert counts.indptr.tolist() == [0, 2, 2, 4]
    assert counts.indices.tolist() == [0, 2, 0, 1]
    assert counts.term_frequencies.tolist() == [1, 3, 1, 1]


def test_dropped_rows_leave_the_sums():
    counts = _core.count_ids(np.array([0, 2, 3]), np.array([1, 1, 0]), 2, rows=False)

    assert (counts.document_count, counts.token_count) == (2, 3)
    assert counts.document_frequency.tolist() == [1, 1]
    for array in (counts.document_lengths, counts.indptr, counts.indices, counts.term_frequencies):
        assert array.tolist() == []


@given(st.lists(st.lists(st.integers(-1, 70_000), max_size=300), max_size=6))
def test_counting_is_what_a_dict_counts(documents):
    indptr = np.cumsum([0, *map(len, documents)], dtype=np.int64)
    ids = np.array(list(chain.from_iterable(documents)), np.int64)

    counts = _core.count_ids(indptr, ids, 70_001, rows=True)

    expected = [{i: tokens.count(i) for i in sorted(set(tokens) - {-1})} for tokens in documents]
    assert reference.vectors(counts.indptr, counts.indices, counts.term_frequencies) == expected
    assert counts.document_lengths.tolist() == list(map(len, documents))
    assert counts.document_frequency.sum() == len(counts.indices)


@pytest.mark.parametrize(
    ("indptr", "ids", "term_count", "message"),
    [
        ([0, 2], [0, 3], 3, r"ids\[1\] must be in \[-1, 3\), got 3"),
        ([0, 1], [-2], 3, r"ids\[0\] must be in \[-1, 3\), got -2"),
        ([0, 2, 1], [0], 3, r"indptr\[2\] must be at least 2, got 1"),
        ([1, 1], [0], 3, r"indptr\[0\] must be 0, got 1"),
        ([0, 1], [0, 0], 3, r"indptr\[1\] must be 2, got 1"),
        ([], [], 3, "indptr must have at least one entry"),
        ([0], [], -1, r"term_count must be in \[0, 2147483647\], got -1"),
    ],
)
def test_ids_that_form_no_documents_are_refused(indptr, ids, term_count, message):
    with pytest.raises(InvalidArgumentError, match=message):
        _core.count_ids(np.array(indptr, np.int64), np.array(ids, np.int64), term_count, rows=True)


@pytest.mark.parametrize("name", TOKEN_GOLDENS)
def test_token_lists_give_pymilvus_models_numbers(name):
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    saved = golden["saved_json"]
    columns = {term: column for column, term in enumerate(saved["idf_word"])}

    fitted = count(golden["corpus_tokens"], columns)
    idf, average_idf = _core.okapi_idf(fitted.document_frequency, fitted.document_count, saved["epsilon"])
    documents = count(golden["corpus_tokens"] + golden["extra_tokens"], columns)
    queries = count(golden["query_tokens"], columns)
    document_data = _core.document_weights(
        "okapi",
        documents.indptr,
        documents.term_frequencies,
        documents.document_lengths,
        saved["avgdl"],
        saved["k1"],
        saved["b"],
        0.0,
    )
    query_data = _core.query_weights(queries.indices, queries.term_frequencies, idf)

    assert struct.pack(f"{len(idf)}d", *idf) == struct.pack(f"{len(idf)}d", *saved["idf_value"])
    assert average_idf == golden["average_idf"]
    for counts, data, encoded in [
        (documents, document_data, golden["encoded_documents"]),
        (queries, query_data, golden["encoded_queries"]),
    ]:
        check_encoding(
            counts, data, reference.vectors(encoded["indptr"], encoded["indices"], encoded["data"])
        )


@pytest.mark.parametrize("name", TOKEN_GOLDENS)
def test_the_reference_gives_pymilvus_models_numbers(name):
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))

    ours = reference.Bm25(golden["corpus_tokens"], **golden["ctor"])

    assert json.loads(ours.saved_text()) == golden["saved_json"]
    assert ours.saved_text() == golden.get("saved_text", ours.saved_text())
    for encode, lists, encoded in [
        (ours.encode_document, golden["corpus_tokens"] + golden["extra_tokens"], golden["encoded_documents"]),
        (ours.encode_query, golden["query_tokens"], golden["encoded_queries"]),
    ]:
        rows = reference.vectors(encoded["indptr"], encoded["indices"], encoded["data"])
        assert str(list(map(encode, lists))) == str(rows)  # str tells -0.0 from 0.0


@given(documents=collections, queries=st.lists(tokens, max_size=4), parameters=parameters)
@pytest.mark.parametrize("variant", sorted(reference.FORMULAS))
def test_weights_are_the_formulas_of_the_variant(variant, documents, queries, parameters):
    k1, b, epsilon = parameters
    delta = 0.75
    expected = reference.Bm25(documents, variant=variant, k1=k1, b=b, epsilon=epsilon, delta=delta)

    fitted = count(documents, expected.columns)
    parts = VARIANTS[variant]
    idf = parts.idf(fitted.document_frequency, fitted.document_count, epsilon)
    average = fitted.token_count / fitted.document_count
    rows = count([*documents, *queries], expected.columns)
    query_rows = count(queries, expected.columns)

    assert idf.tolist() == list(expected.idf.values())
    data = weigh(parts.tf, rows, average, k1, b, delta)
    check_encoding(rows, data, [expected.encode_document(t) for t in [*documents, *queries]])
    query_data = _core.query_weights(query_rows.indices, query_rows.term_frequencies, idf)
    check_encoding(query_rows, query_data, [expected.encode_query(t) for t in queries])


@given(documents=collections, parameters=parameters)
@pytest.mark.parametrize("variant", sorted(set(reference.FORMULAS) - {"okapi"}))
def test_no_weight_and_no_idf_is_negative(variant, documents, parameters):
    k1, b, _ = parameters
    columns = {term: column for column, term in enumerate("abcdefghi")}

    counts = count(documents, columns)
    idf = VARIANTS[variant].idf(counts.document_frequency, counts.document_count, 0.25)
    weights = weigh(VARIANTS[variant].tf, counts, counts.token_count / counts.document_count, k1, b, 0.25)

    assert idf.min() >= 0  # also of "i", which no document holds
    assert np.isfinite(idf).all()
    assert weights.min() >= 0


def test_idf_of_known_numbers():
    df = np.array([1, 2, 9])

    okapi, average = _core.okapi_idf(df, 10, 0.25)
    lucene = _core.idf("lucene", df, 10)

    assert average == 0.4079251438740386
    assert okapi.tolist() == [1.845826690498331, 1.2237754316221157, 0.10198128596850965]
    assert lucene.tolist() == [1.992430164690206, 1.4816045409242156, 0.14660347419187544]


def test_terms_that_no_document_holds_leave_the_average_alone():
    held, average = _core.okapi_idf(np.array([1, 2, 3]), 4, 0.25)

    with_removed, same_average = _core.okapi_idf(np.array([1, 0, 2, 3]), 4, 0.25)

    assert same_average == average
    assert with_removed[[0, 2, 3]].tolist() == held.tolist()
    assert with_removed[1] == math.log(4.5) - math.log(0.5)


@pytest.mark.parametrize("df", [[], [0, 0]])
def test_a_collection_without_a_term_has_no_average_idf(df):
    with pytest.raises(EmptyCorpusError, match="no document holds a term"):
        _core.okapi_idf(np.array(df, np.int64), 3, 0.25)


@pytest.mark.parametrize(
    "idf", [lambda df, n: _core.okapi_idf(df, n, 0.25), lambda df, n: _core.idf("lucene", df, n)]
)
@pytest.mark.parametrize("df", [-1, 3])
def test_impossible_document_frequency_is_refused(idf, df):
    with pytest.raises(InvalidArgumentError, match=rf"document_frequency\[1\] must be in \[0, 2\], got {df}"):
        idf(np.array([1, df]), 2)


def test_a_query_term_counts_once_per_occurrence():
    idf = np.array([0.1, -0.0])

    weights = _core.query_weights(np.array([0, 1], np.int32), np.array([3, 1], np.int32), idf)

    assert bits(weights) == bits([0.1 + 0.1 + 0.1, -0.0])


@pytest.mark.parametrize(
    "weights",
    [
        lambda indptr, tf, lengths, average: _core.document_weights(
            "okapi", indptr, tf, lengths, average, 1.2, 0.75, 0.0
        ),
        lambda indptr, tf, lengths, average: _core.adapted_weights(
            indptr, np.zeros_like(tf), tf, lengths, np.ones(1), average, 0.75
        ),
        lambda indptr, tf, lengths, average: _core.adapt_terms(
            indptr, np.zeros_like(tf), tf, lengths, np.ones(1, np.int64), 1, average, 0.75
        ),
    ],
    ids=["document_weights", "adapted_weights", "adapt_terms"],
)
def test_weights_refuse_arrays_that_do_not_fit(weights):
    one = np.array([1], np.int32)
    with pytest.raises(InvalidArgumentError, match="length of document_lengths must be 1, got 2"):
        weights(np.array([0, 1]), one, np.array([1, 1]), 1.0)
    with pytest.raises(InvalidArgumentError, match=r"indptr\[1\] must be 1, got 2"):
        weights(np.array([0, 2]), one, np.array([1]), 1.0)
    with pytest.raises(InvalidArgumentError, match="average_document_length must be positive, got 0"):
        weights(np.array([0, 1]), one, np.array([1]), 0.0)


def test_a_part_that_there_is_not_is_refused():
    with pytest.raises(InvalidArgumentError, match=r"one of lucene .* bm25\+, got 'bm25f'"):
        _core.idf("bm25f", np.array([1]), 2)
    with pytest.raises(InvalidArgumentError, match=r"one of okapi .* tf-ldp, got 'atire'"):
        _core.absent_weight("atire", 1.2, 0.5)


def test_terms_without_a_k1_are_refused():
    indptr, one = np.array([0, 1]), np.array([1], np.int32)
    with pytest.raises(InvalidArgumentError, match=r"indices\[0\] must be in \[0, 1\), got 1"):
        _core.adapted_weights(indptr, one, one, np.array([1]), np.ones(1), 1.0, 0.75)
    with pytest.raises(InvalidArgumentError, match="length of indices must be 1, got 0"):
        _core.adapted_weights(indptr, one[:0], one, np.array([1]), np.ones(1), 1.0, 0.75)


def test_query_weights_refuse_terms_without_idf():
    one = np.array([1], np.int32)
    with pytest.raises(InvalidArgumentError, match=r"indices\[0\] must be in \[0, 1\), got 1"):
        _core.query_weights(one, one, np.array([0.5]))
    with pytest.raises(InvalidArgumentError, match=r"term_frequencies\[0\] must be at least 1, got 0"):
        _core.query_weights(np.array([0], np.int32), np.array([0], np.int32), np.array([0.5]))
    with pytest.raises(InvalidArgumentError, match="length of term_frequencies must be 0, got 1"):
        _core.query_weights(np.array([], np.int32), one, np.array([0.5]))


def in_one_byte(length: int) -> int:
    """As Lucene's SmallFloat writes and reads it: intToByte4, then byte4ToInt."""
    if length < 24:
        return length
    excess = length - 24
    bits = excess.bit_length()
    code = excess if bits < 4 else (excess >> bits - 4) & 7 | bits - 3 << 3
    mantissa, shift = code & 7, (code >> 3) - 1
    return 24 + (mantissa if shift < 0 else (mantissa | 8) << shift)


def test_lossy_lengths_are_those_of_lucenes_byte():
    lengths = np.concatenate([np.arange(5000), 2 ** np.arange(5, 31), 2 ** np.arange(5, 31) + 23])

    kept = VARIANTS["lucene-lossy"].lengths(lengths)

    assert kept.tolist() == [in_one_byte(int(length)) for length in lengths]
    assert len(np.unique(kept)) < 256


@pytest.mark.parametrize(("variant", "delta"), [("bm25l", 0.5), ("bm25+", 1), ("tf-ldp", 1)])
def test_the_delta_is_that_of_the_paper_unless_given(variant, delta):
    assert sprat.BM25Encoder("unicode", variant=variant).delta == delta
    assert sprat.BM25Encoder("unicode", variant=variant, delta=3).delta == 3


def test_a_number_that_fits_no_double_is_not_finite():
    with pytest.raises(InvalidArgumentError, match="k1 must be a finite number"):
        sprat.BM25Encoder("unicode", k1=10**400)
    with pytest.raises(InvalidArgumentError, match="the boost of 'cat' must be a finite number"):
        sprat.BM25Encoder("unicode").fit(["cat"]).encode_queries([{"cat": 10**400}])
