"""Components that make sparse vectors."""

# Haystack looks at the annotations of components as they are, so they are no strings here.
import os
from dataclasses import replace
from typing import Any

from haystack import Document, component, default_to_dict
from haystack.dataclasses import SparseEmbedding

from sprat import export
from sprat.integrations.haystack.encoders import opened, serialisable


@component
class SpratTextEmbedder:
    """Turns a query into a sparse vector.

    Parameters
    ----------
    encoder : str or encoder
        The file of a BM25 encoder, the folder or hub id of a SPLADE model, which :meth:`warm_up` opens, or an
        encoder itself, with which the component cannot be serialised.
    """

    def __init__(self, encoder: Any) -> None:
        self.encoder = encoder
        self._opened: Any = None if isinstance(encoder, (str, os.PathLike)) else encoder

    def warm_up(self) -> None:
        """Open the encoder; a run does so, too."""
        if self._opened is None:
            self._opened = opened(self.encoder)

    def to_dict(self) -> dict[str, Any]:
        """Return the arguments."""
        return default_to_dict(self, encoder=serialisable(self.encoder))  # type: ignore[no-any-return]

    @component.output_types(sparse_embedding=SparseEmbedding)  # type: ignore[untyped-decorator]
    def run(self, text: str) -> dict[str, SparseEmbedding]:
        """Return the weights of the text's terms, as of a query."""
        if not isinstance(text, str):
            raise TypeError(f"text must be a str, got {type(text).__name__}; documents have an embedder, too")
        self.warm_up()
        return {"sparse_embedding": _embeddings(self._opened.encode_queries([text]))[0]}


@component
class SpratDocumentEmbedder:
    """Gives documents sparse vectors.

    Parameters
    ----------
    encoder : str or encoder
        As for :class:`SpratTextEmbedder`.
    meta_fields_to_embed : list of str, optional
        Metadata to put before the content, where it is not None.
    embedding_separator : str, default "\\n"
        What stands between them.
    """

    def __init__(
        self, encoder: Any, meta_fields_to_embed: list[str] | None = None, embedding_separator: str = "\n"
    ) -> None:
        self.encoder = encoder
        self.meta_fields_to_embed = meta_fields_to_embed
        self.embedding_separator = embedding_separator
        self._opened: Any = None if isinstance(encoder, (str, os.PathLike)) else encoder

    def warm_up(self) -> None:
        """Open the encoder; a run does so, too."""
        if self._opened is None:
            self._opened = opened(self.encoder)

    def to_dict(self) -> dict[str, Any]:
        """Return the arguments."""
        return default_to_dict(  # type: ignore[no-any-return]
            self,
            encoder=serialisable(self.encoder),
            meta_fields_to_embed=self.meta_fields_to_embed,
            embedding_separator=self.embedding_separator,
        )

    @component.output_types(documents=list[Document])  # type: ignore[untyped-decorator]
    def run(self, documents: list[Document]) -> dict[str, list[Document]]:
        """Return copies of the documents with ``sparse_embedding``."""
        for at, one in enumerate([documents] if isinstance(documents, (str, Document)) else documents):
            if not isinstance(one, Document) or one is documents:
                raise TypeError(f"documents[{at}] must be a Document in a list, got {type(one).__name__}")
        self.warm_up()
        rows = _embeddings(self._opened.encode_documents(list(map(self._text, documents))))
        return {"documents": [replace(one, sparse_embedding=row) for one, row in zip(documents, rows)]}

    def _text(self, document: Document) -> str:
        fields = [document.meta.get(field) for field in self.meta_fields_to_embed or ()]
        parts = [*fields, document.content or ""]
        return self.embedding_separator.join(str(part) for part in parts if part is not None)


def _embeddings(matrix: Any) -> list[SparseEmbedding]:
    return [SparseEmbedding(**row) for row in export.qdrant.queries(matrix)]
