"""The inverted index against the exhaustive definition, bit for bit."""

import gzip
import json
import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array, vstack

import collections_of_vectors as cv
from sprat import BM25Encoder, SparseIndex, _core

seeds = st.integers(0, 2**32 - 1)
kinds = st.sampled_from(cv.KINDS)


def build(matrix, window_bits=6, threads=1):
    return _core.InvertedIndex.build(cv.native(matrix), None, matrix.shape[1], threads, window_bits)


@given(
    seed=seeds,
    kind=kinds,
    documents=st.integers(1, 700),
    window_bits=st.integers(6, 9),
    k=st.sampled_from([1, 3, 10, 100, 1000]),
    isa=st.sampled_from(_core.isas()),
    threads=st.sampled_from([1, 3]),
)
def test_every_layout_kernel_and_k_gives_what_scoring_every_document_gives(
    seed, kind, documents, window_bits, k, isa, threads
):
    rng = np.random.default_rng(seed)
    matrix, queries = cv.collection(kind, rng, documents, 30), cv.queries_for(kind, rng, 4, 30)
    index = build(matrix, window_bits, threads)

    found = _core.search((index,), cv.native(queries)[:3], k, None, None, threads, isa)

    cv.assert_same_bits(found, cv.define(matrix, queries, k))
    index.verify()


@given(
    seed=seeds,
    kind=kinds,
    cuts=st.lists(st.integers(0, 500), max_size=4),
    share=st.sampled_from([0.0, 0.01, 0.5, 0.99]),
    k=st.sampled_from([1, 10, 100]),
    isa=st.sampled_from(_core.isas()),
)
def test_segments_filters_and_removed_documents_change_nothing_but_who_takes_part(
    seed, kind, cuts, share, k, isa
):
    rng = np.random.default_rng(seed)
    matrix, queries = cv.collection(kind, rng, 500, 30), cv.queries_for(kind, rng, 4, 30)
    edges = sorted([0, *cuts, 500])
    segments = tuple(build(matrix[a:b], int(rng.integers(6, 10))) for a, b in pairwise(edges))
    wanted, alive = rng.random(500) < share, rng.random(500) < 0.9

    found = _core.search(segments, cv.native(queries)[:3], k, cv.packed(wanted), cv.packed(alive), 1, isa)

    cv.assert_same_bits(found, cv.define(cv.without(matrix, ~(wanted & alive)), queries, k))


@given(seed=seeds, kind=kinds, in_documents=st.booleans(), k=st.sampled_from([1, 10, 1000]))
def test_negative_weights_on_either_side_are_scored_as_defined(seed, kind, in_documents, k):
    rng = np.random.default_rng(seed)
    matrix, queries = cv.collection(kind, rng, 300, 30), cv.queries_for(kind, rng, 4, 30)
    signed = matrix if in_documents else queries
    signed.data[rng.random(len(signed.data)) < 0.4] *= -1
    wanted = rng.random(300) < 0.7

    found = _core.search((build(matrix),), cv.native(queries)[:3], k, cv.packed(wanted), None, 1)

    cv.assert_same_bits(found, cv.define(cv.without(matrix, ~wanted), queries, k))


@pytest.mark.parametrize("isa", _core.isas())
def test_no_length_is_cut_wrongly(isa):
    query = (np.array([0, 2]), np.array([0, 1]), np.array([1.0, 0.5], np.float32))
    for documents in range(1, 200):
        matrix = csr_array(np.arange(1, 2 * documents + 1, dtype=np.float32).reshape(documents, 2) % 7)

        found = _core.search((build(matrix),), query, documents, None, None, 1, isa)

        cv.assert_same_bits(found, cv.define(matrix, csr_array([[1.0, 0.5]]).astype(np.float32), documents))


def test_scores_that_overflow_or_vanish_are_ranked_as_defined():
    huge, tiny = float(np.finfo(np.float32).max), 1e-45
    matrix = csr_array(np.array([[huge, huge], [huge, 1], [tiny, 0], [0, 1], [1, tiny]], np.float32))
    for query in ([2.0, 2.0], [1e-30, 1e-30], [-2.0, 2.0], [-0.0, 0.0]):
        queries = csr_array((np.array(query, np.float32), np.array([0, 1]), np.array([0, 2])), shape=(1, 2))

        cv.assert_same_bits(SparseIndex(matrix).search(queries, 5), cv.define(matrix, queries, 5))


def test_stored_zeros_of_either_sign_are_matches():
    matrix = csr_array(
        (np.array([0.0, -0.0, 1.0], np.float32), np.array([0, 0, 1]), np.array([0, 1, 2, 3])), shape=(3, 2)
    )

    top = SparseIndex(matrix).search({0: 1.0}, k=3)

    assert top.documents.tolist() == [[0, 1, -1]]
    assert top.scores.tobytes() == np.zeros(3, np.float32).tobytes()


