"""The services behind sprat.model's dense functions and rerankers, as their own wire formats have them.

Answers are built from the client libraries' response models where there are any, so that they are what
the library expects, and not what we think it does.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from loopback import Loopback, Request
from sprat.model import ServiceOptions, dense, reranker

TEXTS = ["alpha", "be", "gamma ray", "", "日本語", "alpha"]
KEY = "sk-this-is-the-secret-1234567890"


def vector(text: str) -> list[float]:
    """Tells texts apart, and is exact in float32."""
    return [float(len(text)), sum(text.encode()) % 97 / 128, 0.25]


def score(text: str) -> float:
    return sum(text.encode()) % 97 / 128


@dataclass(frozen=True)
class Dense:
    name: str  # as errors have it
    make: Callable[[str, ServiceOptions | None], Any]
    path: str
    texts: Callable[[Any], list[str]]  # in the body of a request
    answer: Callable[[list[str], Any], Any]  # for these texts, to that body
    dtype: str
    key_header: tuple[str, str] | None = ("authorization", f"Bearer {KEY}")

    def usual(self, request: Request) -> Any:
        return self.answer(self.texts(request.body), request.body)

    def usual_for(self, texts: list[str]) -> Any:
        return self.answer(texts, {"model": "m"})

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Rerank:
    name: str
    make: Callable[[str, ServiceOptions | None], Any]
    path: str
    documents: Callable[[Any], list[str]]
    answer: Callable[[list[tuple[int, float]], Any], Any]  # for (index, score), best first, to that body
    top_k: Callable[[Any], int | None] = lambda body: None
    key_header: tuple[str, str] | None = ("authorization", f"Bearer {KEY}")

    def usual(self, request: Request) -> Any:
        found = [(index, score(text)) for index, text in enumerate(self.documents(request.body))]
        best = sorted(found, key=lambda pair: -pair[1])[: self.top_k(request.body)]
        return self.answer(best, request.body)

    def usual_for(self, texts: list[str]) -> Any:
        return self.answer([(index, score(text)) for index, text in enumerate(texts)], {"model": "m"})

    def __str__(self) -> str:
        return self.name


def _openai_answer(texts: list[str], body: Any) -> Any:
    from openai.types import CreateEmbeddingResponse, Embedding
    from openai.types.create_embedding_response import Usage

    def encoded(text: str) -> Any:
        values = vector(text)
        if body.get("encoding_format") != "base64":
            return values
        return base64.b64encode(np.array(values, np.float32).tobytes()).decode()

    data = [
        Embedding.model_construct(embedding=encoded(text), index=index, object="embedding")
        for index, text in enumerate(texts)
    ]
    return CreateEmbeddingResponse.model_construct(
        data=data[::-1], model=body["model"], object="list", usage=Usage(prompt_tokens=1, total_tokens=1)
    ).model_dump(warnings=False)


def _openai_like(texts: list[str], body: Any) -> Any:
    data = [
        {"object": "embedding", "index": index, "embedding": vector(text)} for index, text in enumerate(texts)
    ]
    return {"object": "list", "data": data[::-1], "model": "m", "usage": {"total_tokens": 1}}


def _cohere_answer(texts: list[str], body: Any) -> Any:
    from cohere.types import EmbedByTypeResponse, EmbedByTypeResponseEmbeddings, EmbedFloatsResponse

    kinds = body.get("embedding_types")
    if not kinds:
        rows = [vector(text) for text in texts]
        made: Any = EmbedFloatsResponse(id="i", texts=texts, embeddings=rows)
        return {"response_type": "embeddings_floats", **made.model_dump(exclude={"response_type"})}
    rows_by_kind: dict[str, Any] = {
        "float": [vector(text) for text in texts],
        "binary": [[-1, 127, -128] for _ in texts],
        "ubinary": [[255, 0, 7] for _ in texts],
        "base64": ["AAAA" for _ in texts],
    }
    found = EmbedByTypeResponseEmbeddings(**{kind: rows_by_kind[kind] for kind in kinds})
    made = EmbedByTypeResponse(id="i", texts=texts, embeddings=found)
    rows_json = found.model_dump(exclude_none=True, by_alias=True)
    rest = made.model_dump(exclude={"response_type", "embeddings"})
    return {"response_type": "embeddings_by_type", "embeddings": rows_json, **rest}


def _voyage_answer(texts: list[str], body: Any) -> Any:
    rows: Callable[[str], Any] = vector
    if body.get("output_dtype") in ("binary", "ubinary"):
        rows = lambda text: [-128, 127] if body["output_dtype"] == "binary" else [0, 255]  # noqa: E731
    data = [
        {"object": "embedding", "embedding": rows(text), "index": index} for index, text in enumerate(texts)
    ]
    return {"object": "list", "data": data, "model": body["model"], "usage": {"total_tokens": 1}}


def _mistral_answer(texts: list[str], body: Any) -> Any:
    from mistralai.client.models import EmbeddingResponse, EmbeddingResponseData, UsageInfo

    data = [
        EmbeddingResponseData(object="embedding", embedding=vector(text), index=index)
        for index, text in enumerate(texts)
    ]
    made = EmbeddingResponse(id="i", object="list", data=data[::-1], model=body["model"], usage=UsageInfo())
    return made.model_dump(mode="json", exclude_none=True)


def _gemini_answer(texts: list[str], body: Any) -> Any:
    from google.genai.types import ContentEmbedding

    made = [ContentEmbedding(values=vector(text)) for text in texts]
    return {"embeddings": [embedding.model_dump(mode="json", exclude_none=True) for embedding in made]}


def _cohere_reranked(best: list[tuple[int, float]], body: Any) -> Any:
    from cohere.v2.types import V2RerankResponse, V2RerankResponseResultsItem

    items = [V2RerankResponseResultsItem(index=index, relevance_score=found) for index, found in best]
    return V2RerankResponse(id="i", results=items).model_dump(exclude_none=True)


def _listed(where: str, name: str) -> Callable[[list[tuple[int, float]], Any], Any]:
    def answer(best: list[tuple[int, float]], body: Any) -> Any:
        return {where: [{"index": index, name: found} for index, found in best], "usage": {"total_tokens": 1}}

    return answer


def _gemini(url: str, options: ServiceOptions | None) -> Any:
    limit = options.timeout_s if options else None
    http = {"base_url": url, **({"timeout": round(limit * 1000)} if limit else {})}
    return dense.GeminiEmbeddingFunction(api_key=KEY, options=options, http_options=http)


DENSE = [
    Dense(
        "OpenAI",
        lambda url, options: dense.OpenAIEmbeddingFunction(
            "text-embedding-3-small", KEY, url, options=options
        ),
        "/embeddings",
        lambda body: body["input"],
        _openai_answer,
        "float64",
    ),
    Dense(
        "Jina",
        lambda url, options: dense.JinaEmbeddingFunction(api_key=KEY, api_url=url, options=options),
        "/embeddings",
        lambda body: body["input"],
        _openai_like,
        "float64",
    ),
    Dense(
        "TEI",
        lambda url, options: dense.TEIEmbeddingFunction(url, options=options),
        "/v1/embeddings",
        lambda body: body["input"],
        _openai_like,
        "float64",
        None,
    ),
    Dense(
        "Cohere",
        lambda url, options: dense.CohereEmbeddingFunction(api_key=KEY, base_url=url, options=options),
        "/v1/embed",
        lambda body: body["texts"],
        _cohere_answer,
        "float32",
    ),
    Dense(
        "Voyage",
        lambda url, options: dense.VoyageEmbeddingFunction(api_key=KEY, base_url=url, options=options),
        "/embeddings",
        lambda body: body["input"],
        _voyage_answer,
        "float32",
    ),
    Dense(
        "Mistral",
        lambda url, options: dense.MistralAIEmbeddingFunction(KEY, server_url=url, options=options),
        "/v1/embeddings",
        lambda body: body["input"],
        _mistral_answer,
        "float64",
    ),
    Dense(
        "Gemini",
        _gemini,
        "/v1/models/gemini-embedding-exp-03-07:batchEmbedContents",
        lambda body: [
            "".join(part["text"] for part in asked["content"]["parts"]) for asked in body["requests"]
        ],
        _gemini_answer,
        "float64",
        ("x-goog-api-key", KEY),
    ),
]

RERANK = [
    Rerank(
        "Jina",
        lambda url, options: reranker.JinaRerankFunction(api_key=KEY, api_url=url, options=options),
        "/rerank",
        lambda body: body["documents"],
        _listed("results", "relevance_score"),
        lambda body: body["top_n"],
    ),
    Rerank(
        "TEI",
        lambda url, options: reranker.TEIRerankFunction(url, options=options),
        "/rerank",
        lambda body: body["texts"],
        lambda best, body: [{"index": index, "score": found} for index, found in best],
        key_header=None,
    ),
    Rerank(
        "Cohere",
        lambda url, options: reranker.CohereRerankFunction(api_key=KEY, base_url=url, options=options),
        "/v2/rerank",
        lambda body: body["documents"],
        _cohere_reranked,
        lambda body: body.get("top_n"),
    ),
    Rerank(
        "Voyage",
        lambda url, options: reranker.VoyageRerankFunction(api_key=KEY, base_url=url, options=options),
        "/rerank",
        lambda body: body["documents"],
        _listed("data", "relevance_score"),
        lambda body: body["top_k"],
    ),
    Rerank(
        "Jev",
        lambda url, options: reranker.JevRerankFunction(api_key=KEY, api_url=url, options=options),
        "/systemone",
        lambda body: [
            asked["instructions"].removeprefix("Document: ").split(" — Does")[0]
            for asked in body["questions"].values()
        ],
        lambda best, body: {"answers": {f"d{index}": {"noul": found} for index, found in best}},
    ),
]

each_dense = pytest.mark.parametrize("service", DENSE, ids=str)
each_service = pytest.mark.parametrize(
    "service",
    [*DENSE, *RERANK],
    ids=lambda service: f"{service}-{type(service).__name__.lower()}",
)
each_reranker = pytest.mark.parametrize("service", RERANK, ids=str)


def made(service: Any, loopback: Loopback, **options: Any) -> Any:
    return service.make(loopback.url, ServiceOptions(**{"sleep": lambda seconds: None, **options}))


def asked(service: Any, function: Any, texts: list[str]) -> Any:
    return function(texts) if isinstance(service, Dense) else function("q", texts, 0)


def values(vectors: list[Any]) -> list[list[float]]:
    return [vector.tolist() for vector in vectors]
