"""Print nDCG@10 of BM25 (k1=1.5, b=0.75, Lucene's idf) on the test collections.

    python benchmarks/quality.py [COLLECTION ...]

Reads the collections from $SPRAT_SHARED/data or shared/data beside the repository. The last rows have the
parameters and the analysis of Anserini (k1=0.9, b=0.4, lucene-en, lengths in one byte), whose published
figures are 0.6789 on SciFact and 0.2361 on FiQA.
"""

import gzip
import json
import os
import sys
from pathlib import Path

import sprat

ROOT = Path(os.environ.get("SPRAT_SHARED") or Path(__file__).resolve().parents[2] / "shared") / "data"
ANALYZERS = {
    "cranfield": ["unicode", "en", "unicode-en"],
    "cacm": ["unicode", "en", "unicode-en"],
    "med": ["unicode", "en", "unicode-en"],
    "scifact": ["unicode", "en", "unicode-en"],
    "fiqa": ["unicode", "en", "unicode-en"],
    "xquad-de": ["unicode", "de", "unicode-de"],
    "xquad-es": ["unicode", "es", "unicode-es"],
    "xquad-ru": ["unicode", "ru", "unicode-ru"],
    "xquad-ar": ["unicode", "unicode-ar"],
    "xquad-ro": ["unicode", "unicode-ro"],
    **{name: ["unicode"] for name in ("xquad-hi", "xquad-th", "xquad-zh", "jaquad", "drcd")},
}


def lines(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def quality(collection: str, encoder: sprat.BM25Encoder) -> float:
    folder = ROOT / collection
    documents, judged = lines(folder / "corpus.jsonl.gz"), sprat.read_qrels(folder / "qrels" / "test.tsv")
    relevant = {query: found for query, found in judged.items() if any(found.values())}
    queries = [query for query in lines(folder / "queries.jsonl.gz") if query["_id"] in relevant]
    texts = [f"{document.get('title', '')} {document['text']}".strip() for document in documents]
    index = sprat.SparseIndex(encoder.fit_encode_documents(texts))
    top = index.search(encoder.encode_queries([query["text"] for query in queries]), k=10)
    run = {
        query["_id"]: [(documents[row]["_id"], score) for row, score in zip(rows, scores) if row >= 0]
        for query, rows, scores in zip(queries, top.documents.tolist(), top.scores.tolist())
    }
    return sprat.evaluate(run, relevant, "nDCG@10").means["nDCG@10"]


def main(names: list[str]) -> None:
    if not ROOT.is_dir():
        sys.exit(f"no collections in {ROOT}; SPRAT_SHARED names another folder")
    for collection in names or ANALYZERS:
        for analyzer in ANALYZERS[collection]:
            score = quality(collection, sprat.BM25Encoder(analyzer, k1=1.5, b=0.75))
            print(f"{collection:12}{analyzer:12}{score:.4f}", flush=True)
    for collection in sorted({"scifact", "fiqa"}.intersection(names or ANALYZERS)):
        anserini = sprat.BM25Encoder("lucene-en", variant="lucene-lossy", k1=0.9, b=0.4)
        print(f"{collection:12}{'lucene-en':12}{quality(collection, anserini):.4f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
