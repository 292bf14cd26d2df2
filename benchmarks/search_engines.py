"""Who searches? One adapter per engine: its input, its index, its answer to one query and to many.

Each gets the same postings. BM25 engines are given the terms (``t7`` is the term of column 7) and weigh them
themselves, with the parameters of vectors.py; others are given the weights. An adapter prepares its input
untimed, then builds; queries are prepared untimed too, where its interface allows. Everything runs on one
thread but for :meth:`batch`, and with the best settings that an engine's documentation has.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

import numpy as np

from vectors import K1, B, Vectors

Ids = Any  # the documents found, best first


class Engine:
    """What an adapter has. ``vectors`` are there from the start, ``folder`` is its own to write to."""

    package = ""
    exact = True
    kinds: tuple[str, ...] = ("bm25",)  # of vectors
    parallel = False  # whether batch() takes threads
    saves = False

    def __init__(self, vectors: Vectors, folder: Path) -> None:
        self.vectors, self.folder = vectors, folder
        self.version = version(self.package)
        self.prepare()

    def prepare(self) -> None: ...

    def batch(self, k: int, threads: int) -> list[Ids]:
        return [self.search(query, k) for query in range(self.vectors.queries.shape[0])]

    def query(self, number: int) -> tuple[Any, Any]:
        """Return columns and weights of a query."""
        queries = self.vectors.queries
        entries = slice(queries.indptr[number], queries.indptr[number + 1])
        return queries.indices[entries], queries.data[entries]

    def documents(self) -> Iterator[list[str]]:
        """Yield the terms of each document; their order is lost."""
        matrix, frequencies = self.vectors.documents, self.vectors.frequencies
        names = np.array([f"t{column}" for column in range(matrix.shape[1])], object)
        for begin, end in zip(matrix.indptr[:-1].tolist(), matrix.indptr[1:].tolist()):
            yield names[np.repeat(matrix.indices[begin:end], frequencies[begin:end])].tolist()

    def query_terms(self) -> list[list[str]]:
        count = self.vectors.queries.shape[0]
        return [[f"t{column}" for column in self.query(number)[0].tolist()] for number in range(count)]


class Sprat(Engine):
    package, kinds, parallel, saves = "sprat", ("bm25", "splade"), True, True

    def prepare(self) -> None:
        from scipy.sparse import csr_array

        import sprat

        self.kind, queries = sprat.SparseIndex, self.vectors.queries
        self.input = csr_array(self.vectors.documents)
        self.rows = [queries[[number]] for number in range(queries.shape[0])]

    def build(self) -> None:
        self.index = self.kind(self.input, threads=1)

    def search(self, query: int, k: int) -> Ids:
        return self.index.search(self.rows[query], k=k, threads=1).documents[0]

    def batch(self, k: int, threads: int) -> list[Ids]:
        return [*self.index.search(self.vectors.queries, k=k, threads=threads).documents]

    def save(self) -> None:
        self.index.save(self.folder / "index")

    def load(self) -> None:
        self.index = self.kind.load(self.folder / "index")


class Bm25sNumpy(Engine):
    package, backend, saves = "bm25s", "numpy", True

    def prepare(self) -> None:
        import bm25s

        self.module, self.input, self.terms = bm25s, [*self.documents()], self.query_terms()

    def build(self) -> None:
        self.model = self.module.BM25(method="lucene", k1=K1, b=B, backend=self.backend)
        self.model.index(self.input, show_progress=False)
        self.known = self.model.vocab_dict

    def _retrieve(self, queries: list[list[str]], k: int, threads: int) -> Any:
        ids = [[self.known[term] for term in query if term in self.known] for query in queries]
        return self.model.retrieve(ids, k=k, show_progress=False, n_threads=threads).documents

    def search(self, query: int, k: int) -> Ids:
        return self._retrieve([self.terms[query]], k, 0)[0]

    def batch(self, k: int, threads: int) -> list[Ids]:
        return [*self._retrieve(self.terms, k, threads if self.parallel else 0)]

    def save(self) -> None:
        self.model.save(str(self.folder / "index"), show_progress=False)

    def load(self) -> None:
        self.model = self.module.BM25.load(str(self.folder / "index"), mmap=True, show_progress=False)
        self.model.backend, self.known = self.backend, self.model.vocab_dict


class Bm25sNumba(Bm25sNumpy):
    backend, parallel = "numba", True

    def search(self, query: int, k: int) -> Ids:
        return self._retrieve([self.terms[query]], k, 1)[0]


class RankBm25(Engine):
    package, exact = "rank-bm25", False  # Okapi's idf

    def prepare(self) -> None:
        import rank_bm25

        self.kind, self.input, self.terms = rank_bm25.BM25Okapi, [*self.documents()], self.query_terms()

    def build(self) -> None:
        self.model = self.kind(self.input, k1=K1, b=B)

    def search(self, query: int, k: int) -> Ids:
        return best_of(self.model.get_scores(self.terms[query]), k)


class Tantivy(Engine):
    package, exact, saves = "tantivy", False, True  # document lengths in one byte

    def prepare(self) -> None:
        import tantivy

        self.module, self.terms = tantivy, self.query_terms()
        self.input = [" ".join(document) for document in self.documents()]
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("body", stored=False, tokenizer_name="blanks", index_option="freq")
        builder.add_unsigned_field("number", stored=False, indexed=False, fast=True)
        self.schema = builder.build()

    def build(self) -> None:
        path = self.folder / "index"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        self.index = self.module.Index(self.schema, str(path))
        blanks = self.module.TextAnalyzerBuilder(self.module.Tokenizer.whitespace()).build()
        self.index.register_tokenizer("blanks", blanks)
        writer = self.index.writer(heap_size=512_000_000, num_threads=1)
        for number, text in enumerate(self.input):
            document = self.module.Document(body=text)
            document.add_unsigned("number", number)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._open()

    def _open(self) -> None:
        self.index.reload()
        self.searcher = self.index.searcher()

    def search(self, query: int, k: int) -> Ids:
        should, term_query = self.module.Occur.Should, self.module.Query.term_query
        parts = [(should, term_query(self.schema, "body", term, "freq")) for term in self.terms[query]]
        found = self.searcher.search(self.module.Query.boolean_query(parts), k, count=False)
        addresses = [address for _, address in found.hits]
        return self.searcher.fast_field_values("number", addresses) if addresses else []

    def save(self) -> None: ...

    def load(self) -> None:
        self.index = self.module.Index.open(str(self.folder / "index"))
        self._open()


class Sqlite(Engine):
    exact, saves = False, True  # an idf of its own

    def __init__(self, vectors: Vectors, folder: Path) -> None:
        import sqlite3

        self.module, self.version = sqlite3, sqlite3.sqlite_version
        self.vectors, self.path = vectors, folder / "index"
        self.input = [" ".join(document) for document in self.documents()]
        self.terms = [" OR ".join(query) for query in self.query_terms()]

    def build(self) -> None:
        self.path.unlink(missing_ok=True)
        self.load()
        self.connection.execute(
            "CREATE VIRTUAL TABLE documents USING fts5(body, content='', tokenize='unicode61')"
        )
        with self.connection:
            self.connection.executemany(
                "INSERT INTO documents(rowid, body) VALUES (?, ?)", enumerate(self.input)
            )
            self.connection.execute("INSERT INTO documents(documents) VALUES ('optimize')")

    def search(self, query: int, k: int) -> Ids:
        best = f"SELECT rowid FROM documents WHERE documents MATCH ? ORDER BY rank LIMIT {k}"
        return [row for (row,) in self.connection.execute(best, (self.terms[query],))]

    def save(self) -> None: ...

    def load(self) -> None:
        self.connection = self.module.connect(self.path)


class Pisa(Engine):
    """MaxScore on impacts of eight bits, the fastest of what it has here; without PyTerrier around it."""

    package, exact, parallel, saves = "pyterrier-pisa", False, False, False

    def prepare(self) -> None:
        import ctypes

        ctypes.CDLL(os.path.join(sys.prefix, "lib", "libtbb.so.2"), ctypes.RTLD_GLOBAL)
        file = next(
            f for f in distribution(self.package).files or () if f.name.startswith("_pisathon.cpython")
        )
        spec: Any = importlib.util.spec_from_file_location("_pisathon", file.locate())
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        self.terms = [" ".join(query) for query in self.query_terms()]
        self.text = self.folder / "documents.txt"
        with self.text.open("w") as lines:
            lines.writelines(f"{i} {' '.join(document)}\n" for i, document in enumerate(self.documents()))

    def build(self) -> None:
        path = self.folder / "index"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        self.module.index(str(self.text), str(path), "", 100_000, 1)
        (self.folder / "stop_words").touch()
        self.context = self.module.RetrievalContext()
        options = {"quantize": 1, "bm25_k1": K1, "bm25_b": B, "stop_fname": str(self.folder / "stop_words")}
        self.module.prepare_index(self.context, str(path), "block_simdbp", "bm25", "", **options)

    def search(self, query: int, k: int) -> Ids:
        found = [np.empty(k, kind) for kind in (np.int32, object, np.int32, np.float32)]
        names = ("result_qidxs", "result_docnos", "result_ranks", "result_scores")
        options = {"k": k, "threads": 1, "pretokenised": 0, "query_weighted": 0, **dict(zip(names, found))}
        size = self.module.retrieve(self.context, "maxscore", [(0, self.terms[query])], **options)
        return found[1][:size].astype(np.int64)


def best_of(scores: Any, k: int) -> Ids:
    best = np.argpartition(-scores, min(k, len(scores) - 1))[:k]
    return best[np.argsort(-scores[best], kind="stable")]


BM25_SEARCHERS: dict[str, type[Engine]] = {
    "sprat": Sprat,
    "bm25s, numba": Bm25sNumba,
    "bm25s, NumPy": Bm25sNumpy,
    "tantivy": Tantivy,
    "PISA, MaxScore": Pisa,
    "rank_bm25": RankBm25,
    "SQLite FTS5": Sqlite,
}
