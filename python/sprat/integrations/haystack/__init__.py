"""A document store, a retriever and embedders for Haystack: "BM25 in a pipeline, exact and kept on disk." """

from sprat._extras import require

require("haystack", "sprat.integrations.haystack", "haystack")

from sprat.integrations.haystack.embedders import SpratDocumentEmbedder, SpratTextEmbedder  # noqa: E402
from sprat.integrations.haystack.retriever import SpratRetriever  # noqa: E402
from sprat.integrations.haystack.store import SpratDocumentStore  # noqa: E402

__all__ = ["SpratDocumentEmbedder", "SpratDocumentStore", "SpratRetriever", "SpratTextEmbedder"]
