"""A framework's documents and the retriever of their texts, as one: "which documents answer, as of now?"

The frameworks' own stores are lists in memory; so is this one, but for what the retriever keeps. Whoever puts
documents here gives copies, and hands out copies: only filters see the documents themselves.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, NoReturn, TypeVar

from sprat.errors import CorruptFileError, InvalidArgumentError
from sprat.retriever import Retriever, saved

D = TypeVar("D")

_TRIES = 3


class Documents(Generic[D]):
    """Documents by id, found by their texts.

    Any number of threads may search while others change it: a search sees all of a change or nothing of it.
    """

    def __init__(self, encoder: Any = None) -> None:
        self._retriever = Retriever.from_texts([], encoder=encoder, store_texts=False)
        self._documents: Mapping[str, D] = {}  # replaced, never changed
        self._changing = threading.RLock()  # a filter may make a change
        self._version = 0  # odd while a change is made

    def __len__(self) -> int:
        return len(self._documents)

    def __contains__(self, name: object) -> bool:
        return name in self._documents

    def __getitem__(self, name: str) -> D:
        return self._documents[name]

    def __reduce__(self) -> NoReturn:
        raise TypeError("documents and their index cannot be pickled or copied: save them to a folder")

    @property
    def encoder(self) -> Any:
        return self._retriever.encoder

    def all(self) -> list[D]:
        """Return the documents, in the order in which they were put there."""
        return list(self._documents.values())

    def put(
        self,
        documents: Mapping[str, D],
        text: Callable[[D], str | None],
        choose: Callable[[Mapping[str, D], Mapping[str, D]], Mapping[str, D]] = lambda new, known: new,
    ) -> int:
        """Add documents, in place of those with the same ids; all or none. Return how many.

        A document without a text is never found, and counts for nothing in BM25. ``choose`` is shown the
        documents and those that are there, while no one else makes a change, and says which to put.
        """
        with self._change():
            documents = choose(documents, self._documents)
            texts = {name: content for name, one in documents.items() if (content := text(one)) is not None}
            self._retriever.update(texts.values(), texts.keys(), add=True)
            self._retriever.remove(
                [name for name in documents.keys() - texts.keys() if name in self._retriever]
            )
            kept = {name: one for name, one in self._documents.items() if name not in documents}
            self._documents = {**kept, **documents}
            return len(documents)

    def edit(self, changed: Callable[[Mapping[str, D]], Mapping[str, D]]) -> int:
        """Replace documents by those that ``changed`` makes of them, with the same texts. Return how many."""
        with self._change():
            new = changed(self._documents)
            self._documents = {**self._documents, **new}
            return len(new)

    def drop(self, names: Iterable[str]) -> None:
        """Remove documents by their ids; those that no document has are passed over."""
        if isinstance(names, str):
            raise TypeError("ids must be an iterable of str, got one str; wrap it in a list")
        gone = list(names)
        self.remove(lambda known: [name for name in gone if name in known])

    def remove(self, names: Callable[[Mapping[str, D]], Iterable[str]]) -> int:
        """Remove the documents that ``names`` picks of those that are there. Return how many."""
        with self._change():
            gone = dict.fromkeys(names(self._documents))
            self._retriever.remove([name for name in gone if name in self._retriever])
            self._documents = {name: one for name, one in self._documents.items() if name not in gone}
            return len(gone)

    def search(self, query: str, k: int, allowed: Callable[[D], bool] | None = None) -> list[tuple[D, float]]:
        """Return the ``k`` best documents and their scores, of those that are allowed.

        Raises
        ------
        TypeError
            If the query is not a str.
        InvalidArgumentError
            If ``k`` is less than 1.
        """
        if not isinstance(query, str):
            raise TypeError(f"a query must be a str, got {type(query).__name__}")
        for _ in range(_TRIES):
            version = self._version
            found = self._found(query, k, allowed) if version % 2 == 0 else []
            if version % 2 == 0 and version == self._version:
                return found
        with self._changing:
            return self._found(query, k, allowed)

    def save(self, folder: str | os.PathLike[str], owner: str, written: Callable[[D], Any]) -> None:
        """Write documents and index into a folder, as :meth:`sprat.Retriever.save` does.

        ``written`` makes a document a value of JSON.

        Raises
        ------
        InvalidArgumentError
            If JSON would not give a document back, or the folder holds something else.
        """
        with self._changing:
            lines = [json.dumps({"documents of": owner})]
            for name, document in self._documents.items():
                lines.append(_line(name, written(document)))
            retriever, beside = self._retriever, "\n".join([*lines, ""]).encode("ascii")
            view = retriever._make_view(exact=True)
            saved.save(folder, retriever._way, view, retriever._refresh_when, beside)

    @classmethod
    def load(
        cls, folder: str | os.PathLike[str], owner: str, read: Callable[[Any], D], encoder: Any = None
    ) -> Documents[D]:
        """Read what :meth:`save` wrote.

        Raises
        ------
        OSError
            If the folder cannot be read.
        CorruptFileError
            If a file was changed.
        InvalidArgumentError
            If it holds no documents of this owner, or its encoder cannot be written and must be given.
        """
        way, view, refresh, beside = saved.load(folder, encoder, 0)
        retriever = Retriever(way, view.documents, refresh, view)
        first, *lines = beside.decode("ascii").splitlines() or ["{}"]
        if (whose := json.loads(first).get("documents of")) != owner:
            raise InvalidArgumentError(f"{os.fspath(folder)}: must hold documents of {owner}, found {whose}")
        known = {name: read(document) for name, document in map(json.loads, lines)}
        if not known.keys() >= set(retriever.ids):
            raise CorruptFileError(f"{os.fspath(folder)}: its documents are not those of its index")
        loaded = cls.__new__(cls)
        loaded._retriever, loaded._documents = retriever, known
        loaded._changing, loaded._version = threading.RLock(), 0
        return loaded

    def _found(self, query: str, k: int, allowed: Callable[[D], bool] | None) -> list[tuple[D, float]]:
        documents = self._documents
        names = None
        if allowed is not None:
            names = [name for name, document in documents.items() if allowed(document)]
        hits = self._retriever.search(query, k, filter=names)
        return [(documents[hit.id], hit.score) for hit in hits if hit.id in documents]  # type: ignore[index]

    @contextmanager
    def _change(self) -> Iterator[None]:
        with self._changing:
            self._version += 1
            try:
                yield
            finally:
                self._version += 1


def _line(name: str, document: Any) -> str:
    try:
        line = json.dumps([name, document])
        same = repr(json.loads(line)) == repr([name, document])  # equality, to which 1 is 1.0 and nan is none
    except (TypeError, ValueError, RecursionError):
        same = False
    if not same:
        raise InvalidArgumentError(f"document {name!r} cannot be written to JSON and read back: {document!r}")
    return line
