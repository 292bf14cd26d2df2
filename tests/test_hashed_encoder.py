"""BM25 encoders whose vocabulary is hashed."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprat import BM25Encoder, CollectionStatistics, HashedVocabulary, SparseIndex, hashed
from sprat.errors import (
    CorruptFileError,
    EmptyCorpusError,
    InvalidArgumentError,
    NotFittedError,
    UnsupportedVersionError,
)

ABS = HashedVocabulary("murmur3-abs")
UNSIGNED = HashedVocabulary("murmur3")

# Terms that share an id: with "search" by both hashes, and by "murmur3-abs" alone.
TWIN, MIRROR = "atrxvcic", "acrrazrl"

words = st.lists(st.sampled_from(["search", TWIN, MIRROR, "hello", "abc"]), max_size=8)
collections = st.lists(words.map(" ".join), min_size=1, max_size=6).filter(lambda texts: any(texts))


def entries(matrix):
    return [
        dict(zip(matrix.indices[a:b].tolist(), matrix.data[a:b].tolist()))
        for a, b in pairwise(matrix.indptr.tolist())
    ]


def encoder(vocabulary=ABS, **options):
    return BM25Encoder(str.split, vocabulary=vocabulary, **options)


def test_qdrant_needs_no_fit():
    documents = encoder().encode_documents(["hello hello world", ""])
    queries = encoder().encode_queries("hello hello new")

    assert documents.shape == (2, 2**31 + 1)
    norm = 1.2 * (1 - 0.75 + 0.75 * 3 / 256)
    assert entries(documents) == [
        {ABS["hello"]: np.float32(2 * 2.2 / (2 + norm)), ABS["world"]: np.float32(2.2 / (1 + norm))},
        {},
    ]
    assert entries(queries) == [{ABS["hello"]: 1.0, ABS["new"]: 1.0}]


def test_rows_stay_matrices_with_wide_indices():
    matrix = encoder().encode_documents(["akqlrggi hello", "abc"])

    assert matrix.indices.dtype == matrix.indptr.dtype == np.int64
    assert matrix.has_canonical_format
    assert [row.shape for row in matrix] == [(1, 2**31 + 1), (1, 2**31 + 1)]
    assert matrix[0].indices.tolist() == [613153351, 2**31]


def test_average_document_length_is_given_or_learnt_or_256():
    text = ["hello world"]

    unfitted = encoder().encode_documents(text)
    given_256 = encoder(average_document_length=256).encode_documents(text)
    given_2 = encoder(average_document_length=2).encode_documents(text)
    fitted = encoder().fit(["a b", "c d"]).encode_documents(text)
    given_and_fitted = encoder(average_document_length=256).fit(["a b", "c d"]).encode_documents(text)

    assert entries(unfitted) == entries(given_256) == entries(given_and_fitted)
    assert entries(fitted) == entries(given_2) != entries(unfitted)
    assert set(entries(fitted)[0].values()) == {1.0}


def test_terms_of_one_id_follow_the_wire_format():
    """fastembed keeps what the term that comes up last has; pinecone-text adds up."""
    texts = ["search hello", f"search search search {MIRROR}", f"{MIRROR} search search search"]
    b0 = {"b": 0, "average_document_length": 1}

    last = entries(encoder(**b0).encode_documents(texts))
    total = entries(encoder(UNSIGNED, variant="lucene", **b0).fit(texts).encode_documents(texts))
    both = entries(encoder(UNSIGNED, variant="lucene", **b0).fit(texts).encode_documents([f"search {TWIN}"]))

    once, thrice = np.float32(1 * 2.2 / (1 + 1.2)), np.float32(3 * 2.2 / (3 + 1.2))
    assert [row[ABS["search"]] for row in last] == [once, once, thrice]
    assert [row[UNSIGNED["search"]] for row in total] == [np.float32(f / (f + 1.2)) for f in (1, 3, 3)]
    assert both == [{UNSIGNED["search"]: np.float32(2 / (2 + 1.2))}]


def test_a_document_with_two_terms_of_one_id_counts_once():
    fitted = encoder().fit([f"search {MIRROR} hello", f"{TWIN} {TWIN}", "hello"])

    assert fitted.statistics.document_frequency.tolist() == [2, 2]
    assert (fitted.statistics.document_count, fitted.statistics.token_count) == (3, 6)
    assert dict(fitted.collisions) == {553238108: ["search", MIRROR, TWIN]}


def test_collisions_are_logged(caplog):
    caplog.set_level("INFO", "sprat")

    encoder().encode_documents([f"search {MIRROR} hello"])
    encoder().encode_documents(["search hello"])

    assert [record.getMessage() for record in caplog.records] == [
        "1 of 3 distinct terms have the id of another one"
    ]


@given(collections)
def test_a_hashed_encoder_knows_what_an_exact_one_knows(texts):
    """Over words with ids of their own."""
    texts = [text.replace(TWIN, "twin").replace(MIRROR, "mirror") for text in texts]
    exact = BM25Encoder(str.split).fit(texts)
    wide = encoder(variant="lucene")
    ids = np.array([ABS[term] for term in exact.vocabulary])

    documents = wide.fit_encode_documents(texts)

    assert wide.statistics.document_frequency.tolist() == exact.statistics.document_frequency.tolist()
    assert wide.statistics.token_count == exact.statistics.token_count
    assert entries(documents) == entries(wide.encode_documents(texts))
    for ours, theirs in [
        (documents, exact.encode_documents(texts)),
        (wide.encode_queries(texts), exact.encode_queries(texts)),
    ]:
        expected = [{int(ids[column]): weight for column, weight in row.items()} for row in entries(theirs)]
        assert entries(ours) == expected


@given(collections, st.sampled_from([ABS, UNSIGNED]))
def test_batches_change_nothing(texts, vocabulary):
    options = {"variant": "lucene", "vocabulary": vocabulary}
    whole = BM25Encoder(str.split, **options)
    expected = entries(whole.fit_encode_documents(texts))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashed, "_CHARACTERS_PER_BATCH", 12)
        patch.setattr(hashed, "_CHARACTERS_PER_TEXT", 1)
        parts = BM25Encoder(str.split, **options)
        in_parts = entries(parts.fit_encode_documents(iter(texts)))

    assert in_parts == expected
    assert parts.statistics == whole.statistics
    assert parts.collisions == whole.collisions


@given(collections, st.sampled_from([ABS, UNSIGNED]))
def test_threads_change_nothing(texts, vocabulary):
    one = BM25Encoder("en", vocabulary=vocabulary, threads=1)
    three = BM25Encoder("en", vocabulary=vocabulary, threads=3)

    assert entries(one.fit_encode_documents(texts * 40)) == entries(three.fit_encode_documents(texts * 40))
    assert one.statistics == three.statistics


def test_position_of_what_is_no_text_counts_from_the_first(monkeypatch):
    monkeypatch.setattr(hashed, "_CHARACTERS_PER_BATCH", 4)
    monkeypatch.setattr(hashed, "_CHARACTERS_PER_TEXT", 1)

    with pytest.raises(TypeError, match=r"texts\[5\] must be str, got bytes"):
        encoder().encode_documents(["abc"] * 5 + [b"abc"])


def test_a_term_of_no_fitted_text_has_the_idf_of_one_in_no_document():
    texts = ["hello abc", "abc", "abc x"]

    for variant in ("lucene", "okapi"):
        exact = BM25Encoder(str.split, variant=variant).fit(texts)
        query = encoder(variant=variant).fit(texts).encode_queries("abc new")

        unseen = np.log(1 + 3.5 / 0.5) if variant == "lucene" else np.log(3.5) - np.log(0.5)
        assert entries(query) == [
            {ABS["abc"]: entries(exact.encode_queries("abc"))[0][1], ABS["new"]: np.float32(unseen)}
        ]


def test_pinecone_queries_add_up_to_one():
    fitted = encoder(UNSIGNED).fit(["hello abc", "abc", "abc x"])

    queries = fitted.encode_queries(["hello hello abc new", "", "x"])

    idf = {"hello": np.log(4 / 1.5), "abc": np.log(4 / 3.5), "new": np.log(4 / 1.5)}
    assert fitted.variant == "pinecone"
    assert entries(queries) == [
        pytest.approx({UNSIGNED[term]: weight / sum(idf.values()) for term, weight in idf.items()}, rel=1e-6),
        {},
        {UNSIGNED["x"]: 1.0},
    ]


def test_a_variant_with_idf_needs_a_fit():
    for options in ({"variant": "lucene"}, {"vocabulary": UNSIGNED}):
        with pytest.raises(NotFittedError):
            encoder(**options).encode_documents(["hello"])


@pytest.mark.parametrize("texts", [[], [""], ["", "  "]])
def test_nothing_to_learn_is_refused(texts):
    with pytest.raises(EmptyCorpusError):
        encoder().fit(texts)


def test_no_text_gives_no_row():
    assert encoder().encode_documents([]).shape == (0, 2**31 + 1)
    assert encoder().encode_queries([]).shape == (0, 2**31 + 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vocabulary": "murmur3"}, "vocabulary must be a HashedVocabulary or None, got str"),
        ({"average_document_length": 0}, "average_document_length must be positive, got 0"),
        (
            {"average_document_length": -1.0},
            "average_document_length must be a finite number of at least 0, got -1.0",
        ),
    ],
)
def test_unusable_options_are_refused(options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        BM25Encoder(str.split, **options)


def test_tokens_must_be_strings():
    with pytest.raises(TypeError, match=r"must be str, got int"):
        BM25Encoder(lambda text: [1, 2], vocabulary=ABS).encode_documents(["abc"])


def test_dim_and_vocabulary_are_those_of_the_hash():
    unfitted = encoder()

    assert unfitted.dim == 2**31 + 1
    assert unfitted.vocabulary == ABS
    assert unfitted.vocabulary["hello"] == 613153351
    assert dict(unfitted.collisions) == dict(BM25Encoder().collisions) == {}
    assert repr(unfitted).endswith(
        "variant='qdrant', k1=1.2, b=0.75, vocabulary=HashedVocabulary('murmur3-abs')) with 0 terms"
    )


@pytest.mark.parametrize("variant", ["lucene", "okapi", "qdrant", "pinecone"])
def test_a_file_brings_the_same_vectors_back(tmp_path, variant):
    fitted = BM25Encoder("en", vocabulary=UNSIGNED, variant=variant).fit(
        ["hello search", "new hello", "more"]
    )

    fitted.save(tmp_path / "bm25.json")
    loaded = BM25Encoder.load(tmp_path / "bm25.json")

    assert (loaded.vocabulary, loaded.variant, loaded.statistics) == (UNSIGNED, variant, fitted.statistics)
    for texts in (["hello unseen", "search", ""],):
        assert entries(loaded.encode_documents(texts)) == entries(fitted.encode_documents(texts))
        assert entries(loaded.encode_queries(texts)) == entries(fitted.encode_queries(texts))


def test_an_unfitted_encoder_can_be_saved(tmp_path):
    encoder = BM25Encoder("en", vocabulary=ABS, average_document_length=30)

    encoder.save(tmp_path / "bm25.json")
    loaded = BM25Encoder.load(tmp_path / "bm25.json")

    assert entries(loaded.encode_documents(["hello world"])) == entries(
        encoder.encode_documents(["hello world"])
    )


def test_damage_to_a_file_is_noticed(tmp_path):
    path = tmp_path / "bm25.json"
    BM25Encoder("en", vocabulary=ABS).fit(["hello"]).save(path)

    path.write_text(path.read_text().replace("murmur3-abs", "murmur9-abs"))

    with pytest.raises((CorruptFileError, UnsupportedVersionError)):
        BM25Encoder.load(path)


def test_hashed_vectors_are_searched_like_exact_ones():
    texts = [f"word{number % 7} word{number % 5} word{number}" for number in range(300)]
    queries = ["word3", "word1 word299 word2", "unheard", ""]
    exact = BM25Encoder(str.split)
    hashed = BM25Encoder(str.split, variant="lucene", vocabulary=HashedVocabulary("murmur3-abs"))

    tops = []
    for encoder in (exact, hashed):
        index = SparseIndex(encoder.fit_encode_documents(texts))
        tops.append(index.search(encoder.encode_queries(queries), k=5))

    assert tops[0].documents.tolist() == tops[1].documents.tolist()
    np.testing.assert_allclose(tops[0].scores, tops[1].scores, rtol=1e-6)


def test_a_fit_that_goes_on_knows_the_terms_of_both_parts():
    grown = encoder().fit(["search hello"])

    grown.partial_fit([MIRROR])
    grown.merge(encoder().fit([TWIN]))

    assert dict(grown.collisions) == {553238108: ["search", MIRROR, TWIN]}
    grown.merge(CollectionStatistics.of(["hello"], str.split, vocabulary=ABS))
    assert dict(grown.collisions) == {553238108: ["search", MIRROR, TWIN]}
