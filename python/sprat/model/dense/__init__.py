"""Dense embedding functions. Each loads its library when one is made, and never before."""

from sprat.model.base import BaseEmbeddingFunction as EmbeddingFunction
from sprat.model.dense.cohere import CohereEmbeddingFunction
from sprat.model.dense.jinaai import JinaEmbeddingFunction
from sprat.model.dense.openai import OpenAIEmbeddingFunction
from sprat.model.dense.tei import TEIEmbeddingFunction
from sprat.model.dense.voyageai import VoyageEmbeddingFunction

__all__ = [
    "CohereEmbeddingFunction",
    "EmbeddingFunction",
    "JinaEmbeddingFunction",
    "OpenAIEmbeddingFunction",
    "TEIEmbeddingFunction",
    "VoyageEmbeddingFunction",
]
