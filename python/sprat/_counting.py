"""Texts in, term counts out: "which terms does each text hold, and how often?"

There are two ways to the same numbers. An :class:`~sprat.analysis.Analyzer` runs in the core from text to
counts and no token becomes a Python object. Any other callable is called text by text, its tokens (any
hashable) become ids through a dict, and the core counts the ids. Both read the texts once and hold one
batch of them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, repeat
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from sprat import _core
from sprat._stages import function_name
from sprat._terms import Terms
from sprat._texts import as_texts, checked
from sprat.analysis import Analyzer
from sprat.errors import EmptyCorpusError, InvalidArgumentError

TextAnalyzer: TypeAlias = Callable[[str], Iterable[Hashable]]

_TOKENS_PER_BATCH = 1 << 16
_TEXTS_PER_BATCH = 1 << 10


class Counts(NamedTuple):
    """What ``_core.Counts`` holds, put together from batches. Hashed ids are int64."""

    document_count: int
    token_count: int
    document_frequency: NDArray[np.int64]
    document_lengths: NDArray[np.int64]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32] | NDArray[np.int64]
    term_frequencies: NDArray[np.int32]


AnyCounts: TypeAlias = "_core.Counts | Counts"


def chosen_analyzer(analyzer: str | Analyzer | TextAnalyzer) -> Analyzer | TextAnalyzer:
    """Return the analyzer of that name, or the one that was given.

    Raises
    ------
    InvalidArgumentError
        If it is neither a name, an analyzer, nor a callable.
    """
    if isinstance(analyzer, str):
        return Analyzer(analyzer)
    if not callable(analyzer):
        raise InvalidArgumentError(
            f"analyzer must be a language, an Analyzer or a callable, got {type(analyzer).__name__}"
        )
    return analyzer


def native_analyzer(analyzer: TextAnalyzer) -> Analyzer | None:
    """Return the native pipeline that gives the same tokens as ``analyzer``, if there is one.

    An analyzer class offers one by a method ``__sprat_analyzer__() -> Analyzer | None``. It is asked each
    time, since parts of such an analyzer may have been exchanged.
    """
    if isinstance(analyzer, Analyzer):
        return analyzer
    offer = getattr(type(analyzer), "__sprat_analyzer__", None)
    return None if offer is None else cast("Analyzer | None", offer(analyzer))


def described(analyzer: TextAnalyzer) -> dict[str, Any]:
    """Say what makes the tokens: a pipeline's description, or the name of a Python callable."""
    native = native_analyzer(analyzer)
    return {"type": "callable", "name": function_name(analyzer)} if native is None else native.to_dict()


