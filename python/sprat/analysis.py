"""The text stage as data: "what are the tokens of this text?"

A pipeline is normalizers (text to text), a tokenizer, and token filters. What it does is said in full by
:meth:`Analyzer.to_dict`, stop words included, so a file that carries the description can be read anywhere.
The core runs what it knows, from the first stage it can to the last; Python runs the rest.
"""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat import _core, _languages, _stages
from sprat._arguments import instance
from sprat._places import words_in
from sprat._stages import Entry, Stage
from sprat._texts import as_documents, as_texts, checked
from sprat.errors import AnalyzerVersionWarning, InvalidArgumentError, UnsupportedVersionError

__all__ = ["Analyzer", "Token"]

_VERSION = 1
_BATCH = 1024

TokenMap = Callable[[list[str]], list[str | None]]


class Token(NamedTuple):
    """A token and where it comes from."""

    term: str
    start: int  #: first character in the text
    end: int  #: one past the last


class Analyzer:
    """A text pipeline: ``str`` in, list of tokens out.

    Immutable; any number of threads may use one. Two analyzers are equal if they give the same
    description, and equal analyzers give the same tokens.

    Parameters
    ----------
    language : str
        For text in any language, ``"unicode"``: the words of UAX #29, case folded; scripts written without
        spaces as overlapping pairs of characters. With stop words and a stemmer, ``"unicode-en"`` and its
        like (ar da de en es fi fr hu it nl no pt ro ru sv): what searches best. They also cut words at ``_``,
        drop NLTK's stop words (of the English ones, those that say where, when or how much are kept), and
        stem with Snowball 3 in English and German, with NLTK's Snowball elsewhere.

        Token for token what ``pymilvus.model`` gives: ``"en"``, ``"de"``, ``"fr"``, ``"ru"``, ``"es"``,
        ``"it"``, ``"pt"`` (NLTK's ``word_tokenize``, lower case, no ASCII punctuation, NLTK's stop words and
        Snowball stemmer), ``"zh"`` (jieba), ``"ja"`` (MeCab), ``"ko"`` (KoNLPy's Kkma), the last three with
        an extra to install. Its names ``"sp"``, ``"jp"`` and ``"kr"`` are taken too.

        What others index: ``"lucene-en"`` (Lucene's EnglishAnalyzer), ``"fastembed-english"`` and its like.
    profile : {"A", "B", "C", "D"}, default "D"
        Which NLTK the tokenizer equals: A is 3.9.1 to 3.9.2, B 3.9.3 to 3.10.0, C 3.10.1, D 3.10.2 to
        3.10.4. Terms that changed between them are lost if a fit and its queries differ in this.

    Raises
    ------
    InvalidArgumentError
        If the language or the profile does not exist.
    MissingExtraError
        If the language needs a library that is not installed.
    """

    __slots__ = ("_first", "_map", "_name", "_normalizers", "_stages", "_then", "_tokenize")

    _normalizers: list[Callable[[str], str]]
    _tokenize: Callable[[str], list[str]] | None  # None: the core does
    _first: _core.Analyzer  # tokenizer and filters, up to the first filter that Python runs
    _map: TokenMap | None  # the filters from that one to the last that Python runs
    _then: _core.Analyzer | None  # the filters after it
    _stages: tuple[tuple[Stage, ...], Stage, tuple[Stage, ...]]

    def __init__(self, language: str, *, profile: str = "D") -> None:
        self._assemble(*_read(_languages.describe(language, profile)))
        self._name = f"Analyzer({language!r}, profile={profile!r})"

    @classmethod
    def from_stages(
        cls,
        tokenizer: Mapping[str, Any] | Callable[[str], Sequence[str]],
        *,
        normalizers: Iterable[Mapping[str, Any]] = (),
        filters: Iterable[Mapping[str, Any] | Callable[[str], str | None]] = (),
    ) -> Analyzer:
        """Put a pipeline together from stages, each a dict as in :meth:`to_dict` or a function of one's own.

        Parameters
        ----------
        tokenizer : dict or callable
            A function gets a text and returns its tokens.
        normalizers : iterable of dict
            Applied to the text, in order.
        filters : iterable of dict or callable
            Applied to each token, in order. A function gets a token and returns one, or None to drop it. It
            is called once per distinct token, not once per occurrence.

        Raises
        ------
        InvalidArgumentError
            If a stage is not known or has a parameter that is not allowed.
        """
        analyzer = cls.__new__(cls)
        analyzer._assemble(
            tuple(map(_stages.normalizer, normalizers)),
            _stages.tokenizer_of(tokenizer) if callable(tokenizer) else _stages.tokenizer(tokenizer),
            tuple(_stages.filter_of(f) if callable(f) else _stages.token_filter(f) for f in filters),
        )
        return analyzer

    @classmethod
    def from_dict(cls, description: Mapping[str, Any]) -> Analyzer:
        """Build the pipeline that :meth:`to_dict` described.

        Raises
        ------
        InvalidArgumentError
            If a key is missing, unknown, or has a value that is not allowed.
        UnsupportedVersionError
            If the description is of a newer version than this release knows.

        Warns
        -----
        AnalyzerVersionWarning
            If a library that decides what the tokens are has another version here.
        """
        analyzer = cls.__new__(cls)
        analyzer._assemble(*_read(description))
        analyzer._compare(description.get("libraries", {}))
        return analyzer

    def to_dict(self) -> dict[str, Any]:
        """Return the description of the whole pipeline, in types that JSON has.

        Stop words and punctuation come sorted, so equal analyzers give equal dictionaries. A function of
        one's own is named, but cannot be restored from its name.
        """
        description: dict[str, Any] = {"version": _VERSION}
        normalizers, tokenizer, filters = self._stages
        if normalizers:
            description["normalizers"] = [stage.description for stage in normalizers]
        description["tokenizer"] = tokenizer.description
        description["filters"] = [stage.description for stage in filters]
        description["libraries"] = self._libraries()
        return copy.deepcopy(description)

    @property
    def is_data(self) -> bool:
        """Whether the description says it all: no stage is a function of one's own."""
        _, tokenizer, filters = self._stages
        return all(stage.description["type"] != "callable" for stage in (tokenizer, *filters))

    def __call__(self, text: str) -> list[str]:
        """Return the tokens of one text."""
        if not isinstance(text, str):
            raise TypeError(f"text must be str, got {type(text).__name__}")
        return self.batch([text], threads=1)[0]

    def batch(self, texts: Iterable[str], *, threads: int = 0) -> list[list[str]]:
        """Return the tokens of each text; ``threads`` (0: one per core) changes the speed only."""
        if isinstance(threads, bool) or not isinstance(threads, int) or not 0 <= threads < 1 << 31:
            raise InvalidArgumentError(f"threads must be a whole number from 0, got {threads!r}")
        rows = self._first.tokenize(list(self._documents(texts)), threads)
        if self._map is not None:
            tokens = list(dict.fromkeys(chain.from_iterable(rows)))
            mapped = dict(zip(tokens, self._map(tokens)))
            rows = [[new for token in row if (new := mapped[token]) is not None] for row in rows]
        return rows if self._then is None else self._then.tokenize(rows, threads)

    def sentences(self, text: str) -> list[str]:
        """Return the sentences of one text as Punkt's English model cuts it.

        Raises
        ------
        InvalidArgumentError
            If the tokenizer is not NLTK's.
        """
        instance("text", text, str)
        return self._first.sentences(text)

    def tokens(self, text: str) -> list[Token]:
        """Return the tokens of one text with their places in it, for highlighting.

        Raises
        ------
        InvalidArgumentError
            If that cannot be told: the pipeline has normalizers, which move characters, or its tokenizer is
            a function of one's own or of a library that changes what it cuts.
        """
        normalizers, tokenizer, filters = self._stages
        if normalizers:
            raise InvalidArgumentError("an analyzer with normalizers cannot tell where its tokens stand")
        rest = Analyzer.__new__(Analyzer)
        rest._assemble((), _GIVEN, filters)
        places = words_in(text, tokenizer)
        rows = rest.batch([[word] for word, _, _ in places], threads=1)  # type: ignore[misc]
        return [Token(term, start, end) for (_, start, end), row in zip(places, rows) for term in row]

    def count(
        self,
        texts: object,
        vocabulary: _core.Vocabulary,
        *,
        grow: bool,
        rows: bool,
        threads: int,
        sorted: bool = True,
    ) -> _core.Counts:
        """Count the terms of each text; see ``_core.count_texts``."""
        documents = self._documents(texts, as_documents)
        return _core.count_texts(
            self._first,
            documents,
            vocabulary,
            grow=grow,
            rows=rows,
            threads=threads,
            map=self._map,
            then=self._then,
            sorted=sorted,
        )

    def term_ids(
        self, texts: object, vocabulary: _core.Vocabulary
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the ids of each text's terms; no stage may be a function. See ``_core.term_ids``."""
        return _core.term_ids(self._first, self._documents(texts), vocabulary)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Analyzer):
            return NotImplemented
        return self._stages == other._stages

    def __hash__(self) -> int:
        return hash(json.dumps(self.to_dict(), sort_keys=True))

    def __repr__(self) -> str:
        return self._name

    def __copy__(self) -> Analyzer:
        return self

    def __deepcopy__(self, memo: object) -> Analyzer:
        return self

    def __reduce__(self) -> tuple[Callable[..., Analyzer], tuple[Any, ...]]:
        normalizers, tokenizer, filters = self._stages
        return _rebuilt, (
            self._name,
            [stage.description for stage in normalizers],
            tokenizer.own or tokenizer.description,
            [stage.own or stage.description for stage in filters],
        )

    def _assemble(self, normalizers: tuple[Stage, ...], tokenizer: Stage, filters: tuple[Stage, ...]) -> None:
        self._stages = (normalizers, tokenizer, filters)
        kinds = [stage.description["type"] for stage in (*normalizers, tokenizer, *filters)]
        self._name = f"<Analyzer {' > '.join(kinds)}>"
        self._normalizers = [stage.function for stage in normalizers if stage.function is not None]
        self._tokenize = tokenizer.function
        foreign = [number for number, stage in enumerate(filters) if stage.native is None]
        before = filters[: foreign[0]] if foreign else filters
        name, profile = tokenizer.native or ("given", _stages.PROFILES[-1])
        self._first = _core.Analyzer(name, profile, [stage.native for stage in before if stage.native])
        self._map = _composed(filters[foreign[0] : foreign[-1] + 1]) if foreign else None
        after = filters[foreign[-1] + 1 :] if foreign else ()
        self._then = _given(after) if after else None

    def _documents(self, texts: object, opened: Callable[[Any], Iterable[Any]] = as_texts) -> Iterable[Any]:
        """Do what Python does before the core takes over."""
        if not self._normalizers and self._tokenize is None:
            return opened(texts)
        return self._prepared(as_texts(texts))

    def _prepared(self, texts: Iterable[str]) -> Iterator[Any]:
        for text in checked(texts):
            for normalize in self._normalizers:
                text = normalize(text)
            yield text if self._tokenize is None else list(self._tokenize(text))

    def _libraries(self) -> dict[str, str]:
        normalizers, tokenizer, filters = self._stages
        names = {stage.library for stage in (*normalizers, tokenizer, *filters) if stage.library}
        return {name: _stages.version_of(name) for name in sorted({"unicode", *names})}

    def _compare(self, libraries: Mapping[str, str]) -> None:
        for name, here in self._libraries().items():
            there = libraries.get(name, here)
            if there != here:
                warnings.warn(
                    f"the analyzer was described with {name} {there}, here is {here}: some tokens may differ",
                    AnalyzerVersionWarning,
                    stacklevel=3,
                )


