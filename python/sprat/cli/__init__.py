"""The command line: ``sprat``, or ``python -m sprat``.

Exit codes: 0 done, 1 the extra ``cli`` is missing or the reader of a pipe went away, 2 bad input or
arguments, 130 interrupted. What went wrong is one line on standard error.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Any

from sprat.errors import SpratError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the program's name; by default ``sys.argv[1:]``.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started this process
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
    try:
        import rich  # noqa: F401
        import typer  # noqa: F401
    except ImportError as error:
        return _refuse(f'the command line needs {error.name}: pip install "sprat[cli]"', 1)
    try:
        _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # What is still buffered must not fail again when the interpreter shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except OSError as error:
        name = "" if error.filename is None else f"{os.fspath(error.filename)}: "
        return _refuse(f"{name}{error.strerror or error}", 2)
    except SpratError as error:
        return _refuse(str(error), 2)
    except MemoryError:
        return _refuse("out of memory", 2)
    return 0


def _run(arguments: Sequence[str]) -> None:
    """Raise SystemExit where typer would end the process, and everything else as it comes."""
    import typer
    from typer.main import get_command

    from sprat.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # any text can be printed in any locale
    usage_error: Any = typer.BadParameter.__mro__[1]  # click's UsageError, wherever this typer keeps it
    command = get_command(app)
    command._main_shell_completion({}, "sprat")  # ends the process if a shell asks what could come next
    try:
        with command.make_context("sprat", list(arguments) or ["--help"]) as context:
            command.invoke(context)
    except typer.Exit as end:
        raise SystemExit(end.exit_code) from None
    except usage_error as error:
        raise SystemExit(_refuse(error.format_message(), 2)) from None


def _refuse(message: str, code: int) -> int:
    line = "".join(c if c.isprintable() else " " for c in message)
    sys.stderr.write(f"sprat: {' '.join(line.split())}\n")
    return code
