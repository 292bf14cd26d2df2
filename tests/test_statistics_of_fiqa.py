"""The laws of statistics on a real collection: any shards, any threads, one digest and one file."""

from __future__ import annotations

import gzip
import json
import random
import time

import pytest

from sprat import Analyzer, BM25Encoder
from sprat import CollectionStatistics as Statistics

ANALYZER = Analyzer("en")


def corpus(shared, limit: int | None) -> list[str]:
    path = shared / "data" / "fiqa" / "corpus.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"{path} not found")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for _, line in zip(range(limit or 10**9), lines)]
    return [f"{document['title']} {document['text']}" for document in documents]


@pytest.fixture(scope="module")
def part(shared):
    return corpus(shared, 4000)


@pytest.fixture(scope="module")
def whole(shared):
    return corpus(shared, None)


def shards(texts: list[str], count: int) -> list[list[str]]:
    size = -(-len(texts) // count)
    return [texts[start : start + size] for start in range(0, len(texts), size)]


def check_one_digest_and_one_file(texts: list[str], tmp_path) -> None:
    path, seed = tmp_path / "bm25.json", random.randrange(2**32)
    print(f"order of merging: random.Random({seed})")
    order = random.Random(seed)
    BM25Encoder(ANALYZER, variant="okapi", threads=1).fit(texts).save(path)
    expected, digest = path.read_bytes(), BM25Encoder.load(path).statistics.digest()
    for count in (1, 2, 7, 100):
        for threads in (1, 2, 5):
            pieces = shards(texts, count)
            counted = [Statistics.of(p, ANALYZER, shard=i, threads=threads) for i, p in enumerate(pieces)]
            order.shuffle(counted)
            while len(counted) > 1:
                counted.append(counted.pop(0).merge(counted.pop(0)))
            merged = Statistics.from_bytes(counted[0].to_bytes())
            BM25Encoder(ANALYZER, variant="okapi").merge(merged).save(path)
            assert merged.digest() == digest, (count, threads)
            assert path.read_bytes() == expected, (count, threads)
        grown = BM25Encoder(ANALYZER, variant="okapi", threads=2)
        for piece in pieces:
            grown.partial_fit(piece)
        grown.save(path)
        assert path.read_bytes() == expected, count


def test_any_shards_and_threads_give_one_digest_and_one_file(part, tmp_path):
    check_one_digest_and_one_file(part, tmp_path)


def test_taking_a_part_away_gives_the_fit_of_the_rest(part):
    encoder = BM25Encoder(ANALYZER).fit(part).remove(part[1000:2500])

    rest = BM25Encoder(ANALYZER).fit(part[:1000] + part[2500:])

    assert encoder.statistics.digest() == rest.statistics.digest()
    assert encoder.dim > rest.dim
    encoder.compact()
    assert encoder.dim == rest.dim


@pytest.mark.slow
def test_any_shards_and_threads_of_all_documents_give_one_digest_and_one_file(whole, tmp_path):
    check_one_digest_and_one_file(whole, tmp_path)


def cpu_seconds(act, times: int) -> float:
    """The least of some runs: others only add to it."""
    seconds = []
    for _ in range(times):
        start = time.process_time()
        act()
        seconds.append(time.process_time() - start)
    return min(seconds)


@pytest.mark.slow
def test_adding_and_removing_a_thousand_documents_costs_a_twentieth_of_a_fit_at_most(whole):
    fitted = BM25Encoder(ANALYZER, threads=1).fit(whole)
    start = fitted.statistics

    def changed(change: str) -> None:
        encoder = BM25Encoder(ANALYZER, threads=1).merge(start)
        getattr(encoder, change)(whole[:1000])
        encoder.encode_queries("what is the idf today")

    fit = cpu_seconds(lambda: BM25Encoder(ANALYZER, threads=1).fit(whole), 3)
    for change in ("partial_fit", "remove"):
        cost = cpu_seconds(lambda change=change: changed(change), 7)
        print(f"fit {fit:.3f} s, {change} {cost:.4f} s: {cost / fit:.2%}")
        assert cost < 0.05 * fit


@pytest.mark.slow
def test_merging_two_fits_of_100_000_terms_takes_less_than_50_ms():
    words = Analyzer.from_dict({"version": 1, "tokenizer": {"type": "whitespace"}, "filters": []})

    def made(start: int) -> Statistics:
        numbers = range(start, start + 100_000, 100)
        return Statistics.of([" ".join(f"term{n + i}" for i in range(100)) for n in numbers], words)

    a, b = made(0), made(50_000)

    seconds = cpu_seconds(lambda: a.merge(b), 9)

    print(f"merge: {1e3 * seconds:.1f} ms")
    assert len(a.merge(b).terms) == 150_000
    assert seconds < 0.05
