"""Search of texts by texts: documents come and go, and every answer is that of a collection indexed anew."""

from sprat.retriever.explanation import Explanation, TermScore
from sprat.retriever.filters import Filter
from sprat.retriever.hit import Hit
from sprat.retriever.retriever import Retriever

__all__ = ["Explanation", "Filter", "Hit", "Retriever", "TermScore"]
