"""Who is measured? One adapter per engine: steps to time, and the answer to check.

An adapter lives in a worker process of its own (worker.py), which may run on another Python than sprat's, so
nothing is imported before it is needed. A step does the timed work, nothing else, and returns its result;
``done`` holds the latest result of each step. All run on one thread, others with their best documented
settings.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

DEPTH = 10  # documents per query


class EmbeddingFunction:
    """BM25 of pymilvus.model, from ``package`` "pymilvus.model" or "sprat.model"; nothing else differs."""

    def __init__(self, package: str, texts: list[str], queries: list[str]) -> None:
        self.texts, self.queries = texts, queries
        self.version = version("sprat" if package == "sprat.model" else package)
        self.model = importlib.import_module(f"{package}.sparse").BM25EmbeddingFunction()

    def fit(self, done: dict[str, Any]) -> None:
        self.model.fit(self.texts)

    def encode_documents(self, done: dict[str, Any]) -> Any:
        return self.model.encode_documents(self.texts)

    def answer(self, step: str, done: dict[str, Any]) -> dict[str, Any]:
        """Give every bit: of the saved file and the query vectors, or of the document vectors."""
        if step == "encode_documents":
            return _bits(done[step])
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "bm25.json"
            self.model.save(str(file))
            text = file.read_text("ascii")
        whole = json.loads(text)
        own = json.dumps({key: value for key, value in whole.items() if key != "sprat"})
        assert text.startswith(own[:-1]), "the common keys do not come first, or not as Python writes them"
        queries = _bits(self.model.encode_queries(self.queries))
        return {"file": hashlib.sha256(own.encode()).hexdigest(), **queries}


class Sprat:
    """sprat's own encoder, from text to something that can be searched."""

    def __init__(self, texts: list[str], queries: list[str]) -> None:
        import sprat

        self.version = sprat.__version__
        self.texts, self.queries = texts, queries
        self.encoder = sprat.BM25Encoder("en", threads=1)
        self.build = sprat.SparseIndex

    def fit(self, done: dict[str, Any]) -> Any:
        return self.encoder.fit(self.texts)

    def encode_documents(self, done: dict[str, Any]) -> Any:
        return self.encoder.encode_documents(self.texts)

    def index(self, done: dict[str, Any]) -> Any:
        return self.build(self.encoder.fit_encode_documents(self.texts))

    def answer(self, step: str, done: dict[str, Any]) -> list[list[int]]:
        index = done["index"] if step == "index" else self.build(self.encoder.encode_documents(self.texts))
        top = index.search(self.encoder.encode_queries(self.queries), k=DEPTH)
        return [[document for document in row if document >= 0] for row in top.documents.tolist()]


class SpratUnicode:
    """The analyzer "unicode" with NLTK's stop words and PyStemmer as a function of one's own, or without."""

    def __init__(self, texts: list[str], queries: list[str]) -> None:
        import Stemmer

        import sprat

        self.version = sprat.__version__
        self.texts, self.queries, self.build = texts, queries, sprat.SparseIndex
        words = [{"type": "casefold"}, {"type": "stop_words", "language": "english"}]
        stem = Stemmer.Stemmer("english", 0).stemWord
        tokenizer = {"type": "cjk-bigram"}
        self.stemmed = sprat.BM25Encoder(
            sprat.Analyzer.from_stages(tokenizer, filters=[*words, stem]), threads=1
        )
        self.plain = sprat.BM25Encoder(sprat.Analyzer.from_stages(tokenizer, filters=words), threads=1)
        self.whole = lambda: sprat.BM25Encoder("unicode-en", threads=1)
        self.hashed = sprat.BM25Encoder(
            "unicode", vocabulary=sprat.HashedVocabulary("murmur3-abs"), variant="qdrant", threads=1
        )

    def fit_stemmed(self, done: dict[str, Any]) -> Any:
        return self.stemmed.fit_encode_documents(self.texts)

    def fit_plain(self, done: dict[str, Any]) -> Any:
        return self.plain.fit_encode_documents(self.texts)

    def encode_hashed(self, done: dict[str, Any]) -> Any:
        return self.hashed.encode_documents(self.texts)

    def end_to_end(self, done: dict[str, Any]) -> Any:
        """Fit, encode, index and search, from raw text to the best documents."""
        encoder = self.whole()
        index = self.build(encoder.fit_encode_documents(self.texts))
        return index.search(encoder.encode_queries(self.queries), k=DEPTH, threads=1).documents.tolist()

    def answer(self, step: str, done: dict[str, Any]) -> list[list[int]]:
        if step == "end_to_end":
            return [[document for document in row if document >= 0] for row in done[step]]
        encoder = {"fit_stemmed": self.stemmed, "fit_plain": self.plain, "encode_hashed": self.hashed}[step]
        top = self.build(done[step]).search(encoder.encode_queries(self.queries), k=DEPTH)
        return [[document for document in row if document >= 0] for row in top.documents.tolist()]


