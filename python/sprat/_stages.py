"""The stages of an analyzer: what each is called in data, and what it does.

A stage is checked and made canonical once, here: equal stages have equal descriptions. It is native (the core
runs it) or a function (Python runs it); a filter that is a function takes many tokens at a time.
"""

from __future__ import annotations

import functools
import importlib
import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

from sprat import _core
from sprat._extras import require
from sprat.errors import InvalidArgumentError, UnknownLanguageError

PROFILES = ("A", "B", "C", "D")
NATIVE_TOKENIZERS = ("nltk", "whitespace", "unicode", "cjk-bigram", "lucene", "words")
PORTER = "porter"
SNOWBALL_3 = "snowball-3"
SNOWBALL_3_LANGUAGES = tuple(name.split()[1] for name in _core.stemmers() if name.startswith(SNOWBALL_3))
NLTK_STEMMERS = tuple(
    name for name in _core.stemmers() if name != PORTER and " " not in name
)  # the native ones


@dataclass(frozen=True)
class Stage:
    """One step of a pipeline."""

    description: dict[str, Any]
    native: tuple[str, Any] | None = None  # for _core.Analyzer; None if Python runs it
    function: Callable[[Any], Any] | None = field(default=None, compare=False)
    library: str | None = None  # the distribution whose version decides what comes out
    own: Callable[[Any], Any] | None = None  # the user's function, if that is what the stage is


def normalizer(description: Any) -> Stage:
    """Text to text, before the tokenizer."""
    entry = Entry("a normalizer", description)
    kind = entry.kind()
    if kind in _NORMALIZERS:
        return entry.stage(function=_NORMALIZERS[kind])
    if kind == "replace_characters":
        characters = "".join(sorted(set(entry.take("characters", str))))
        table = str.maketrans(dict.fromkeys(characters, " "))
        return entry.stage(function=lambda text: text.translate(table), characters=characters)
    raise entry.unknown(*_NORMALIZERS, "replace_characters")


def tokenizer(description: Any) -> Stage:
    """Text to tokens."""
    entry = Entry("a tokenizer", description)
    kind = entry.kind()
    if kind == "nltk":
        profile = entry.take("profile", str)
        if profile not in PROFILES:
            raise InvalidArgumentError(f"profile must be {one_of(PROFILES)}, got {profile!r}")
        return entry.stage(native=("nltk", profile), profile=profile)
    if kind in NATIVE_TOKENIZERS:
        return entry.stage(native=(kind, PROFILES[-1]))
    if kind == "regex":
        pattern = entry.take("pattern", str)
        try:
            compiled = re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise InvalidArgumentError(f"pattern {pattern!r} is not a regular expression: {error}") from error
        if compiled.groups > 1:
            raise InvalidArgumentError(f"pattern must have one group at most, got {pattern!r}")
        return entry.stage(function=compiled.findall, pattern=pattern)
    if kind == "hf":
        return _huggingface(entry)
    if kind in _LIBRARIES:
        module, distribution, extra, tokens = _LIBRARIES[kind]
        require(module, f"the tokenizer {kind!r}", extra)
        return entry.stage(function=tokens, library=distribution)
    raise entry.unknown(*NATIVE_TOKENIZERS, "regex", "hf", *_LIBRARIES)


def token_filter(description: Any) -> Stage:
    """Token to token, to several, or to none."""
    entry = Entry("a filter", description)
    kind = entry.kind()
    if kind in _REWRITES:
        return entry.stage(native=(kind, None))
    if kind == "punctuation":
        characters = "".join(sorted(set(entry.take("characters", str))))
        return entry.stage(native=("punctuation", characters), characters=characters)
    if kind == "stop_words":
        language = entry.take("language", str, None)
        listed = entry.take_strings("words") if language is None else map(str.strip, stop_words(language))
        words = sorted(set(listed))
        return entry.stage(native=("stop_words", words), words=words)
    if kind == "split":
        characters = "".join(sorted(set(entry.take("characters", str))))
        if not characters or not characters.isascii():
            raise InvalidArgumentError(f"split needs ASCII characters to cut at, got {characters!r}")
        return entry.stage(native=("split", characters), characters=characters)
    if kind == "length":
        least, most = entry.take("least", int), entry.take("most", int)
        if not 0 <= least <= most < 1 << 31:
            raise InvalidArgumentError(f"length needs 0 <= least <= most < 2**31, got {least} and {most}")
        return entry.stage(native=("length", (least, most)), least=least, most=most)
    if kind == "synonyms":
        given = entry.take("synonyms", Mapping)
        entry.strings("the keys of 'synonyms'", list(given))
        synonyms = {token: entry.strings("a synonym", replacements) for token, replacements in given.items()}
        return entry.stage(native=("synonyms", synonyms), synonyms=synonyms)
    if kind == "stem":
        return _stemmer(entry)
    raise entry.unknown(*_REWRITES, "punctuation", "stop_words", "split", "length", "synonyms", "stem")