def _rebuilt(name: str, normalizers: list[Any], tokenizer: Any, filters: list[Any]) -> Analyzer:
    analyzer = Analyzer.from_stages(tokenizer, normalizers=normalizers, filters=filters)
    analyzer._name = name
    return analyzer


_GIVEN = Stage({"type": "given"}, ("given", _stages.PROFILES[-1]))


def _given(filters: Iterable[Stage]) -> _core.Analyzer:
    return _core.Analyzer("given", _stages.PROFILES[-1], [f.native for f in filters if f.native])


def _composed(filters: tuple[Stage, ...]) -> TokenMap:
    """Make one function of filters of which the first and the last are functions."""
    if len(filters) == 1 and filters[0].function is not None:
        return filters[0].function
    for kind in ("synonyms", "split"):
        if any(stage.description["type"] == kind for stage in filters):
            raise InvalidArgumentError(f"{kind} cannot stand between two filters that Python runs")
    steps = [stage.function or _one_to_one(_given([stage])) for stage in filters]

    def through_all(tokens: list[str]) -> list[str | None]:
        result: list[str | None] = list(tokens)
        for step in steps:
            kept = {number: token for number, token in enumerate(result) if token is not None}
            for number, new in zip(kept, step(list(kept.values()))):
                result[number] = new
        return result

    return through_all


def _one_to_one(analyzer: _core.Analyzer) -> TokenMap:
    return lambda tokens: [row[0] if row else None for row in analyzer.tokenize([[t] for t in tokens], 1)]


def _read(description: Mapping[str, Any]) -> tuple[tuple[Stage, ...], Stage, tuple[Stage, ...]]:
    entry = Entry("an analyzer", description)
    version = entry.take("version", int)
    if version > _VERSION:
        raise UnsupportedVersionError(
            f"analyzer description has version {version}, this release reads up to {_VERSION}"
        )
    if version < 1:
        raise InvalidArgumentError(f"analyzer description: 'version' must be at least 1, got {version}")
    normalizers = tuple(map(_stages.normalizer, entry.take("normalizers", list, [])))
    tokenizer = _stages.tokenizer(entry.take("tokenizer", Mapping))
    filters = tuple(map(_stages.token_filter, entry.take("filters", list)))
    entry.take("libraries", Mapping, {})
    entry.done()
    return normalizers, tokenizer, filters
