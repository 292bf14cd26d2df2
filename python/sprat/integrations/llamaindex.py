"""Retrieval and sparse vectors for LlamaIndex: "where its BM25Retriever stands, this one can stand." """

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sprat import export
from sprat._arguments import whole
from sprat._extras import require
from sprat.bm25 import BM25Encoder
from sprat.errors import InvalidArgumentError
from sprat.integrations._documents import Documents

require("llama_index.core", "sprat.integrations.llamaindex", "llama-index")

from llama_index.core.base.base_retriever import BaseRetriever  # noqa: E402
from llama_index.core.base.embeddings.base_sparse import BaseSparseEmbedding  # noqa: E402
from llama_index.core.bridge.pydantic import Field  # noqa: E402
from llama_index.core.constants import DEFAULT_SIMILARITY_TOP_K  # noqa: E402
from llama_index.core.schema import BaseNode, MetadataMode, NodeWithScore, QueryBundle  # noqa: E402
from llama_index.core.vector_stores.types import MetadataFilters  # noqa: E402
from llama_index.core.vector_stores.utils import (  # noqa: E402
    build_metadata_filter_fn,
    metadata_dict_to_node,
    node_to_metadata_dict,
)

__all__ = ["SpratRetriever", "SpratSparseEmbedding"]


class SpratRetriever(BaseRetriever):  # type: ignore[misc]
    """Nodes found by BM25, or by what another encoder makes of them.

    Nodes come and go while others search; every answer is what the nodes of one moment give.

    Parameters
    ----------
    nodes : iterable of BaseNode
        Copied; each has an id of its own. What is searched is their content with metadata, as for embedding.
    encoder : BM25Encoder or another encoder, optional
        As for :meth:`sprat.Retriever.from_texts`. None: English with stop words and stems.
    similarity_top_k : int, default 2
        How many to return at most; one that shares no term with the query is never returned.
    filters : MetadataFilters, optional
        Which nodes may be found.
    **options
        ``callback_manager``, ``object_map``, ``objects`` and ``verbose`` of every retriever of LlamaIndex.
    """

    def __init__(
        self,
        nodes: Iterable[BaseNode] = (),
        *,
        encoder: Any = None,
        similarity_top_k: int = DEFAULT_SIMILARITY_TOP_K,
        filters: MetadataFilters | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.similarity_top_k = whole("similarity_top_k", similarity_top_k, low=1)
        self.filters = filters
        self._documents: Documents[BaseNode] = Documents(BM25Encoder() if encoder is None else encoder)
        self.add_nodes(nodes)

    @classmethod
    def from_defaults(
        cls, index: Any = None, nodes: Iterable[BaseNode] | None = None, docstore: Any = None, **options: Any
    ) -> SpratRetriever:
        """Make a retriever of nodes, or of those in an index or a document store: give one of the three.

        Parameters
        ----------
        **options
            As the class takes them; ``language`` stands for ``encoder=sprat.BM25Encoder(language)``.
        """
        if sum(given is not None for given in (index, nodes, docstore)) != 1:
            raise InvalidArgumentError("give exactly one of index, nodes and docstore")
        if (language := options.pop("language", None)) is not None:
            options.setdefault("encoder", BM25Encoder(language))
        if index is not None:
            docstore = index.docstore
        return cls(list(docstore.docs.values()) if docstore is not None else nodes or (), **options)

    @classmethod
    def from_persist_dir(
        cls, path: str | os.PathLike[str], *, encoder: Any = None, **options: Any
    ) -> SpratRetriever:
        """Open what :meth:`persist` wrote; ``encoder`` and errors: as for :meth:`sprat.Retriever.load`."""
        loaded = cls(**options)
        loaded._documents = Documents.load(path, "llama-index", _read, encoder)
        return loaded

    def persist(self, path: str | os.PathLike[str]) -> None:
        """Write nodes, index and analyzer into a folder, as :meth:`sprat.Retriever.save` does.

        Embeddings of nodes are left out, as in LlamaIndex's own stores.

        Raises
        ------
        InvalidArgumentError
            If a node is not what JSON gives back.
        ValueError
            If an IndexNode points to something that LlamaIndex cannot write.
        """
        self._documents.save(path, "llama-index", _written)

    def add_nodes(self, nodes: Iterable[BaseNode]) -> None:
        """Add copies of nodes, in place of those with the same ids.

        Raises
        ------
        TypeError
            If one is no node; the message names its position. Nothing is added then.
        InvalidArgumentError
            If two ids are the same.
        """
        new: dict[str, BaseNode] = {}
        for at, node in enumerate(nodes):
            if not isinstance(node, BaseNode):
                raise TypeError(f"nodes[{at}] must be a node, got {type(node).__name__}")
            if node.node_id in new:
                raise InvalidArgumentError(
                    f"nodes[{at}] must have an id of its own, got {node.node_id!r} again"
                )
            new[node.node_id] = _copied(node)
        self._documents.put(new, lambda node: str(node.get_content(metadata_mode=MetadataMode.EMBED)))

    def delete_nodes(self, node_ids: Iterable[str]) -> None:
        """Remove nodes by their ids; those that no node has are passed over."""
        self._documents.drop(node_ids)

    @property
    def encoder(self) -> Any:
        """The encoder of queries, fitted on the nodes; not to be changed."""
        return self._documents.encoder

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._documents.search(query_bundle.query_str, self.similarity_top_k, _allowing(self.filters))
        return [NodeWithScore(node=_copied(node), score=score) for node, score in found]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class SpratSparseEmbedding(BaseSparseEmbedding):  # type: ignore[misc]
    """The vectors of an encoder as LlamaIndex wants them: weights by column.

    Parameters
    ----------
    encoder : BM25Encoder or another encoder
        Fitted. Columns are stable, so vectors that are stored stay valid when it learns more texts.

    Notes
    -----
    The dot product of a query and a text is their score; ``similarity`` of LlamaIndex is the cosine.
    """

    encoder: Any = Field(exclude=True, repr=False)
    model_name: str = "sprat"

    @classmethod
    def class_name(cls) -> str:
        """Return what LlamaIndex calls it."""
        return "SpratSparseEmbedding"

    def _get_query_embedding(self, query: str) -> dict[int, float]:
        return _weights(self.encoder.encode_queries([query]))[0]

    def _get_text_embedding(self, text: str) -> dict[int, float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[dict[int, float]]:
        return _weights(self.encoder.encode_documents(texts))

    async def _aget_query_embedding(self, query: str) -> dict[int, float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> dict[int, float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[dict[int, float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)


_weights = export.milvus.queries  # for each row weights by column, with none for an empty one


def _allowing(filters: MetadataFilters | None) -> Callable[[BaseNode], bool] | None:
    if filters is None:
        return None
    if not isinstance(filters, MetadataFilters):
        raise TypeError(f"filters must be MetadataFilters, got {type(filters).__name__}")
    inner = [_allowing(one) for one in filters.filters if isinstance(one, MetadataFilters)]
    if inner:  # which LlamaIndex refuses
        return _joined(filters, inner)

    def allowed(node: BaseNode) -> bool:
        return bool(build_metadata_filter_fn(lambda _: _metadata(node), filters)(node.node_id))

    return allowed


def _joined(
    filters: MetadataFilters, inner: list[Callable[[BaseNode], bool] | None]
) -> Callable[[BaseNode], bool]:
    """Return the filter of filters among which there are some of the same kind."""
    plain = [
        _allowing(MetadataFilters(filters=[one]))
        for one in filters.filters
        if not isinstance(one, MetadataFilters)
    ]
    parts = [part for part in (*plain, *inner) if part is not None]
    condition = "and" if filters.condition is None else filters.condition.value

    def allowed(node: BaseNode) -> bool:
        met = [part(node) for part in parts]
        return all(met) if condition == "and" else any(met) if condition == "or" else not any(met)

    return allowed


def _metadata(node: BaseNode) -> Mapping[str, Any]:
    """Return the metadata, and what LlamaIndex's stores put beside it."""
    document = node.ref_doc_id or "None"
    return {"document_id": document, "doc_id": document, "ref_doc_id": document, **node.metadata}


def _copied(node: BaseNode) -> BaseNode:
    """Return a copy that shares nothing but what an IndexNode points to."""
    target = getattr(node, "obj", None)
    if target is None:
        return node.model_copy(deep=True)
    copied = node.model_copy(update={"obj": None}).model_copy(deep=True)
    copied.obj = target
    return copied


def _written(node: BaseNode) -> dict[str, Any]:
    written = node_to_metadata_dict(node)
    # The metadata as it is: what LlamaIndex makes of it has other values for some, without a word.
    content = {**json.loads(written["_node_content"]), "metadata": node.metadata}
    return {"type": written["_node_type"], "content": content}


def _read(written: dict[str, Any]) -> BaseNode:
    content = json.dumps(written["content"])
    return metadata_dict_to_node({"_node_type": written["type"], "_node_content": content})
