"""Which property holds each public function to an answer found another way? A list, and the missing ones."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, save_npz

import sprat
from sprat import export, fusion

HERE = Path(__file__).parent

# Public name -> file and property. Classes stand for their methods; what only holds data is not there.
PROPERTIES = {
    "sprat.Analyzer": ("unicode_words", "test_boundaries_are_those_of_the_rules"),
    "sprat.BM25Encoder": ("weighting", "test_weights_are_the_formulas_of_the_variant"),
    "sprat.BM25FEncoder": ("bm25f", "test_weights_are_the_papers"),
    "sprat.CollectionStatistics": ("statistics", "test_merging_is_associative_with_an_identity"),
    "sprat.HashedVocabulary": ("hashed", "test_ids_are_the_published_hash_of_the_utf8_bytes"),
    "sprat.Retriever": ("retriever_explain", "test_contributions_add_up_to_the_score_to_the_last_bit"),
    "sprat.SparseIndex": ("search", "test_search_is_what_scoring_every_document_gives"),
    "sprat.SpladeEncoder": ("splade", "test_a_row_depends_on_its_text_alone"),
    "sprat.evaluate": ("evaluation", "test_measures_are_their_definitions_in_the_order_of_the_run"),
    "sprat.read": ("reading", "test_the_core_reads_what_json_reads"),
    "sprat.read_qrels": ("properties", "test_judgments_are_read_as_they_are_written_in_both_forms"),
    "sprat.read_run": ("evaluation", "test_a_run_that_was_written_is_read_back"),
    "sprat.read_vectors": ("properties", "test_vectors_of_scipy_are_read_to_the_bit"),
    "sprat.write_run": ("evaluation", "test_a_run_that_was_written_is_read_back"),
    "sprat.fusion.rrf": ("properties", "test_reciprocal_ranks_are_their_formula"),
    "sprat.fusion.weighted": ("properties", "test_scores_are_normalised_by_their_formulas"),
    "sprat.export.rows": ("properties", "test_rows_and_lines_hold_the_vectors"),
    "sprat.export.lines": ("properties", "test_rows_and_lines_hold_the_vectors"),
    "sprat.export.write": ("properties", "test_rows_and_lines_hold_the_vectors"),
    "sprat.export.validate": ("properties", "test_rows_and_lines_hold_the_vectors"),
}
# Modules, records, constants.
_DATA = {"sprat.Hit", "sprat.TopK", "sprat.__version__", "sprat.compat", "sprat.errors", "sprat.export"}
_DATA |= {"sprat.fusion", "sprat.model", "sprat.fusion.Fused", "sprat.fusion.Leg", "sprat.export.TARGETS"}
_DATA |= {f"sprat.export.{name}" for name in export.TARGETS} | {"sprat.export.pgvector"}


def test_every_public_function_has_a_property():
    modules = {"sprat": sprat, "sprat.fusion": fusion, "sprat.export": export}
    public = {f"{module}.{name}" for module, holder in modules.items() for name in holder.__all__}

    assert public - _DATA == set(PROPERTIES)
    for file, name in PROPERTIES.values():
        text = (HERE / f"test_{file}.py").read_text()
        assert re.search(rf"@given\((.|\n)*?\ndef {name}\(", text), f"{name} is no property of test_{file}.py"


numbers = st.floats(-1e6, 1e6, width=32)
runs_of_scores = st.lists(st.dictionaries(st.integers(0, 6), numbers, max_size=5), max_size=4)
weights_of_runs = st.lists(st.floats(0, 10), min_size=4, max_size=4)


@given(runs_of_scores, weights_of_runs, st.integers(0, 100))
def test_reciprocal_ranks_are_their_formula(runs, weights, k):
    k += 1
    weights = weights[: len(runs)]

    fused = fusion.rrf([[*run.items()] for run in runs], k, weights=weights)

    for one in fused:
        ranks = [([*run].index(one.id) + 1, w) for run, w in zip(runs, weights) if one.id in run]
        assert one.score == pytest.approx(sum(w / (k + rank) for rank, w in ranks))
    assert {one.id for one in fused} == {name for run in runs for name in run}
    assert [one.score for one in fused] == sorted((one.score for one in fused), reverse=True)


def normalised(scores: dict[int, float], normalizer: str) -> tuple[dict[int, float], float]:
    """What the scores of a run become, and what a document counts that the run does not have."""
    values = np.array([*scores.values()])
    if not len(values):
        return {}, 0.0
    if normalizer == "min-max":
        spread = np.ptp(values)
        values = (values - values.min()) / spread if spread else np.ones(len(values))
    elif normalizer == "z-score":
        values = (values - values.mean()) / values.std() if np.ptp(values) else np.zeros(len(values))
    elif normalizer == "l2":
        norm = np.linalg.norm(values)
        values = values / norm if norm else values
    return dict(zip(scores, values.tolist())), float(values.min()) if normalizer == "z-score" else 0.0


# Halves, of which sums and means are exact: a deviation is 0 only where it should be.
halves = st.integers(-200, 200).map(lambda number: number / 2)


@given(
    st.lists(st.dictionaries(st.integers(0, 6), halves, max_size=4), max_size=4),
    weights_of_runs,
    st.sampled_from(["min-max", "z-score", "l2", "none"]),
)
def test_scores_are_normalised_by_their_formulas(runs, weights, normalizer):
    weights = weights[: len(runs)]

    fused = fusion.weighted([[*run.items()] for run in runs], weights, normalizer=normalizer)

    found = {one.id: one.score for one in fused}
    expected = dict.fromkeys((name for run in runs for name in run), 0.0)
    for run, weight in zip(runs, weights):
        known, missing = normalised(run, normalizer)
        for name in expected:
            expected[name] += weight * known.get(name, missing)
    assert found == pytest.approx(expected, abs=1e-6)
    assert [one.score for one in fused] == sorted(found.values(), reverse=True)


matrices = st.lists(
    st.dictionaries(st.integers(0, 9), st.floats(2**-10, 1e4, width=32), max_size=4), min_size=1, max_size=6
)


def matrix_of(rows):
    indptr = np.cumsum([0, *map(len, rows)])
    columns = [column for row in rows for column in sorted(row)]
    weights = [row[column] for row in rows for column in sorted(row)]
    return csr_array((np.array(weights, np.float32), np.array(columns, np.int32), indptr), (len(rows), 10))


@settings(max_examples=40)
@given(matrices)
def test_vectors_of_scipy_are_read_to_the_bit(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("vectors") / "some.npz"
    matrix = matrix_of(rows)
    save_npz(path, matrix)

    read, ids = sprat.read_vectors(path)

    assert ids == [str(row) for row in range(len(rows))]
    assert read.shape == matrix.shape
    for part in ("indptr", "indices", "data"):
        assert getattr(read, part).tolist() == getattr(matrix, part).tolist()


@settings(max_examples=40)
@given(matrices)
def test_rows_and_lines_hold_the_vectors(tmp_path_factory, rows):
    matrix = matrix_of(rows)
    expected = {row: vector for row, vector in enumerate(rows) if vector}
    path = tmp_path_factory.mktemp("export") / "vectors.jsonl"

    export.validate(matrix, "qdrant")
    export.write(path, matrix, "qdrant")

    vectors = [(point["id"], point["vector"]["sparse"]) for point in export.rows(matrix, "qdrant")]
    assert {row: dict(zip(*vector.values())) for row, vector in vectors} == expected
    assert {row["id"]: row["sparse"] for row in export.rows(matrix, "milvus")} == expected
    text = "".join(export.lines(matrix, "qdrant"))
    assert path.read_text() == text
    points = [json.loads(line) for line in text.splitlines()]
    written = [(point["id"], point["vector"]["sparse"].values()) for point in points]
    assert {row: dict(zip(*pair)) for row, pair in written} == expected


names = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=6)


@settings(max_examples=40)
@given(
    st.dictionaries(
        names, st.dictionaries(names, st.integers(-2, 3), min_size=1, max_size=3), min_size=1, max_size=3
    )
)
def test_judgments_are_read_as_they_are_written_in_both_forms(tmp_path_factory, qrels):
    folder = tmp_path_factory.mktemp("qrels")
    pairs = [(query, document, n) for query, judged in qrels.items() for document, n in judged.items()]
    (folder / "trec").write_text("".join(f"{q} 0 {d} {n}\n" for q, d, n in pairs))
    beir = "".join(f"{q}\t{d}\t{n}\n" for q, d, n in pairs)
    (folder / "beir.tsv").write_text("query-id\tcorpus-id\tscore\n" + beir)

    assert sprat.read_qrels(folder / "trec") == qrels
    assert sprat.read_qrels(folder / "beir.tsv") == qrels
