"""SpladeEncoder: its vectors are the model's, whatever they are computed with and in which company."""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

import sprat
import tiny_models
from sprat.errors import InvalidArgumentError

SEED = random.randrange(2**32)

words = st.sampled_from([*tiny_models.WORDS, "zebra", "Café", "x1", "漢字", "\ud800", "..."])
texts_of_words = st.lists(st.lists(words, max_size=50).map(" ".join), max_size=12)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("splade")


@pytest.fixture(scope="module")
def weights(folder: Path) -> dict[str, np.ndarray]:
    print(f"model of seed {SEED}")
    return tiny_models.splade(folder, SEED)


@pytest.fixture(scope="module")
def encoder(folder: Path, weights: dict[str, np.ndarray]) -> sprat.SpladeEncoder:
    return sprat.SpladeEncoder(folder, threads=1)


def assert_same(rows: csr_array, expected: csr_array) -> None:
    assert rows.shape == expected.shape
    np.testing.assert_allclose(rows.toarray(), expected.toarray(), atol=1e-5)


def ids_of(text: str) -> list[int]:
    made = tiny_models.tokenizer()
    made.enable_truncation(tiny_models.CONFIG["max_position_embeddings"])
    return made.encode(text).ids


def test_rows_are_those_of_a_slow_and_obvious_bert(encoder, weights):
    texts = ["", "the cat sat on the mat", "fast index", "unknown words fall apart", "a" * 30, "cat " * 100]

    rows = encoder.encode_documents(texts)

    expected = [tiny_models.splade_row(weights, ids_of(text)) for text in texts]
    np.testing.assert_allclose(rows.toarray(), expected, atol=1e-4)
    assert rows.dtype == np.float32
    assert rows.has_canonical_format
    assert rows.nnz > len(texts) * encoder.dim / 5


@settings(max_examples=40)
@given(
    texts=texts_of_words,
    batch_tokens=st.sampled_from([1, 7, 64, 512, 100_000]),
    threads=st.sampled_from([1, 2, 5]),
)
def test_a_row_depends_on_its_text_alone(encoder, folder, texts, batch_tokens, threads):
    alone = [encoder.encode_documents([text]).toarray()[0] for text in texts]

    together = sprat.SpladeEncoder(folder, batch_tokens=batch_tokens, threads=threads).encode_documents(texts)

    np.testing.assert_allclose(
        together.toarray(), np.array(alone).reshape(len(texts), encoder.dim), atol=1e-5
    )


def test_rows_do_not_depend_on_the_number_of_threads(folder, weights):
    source = random.Random(SEED)
    texts = [" ".join(source.choices(tiny_models.WORDS, k=source.randrange(1, 40))) for _ in range(300)]

    one, two, many = (
        sprat.SpladeEncoder(folder, threads=threads, batch_tokens=100).encode_documents(texts)
        for threads in (1, 2, 9)
    )

    for other in (two, many):
        assert one.data.tobytes() == other.data.tobytes()
        assert one.indices.tolist() == other.indices.tolist()
        assert one.indptr.tolist() == other.indptr.tolist()


def test_long_collections_come_in_parts_and_in_order(encoder):
    source = random.Random(SEED)
    texts = [" ".join(source.choices(tiny_models.WORDS, k=source.randrange(1, 9))) for _ in range(2500)]
    read: list[int] = []

    def reader():
        for number, text in enumerate(texts):
            read.append(number)
            yield text

    parts = []
    for part in encoder.stream_documents(reader()):
        parts.append(part)
        assert len(read) == sum(p.shape[0] for p in parts)  # nothing is read ahead

    whole = encoder.encode_documents(texts)
    assert [part.shape[0] for part in parts] == [1024, 1024, 452]
    assert np.concatenate([part.data for part in parts]).tobytes() == whole.data.tobytes()
    assert [row.indices.tolist() for part in parts for row in part] == [row.indices.tolist() for row in whole]


def test_no_text_gives_no_row(encoder):
    assert encoder.encode_documents([]).shape == (0, encoder.dim)
    assert encoder.encode_queries([]).shape == (0, encoder.dim)


def test_a_query_may_be_one_str(encoder):
    assert (encoder.encode_queries("fast cat") != encoder.encode_documents(["fast cat"])).nnz == 0


def test_instructions_are_put_before_the_text(folder, encoder):
    told = sprat.SpladeEncoder(folder, query_instruction="query ", document_instruction="the ")

    assert (told.encode_queries("cat") != encoder.encode_queries("query cat")).nnz == 0
    assert (told.encode_documents(["cat"]) != encoder.encode_documents(["the cat"])).nnz == 0