class Vectorizer:
    """One of scikit-learn's, by name. TF-IDF drops its English stop words; neither stems."""

    def __init__(self, name: str, texts: list[str], queries: list[str]) -> None:
        import numpy
        from sklearn.feature_extraction import text as sklearn

        self.numpy, self.version = numpy, version("scikit-learn")
        self.texts, self.queries = texts, queries
        options = {"stop_words": "english"} if name == "TfidfVectorizer" else {}
        self.vectorizer = getattr(sklearn, name)(**options)

    def vectors(self, done: dict[str, Any]) -> Any:
        return self.vectorizer.fit_transform(self.texts)

    def answer(self, step: str, done: dict[str, Any]) -> list[list[int]]:
        scores = (done["vectors"] @ self.vectorizer.transform(self.queries).T).toarray().T
        return self.numpy.argsort(-scores, kind="stable")[:, :DEPTH].tolist()


class Sqlite:
    """FTS5 in memory with its Porter stemmer and no copy of the text; without positions it has no bm25."""

    def __init__(self, texts: list[str], queries: list[str]) -> None:
        import sqlite3

        self.sqlite3, self.version = sqlite3, sqlite3.sqlite_version
        self.texts = texts
        words = [re.findall(r"\w+", query) for query in queries]
        self.queries = [" OR ".join(f'"{word}"' for word in query) for query in words]

    def index(self, done: dict[str, Any]) -> Any:
        connection = self.sqlite3.connect(":memory:")
        connection.execute(
            "CREATE VIRTUAL TABLE documents USING fts5(body, content='', tokenize='porter unicode61')"
        )
        with connection:
            connection.executemany("INSERT INTO documents(rowid, body) VALUES (?, ?)", enumerate(self.texts))
        return connection

    def answer(self, step: str, done: dict[str, Any]) -> list[list[int]]:
        best = f"SELECT rowid FROM documents WHERE documents MATCH ? ORDER BY rank LIMIT {DEPTH}"
        return [[row for (row,) in done["index"].execute(best, (query,))] for query in self.queries]


class Tantivy:
    """In memory, term frequencies without positions, ids from the order of insertion: the fastest it has."""

    def __init__(self, texts: list[str], queries: list[str]) -> None:
        import tantivy

        self.tantivy, self.version = tantivy, version("tantivy")
        self.texts, self.queries = texts, queries
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("body", stored=False, tokenizer_name="en_stem", index_option="freq")
        self.schema = schema.build()

    def index(self, done: dict[str, Any]) -> Any:
        index = self.tantivy.Index(self.schema)
        writer = index.writer(heap_size=512_000_000, num_threads=1)
        for text in self.texts:
            writer.add_document(self.tantivy.Document(body=text))
        writer.commit()
        index.reload()
        return index

    def answer(self, step: str, done: dict[str, Any]) -> list[list[int]]:
        searcher = done["index"].searcher()
        assert (searcher.num_docs, searcher.num_segments) == (len(self.texts), 1)
        parsed = [done["index"].parse_query_lenient(query, ["body"])[0] for query in self.queries]
        return [[address.doc for _, address in searcher.search(query, DEPTH).hits] for query in parsed]


class Bm25s:
    """With its stop words and PyStemmer, as its documentation shows."""

    def __init__(self, texts: list[str], queries: list[str]) -> None:
        import bm25s
        import Stemmer

        self.bm25s, self.stemmer = bm25s, Stemmer.Stemmer("english")
        self.version = version("bm25s")
        self.texts, self.queries = texts, queries

    def index(self, done: dict[str, Any]) -> Any:
        tokenizer = self.bm25s.tokenization.Tokenizer(stemmer=self.stemmer, stopwords="en")
        tokens = tokenizer.tokenize(self.texts, show_progress=False, return_as="tuple")
        model = self.bm25s.BM25(method="lucene", k1=1.2, b=0.75, backend="numba")
        model.index(tokens, show_progress=False)
        return model

    def end_to_end(self, done: dict[str, Any]) -> Any:
        return self._best(self.index(done))

    def _best(self, model: Any) -> list[list[int]]:
        tokens = self.bm25s.tokenize(self.queries, stopwords="en", stemmer=self.stemmer, show_progress=False)
        return model.retrieve(tokens, k=DEPTH, show_progress=False, n_threads=1).documents.tolist()

    def answer(self, step: str, done: dict[str, Any]) -> list[list[int]]:
        return done[step] if step == "end_to_end" else self._best(done["index"])


