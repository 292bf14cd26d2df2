"""Analyzers put together from exchangeable parts: preprocessors, a tokenizer, filters.

The parts are the ones of ``pymilvus.model``, and so are their names in YAML. An :class:`Analyzer` of parts
that the core knows, unchanged, is run by the core from end to end; any other is run part by part, as
written. The tokens are the same either way.

NLTK's data is needed for languages other than English only. Nothing is ever downloaded or installed.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import re
import string
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from sprat import _core, analysis
from sprat.errors import MissingExtraError

_Class = TypeVar("_Class", bound=type)

_class_registry: dict[str, type] = {}


def register_class(register_as: str) -> Callable[[_Class], _Class]:
    """Make a class known to YAML files under a name; use it as a decorator."""

    def decorator(cls: _Class) -> _Class:
        _class_registry[register_as] = cls
        return cls

    return decorator


class Preprocessor:
    """Text to text."""

    def apply(self, text: str) -> str:
        raise NotImplementedError("Each preprocessor must implement its 'apply' method.")


class Tokenizer:
    """Text to tokens."""

    def tokenize(self, text: str) -> list[Any]:
        raise NotImplementedError("Each tokenizer must implement its 'tokenize' method.")


class TextFilter:
    """Tokens to tokens."""

    def apply(self, tokens: list[Any]) -> list[Any]:
        raise NotImplementedError("Each filter must implement the 'apply' method.")


@register_class("CharacterfilterPreprocessor")
class CharacterfilterPreprocessor(Preprocessor):
    """Puts a space in the place of each of the given characters."""

    def __init__(self, chars_to_replace: Iterable[str]) -> None:
        self.replacement_table = str.maketrans(dict.fromkeys(chars_to_replace, " "))

    def apply(self, text: str) -> str:
        return text.translate(self.replacement_table)


@register_class("ReplacePreprocessor")
class ReplacePreprocessor(Preprocessor):
    """Replaces strings in one pass; where several fit, the first in the mapping's order wins."""

    def __init__(self, replacement_mapping: dict[str, str]) -> None:
        self.replacement_mapping = replacement_mapping
        self.pattern = re.compile("|".join(map(re.escape, replacement_mapping)))

    def apply(self, text: str) -> str:
        return self.pattern.sub(lambda match: self.replacement_mapping[match.group(0)], text)


@register_class("StandardTokenizer")
class StandardTokenizer(Tokenizer):
    """NLTK's ``word_tokenize`` with its English sentence model, whatever the language.

    Parameters
    ----------
    profile : {"A", "B", "C", "D"}, default "D"
        Which NLTK to equal; see :class:`sprat.Analyzer`.
    """

    def __init__(self, *, profile: str = "D") -> None:
        self._native = analysis.Analyzer.from_dict(_description(profile, []))

    def tokenize(self, text: str) -> list[str]:
        return self._native(text)


@register_class("JiebaTokenizer")
class JiebaTokenizer(Tokenizer):
    """Chinese words by ``jieba.lcut``."""

    def __init__(self) -> None:
        _require("jieba", self, "zh")

    def tokenize(self, text: str) -> list[str]:
        tokens: list[str] = importlib.import_module("jieba").lcut(text)
        return tokens


@register_class("MecabTokenizer")
class MecabTokenizer(Tokenizer):
    """Japanese words by MeCab and its default dictionary."""

    def __init__(self) -> None:
        _require("MeCab", self, "ja")

    def tokenize(self, text: str) -> list[str]:
        tokens: list[str] = _mecab().parse(text).split()
        return tokens


@register_class("KonlpyTokenizer")
class KonlpyTokenizer(Tokenizer):
    """Korean nouns by KoNLPy's Kkma, which needs a Java VM."""

    def __init__(self) -> None:
        _require("konlpy", self, "ko")

    def tokenize(self, text: str) -> list[str]:
        tokens: list[str] = _kkma().nouns(text)
        return tokens


