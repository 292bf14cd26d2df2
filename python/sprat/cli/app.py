"""The commands, and what is said of all of them."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from sprat import __version__
from sprat import demo as demonstration
from sprat.cli import building, evaluating, exporting, looking, models, searching

_EXIT_CODES = (
    "Exit codes: 0 done; 1 the extra cli is missing, or whoever read the output went away; "
    "2 bad input or arguments; 130 interrupted. What went wrong is one line on standard error."
)

app = typer.Typer(
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXIT_CODES,
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"sprat {__version__}\n")
        raise typer.Exit


@app.callback()
def sprat(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Text in, sparse vectors out, the best documents back.

    Input files are JSONL (objects with a field "text", or strings), CSV or TSV with a header, Parquet, or
    plain text with one document per line. All but Parquet may be compressed by gzip or zstd; - is standard
    input. The name tells which: .jsonl, .ndjson, .csv, .tsv, .parquet or .txt, then perhaps .gz or .zst.
    Lines without text are passed over. A document is called by its field "_id" or "id", or else by its line
    number.

    On a terminal answers are tables, in a pipe lines with tabs between the columns; --json prints an object
    on each line.
    """


@app.command()
def demo() -> None:
    """Index and search the language reference that ships inside this Python."""
    console = Console(highlight=False)
    console.width = max(20, min(console.width, 80))
    demonstration.run(console)


for _command in (
    building.index,
    searching.search,
    searching.explain,
    building.fit,
    building.encode,
    building.merge,
    looking.info,
):
    app.command()(_command)
app.command("eval")(evaluating.evaluate)
app.command("export")(exporting.export_vectors)
app.add_typer(models.app, name="models")
