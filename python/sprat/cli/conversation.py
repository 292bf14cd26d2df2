"""``sprat search`` without a query: somebody types one after the other, and reads what is found."""

from __future__ import annotations

import io
import re
import sys
from itertools import count

from sprat.cli import collection, output
from sprat.cli.output import Style
from sprat.errors import SpratError
from sprat.reading import Document

_PROMPT = "query> "
_HELP = (
    "A query on each line. :why N explains a hit of the last answer, :k N sets how many, :q or Ctrl-D ends."
)


def hold(searched: collection.Searched, *, k: int, threads: int, style: Style) -> None:
    """Answer until the input ends. What goes wrong with one line is said, and the next is asked for."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    _keep_history()
    sys.stderr.write(f"{_HELP}\n")
    last: collection.Answer | None = None
    numbers = count(1)
    while (line := _asked()) is not None:
        command, _, value = line.strip().partition(" ")
        try:
            if command in (":q", ":quit", ":exit"):
                return
            if command == ":k":
                k = _number(value)
            elif command == ":why":
                _explain(searched, last, _number(value), style)
            elif command.startswith(":"):
                sys.stderr.write(f"{_HELP}\n")
            elif command:
                query = Document(str(next(numbers)), line.strip())
                (last,) = collection.answers(searched, iter([query]), k=k, threads=threads)
                output.show(last, style)
        except SpratError as error:
            sys.stderr.write(f"{output.visible(str(error))}\n")


def _asked() -> str | None:
    """Return what somebody typed; None if there is no more."""
    try:
        if sys.stdout.isatty():
            return input(_PROMPT)
        sys.stderr.write(_PROMPT)  # standard output is for answers alone
        sys.stderr.flush()
        return sys.stdin.readline() or None
    except EOFError:
        sys.stdout.write("\n")
        return None


def _keep_history() -> None:
    """Let the arrow keys edit a line and bring back those before it, where Python was built with that."""
    try:
        import readline  # noqa: F401  # its import does it
    except ImportError:
        return


def _number(text: str) -> int:
    if re.fullmatch(r"0*[1-9][0-9]{0,8}", text) is None:
        raise SpratError(f"a number from 1 must follow, got {text!r}")
    return int(text)


def _explain(searched: collection.Searched, last: collection.Answer | None, rank: int, style: Style) -> None:
    if not isinstance(searched, collection.Folder):
        raise SpratError("only what sprat index wrote can be explained")
    if last is None or rank > len(last.hits):
        raise SpratError(f"there is no hit {rank} in the last answer")
    explanation = searched.retriever.explain(last.query, last.hits[rank - 1].name)
    output.show_explanation(explanation, style)
