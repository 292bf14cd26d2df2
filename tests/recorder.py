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
