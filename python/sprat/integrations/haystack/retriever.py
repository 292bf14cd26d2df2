"""A component that finds documents."""

# Haystack looks at the annotations of components as they are, so they are no strings here.
from typing import Any

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.document_stores.types import FilterPolicy, apply_filter_policy

from sprat.errors import InvalidArgumentError
from sprat.integrations.haystack.store import SpratDocumentStore


@component
class SpratRetriever:
    """Finds the documents of a :class:`SpratDocumentStore` that answer a text.

    Parameters
    ----------
    document_store : SpratDocumentStore
    filters : dict, optional
        Haystack's filters.
    top_k : int, default 10
    scale_score : bool, default False
        Put scores between 0 and 1.
    filter_policy : FilterPolicy, default FilterPolicy.REPLACE
        What becomes of ``filters`` when a run has its own.
    """

    def __init__(
        self,
        document_store: SpratDocumentStore,
        filters: dict[str, Any] | None = None,
        top_k: int = 10,
        scale_score: bool = False,
        filter_policy: FilterPolicy = FilterPolicy.REPLACE,
    ) -> None:
        if not isinstance(document_store, SpratDocumentStore):
            raise TypeError(
                f"document_store must be a SpratDocumentStore, got {type(document_store).__name__}"
            )
        if top_k < 1:
            raise InvalidArgumentError(f"top_k must be at least 1, got {top_k!r}")
        self.document_store = document_store
        self.filters = filters
        self.top_k = top_k
        self.scale_score = scale_score
        self.filter_policy = filter_policy

    def to_dict(self) -> dict[str, Any]:
        """Return the arguments."""
        return default_to_dict(  # type: ignore[no-any-return]
            self,
            document_store=self.document_store.to_dict(),
            filters=self.filters,
            top_k=self.top_k,
            scale_score=self.scale_score,
            filter_policy=self.filter_policy.value,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "SpratRetriever":
        """Make a retriever of what :meth:`to_dict` gave."""
        arguments = dict(data["init_parameters"])
        if isinstance(arguments["document_store"], dict):
            arguments["document_store"] = SpratDocumentStore.from_dict(arguments["document_store"])
        arguments["filter_policy"] = FilterPolicy.from_str(arguments.get("filter_policy", "replace"))
        return default_from_dict(cls, {**data, "init_parameters": arguments})  # type: ignore[no-any-return]

    @component.output_types(documents=list[Document])  # type: ignore[untyped-decorator]
    def run(
        self,
        query: str,
        filters: dict[str, Any] | None = None,
        top_k: int | None = None,
        scale_score: bool | None = None,
    ) -> dict[str, list[Document]]:
        """Return the best documents, with their scores."""
        options = self._options(filters, top_k, scale_score)
        return {"documents": self.document_store.search(query, **options)}

    @component.output_types(documents=list[Document])  # type: ignore[untyped-decorator]
    async def run_async(
        self,
        query: str,
        filters: dict[str, Any] | None = None,
        top_k: int | None = None,
        scale_score: bool | None = None,
    ) -> dict[str, list[Document]]:
        """Do what :meth:`run` does, on another thread."""
        options = self._options(filters, top_k, scale_score)
        return {"documents": await self.document_store.search_async(query, **options)}

    def _options(
        self, filters: dict[str, Any] | None, top_k: int | None, scale_score: bool | None
    ) -> dict[str, Any]:
        return {
            "filters": apply_filter_policy(self.filter_policy, self.filters, filters),
            "top_k": self.top_k if top_k is None else top_k,
            "scale_score": self.scale_score if scale_score is None else scale_score,
        }
