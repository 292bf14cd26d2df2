"""Retrieval and sparse vectors for LangChain: "where a BM25Retriever stands, this one can stand." """

from __future__ import annotations

import importlib
import os
import uuid
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any

from sprat._extras import require
from sprat._texts import as_texts
from sprat.bm25 import BM25Encoder
from sprat.errors import InvalidArgumentError
from sprat.integrations._documents import Documents

require("langchain_core", "sprat.integrations.langchain", "langchain")

from langchain_core.documents import Document  # noqa: E402
from langchain_core.retrievers import BaseRetriever  # noqa: E402
from langchain_core.runnables import run_in_executor  # noqa: E402
from pydantic import Field  # noqa: E402

__all__ = ["MilvusSparseEmbedding", "QdrantSparseEmbeddings", "SpratRetriever"]  # noqa: F822

# What else needs a library of its own.
_ELSEWHERE = {"MilvusSparseEmbedding": "_langchain_milvus", "QdrantSparseEmbeddings": "_langchain_qdrant"}


def __getattr__(name: str) -> Any:
    if name in _ELSEWHERE:
        return getattr(importlib.import_module(f"sprat.integrations.{_ELSEWHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class SpratRetriever(BaseRetriever):  # type: ignore[misc]
    """Documents found by BM25, or by what another encoder makes of them.

    Made by :meth:`from_documents`, :meth:`from_texts` or :meth:`load`. Documents come and go while others
    search; every answer is what the documents of one moment give. The score of a document is in its metadata.

    Parameters
    ----------
    documents : Documents
        What the makers give; several retrievers may share one, with a ``k`` and a ``filter`` each.
    k : int, default 4
        How many to return at most; one that shares no term with the query is never returned.
    filter : callable or mapping, optional
        Which documents may be found: a function from a document to whether it may, or a mapping from keys of
        the metadata to values. A document must have them all; a list stands for any of its elements.
    score_key : str or None, default "score"
        The key of the score. None: scores are left out.

    Notes
    -----
    ``invoke``, ``ainvoke`` and ``batch`` also take ``k`` and ``filter``, for one query.
    """

    documents: Any = Field(repr=False)
    k: int = Field(default=4, ge=1)
    filter: Any = None
    score_key: str | None = "score"

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        if not isinstance(self.documents, Documents):
            raise TypeError(
                "documents must be those of a SpratRetriever: use from_documents, from_texts or load, "
                f"got {type(self.documents).__name__}"
            )
        _allowing(self.filter)

    @classmethod
    def from_texts(
        cls,
        texts: Iterable[str],
        metadatas: Iterable[Mapping[str, Any]] | None = None,
        ids: Iterable[str] | None = None,
        **options: Any,
    ) -> SpratRetriever:
        """Make a retriever of texts, with metadata and ids if there are any.

        Parameters
        ----------
        **options
            As :meth:`from_documents` takes them.
        """
        contents = list(as_texts(texts))
        rows: list[Mapping[str, Any]] = [{} for _ in contents] if metadatas is None else list(metadatas)
        names = [None] * len(contents) if ids is None else list(as_texts(ids, "ids"))
        if not len(contents) == len(rows) == len(names):
            raise InvalidArgumentError(
                f"there must be metadata and an id for each of {len(contents)} texts, got {len(rows)} and "
                f"{len(names)}"
            )
        documents = [
            Document(text, metadata=dict(row), id=name) for text, row, name in zip(contents, rows, names)
        ]
        return cls.from_documents(documents, **options)

    @classmethod
    def from_documents(
        cls,
        documents: Iterable[Document],
        *,
        encoder: Any = None,
        bm25_params: Mapping[str, Any] | None = None,
        preprocess_func: Callable[[str], list[str]] | None = None,
        **fields: Any,
    ) -> SpratRetriever:
        """Make a retriever of documents.

        Parameters
        ----------
        documents : iterable of Document
            Copied. One without an id is given one.
        encoder : BM25Encoder or another encoder, optional
            As for :meth:`sprat.Retriever.from_texts`.
        bm25_params : mapping, optional
            Without ``encoder``: arguments of :class:`sprat.BM25Encoder`, such as ``k1`` and ``b``.
        preprocess_func : callable, optional
            Without ``encoder``: what makes tokens of a text. None: English with stop words and stems.
        **fields
            ``k``, ``filter``, ``score_key`` and the fields of every retriever of LangChain.
        """
        if encoder is not None and (bm25_params is not None or preprocess_func is not None):
            raise InvalidArgumentError("encoder must stand alone, got bm25_params or preprocess_func, too")
        if encoder is None:
            encoder = BM25Encoder("en" if preprocess_func is None else preprocess_func, **(bm25_params or {}))
        retriever = cls(documents=Documents[Document](encoder), **fields)
        retriever.add_documents(documents)
        return retriever

    @classmethod
    def load(cls, folder: str | os.PathLike[str], *, encoder: Any = None, **fields: Any) -> SpratRetriever:
        """Open a folder that :meth:`save` wrote; ``encoder``, errors: as for :meth:`sprat.Retriever.load`."""
        return cls(documents=Documents.load(folder, "langchain", Document.model_validate, encoder), **fields)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write documents, index and analyzer into a folder, as :meth:`sprat.Retriever.save` does.

        Raises
        ------
        InvalidArgumentError
            If metadata is not what JSON gives back.
        """
        self.documents.save(folder, "langchain", lambda one: one.model_dump())

    def add_documents(self, documents: Iterable[Document]) -> list[str]:
        """Add copies of documents, in place of those with the same ids; return the ids.

        Raises
        ------
        TypeError
            If one is no Document; the message names its position. Nothing is added then.
        InvalidArgumentError
            If two ids are the same, or metadata has the key of the score.
        """
        new: dict[str, Document] = {}
        for at, document in enumerate(documents):
            if not isinstance(document, Document):
                raise TypeError(f"documents[{at}] must be a Document, got {type(document).__name__}")
            if self.score_key is not None and self.score_key in document.metadata:
                raise InvalidArgumentError(
                    f"documents[{at}] must not have {self.score_key!r} in its metadata, where the score "
                    "goes; score_key= names another key"
                )
            name = document.id or str(uuid.uuid4())
            if name in new:
                raise InvalidArgumentError(f"documents[{at}] must have an id of its own, got {name!r} again")
            new[name] = document.model_copy(update={"id": name, "metadata": deepcopy(document.metadata)})
        self.documents.put(new, lambda one: one.page_content)
        return list(new)

    def remove_documents(self, ids: Iterable[str]) -> None:
        """Remove documents by their ids; those that no document has are passed over."""
        self.documents.drop(ids)

    @property
    def docs(self) -> list[Document]:
        """Copies of the documents, in the order in which they were added."""
        return [deepcopy(document) for document in self.documents.all()]

    @property
    def vectorizer(self) -> Any:
        """The encoder of queries, fitted on the documents; not to be changed."""
        return self.documents.encoder

    def _get_relevant_documents(
        self, query: str, *, run_manager: Any, k: int | None = None, filter: Any = None
    ) -> list[Document]:
        allowed = _allowing(self.filter if filter is None else filter)
        return [
            self._scored(document, score)
            for document, score in self.documents.search(query, self.k if k is None else k, allowed)
        ]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: Any, k: int | None = None, filter: Any = None
    ) -> list[Document]:
        manager = run_manager.get_sync()
        found: list[Document] = await run_in_executor(
            None, self._get_relevant_documents, query, run_manager=manager, k=k, filter=filter
        )
        return found

    def _scored(self, document: Document, score: float) -> Document:
        metadata = deepcopy(document.metadata)
        if self.score_key is not None:
            metadata[self.score_key] = score
        return document.model_copy(update={"metadata": metadata})


def _allowing(filter: Any) -> Callable[[Document], bool] | None:
    if filter is None or callable(filter):
        return filter  # type: ignore[no-any-return]
    if not isinstance(filter, Mapping):
        raise TypeError(f"filter must be a function or a mapping, got {type(filter).__name__}")
    missing = object()

    def allowed(document: Document) -> bool:
        for key, wanted in filter.items():
            value = document.metadata.get(key, missing)
            if value not in wanted if isinstance(wanted, (list, tuple, set, frozenset)) else value != wanted:
                return False
        return True

    return allowed
