"""A program of a user's, for type checkers: `make test-typing`. It is run by tests/test_typing.py."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sprat
from sprat import fusion
from sprat.compat import bm25s, rank_bm25
from sprat.errors import SpratError
from sprat.model.sparse import BM25EmbeddingFunction
from sprat.model.sparse.bm25 import build_default_analyzer
from sprat.retriever import Explanation


def analyse(text: str) -> list[str]:
    analyzer = sprat.Analyzer("unicode-en")
    places: list[tuple[int, int]] = [(token.start, token.end) for token in analyzer.tokens(text)]
    assert len(places) == len(analyzer(text))
    return sprat.Analyzer.from_dict(analyzer.to_dict())(text)


def encode(texts: list[str], folder: Path) -> tuple[int, int]:
    encoder = sprat.BM25Encoder("en", variant="lucene", k1=0.9, b=0.4).fit(texts)
    documents = encoder.encode_documents(texts)
    indices: NDArray[np.integer] = documents.indices
    encoder.partial_fit(["one more"]).remove(["one more"])
    encoder.save(folder / "bm25.json")
    average: float = sprat.BM25Encoder.load(folder / "bm25.json").statistics.average_document_length
    assert average > 0
    assert len(indices) == documents.nnz
    rows, columns = documents.shape
    return rows, columns


def search(texts: list[str], query: str) -> NDArray[np.int64]:
    encoder = sprat.BM25Encoder().fit(texts)
    index = sprat.SparseIndex(encoder.encode_documents(texts))
    found: sprat.TopK = index.search(encoder.encode_queries([query]), k=2)
    scores: NDArray[np.float32] = found.scores
    assert scores.shape == found.documents.shape
    return found.documents


def retrieve(texts: Mapping[str, str], query: str) -> tuple[str, float]:
    retriever = sprat.Retriever.from_texts(list(texts.values()), ids=list(texts))
    hits: list[sprat.Hit] = retriever.search(query, k=3)
    explanation: Explanation = retriever.explain(query, hits[0].id)
    again = fusion.rrf([hits, hits], k=1)
    assert again[0].id == hits[0].id
    return str(hits[0].id), explanation.score


def move(texts: list[str], query: str) -> float:
    tokens = [text.split() for text in texts]
    okapi = rank_bm25.BM25Okapi(tokens)
    best = float(okapi.get_scores(query.split()).max())
    other = bm25s.BM25()
    other.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
    function = BM25EmbeddingFunction(build_default_analyzer("en"))
    function.fit(texts)
    assert function.encode_documents(texts).shape == (len(texts), function.dim)
    return best


def refused() -> str:
    try:
        sprat.BM25Encoder(k1=-1.0)
    except SpratError as error:
        return str(error)
    return ""
