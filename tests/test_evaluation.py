"""sprat.evaluate and the files of TREC: measures by their definitions, on generated and real rankings."""

from __future__ import annotations

import gzip
import json
import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
import sprat
from sprat import fusion
from sprat.errors import CorruptFileError, InvalidArgumentError, MissingExtraError

QRELS = {"q1": {"a": 2, "b": 0, "c": 1}, "q2": {"d": 1}, "q3": {"e": 1}}
RUN = {"q1": [("c", 3.0), ("x", 2.0), ("a", 1.0)], "q2": [("y", 5.0)], "other": [("a", 1.0)]}


def test_means_and_values_of_each_query_by_hand():
    found = sprat.evaluate(RUN, QRELS, ["nDCG@10", "AP", "RR", "P(rel=2)@3", "R@1", "NumRet"])

    ndcg = (1 + 2 / 2) / (2 + 1 / math.log2(3))  # c at 1, a at 3; best: a at 1, c at 2
    assert found.per_query == {
        "nDCG@10": {"q1": pytest.approx(ndcg), "q2": 0, "q3": 0},
        "AP": {"q1": pytest.approx((1 + 2 / 3) / 2), "q2": 0, "q3": 0},
        "RR": {"q1": 1, "q2": 0, "q3": 0},
        "P(rel=2)@3": {"q1": pytest.approx(1 / 3), "q2": 0, "q3": 0},
        "R@1": {"q1": 0.5, "q2": 0, "q3": 0},
        "NumRet": {"q1": 3, "q2": 1, "q3": 0},
    }
    assert found.means["nDCG@10"] == pytest.approx(ndcg / 3)
    assert found.means["NumRet"] == 4
    assert repr(sprat.evaluate(RUN, QRELS, "RR")) == "3 queries\nRR  0.3333"


# Few documents and few scores, so that equal scores and judged documents are common.
names = st.sampled_from("a b c d e f g h".split())
rankings = st.dictionaries(names, st.integers(0, 3).map(float), max_size=8).map(
    lambda scores: sorted(scores.items(), key=lambda entry: -entry[1])
)
queries = st.sampled_from(["q1", "q2", "q3"])


@given(
    run=st.dictionaries(queries, rankings, min_size=1),
    qrels=st.dictionaries(queries, st.dictionaries(names, st.integers(-1, 3), min_size=1), min_size=3),
)
def test_measures_are_their_definitions_in_the_order_of_the_run(run, qrels):
    found = sprat.evaluate(run, qrels, ["nDCG@3", "nDCG", "AP", "RR", "RR@2", "P@2", "R@3"])

    for query, judged in qrels.items():
        order = [document for document, _ in run.get(query, [])]
        expected = {
            "nDCG@3": reference.ndcg(order[:3], judged, 3),
            "nDCG": reference.ndcg(order, judged, None),
            "AP": reference.average_precision(order, judged),
            "RR": reference.reciprocal_rank(order, judged),
            "RR@2": reference.reciprocal_rank(order[:2], judged),
            "P@2": sum(judged.get(document, 0) > 0 for document in order[:2]) / 2,
            "R@3": reference.recall(order[:3], judged),
        }
        assert {name: values[query] for name, values in found.per_query.items()} == pytest.approx(expected)
    for name, values in found.per_query.items():
        assert found.means[name] == pytest.approx(sum(values.values()) / 3)


@given(
    run=st.dictionaries(queries, rankings.filter(len), min_size=1),
    qrels=st.dictionaries(queries, st.dictionaries(names, st.integers(0, 3), min_size=1), min_size=3),
)
def test_ties_as_in_trec_eval_are_those_of_trec_eval(run, qrels):
    found = sprat.evaluate(run, qrels, ["nDCG@3", "AP", "P@2"], ties="trec_eval")

    measures = [ir_measures.nDCG @ 3, ir_measures.AP, ir_measures.P @ 2]
    scored = {query: dict(ranking) for query, ranking in run.items()}
    theirs = ir_measures.calc_aggregate(measures, qrels, scored)
    assert found.means == pytest.approx({str(measure): value for measure, value in theirs.items()})


def test_equal_scores_rank_as_the_run_has_them_or_as_in_trec_eval():
    run, qrels = {"q": [("a", 1.0), ("b", 1.0), ("c", 1.0 - 1e-9)]}, {"q": {"a": 1}}

    assert sprat.evaluate(run, qrels, "RR").means == {"RR": 1}
    assert sprat.evaluate(run, qrels, "RR", ties="trec_eval").means == {"RR": pytest.approx(1 / 3)}


