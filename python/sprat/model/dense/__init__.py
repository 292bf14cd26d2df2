"""Dense embedding functions. Each loads its library when one is made, and never before."""

from sprat.model.base import BaseEmbeddingFunction as EmbeddingFunction
from sprat.model.dense.cohere import CohereEmbeddingFunction
from sprat.model.dense.gemini import GeminiEmbeddingFunction
from sprat.model.dense.instructor import InstructorEmbeddingFunction
from sprat.model.dense.jinaai import JinaEmbeddingFunction
from sprat.model.dense.mistralai import MistralAIEmbeddingFunction
from sprat.model.dense.model2vec_embed import Model2VecEmbeddingFunction
from sprat.model.dense.nomic import NomicEmbeddingFunction
from sprat.model.dense.onnx import OnnxEmbeddingFunction
from sprat.model.dense.openai import OpenAIEmbeddingFunction
from sprat.model.dense.sentence_transformer import SentenceTransformerEmbeddingFunction
from sprat.model.dense.tei import TEIEmbeddingFunction
from sprat.model.dense.voyageai import VoyageEmbeddingFunction

__all__ = [
    "CohereEmbeddingFunction",
    "EmbeddingFunction",
    "GeminiEmbeddingFunction",
    "InstructorEmbeddingFunction",
    "JinaEmbeddingFunction",
    "MistralAIEmbeddingFunction",
    "Model2VecEmbeddingFunction",
    "NomicEmbeddingFunction",
    "OnnxEmbeddingFunction",
    "OpenAIEmbeddingFunction",
    "SentenceTransformerEmbeddingFunction",
    "TEIEmbeddingFunction",
    "VoyageEmbeddingFunction",
]
