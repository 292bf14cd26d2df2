"""sprat merge and sprat info: models put together and looked at."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("typer", reason='needs pip install "sprat[cli]"')
pytest.importorskip("rich", reason='needs pip install "sprat[cli]"')

import sprat

TEXTS = ["Dogs run.", "Cats and dogs sleep.", "The market fell.", "Markets rise"]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_models_of_parts_make_the_model_of_the_whole(run, tmp_path):
    for number, texts in enumerate([TEXTS[:1], TEXTS[1:3], TEXTS[3:], TEXTS]):
        sprat.BM25Encoder("en", variant="okapi").fit(texts).save(f"{number}.json")

    assert run("merge", "0.json", "1.json", "2.json", "-o", "merged.json") == (0, "", "")

    assert (tmp_path / "merged.json").read_bytes() == (tmp_path / "3.json").read_bytes()
    assert run("merge", "0.json", "-o", "copy.json")[0] == 0
    assert (tmp_path / "copy.json").read_bytes() == (tmp_path / "0.json").read_bytes()


def test_what_cannot_be_merged_is_named_and_the_old_file_stays(run, tmp_path):
    sprat.BM25Encoder("en").fit(TEXTS).save("en.json")
    sprat.BM25Encoder("unicode").fit(TEXTS).save("unicode.json")
    theirs = {"corpus_size": 1, "avgdl": 1.0, "idf_word": ["a"], "idf_value": [1.0]}
    (tmp_path / "theirs.json").write_text(json.dumps({**theirs, "k1": 1.5, "b": 0.75, "epsilon": 0.25}))
    (tmp_path / "out.json").write_text("old")

    for names, message in [
        (["en.json", "unicode.json"], "sprat: unicode.json: statistics of different analyzers"),
        (["en.json", "theirs.json"], "sprat: theirs.json: frozen statistics cannot be merged"),
        (["en.json", "none.json"], "sprat: none.json: No such file"),
    ]:
        code, out, error = run("merge", *names, "-o", "out.json")
        assert (code, out) == (2, "")
        assert error.startswith(message)
        assert error.count("\n") == 1
    assert run("merge", "en.json", "-o", "en.json")[0] == 2

    assert (tmp_path / "out.json").read_text() == "old"


def test_info_tells_what_a_model_knows(run):
    encoder = sprat.BM25Encoder("en").fit(TEXTS).remove(TEXTS[:1])
    encoder.save("bm25.json")

    code, out, error = run("info", "bm25.json", "--json")

    assert (code, error) == (0, "")
    facts = json.loads(out)
    assert (facts["document_count"], facts["token_count"]) == (3, 7)
    assert (facts["term_count"], facts["removed_term_count"]) == (7, 1)
    assert (facts["variant"], facts["k1"], facts["b"]) == ("lucene", 1.2, 0.75)
    assert facts["digest"] == sprat.BM25Encoder("en").fit(TEXTS[1:]).statistics.digest()
    assert facts["analyzer"] == "en"


def test_info_of_a_file_of_pymilvus_model(run, tmp_path):
    theirs = {"corpus_size": 2, "avgdl": 1.5, "idf_word": ["a"], "idf_value": [1.0]}
    (tmp_path / "theirs.json").write_text(json.dumps({**theirs, "k1": 1.5, "b": 0.75, "epsilon": 0.25}))

    facts = json.loads(run("info", "theirs.json", "--json")[1])

    assert (facts["document_count"], facts["term_count"]) == (2, 1)
    assert facts["removed_term_count"] is facts["digest"] is None
