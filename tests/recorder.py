"""Stand-ins for client libraries that note each call, as those did with which the original was recorded."""

from __future__ import annotations

import importlib.machinery
import sys
import types
from typing import Any

import httpx
import numpy as np
import pytest

from sprat.model.base import RerankResult


class Recorder:
    """Calls in the form of the golden file: name, positional arguments, keywords."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[list[Any]] = []
        self.reply: Any = None  # of the next request by httpx
        self._monkeypatch = monkeypatch
        self._install()

    def note(self, name: str, args: Any, keywords: Any) -> None:
        self.calls.append([name, list(args), dict(keywords)])

    def taken(self) -> list[list[Any]]:
        calls, self.calls = self.calls, []
        return calls

    def does(self, name: str, answer: Any) -> Any:
        """A function that notes its call and answers; ``answer`` may be a function of the same arguments."""

        def call(*args: Any, **keywords: Any) -> Any:
            self.note(name, args, keywords)
            return answer(*args, **keywords) if callable(answer) else answer

        return call

    def module(self, name: str, **members: Any) -> types.ModuleType:
        """Put a module of these members in the place of a library."""
        made = types.ModuleType(name)
        made.__spec__ = importlib.machinery.ModuleSpec(name, None)
        vars(made).update(members)
        self._monkeypatch.setitem(sys.modules, name, made)
        return made

    def _install(self) -> None:
        error = type("Error", (Exception,), {})

        def vectors(*, input: list[str], **_: Any) -> Any:
            rows = [[0.1, 0.2, 0.3 * (index + 1)] for index in range(len(input))]
            return one(data=[one(embedding=row, index=index) for index, row in enumerate(rows)])

        client = one(embeddings=one(create=self.does("client.embeddings.create", vectors)))
        made = self.does("openai.OpenAI", lambda **_: client)
        self.module("openai", OpenAI=made, OpenAIError=error, APIConnectionError=error)
        self._install_cohere(error)
        self._install_voyage(error)
        self._install_others(error)
        self._install_local()
        self._monkeypatch.setattr(
            httpx.Client, "post", lambda *args, **keywords: self._post(*args, **keywords)
        )

    def _install_cohere(self, error: type) -> None:
        def embed(*, texts: list[str], embedding_types: Any, **_: Any) -> Any:
            rows = {
                "float": [[0.1, 0.2]] * len(texts),
                "binary": [[-1, 127, -128]] * len(texts),
                "ubinary": [[255, 0, 7]] * len(texts),
                "base64": ["/w=="] * len(texts),
            }
            return one(embeddings=one(**rows) if embedding_types else rows["float"])

        found = [one(index=1, relevance_score=0.9), one(index=0, relevance_score=0.2)]
        client = one(
            embed=self.does("client.embed", embed), rerank=self.does("client.rerank", one(results=found))
        )
        core = self.module("cohere.core", ApiError=error)
        members = {
            name: self.does(f"cohere.{name}", lambda *_, **__: client) for name in ("Client", "ClientV2")
        }
        self.module("cohere", core=core, **members)

    def _install_voyage(self, error: type) -> None:
        def embed(*, texts: list[str], output_dtype: str | None, **_: Any) -> Any:
            rows = {"binary": [-128, 127, 0], "ubinary": [0, 255, 128]}
            return one(embeddings=[rows.get(output_dtype or "", [0.1, 0.2])] * len(texts))

        def rerank(query: str, documents: list[str], *, model: str, top_k: int) -> Any:
            found = [one(index=1, relevance_score=0.9), one(index=0, relevance_score=0.2)]
            return one(results=found[:top_k])

        client = one(embed=self.does("client.embed", embed), rerank=self.does("client.rerank", rerank))
        errors = dict.fromkeys(("VoyageError", "APIConnectionError", "Timeout"), error)
        made = self.does("voyageai.Client", lambda *_, **__: client)
        self.module("voyageai", Client=made, error=self.module("voyageai.error", **errors))

    def _install_others(self, error: type) -> None:
        def mistral(*, inputs: list[str], **_: Any) -> Any:
            return one(data=[one(embedding=[0.1, 0.2], index=index) for index in range(len(inputs))])

        def gemini(*, contents: list[str], **_: Any) -> Any:
            return one(embeddings=[one(values=[0.1, 0.2]) for _ in contents])

        def nomic(*, texts: list[str], **_: Any) -> Any:
            return {"embeddings": [[0.1, 0.2]] * len(texts)}

        made = one(embeddings=one(create=self.does("client.embeddings.create", mistral)))
        errors = self.module("mistralai.client.errors", MistralError=error, NoResponseError=error)
        self.module("mistralai", __path__=[])
        opened = self.does("mistralai.Mistral", lambda **_: made)
        self.module("mistralai.client", Mistral=opened, errors=errors)
        client = one(models=one(embed_content=self.does("client.models.embed_content", gemini)))
        genai = self.module("google.genai", Client=self.does("google.genai.Client", lambda **_: client))
        genai.__dict__["errors"] = self.module("google.genai.errors", APIError=error)
        self.module("google", __path__=[], genai=genai)
        embed = self.module("nomic.embed", text=self.does("nomic.embed.text", nomic))
        self.module("nomic", embed=embed)

    def _install_local(self) -> None:
        def ones(texts: list[str], dim: int) -> Any:
            return np.ones((len(texts), dim), np.float32)

        def encode(texts: Any = None, *, sentences: Any = None, **_: Any) -> Any:
            return ones(sentences if texts is None else texts, 4)

        def predict(pairs: Any, **_: Any) -> Any:
            known = {"doc zero": 0.1, "doc one": 0.9, "doc two": 0.9, "x": 0.5}
            return np.array([known[text] for _, text in pairs], np.float32)

        def score(pairs: Any, **_: Any) -> Any:
            return [0.2 * position for position in range(len(pairs))]

        model = one(encode=self.does("model.encode", encode), get_sentence_embedding_dimension=lambda: 4)
        made = self.does("SentenceTransformer", lambda **_: model)
        scorer = self.does("CrossEncoder", lambda *_, **__: one(predict=self.does("model.predict", predict)))
        cross = self.module("sentence_transformers.cross_encoder", CrossEncoder=scorer)
        self.module("sentence_transformers", SentenceTransformer=made, cross_encoder=cross)
        static = one(encode=self.does("model.encode", lambda texts, **_: ones(texts, 3)), dim=3)
        loaded = self.does("StaticModel.from_pretrained", lambda *_, **__: static)
        self.module("model2vec", StaticModel=one(from_pretrained=loaded))
        ranker = one(compute_score=self.does("reranker.compute_score", score))
        found = self.does("FlagAutoReranker.from_finetuned", lambda **_: ranker)
        self.module("FlagEmbedding", FlagAutoReranker=one(from_finetuned=found))

    def _post(self, client: httpx.Client, url: str, *, json: Any) -> httpx.Response:
        request = client.build_request("POST", url, json=json)
        names = {"Accept-Encoding", "Authorization", "Content-Type"}
        headers = {name: request.headers[name] for name in names if name in request.headers}
        self.note("POST", [url], {"json": json, "headers": headers})
        return httpx.Response(200, json=self.reply, request=request)


class one(types.SimpleNamespace):
    """An object of these attributes, which can be closed."""

    def __exit__(self, *_: Any) -> None:
        pass


def shown(result: Any) -> Any:
    """A result in the form of the golden file."""
    if isinstance(result, np.ndarray):
        return {
            "ndarray": result.dtype.name,
            "shape": list(result.shape),
            "v": [float(value) for value in result.ravel()[:24]],
        }
    if isinstance(result, list):
        return {"list_of": [shown(element) for element in result[:4]], "len": len(result)}
    if isinstance(result, bytes):
        return {"bytes": result.hex()}
    if isinstance(result, RerankResult):
        score = result.score
        as_json = {"np.float32": float(score)} if isinstance(score, np.float32) else score
        return {
            "RerankResult": {**result.to_dict(), "score": as_json},
            "score_type": type(score).__name__,
            "repr": repr(result),
        }
    return result