def test_an_index_is_the_same_for_any_number_of_threads(tmp_path):
    matrix = cv.collection("mixed", np.random.default_rng(5), 3000, 60)
    files = []
    for threads in (1, 2, 5):
        SparseIndex(matrix, threads=threads).save(tmp_path / "index")
        files.append((tmp_path / "index").read_bytes())

    assert files[0] == files[1] == files[2]


def test_one_query_and_a_batch_give_the_same_bits():
    rng = np.random.default_rng(6)
    index = SparseIndex(cv.collection("real", rng, 2000, 50))
    queries = cv.queries_for("real", rng, 30, 50)

    one_by_one = [index.search(queries[i : i + 1], 20, threads=1) for i in range(30)]

    for threads in (1, 3):
        batch = index.search(queries, 20, threads=threads)
        assert batch.documents.tobytes() == b"".join(top.documents.tobytes() for top in one_by_one)
        assert batch.scores.tobytes() == b"".join(top.scores.tobytes() for top in one_by_one)


@pytest.mark.parametrize(
    "chosen", [np.array([1, 4]), [4, 1], np.array([False, True, False, False, True]), np.array([4, 1, 1])]
)
def test_a_filter_is_a_mask_or_numbers_and_may_be_prepared(chosen):
    index = SparseIndex(csr_array(np.array([[5.0], [1.0], [4.0], [3.0], [2.0]])))

    for filter in (chosen, index.prepare_filter(chosen)):
        top = index.search({0: 1.0}, k=3, filter=filter)
        assert top.documents.tolist() == [[4, 1, -1]]
        assert top.scores.tolist() == [[2.0, 1.0, 0.0]]


def test_an_empty_filter_lets_nothing_through():
    index = SparseIndex(csr_array([[5.0], [1.0]]))

    assert index.search({0: 1.0}, k=1, filter=[]).documents.tolist() == [[-1]]
    assert index.search({0: 1.0}, k=1, filter=np.zeros(2, bool)).documents.tolist() == [[-1]]


@pytest.mark.parametrize(
    ("filter", "message"),
    [
        (np.ones(3, bool), r"filter must have 2 entries, one for each document, got shape \(3,\)"),
        ([0, 2], r"filter: number 1 must be in \[0, 2\), got 2"),
        ([-1], r"filter: number 0 must be in \[0, 2\), got -1"),
        ([0.5], "filter must be a list of document numbers, got float64"),
        ("ab", "filter must be a list of document numbers"),
    ],
)
def test_a_filter_that_does_not_fit_is_refused(filter, message):
    index = SparseIndex(csr_array([[5.0], [1.0]]))

    with pytest.raises(ValueError, match=message):
        index.search({0: 1.0}, filter=filter)


def test_the_isa_can_be_forced_but_not_to_one_that_is_not_there():
    code = (
        "import sprat, scipy.sparse as s; print(sprat.SparseIndex(s.csr_array([[1.0]])).search({0: 1.0}, 1))"
    )

    def run(isa):
        env = {**os.environ, "SPRAT_ISA": isa}
        return subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
        )

    assert "array([[0]])" in run("portable").stdout
    assert "SPRAT_ISA must be one of portable" in run("z80").stderr


@pytest.mark.parametrize("name", ["splade-tiny-scifact", "splade-tiny-fiqa"])
def test_real_learned_vectors_are_searched_as_defined(name, shared):
    path = shared / "data" / name / "vectors.npz"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    z = np.load(path)
    part = slice(0, 6000)
    documents = csr_array(
        (z["doc_weights"], z["doc_indices"], z["doc_indptr"]), shape=(-1 + len(z["doc_indptr"]), 30522)
    )
    queries = csr_array(
        (z["query_weights"], z["query_indices"], z["query_indptr"]),
        shape=(-1 + len(z["query_indptr"]), 30522),
    )[:12]
    documents = documents[part]
    index = SparseIndex(vstack([documents, documents[:3000]]).tocsr())
    documents = vstack([documents, documents[:3000]]).tocsr()  # ties, and more than one window

    for k in (10, 100, 1000):
        cv.assert_same_bits(index.search(queries, k), cv.define(documents, queries, k))


@pytest.mark.parametrize("name", ["scifact", pytest.param("fiqa", marks=pytest.mark.slow)])
def test_bm25_of_real_text_is_searched_as_defined(name, shared):
    def texts(file):
        with gzip.open(shared / "data" / name / file, "rt", encoding="utf-8") as lines:
            return [json.loads(line)["text"] for line in lines]

    encoder = BM25Encoder("en")
    documents = encoder.fit_encode_documents(texts("corpus.jsonl.gz"))
    queries = encoder.encode_queries(texts("queries.jsonl.gz"))[:60]
    index = build(documents)

    for k in (10, 100, 1000):
        expected = cv.define(documents, queries, k)
        for isa in _core.isas():
            for threads in (1, 2):
                found = _core.search((index,), cv.native(queries)[:3], k, None, None, threads, isa)
                cv.assert_same_bits(found, expected)
