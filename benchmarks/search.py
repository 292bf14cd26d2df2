"""How fast are the k best found, next to others? ``python benchmarks/search.py`` measures.

Engines take turns, each in a process of its own; nothing is timed before its answers were compared with those
of scoring every document in float64. The time of a query is CPU time, the least of the rounds; mean and p99
are over the queries. Batches are wall time: on a busy machine they say little. search_report.py writes docs/.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array

import peers
import report
import search_report
import vectors
from compare import machine
from vector_engines import SEARCHERS
from worker import Worker

DEPTHS = (10, 100, 1000)
_MARGIN = 100  # documents known beyond the deepest rank, for those that tie or lie behind by rounding
_SECONDS = 4.0  # an engine gets no more queries than it answers in this time, but ten
_LEAST = {True: 0.999, False: 0.5}  # share of right documents, by whether an engine claims to be exact
# The most documents that an engine is asked to index: beyond, it takes minutes or all memory.
_HEAVY = {"rank_bm25": 100_000, "SQLite FTS5": 100_000, "bm25s, NumPy": 100_000, "BMP": 100_000}


Record = dict[str, Any]


def truth(name: str, folder: Path) -> list[dict[int, float]]:
    """Return the best documents of each query with their scores in float64, best first."""
    file = folder / "truth.npz"
    if not file.is_file():
        print(f"scoring every document of {name}", flush=True)
        documents, queries, _ = vectors.read(folder)
        columns = csr_array(documents, dtype=np.float64).tocsc()
        ids, scores = [], []
        for number in range(queries.shape[0]):
            found = np.asarray((columns @ queries[[number]].T.astype(np.float64)).todense()).ravel()
            best = np.argsort(-found, kind="stable")[: max(DEPTHS) + _MARGIN]
            ids.append(best)
            scores.append(found[best])
        np.savez(file, ids=np.array(ids), scores=np.array(scores))
    with np.load(file) as arrays:
        return [dict(zip(*pair)) for pair in zip(arrays["ids"].tolist(), arrays["scores"].tolist())]


def share_right(found: list[list[int]], best: list[dict[int, float]], k: int) -> float:
    """Return the share of the first ``k`` places that hold a document good enough to be there."""
    right = places = 0
    for documents, scores in zip(found, best):
        matches = [score for score in scores.values() if score > 0][:k]
        if matches:
            least = matches[-1] * (1 - 1e-6)
            places += len(matches)
            right += sum(scores.get(document, 0.0) >= least for document in set(documents[: len(matches)]))
    return right / places if places else 1.0


def measure(name: str, engines: list[str], rounds: int) -> list[Record]:
    folder = vectors.folder_of(name)
    best, whole = truth(name, folder), vectors.read(folder)
    about = {"vectors": name, "documents": whole.documents.shape[0], "postings": int(whole.documents.nnz)}
    records = []
    with ExitStack() as running:
        workers = {}
        for engine in engines:
            print(f"{name}: {engine}", flush=True)
            try:
                worker = running.enter_context(_start(engine, folder))
            except RuntimeError as error:
                if "PackageNotFoundError" not in str(error):
                    raise
                print(f"{engine} has no wheel for this machine", flush=True)
                continue
            workers[engine] = worker
            record = {**about, "engine": engine, "version": worker.version, "exact": SEARCHERS[engine].exact}
            records.append(record | worker.ask("build") | {"depths": {}})
            records[-1] |= worker.ask("keep")
        for k in DEPTHS:
            _search(k, records, workers, best, rounds)
        for record in records:
            record["batch_qps"] = _batches(workers[record["engine"]], len(best), record)
    return records


def _search(k: int, records: list[Record], workers: dict[str, Worker], best: Any, rounds: int) -> None:
    counts = {}
    for record in records:
        engine = record["engine"]
        worker = workers[engine]
        first = sum(worker.ask("times", 10, k)) / 10
        counts[engine] = max(10, min(len(best), int(_SECONDS / rounds / max(first, 1e-6))))
        right = share_right(worker.ask("answers", counts[engine], k), best, k)
        least = _LEAST[SEARCHERS[engine].exact]
        assert right >= least, (
            f"{engine} finds {right:.4f} of the best {k} of {record['vectors']}, not {least}"
        )
        record["depths"][k] = {"right": right, "queries": counts[engine]}
    times: dict[str, list[list[float]]] = {engine: [] for engine in counts}
    for _ in range(rounds):
        for engine, count in counts.items():
            times[engine].append(workers[engine].ask("times", count, k))
    for record in records:
        least_s = 1e3 * np.min(times[record["engine"]], axis=0)
        record["depths"][k] |= {"mean_ms": float(least_s.mean()), "p99_ms": float(np.percentile(least_s, 99))}


def _batches(worker: Worker, queries: int, record: Record) -> dict[int, float]:
    """Return queries a second in one call, by the number of threads."""
    slow = record["depths"][10]["mean_ms"] * queries > 1e3 * _SECONDS
    if slow or not SEARCHERS[record["engine"]].parallel:
        return {}
    return {n: queries / min(worker.ask("batch_s", 10, n) for _ in range(3)) for n in (1, 2)}


def _start(engine: str, folder: Path) -> Worker:
    ours = engine == "sprat"
    log = report.RESULTS / f"search-{engine.replace(' ', '-').replace(',', '')}.log"
    python = sys.executable if ours else peers.python()
    script = str(Path(__file__).with_name("search_worker.py"))
    environment = {} if ours else {"PYTHONPATH": "", "NUMBA_NUM_THREADS": "2"}  # as many as batches ask for
    return Worker(engine, python, log, environment, script=script, folder=folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--vectors", nargs="+", metavar="NAME", choices=[*vectors.SOURCES])
    parser.add_argument("--engines", nargs="+", metavar="NAME", choices=[*SEARCHERS])
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="default: 3")
    options = parser.parse_args()
    report.RESULTS.mkdir(parents=True, exist_ok=True)
    about = machine()
    file = report.RESULTS / f"search-{about['time'].replace(':', '')}.jsonl"
    for name in options.vectors or vectors.available():
        folder = vectors.folder_of(name)
        kind = "bm25" if (folder / "frequencies.npy").is_file() else "splade"
        count = len(np.load(folder / "documents-indptr.npy", mmap_mode="r")) - 1
        engines = [
            engine
            for engine in options.engines or SEARCHERS
            if kind in SEARCHERS[engine].kinds and count <= _HEAVY.get(engine, count)
        ]
        with file.open("a") as lines:
            for record in measure(name, engines, options.rounds):
                lines.write(json.dumps({**record, "machine": about}) + "\n")
    print(search_report.table(search_report.read([file])))
    print("\n`python benchmarks/search_report.py` puts the results of this commit into docs/.")


if __name__ == "__main__":
    main()