@pytest.mark.parametrize("name", ["scifact", "cranfield"])
def test_a_real_run_has_the_ndcg_of_the_formula(shared, name, tmp_path):
    folder = shared / "data" / name
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as file:
        documents = [json.loads(line) for line in file]
    with gzip.open(folder / "queries.jsonl.gz", "rt", encoding="utf-8") as file:
        asked = {query["_id"]: query["text"] for query in map(json.loads, file)}
    qrels = sprat.read_qrels(folder / "qrels" / "test.tsv")
    retriever = sprat.Retriever.from_texts(
        [document["text"] for document in documents],
        ids=[document["_id"] for document in documents],
        encoder=sprat.BM25Encoder("unicode"),
    )
    run = {query: retriever.search(asked[query], k=100) for query in qrels}

    found = sprat.evaluate(run, qrels)

    for query, hits in run.items():
        expected = reference.ndcg([hit.id for hit in hits[:10]], qrels[query], 10)
        assert found.per_query["nDCG@10"][query] == pytest.approx(expected)
    assert 0.3 < found.means["nDCG@10"] < 0.7
    sprat.write_run(tmp_path / "run.txt", run)
    assert sprat.evaluate(sprat.read_run(tmp_path / "run.txt"), qrels) == found


def test_rankings_of_every_kind_are_taken():
    retriever = sprat.Retriever.from_texts(["red fish", "blue fish"], encoder=sprat.BM25Encoder("unicode"))
    qrels = {7: {1: 1}}
    top = sprat.TopK(np.array([[1, 0, -1]]), np.array([[3, 2, 0]], np.float32))
    hits = retriever.search("blue fish")

    for ranking in (hits, fusion.rrf([hits]), top, [(1, 2.0)], {0: 1, 1: 2.0}, {"1": np.float32(3)}):
        assert sprat.evaluate({"7": ranking}, qrels, "RR").means == {"RR": 1}
    assert sprat.evaluate({7: []}, qrels, ["RR", "Judged@10"]).means == {"RR": 0, "Judged@10": 0}
    assert sprat.evaluate({}, qrels, ir_measures.RR).means == {"RR": 0}


def test_threads_do_not_disturb_each_other():
    rng = np.random.default_rng(5)
    qrels = {str(q): {str(d): int(r) for d, r in enumerate(rng.integers(0, 3, 50))} for q in range(40)}
    run = {q: [(str(d), 50.0 - at) for at, d in enumerate(rng.permutation(60))] for q in qrels}
    expected = sprat.evaluate(run, qrels)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: sprat.evaluate(run, qrels), range(40)))

    assert all(one == expected for one in found)


@pytest.mark.parametrize(
    ("run", "qrels", "options", "message"),
    [
        (RUN, QRELS, {"measures": "nDGC@10"}, "got 'nDGC@10': allowed are Accuracy, AP, MAP"),
        (RUN, QRELS, {"measures": ["nDCG@0"]}, "a cutoff must be at least 1"),
        (RUN, QRELS, {"measures": ["nDCG@-1"]}, "got 'nDCG@-1'"),
        (RUN, QRELS, {"measures": ["P(level=2)@5"]}, "level"),
        (RUN, QRELS, {"measures": ["P(rel=__import__('os'))@5"]}, "malformed"),
        (RUN, QRELS, {"measures": ["P"]}, "cutoff"),
        (RUN, QRELS, {"measures": [ir_measures.P(level=2) @ 5]}, "level"),
        (RUN, QRELS, {"measures": [3]}, "got 'int'"),
        (RUN, QRELS, {"measures": []}, "at least one"),
        (RUN, QRELS, {"ties": "best"}, "ties must be 'order' or 'trec_eval', got 'best'"),
        (RUN, {}, {}, "qrels must judge at least one query"),
        (RUN, {"q1": {"a": 1.5}}, {}, r"qrels\['q1'\]\['a'\] must be a whole number .*, got 1.5"),
        (RUN, {"q1": {"a": 1 << 15}}, {}, "at most 32767, got 32768"),
        ({"Q1": []}, QRELS, {}, "queries in common, got 'Q1' and so on in run, 'q1' and so on in qrels"),
        ({"q1": [("a", 1.0), ("b", 2.0)]}, QRELS, {}, r"run\['q1'\] must be best first, got 2.0 for 'b'"),
        ({"q1": [("a", 1.0), ("a", 1.0)]}, QRELS, {}, "'a' once, got it at ranks 1 and 2"),
        ({"q1": [(1, 1.0), ("1", 1.0)]}, QRELS, {}, "'1' once, got it as an int and as a str"),
        ({"q1": {"a": math.inf}}, QRELS, {}, "'a' must be finite, got inf"),
        ({"q1": {"a\0b": 1.0}}, QRELS, {}, r"without null or surrogates, got 'a\\x00b'"),
        ({"q1": {"a\ud800": 1.0}}, QRELS, {}, r"without null or surrogates, got 'a\\ud800'"),
        ({"q1": {"\udfffa": 1.0}}, QRELS, {}, r"without null or surrogates, got '\\udfffa'"),
    ],
)
def test_what_cannot_be_measured_is_refused(run, qrels, options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        sprat.evaluate(run, qrels, **options)


def test_the_greatest_relevance_is_taken():
    found = sprat.evaluate({"q1": {"a": 2.0, "b": 1.0}}, {"q1": {"a": (1 << 15) - 1}}, measures=["nDCG@10"])

    assert found.means == {"nDCG@10": 1.0}


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ({"q1": ["a"]}, r"run\['q1'\]\[0\] must be a hit or a pair"),
        ({1.5: []}, "a query of run must be called by a str or an int, got float"),
        ({"q1": [(None, 1.0)]}, r"a document of run\['q1'\] must be called by a str or an int, got NoneType"),
    ],
)
def test_what_is_no_run_is_a_type_error(run, message):
    with pytest.raises(TypeError, match=message):
        sprat.evaluate(run, QRELS)