class RankBm25:
    """On ``text.lower().split()``, since it has no analyzer."""

    def __init__(self, texts: list[str], queries: list[str]) -> None:
        import numpy
        import rank_bm25

        self.numpy, self.version = numpy, version("rank-bm25")
        self.okapi = rank_bm25.BM25Okapi
        self.texts, self.queries = texts, queries

    def index(self, done: dict[str, Any]) -> Any:
        return self.okapi([text.lower().split() for text in self.texts])

    def answer(self, step: str, done: dict[str, Any]) -> list[list[int]]:
        scores = (done["index"].get_scores(query.lower().split()) for query in self.queries)
        return [self.numpy.argsort(-row, kind="stable")[:DEPTH].tolist() for row in scores]


class SpratTokens:
    """rank_bm25's BM25Okapi by other means, on tokens that are ready: the analyzer gives them back."""

    def __init__(self, texts: list[list[str]], queries: list[list[str]]) -> None:
        import sprat

        self.version = sprat.__version__
        self.texts, self.queries = texts, queries
        self.encoder = sprat.BM25Encoder(lambda tokens: tokens, variant="okapi", k1=1.5, b=0.75, threads=1)
        self.build = sprat.SparseIndex

    def index(self, done: dict[str, Any]) -> Any:
        return self.build(self.encoder.fit_encode_documents(self.texts))

    def search(self, done: dict[str, Any]) -> Any:
        return done["index"].search(self.encoder.encode_queries(self.queries), k=DEPTH, threads=1)

    def answer(self, step: str, done: dict[str, Any]) -> Any:
        top = self.search(done) if step == "index" else done["search"]
        return top.documents.tolist(), top.scores.tolist()


class RankBm25Tokens:
    """Documents picked by partial sort, which is faster than its own get_top_n."""

    def __init__(self, texts: list[list[str]], queries: list[list[str]]) -> None:
        import numpy
        import rank_bm25

        self.numpy, self.version = numpy, version("rank-bm25")
        self.okapi = rank_bm25.BM25Okapi
        self.texts, self.queries = texts, queries

    def index(self, done: dict[str, Any]) -> Any:
        return self.okapi(self.texts)

    def search(self, done: dict[str, Any]) -> list[Any]:
        return [self._best(done["index"].get_scores(query)) for query in self.queries]

    def _best(self, scores: Any) -> tuple[Any, Any]:
        best = self.numpy.argpartition(-scores, DEPTH)[:DEPTH]
        best = best[self.numpy.argsort(-scores[best], kind="stable")]
        return best, scores[best]

    def answer(self, step: str, done: dict[str, Any]) -> list[list[float]]:
        """Give the score of every document for every query."""
        return [done["index"].get_scores(query).tolist() for query in self.queries]


def _bits(matrix: Any) -> dict[str, Any]:
    rows = matrix.tocsr()
    arrays = {
        "indptr": rows.indptr.astype("<i8"),
        "indices": rows.indices.astype("<i8"),
        "data": rows.data.astype("<f4", casting="no"),
    }
    digests = {name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in arrays.items()}
    return {"shape": tuple(map(int, rows.shape)), **digests}


ENGINES = {
    "sprat.model": lambda **case: EmbeddingFunction("sprat.model", **case),
    "pymilvus.model": lambda **case: EmbeddingFunction("pymilvus.model", **case),
    "sprat": Sprat,
    "sprat unicode": SpratUnicode,
    "TfidfVectorizer": lambda **case: Vectorizer("TfidfVectorizer", **case),
    "HashingVectorizer": lambda **case: Vectorizer("HashingVectorizer", **case),
    "SQLite FTS5": Sqlite,
    "tantivy": Tantivy,
    "bm25s": Bm25s,
    "rank_bm25": RankBm25,
    "sprat on tokens": SpratTokens,
    "rank_bm25 on tokens": RankBm25Tokens,
}