@register_class("KiwiTokenizer")
class KiwiTokenizer(Tokenizer):
    """Korean morphemes by Kiwi, codas normalised."""

    def __init__(self) -> None:
        _require("kiwipiepy", self, "ko")

    def tokenize(self, text: str) -> list[str]:
        return [token.form for token in _kiwi().tokenize(text, normalize_coda=True)]


@register_class("LowercaseFilter")
class LowercaseFilter(TextFilter):
    """``str.lower`` on each token."""

    def apply(self, tokens: list[str]) -> list[str]:
        return [token.lower() for token in tokens]


@register_class("PunctuationFilter")
class PunctuationFilter(TextFilter):
    """Drops tokens that are one ASCII punctuation mark, or one of the characters ``extras``."""

    def __init__(self, extras: str = "") -> None:
        self.punctuation = set(string.punctuation + extras)

    def apply(self, tokens: list[str]) -> list[str]:
        return [token for token in tokens if token not in self.punctuation]


@register_class("StopwordFilter")
class StopwordFilter(TextFilter):
    """Drops NLTK's stop words of a language, and those of ``stopword_list``; case matters.

    Raises
    ------
    LookupError
        If the language is not English and NLTK's stop word corpus is not on this machine.
    OSError
        If NLTK has no stop words for the language.
    """

    def __init__(self, language: str = "english", stopword_list: list[str] | None = None) -> None:
        self.stopwords = set(_stop_words(language) + ([] if stopword_list is None else stopword_list))

    def apply(self, tokens: list[str]) -> list[str]:
        return [token for token in tokens if token not in self.stopwords]


@register_class("StemmingFilter")
class StemmingFilter(TextFilter):
    """Stems each token as NLTK's Snowball stemmer of a language does.

    Raises
    ------
    ValueError
        If NLTK has no Snowball stemmer for the language.
    """

    def __init__(self, language: str = "english") -> None:
        self.stemmer: Any
        if language == "english":
            self.stemmer = _EnglishStemmer()
        else:
            self.stemmer = importlib.import_module("nltk.stem.snowball").SnowballStemmer(language)

    def apply(self, tokens: list[str]) -> list[str]:
        return [self.stemmer.stem(token) for token in tokens]


class _EnglishStemmer:
    def stem(self, token: str) -> str:
        return _core.stem(token, "english")


class Analyzer:
    """Text to tokens: each preprocessor in order, the tokenizer, each filter in order.

    Parameters
    ----------
    name : str
        Any name, kept as an attribute.
    tokenizer : Tokenizer
        Anything with ``tokenize(text)``.
    preprocessors, filters : list
        Anything with ``apply``. They must be lists by the time of the first call.
    """

    # The description last asked for and its native pipeline, which remembers the words it has seen.
    _compiled: tuple[dict[str, Any], analysis.Analyzer] | None = None

    def __init__(
        self,
        name: str,
        tokenizer: Any,
        preprocessors: list[Any] | None = None,
        filters: list[Any] | None = None,
    ) -> None:
        self.name = name
        self.tokenizer = tokenizer
        self.preprocessors = preprocessors
        self.filters = filters

    def __call__(self, text: str) -> list[Any]:
        for preprocessor in self.preprocessors:  # type: ignore[union-attr]  # None is a TypeError, as ever
            text = preprocessor.apply(text)
        tokens: list[Any] = self.tokenizer.tokenize(text)
        for token_filter in self.filters:  # type: ignore[union-attr]
            tokens = token_filter.apply(tokens)
        return tokens

    def __sprat_analyzer__(self) -> analysis.Analyzer | None:
        """Return the native pipeline with the same tokens, or None if a part is not the core's."""
        description = self._described()
        if description is None:
            return None
        if self._compiled is None or self._compiled[0] != description:
            self._compiled = (description, analysis.Analyzer.from_dict(description))
        return self._compiled[1]

    def _described(self) -> dict[str, Any] | None:
        if type(self).__call__ is not Analyzer.__call__ or self.preprocessors not in ([], ()):
            return None
        if type(self.tokenizer) is not StandardTokenizer or "tokenize" in vars(self.tokenizer):
            return None
        if self.filters is None:
            return None
        filters = [_filter_description(token_filter) for token_filter in self.filters]
        if None in filters:
            return None
        return {**self.tokenizer._native.to_dict(), "filters": filters}


