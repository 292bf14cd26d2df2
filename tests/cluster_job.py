"""What a user of a cluster would write: fit and encode Parquet files; run by test_cluster.py.

``python cluster_job.py ENGINE ADDRESS FOLDER``: FOLDER/corpus holds the files. Each worker writes its process
id into FOLDER/workers once it analyses texts, slowly, so that it can be killed in the middle of the job.

``python cluster_job.py ENGINE ADDRESS FOLDER shards``: fits FOLDER/texts.parquet in several numbers of parts.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

import sprat
from sprat import distributed


def slowly(text: str, folder: str) -> list[str]:
    mark = Path(folder, "workers", str(os.getpid()))
    if not mark.exists():
        mark.touch()
    time.sleep(0.004)
    return text.split()


def spark_session(address: str) -> Any:
    """Classic, or with ``connect:`` before the address a server of Spark Connect that is started here."""
    from pyspark.sql import SparkSession

    options = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.executor.cores": "1",
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.files.maxPartitionBytes": "20k",  # a partition or two for each file
    }
    builder = SparkSession.builder.config(map=options)
    remote = address.removeprefix("connect:")
    return (builder.master(address) if remote == address else builder.remote(remote)).getOrCreate()


def spark(address: str, folder: str) -> tuple[Any, Any]:
    frame = spark_session(address).read.parquet(os.path.join(folder, "corpus"))
    return frame, lambda found: [row.asDict() for row in found.collect()]


def texts_of_numbers(batches: Any, path: str) -> Any:
    texts = pyarrow.parquet.read_table(path)["text"]
    for batch in batches:
        yield pyarrow.record_batch([texts.take(batch.column(0)).combine_chunks()], ["text"])


def spark_shards(address: str, path: str, count: int) -> Any:
    rows = pyarrow.parquet.read_metadata(path).num_rows
    numbers = spark_session(address).range(0, rows, 1, count)
    return numbers.mapInArrow(partial(texts_of_numbers, path=path), "text string")


def dask(address: str, folder: str) -> tuple[Any, Any]:
    import dask.dataframe as dd
    from distributed import Client

    Client(address)  # and so where everything is computed
    frame = dd.read_parquet(os.path.join(folder, "corpus"), split_row_groups=True)
    return frame, lambda found: found.compute().to_dict("records")


def dask_shards(address: str, path: str, count: int) -> Any:
    import dask.dataframe as dd
    from distributed import Client, default_client

    try:
        default_client()
    except ValueError:
        Client(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None)
    frame = dd.from_pandas(pyarrow.parquet.read_table(path).to_pandas(), npartitions=count, sort=False)
    assert frame.npartitions == count
    return frame


def ray_shards(address: str, path: str, count: int) -> Any:
    import ray

    if not ray.is_initialized():
        ray.init(num_cpus=2, include_dashboard=False, object_store_memory=400 << 20, logging_level="error")
        ray.data.DataContext.get_current().enable_progress_bars = False
    table = pyarrow.parquet.read_table(path)
    cuts = [table.num_rows * number // count for number in range(count + 1)]
    return ray.data.from_arrow([table.slice(a, b - a) for a, b in pairwise(cuts)])


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


def shards(engine: str, address: str, folder: str) -> None:
    path = os.path.join(folder, "texts.parquet")
    found = {}
    for count, plan in ((1, "blobs"), (2, "blobs"), (7, "blobs"), (7, "relational"), (100, "blobs")):
        dataset = globals()[f"{engine}_shards"](address, path, count)
        fitted = distributed.fit(dataset, encoder=sprat.BM25Encoder("en"), plan=plan)
        fitted.save(Path(folder, "fitted.json"))
        text = Path(folder, "fitted.json").read_bytes()
        found[f"{count} {plan}"] = [fitted.statistics.digest(), hashlib.sha256(text).hexdigest()]
    Path(folder, "shards.json").write_text(json.dumps(found))


if __name__ == "__main__":
    (shards if sys.argv[4:] == ["shards"] else main)(*sys.argv[1:4])
