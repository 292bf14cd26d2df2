"""sprat.model's BM25EmbeddingFunction as its users call it: names, attributes, files, errors."""

from __future__ import annotations

import inspect
import json
import logging
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

import sprat
from sprat.errors import CorruptFileError, EmptyCorpusError, MissingFileError, SpratError
from sprat.model.base import BaseEmbeddingFunction, BaseRerankFunction, RerankResult
from sprat.model.sparse import BM25EmbeddingFunction

CORPUS = ["a a b", "b c", "d"]


def bits(matrix) -> tuple[object, ...]:
    data = np.asarray(matrix.data).view(np.uint32).tolist()
    return matrix.shape, matrix.indptr.tolist(), matrix.indices.tolist(), data


def fitted(**options: object) -> BM25EmbeddingFunction:
    return BM25EmbeddingFunction(str.split, CORPUS, **options)


def run_python(code: str) -> str:
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return process.stdout + process.stderr


def test_every_import_path_leads_to_the_same_class():
    import sprat.model.sparse.bm25
    import sprat.model.sparse.bm25.bm25
    import sprat.model.sparse.bm25.tokenizers as tokenizers

    package = sprat.model.sparse.bm25
    assert sprat.model.sparse.BM25EmbeddingFunction is BM25EmbeddingFunction
    assert package.BM25EmbeddingFunction is package.bm25.BM25EmbeddingFunction is BM25EmbeddingFunction
    for name in ("Analyzer", "build_default_analyzer", "build_analyzer_from_yaml"):
        assert getattr(package, name) is getattr(tokenizers, name)
    assert isinstance(package.bm25.logger, logging.Logger)


def test_the_model_package_is_reached_from_sprat_when_needed():
    out = run_python(
        "import sys, sprat; before = 'sprat.model' in sys.modules\n"
        "print(before, sprat.model.sparse.BM25EmbeddingFunction.__name__, 'model' in dir(sprat))"
    )

    assert out.strip() == "False BM25EmbeddingFunction True"


def test_a_name_that_sprat_lacks_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'sprat' has no attribute 'modle'"):
        sprat.modle  # noqa: B018


def test_importing_loads_no_heavy_library_and_touches_no_logger():
    out = run_python(
        "import logging, sys, sprat, sprat.model\n"
        "heavy = {'nltk', 'onnxruntime', 'pandas', 'requests', 'rich', 'transformers', 'typer', 'yaml'}\n"
        "log = logging.getLogger('sprat.model.sparse.bm25.bm25')\n"
        "print(sorted(heavy & set(sys.modules)), log.handlers, log.level)"
    )

    assert out.strip() == "[] [] 0"


def test_parameters_stand_in_the_original_order():
    parameters = inspect.signature(BM25EmbeddingFunction).parameters

    assert {name: parameter.default for name, parameter in parameters.items()} == {
        "analyzer": None,
        "corpus": None,
        "k1": 1.5,
        "b": 0.75,
        "epsilon": 0.25,
        "num_workers": 1,
    }
    positional = BM25EmbeddingFunction(str.split, CORPUS, 2, 0, 1, 2)
    assert (positional.k1, positional.b, positional.epsilon, positional.num_workers) == (2, 0, 1, 2)


def test_attributes_before_a_fit():
    bm25 = BM25EmbeddingFunction(str.split)

    assert bm25.analyzer is str.split
    assert (bm25.corpus_size, bm25.avgdl, bm25.idf, bm25.dim) == (0, 0, {}, 0)
    assert not hasattr(bm25, "average_idf")
    assert isinstance(bm25, BaseEmbeddingFunction)


def test_encoding_before_a_fit_gives_rows_without_columns():
    bm25 = BM25EmbeddingFunction(str.split)

    assert bm25.encode_documents(["a", "b"]).shape == (2, 0)
    assert bm25.encode_queries(["a"]).shape == (1, 0)


def test_fit_returns_none_and_starts_anew():
    bm25 = fitted()

    assert bm25.fit(["x y"]) is None
    assert list(bm25.idf) == ["x", "y"]
    assert (bm25.corpus_size, bm25.avgdl, bm25.dim) == (1, 2.0, 2)


def test_a_falsy_analyzer_is_not_fitted():
    assert BM25EmbeddingFunction("", CORPUS).dim == 0


def test_single_texts_have_private_methods_that_integrations_use():
    bm25 = fitted()

    assert bits(bm25._encode_query("a b")) == bits(bm25.encode_queries(["a b"]))
    assert bits(bm25._encode_document("a b")) == bits(bm25.encode_documents(["a b"]))


def test_calling_it_is_refused_in_the_original_words():
    with pytest.raises(ValueError, match=r"^Unsupported function called, please check the documentation of"):
        fitted()(["a"])


