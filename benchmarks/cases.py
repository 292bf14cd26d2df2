"""What is compared with what, and when do two answers agree?

A run is an engine and one of its steps (engines.py). The runs of a case work on the same texts and alternate
in the order given; a later step may use the result of an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple


class Run(NamedTuple):
    engine: str
    step: str

    @property
    def ours(self) -> bool:
        return self.engine.startswith("sprat")


Answers = dict[Run, Any]


@dataclass(frozen=True)
class Case:
    name: str
    runs: tuple[Run, ...]
    pairs: tuple[tuple[Run, Run], ...]  # ours and theirs, a line of each table
    agree: Callable[[Answers], None]  # raises AssertionError
    query_count: int
    more_pairs: tuple[tuple[Run, Run], ...] = ()  # lines of the long table alone
    on_tokens: bool = False  # the texts come analysed
    slow: bool = False  # a peer takes minutes for 50 MB: a prefix unless asked for more, and few repeats


def same_bits(answers: Answers) -> None:
    """Files and vectors are equal to the last bit."""
    for (engine, step), answer in answers.items():
        ours = answers[Run("sprat.model", step)]
        assert answer == ours, f"{engine}'s {step} differs from sprat's: {answer} and {ours}"


# The least share of sprat's top 10 that is right for an engine. On fiqa tantivy has 0.57, bm25s 0.64, and
# rank_bm25, which has no stop words and no stemmer, 0.25; texts that are off by one have 0.
_SHARES = {
    "sprat": 1.0,
    "tantivy": 0.4,
    "bm25s": 0.4,
    "SQLite FTS5": 0.3,
    "rank_bm25": 0.15,
    "TfidfVectorizer": 0.1,
    "HashingVectorizer": 0.03,  # without idf
    "sprat unicode": 0.1,
}


def similar_rankings(answers: Answers) -> None:
    """The steps of sprat lead to one ranking, and peers, whose analyzers differ, share much of its top 10.

    The share is a mean over the queries.
    """
    ours = next(ranking for run, ranking in answers.items() if run.ours)
    for (engine, step), rankings in answers.items():
        shares = [len({*a} & {*b}) / len(b) for a, b in zip(rankings, ours, strict=True) if b]
        share = sum(shares) / len(shares)
        least = _SHARES[engine]
        assert share >= least, f"{engine}'s {step} shares {share:.2f} of sprat's top 10, expected {least}"


def same_scores(answers: Answers) -> None:
    """Scores equal rank_bm25's up to float32, and no document that was left out scores higher."""
    every = answers[Run("rank_bm25 on tokens", "search")]
    for step in ("index", "search"):
        documents, scores = answers[Run("sprat on tokens", step)]
        for found, given, expected in zip(documents, scores, every, strict=True):
            best = sorted(expected, reverse=True)[: len(found)]
            for document, score, at_rank in zip(found, given, best):
                theirs = expected[document] if document >= 0 else 0.0
                tolerance = 1e-4 * max(1.0, abs(theirs))
                assert abs(score - theirs) <= tolerance, f"document {document}: {score}, not {theirs}"
                assert abs(score - at_rank) <= tolerance, f"document {document}: {score}, not {at_rank}"


_FIT, _ENCODE = Run("sprat.model", "fit"), Run("sprat.model", "encode_documents")
_OLD_FIT, _OLD_ENCODE = Run("pymilvus.model", "fit"), Run("pymilvus.model", "encode_documents")
_TEXT_FIT, _TEXT_ENCODE = Run("sprat", "fit"), Run("sprat", "encode_documents")
_TEXT_INDEX, _TANTIVY = Run("sprat", "index"), Run("tantivy", "index")
_BM25S, _RANK = Run("bm25s", "index"), Run("rank_bm25", "index")
_STEMMED, _PLAIN = Run("sprat unicode", "fit_stemmed"), Run("sprat unicode", "fit_plain")
_HASHED, _HASHING = Run("sprat unicode", "encode_hashed"), Run("HashingVectorizer", "vectors")
_WHOLE, _BM25S_WHOLE = Run("sprat unicode", "end_to_end"), Run("bm25s", "end_to_end")
_TFIDF, _SQLITE = Run("TfidfVectorizer", "vectors"), Run("SQLite FTS5", "index")
_TOKENS_INDEX, _RANK_INDEX = Run("sprat on tokens", "index"), Run("rank_bm25 on tokens", "index")
_TOKENS_SEARCH, _RANK_SEARCH = Run("sprat on tokens", "search"), Run("rank_bm25 on tokens", "search")

CASES = (
    Case(
        "drop-in",
        runs=(_FIT, _OLD_FIT, _ENCODE, _OLD_ENCODE),
        pairs=((_FIT, _OLD_FIT), (_ENCODE, _OLD_ENCODE)),
        agree=same_bits,
        query_count=1000,
        slow=True,
    ),
    Case(
        "text",
        runs=(_TEXT_FIT, _TANTIVY, _TEXT_ENCODE, _BM25S, _TEXT_INDEX, _RANK),
        pairs=(
            (_TEXT_FIT, _TANTIVY),
            (_TEXT_ENCODE, _TANTIVY),
            (_TEXT_INDEX, _TANTIVY),
            (_TEXT_INDEX, _BM25S),
        ),
        more_pairs=((_TEXT_INDEX, _RANK),),
        agree=similar_rankings,
        query_count=50,
    ),
    Case(
        "unicode",
        runs=(_STEMMED, _BM25S, _PLAIN, _TFIDF, _TANTIVY, _SQLITE, _HASHED, _HASHING),
        pairs=(
            (_STEMMED, _BM25S),
            (_STEMMED, _TFIDF),
            (_STEMMED, _TANTIVY),
            (_STEMMED, _SQLITE),
            (_HASHED, _HASHING),
        ),
        more_pairs=((_PLAIN, _STEMMED),),
        agree=similar_rankings,
        query_count=50,
    ),
    Case(
        "end to end",
        runs=(_WHOLE, _BM25S_WHOLE),
        pairs=((_WHOLE, _BM25S_WHOLE),),
        agree=similar_rankings,
        query_count=1000,
    ),
    Case(
        "tokens",
        runs=(_TOKENS_INDEX, _RANK_INDEX, _TOKENS_SEARCH, _RANK_SEARCH),
        pairs=((_TOKENS_INDEX, _RANK_INDEX), (_TOKENS_SEARCH, _RANK_SEARCH)),
        agree=same_scores,
        query_count=20,
        on_tokens=True,
    ),
)
