"""What an encoder learnt, and how it grows and shrinks: "what changes when texts come or go?" """

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sprat import _counting, hashed
from sprat._counting import AnyCounts, TextAnalyzer
from sprat._fitted import Drift, Fitted, changing, drift
from sprat._terms import Terms
from sprat._weighting import VARIANTS, adapted
from sprat.analysis import Analyzer
from sprat.errors import FrozenStatisticsError, InvalidArgumentError, NotFittedError
from sprat.hashed import HashedVocabulary
from sprat.statistics import CollectionStatistics, learn

Encoder = TypeVar("Encoder", bound="Living")


class Living:
    """The part of an encoder that learns. A call that fails leaves it as it was."""

    analyzer: Analyzer | TextAnalyzer
    variant: str
    b: float
    epsilon: float
    threads: int
    _hashed: HashedVocabulary | None
    _average: float | None  # if it was given
    _fitted: Fitted

    def fit(self: Encoder, texts: Iterable[str]) -> Encoder:
        """Learn terms and statistics from ``texts``, forgetting what was learnt before.

        The texts are read once, and memory is bounded by the vocabulary and one batch of texts.

        Raises
        ------
        EmptyCorpusError
            If there is no text, or no term in any text; also a ZeroDivisionError.
        TypeError
            If ``texts`` is a single str, or a native analyzer meets something that is not a str; the
            message names its position.
        """
        self._fitted, _ = self._learn(texts, rows=False)
        return self

    def partial_fit(self: Encoder, texts: Iterable[str]) -> Encoder:
        """Learn more texts, which come after those learnt before.

        The result is that of one :meth:`fit` on all texts, to the last bit. Columns stay what they are; new
        terms get the next ones.

        Raises
        ------
        FrozenStatisticsError
            If the encoder was loaded from a file of pymilvus.model, which lacks what can be added to, or its
            variant is ``"bm25-adpt"``, which needs every document.
        InvalidArgumentError
            If the file it was loaded from was fitted with another analyzer.
        TypeError
            As :meth:`fit` does.
        """
        self._refuse_frozen()
        return self._add(*self._count_more(texts))

    def remove(self: Encoder, texts: Iterable[str]) -> Encoder:
        """Forget texts that were learnt, as if they had never been there.

        Columns stay what they are. A term that no text is left with keeps its column and counts as
        unknown; it comes back with :meth:`partial_fit`, or loses the column with :meth:`compact`.

        Raises
        ------
        InvalidArgumentError
            If the texts were not learnt: a number would become negative. The message names it.
        FrozenStatisticsError, TypeError
            As :meth:`partial_fit` does.
        """
        self._refuse_frozen()
        less, _ = self._count_more(texts)
        with changing:
            old = self._fitted
            self._fitted = self._fit_of(old.statistics.remove(less), old.seen)
        return self

    def merge(self: Encoder, other: Living | CollectionStatistics) -> Encoder:
        """Learn what another encoder learnt, or statistics that were counted elsewhere.

        The result is that of one :meth:`fit` on this encoder's texts and then the other's. The variant and
        its parameters stay those of this encoder.

        Raises
        ------
        InvalidArgumentError
            If the other one has another analyzer or another vocabulary.
        FrozenStatisticsError
            If one of the two was loaded from a file of pymilvus.model.
        TypeError
            If ``other`` is neither.
        """
        self._refuse_frozen()
        if isinstance(other, Living):
            return self._add(other._fitted.statistics, other._fitted.seen)
        return self._add(_statistics("other", other).without_shards(), None)

    def compact(self) -> NDArray[np.int64]:
        """Give up the columns of terms that no text is left with, and number the others anew.

        Vectors encoded before fit the new columns once theirs are replaced by what this returns.

        Returns
        -------
        new_columns : int64 array of shape (dim,)
            By old column the new one, -1 for one that was given up.

        Raises
        ------
        InvalidArgumentError
            If the vocabulary is hashed: its columns have no numbers to give up.
        FrozenStatisticsError
            As :meth:`partial_fit` does.
        """
        if self._hashed is not None:
            raise InvalidArgumentError("a hashed vocabulary cannot be compacted: its columns are hashes")
        self._refuse_frozen()
        with changing:
            statistics, new_columns = self._fitted.statistics.compact()
            self._fitted = self._fit_of(statistics)
        return new_columns

    def drift(self, older: Living | CollectionStatistics) -> Drift:
        """Return how far vectors encoded under ``older`` are from what this encoder gives now.

        Raises
        ------
        NotFittedError
            If one of the two knows no document.
        InvalidArgumentError, FrozenStatisticsError, TypeError
            As :meth:`merge` does.
        """
        self._refuse_frozen()
        today = self._fitted
        if isinstance(older, Living):
            then = replace(older._fitted, variant=today.variant, epsilon=today.epsilon, known_idf=None)
        else:
            then = self._fit_of(_statistics("older", older))
        for statistics in (today.statistics, then.statistics):
            statistics.require_frequencies("compared")
            if not statistics.token_count:
                raise NotFittedError("there is no drift from or to statistics of no documents")
        today.statistics.require_like(then.statistics)
        return drift(today, then)

    @property
    def dim(self) -> int:
        """Number of columns: that of the known terms, 0 before a fit, or that of the hashed vocabulary."""
        return self._columns(self._fitted)

    @property
    def vocabulary(self) -> Mapping[Hashable, int] | HashedVocabulary:
        """Column of each term. Read-only; if not hashed, made on first use and kept until the next fit."""
        if self._hashed is not None:
            return self._hashed
        return MappingProxyType(self._fitted.terms.as_dict())

    @property
    def statistics(self) -> CollectionStatistics:
        """Sums over the fitted texts; zeros before a fit."""
        return self._fitted.statistics

    @property
    def collisions(self) -> Mapping[int, list[str]]:
        """Columns that several of the fitted terms share, with those terms; only a hashed vocabulary has any.

        Terms that were removed are among them. A file or statistics do not hold them.
        """
        seen = self._fitted.seen
        if seen is None or self._hashed is None:
            return MappingProxyType({})
        return MappingProxyType(hashed.collisions_of(seen, self._hashed))

    def _columns(self, fitted: Fitted) -> int:
        return len(fitted.terms) if self._hashed is None else self._hashed.dim

    def _learn(self, texts: Iterable[str], *, rows: bool) -> tuple[Fitted, AnyCounts]:
        rows = rows or VARIANTS[self.variant].idf is None
        statistics, counts, seen = learn(self.analyzer, texts, self._hashed, rows=rows, threads=self.threads)
        _counting.refuse_nothing(statistics.document_count, len(statistics.terms))
        return self._fit_to(statistics, counts, seen), counts

    def _fit_to(
        self, statistics: CollectionStatistics, counts: AnyCounts, seen: Terms | None = None
    ) -> Fitted:
        """Fit to statistics and what they are sums of: some variants need the rows."""
        fitted = self._fit_of(statistics, seen)
        if VARIANTS[self.variant].idf is not None:
            return fitted
        idf, term_k1 = adapted(counts, fitted.average_document_length, self.b)
        return replace(fitted, known_idf=idf, term_k1=term_k1)

    def _count_more(self, texts: Iterable[str]) -> tuple[CollectionStatistics, Terms | None]:
        statistics, _, seen = learn(self.analyzer, texts, self._hashed, rows=False, threads=self.threads)
        return statistics, seen

    def _add(self: Encoder, statistics: CollectionStatistics, seen: Terms | None) -> Encoder:
        with changing:
            old = self._fitted
            if old.seen is not None:
                seen = old.seen if seen is None else old.seen.joined(seen)[0]
            self._fitted = self._fit_of(old.statistics.merge(statistics), seen)
        return self

    def _fit_of(self, statistics: CollectionStatistics, seen: Terms | None = None) -> Fitted:
        variant = VARIANTS[self.variant]
        average = self._average or statistics.average_document_length
        of_rows = np.zeros(0) if variant.idf is None else None  # what follows from rows, while there are none
        return Fitted(
            statistics,
            self.variant,
            self.epsilon,
            average or variant.average_document_length or 0.0,
            of_rows,
            of_rows,
            seen,
        )

    def _refuse_frozen(self) -> None:
        """Before a text is read."""
        if VARIANTS[self.variant].idf is None:
            raise FrozenStatisticsError(
                f"variant {self.variant!r} learns from whole documents, not from sums: fit all texts again"
            )
        self._fitted.statistics.require_frequencies("changed")

    def _count(self, fitted: Fitted, texts: Iterable[str]) -> AnyCounts:
        if self._hashed is not None:
            return hashed.count(self._hashed, self.analyzer, texts, threads=self.threads)
        counts = _counting.count(self.analyzer, texts, fitted.terms, threads=self.threads)
        return counts if fitted.removed is None else _counting.without(counts, fitted.removed)

    def _require_fitted(self) -> Fitted:
        fitted = self._fitted
        needs_fit = self._hashed is None or VARIANTS[self.variant].average_document_length is None
        if needs_fit and not (len(fitted.terms) and (self._hashed is None or fitted.average_document_length)):
            raise NotFittedError("this BM25Encoder knows no terms: call fit(texts) or BM25Encoder.load(path)")
        return fitted


def _statistics(name: str, given: object) -> CollectionStatistics:
    if not isinstance(given, CollectionStatistics):
        raise TypeError(f"{name} must be a BM25Encoder or CollectionStatistics, got {type(given).__name__}")
    return given
