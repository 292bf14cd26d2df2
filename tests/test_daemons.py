"""Threads that are at work while the interpreter shuts down stay behind, whatever they do."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import threading, time
import sprat

texts = ["cat dog " + str(number) for number in range(20_000)]
encoder = sprat.BM25Encoder("en").fit(texts)
index = sprat.SparseIndex(encoder.encode_documents(texts))
queries = encoder.encode_queries(texts[:3000])
filtered = sprat.Analyzer.from_stages({"type": "whitespace"}, filters=[lambda token: token.upper()])

def work():
    while True:
        CALL

for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.2)
"""


@pytest.mark.parametrize(
    "call",
    [
        "sprat.BM25Encoder('en', threads=1).fit(texts)",
        "sprat.BM25Encoder('en', threads=2).fit(text for text in texts)",
        "sprat.BM25Encoder(str.split).fit(texts)",
        "sprat.BM25Encoder(filtered).fit(texts)",
        "index.search(queries, threads=1)",
        "index.search(queries, threads=2)",
    ],
)
def test_a_daemon_thread_does_not_end_the_process(call):
    program = PROGRAM.replace("CALL", call)

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)

    assert (done.returncode, done.stderr) == (0, "")
