"""What commands have in common: their options, the files they read, and the place they write to."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from typing import Annotated

import typer

from sprat._languages import NAMES
from sprat._sources import Format, Source
from sprat._weighting import VARIANTS
from sprat.cli.output import Style
from sprat.errors import InvalidArgumentError

INPUT_HELP = "JSONL, CSV, TSV, Parquet or plain text; - is standard input."


def beginning(names: Iterable[str]) -> object:
    """Return what completes a word to one of ``names`` in a shell."""
    return lambda incomplete: [name for name in names if name.startswith(incomplete)]


Inputs = Annotated[list[str], typer.Argument(metavar="INPUT...", help=INPUT_HELP)]
ModelOutput = Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="The model, as JSON.")]
Model = Annotated[str, typer.Option("--model", "-m", metavar="FILE", help="What sprat fit wrote.")]
Analyzer = Annotated[
    str,
    typer.Option(
        metavar="LANGUAGE",
        help="How text becomes terms: en, de, unicode, unicode-en, lucene-en, ...",
        autocompletion=beginning(NAMES),
    ),
]
Variant = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="lucene, okapi, bm25+, ...: see docs/variants.md.",
        autocompletion=beginning(VARIANTS),
    ),
]
K1 = Annotated[float, typer.Option(metavar="X", help="How slowly repetition saturates.")]
B = Annotated[float, typer.Option(metavar="X", help="How much length counts, from 0 to 1.")]
Threads = Annotated[int, typer.Option(metavar="N", help="0 means one per core.")]
TextField = Annotated[str, typer.Option(metavar="NAME", help="The field or column with the text.")]
TitleField = Annotated[
    str | None, typer.Option(metavar="NAME", help="A field or column to put before the text, where present.")
]
InputFormat = Annotated[Format | None, typer.Option("--format", help="Of INPUT; by default its name tells.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object per line.")]
AsStyle = Annotated[
    Style | None,
    typer.Option("--as", help="By default a table on a terminal, else lines with tabs; --json is --as json."),
]
Page = Annotated[
    str | None, typer.Option("--html", metavar="FILE", help="Write a page to be looked at in a browser.")
]


def sources(paths: Iterable[str], file_format: Format | None) -> list[Source]:
    """Look at each file before the first is read."""
    found = [Source.at(path, file_format, option="--format") for path in paths]
    if sum(source.path == "-" for source in found) > 1:
        raise InvalidArgumentError("standard input can be read once only")
    return found


def require_writable(path: str, inputs: Iterable[str]) -> None:
    """Refuse a place for the result before the work rather than after it."""
    folder = os.path.dirname(path) or "."
    if path == "-":
        raise InvalidArgumentError("the result is a file; give its name instead of -")
    if os.path.isdir(path):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not os.path.isdir(folder):
        raise InvalidArgumentError(f"{path}: there is no folder {folder}")
    places = [folder] if not os.path.exists(path) else [path, folder] if os.path.isfile(path) else [path]
    if not all(os.access(place, os.W_OK) for place in places):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    for name in inputs:
        source: str | int = 0 if name == "-" else name  # 0: what stands behind standard input
        if os.path.exists(path) and os.path.exists(source) and os.path.samefile(path, source):
            raise InvalidArgumentError(f"{path} would be overwritten, and is also an input")
        if os.path.isdir(source) and os.path.samefile(folder, source):
            raise InvalidArgumentError(f"{path} would be among the files of {name}, which is an input")
