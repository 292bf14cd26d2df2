"""Which documents may be found: "only these, and what are their rows just now?" """

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat._texts import as_texts
from sprat.errors import InvalidArgumentError
from sprat.index import DocumentFilter
from sprat.retriever.documents import Documents
from sprat.retriever.ids import Id, checked_id


class Filter:
    """A set of documents by id, made once by :meth:`sprat.Retriever.prepare` and used in many searches.

    It stays the same set whatever happens to the collection: a document that was removed is not found, one
    whose text was updated is, and one that came later with a new id is not in it.
    """

    __slots__ = ("_prepared", "ids")

    def __init__(self, ids: Iterable[Id]) -> None:
        self.ids = frozenset(ids)
        self._prepared: tuple[weakref.ref[Documents], DocumentFilter] | None = None  # swapped whole

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, name: object) -> bool:
        return name in self.ids

    def __repr__(self) -> str:
        return f"<Filter of {len(self.ids)} ids>"

    def prepared(self, documents: Documents) -> DocumentFilter:
        """Return the rows of those that are there, as the index takes them."""
        prepared = self._prepared
        if prepared is None or prepared[0]() is not documents:
            rows = DocumentFilter(_rows_of(self.ids, documents), documents.row_count)
            self._prepared = prepared = (weakref.ref(documents), rows)
        return prepared[1]


def document_filter(allowed: Any, documents: Documents) -> DocumentFilter:
    """Return what a filter allows, as the index takes it; raises as :func:`rows` does."""
    if isinstance(allowed, Filter):
        return allowed.prepared(documents)
    return DocumentFilter(rows(allowed, documents), documents.row_count)


def rows(allowed: Any, documents: Documents) -> NDArray[np.int64]:
    """Return the rows that a filter allows, ascending.

    Raises
    ------
    InvalidArgumentError
        If a mask does not have an element for each document.
    TypeError
        If the filter is nothing that can be one; the message names the position.
    """
    if callable(allowed):
        return _where(allowed, documents)
    if (mask := _as_mask(allowed)) is not None:
        if mask.shape != (len(documents),):
            raise InvalidArgumentError(
                f"a mask must have an element for each of {len(documents)} documents, got shape {mask.shape}"
            )
        return np.flatnonzero(documents.alive)[mask]
    if isinstance(allowed, (str, bytes)) or not isinstance(allowed, Iterable):
        raise TypeError(
            f"filter must be ids, a mask, a predicate or a Filter, got one {type(allowed).__name__}"
        )
    given = as_texts(allowed, "filter", "str or int")
    return _rows_of((checked_id(name, f"filter[{at}]") for at, name in enumerate(given)), documents)


def prepared(allowed: Any, documents: Documents) -> Filter:
    """Make a filter that holds for any later state of the documents."""
    if isinstance(allowed, Filter):
        return allowed
    return Filter([documents.id_of(row) for row in rows(allowed, documents).tolist()])


def _as_mask(allowed: Any) -> NDArray[np.bool_] | None:
    if isinstance(allowed, (list, tuple)):
        return np.array(allowed) if allowed and all(isinstance(one, bool) for one in allowed) else None
    kind = getattr(getattr(allowed, "dtype", None), "kind", None)
    return np.asarray(allowed) if kind == "b" else None


def _where(predicate: Callable[[Id], Any], documents: Documents) -> NDArray[np.int64]:
    alive = np.flatnonzero(documents.alive)
    return alive[np.fromiter(map(bool, map(predicate, documents.ids())), np.bool_, len(alive))]


def _rows_of(names: Iterable[Id], documents: Documents) -> NDArray[np.int64]:
    found = {row for name in names if (row := documents.find(name)) is not None}
    return np.array(sorted(found), np.int64)
