"""Rerankers. Each loads its library when one is made, and never before."""

from sprat.model.reranker.bgereranker import BGERerankFunction
from sprat.model.reranker.cohere import CohereRerankFunction
from sprat.model.reranker.cross_encoder import CrossEncoderRerankFunction
from sprat.model.reranker.jev import JevRerankFunction
from sprat.model.reranker.jinaai import JinaRerankFunction
from sprat.model.reranker.tei import TEIRerankFunction
from sprat.model.reranker.voyageai import VoyageRerankFunction

__all__ = [
    "BGERerankFunction",
    "CohereRerankFunction",
    "CrossEncoderRerankFunction",
    "JevRerankFunction",
    "JinaRerankFunction",
    "TEIRerankFunction",
    "VoyageRerankFunction",
]
