"""Stop words of every language that NLTK has are part of sprat."""

from __future__ import annotations

import json
from pathlib import Path

import nltk
import pytest
from nltk.corpus.reader import WordListCorpusReader

import sprat
from sprat import _core
from sprat._stages import stop_words
from sprat.errors import InvalidArgumentError

# Lines in the files of NLTK's corpus.
COUNTS = {
    "albanian": 237,
    "arabic": 754,
    "azerbaijani": 165,
    "basque": 326,
    "belarusian": 224,
    "bengali": 398,
    "catalan": 278,
    "chinese": 841,
    "danish": 94,
    "dutch": 101,
    "english": 198,
    "finnish": 235,
    "french": 157,
    "german": 232,
    "greek": 265,
    "hebrew": 221,
    "hinglish": 1036,
    "hungarian": 199,
    "indonesian": 758,
    "italian": 279,
    "kazakh": 324,
    "nepali": 255,
    "norwegian": 176,
    "portuguese": 207,
    "romanian": 356,
    "russian": 151,
    "slovene": 1784,
    "spanish": 313,
    "swedish": 114,
    "tajik": 163,
    "tamil": 125,
    "turkish": 53,
    "uzbek": 288,
}


def test_every_language_of_nltk_has_its_list():
    assert {language: len(stop_words(language)) for language in _core.stop_words()} == COUNTS


def test_lists_are_those_that_were_recorded():
    recorded = json.loads((Path(__file__).parent / "golden" / "nltk_stopwords.json").read_text("utf-8"))

    assert {language: stop_words(language) for language in recorded["lists"]} == recorded["lists"]


def test_lists_are_those_of_nltks_corpus(shared, monkeypatch):
    monkeypatch.setattr(nltk.data, "path", [str(shared / "nltk_data")])  # NLTK reads nothing outside its path
    corpus = WordListCorpusReader(nltk.data.find("corpora/stopwords"), r"(?!README|\.).*")

    assert {language: stop_words(language) for language in corpus.fileids()} == {
        language: list(corpus.words(language)) for language in corpus.fileids()
    }


def test_a_stage_may_name_the_language():
    analyzer = sprat.Analyzer.from_stages(
        {"type": "whitespace"}, filters=[{"type": "stop_words", "language": "basque"}]
    )

    assert analyzer("etxe bada handi") == ["etxe", "handi"]  # NLTK's file has a blank behind "bada"
    assert "language" not in analyzer.to_dict()["filters"][0]
    assert sprat.Analyzer.from_dict(analyzer.to_dict()) == analyzer


def test_a_language_without_a_list_is_refused():
    with pytest.raises(InvalidArgumentError, match=r"language must be 'albanian', .*, got 'klingon'"):
        sprat.Analyzer.from_stages(
            {"type": "whitespace"}, filters=[{"type": "stop_words", "language": "klingon"}]
        )


def test_unicode_en_keeps_words_that_say_where_when_or_how_much():
    assert sprat.Analyzer("unicode-en")("the tax_rate before or after") == [
        "tax",
        "rate",
        "befor",
        "after",
    ]


def test_languages_of_unicode_words_drop_their_stop_words():
    assert sprat.Analyzer("unicode-ar")("من في") == []
    assert sprat.Analyzer("unicode-sv")("och husen") == ["hus"]