@pytest.mark.parametrize("count", [1, 3, 1000])
def test_the_largest_weights_are_kept(folder, encoder, count):
    limited = sprat.SpladeEncoder(folder, max_active_terms=count, max_active_query_terms=2)
    text = "the dog runs fast on data"

    rows, query = limited.encode_documents([text, ""]), limited.encode_queries(text)

    everything = encoder.encode_documents([text])
    best = np.sort(np.argsort(-everything.toarray()[0], kind="stable")[: min(count, everything.nnz)])
    assert rows[[0]].indices.tolist() == best.tolist()
    assert rows[[0]].data.tolist() == everything.toarray()[0][best].tolist()
    assert query.nnz == 2


def test_of_equal_weights_those_of_the_lowest_ids_are_kept(tmp_path):
    weights = tiny_models.random_weights(SEED)
    weights["bert.embeddings.word_embeddings.weight"][:] = 0.1
    weights["cls.predictions.bias"][:] = 9.0
    tiny_models.write(tmp_path, tiny_models.bert_mlm(weights, tiny_models.CONFIG))

    everything = sprat.SpladeEncoder(tmp_path).encode_documents(["the cat"]).toarray()[0]
    kept = sprat.SpladeEncoder(tmp_path, max_active_terms=5).encode_documents(["the cat"])

    assert np.count_nonzero(everything) == len(tiny_models.VOCABULARY)  # the last one, too
    assert kept.indices.tolist() == np.sort(np.argsort(-everything, kind="stable")[:5]).tolist()


def test_long_texts_are_cut_and_counted(folder, weights):
    encoder = sprat.SpladeEncoder(folder, max_length=6)
    assert (encoder.max_length, encoder.truncated_count) == (6, 0)

    rows = encoder.encode_documents(
        ["the cat sat on", "the cat sat on mat", "the cat sat on " + "data " * 100_000]
    )

    assert encoder.truncated_count == 2
    assert (rows[[0]] != rows[[1]]).nnz == 0
    assert (rows[[0]] != rows[[2]]).nnz == 0


def test_the_limit_is_the_models(folder, encoder):
    assert encoder.max_length == tiny_models.CONFIG["max_position_embeddings"]
    with pytest.raises(InvalidArgumentError, match=r"max_length must be at most 40, .* got 41"):
        sprat.SpladeEncoder(folder, max_length=41)
    with pytest.raises(InvalidArgumentError, match="exceed the 2 special tokens of a text, got 2"):
        sprat.SpladeEncoder(folder, max_length=2)


def test_terms_are_decoded_by_weight(encoder):
    row = csr_array(([0.5, 2.0, 2.0], [4, 77, 76], [0, 3]), shape=(1, encoder.dim))

    assert encoder.decode(row) == [("the", 2.0), ("cat", 2.0), ("a", 0.5)]
    assert encoder.decode(row, 1) == [("the", 2.0)]
    with pytest.raises(
        InvalidArgumentError, match=rf"row must be a sparse row of shape \(1, {encoder.dim}\)"
    ):
        encoder.decode(csr_array((1, 3)))


def test_several_rows_are_decoded_to_a_list_each(encoder):
    rows = csr_array(([0.5, 2.0, 1.0], [4, 77, 4], [0, 2, 2, 3]), shape=(3, encoder.dim))

    assert encoder.decode(rows, top_k=1) == [[("cat", 2.0)], [], [("a", 1.0)]]
    assert encoder.decode(rows[:0]) == []


def test_the_names_of_sentence_transformers_give_the_same_rows(folder, encoder):
    texts = ["the cat sat", "fast index"]
    instructed = sprat.SpladeEncoder(folder, query_instruction="cat ", document_instruction="index ")

    for one, query, document in [(encoder, "", ""), (instructed, "cat ", "index ")]:
        assert_same(one.encode_query(texts), encoder.encode_queries([query + text for text in texts]))
        assert_same(one.encode_document(texts), encoder.encode_documents([document + t for t in texts]))
    assert_same(instructed.encode_query("fast", prompt=""), encoder.encode_queries("fast"))
    assert_same(instructed.encode_document("fast", prompt="a "), encoder.encode_documents(["a fast"]))
    limited = sprat.SpladeEncoder(folder, max_active_terms=3, max_active_query_terms=2)
    assert_same(encoder.encode_query("fast", max_active_dims=2), limited.encode_queries("fast"))
    assert_same(encoder.encode_document("fast", max_active_dims=3), limited.encode_documents(["fast"]))
    with pytest.raises(InvalidArgumentError, match="max_active_dims must be"):
        encoder.encode_query("fast", max_active_dims=0)


def test_an_intersection_is_what_the_similarity_is_made_of(encoder):
    query, documents = encoder.encode_query("fast cat"), encoder.encode_document(["the cat", "index"])

    shared = encoder.intersection(query, documents)

    assert shared.shape == (2, encoder.dim)
    np.testing.assert_allclose(
        np.asarray(shared.sum(axis=1)), encoder.similarity(query, documents)[0], rtol=1e-5
    )
    terms = encoder.explain("fast cat", "index")
    assert [token for token, _ in encoder.decode(shared[1], 3)] == [term.token for term in terms[:3]]