def tokenizer_of(function: Callable[[str], Any]) -> Stage:
    """A user's own tokenizer: a function from a text to its tokens."""

    def tokens(text: str) -> list[Any]:
        result = function(text)
        if isinstance(result, (str, bytes)) or not isinstance(result, Iterable):
            raise TypeError(f"a tokenizer must give a list of str, got {type(result).__name__}")
        return list(result)

    return Stage({"type": "callable", "name": function_name(function)}, None, tokens, own=function)


def filter_of(function: Callable[[str], Any]) -> Stage:
    """A user's own filter: a function from a token to a token, or to None to drop it."""

    def each(tokens: list[str]) -> list[str | None]:
        results = [function(token) for token in tokens]
        for token, result in zip(tokens, results):
            if result is not None and not isinstance(result, str):
                kind = type(result).__name__
                raise TypeError(f"a token must become a str or None, but {token!r} became a {kind}")
        return results

    return Stage({"type": "callable", "name": function_name(function)}, None, each, own=function)


def version_of(library: str) -> str:
    """What the description says was used: a distribution's version, or that of the Unicode tables."""
    return _core.unicode_version if library == "unicode" else metadata.version(library)


def one_of(allowed: tuple[str, ...] | list[str]) -> str:
    names = [repr(name) for name in allowed]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


class Entry:
    """A dict of a description, taken apart key by key; what is wrong with it is an InvalidArgumentError."""

    def __init__(self, what: str, description: Any) -> None:
        if not isinstance(description, Mapping):
            raise InvalidArgumentError(f"analyzer description: {what} must be a dict, got {description!r}")
        self._what = what
        self._rest = dict(description)
        self._kind = ""

    def kind(self) -> str:
        self._kind = self.take("type", str)
        return self._kind

    def take(self, key: str, kind: type[Any], default: Any = ...) -> Any:
        if key not in self._rest and default is not ...:
            return default
        try:
            value = self._rest.pop(key)
        except KeyError:
            raise InvalidArgumentError(f"analyzer description: {key!r} is missing in {self._what}") from None
        if not isinstance(value, kind) or isinstance(value, bool):
            name = "dict" if kind is Mapping else kind.__name__
            raise InvalidArgumentError(f"analyzer description: {key!r} must be a {name}, got {value!r}")
        return value

    def take_strings(self, key: str) -> list[str]:
        return self.strings(repr(key), self.take(key, list))

    def strings(self, what: str, values: Any) -> list[str]:
        if not isinstance(values, (list, tuple)) or not all(isinstance(value, str) for value in values):
            raise InvalidArgumentError(f"analyzer description: {what} must be a list of str, got {values!r}")
        return list(values)

    def done(self) -> None:
        for key in self._rest:
            raise InvalidArgumentError(f"analyzer description: {key!r} is not known in {self._what}")

    def stage(
        self,
        *,
        native: tuple[str, Any] | None = None,
        function: Callable[[Any], Any] | None = None,
        library: str | None = None,
        **canonical: Any,
    ) -> Stage:
        self.done()
        return Stage({"type": self._kind, **canonical}, native, function, library)

    def unknown(self, *allowed: str) -> InvalidArgumentError:
        return InvalidArgumentError(f"{self._what} must be {one_of(allowed)}, got {self._kind!r}")


def stop_words(language: str) -> list[str]:
    """Return NLTK's stop words of a language, in their order; of ``"lucene"``, Lucene's 33 of English.

    They are as in NLTK's files, which for Basque and Azerbaijani means with blanks behind some.

    Raises
    ------
    UnknownLanguageError
        If there are none.
    """
    if language == "lucene":
        return _core.lucene_stop_words()
    lists = _core.stop_words()
    if language not in lists:
        raise UnknownLanguageError(f"language must be {one_of([*lists, 'lucene'])}, got {language!r}")
    return lists[language].split("|")[:-1]


