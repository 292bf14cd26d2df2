from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from loopback import Loopback

# The same examples on every run, others with --hypothesis-seed; a failure prints what replays it.
hypothesis.settings.register_profile("sprat", derandomize=False, print_blob=True, deadline=None)
hypothesis.settings.load_profile("sprat")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = "1"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(f"replay with --hypothesis-seed={config.option.hypothesis_seed}")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run tests that are coroutines, as those are that frameworks bring along."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of test collections and reference data, which are not part of this repository."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("SPRAT_SHARED") or beside)
    if not folder.is_dir():
        pytest.skip(f"reference data not found in {folder}; SPRAT_SHARED names another folder")
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command in this process; returns its exit code, standard output and standard error."""
    from sprat.cli import main

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main(list(map(str, arguments)))
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def loopback(service: Any) -> Iterator[Loopback]:
    """A server that answers as the test's ``service`` does."""
    server = Loopback(service.usual)
    yield server
    server.close()
