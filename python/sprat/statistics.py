"""What a collection is made of, in the integers that BM25 needs, as a value that adds up."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat import _counting, _shards, _statistics_bytes, hashed
from sprat._arguments import instance, one_for_each_term, whole
from sprat._counting import AnyCounts, TextAnalyzer, chosen_analyzer, described, pipeline_name, same_pipeline
from sprat._terms import Terms
from sprat.analysis import Analyzer
from sprat.errors import FrozenStatisticsError, InvalidArgumentError
from sprat.hashed import HashedVocabulary

__all__ = ["CollectionStatistics"]


def _no_integers() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, eq=False, repr=False)
class CollectionStatistics:
    """Sums over a collection; averages are derived from them, never held.

    A value: nothing changes it, and :meth:`merge`, :meth:`remove`, :meth:`update` and :meth:`compact` give
    new ones. ``CollectionStatistics()`` is the statistics of no document, and merges with any other.

    Terms have ids in order of first occurrence. Merging keeps the ids of the left side and gives new terms
    the next ones; removing keeps all ids, with a document frequency of 0; only :meth:`compact` renumbers.
    Two statistics are equal if they hold the same numbers for the same terms, whatever the ids: a term in
    no document is as good as absent. Equal statistics have one :meth:`digest`.

    Parameters
    ----------
    document_count : int
        Documents, empty ones included.
    token_count : int
        Tokens that the analyzer left, over all documents.
    document_frequency : int64 array of shape (n_terms,), or None
        By term id, the number of documents that hold the term; kept as a read-only view. None if
        unknown: a file written by pymilvus.model does not tell. Such statistics are frozen.
    terms : sequence of shape (n_terms,)
        By id. With a hashed vocabulary, the ids that terms were hashed to.
    analyzer : mapping, optional
        Description of the analyzer, as :meth:`sprat.Analyzer.to_dict` gives it; of a Python callable its
        name. Statistics of two analyzers do not merge.
    vocabulary : str, optional
        The hash of a hashed vocabulary. None: exact.
    shards : tuple of int
        The numbers of the shards of a collection that these are the statistics of, ascending. Empty: a
        collection of its own, in one piece.
    first_position : int64 array of shape (n_terms,), optional
        With shards: where each term comes first, as shard × 2³² + its number among the terms of the shard.
        Ascends with the id, and `min` merges it. None: the ids themselves.

    Raises
    ------
    InvalidArgumentError
        If a count is no whole number, or an array is not one of whole numbers, one for each term.
    """

    document_count: int = 0
    token_count: int = 0
    document_frequency: NDArray[np.int64] | None = field(default_factory=_no_integers)
    terms: Terms = field(default_factory=lambda: Terms([]))
    analyzer: Mapping[str, Any] | None = None
    vocabulary: str | None = None
    shards: tuple[int, ...] = ()
    first_position: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        terms: Sequence[Hashable] = self.terms
        if not isinstance(terms, Terms):
            object.__setattr__(self, "terms", Terms(list(terms)))
        for name in ("document_count", "token_count"):
            object.__setattr__(self, name, whole(name, getattr(self, name), low=0, bits=63))
        for name in ("document_frequency", "first_position"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, one_for_each_term(name, getattr(self, name), len(terms)))

    @classmethod
    def of(
        cls,
        texts: Iterable[str],
        analyzer: str | Analyzer | TextAnalyzer = "en",
        *,
        vocabulary: HashedVocabulary | None = None,
        shard: int | None = None,
        threads: int = 0,
    ) -> CollectionStatistics:
        """Count ``texts``.

        Parameters
        ----------
        texts, analyzer, vocabulary, threads
            As for :class:`sprat.BM25Encoder`. The texts are read once.
        shard : int, optional
            The number of these texts among the shards of a collection, below 2³¹. Statistics with numbers
            merge in any order and grouping to what counting all shards by ascending number gives, ids
            included.

        Raises
        ------
        InvalidArgumentError
            If ``shard`` is out of range.
        TypeError
            If a text is not a str; the message names its position.
        """
        shards = () if shard is None else (_shards.checked(shard),)
        statistics, _, _ = learn(chosen_analyzer(analyzer), texts, vocabulary, rows=False, threads=threads)
        return statistics._last_in(shards, None)

    @property
    def average_document_length(self) -> float:
        """Tokens per document; 0 without documents."""
        return self.token_count / self.document_count if self.document_count else 0.0

    def update(
        self, texts: Iterable[str], analyzer: str | Analyzer | TextAnalyzer | None = None, *, threads: int = 0
    ) -> CollectionStatistics:
        """Add texts, which come after the documents that are there; with shards, to the last one.

        ``analyzer`` is needed if it is a callable; by default it is the one described here, or ``"en"``.
        """
        if analyzer is None:
            analyzer = "en" if self.analyzer is None else Analyzer.from_dict(self.analyzer)
        vocabulary = None if self.vocabulary is None else HashedVocabulary(self.vocabulary)
        more = CollectionStatistics.of(texts, analyzer, vocabulary=vocabulary, threads=threads)
        return self.without_shards().merge(more)._last_in(self.shards, self.first_position)

    def merge(self, other: CollectionStatistics) -> CollectionStatistics:
        """Add the statistics of other documents, which come after these.

        Associative, and commutative in all but the ids. If both have shards, the ids are those of the
        documents in order of the shards, whatever the order of merging.

        Raises
        ------
        InvalidArgumentError
            If the two were made by different analyzers or vocabularies, have a shard in common (it would
            count twice), or only one of them has shards.
        FrozenStatisticsError
            If the document frequencies of one are not known.
        """
        instance("other", other, CollectionStatistics)
        if other.is_empty or (self.is_empty and self.analyzer is None):
            return self if other.is_empty else other
        mine, others = self.require_frequencies("merged"), other.require_frequencies("merged")
        self.require_like(other)
        if self.is_empty:
            return other
        shards = _shards.together(self.shards, other.shards)
        terms, ids = self.terms.joined(other.terms)
        frequency = np.zeros(len(terms), np.int64)
        frequency[: len(mine)] = mine
        frequency[ids] += others
        first = None
        if self.first_position is not None and other.first_position is not None:
            first, order = _shards.earliest(self.first_position, other.first_position, ids, len(terms))
            if order is not None:
                frequency, terms = frequency[order], terms.select(order)
        return replace(
            self,
            document_count=self.document_count + other.document_count,
            token_count=self.token_count + other.token_count,
            document_frequency=frequency,
            terms=terms,
            shards=shards,
            first_position=first,
        )

    def remove(self, other: CollectionStatistics) -> CollectionStatistics:
        """Take back what was merged. Terms keep their ids, with a document frequency of 0.

        Raises
        ------
        InvalidArgumentError
            If that was never added: a number would become negative, or numbers that cannot go together
            would be left. The message names it.
        FrozenStatisticsError
            If the document frequencies of one are not known.
        """
        instance("other", other, CollectionStatistics)
        if other.is_empty:
            return self
        mine, others = self.require_frequencies("removed from"), other.require_frequencies("removed")
        self.require_like(other)
        ids = self.terms.ids_of(other.terms)
        held = np.append(mine, 0)[ids]  # by id there, the frequency here; an id of -1 takes the 0
        if len(missing := np.flatnonzero(held < others)):
            at = int(missing[0])
            _refuse_removal(f"documents with {other.terms[at]!r}", others[at], held[at])
        _refuse_removal("documents", other.document_count, self.document_count)
        _refuse_removal("tokens", other.token_count, self.token_count)
        frequency = mine.copy()
        frequency[ids[others > 0]] -= others[others > 0]
        rest = replace(
            self,
            document_count=self.document_count - other.document_count,
            token_count=self.token_count - other.token_count,
            document_frequency=frequency,
        )
        if wrong := rest.contradiction():
            raise InvalidArgumentError(f"cannot remove what was never added: it would leave {wrong}")
        return rest

    def compact(self) -> tuple[CollectionStatistics, NDArray[np.int64]]:
        """Forget terms that no document holds, and number the others anew, in their order.

        Returns
        -------
        statistics : CollectionStatistics
            Equal to these.
        new_ids : int64 array of shape (n_terms,)
            By old id the new one, -1 for a term that was forgotten.
        """
        held = self.require_frequencies("compacted") > 0
        kept = np.flatnonzero(held)
        compacted = replace(
            self,
            document_frequency=self.require_frequencies("compacted")[kept],
            terms=self.terms if len(kept) == len(held) else self.terms.select(kept),
            first_position=None if self.first_position is None else self.first_position[kept],
        )
        return compacted, np.where(held, np.cumsum(held) - 1, -1)

    def without_shards(self) -> CollectionStatistics:
        """Return the same as a collection in one piece: what is merged next comes after it."""
        return replace(self, shards=(), first_position=None)

    def digest(self) -> str:
        """Return a SHA-256 of the numbers, in hexadecimal: the same for equal statistics, whatever the ids.

        Raises
        ------
        InvalidArgumentError
            If a term is neither a str nor an int: such terms have no order.
        FrozenStatisticsError
            If the document frequencies are not known.
        """
        self.require_frequencies("digested")
        return _statistics_bytes.digest(self._fields())

    def to_bytes(self) -> bytes:
        """Return the whole value as bytes, with a version and a checksum. docs/formats.md gives every one.

        InvalidArgumentError if a term is neither a str nor an int of 64 bits.
        """
        return _statistics_bytes.dump(self._fields())

    @classmethod
    def from_bytes(cls, content: bytes) -> CollectionStatistics:
        """Read what :meth:`to_bytes` gave.

        Raises
        ------
        CorruptFileError
            If a byte is missing or was changed.
        UnsupportedVersionError
            If a newer release wrote them.
        """
        return cls._checked(_statistics_bytes.load(content))

    def to_arrow(self) -> Any:
        """Return an Arrow table with a row for each term, by id, and the other numbers in its metadata.

        Columns: ``term`` (large_string, or int64 with a hashed vocabulary), ``document_frequency`` and
        ``first_position`` (int64).

        Raises
        ------
        MissingExtraError
            If pyarrow is not installed.
        InvalidArgumentError
            If a term is neither a str in Unicode nor an int of 64 bits.
        """
        return _statistics_bytes.to_arrow(self._fields())

    @classmethod
    def from_arrow(cls, table: Any) -> CollectionStatistics:
        """Read a table of :meth:`to_arrow`, its rows in any order: ``first_position`` gives it back.

        CorruptFileError if it is something else.
        """
        return cls._checked(_statistics_bytes.from_arrow(table))

    @property
    def is_empty(self) -> bool:
        """Whether merging this changes nothing: no document, no term, no shard."""
        return not (self.document_count or self.token_count or len(self.terms) or self.shards)

    def contradiction(self) -> str | None:
        """Return what no collection could have, if there is such a thing, in words."""
        frequency = self.document_frequency
        if frequency is None:
            return None
        if len(wrong := np.flatnonzero((frequency > self.document_count) | (frequency < 0))):
            at = int(wrong[0])
            return f"{self.terms[at]!r} in {frequency[at]} of {self.document_count} documents"
        if (occurrences := int(frequency.sum())) > self.token_count:
            return f"{self.token_count} tokens, but {occurrences} terms of documents"
        return None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CollectionStatistics):
            return NotImplemented
        if (self.document_count, self.token_count) != (other.document_count, other.token_count):
            return False
        mine, others = self.document_frequency, other.document_frequency
        if mine is None or others is None:
            return mine is others and self.terms == other.terms
        held = others > 0
        ids = self.terms.ids_of(other.terms)[held]
        if len(ids) != np.count_nonzero(mine) or (len(ids) and ids.min() < 0):
            return False
        return np.array_equal(mine[ids], others[held])

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shards = f", {len(self.shards)} shards" if self.shards else ""
        sums = f"{self.document_count} documents, {self.token_count} tokens, {len(self.terms)} terms"
        return f"<CollectionStatistics: {sums}{shards}>"

    def __reduce__(self) -> tuple[Callable[..., CollectionStatistics], tuple[Any, ...]]:
        return CollectionStatistics, tuple(getattr(self, part.name) for part in fields(self))

    def _fields(self) -> dict[str, Any]:
        self.require_frequencies("written")
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @classmethod
    def _checked(cls, values: dict[str, Any]) -> CollectionStatistics:
        statistics = cls(**values)
        _statistics_bytes.refuse(statistics.contradiction())
        return statistics

    def require_frequencies(self, what: str) -> NDArray[np.int64]:
        """Return the document frequencies, or say why nothing can be done without them."""
        if self.document_frequency is None:
            raise FrozenStatisticsError(
                f"frozen statistics cannot be {what}: a file of pymilvus.model holds finished idf values "
                "and no document frequencies; fit again, and save with sprat"
            )
        return self.document_frequency

    def require_like(self, other: CollectionStatistics) -> None:
        if self.vocabulary != other.vocabulary:
            kinds = [f"hashed by {v!r}" if v else "exact" for v in (self.vocabulary, other.vocabulary)]
            raise InvalidArgumentError(
                f"statistics of different vocabularies do not go together: {kinds[0]} here, {kinds[1]} there"
            )
        if not same_pipeline(self.analyzer, other.analyzer):
            here, there = pipeline_name(self.analyzer), pipeline_name(other.analyzer)
            raise InvalidArgumentError(
                f"statistics of different analyzers do not go together: {here} here, {there} there"
            )

    def _last_in(self, shards: tuple[int, ...], known: NDArray[np.int64] | None) -> CollectionStatistics:
        """Say that the terms that are not ``known`` came first in the last shard."""
        if not shards:
            return self
        known = _no_integers() if known is None else known
        first = _shards.following(known, shards[-1], len(self.terms) - len(known))
        return replace(self, shards=shards, first_position=first)


def learn(
    analyzer: TextAnalyzer, texts: Any, vocabulary: HashedVocabulary | None, *, rows: bool, threads: int
) -> tuple[CollectionStatistics, AnyCounts, Terms | None]:
    """Count ``texts``: their statistics, their counts, and the terms behind hashed ids."""
    counts: AnyCounts
    seen: Terms | None = None
    if vocabulary is None:
        terms, counts = _counting.learn(analyzer, texts, rows=rows, threads=threads)
    else:
        terms, counts, seen = hashed.learn(vocabulary, analyzer, texts, rows=rows, threads=threads)
    statistics = CollectionStatistics(
        counts.document_count,
        counts.token_count,
        counts.document_frequency,
        terms,
        described(analyzer),
        None if vocabulary is None else vocabulary.hash,
    )
    return statistics, counts, seen


def _refuse_removal(what: str, wanted: int, held: int) -> None:
    if wanted > held:
        there = f"{wanted} {what}, where there are {held}"
        raise InvalidArgumentError(f"cannot remove what was never added: {there}")
