"""Real clusters on a loopback of their own: a fit on them is the local fit, also if a worker dies."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

import sprat

pytestmark = pytest.mark.cluster

JOB = Path(__file__).with_name("cluster_job.py")
SECONDS = 400
TEXTS = [
    " ".join(random.Random(n).choices("cat dog hen fox owl bee".split(), k=9)) + f" w{n % 50}"
    for n in range(900)
]


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "not within the time allowed"
        time.sleep(0.1)


def parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.fixture(scope="session")
def network() -> Iterator[list[str]]:
    """What to put before a command, so that it sees a loopback of its own and nothing else."""
    for tool in ("unshare", "nsenter", "ip"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    command = ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep 100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        if holder.stdout is None or holder.stdout.readline() != "up\n":
            pytest.skip("needs the right to make a network namespace")
        yield ["nsenter", f"--net=/proc/{holder.pid}/ns/net"]
        holder.kill()


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "workers").mkdir()
    (tmp_path / "corpus").mkdir()
    for number in range(9):
        names = [f"d{n}" for n in range(number * 100, number * 100 + 100)]
        table = pyarrow.table({"id": names, "text": TEXTS[number * 100 : number * 100 + 100]})
        pyarrow.parquet.write_table(table, tmp_path / "corpus" / f"part-{number}.parquet")
    return tmp_path


class Cluster:
    """Processes of a cluster, ended by their ids."""

    def __init__(self, network: list[str], folder: Path, stack: ExitStack) -> None:
        self._network = network
        self._stack = stack
        self.folder = folder
        self.log = folder / "log"
        self.environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(JOB.parent), *sys.path])}

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        with open(self.log, "ab") as log:
            process = subprocess.Popen(
                [*self._network, *command],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._stack.callback(self._end, process)
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        try:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def run(self, engine: str, address: str, *more: str, kill: Callable[[int], int] | None = None) -> None:
        """Run the job; ``kill`` says which process to kill, given one that analyses texts."""
        job = self.start(sys.executable, str(JOB), engine, address, str(self.folder), *more)
        if kill is not None:
            workers = self.folder / "workers"
            until(lambda: list(workers.iterdir()) or job.poll() is not None)
            assert job.poll() is None, self.log.read_text()[-3000:]
            victim = kill(int(next(workers.iterdir()).name))
            time.sleep(0.3)
            os.kill(victim, signal.SIGKILL)
        job.wait(SECONDS)
        assert job.returncode == 0, self.log.read_text()[-3000:]


@pytest.fixture
def cluster(network, folder) -> Iterator[Cluster]:
    with ExitStack() as stack:
        yield Cluster(network, folder, stack)


def require(*modules: str) -> None:
    for module in modules:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"needs {module}: make test-cluster installs it")


def assert_local(folder: Path) -> None:
    texts = json.loads((folder / "texts.json").read_text())  # in the engine's order of partitions
    assert sorted(texts) == sorted(TEXTS)
    expected = sprat.BM25Encoder("unicode").fit(texts)
    expected.save(folder / "local.json")
    slowly = sprat.BM25Encoder.load(folder / "slowly.json", analyzer=str.split)
    assert slowly.statistics.document_count == 900
    assert list(slowly.vocabulary) == list(expected.vocabulary)
    for plan in ("blobs", "relational"):
        fitted = sprat.BM25Encoder.load(folder / f"{plan}.json")
        assert fitted.statistics.digest() == expected.statistics.digest()
        assert (folder / f"{plan}.json").read_text() == (folder / "local.json").read_text()


def spark_class(cluster: Cluster) -> str:
    require("pyspark")
    if shutil.which("java") is None:
        pytest.skip("needs java")
    import pyspark

    home = Path(pyspark.__file__).parent
    cluster.environment |= {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
    }
    return str(home / "bin" / "spark-class")


def test_spark_on_one_machine(cluster):
    spark_class(cluster)

    cluster.run("spark", "local[2]")

    assert_local(cluster.folder)


def test_spark_connect(cluster):
    """The server has the sessions; here is only a client, without Java and RDDs."""
    require("pyspark", "grpc", "grpc_status", "google.protobuf")
    spark_class(cluster)

    cluster.run("spark", "connect:local[2]")

    assert_local(cluster.folder)


def test_spark_standalone_with_an_executor_killed(cluster):
    run = spark_class(cluster)
    package = "org.apache.spark.deploy"
    cluster.start(
        run, f"{package}.master.Master", "--host", "127.0.0.1", "--port", "7077", "--webui-port", "8090"
    )
    for number in (1, 2):
        ports = ("--port", f"708{number}", "--webui-port", f"809{number}")
        cluster.start(
            run, f"{package}.worker.Worker", "--host", f"127.0.0.{number}", *ports,
            "-c", "1", "-m", "1g", "-d", str(cluster.folder / f"work{number}"), "spark://127.0.0.1:7077",
        )  # fmt: skip
    until(lambda: cluster.log.read_text().count("Registering worker") == 2)

    # Texts are analysed by a fork of a daemon of the executor.
    cluster.run("spark", "spark://127.0.0.1:7077", kill=lambda worker: parent(parent(worker)))

    assert "Lost executor" in cluster.log.read_text()
    assert_local(cluster.folder)


def test_dask_with_a_worker_killed(cluster):
    require("distributed")
    dask = [sys.executable, "-m", "dask"]
    address = "tcp://127.0.0.1:8786"
    cluster.start(*dask, "scheduler", "--host", "127.0.0.1", "--port", "8786", "--no-dashboard")
    for _ in range(2):
        cluster.start(
            *dask, "worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--nworkers", "1",
            "--no-nanny", "--no-dashboard", "--local-directory", str(cluster.folder),
        )  # fmt: skip
    until(lambda: cluster.log.read_text().count("Starting established connection") >= 2)

    cluster.run("dask", address, kill=lambda worker: worker)

    assert len(list((cluster.folder / "workers").iterdir())) == 2
    assert_local(cluster.folder)


def test_ray_with_a_worker_killed(cluster):
    require("ray")
    ray = (sys.executable, "-m", "ray.scripts.scripts")
    (cluster.folder / "token").write_text("0123456789abcdef" * 2)
    cluster.environment |= {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(cluster.folder / "token"),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_TMPDIR": f"/tmp/sprat-ray-{os.getpid()}",  # a socket's path must be short
    }
    address = "127.0.0.1:6399"
    memory = ("--object-store-memory", str(200 << 20), "--num-cpus", "1", "--block")
    cluster.start(
        *ray, "start", "--head", "--node-ip-address", "127.0.0.1", "--port", "6399",
        "--include-dashboard=false", *memory,
    )  # fmt: skip
    until(lambda: "Ray runtime started" in cluster.log.read_text())
    cluster.start(*ray, "start", "--address", address, "--node-ip-address", "127.0.0.2", *memory)
    until(lambda: cluster.log.read_text().count("Ray runtime started") == 2)

    cluster.run("ray", address, kill=lambda worker: worker)

    assert len(list((cluster.folder / "workers").iterdir())) >= 2
    assert_local(cluster.folder)
    shutil.rmtree(cluster.environment["RAY_TMPDIR"], ignore_errors=True)


@pytest.mark.parametrize("engine", ["spark", "dask", "ray"])
def test_any_shards_of_a_collection_give_one_digest_and_one_file(cluster, shared, engine):
    source = shared / "data" / "fiqa" / "corpus.jsonl.gz"
    if not source.is_file():
        pytest.skip(f"{source} not found")
    if engine == "spark":
        spark_class(cluster)
    require({"spark": "pyspark", "dask": "distributed", "ray": "ray"}[engine])
    cluster.environment |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_TMPDIR": f"/tmp/sprat-ray-{os.getpid()}"}
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    pyarrow.parquet.write_table(pyarrow.table({"text": texts}), cluster.folder / "texts.parquet")

    cluster.run(engine, "local[2]", "shards")

    local = sprat.BM25Encoder("en").fit(texts)
    local.save(cluster.folder / "local.json")
    digest = hashlib.sha256((cluster.folder / "local.json").read_bytes()).hexdigest()
    found = json.loads((cluster.folder / "shards.json").read_text())
    assert list(found) == ["1 blobs", "2 blobs", "7 blobs", "7 relational", "100 blobs"]
    assert set(map(tuple, found.values())) == {(local.statistics.digest(), digest)}
    shutil.rmtree(cluster.environment["RAY_TMPDIR"], ignore_errors=True)
