"""The text stage as data: "what are the tokens of this text?"

A pipeline is a tokenizer and a list of token filters, all of them native. What it does is said in full by
:meth:`Analyzer.to_dict`, stop words included, so a file that carries the description can be read anywhere.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sprat import _core
from sprat._texts import as_texts
from sprat.errors import InvalidArgumentError, UnsupportedVersionError

__all__ = ["Analyzer"]

_VERSION = 1
_LANGUAGES = ("en",)
_PROFILES = ("A", "B", "C", "D")

_Filters = tuple[tuple[str, object], ...]


class Analyzer:
    """A text pipeline that runs natively: ``str`` in, list of tokens out.

    Immutable; any number of threads may use one. Two analyzers are equal if they give the same
    description, and equal analyzers give the same tokens.

    Parameters
    ----------
    language : str
        ``"en"``: NLTK's ``word_tokenize``, lower case, without the 32 ASCII punctuation marks and
        NLTK's 198 stop words, stemmed by NLTK's English Snowball. Token for token what
        ``pymilvus.model``'s ``"en"`` gives.
    profile : {"A", "B", "C", "D"}, default "D"
        Which NLTK the tokenizer equals: A is 3.9.1 to 3.9.2, B 3.9.3 to 3.10.0, C 3.10.1, D 3.10.2 to
        3.10.4. Terms that changed between them are lost if a fit and its queries differ in this.

    Raises
    ------
    InvalidArgumentError
        If the language or the profile does not exist.
    """

    __slots__ = ("_filters", "_native", "_profile", "_tokenizer")

    _tokenizer: str
    _profile: str | None
    _filters: _Filters
    _native: _core.Analyzer

    def __init__(self, language: str, *, profile: str = "D") -> None:
        if language not in _LANGUAGES:
            raise InvalidArgumentError(f"language must be {_one_of(_LANGUAGES)}, got {language!r}")
        self._assemble("nltk", profile, _english_filters())

    @classmethod
    def from_dict(cls, description: Mapping[str, Any]) -> Analyzer:
        """Build the pipeline that :meth:`to_dict` described.

        Raises
        ------
        InvalidArgumentError
            If a key is missing, unknown, or has a value that is not allowed.
        UnsupportedVersionError
            If the description is of a newer version than this release knows.
        """
        version = _field(description, "version", int)
        if version > _VERSION:
            raise UnsupportedVersionError(
                f"analyzer description has version {version}, this release reads up to {_VERSION}"
            )
        if version < 1:
            raise InvalidArgumentError(f"analyzer description: 'version' must be at least 1, got {version}")
        _only_keys(description, "version", "tokenizer", "filters")
        tokenizer = _field(description, "tokenizer", Mapping)
        kind = _field(tokenizer, "type", str)
        profile: str | None = None
        if kind == "nltk":
            _only_keys(tokenizer, "type", "profile")
            profile = _field(tokenizer, "profile", str)
        elif kind == "whitespace":
            _only_keys(tokenizer, "type")
        else:
            raise InvalidArgumentError(f"tokenizer must be {_one_of(('nltk', 'whitespace'))}, got {kind!r}")
        analyzer = cls.__new__(cls)
        filters = _field(description, "filters", list)
        analyzer._assemble(kind, profile, tuple(_filter_from_dict(entry) for entry in filters))
        return analyzer

    def to_dict(self) -> dict[str, Any]:
        """Return the description of the whole pipeline, in types that JSON has.

        Stop words and punctuation come sorted, so equal analyzers give equal dictionaries.
        """
        tokenizer = {"type": self._tokenizer}
        if self._profile is not None:
            tokenizer["profile"] = self._profile
        filters = [_filter_to_dict(kind, argument) for kind, argument in self._filters]
        return {"version": _VERSION, "tokenizer": tokenizer, "filters": filters}

    def __call__(self, text: str) -> list[str]:
        """Return the tokens of one text."""
        if not isinstance(text, str):
            raise TypeError(f"text must be str, got {type(text).__name__}")
        return self._native.tokenize([text], 1)[0]

    def batch(self, texts: Iterable[str], *, threads: int = 0) -> list[list[str]]:
        """Return the tokens of each text; ``threads`` (0: one per core) changes the speed only."""
        return self._native.tokenize(list(as_texts(texts)), threads)

    @property
    def native(self) -> _core.Analyzer:
        """The pipeline itself, for the functions of ``sprat._core``."""
        return self._native

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Analyzer):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        if self._tokenizer == "nltk" and self._filters == _english_filters():
            return f"Analyzer('en', profile={self._profile!r})"
        stages = " > ".join([self._tokenizer, *(kind for kind, _ in self._filters)])
        return f"<Analyzer {stages}>"

    def __reduce__(self) -> tuple[Callable[..., Analyzer], tuple[dict[str, Any]]]:
        return type(self).from_dict, (self.to_dict(),)

    def _assemble(self, tokenizer: str, profile: str | None, filters: _Filters) -> None:
        if profile is not None and profile not in _PROFILES:
            raise InvalidArgumentError(f"profile must be {_one_of(_PROFILES)}, got {profile!r}")
        self._tokenizer, self._profile, self._filters = tokenizer, profile, filters
        stages = [(kind, list(a) if isinstance(a, tuple) else a) for kind, a in filters]
        self._native = _core.Analyzer(tokenizer, profile or _PROFILES[-1], stages)

    def _key(self) -> tuple[str, str | None, _Filters]:
        return self._tokenizer, self._profile, self._filters


def _english_filters() -> _Filters:
    return (
        ("lowercase", None),
        ("punctuation", string.punctuation),
        ("stop_words", tuple(sorted(_core.stop_words("english")))),
        ("stem", "english"),
    )


def _filter_to_dict(kind: str, argument: object) -> dict[str, Any]:
    match kind:
        case "lowercase":
            return {"type": kind}
        case "punctuation":
            return {"type": kind, "characters": argument}
        case "stop_words":
            assert isinstance(argument, tuple)
            return {"type": kind, "words": list(argument)}
        case _:
            return {"type": kind, "language": argument}


def _filter_from_dict(entry: Any) -> tuple[str, object]:
    if not isinstance(entry, Mapping):
        raise InvalidArgumentError(f"analyzer description: a filter must be a dict, got {entry!r}")
    match _field(entry, "type", str):
        case "lowercase":
            _only_keys(entry, "type")
            return "lowercase", None
        case "punctuation":
            _only_keys(entry, "type", "characters")
            return "punctuation", "".join(sorted(set(_field(entry, "characters", str))))
        case "stop_words":
            _only_keys(entry, "type", "words")
            words = _field(entry, "words", list)
            if not all(isinstance(word, str) for word in words):
                raise InvalidArgumentError("analyzer description: every stop word must be a str")
            return "stop_words", tuple(sorted(set(words)))
        case "stem":
            _only_keys(entry, "type", "language")
            language = _field(entry, "language", str)
            if language != "english":
                raise InvalidArgumentError(f"stemmer must be 'english', got {language!r}")
            return "stem", language
        case kind:
            allowed = _one_of(("lowercase", "punctuation", "stop_words", "stem"))
            raise InvalidArgumentError(f"filter must be {allowed}, got {kind!r}")


def _field(description: Mapping[str, Any], key: str, kind: type[Any]) -> Any:
    try:
        value = description[key]
    except KeyError:
        raise InvalidArgumentError(f"analyzer description: {key!r} is missing") from None
    if not isinstance(value, kind) or isinstance(value, bool):
        name = "dict" if kind is Mapping else kind.__name__
        raise InvalidArgumentError(f"analyzer description: {key!r} must be a {name}, got {value!r}")
    return value


def _only_keys(description: Mapping[str, Any], *keys: str) -> None:
    for key in description:
        if key not in keys:
            raise InvalidArgumentError(f"analyzer description: {key!r} is not known here")


def _one_of(allowed: tuple[str, ...]) -> str:
    names = [repr(name) for name in allowed]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
