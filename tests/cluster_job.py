"""What a user of a cluster would write: fit and encode Parquet files; run by test_cluster.py.

``python cluster_job.py ENGINE ADDRESS FOLDER``: FOLDER/corpus holds the files. Each worker writes its process
id into FOLDER/workers once it analyses texts, slowly, so that it can be killed in the middle of the job.
"""

from __future__ import annotations

import json
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import sprat
from sprat import distributed


def slowly(text: str, folder: str) -> list[str]:
    mark = Path(folder, "workers", str(os.getpid()))
    if not mark.exists():
        mark.touch()
    time.sleep(0.004)
    return text.split()


def spark(address: str, folder: str) -> tuple[Any, Any]:
    from pyspark.sql import SparkSession

    options = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.executor.cores": "1",
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.files.maxPartitionBytes": "20k",  # a partition or two for each file
    }
    session = SparkSession.builder.master(address).config(map=options).getOrCreate()
    frame = session.read.parquet(os.path.join(folder, "corpus"))
    return frame, lambda found: [row.asDict() for row in found.collect()]


def dask(address: str, folder: str) -> tuple[Any, Any]:
    import dask.dataframe as dd
    from distributed import Client

    Client(address)  # and so where everything is computed
    frame = dd.read_parquet(os.path.join(folder, "corpus"), split_row_groups=True)
    return frame, lambda found: found.compute().to_dict("records")


def ray(address: str, folder: str) -> tuple[Any, Any]:
    import ray

    ray.init(address, logging_level="error")
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.preserve_order = True  # for the test to know the order
    return ray.data.read_parquet(os.path.join(folder, "corpus")), lambda found: found.take_all()


def main(engine: str, address: str, folder: str) -> None:
    dataset, rows = globals()[engine](address, folder)
    encoder = sprat.BM25Encoder(partial(slowly, folder=folder))
    distributed.fit(dataset, encoder=encoder).save(Path(folder, "slowly.json"))
    for plan in ("blobs", "relational"):
        fitted = distributed.fit(dataset, encoder=sprat.BM25Encoder("unicode"), plan=plan)
        fitted.save(Path(folder, f"{plan}.json"))
    vectors = {row["id"]: row for row in rows(distributed.encode(dataset, fitted))}
    texts = {row["id"]: row["text"] for row in rows(dataset)}
    Path(folder, "texts.json").write_text(json.dumps(list(texts.values())))
    assert vectors.keys() == texts.keys()
    for name, expected in zip(texts, fitted.encode_documents(texts.values())):
        assert list(vectors[name]["indices"]) == expected.indices.tolist()
        assert list(vectors[name]["values"]) == expected.data.tolist()


if __name__ == "__main__":
    main(*sys.argv[1:])
