"""Collections, one after the other, and what plain Python makes of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

import texts

sys.path.append(str(texts.ROOT / "tests"))

import reference
from sprat import Analyzer, BM25Encoder

_SPEEDS = pytest.StashKey[list[str]]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.option.benchmark_timer = "time.process_time"
    config.option.benchmark_columns = ["min", "median", "max", "rounds"]
    config.stash[_SPEEDS] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    terminalreporter.section("medians of CPU time, one thread")
    for line in config.stash[_SPEEDS]:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session", params=texts.present(texts.DEMO, "scifact", "fiqa"))
def collection(request: pytest.FixtureRequest) -> texts.Collection:
    return texts.load(request.param)


@pytest.fixture(scope="session")
def encoder(collection: texts.Collection) -> BM25Encoder:
    return BM25Encoder("en", threads=1).fit(collection.texts)


@pytest.fixture(scope="session")
def tokens(collection: texts.Collection) -> list[list[str]]:
    return Analyzer("en").batch(collection.texts)


@pytest.fixture(scope="session")
def expected(tokens: list[list[str]]) -> reference.Bm25:
    return reference.Bm25(tokens, variant="lucene", k1=1.2, b=0.75)


@pytest.fixture
def timed(
    benchmark: Any, request: pytest.FixtureRequest, collection: texts.Collection
) -> Callable[..., None]:
    """Time five calls by CPU time; the summary says how much of ``unit`` that is per second."""
    benchmark.group = collection.name

    def timed(step: Callable[[], Any], unit: str, amount: float) -> None:
        benchmark.pedantic(step, rounds=5, warmup_rounds=1)
        if benchmark.stats is not None:  # None with --benchmark-disable
            speed = benchmark.extra_info[f"{unit} per second"] = amount / benchmark.stats.stats.median
            request.config.stash[_SPEEDS].append(f"{request.node.name:40} {speed:12,.1f} {unit} per second")

    return timed
