"""Haystack's documents, kept and found."""

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from haystack import Document, default_from_dict, default_to_dict
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.errors import FilterError
from haystack.utils import expit
from haystack.utils.filters import document_matches_filter

from sprat.analysis import Analyzer
from sprat.bm25 import BM25Encoder
from sprat.errors import InvalidArgumentError
from sprat.integrations._documents import Documents
from sprat.integrations.haystack.encoders import opened, serialisable

_SCALE = 8  # of a score, before it is put between 0 and 1: that of Haystack's own BM25


class SpratDocumentStore:
    """Documents in memory, found by BM25, or by what another encoder makes of them.

    Any number of threads may use one store; a search sees all of a change or nothing of it. Every method has
    a twin to be awaited, with ``_async`` behind its name.

    Parameters
    ----------
    analyzer : str, dict or Analyzer, optional
        For BM25: a name, or what ``Analyzer.to_dict`` gives. None: ``"en"``, or that of the folder.
    bm25_parameters : dict, optional
        Further arguments of :class:`sprat.BM25Encoder`: ``variant``, ``k1``, ``b``, ...
    encoder : str or encoder, optional
        Instead of the two: the file of a BM25 encoder, whose statistics then stay as they are, the folder or
        hub id of a SPLADE model, or an encoder itself, with which the store cannot be serialised.
    path : str, optional
        A folder that :meth:`save_to_disk` wrote or shall write. If it is there, its documents are loaded,
        with their analyzer: one that is given must be the same.

    Raises
    ------
    InvalidArgumentError
        If ``encoder`` does not stand alone, or the folder has another analyzer or other parameters.
    """

    def __init__(
        self,
        analyzer: str | dict[str, Any] | Analyzer | None = None,
        bm25_parameters: dict[str, Any] | None = None,
        encoder: Any = None,
        path: str | None = None,
    ) -> None:
        if encoder is not None and (analyzer is not None or bm25_parameters is not None):
            raise InvalidArgumentError("encoder must stand alone, got analyzer or bm25_parameters, too")
        self.analyzer = analyzer.to_dict() if isinstance(analyzer, Analyzer) else analyzer
        self.bm25_parameters = bm25_parameters
        self.encoder = encoder
        self.path = path
        made = opened(encoder) if encoder is not None else self._bm25()
        self._documents: Documents[Document] = Documents(made)
        if path is not None and os.path.exists(os.path.join(path, "manifest.json")):
            given = None if isinstance(made, BM25Encoder) else made
            self._documents = Documents.load(path, "haystack", Document.from_dict, given)
            self._refuse_another(made)

    def to_dict(self) -> dict[str, Any]:
        """Return the arguments; documents are what ``path`` leads to.

        Raises
        ------
        InvalidArgumentError
            If ``encoder`` is an object.
        """
        return default_to_dict(  # type: ignore[no-any-return]
            self,
            analyzer=self.analyzer,
            bm25_parameters=self.bm25_parameters,
            encoder=serialisable(self.encoder),
            path=self.path,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "SpratDocumentStore":
        """Make a store of what :meth:`to_dict` gave."""
        return default_from_dict(cls, data)  # type: ignore[no-any-return]

    def save_to_disk(self, path: str | None = None) -> None:
        """Write documents, index and analyzer into a folder, as :meth:`sprat.Retriever.save` does.

        Raises
        ------
        InvalidArgumentError
            If there is no path, or a document is not what JSON gives back.
        """
        folder = self.path if path is None else path
        if folder is None:
            raise InvalidArgumentError("path must be given here or to the store")
        self._documents.save(folder, "haystack", lambda document: document.to_dict(flatten=False))

    def count_documents(self) -> int:
        """Return how many documents there are."""
        return len(self._documents)

    def filter_documents(self, filters: dict[str, Any] | None = None) -> list[Document]:
        """Return copies of the documents that match Haystack's filters, in the order in which they came."""
        allowed = _allowing(filters)
        return [_copied(one) for one in self._documents.all() if allowed is None or allowed(one)]

    def write_documents(
        self, documents: list[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE
    ) -> int:
        """Add copies of documents, all or none, and return how many; ``NONE`` is ``FAIL``.

        Raises
        ------
        ValueError
            If it is no list of documents.
        DuplicateDocumentError
            If an id is there already, or twice among the new ones, and the policy is ``FAIL``.
        """
        if isinstance(documents, (str, Mapping)) or not isinstance(documents, Iterable):
            raise ValueError(f"documents must be a list of Document, got {type(documents).__name__}")
        new: dict[str, Document] = {}
        given = list(documents)
        for at, document in enumerate(given):
            if not isinstance(document, Document):
                raise ValueError(f"documents[{at}] must be a Document, got {type(document).__name__}")
            if document.id in new and policy in (DuplicatePolicy.NONE, DuplicatePolicy.FAIL):
                raise DuplicateDocumentError(f"documents[{at}]: id {document.id!r} is there twice")
            if document.id not in new or policy == DuplicatePolicy.OVERWRITE:
                new.pop(document.id, None)
                new[document.id] = _copied(document)

        def choose(new: Mapping[str, Document], known: Mapping[str, Document]) -> Mapping[str, Document]:
            if policy == DuplicatePolicy.OVERWRITE:
                return new
            if policy == DuplicatePolicy.SKIP:
                return {name: one for name, one in new.items() if name not in known}
            if (old := next((name for name in new if name in known), None)) is not None:
                raise DuplicateDocumentError(f"id {old!r} is there already")
            return new

        written = self._documents.put(new, lambda one: one.content, choose)
        return len(given) if policy == DuplicatePolicy.OVERWRITE else written

    def delete_documents(self, document_ids: list[str]) -> None:
        """Remove documents; ids that none has are passed over."""
        self._documents.drop(document_ids)

    def delete_all_documents(self) -> None:
        """Remove all documents."""
        self._documents.remove(list)

    def delete_by_filter(self, filters: dict[str, Any]) -> int:
        """Remove the documents that match, and return how many; a filter of nothing is an error."""
        allowed = _choosing(filters)
        return self._documents.remove(lambda known: [name for name, one in known.items() if allowed(one)])

    def update_by_filter(self, filters: dict[str, Any], meta: dict[str, Any]) -> int:
        """Put values into the metadata of the documents that match, and return how many there are.

        A filter of nothing is an error.
        """
        allowed = _choosing(filters)
        return self._documents.edit(
            lambda known: {
                name: replace(one, meta={**one.meta, **deepcopy(meta)})
                for name, one in known.items()
                if allowed(one)
            }
        )

    def search(
        self,
        query: str,
        filters: dict[str, Any] | None = None,
        top_k: int = 10,
        scale_score: bool = False,
    ) -> list[Document]:
        """Return copies of the best documents with their scores, of those that match.

        One that shares no term with the query is never returned. ``scale_score`` puts scores between 0 and 1
        as Haystack's own BM25 does.
        """
        if top_k == 0:
            return []
        found = self._documents.search(query, top_k, _allowing(filters))
        return [_copied(one, float(expit(score / _SCALE)) if scale_score else score) for one, score in found]

    async def count_documents_async(self) -> int:
        return self.count_documents()

    async def filter_documents_async(self, filters: dict[str, Any] | None = None) -> list[Document]:
        return await asyncio.to_thread(self.filter_documents, filters)

    async def write_documents_async(
        self, documents: list[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE
    ) -> int:
        return await asyncio.to_thread(self.write_documents, documents, policy)

    async def delete_documents_async(self, document_ids: list[str]) -> None:
        await asyncio.to_thread(self.delete_documents, document_ids)

    async def delete_all_documents_async(self) -> None:
        await asyncio.to_thread(self.delete_all_documents)

    async def delete_by_filter_async(self, filters: dict[str, Any]) -> int:
        return await asyncio.to_thread(self.delete_by_filter, filters)

    async def update_by_filter_async(self, filters: dict[str, Any], meta: dict[str, Any]) -> int:
        return await asyncio.to_thread(self.update_by_filter, filters, meta)

    async def search_async(self, query: str, **options: Any) -> list[Document]:
        return await asyncio.to_thread(self.search, query, **options)

    def _bm25(self) -> BM25Encoder:
        analyzer = self.analyzer
        made = Analyzer.from_dict(analyzer) if isinstance(analyzer, dict) else analyzer
        return BM25Encoder("en" if made is None else made, **(self.bm25_parameters or {}))

    def _refuse_another(self, made: Any) -> None:
        loaded = self._documents.encoder
        names = {*(self.bm25_parameters or ()), *(() if self.analyzer is None else ("analyzer",))}
        for name in sorted(names - {"threads"}):
            held = "_average" if name == "average_document_length" else name
            value, wanted = getattr(loaded, held), getattr(made, held)
            if value != wanted:
                raise InvalidArgumentError(f"{self.path} was made with {name} {value!r}, got {wanted!r}")


def _copied(document: Document, score: float | None = None) -> Document:
    embedding = None if document.embedding is None else list(document.embedding)
    kept = document.score if score is None else score
    return replace(document, meta=deepcopy(document.meta), embedding=embedding, score=kept)


def _allowing(filters: dict[str, Any] | None) -> Callable[[Document], bool] | None:
    if not filters:
        return None
    if not isinstance(filters, dict):
        raise FilterError(f"filters must be a dict, got {type(filters).__name__}")
    if "operator" not in filters:  # else an empty store would take it
        raise FilterError(f"filters must have an 'operator', got {filters!r}")
    return lambda document: document_matches_filter(filters, document)


def _choosing(filters: dict[str, Any]) -> Callable[[Document], bool]:
    allowed = _allowing(filters)
    if allowed is None:  # one that was lost on its way is not to cost every document
        raise FilterError(f"filters must have an 'operator', got {filters!r}")
    return allowed
