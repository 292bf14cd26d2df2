"""What an encoder learnt, and what follows from it: "what is each term worth, and which terms are known?" """

from __future__ import annotations

import threading
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat._terms import Terms
from sprat._weighting import VARIANTS
from sprat.errors import EmptyCorpusError
from sprat.statistics import CollectionStatistics

# Held while an encoder's fit is read, changed and put back, so that no change made by another thread is lost.
# Encoding takes the fit it finds and needs no lock. One for all encoders, which can so be copied and pickled.
changing = threading.Lock()


@dataclass(frozen=True)
class Fitted:
    """A fit. Encoders replace it whole, and read it once per call."""

    statistics: CollectionStatistics
    variant: str
    epsilon: float
    average_document_length: float
    known_idf: NDArray[np.float64] | None = None  # what the statistics alone do not tell, or a file did
    term_k1: NDArray[np.float64] | None = None  # of "bm25-adpt", by id
    seen: Terms | None = None  # with a hashed vocabulary: the terms behind the ids

    def __getstate__(self) -> dict[str, Any]:
        """Without what follows from the rest, which another thread may be adding."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def terms(self) -> Terms:
        return self.statistics.terms

    @property
    def idf(self) -> NDArray[np.float64]:
        """By id; 0 for a term that no document holds any more, unless its id is a hash."""
        return self._idf[:-1] if self.known_idf is None else self.known_idf

    @property
    def unseen_idf(self) -> float:
        """That of a hashed id that no fitted text holds."""
        return float(self._idf[-1])

    @cached_property
    def removed(self) -> NDArray[np.bool_] | None:
        """By id, whether no document holds the term any more; None if every term is held."""
        frequency = self.statistics.document_frequency
        return None if frequency is None or frequency.all() else frequency == 0

    @cached_property
    def _idf(self) -> NDArray[np.float64]:
        frequency, formula = self.statistics.document_frequency, VARIANTS[self.variant].idf
        assert frequency is not None and formula is not None  # noqa: PT018
        try:
            idf = formula(np.append(frequency, 0), self.statistics.document_count, float(self.epsilon))
        except EmptyCorpusError:
            idf = np.zeros(len(frequency) + 1)
        if self.removed is not None and self.statistics.vocabulary is None:
            idf[:-1][self.removed] = 0
        return idf


class Drift(NamedTuple):
    """How far vectors encoded under older statistics are from today's.

    Without a drift the ratio is 1 and the rest is 0. Vectors of documents depend on the ratio and on which
    terms are known; idf is on the query's side.
    """

    average_document_length_ratio: float  #: today's average, divided by the older one
    idf_change_max: float  #: the largest absolute change of a term's idf, of the terms known then and now
    idf_change_mean: float  #: the mean of these changes
    idf_change_rms: float  #: the root of the mean of their squares
    new_term_share: float  #: of today's terms, the share that was not known then
    lost_term_share: float  #: of the older terms, the share that no document holds today


def drift(today: Fitted, older: Fitted) -> Drift:
    """Compare two fits that hold documents."""
    ids = today.terms.ids_of(older.terms)
    held_today = np.append(_held(today), False)  # for an id of -1
    both = _held(older) & held_today[ids]
    change = np.abs(today.idf[ids[both]] - older.idf[both])
    known = int(np.count_nonzero(both))
    return Drift(
        today.average_document_length / older.average_document_length,
        float(change.max(initial=0)),
        float(change.mean()) if known else 0.0,
        float(np.sqrt(np.square(change).mean())) if known else 0.0,
        1 - known / int(np.count_nonzero(held_today)),
        1 - known / int(np.count_nonzero(_held(older))),
    )


def _held(fitted: Fitted) -> NDArray[np.bool_]:
    return np.ones(len(fitted.terms), np.bool_) if fitted.removed is None else ~fitted.removed