def same_pipeline(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether two of :func:`described` give the same tokens; versions of libraries are not looked at."""
    return one is other or _stages_in(one) == _stages_in(other)


def pipeline_name(description: Mapping[str, Any] | None) -> str:
    """Name what :func:`described` gave, so that two that differ have different names."""
    stages = _stages_in(description)
    if stages is None or stages.get("type") == "callable":
        return "an unknown analyzer" if stages is None else str(stages.get("name"))
    kinds = [stage["type"] for stage in _in_sequence(stages)]
    return f"<{' > '.join(kinds)}; {zlib.crc32(json.dumps(stages, sort_keys=True).encode()):08x}>"


def _stages_in(description: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if description is None else {k: v for k, v in description.items() if k != "libraries"}


def _in_sequence(stages: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*stages.get("normalizers", ()), stages["tokenizer"], *stages["filters"]]


def learn(
    analyzer: TextAnalyzer, texts: object, *, rows: bool, threads: int, sorted: bool = True
) -> tuple[Terms, AnyCounts]:
    """Count ``texts`` and give each term an id, in order of first occurrence.

    Rows that are not ``sorted`` by id have their entries in the order in which the document brought them.
    """
    native = native_analyzer(analyzer)
    terms: Terms
    counts: AnyCounts
    if native is not None:
        vocabulary = _core.Vocabulary()
        counts = native.count(texts, vocabulary, grow=True, rows=rows, threads=threads, sorted=sorted)
        terms = Terms(vocabulary)
    else:
        ids = GrowingIds()
        tokens = map(analyzer, as_texts(texts))
        counts = _count_tokens(
            tokens, lambda batch: map(ids.__getitem__, batch), lambda: len(ids), rows=rows, sorted=sorted
        )
        terms = Terms(dict(ids))
    return terms, counts


def refuse_nothing(document_count: int, term_count: int) -> None:
    """Raise EmptyCorpusError if there is nothing to learn from."""
    if not document_count:
        raise EmptyCorpusError("a fit needs at least one document, got none")
    if not term_count:
        raise EmptyCorpusError(f"a fit needs at least one term, got none from {document_count} document(s)")


def count(analyzer: TextAnalyzer, texts: object, terms: Terms, *, threads: int) -> AnyCounts:
    """Count the known ``terms`` in each text; other tokens count towards the length of the text only."""
    native = native_analyzer(analyzer)
    vocabulary = terms.as_native() if native is not None else None
    if native is not None and vocabulary is not None:
        return native.count(texts, vocabulary, grow=False, rows=True, threads=threads)
    get = terms.as_dict().get
    return count_with(
        analyzer, texts, lambda tokens: map(get, tokens, repeat(-1)), len(terms), threads=threads
    )


def count_with(
    analyzer: TextAnalyzer,
    texts: object,
    to_ids: Callable[[Iterable[Hashable]], Iterable[int]],
    term_count: int,
    *,
    threads: int,
) -> Counts:
    """Count as :func:`count` does, with ids from ``to_ids``, which gives one id per token, -1 if unknown."""
    native = native_analyzer(analyzer)
    if native is None:
        tokens: Iterator[Iterable[Hashable]] = map(analyzer, as_texts(texts))
    else:
        tokens = _native_tokens(native, as_texts(texts), threads)
    return _count_tokens(tokens, to_ids, lambda: term_count, rows=True)


class GrowingIds(dict[Hashable, int]):
    """Gives an unseen token the next id; the lookup of a seen one does not enter Python."""

    def __missing__(self, token: Hashable) -> int:
        self[token] = term_id = len(self)
        return term_id


def without(counts: AnyCounts, absent: NDArray[np.bool_]) -> Counts:
    """Take the entries of the ``absent`` ids out: their terms are unknown, and count as tokens only."""
    kept = ~absent[counts.indices]
    return Counts(
        counts.document_count,
        counts.token_count,
        np.where(absent, 0, counts.document_frequency),
        counts.document_lengths,
        np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])[counts.indptr],
        counts.indices[kept],
        counts.term_frequencies[kept],
    )


def _native_tokens(analyzer: Analyzer, texts: Iterable[str], threads: int) -> Iterator[list[str]]:
    rest = checked(texts)
    while batch := list(islice(rest, _TEXTS_PER_BATCH)):
        yield from analyzer.batch(batch, threads=threads)


def _count_tokens(
    token_lists: Iterable[Iterable[Hashable]],
    to_ids: Callable[[Iterable[Hashable]], Iterable[int]],
    term_count: Callable[[], int],
    *,
    rows: bool,
    sorted: bool = True,
) -> Counts:
    parts: list[_core.Counts] = []
    document_count = token_count = 0
    document_frequency = np.zeros(0, np.int64)
    for batch in _batches(token_lists):
        indptr = np.zeros(len(batch) + 1, np.int64)
        np.cumsum([len(tokens) for tokens in batch], out=indptr[1:])
        try:
            ids = np.fromiter(to_ids(chain.from_iterable(batch)), np.int64, int(indptr[-1]))
        except TypeError:
            for token in chain.from_iterable(batch):
                if not isinstance(token, Hashable):
                    raise TypeError(f"a token must be hashable, got {token!r}") from None
            raise
        part = _core.count_ids(indptr, ids, term_count(), rows=rows, sorted=sorted)
        document_count += part.document_count
        token_count += part.token_count
        grown = part.document_frequency.copy()
        grown[: len(document_frequency)] += document_frequency
        document_frequency = grown
        if rows:
            parts.append(part)
    if not document_count:
        document_frequency = np.zeros(term_count(), np.int64)
    entries = np.cumsum([0, *(len(part.indices) for part in parts)])
    return Counts(
        document_count,
        token_count,
        document_frequency,
        _joined([part.document_lengths for part in parts], np.int64),
        _joined([np.zeros(1, np.int64), *(p.indptr[1:] + at for p, at in zip(parts, entries))], np.int64),
        _joined([part.indices for part in parts], np.int32),
        _joined([part.term_frequencies for part in parts], np.int32),
    )


def _batches(token_lists: Iterable[Iterable[Hashable]]) -> Iterator[list[Sequence[Hashable]]]:
    batch: list[Sequence[Hashable]] = []
    token_count = 0
    for tokens in token_lists:
        if not isinstance(tokens, Iterable):
            raise TypeError(f"an analyzer must give a list of tokens, got {type(tokens).__name__}")
        sized = tokens if isinstance(tokens, (list, tuple)) else list(tokens)
        batch.append(sized)
        token_count += len(sized)
        if token_count >= _TOKENS_PER_BATCH or len(batch) >= _TOKENS_PER_BATCH:
            yield batch
            batch, token_count = [], 0
    if batch:
        yield batch


def _joined(arrays: list[NDArray[Any]], dtype: type[Any]) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype), *arrays])