def build_default_analyzer(language: str = "en") -> Analyzer:
    """Build the analyzer of a language: en, de, fr, ru, sp, it, pt, zh, jp or kr."""
    return build_analyzer_from_yaml(Path(__file__).with_name("lang.yaml"), language)


def build_analyzer_from_yaml(filepath: str | os.PathLike[str], name: str) -> Analyzer:
    """Build the analyzer that a YAML file describes under ``name``.

    The entry holds ``tokenizer`` (``class`` and ``params``) and, if any, ``preprocessors`` and ``filters``
    (lists of the same). A class is named as it was registered.

    Raises
    ------
    ValueError
        If the file has no such entry.
    KeyError
        If a class is not registered, or ``tokenizer`` or ``params`` is missing.
    """
    yaml = importlib.import_module("yaml")
    with open(filepath, encoding="utf-8") as file:
        entry = yaml.safe_load(file).get(name)
    if not entry:
        raise ValueError(f"No configuration found {name}")
    tokenizer = _build(entry["tokenizer"])
    preprocessors = [_build(part) for part in entry.get("preprocessors", [])]
    filters = [_build(part) for part in entry.get("filters", [])]
    return Analyzer(name, tokenizer, preprocessors, filters)


def _build(part: dict[str, Any]) -> Any:
    return _class_registry[part["class"]](**part["params"])


def _description(profile: str, filters: list[dict[str, Any]]) -> dict[str, Any]:
    return {"version": 1, "tokenizer": {"type": "nltk", "profile": profile}, "filters": filters}


def _filter_description(token_filter: Any) -> dict[str, Any] | None:
    """Say in data what a filter does; None if it is not exactly one of ours, or was given another method."""
    kind = type(token_filter)
    if "apply" in getattr(token_filter, "__dict__", {}):
        return None
    if kind is LowercaseFilter:
        return {"type": "lowercase"}
    if kind is PunctuationFilter:
        return _dropped(token_filter.punctuation)
    if kind is StopwordFilter:
        return _dropped(token_filter.stopwords)
    if kind is StemmingFilter and type(token_filter.stemmer) is _EnglishStemmer:
        return {"type": "stem", "language": "english"}
    return None


def _dropped(tokens: set[Any]) -> dict[str, Any]:
    words = sorted(token for token in tokens if isinstance(token, str))  # others never equal a token
    if all(len(word) == 1 for word in words):
        return {"type": "punctuation", "characters": "".join(words)}
    return {"type": "stop_words", "words": words}


def _stop_words(language: str) -> list[str]:
    if language == "english":
        return _core.stop_words("english")
    try:
        words: list[str] = importlib.import_module("nltk.corpus").stopwords.words(language)
    except LookupError as error:
        raise LookupError(
            f"the stop words of {language!r} are NLTK's, whose corpus 'stopwords' is not on this machine; "
            "sprat downloads nothing: run `python -m nltk.downloader stopwords`, or set NLTK_DATA"
        ) from error
    return words


def _require(module: str, tokenizer: Tokenizer, extra: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise MissingExtraError(
            f"{type(tokenizer).__name__} needs {module}: run `pip install 'sprat[{extra}]'`"
        )


# One of each per process: they take up to seconds to load and cannot be pickled with an analyzer.


@functools.cache
def _mecab() -> Any:
    return importlib.import_module("MeCab").Tagger("-Owakati")


@functools.cache
def _kkma() -> Any:
    return importlib.import_module("konlpy.tag").Kkma()


@functools.cache
def _kiwi() -> Any:
    return importlib.import_module("kiwipiepy").Kiwi()
