"""Time SPLADE encoders on the same passages and model, interleaved, and print a table.

    python benchmarks/splade.py [--passages 2000] [--threads 1] [--memory]

The model is $SPRAT_SHARED/models/splade-tiny (or shared/ beside the repository), the passages are the first
of SciFact's. Nothing is timed before the vectors agree. CPU time of the process, so that a busy machine
matters less; the wall clock is printed too. --memory runs each engine in a process of its own and prints
its peak.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from fastembed import SparseTextEmbedding
from scipy.sparse import csr_array
from tokenizers import Tokenizer

import sprat

SHARED = Path(os.environ.get("SPRAT_SHARED") or Path(__file__).resolve().parents[2] / "shared")
MODEL = SHARED / "models" / "splade-tiny"
BUDGET = 512  # tokens a batch, padding included
CHUNK = 200  # passages that an engine encodes before it is another's turn

Encode = Callable[[list[str]], csr_array]


def passages(count: int) -> list[str]:
    with gzip.open(SHARED / "data" / "scifact" / "corpus.jsonl.gz", "rt", encoding="utf-8") as file:
        documents = [json.loads(line) for line, _ in zip(file, range(count))]
    return [f"{document['title']} {document['text']}" for document in documents]


def ours(threads: int, model_file: str) -> Encode:
    return sprat.SpladeEncoder(
        MODEL, threads=threads, model_file=model_file, batch_tokens=BUDGET
    ).encode_documents


def fastembed(threads: int, batch_size: int) -> Encode:
    """fastembed's own class on this model, whose files stand in for those of a model that it lists."""
    folder = Path(tempfile.mkdtemp())
    for name in ("model.onnx", "tokenizer.json", "config.json"):
        shutil.copy(MODEL / name, folder / name)
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 512, "pad_token": "[PAD]"}))
    (folder / "special_tokens_map.json").write_text("{}")
    engine = SparseTextEmbedding(
        "prithivida/Splade_PP_en_v1", threads=threads, specific_model_path=str(folder), cuda=False
    )

    def encode(texts: list[str]) -> csr_array:
        found = list(engine.embed(texts, batch_size=batch_size))
        indptr = np.cumsum([0, *(len(row.indices) for row in found)])
        indices = np.concatenate([row.indices for row in found])
        return csr_array(
            (np.concatenate([row.values for row in found]), indices, indptr), (len(found), 30522)
        )

    return encode


def numpy_plan(threads: int) -> Encode:
    """The best plan in Python: sorted by length, small batches, the largest logit before the logarithm."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(MODEL / "model.onnx", options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.no_padding()

    def run(batch: list[list[int]]) -> list[tuple[np.ndarray, np.ndarray]]:
        ids = np.zeros((len(batch), len(batch[0])), np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (logits,) = session.run(None, feeds)
        rows = []
        for row, tokens in enumerate(batch):
            best = logits[row, : len(tokens)].max(0)
            terms = np.flatnonzero(best > 0)
            rows.append((terms, np.log1p(best[terms])))
        return rows

    def encode(texts: list[str]) -> csr_array:
        tokens = [encoding.ids for encoding in tokenizer.encode_batch_fast(texts)]
        order = sorted(range(len(tokens)), key=lambda number: -len(tokens[number]))
        batches, first = [], 0
        while first < len(order):
            count = max(1, BUDGET // len(tokens[order[first]]))
            batches.append([tokens[number] for number in order[first : first + count]])
            first += count
        with ThreadPoolExecutor(threads) as pool:
            found = [row for rows in pool.map(run, batches) for row in rows]
        rows = [found[place] for place in np.argsort(order)]
        indptr = np.cumsum([0, *(len(terms) for terms, _ in rows)])
        indices = np.concatenate([terms for terms, _ in rows])
        return csr_array((np.concatenate([w for _, w in rows]), indices, indptr), (len(rows), 30522))

    return encode


ENGINES: dict[str, Callable[[int], Encode]] = {
    "sprat": lambda threads: ours(threads, "model.onnx"),
    "sprat, int8": lambda threads: ours(threads, "model_int8.onnx"),
    "onnxruntime + NumPy": numpy_plan,
    "fastembed, batches of 16": lambda threads: fastembed(threads, 16),
}


def compare(texts: list[str], threads: int) -> None:
    ready = {name: make(threads) for name, make in ENGINES.items()}
    few = texts[:16]
    expected = ready["sprat"](few).toarray()
    for name, encode in ready.items():
        tolerance = 0.5 if "int8" in name else 1e-4
        np.testing.assert_allclose(encode(few).toarray(), expected, atol=tolerance, err_msg=name)
    cpu = dict.fromkeys(ready, 0.0)
    wall = dict.fromkeys(ready, 0.0)
    for start in range(0, len(texts), CHUNK):
        for name, encode in ready.items():
            before = time.process_time(), time.perf_counter()
            encode(texts[start : start + CHUNK])
            cpu[name] += time.process_time() - before[0]
            wall[name] += time.perf_counter() - before[1]
    tokens = sum(len(ids.ids) for ids in _plain_tokenizer().encode_batch_fast(texts))
    print(f"{len(texts)} passages, {tokens} tokens, {threads} thread(s)")
    for name in ready:
        print(
            f"{name:26} CPU {cpu[name]:7.1f} s, {cpu[name] / cpu['sprat']:5.2f} x sprat's; "
            f"wall {wall[name]:7.1f} s, {wall[name] / wall['sprat']:5.2f} x; "
            f"{tokens / cpu[name]:7.0f} tokens/CPU s"
        )


def share_in_runtime(texts: list[str], threads: int) -> None:
    encoder = sprat.SpladeEncoder(MODEL, threads=threads, batch_tokens=BUDGET)
    encoder.encode_documents(texts[:8])
    before, start = encoder._model.seconds_in_runtime, time.perf_counter()
    encoder.encode_documents(texts)
    inside, whole = encoder._model.seconds_in_runtime - before, time.perf_counter() - start
    print(f"share of time inside ONNX Runtime: {inside / whole / threads:.3f}")


def _plain_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.no_padding()
    return tokenizer


def memory(count: int, threads: int) -> None:
    for name in ENGINES:
        arguments = ["--passages", str(count), "--threads", str(threads), "--only", name]
        command = [sys.executable, __file__, *arguments]
        peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        print(f"{name:26} peak {peak.strip()}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--passages", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    texts = passages(asked.passages)
    if asked.only:
        ENGINES[asked.only](asked.threads)(texts)
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    elif asked.memory:
        memory(asked.passages, asked.threads)
    else:
        compare(texts, asked.threads)
        share_in_runtime(texts[:300], asked.threads)


if __name__ == "__main__":
    main()