def test_idf_holds_value_and_column_and_reading_adds_nothing():
    bm25 = fitted()

    assert bm25.idf["d"] == [bm25.idf["a"][0], 3]
    assert isinstance(bm25.idf["a"], list)
    assert bm25.idf["unknown"] == []
    assert bm25.dim == 4


def test_idf_after_load_is_a_plain_dict(tmp_path):
    fitted().save(tmp_path / "bm25.json")
    bm25 = BM25EmbeddingFunction(str.split)

    bm25.load(tmp_path / "bm25.json")

    assert type(bm25.idf) is dict
    assert not hasattr(bm25, "average_idf")


@pytest.mark.parametrize("copies", [1, 100], ids=["few", "many"])
def test_a_change_in_idf_is_what_encoding_uses(copies):
    bm25 = fitted()

    bm25.idf["a"][0] = 7.0
    bm25.idf["new"] = [3.0, 4]

    queries = bm25.encode_queries(["a a new"] * copies)
    assert queries[-1].toarray().tolist() == [[14.0, 0, 0, 0, 3.0]]
    assert bm25.encode_documents(["new"] * copies).shape == (copies, 5)


@pytest.mark.parametrize("copies", [1, 100], ids=["few", "many"])
def test_a_change_back_in_idf_gives_the_fitted_bits(copies):
    bm25, texts = fitted(), ["a b x"] * copies
    before = bits(bm25.encode_queries(texts))

    value = bm25.idf["a"][0]
    bm25.idf["a"][0] = 9.0
    changed = bits(bm25.encode_queries(texts))
    bm25.idf["a"][0] = value

    assert changed != before
    assert bits(bm25.encode_queries(texts)) == before


def test_an_assigned_idf_is_saved_without_our_key(tmp_path):
    bm25 = fitted()

    bm25.idf = {"y": [2.0, 1], "x": [1.0, 0]}
    bm25.save(tmp_path / "bm25.json")

    saved = json.loads((tmp_path / "bm25.json").read_text())
    assert (saved["idf_word"], saved["idf_value"]) == (["x", "y"], [1.0, 2.0])
    assert "sprat" not in saved


def test_a_column_that_does_not_exist_is_a_value_error():
    bm25 = fitted()

    del bm25.idf["a"]

    with pytest.raises(ValueError, match=r"idf\['d'\] has column 3, but there are 3 terms"):
        bm25.encode_documents(["d"])
    assert bm25.encode_documents(["b"]).shape == (1, 3)


def test_parameters_are_read_when_encoding():
    bm25 = fitted()

    bm25.k1, bm25.b, bm25.avgdl = 0, 0.5, 3

    assert bm25.encode_documents(["a a b"]).data.tolist() == [1.0, 1.0]


def test_the_analyzer_is_read_when_encoding():
    bm25 = fitted()

    bm25.analyzer = lambda text: ["c"]

    assert bm25.encode_queries(["a"]).indices.tolist() == [2]


def test_tokens_need_not_be_str(tmp_path):
    bm25 = BM25EmbeddingFunction(lambda tokens: tokens, [[3, 4], [4]])

    bm25.save(tmp_path / "bm25.json")

    assert list(bm25.idf) == [3, 4]
    assert '"idf_word": [3, 4]' in (tmp_path / "bm25.json").read_text()


@pytest.mark.parametrize("corpus", [[], [""], ["", " "]], ids=repr)
def test_nothing_to_learn_from_is_a_zero_division_error(corpus):
    bm25 = fitted()

    with pytest.raises(ZeroDivisionError) as refused:
        bm25.fit(corpus)

    assert isinstance(refused.value, EmptyCorpusError)
    assert (bm25.dim, bm25.corpus_size) == (4, 3)
    with pytest.raises(ZeroDivisionError):
        BM25EmbeddingFunction(str.split, corpus=corpus)


def test_no_texts_give_no_rows():
    assert fitted().encode_documents([]).shape == (0, 4)
    assert fitted().encode_queries([]).shape == (0, 4)


@pytest.mark.parametrize("act", ["fit", "encode_documents", "encode_queries"])
@pytest.mark.parametrize("texts", ["abc", b"abc", None, {"a": "b"}], ids=repr)
def test_what_is_no_collection_of_texts_is_a_type_error(act, texts):
    with pytest.raises(TypeError, match=r"^texts must be an iterable of str, got "):
        getattr(fitted(), act)(texts)


@pytest.mark.parametrize("act", ["fit", "encode_documents", "encode_queries"])
def test_an_element_that_is_no_str_is_named_by_its_position(act):
    bm25 = BM25EmbeddingFunction(corpus=["dogs"])

    with pytest.raises(TypeError, match=r"^texts\[1\] must be str, got bytes$"):
        getattr(bm25, act)(["cats", b"dogs"])


