"""Analyzers put together from exchangeable parts: preprocessors, a tokenizer, filters.

The parts are the ones of ``pymilvus.model``, and so are their names in YAML. An :class:`Analyzer` of parts
that the core knows, unchanged, is run by the core from end to end; any other is run part by part, as
written. The tokens are the same either way.

NLTK's data is needed for languages other than English only. Nothing is ever downloaded or installed.
"""

from __future__ import annotations

import functools
import importlib
import os
import re
import string
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from sprat import _core, _stages, analysis

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
        self._native = analysis.Analyzer.from_stages({"type": "nltk", "profile": profile})

    def tokenize(self, text: str) -> list[str]:
        return self._native(text)


class _LibraryTokenizer(Tokenizer):
    """Words by another library, which is loaded once per process."""

    _kind: str

    def __init__(self) -> None:
        self._stage = {"type": self._kind}
        _stages.tokenizer(self._stage)  # raises MissingExtraError

    def tokenize(self, text: str) -> list[str]:
        tokenize = _stages.tokenizer(self._stage).function
        assert tokenize is not None
        tokens: list[str] = tokenize(text)
        return tokens


@register_class("JiebaTokenizer")
class JiebaTokenizer(_LibraryTokenizer):
    """Chinese words by ``jieba.lcut``."""

    _kind = "jieba"


@register_class("MecabTokenizer")
class MecabTokenizer(_LibraryTokenizer):
    """Japanese words by MeCab and its default dictionary."""

    _kind = "mecab"


@register_class("KonlpyTokenizer")
class KonlpyTokenizer(_LibraryTokenizer):
    """Korean nouns by KoNLPy's Kkma, which needs a Java VM."""

    _kind = "kkma"


@register_class("KiwiTokenizer")
class KiwiTokenizer(_LibraryTokenizer):
    """Korean morphemes by Kiwi, codas normalised."""

    _kind = "kiwi"


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
    UnknownLanguageError
        If NLTK has no stop words for the language. It is an OSError.
    """

    def __init__(self, language: str = "english", stopword_list: list[str] | None = None) -> None:
        self.stopwords = set(_stages.stop_words(language) + ([] if stopword_list is None else stopword_list))

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
        if language in _stages.NLTK_STEMMERS:
            self.stemmer = _NativeStemmer(language)
        else:
            self.stemmer = importlib.import_module("nltk.stem.snowball").SnowballStemmer(language)

    def apply(self, tokens: list[str]) -> list[str]:
        return [self.stemmer.stem(token) for token in tokens]


class _NativeStemmer:
    def __init__(self, language: str) -> None:
        self.language = language

    def stem(self, token: str) -> str:
        return _core.stem(token, self.language)


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

    # What the core was last asked to run, and the pipeline that does.
    _compiled: tuple[Any, analysis.Analyzer] | None = None

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
        """Return a pipeline with the same tokens that the core runs, or ends; None if there is none."""
        if type(self).__call__ is not Analyzer.__call__ or self.filters is None or self.preprocessors is None:
            return None
        filters = list(map(_filter_description, self.filters))
        split = max((number for number, known in enumerate(filters, 1) if known is None), default=0)
        tokenizer = None if split or self.preprocessors else _tokenizer_description(self.tokenizer)
        if tokenizer is None and not any(known and known["type"] in _STR_ONLY for known in filters[split:]):
            return None  # nothing left for the core, or tokens that need not be str
        key = (tokenizer, split, filters)
        if self._compiled is None or self._compiled[0] != key:
            compiled = analysis.Analyzer.from_stages(
                functools.partial(self._tokens, split) if tokenizer is None else tokenizer,
                filters=[known for known in filters[split:] if known is not None],
            )
            self._compiled = (key, compiled)
        return self._compiled[1]

    def _tokens(self, filter_count: int, text: str) -> list[Any]:
        """Run the stages up to and with the first ``filter_count`` filters."""
        for preprocessor in self.preprocessors or []:
            text = preprocessor.apply(text)
        tokens: list[Any] = self.tokenizer.tokenize(text)
        for token_filter in (self.filters or [])[:filter_count]:
            tokens = token_filter.apply(tokens)
        return tokens

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_compiled"}


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


def _tokenizer_description(tokenizer: Any) -> dict[str, Any] | None:
    """Say in data what a tokenizer does; None if it is not exactly one of ours."""
    if "tokenize" in getattr(tokenizer, "__dict__", {}):
        return None
    if type(tokenizer) is StandardTokenizer:
        return dict(tokenizer._native.to_dict()["tokenizer"])
    if type(tokenizer) in (JiebaTokenizer, MecabTokenizer, KonlpyTokenizer, KiwiTokenizer):
        return dict(tokenizer._stage)
    return None


def _filter_description(token_filter: Any) -> dict[str, Any] | None:
    """Say in data what a filter does; None if it is not exactly one of ours, or was given another method."""
    kind = type(token_filter)
    if kind not in _APPLY or kind.apply is not _APPLY[kind] or "apply" in vars(token_filter):
        return None
    if kind is LowercaseFilter:
        return {"type": "lowercase"}
    if kind is PunctuationFilter:
        return _dropped(token_filter.punctuation)
    if kind is StopwordFilter:
        return _dropped(token_filter.stopwords)
    stemmer = token_filter.stemmer
    if type(stemmer) is _NativeStemmer and "stem" not in vars(stemmer):
        return {"type": "stem", "algorithm": "nltk", "language": stemmer.language}
    return None


# Filters that no token passes but a str.
_STR_ONLY = ("lowercase", "stem")
_APPLY: dict[type, Any] = {
    kind: kind.apply for kind in (LowercaseFilter, PunctuationFilter, StopwordFilter, StemmingFilter)
}


def _dropped(tokens: Any) -> dict[str, Any] | None:
    if not isinstance(tokens, (set, frozenset, list, tuple, dict)):
        return None
    words = sorted(token for token in tokens if isinstance(token, str))  # others never equal a token
    if all(len(word) == 1 for word in words):
        return {"type": "punctuation", "characters": "".join(words)}
    return {"type": "stop_words", "words": words}
