"""Terms by id: "which terms are there, and what is the id of each?"

Of a native analyzer they are a native vocabulary; of a callable any hashable values, in a dict.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from sprat import _core


class Terms(Sequence[Hashable]):
    """Terms by id, as a native vocabulary, as a list, as a dict: whichever was asked for, made once.

    The terms never change. Ids are 0, 1, 2, ... in the order given.
    """

    __slots__ = ("_ids", "_list", "_native")

    def __init__(self, terms: _core.Vocabulary | dict[Hashable, int] | list[Any]) -> None:
        self._native = terms if isinstance(terms, _core.Vocabulary) else None
        self._ids = terms if isinstance(terms, dict) else None
        self._list = terms if isinstance(terms, list) else None

    def __len__(self) -> int:
        known = next(form for form in (self._native, self._ids, self._list) if form is not None)
        return len(known)

    @overload
    def __getitem__(self, term_id: int) -> Hashable: ...
    @overload
    def __getitem__(self, term_id: slice) -> list[Hashable]: ...
    def __getitem__(self, term_id: int | slice) -> Hashable | list[Hashable]:
        if self._list is None and self._native is not None and isinstance(term_id, int) and term_id >= 0:
            return self._native.term(term_id)
        return self.as_list()[term_id]

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.as_list())

    def __contains__(self, term: object) -> bool:
        return term in self.as_dict()

    def __eq__(self, other: object) -> bool:
        return self.as_list() == other.as_list() if isinstance(other, Terms) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{len(self)} terms>"

    def as_list(self) -> list[Any]:
        if self._list is None:
            self._list = self._native.terms() if self._native is not None else list(self._ids or ())
        return self._list

    def as_dict(self) -> dict[Hashable, int]:
        if self._ids is None:
            self._ids = {term: term_id for term_id, term in enumerate(self.as_list())}
        return self._ids

    def as_native(self) -> _core.Vocabulary | None:
        """None if a term is not a str: the core does not know it."""
        if self._native is None and all(isinstance(term, str) for term in self.as_list()):
            self._native = _core.Vocabulary(self.as_list())
        return self._native

    def joined(self, other: Terms) -> tuple[Terms, NDArray[np.int64]]:
        """Return these terms with the new ones of ``other`` behind them, and by id there the id."""
        if pair := self._natives(other):
            both, ids = pair[0].joined(pair[1])
            return Terms(both), ids
        known = dict(self.as_dict())
        places = (known.setdefault(term, len(known)) for term in other.as_list())
        ids = np.fromiter(places, np.int64, len(other))
        return Terms(known), ids

    def ids_of(self, other: Terms) -> NDArray[np.int64]:
        """Return the id here of each term of ``other``, -1 where there is none."""
        if pair := self._natives(other):
            return pair[1].ids_in(pair[0])
        known = self.as_dict()
        return np.fromiter((known.get(term, -1) for term in other.as_list()), np.int64, len(other))

    def select(self, ids: NDArray[np.int64]) -> Terms:
        """Return the terms with these ids, in this order."""
        if self._native is not None:
            return Terms(self._native.select(ids))
        terms = self.as_list()
        return Terms([terms[term_id] for term_id in ids.tolist()])

    def _natives(self, other: Terms) -> tuple[_core.Vocabulary, _core.Vocabulary] | None:
        if self._native is None and other._native is None:
            return None
        here, there = self.as_native(), other.as_native()
        return None if here is None or there is None else (here, there)

    def __reduce__(self) -> tuple[type[Terms], tuple[list[Any]]]:
        return Terms, (self.as_list(),)