def _stemmer(entry: Entry) -> Stage:
    algorithm = entry.take("algorithm", str, "nltk")
    if algorithm == PORTER:
        return entry.stage(native=("stem", PORTER), algorithm=algorithm)
    language = entry.take("language", str)
    described = {"algorithm": algorithm, "language": language}
    if algorithm == SNOWBALL_3:
        _check_language(language, list(SNOWBALL_3_LANGUAGES))
        return entry.stage(native=("stem", f"{SNOWBALL_3} {language}"), **described)
    if algorithm == "nltk":
        if language in NLTK_STEMMERS:
            return entry.stage(native=("stem", language), **described)
        snowball = importlib.import_module("nltk.stem.snowball").SnowballStemmer
        if language not in snowball.languages:
            raise InvalidArgumentError(
                f"language must be {one_of(sorted(snowball.languages))}, got {language!r}"
            )

        def stems(words: list[str]) -> list[str]:  # a new stemmer each: that of Arabic keeps what it saw
            return [snowball(language).stem(word) for word in words]

        return entry.stage(function=stems, library="nltk", **described)
    if algorithm == "snowball":
        require("Stemmer", "the stemmer 'snowball'", "snowball")
        library = importlib.import_module("Stemmer")
        _check_language(language, library.algorithms())
        return entry.stage(function=library.Stemmer(language, 0).stemWords, library="PyStemmer", **described)
    if algorithm == "rust-snowball":
        require("py_rust_stemmers", "the stemmer 'rust-snowball'", "qdrant")
        try:
            stem = importlib.import_module("py_rust_stemmers").SnowballStemmer(language).stem_word
        except ValueError as error:
            raise InvalidArgumentError(f"py_rust_stemmers has no language {language!r}") from error
        return entry.stage(
            function=lambda words: list(map(stem, words)), library="py-rust-stemmers", **described
        )
    allowed = one_of(["nltk", SNOWBALL_3, "snowball", "rust-snowball", PORTER])
    raise InvalidArgumentError(f"algorithm must be {allowed}, got {algorithm!r}")


def _check_language(language: str, allowed: list[str]) -> None:
    if language not in allowed:
        raise InvalidArgumentError(f"language must be {one_of(sorted(allowed))}, got {language!r}")


def _huggingface(entry: Entry) -> Stage:
    file = entry.take("file", str)
    require("tokenizers", "the tokenizer 'hf'", "hf")
    try:
        encode = importlib.import_module("tokenizers").Tokenizer.from_file(file).encode
    except Exception as error:  # the library raises bare Exception
        raise InvalidArgumentError(f"{file}: not a tokenizer.json: {error}") from error

    def tokens(text: str) -> list[str]:
        encoded: list[str] = encode(text, add_special_tokens=False).tokens
        return encoded

    return entry.stage(function=tokens, library="tokenizers", file=file)


def _strip_accents(text: str) -> str:
    if text.isascii():
        return text
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", bare)


def function_name(function: Any) -> str:
    """Return where a callable comes from; of one without a name of its own, with the line of its code."""
    name = getattr(function, "__qualname__", type(function).__qualname__)
    module = getattr(function, "__module__", None) or type(function).__module__
    line = getattr(getattr(function, "__code__", None), "co_firstlineno", None)
    return f"{module}:{name}" + (f":{line}" if line is not None and "<" in name else "")


# One of each per process: they take up to seconds to load.


@functools.cache
def _jieba() -> Callable[[str], list[str]]:
    jieba = importlib.import_module("jieba")
    jieba.setLogLevel(logging.WARNING)  # it tells standard error that it builds its dictionary
    lcut: Callable[[str], list[str]] = jieba.lcut
    return lcut


@functools.cache
def _mecab() -> Callable[[str], str]:
    parse: Callable[[str], str] = importlib.import_module("MeCab").Tagger("-Owakati").parse
    return parse


@functools.cache
def _kkma() -> Callable[[str], list[str]]:
    nouns: Callable[[str], list[str]] = importlib.import_module("konlpy.tag").Kkma().nouns
    return nouns


@functools.cache
def _kiwi() -> Any:
    return importlib.import_module("kiwipiepy").Kiwi()


# Filters that are one function of the core. The last two are Lucene's.
_REWRITES = ("lowercase", "casefold", "possessive", "lucene_lowercase")

_NORMALIZERS: dict[str, Callable[[str], str]] = {
    "nfc": functools.partial(unicodedata.normalize, "NFC"),
    "nfd": functools.partial(unicodedata.normalize, "NFD"),
    "nfkc": functools.partial(unicodedata.normalize, "NFKC"),
    "nfkd": functools.partial(unicodedata.normalize, "NFKD"),
    "casefold": str.casefold,
    "strip_accents": _strip_accents,
}

# Tokenizers of other libraries: what to import, the distribution, the extra that brings it, text to tokens.
_LIBRARIES: dict[str, tuple[str, str, str, Callable[[str], list[str]]]] = {
    "jieba": ("jieba", "jieba", "zh", lambda text: _jieba()(text)),
    "mecab": ("MeCab", "mecab-python3", "ja", lambda text: _mecab()(text).split()),
    "kkma": ("konlpy", "konlpy", "ko", lambda text: _kkma()(text)),
    "kiwi": (
        "kiwipiepy",
        "kiwipiepy",
        "ko",
        lambda text: [token.form for token in _kiwi().tokenize(text, normalize_coda=True)],
    ),
}