def test_a_measure_that_is_not_installed_says_what_brings_it():
    with pytest.raises(MissingExtraError, match=r"'alpha_nDCG@10' needs another library: run `pip install"):
        sprat.evaluate(RUN, QRELS, "alpha_nDCG@10")


def test_the_package_does_not_load_ir_measures_and_names_the_extra():
    code = (
        "import sys, sprat; assert not {'ir_measures', 'pytrec_eval'} & sys.modules.keys()\n"
        "sys.modules['ir_measures'] = None\n"
        "try:\n    sprat.evaluate({}, {})\n"
        "except sprat.errors.MissingExtraError as error:\n    assert 'sprat[eval]' in str(error)\n"
        "else:\n    raise SystemExit('evaluated')"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


words = st.text("abç1-", min_size=1, max_size=3)


@given(
    run=st.dictionaries(
        words, st.dictionaries(words, st.floats(allow_nan=False, allow_infinity=False), min_size=1)
    )
)
def test_a_run_that_was_written_is_read_back(run, tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "run.txt"

    sprat.write_run(path, run)

    best_first = {query: sorted(scores.items(), key=lambda one: -one[1]) for query, scores in run.items()}
    assert sprat.read_run(path) == best_first


def test_a_run_file_is_lines_of_six_fields(tmp_path):
    path = tmp_path / "run.txt"

    sprat.write_run(path, RUN, tag="bm25")

    assert path.read_text().splitlines() == [
        "q1 Q0 c 1 3.0 bm25",
        "q1 Q0 x 2 2.0 bm25",
        "q1 Q0 a 3 1.0 bm25",
        "q2 Q0 y 1 5.0 bm25",
        "other Q0 a 1 1.0 bm25",
    ]
    assert [one.doc_id for one in ir_measures.read_trec_run(str(path))] == ["c", "x", "a", "y", "a"]


def test_a_run_is_read_by_score_then_by_rank_from_compressed_files_too(tmp_path):
    lines = "q\tQ0\tb\t2\t1.5\tx\r\n\nq Q0 a 1 1.5 x\np Q0 a 1 -1e3 x\nq Q0 c 0 9 x\n"
    (tmp_path / "run.gz").write_bytes(gzip.compress(lines.encode()))

    run = sprat.read_run(tmp_path / "run.gz")

    assert run == {"q": [("c", 9.0), ("a", 1.5), ("b", 1.5)], "p": [("a", -1000.0)]}


def test_judgments_of_trec_and_of_beir(tmp_path):
    (tmp_path / "trec").write_text("q1 0 a 2\nq1\t0\tb\t-1\nq2 Q0 a 0\n")
    (tmp_path / "beir").write_text("query-id\tcorpus-id\tscore\nq 1\ta b\t2\nq2\tc\t0\n")
    (tmp_path / "bare").write_text("q1\ta\t1\n")

    assert sprat.read_qrels(tmp_path / "trec") == {"q1": {"a": 2, "b": -1}, "q2": {"a": 0}}
    assert sprat.read_qrels(tmp_path / "beir") == {"q 1": {"a b": 2}, "q2": {"c": 0}}
    assert sprat.read_qrels(tmp_path / "bare") == {"q1": {"a": 1}}


@pytest.mark.parametrize(
    ("read", "content", "message"),
    [
        (sprat.read_run, "q Q0 a 1 2 x\nq Q0 b 2 1\n", "f:2: must be 'query Q0 document .*', got 5 fields"),
        (sprat.read_run, "q Q0 a 1 high x\n", "f:1: score must be a finite number, got 'high'"),
        (sprat.read_run, "q Q0 a 1 nan x\n", "f:1: score must be a finite number, got 'nan'"),
        (sprat.read_run, "q Q0 a first 1 x\n", "f:1: rank must be a whole number, got 'first'"),
        (sprat.read_run, "q Q0 a 1 2 x\n\nq Q0 a 2 1 x\n", "f:3: query 'q' has document 'a' in line 1"),
        (sprat.read_run, "q Q0 \xff 1 2 x\n", "f:1: not UTF-8: byte 0xff at column 6"),
        (sprat.read_qrels, "q 0 a 1.5\n", "f:1: relevance must be a whole number, got '1.5'"),
        (sprat.read_qrels, "q 0 a 1\nq 0 a 2\n", "f:2: query 'q' has document 'a' already, with another"),
        (sprat.read_qrels, "q a 1\n", "f:1: must be .*got 3 fields"),
        (sprat.read_qrels, "q-id\td-id\tscore\nq\ta\tgood\n", "f:2: relevance must be a whole number"),
        (sprat.read_qrels, "q\ta\t1\nq 0 b 1\n", "f:2: must be .*got 1 fields"),
    ],
)
def test_a_bad_line_is_named(read, content, message, tmp_path):
    (tmp_path / "f").write_bytes(content.encode("latin-1"))

    with pytest.raises(CorruptFileError, match=message):
        read(tmp_path / "f")


def test_what_a_run_file_cannot_hold_is_refused_and_nothing_written(tmp_path):
    path = tmp_path / "run.txt"

    for run, tag in [({"a b": [("c", 1)]}, "x"), ({"q": [("", 1)]}, "x"), ({"q": []}, "my run")]:
        with pytest.raises(InvalidArgumentError, match="must be one word"):
            sprat.write_run(path, run, tag)
    assert not path.exists()
    with pytest.raises(FileNotFoundError):
        sprat.read_run(path)


def test_an_evaluation_without_measures_has_no_queries():
    assert repr(sprat.evaluation.Evaluation({}, {})) == "0 queries"


def test_a_query_or_document_that_stands_there_as_number_and_as_text_is_refused():
    run = {"1": {"a": 1.0}}

    with pytest.raises(InvalidArgumentError, match="qrels must have each query once, got '1' twice"):
        sprat.evaluate(run, {1: {"a": 1}, "1": {"b": 1}}, "P@1")
    with pytest.raises(InvalidArgumentError, match="must have each document once, got '2' twice"):
        sprat.evaluate(run, {"1": {2: 1, "2": 0}}, "P@1")
    with pytest.raises(InvalidArgumentError, match="run must have each query once, got '1' twice"):
        sprat.evaluate({1: {"a": 1.0}, "1": {"a": 1.0}}, {"1": {"a": 1}}, "P@1")


@pytest.mark.parametrize("relevance", [" 1", "+1", "1"])
def test_a_first_line_with_a_number_is_no_header(relevance, tmp_path):
    (tmp_path / "qrels.tsv").write_text(f"q1\td1\t{relevance}\nq1\td2\t1\n")

    assert sprat.read_qrels(tmp_path / "qrels.tsv") == {"q1": {"d1": 1, "d2": 1}}


@pytest.mark.parametrize(
    ("run", "qrels", "message"),
    [
        ([("a", 1.0)], {"q": {"a": 1}}, "run must be a mapping, got list"),
        ({"q": [("a", 1.0)]}, ["q"], "qrels must be a mapping, got list"),
        ({"q": [("a", 1.0)]}, {"q": ["a"]}, r"qrels\['q'\] must be a mapping, got list"),
    ],
)
def test_what_is_no_mapping_is_refused(run, qrels, message):
    with pytest.raises(TypeError, match=message):
        sprat.evaluate(run, qrels, "RR")


def test_a_measure_is_a_name_or_a_measure():
    with pytest.raises(TypeError, match="measures must be names or measures, got int"):
        sprat.evaluate({"q": [("a", 1.0)]}, {"q": {"a": 1}}, 5)


def test_a_run_that_is_no_mapping_is_not_written(tmp_path):
    with pytest.raises(TypeError, match="run must be a mapping, got list"):
        sprat.write_run(tmp_path / "run", [("a", 1.0)])
    assert not list(tmp_path.iterdir())