@pytest.mark.parametrize("num_workers", [0, -1])
def test_a_fit_needs_a_worker(num_workers):
    with pytest.raises(ValueError, match=r"^Number of processes must be at least 1$"):
        fitted(num_workers=num_workers)


def test_several_workers_need_no_pickling_of_the_analyzer():
    bm25 = BM25EmbeddingFunction(lambda text: text.split(), CORPUS, num_workers=4)

    assert list(bm25.idf) == list("abcd")


def test_pickles_encode_alike():
    bm25 = BM25EmbeddingFunction(corpus=["Dogs run", "cats"])

    copied = pickle.loads(pickle.dumps(bm25))

    assert bits(copied.encode_documents(["dogs cat"])) == bits(bm25.encode_documents(["dogs cat"]))
    assert copied.idf == bm25.idf


def test_load_replaces_the_fit_and_keeps_the_analyzer(tmp_path):
    fitted(k1=2, b=0, epsilon=1).save(tmp_path / "bm25.json")
    bm25 = BM25EmbeddingFunction(str.upper, ["A"], num_workers=3)

    assert bm25.load(str(tmp_path / "bm25.json")) is None

    assert (bm25.corpus_size, bm25.avgdl, bm25.k1, bm25.b, bm25.epsilon) == (3, 2.0, 2, 0, 1)
    assert (bm25.analyzer, bm25.num_workers, list(bm25.idf)) == (str.upper, 3, list("abcd"))


def test_an_unfitted_function_saves_what_the_original_does(tmp_path):
    BM25EmbeddingFunction(str.split).save(tmp_path / "bm25.json")

    assert (tmp_path / "bm25.json").read_text() == (
        '{"version": "v1", "corpus_size": 0, "avgdl": 0, "idf_word": [], "idf_value": [], '
        '"k1": 1.5, "b": 0.75, "epsilon": 0.25}'
    )


def test_a_file_may_lack_its_version_and_have_more_keys(tmp_path):
    path = tmp_path / "bm25.json"
    path.write_text(
        '{"corpus_size": 1, "avgdl": 2, "idf_word": ["x"], "idf_value": [1], "k1": 1, "b": 0, "epsilon": 0, '
        '"more": {"a": {}}}'
    )
    bm25 = BM25EmbeddingFunction(str.split)

    bm25.load(path)

    assert bm25.idf == {"x": [1.0, 0]}


def test_a_lucene_file_of_ours_is_read_as_the_original_would(tmp_path):
    sprat.BM25Encoder(str.split).fit(CORPUS).save(tmp_path / "bm25.json")
    bm25 = BM25EmbeddingFunction(str.split)

    bm25.load(tmp_path / "bm25.json")

    assert list(bm25.idf) == list("abcd")
    assert bm25.k1 == 1.2


def test_a_missing_file_is_a_runtime_error_in_the_original_words(tmp_path):
    path = tmp_path / "none.json"

    with pytest.raises(RuntimeError) as refused:
        BM25EmbeddingFunction(str.split).load(path)

    assert str(refused.value) == f"Error opening file {path}: [Errno 2] No such file or directory: '{path}'"
    assert isinstance(refused.value, SpratError)


def test_broken_files_are_errors_that_leave_the_function_as_it_was(tmp_path):
    path, bm25 = tmp_path / "bm25.json", fitted()
    bm25.save(path)
    text = path.read_text()

    for broken, error in (
        (text[:-1], json.JSONDecodeError),
        ('{"avgdl": 1}', KeyError),
        ("[]", CorruptFileError),
        (text.replace('"a"', '"b"'), CorruptFileError),
        (text.replace('"k1": 1.5', '"k1": 1.6'), CorruptFileError),
    ):
        path.write_text(broken)
        with pytest.raises(error):
            bm25.load(path)

    assert (bm25.dim, bm25.k1) == (4, 1.5)


def test_without_a_path_the_ms_marco_file_is_looked_for_and_never_downloaded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bm25 = BM25EmbeddingFunction(str.split)

    with pytest.raises(MissingFileError, match=r"bm25_msmarco_v1\.json is not in the working directory"):
        bm25.load()
    assert os.listdir(tmp_path) == []
    fitted().save("bm25_msmarco_v1.json")
    bm25.load()

    assert bm25.dim == 4


def test_base_classes_can_be_instantiated_as_in_the_original():
    assert BaseEmbeddingFunction().encode_queries(["a"]) is None
    assert BaseEmbeddingFunction()(["a"]) is None
    assert BaseRerankFunction()("a", ["b"], 3) is None


def test_a_rerank_result_shows_its_fields():
    result = RerankResult(text="it's", score=0.5, index=3)

    assert result.to_dict() == {"text": "it's", "score": 0.5, "index": 3}
    assert str(result) == repr(result) == 'RerankResult(text="it\'s", score=0.5, index=3)'
