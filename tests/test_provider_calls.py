"""Each call that the original made of a client library, and what it made of the answer."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recorder import Recorder, shown
from sprat.model import dense, reranker

CASES = json.loads((Path(__file__).parent / "golden" / "provider_calls.json").read_text())["cases"]
TEXTS = ["a", "b"]
DOCUMENTS = ["doc zero", "doc one", "doc two"]
KEYS = ("OPENAI_API_KEY", "JINAAI_API_KEY", "MISTRALAI_API_KEY", "TYPESAFE_API_KEY", "CO_API_KEY")

# By first word of the case.
OTHERS = {"base": "test_model_api.py", "rr": "test_model_api.py", "BGEM3": "test_model_hybrid.py"}

openai, cohere, voyage = (
    dense.OpenAIEmbeddingFunction,
    dense.CohereEmbeddingFunction,
    dense.VoyageEmbeddingFunction,
)
jina, tei, mistral = (
    dense.JinaEmbeddingFunction,
    dense.TEIEmbeddingFunction,
    dense.MistralAIEmbeddingFunction,
)
transformer = dense.SentenceTransformerEmbeddingFunction

# What is made in an un-indented case.
MAKE: dict[str, Callable[[], Any]] = {
    "OpenAI default": lambda: openai(api_key="K"),
    "OpenAI dims": lambda: openai("text-embedding-3-large", "K", "http://x", 256, timeout=3),
    "OpenAI unknown model dim": lambda: openai("unknown", "K").dim,
    "Cohere default": lambda: cohere(api_key="K"),
    "Cohere float": lambda: cohere(api_key="K", embedding_types=["float"], truncate="END"),
    "Cohere binary": lambda: cohere(api_key="K", embedding_types=["binary"], truncate="END"),
    "Cohere ubinary": lambda: cohere(api_key="K", embedding_types=["ubinary"], truncate="END"),
    "Cohere int8": lambda: cohere(api_key="K", embedding_types=["int8"]),
    "Cohere uint8": lambda: cohere(api_key="K", embedding_types=["uint8"]),
    "Cohere base64": lambda: cohere(api_key="K", embedding_types=["base64"], truncate="END"),
    "Cohere 2 types": lambda: cohere(api_key="K", embedding_types=["float", "binary"]),
    "Cohere [] types": lambda: cohere(api_key="K", embedding_types=[]),
    "Cohere unknown dim": lambda: cohere("unknown", "K").dim,
    "Voyage default": lambda: voyage(api_key="K"),
    "Voyage float": lambda: voyage(api_key="K", embedding_type="float", truncate=True, dimension=256),
    "Voyage binary": lambda: voyage(api_key="K", embedding_type="binary", truncate=True, dimension=256),
    "Voyage ubinary": lambda: voyage(api_key="K", embedding_type="ubinary", truncate=True, dimension=256),
    "Voyage int8": lambda: voyage(api_key="K", embedding_type="int8"),
    "Voyage uint8": lambda: voyage(api_key="K", embedding_type="uint8"),
    "Voyage foo": lambda: voyage(api_key="K", embedding_type="foo"),
    "Voyage bad dim": lambda: voyage(api_key="K", dimension=7),
    "Voyage voyage-3 binary": lambda: voyage("voyage-3", "K", "binary"),
    "Voyage unknown model": lambda: voyage("unknown", "K").dim,
    "Voyage unknown model+dim": lambda: voyage("unknown", "K", dimension=5),
    "Voyage unknown model encode": lambda: voyage("unknown", "K")(["a"]),
    "Mistral": lambda: mistral("K", encoding_format="float"),
    "Mistral None key": lambda: mistral(api_key=None),
    "Mistral env key": lambda: with_variable("MISTRALAI_API_KEY", "E", lambda: mistral(None)),
    "Mistral no arg": lambda: mistral(),
    "Nomic": lambda: dense.NomicEmbeddingFunction(),
    "Nomic dims": lambda: dense.NomicEmbeddingFunction(
        dimensions=256, dimensionality=128, inference_mode="local"
    ),
    "ST": lambda: transformer(),
    "ST instr": lambda: transformer(
        "m",
        query_instruction="Q: ",
        doc_instruction="D: ",
        normalize_embeddings=False,
        trust_remote_code=True,
    ),
    "Gemini": lambda: dense.GeminiEmbeddingFunction(api_key="K"),
    "Model2Vec": lambda: dense.Model2VecEmbeddingFunction(token="t"),
    "Model2Vec local": lambda: dense.Model2VecEmbeddingFunction("<existing local dir>"),
    "CrossEncoder": lambda: reranker.CrossEncoderRerankFunction("m"),
    "BGERerank": lambda: reranker.BGERerankFunction(batch_size=2),
    "CohereRerank": lambda: reranker.CohereRerankFunction(api_key="K"),
    "CohereRerank nodoc": lambda: reranker.CohereRerankFunction(
        api_key="K", return_documents=False, max_tokens_per_doc=9
    ),
    "VoyageRerank": lambda: reranker.VoyageRerankFunction(api_key="K"),
    "Jina no key": lambda: jina(),
    "Jina": lambda: jina(api_key="K"),
    "Jina dims": lambda: jina(api_key="K", task="separation", dimensions=64, late_chunking=True),
    "TEI": lambda: tei("http://h:8080"),
    "JinaRerank nokey": lambda: reranker.JinaRerankFunction(),
    "JinaRerank": lambda: reranker.JinaRerankFunction(api_key="K"),
    "TEIRerank": lambda: reranker.TEIRerankFunction("http://h:8080"),
    "Jev nokey": lambda: reranker.JevRerankFunction(),
    "Jev": lambda: reranker.JevRerankFunction(api_key="K"),
}

# What is done with it in an indented case, by name or by the object's case and name.
DO: dict[str, Callable[[Any], Any]] = {
    "encode_documents": lambda made: made.encode_documents(TEXTS),
    "encode_queries": lambda made: made.encode_queries(["q"]),
    "__call__": lambda made: made(TEXTS),
    "dim": lambda made: made.dim,
    "docs": lambda made: made.encode_documents(TEXTS),
    "queries": lambda made: made.encode_queries(TEXTS),
    "call": lambda made: made(TEXTS),
    "docs after dim": lambda made: made.encode_documents(TEXTS),
    "err": lambda made: made(TEXTS),
    "err2": lambda made: made(TEXTS),
    "OpenAI default/_encode_query": lambda made: made._encode_query("hello"),
    "OpenAI default/encode []": lambda made: made([]),
    "ST instr/_encode_query": lambda made: made._encode_query("x"),
    "Gemini/_encode_query": lambda made: made._encode_query("xyz"),
    "CrossEncoder/call": lambda made: made("q", DOCUMENTS),
    "CrossEncoder/call top0": lambda made: made("q", [*DOCUMENTS, "x"], 0),
    "CrossEncoder/call top2": lambda made: made("q", DOCUMENTS, 2),
    "BGERerank/call": lambda made: made("q", DOCUMENTS),
    "BGERerank/call top None": lambda made: made("q", DOCUMENTS, None),
    "BGERerank/call []": lambda made: made("q", []),
    "Voyage float/docs": lambda made: made.encode_documents(["a"]),
    "Voyage binary/docs": lambda made: made.encode_documents(["a"]),
    "Voyage ubinary/docs": lambda made: made.encode_documents(["a"]),
    "CohereRerank/call": lambda made: made("q", DOCUMENTS),
    "CohereRerank nodoc/call": lambda made: made("q", DOCUMENTS, 2),
    "VoyageRerank/call": lambda made: made("q", DOCUMENTS, 1),
    "JinaRerank/call": lambda made: made("q", DOCUMENTS, 1),
    "JinaRerank/err": lambda made: made("q", DOCUMENTS),
    "TEIRerank/call top_k=2": lambda made: made("q", DOCUMENTS, 2),
    "TEIRerank/call top_k=7": lambda made: len(made("q", DOCUMENTS, 7)),
    "TEIRerank/err": lambda made: made("q", DOCUMENTS),
    "Jev/call": lambda made: made("q", DOCUMENTS),
    "Jev/err": lambda made: made("q", DOCUMENTS),
}

# The answers that were given over HTTP.
PAIR = {"data": [{"index": 1, "embedding": [0.3, 0.4]}, {"index": 0, "embedding": [0.1, 0.2]}]}
SINGLE = {"data": [{"index": 0, "embedding": [0.1, 0.2]}]}
SCORES = [{"index": index, "score": 1 - index / 10} for index in range(3)]
REPLIES: dict[str, Any] = {
    "Jina/dim": SINGLE,
    "Jina dims/err": {"detail": "bad key"},
    "Jina dims/err2": {"other": 1},
    "TEI/dim": SINGLE,
    "TEI/err": {"message": "oops"},
    "JinaRerank/call": {"results": [{"index": 1, "relevance_score": 0.9, "document": {"text": "doc one"}}]},
    "JinaRerank/err": {"detail": "no"},
    "TEIRerank/call top_k=2": SCORES,
    "TEIRerank/call top_k=7": SCORES,
    "TEIRerank/err": {"error": "bad"},
    "Jev/call": {"answers": {"d0": {"noul": 0.2}, "d1": {"noul": 0.9}}},
    "Jev/err": {"err": 1},
}

_RESULT = "{}'s answer to texts 0 to {} cannot be read: ValueError: no {!r} in {}"


def _ranked(*found: tuple[str, float, int]) -> Any:
    from sprat.model.base import RerankResult

    return shown([RerankResult(*each) for each in found])


def _error(kind: str, message: str) -> Any:
    return {"EXC": f"builtins.{kind}", "msg": message}


def with_variable(name: str, value: str, action: Callable[[], Any]) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(name, value)
        return action()


# docs/differences.md gives the reason for each: what differs in the calls, by name of the call.
ADDED = {
    "model.predict": {"show_progress_bar": False},
    "openai.OpenAI": {"max_retries": 0},
    "Cohere client.embed": {"request_options": {"max_retries": 0}},
    "CohereRerank client.rerank": {"request_options": {"max_retries": 0}},
}
LEFT_OUT = {"CohereRerank client.rerank": ["return_documents"]}
# And what differs in one case: "calls" or "result".
_KNOWN_VOYAGE = ", ".join(
    "voyage-3-large voyage-code-3 voyage-3 voyage-3-lite voyage-finance-2 voyage-multilingual-2 "
    "voyage-law-2 voyage-large-2 voyage-code-2 voyage-2 voyage-lite-02-instruct".split()
)
DIFFERENT: dict[str, dict[str, Any]] = {
    "ST instr/_encode_query": {
        "calls": [
            [
                "model.encode",
                [["Q: x"]],
                {
                    "batch_size": 32,
                    "show_progress_bar": False,
                    "convert_to_numpy": True,
                    "normalize_embeddings": False,
                },
            ]
        ]
    },
    "CrossEncoder": {
        "calls": [["CrossEncoder", ["m"], {"device": None, "default_activation_function": None}]]
    },
    "OpenAI default/_encode_query": {
        "calls": [["client.embeddings.create", [], {"input": ["hello"], "model": "text-embedding-ada-002"}]]
    },
    "OpenAI default/encode []": {"calls": []},
    "OpenAI unknown model dim": {
        "result": _error(
            "KeyError",
            "the length of unknown's vectors is not known; pass dimensions, or use one of "
            "text-embedding-3-small, text-embedding-3-large, text-embedding-ada-002",
        )
    },
    "Cohere base64/docs": {"result": {"list_of": ["/w==", "/w=="], "len": 2}},
    "Cohere [] types": {"result": _error("ValueError", "embedding_types must name one type, got []")},
    "Cohere unknown dim": {
        "result": _error(
            "KeyError",
            "the length of unknown's vectors is not known; use one of embed-english-v3.0, "
            "embed-english-light-v3.0, embed-english-v2.0, embed-english-light-v2.0, "
            "embed-multilingual-v3.0, embed-multilingual-light-v3.0, embed-multilingual-v2.0",
        )
    },
    "Voyage unknown model": {
        "result": _error(
            "KeyError",
            f"the length of unknown's vectors is not known; pass dimension, or use one of {_KNOWN_VOYAGE}",
        )
    },
    "Voyage unknown model+dim": {"calls": [["voyageai.Client", ["K"], {}]], "result": "ok"},
    "Voyage unknown model encode": {
        "calls": [
            ["voyageai.Client", ["K"], {}],
            [
                "client.embed",
                [],
                {
                    "texts": ["a"],
                    "model": "unknown",
                    "input_type": None,
                    "truncation": None,
                    "output_dtype": None,
                    "output_dimension": None,
                },
            ],
        ],
        "result": {
            "list_of": [
                {"ndarray": "float32", "shape": [2], "v": [0.10000000149011612, 0.20000000298023224]}
            ],
            "len": 1,
        },
    },
    "Mistral env key": {"calls": [["mistralai.Mistral", [], {"api_key": "E"}]]},
    "Nomic/encode_queries": {
        "calls": [
            [
                "nomic.embed.text",
                [],
                {
                    "texts": ["q"],
                    "model": "nomic-embed-text-v1.5",
                    "task_type": "search_query",
                    "dimensionality": 768,
                },
            ]
        ]
    },
    "Nomic dims/dim": {"result": 128},
    "Gemini/_encode_query": {
        "calls": [
            [
                "client.models.embed_content",
                [],
                {"model": "gemini-embedding-exp-03-07", "contents": ["xyz"], "config": None},
            ]
        ]
    },
    "Model2Vec": {"calls": [["StaticModel.from_pretrained", ["minishlab/potion-base-8M"], {"token": "t"}]]},
    "Model2Vec local": {"calls": [["StaticModel.from_pretrained", ["<existing local dir>"], {}]]},
    "Jina/dim": {"json": {"task": "retrieval.passage"}},
    "Jina/docs after dim": {"json_without": "dimensions"},
    "Jina dims/err": {
        "result": _error("RuntimeError", _RESULT.format("Jina", 1, "data", "{'detail': 'bad key'}"))
    },
    "Jina dims/err2": {"result": _error("RuntimeError", _RESULT.format("Jina", 1, "data", "{'other': 1}"))},
    "TEI/err": {"result": _error("RuntimeError", _RESULT.format("TEI", 1, "data", "{'message': 'oops'}"))},
    "JinaRerank/err": {
        "result": _error("RuntimeError", _RESULT.format("Jina", 2, "results", "{'detail': 'no'}"))
    },
    "TEIRerank/call top_k=2": {
        "json": {"return_text": False},
        "result": _ranked(("doc zero", 1.0, 0), ("doc one", 0.9, 1)),
    },
    "TEIRerank/call top_k=7": {"json": {"return_text": False}, "result": 3},
    "TEIRerank/err": {
        "json": {"return_text": False},
        "result": _error(
            "RuntimeError",
            "TEI's answer to texts 0 to 2 cannot be read: ValueError: no list in {'error': 'bad'}",
        ),
    },
    "Jev/err": {"result": _error("RuntimeError", _RESULT.format("Jev", 2, "answers", "{'err': 1}"))},
}


def ours(name: str, case: dict[str, Any]) -> tuple[Any, Any]:
    """The calls and the result that the case is to have here."""
    different = DIFFERENT.get(name, {})
    calls = json.loads(json.dumps(different.get("calls", case["calls"])))
    for call in calls:
        for key in (call[0], f"{name.split()[0].split('/')[0]} {call[0]}"):
            call[2].update(ADDED.get(key, {}))
            for left_out in LEFT_OUT.get(key, ()):
                del call[2][left_out]
        if call[0] == "POST":
            call[2]["json"].update(different.get("json", {}))
            call[2]["json"].pop(different.get("json_without"), None)
            call[2]["headers"].setdefault("Content-Type", "application/json")
    return calls, different.get("result", case["result"])


def outcome(action: Callable[[], Any], expected: Any) -> tuple[Any, Any]:
    """What an action returns, and its form in the golden file; an error goes by its builtin class."""
    try:
        made = action()
    except Exception as error:
        kind = expected["EXC"] if isinstance(expected, dict) and "EXC" in expected else "builtins.Nothing"
        is_kind = isinstance(error, getattr(builtins, kind.removeprefix("builtins."), ()))
        return None, _error(kind.removeprefix("builtins.") if is_kind else repr(error), str(error))
    return made, shown(made)


def test_every_recorded_case_is_the_same_or_listed(monkeypatch):
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)
    recorder = Recorder(monkeypatch)
    run, current, made = set(), "", None

    for case in CASES:
        sub = case["case"].startswith(" ")
        name = f"{current}/{case['case'].strip()}" if sub else case["case"]
        if (name.split()[0].split("/")[0] if sub else case["case"].split()[0]) in OTHERS:
            current = current if sub else case["case"]
            continue
        run.add(name)
        calls, result = ours(name, case)
        recorder.reply = REPLIES.get(name, PAIR)
        if sub:
            do = DO.get(name) or DO[case["case"].strip()]
            _, found = outcome(lambda do=do, made=made: do(made), result)
        else:
            new, found = outcome(MAKE[case["case"]], result)
            if found is new and new is not None:
                made, current, found = new, case["case"], "ok"

        noted = recorder.taken()
        for call in noted:
            if call[0] == "POST":
                codings = call[2]["headers"]["Accept-Encoding"].split(", ")
                call[2]["headers"]["Accept-Encoding"] = ", ".join(codings[:2])
        assert (name, noted) == (name, calls)
        assert (name, found) == (name, result)

    assert run >= {*DIFFERENT, *REPLIES}
