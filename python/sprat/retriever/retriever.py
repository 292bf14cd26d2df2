"""Documents that come and go, and searches that see them: "which texts answer this one, as of now?" """

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn, overload

import numpy as np

from sprat._arguments import thread_count
from sprat._queries import Query
from sprat._stages import one_of
from sprat._terms import Terms
from sprat._texts import as_texts
from sprat.bm25 import BM25Encoder
from sprat.errors import InvalidArgumentError
from sprat.retriever import filters, ids, saved
from sprat.retriever.documents import Documents, Part
from sprat.retriever.explanation import Explanation, explain
from sprat.retriever.filters import Filter
from sprat.retriever.hit import Hit, Hits
from sprat.retriever.ids import Id, Ids
from sprat.retriever.ids import checked as checked_ids
from sprat.retriever.ranking import Encoder, Vectors, View, way_of
from sprat.retriever.texts import Places, Texts, no_places
from sprat.retriever.turns import Turns

_REFRESHES = ("auto", "manual")


class Retriever:
    """Texts with ids, to be searched.

    Made by :meth:`from_texts` or :meth:`load`. After any sequence of :meth:`add`, :meth:`remove` and
    :meth:`update`, a search gives what it would give had the documents that are left been indexed anew, in
    the order in which they were added: the same ids in the same order, with the same scores to the last bit.
    Equal scores rank by that order. The number of threads changes nothing.

    For BM25 every change moves the average document length, and with it the vector of every document: the
    first search after a change weighs all documents anew. That takes about as long as indexing them did,
    without the analysis of the texts. With ``refresh="manual"`` it is done when :meth:`refresh` is called;
    :attr:`drift` tells how far the average has moved meanwhile.

    Any number of threads may use one retriever. A search sees all of a change or nothing of it, and changes
    wait for each other. A call that fails changes nothing.
    """

    def __init__(self, way: Vectors, documents: Documents, refresh: str, view: View | None = None) -> None:
        """Not for users: :meth:`from_texts` makes retrievers."""
        if refresh not in _REFRESHES:
            raise InvalidArgumentError(f"refresh must be {one_of(list(_REFRESHES))}, got {refresh!r}")
        self._way = way
        self._refresh_when = refresh
        self._documents = documents
        self._view = view
        self._changing = Turns()  # held while a change is made
        self._viewing = threading.Lock()  # held while a view is made
        self._swapping = threading.Lock()  # held for as long as it takes to compare and set

    @classmethod
    def from_texts(
        cls,
        texts: Iterable[str],
        ids: Iterable[Id] | None = None,
        encoder: Encoder | None = None,
        *,
        store_texts: bool = True,
        refresh: str = "auto",
    ) -> Retriever:
        """Index texts.

        Parameters
        ----------
        texts : iterable of str
            Read once. There may be none: documents can be added.
        ids : iterable of str or int, optional
            One for each text, all different. None: 0, 1, 2, ...
        encoder : BM25Encoder or another encoder, optional
            None: ``BM25Encoder("en")``. One that was not fitted is copied, and the copy is fitted on the
            documents that are there, whichever they are. One that was fitted or loaded stays as it is: its
            statistics do not follow the documents. Anything else with ``encode_documents`` and
            ``encode_queries`` will do.
        store_texts : bool, default True
            Whether to keep the texts, for :attr:`Hit.text`: in a temporary file, or compressed in the
            folder of a saved retriever, but not in memory. False: only what searching needs.
        refresh : {"auto", "manual"}, default "auto"
            When BM25's vectors follow the average document length: before the next search, so that every
            answer is exact, or when :meth:`refresh` is called. Documents that come and go are found or not
            at once either way, and idf is that of the moment.

        Raises
        ------
        InvalidArgumentError
            If two ids are the same, there are more or fewer of them than texts, or the encoder has a hashed
            vocabulary and must be fitted first.
        TypeError
            If ``texts`` is a single str, a text is not a str, an id neither str nor int, or the encoder
            none; the message names the position.
        OSError
            If the texts cannot be kept: there is no room for temporary files.
        """
        way = way_of(BM25Encoder() if encoder is None else encoder)
        empty = Documents((), np.zeros(0, np.bool_), Terms([]), 0, Texts() if store_texts else None)
        retriever = cls(way, empty, refresh)
        retriever.add(texts, ids)
        return retriever

    @classmethod
    def load(
        cls,
        folder: str | os.PathLike[str],
        *,
        encoder: Encoder | None = None,
        threads: int = 0,
    ) -> Retriever:
        """Open a folder that :meth:`save` wrote. Files are mapped and read when they are needed.

        Parameters
        ----------
        folder : path-like
            What happens to it afterwards does not matter to the retriever, as long as it is through
            :meth:`save`.
        encoder : BM25Encoder or another encoder, optional
            Needed if the encoder cannot be written to a file: it is not of this package, or its analyzer is
            a Python callable. Give one like that of the saved retriever.
        threads : int, default 0
            For the encoder; 0 means one per core.

        Raises
        ------
        OSError
            If the folder cannot be read.
        CorruptFileError
            If a file is missing, breaks its format or was changed. Large files are checked when they are
            first needed, so a search or an explanation may raise this too.
        UnsupportedVersionError
            If a newer release wrote it.
        InvalidArgumentError
            If an encoder is needed and none given.
        """
        way, view, refresh, _ = saved.load(folder, encoder, thread_count(threads))
        return cls(way, view.documents, refresh, view)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write everything, the analyzer included, into a folder, after a :meth:`refresh`.

        The folder is made if it is not there. If it holds a saved retriever, that one is replaced whole or
        not at all, and whoever has it loaded keeps what was loaded. docs/formats.md describes the files.

        Raises
        ------
        InvalidArgumentError
            If the folder holds something else, or an id or a term cannot be written.
        UnsupportedVersionError
            If it holds a retriever of a newer release.
        OSError
            If it cannot be written.
        """
        saved.save(folder, self._way, self._make_view(exact=True), self._refresh_when)

    @overload
    def search(  # type: ignore[overload-overlap]  # a str is an iterable of str, too
        self, queries: Query, k: int = ..., *, filter: Any = ..., threads: int = ...
    ) -> list[Hit]: ...
    @overload
    def search(
        self, queries: Iterable[Query], k: int = ..., *, filter: Any = ..., threads: int = ...
    ) -> list[list[Hit]]: ...
    def search(
        self, queries: Query | Iterable[Query], k: int = 10, *, filter: Any = None, threads: int = 0
    ) -> list[Hit] | list[list[Hit]]:
        """Return the ``k`` best documents, best first.

        Parameters
        ----------
        queries : str or iterable of str
            One query, or many: then there is one list of hits for each. For BM25 a query may also be a
            mapping from texts to boosts, as ``{"turing": 2, "machine": 0.5}``.
        k : int, default 10
            How many to return at most. A document that shares no term with the query is never returned.
        filter : iterable of ids, bool array, callable or Filter, optional
            The documents that may be found: their ids (those that no document has are passed over), a mask
            of shape (n_documents,) in the order of :attr:`ids`, a function from an id to whether it may, or
            what :meth:`prepare` made of one of these, which is the fast way to use one filter many times.
        threads : int, default 0
            For many queries; 0 means one per core.

        Raises
        ------
        InvalidArgumentError
            If ``k`` is less than 1, or a mask has another shape.
        TypeError
            If a query is not a str, or the filter cannot be one.
        """
        if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
            raise InvalidArgumentError(f"k must be an integer of at least 1, got {k!r}")
        threads = thread_count(threads)
        single = isinstance(queries, (str, Mapping))
        asked: list[Any] = [queries] if single else list(as_texts(queries, "queries"))
        view = self._current_view()
        allowed = None if filter is None else filters.document_filter(filter, view.documents)
        hits: list[list[Hit]] = [
            Hits((self._hit(view, row, score, query) for row, score in found), query)
            for query, found in zip(asked, view.search(asked, int(k), allowed, threads))
        ]
        return hits[0] if single else hits

    async def asearch(
        self, queries: Query | Iterable[Query], k: int = 10, *, filter: Any = None, threads: int = 0
    ) -> Any:
        """Do what :meth:`search` does, on another thread, while the event loop goes on."""
        import asyncio  # takes longer to import than all of this package

        return await asyncio.to_thread(self.search, queries, k, filter=filter, threads=threads)

    def prepare(self, filter: Any) -> Filter:
        """Make a reusable filter of ids, a mask or a predicate, as :meth:`search` takes them."""
        return filters.prepared(filter, self._documents)

    def explain(self, query: Query, id: Id) -> Explanation:
        """Return what the score of a document is made of.

        Raises
        ------
        InvalidArgumentError
            If there is no document with this id.
        """
        view = self._current_view()
        row = view.documents.row_of(ids.checked_id(id, "id"), "id")
        return explain(self._way, view, query, row)

    def text(self, id: Id) -> str | None:
        """Return the text of a document; None if texts are not stored.

        Raises
        ------
        InvalidArgumentError
            If there is no document with this id.
        """
        documents = self._documents
        return documents.text_of(documents.row_of(ids.checked_id(id, "id"), "id"))

    def add(self, texts: Iterable[str], ids: Iterable[Id] | None = None) -> None:
        """Add documents behind those that are there.

        Parameters
        ----------
        texts, ids
            As in :meth:`from_texts`. Without ids a document is called by the number of documents that were
            ever added before it.

        Raises
        ------
        InvalidArgumentError
            If two ids are the same, one is that of a document that is there, or there are more or fewer of
            them than texts.
        TypeError
            As :meth:`from_texts` does.
        """
        names = None if ids is None else checked_ids(ids)
        with self._changing:
            self._put(self._documents, texts, names)

    def update(self, texts: Iterable[str], ids: Iterable[Id], *, add: bool = False) -> None:
        """Replace the texts of documents that are there. They are then the last that were added.

        With ``add`` those that are not there are added, all in one change.

        Raises
        ------
        InvalidArgumentError
            If there is no document with one of the ids, unless ``add``, two ids are the same, or there are
            more or fewer of them than texts.
        TypeError
            As :meth:`from_texts` does.
        """
        names = checked_ids(ids)
        with self._changing:
            documents = self._documents
            old = [(at, name) for at, name in enumerate(names) if not add or documents.find(name) is not None]
            gone = [documents.row_of(name, f"ids[{at}]") for at, name in old]
            self._put(documents.without(gone) if gone else documents, texts, names)

    def remove(self, ids: Iterable[Id] | Id) -> None:
        """Remove documents, given by their ids or one id.

        Raises
        ------
        InvalidArgumentError
            If there is no document with one of the ids, or two ids are the same.
        TypeError
            If an id is neither str nor int; the message names its position.
        """
        names = checked_ids([ids] if isinstance(ids, (str, int, np.integer)) else ids)
        with self._changing:
            documents = self._documents
            gone = [documents.row_of(name, f"ids[{at}]") for at, name in enumerate(names)]
            if gone:
                self._replace(documents.without(gone))

    def refresh(self) -> None:
        """Bring the vectors of all documents up to date now, rather than at the next search or never."""
        self._make_view(exact=True)

    @property
    def drift(self) -> float:
        """How far the average document length has moved since the vectors were made, as a share of it.

        0: every answer is exact. It counts what was added and removed since the last search or
        :meth:`refresh` too. With an encoder whose statistics do not follow the documents it is always 0.
        """
        view = self._view
        return 0.0 if view is None else self._way.drift(view, self._documents)

    @property
    def encoder(self) -> Any:
        """The encoder of queries, fitted on the documents that are there; not to be changed."""
        return self._current_view().encoder

    @property
    def ids(self) -> list[Id]:
        """The ids, in the order in which the documents were added."""
        return list(self._documents.ids())

    def __len__(self) -> int:
        return len(self._documents)

    def __contains__(self, id: object) -> bool:
        known = isinstance(id, (str, int, np.integer)) and not isinstance(id, bool)
        return known and self._documents.find(ids.checked_id(id, "id")) is not None

    def __iter__(self) -> Iterator[Id]:
        return self._documents.ids()

    def __repr__(self) -> str:
        encoder = self._way.encoder if self._view is None else self._view.encoder
        return f"<Retriever of {len(self):,} documents by {encoder!r}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Retriever cannot be pickled or copied: save it to a folder, and load that")

    def _current_view(self) -> View:
        return self._make_view(exact=self._refresh_when == "auto")

    def _make_view(self, *, exact: bool) -> View:
        view = self._view
        if view is not None and view.documents is self._documents and (view.exact or not exact):
            return view
        with self._viewing:
            view, documents = self._view, self._documents
            if view is not None and view.documents is documents and (view.exact or not exact):
                return view
            view = self._way.view(documents, view, exact=exact)
            self._view = view
            with self._swapping:
                if self._documents is documents:  # else somebody made a change meanwhile
                    self._documents = view.documents
            return view

    def _put(self, documents: Documents, texts: Iterable[str], names: list[Id] | None) -> None:
        """Add to ``documents``, then let them be the retriever's."""
        places: list[Places] = []
        store = documents.texts
        passing = as_texts(texts) if store is None else store.passing(as_texts(texts), places)
        rows, terms = self._way.read(passing, documents.terms)
        if places and len(places[0]) != len(rows):
            raise InvalidArgumentError(
                f"the encoder must give a row for each of {len(places[0])} texts, got {len(rows)}"
            )
        given = range(documents.given, documents.given + len(rows)) if names is None else names
        if len(given) != len(rows):
            raise InvalidArgumentError(
                f"there must be an id for each text, got {len(given)} for {len(rows)} texts"
            )
        for position, name in enumerate(given):
            if (place := documents.position(name)) is not None:
                raise InvalidArgumentError(
                    f"ids[{position}] must be new, got {name!r}, which is that of document {place}"
                )
        if len(rows):
            part = Part(Ids(given), rows, places[0] if places else no_places())
            documents = documents.added(part, terms)
            if store is not None and store.is_due:
                documents = documents.with_texts_moved()
            self._replace(documents)
        elif documents is not self._documents:
            self._replace(documents)

    def _replace(self, documents: Documents) -> None:
        with self._swapping:
            self._documents = documents

    def _hit(self, view: View, row: int, score: float, query: Query) -> Hit:
        part, at = view.documents.at(row)
        store = view.documents.texts
        place = None if store is None else part.places[at]
        return Hit(part.ids[at], score, store, place, view.encoder, query)
