"""Constructors of dense functions and rerankers take what pymilvus.model's take, in its order."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from sprat.model import dense, reranker

PARAMETERS = {
    dense.CohereEmbeddingFunction: (
        "model_name='embed-english-light-v3.0', api_key=None, input_type='search_document', "
        "embedding_types=None, truncate=None"
    ),
    dense.GeminiEmbeddingFunction: "model_name='gemini-embedding-exp-03-07', api_key=None, config=None",
    dense.InstructorEmbeddingFunction: (
        "model_name='hkunlp/instructor-xl', batch_size=32, query_instruction='Represent the "
        "question for retrieval:', doc_instruction='Represent the document for retrieval:', "
        "device='cpu', normalize_embeddings=True"
    ),
    dense.JinaEmbeddingFunction: (
        "model_name='jina-embeddings-v3', api_key=None, task='retrieval.passage', dimensions=None, "
        "late_chunking=False"
    ),
    dense.MistralAIEmbeddingFunction: "api_key, model_name='mistral-embed'",
    dense.Model2VecEmbeddingFunction: "model_source='minishlab/potion-base-8M'",
    dense.NomicEmbeddingFunction: (
        "model_name='nomic-embed-text-v1.5', task_type='search_document', dimensions=768"
    ),
    # The original names ALBERT's tokenizer for any model.
    dense.OnnxEmbeddingFunction: "model_name='GPTCache/paraphrase-albert-onnx', tokenizer_name=None",
    dense.OpenAIEmbeddingFunction: (
        "model_name='text-embedding-ada-002', api_key=None, base_url=None, dimensions=None"
    ),
    dense.SentenceTransformerEmbeddingFunction: (
        "model_name='all-MiniLM-L6-v2', batch_size=32, query_instruction='', doc_instruction='', "
        "device='cpu', normalize_embeddings=True"
    ),
    dense.TEIEmbeddingFunction: "api_url, dimensions=None",
    dense.VoyageEmbeddingFunction: (
        "model_name='voyage-3-large', api_key=None, embedding_type=None, truncate=None, dimension=None"
    ),
    reranker.BGERerankFunction: (
        "model_name='BAAI/bge-reranker-v2-m3', use_fp16=True, batch_size=32, normalize=True, "
        "device=None, query_max_length=256, max_length=512"
    ),
    reranker.CohereRerankFunction: "model_name='rerank-english-v3.0', api_key=None, return_documents=True",
    reranker.CrossEncoderRerankFunction: "model_name='', device='', batch_size=32, activation_fct=None",
    reranker.JevRerankFunction: "model_name='jev-latest', api_key=None",
    reranker.JinaRerankFunction: "model_name='jina-reranker-v2-base-multilingual', api_key=None",
    reranker.TEIRerankFunction: "api_url",
    reranker.VoyageRerankFunction: "model_name='rerank-2', api_key=None",
}


def shown(made: Any) -> str:
    parameters = inspect.signature(made).parameters.values()
    ordered = [each for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    return ", ".join(
        each.name if each.default is each.empty else f"{each.name}={each.default!r}" for each in ordered
    )


@pytest.mark.parametrize("made", PARAMETERS, ids=lambda made: made.__name__)
def test_parameters_and_defaults_are_the_original_s(made):
    assert shown(made) == PARAMETERS[made]


def test_every_class_is_there():
    exported = {getattr(package, name) for package in (dense, reranker) for name in package.__all__}

    assert exported - {dense.EmbeddingFunction} == set(PARAMETERS)
