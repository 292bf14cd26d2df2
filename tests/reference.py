"""The engine again, slow and obvious: dicts, lists and floats of plain Python.

What the core computes is compared with this. Documents and queries are lists of tokens; a vector is a dict
from column to weight, by ascending column. Follows pymilvus.model 0.3.4 where that has an answer.
"""

import json
import math
import struct
from collections import Counter
from itertools import pairwise


def float32(x):
    """Round to the nearest float32, ties to even."""
    return struct.unpack("f", struct.pack("f", x))[0]


class Bm25:
    """pymilvus.model's BM25EmbeddingFunction on token lists; ``variant="lucene"`` changes its formulas."""

    def __init__(self, documents, *, variant="okapi", k1=1.5, b=0.75, epsilon=0.25):
        self.variant, self.k1, self.b, self.epsilon = variant, k1, b, epsilon
        self.document_count = len(documents)
        self.token_count = sum(map(len, documents))
        self.average_document_length = self.token_count / self.document_count
        self.document_frequency = {}  # in order of first occurrence, which gives a term its column
        for tokens in documents:
            for token in dict.fromkeys(tokens):
                self.document_frequency[token] = self.document_frequency.get(token, 0) + 1
        self.columns = {term: column for column, term in enumerate(self.document_frequency)}
        self.idf = self._lucene_idf() if variant == "lucene" else self._okapi_idf()

    def _lucene_idf(self):
        n = self.document_count
        return {t: math.log(1 + (n - df + 0.5) / (df + 0.5)) for t, df in self.document_frequency.items()}

    def _okapi_idf(self):
        n = self.document_count
        idf = {t: math.log(n - df + 0.5) - math.log(df + 0.5) for t, df in self.document_frequency.items()}
        total = 0
        for value in idf.values():  # not sum(), which adds more exactly since Python 3.12
            total += value
        self.average_idf = total / len(idf)
        floor = self.epsilon * self.average_idf
        return {term: floor if value < 0 else value for term, value in idf.items()}

    def encode_document(self, tokens):
        norm = self.k1 * (1 - self.b + self.b * len(tokens) / self.average_document_length)
        weights = {}
        for term, tf in Counter(tokens).items():
            if term in self.columns:
                weight = tf / (tf + norm) if self.variant == "lucene" else tf * (self.k1 + 1) / (tf + norm)
                weights[self.columns[term]] = float32(weight)
        return dict(sorted(weights.items()))

    def encode_query(self, tokens):
        weights = {}
        for term in tokens:
            if term in self.columns:
                column = self.columns[term]
                weights[column] = weights[column] + self.idf[term] if column in weights else self.idf[term]
        return {column: float32(weight) for column, weight in sorted(weights.items())}

    def saved_text(self):
        """Return what pymilvus.model writes: the first eight keys of a saved file."""
        return json.dumps(
            {
                "version": "v1",
                "corpus_size": self.document_count,
                "avgdl": self.average_document_length,
                "idf_word": list(self.idf),
                "idf_value": list(self.idf.values()),
                "k1": self.k1,
                "b": self.b,
                "epsilon": self.epsilon,
            }
        )


def score(document, query):
    """Add up the shared columns, ascending, rounding to float32 after each step; None if none is shared."""
    shared = [column for column in sorted(query) if column in document]
    total = 0.0
    for column in shared:
        total = float32(total + float32(query[column] * document[column]))
    return total if shared else None


def search(documents, queries, k):
    """Return per query at most ``k`` pairs (document, score): score descending, then document ascending."""
    return [
        sorted(
            ((i, s) for i, document in enumerate(documents) if (s := score(document, query)) is not None),
            key=lambda hit: (-hit[1], hit[0]),
        )[:k]
        for query in queries
    ]


def vectors(indptr, indices, data):
    """Take the rows of CSR arrays apart."""
    return [
        dict(zip(map(int, indices[start:end]), map(float, data[start:end])))
        for start, end in pairwise(indptr)
    ]
