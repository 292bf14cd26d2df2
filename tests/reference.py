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


def okapi_tf(tf, pivot, k1, _):
    return tf * (k1 + 1) / (tf + k1 * pivot)


def lucene_tf(tf, pivot, k1, _):
    return tf / (tf + k1 * pivot)


def bm25l_absent(k1, delta):
    return (k1 + 1) * delta / (k1 + delta)


def bm25l_tf(tf, pivot, k1, delta):
    c = tf / pivot
    return (k1 + 1) * (c + delta) / (k1 + c + delta) - bm25l_absent(k1, delta)


def ldp_tf(tf, pivot, _, delta):
    return 1 + math.log(1 + math.log(tf / pivot + delta))


# The tf part, moved down to 0 at 0, and the idf part. Okapi's idf is followed by epsilon.
FORMULAS = {
    "okapi": (okapi_tf, lambda df, n: math.log(n - df + 0.5) - math.log(df + 0.5)),
    "lucene": (lucene_tf, lambda df, n: math.log(1 + (n - df + 0.5) / (df + 0.5))),
    "robertson": (lucene_tf, lambda df, n: math.log(max((n - df + 0.5) / (df + 0.5), 1))),
    "atire": (okapi_tf, lambda df, n: math.log(n / df)),
    "bm25l": (bm25l_tf, lambda df, n: math.log((n + 1) / (df + 0.5))),
    "bm25+": (okapi_tf, lambda df, n: math.log((n + 1) / df)),
    "tf-ldp": (ldp_tf, lambda df, n: math.log((n + 1) / df)),
}


class Bm25:
    """pymilvus.model's BM25EmbeddingFunction on token lists; another variant changes its formulas."""

    def __init__(self, documents, *, variant="okapi", k1=1.5, b=0.75, epsilon=0.25, delta=0):
        self.variant, self.k1, self.b, self.epsilon, self.delta = variant, k1, b, epsilon, delta
        self.tf_part, idf_part = FORMULAS[variant]
        self.document_count = len(documents)
        self.token_count = sum(map(len, documents))
        self.average_document_length = self.token_count / self.document_count
        self.document_frequency = {}  # in order of first occurrence, which gives a term its column
        for tokens in documents:
            for token in dict.fromkeys(tokens):
                self.document_frequency[token] = self.document_frequency.get(token, 0) + 1
        self.columns = {term: column for column, term in enumerate(self.document_frequency)}
        self.idf = {t: idf_part(df, self.document_count) for t, df in self.document_frequency.items()}
        if variant == "okapi":
            self._lift_negative()

    def _lift_negative(self):
        total = 0
        for value in self.idf.values():  # not sum(), which adds more exactly since Python 3.12
            total += value
        self.average_idf = total / len(self.idf)
        floor = self.epsilon * self.average_idf
        self.idf = {term: floor if value < 0 else value for term, value in self.idf.items()}

    def encode_document(self, tokens):
        pivot = 1 - self.b + self.b * len(tokens) / self.average_document_length
        weights = {}
        for term, tf in Counter(tokens).items():
            if term in self.columns:
                weights[self.columns[term]] = float32(self.tf_part(tf, pivot, self.k1, self.delta))
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


def adapted(documents, b):
    """BM25-adpt's idf and k1 of each term: the paper's sums, and every thousandth tried."""
    n, average = len(documents), sum(map(len, documents)) / len(documents)
    c_of = {}
    for tokens in documents:
        for term, tf in Counter(tokens).items():
            c_of.setdefault(term, []).append(tf / (1 - b + b * len(tokens) / average))
    terms = {}
    for term, cs in c_of.items():
        df = [n, len(cs), *(sum(c >= r - 0.5 for c in cs) for r in range(2, 257))]
        idf_0 = math.log2((df[1] + 0.5) / (n + 1))
        gains = [math.log2((df[r + 1] + 0.5) / (df[r] + 1)) - idf_0 for r in range(255)]
        last = 1
        while last < 254 and df[last + 1] > 0 and gains[last + 1] >= gains[last]:
            last += 1
        idf = max(gains[1], 0)
        ratios = {r: gains[r] / idf for r in range(2, last + 1)} if idf else {}
        misfits = {
            k: sum((g - (k + 1) * r / (k + r)) ** 2 for r, g in ratios.items())
            for k in [thousandths / 1000 for thousandths in range(1, 10_001)]
        }
        terms[term] = idf, min(misfits, key=misfits.get) if ratios else 0.001, misfits
    return terms


def ndcg(order, judged, cutoff):
    """nDCG as trec_eval has it: gains are relevances, those below 0 are 0, discounted by log2(rank + 1)."""
    ideal = sorted((max(relevance, 0) for relevance in judged.values()), reverse=True)[:cutoff]
    gains = [max(judged.get(document, 0), 0) for document in order]

    def discounted(values):
        return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(values, 1))

    return discounted(gains) / discounted(ideal) if any(ideal) else 0.0


def average_precision(order, judged):
    relevant = [document for document, relevance in judged.items() if relevance > 0]
    ranks = [rank for rank, document in enumerate(order, 1) if document in relevant]
    return sum(found / rank for found, rank in enumerate(ranks, 1)) / len(relevant) if relevant else 0.0


def reciprocal_rank(order, judged):
    return next((1 / rank for rank, document in enumerate(order, 1) if judged.get(document, 0) > 0), 0.0)


def recall(order, judged):
    relevant = [document for document, relevance in judged.items() if relevance > 0]
    return len(set(order) & set(relevant)) / len(relevant) if relevant else 0.0