def test_an_explanation_adds_up_to_the_score(encoder):
    query, document = "fast cat", "the cat sat"

    terms = encoder.explain(query, document)

    score = (encoder.encode_queries(query) @ encoder.encode_documents([document]).T).toarray()[0, 0]
    assert sum(term.score for term in terms) == pytest.approx(score, rel=1e-5)
    assert [term.score for term in terms] == sorted((term.score for term in terms), reverse=True)
    assert all(term.score == term.query_weight * term.document_weight for term in terms)


def test_other_threads_run_while_texts_are_encoded(encoder):
    turns: list[float] = []
    done = threading.Event()

    def turn():
        while not done.is_set():
            turns.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=turn)
    thread.start()
    start = time.perf_counter()
    encoder._model.encode(  # one call of the core, for as long as it takes
        np.arange(0, 40 * 4001, 40),
        np.full(40 * 4000, 80, np.int32),
        batch_tokens=512,
        max_active_terms=None,
        activation="log1p",
        threads=1,
        progress=None,
    )
    seconds = time.perf_counter() - start
    done.set()
    thread.join()

    assert len(turns) > seconds / 0.1  # a held GIL would let none by


def test_onnxruntime_may_be_imported_too(folder, encoder):
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    ids = np.array([ids_of("the cat runs on data")])
    feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}

    (logits,) = session.run(None, feeds)

    ours = encoder.encode_documents(["the cat runs on data"]).toarray()
    np.testing.assert_allclose(ours, np.log1p(np.maximum(logits, 0)).max(1), atol=1e-6)


def test_a_bar_is_shown_only_if_wanted(encoder, capfd):
    encoder.encode_documents(["cat"] * 10)
    assert capfd.readouterr() == ("", "")

    encoder.encode_documents(["cat"] * 10, show_progress=True)
    assert "10/10" in capfd.readouterr().err


def test_query_weights_take_the_models_place(folder, encoder):
    weights = {"cat": 2.5, "the": 0.25, "dog": 0.0, "[SEP]": 9.0, "fast": 1.0}

    looked_up = sprat.SpladeEncoder(folder, query_weights=weights)
    queries = looked_up.encode_queries(["The cat, the cat!", "dog data", "", "fast cat the"])

    assert [looked_up.decode(row) for row in queries] == [
        [("cat", 2.5), ("the", 0.25)],
        [],
        [],
        [("cat", 2.5), ("fast", 1.0), ("the", 0.25)],
    ]
    assert (looked_up.encode_documents(["the cat"]) != encoder.encode_documents(["the cat"])).nnz == 0


def test_idf_json_beside_the_model_is_what_queries_weigh(tmp_path):
    tiny_models.splade(tmp_path, SEED)
    (tmp_path / "idf.json").write_text(json.dumps({"cat": 2.5, "fast": 1.0}))

    encoder = sprat.SpladeEncoder(tmp_path, max_active_query_terms=1)

    assert encoder.decode(encoder.encode_queries("fast cat")) == [("cat", 2.5)]


def test_of_equal_weights_of_a_query_those_of_the_lowest_ids_are_kept(tmp_path):
    tiny_models.splade(tmp_path, SEED)
    (tmp_path / "idf.json").write_text(json.dumps(dict.fromkeys(tiny_models.WORDS, 1.0)))

    encoder = sprat.SpladeEncoder(tmp_path, max_active_query_terms=3)

    rows = encoder.encode_queries(" ".join(reversed(tiny_models.WORDS)))
    assert {term for term, _ in encoder.decode(rows)} == {"the", "cat", "sat"}


def test_splade_tiny_gives_what_pytorch_gave(shared):
    folder = shared / "models" / "splade-tiny"
    expected = json.loads((folder / "expected.json").read_text())
    dense = np.zeros((len(expected), 30522), np.float32)
    for row, case in zip(dense, expected):
        row[list(map(int, case["vector"]))] = list(case["vector"].values())

    for threads in (1, 2):
        for batch_tokens in (1, 30, 512):
            encoder = sprat.SpladeEncoder(folder, threads=threads, batch_tokens=batch_tokens)
            rows = encoder.encode_documents([case["text"] for case in expected])

            np.testing.assert_allclose(rows.toarray(), dense, atol=1e-5)


def test_neither_onnxruntime_nor_tokenizers_come_with_sprat():
    import subprocess

    code = "import sys, sprat; print({'onnxruntime', 'tokenizers', 'onnx'} & set(sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


def test_a_retriever_takes_the_encoder(encoder):
    texts = ["the cat sat on the mat", "fast index", "dog data"]

    (hit, *_) = sprat.Retriever.from_texts(texts, encoder=encoder).search("cat on mat", k=1)

    index = sprat.SparseIndex(encoder.encode_documents(texts))
    top = index.search(encoder.encode_queries("cat on mat"), k=1)
    assert (hit.text, hit.score) == (texts[top.documents[0, 0]], top.scores[0, 0])
