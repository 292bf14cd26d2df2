"""What the user sees: a bar while files are read, and answers as a table or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.progress import TransferSpeedColumn as SpeedColumn
from rich.table import Table
from rich.text import Text

from sprat._sources import Source
from sprat.cli.collection import Answer, decimal
from sprat.retriever.explanation import NO_TERMS, Explanation, cells_of

_WIDEST_ID = 24
_BAR_CELLS = 20


class Style(str, Enum):
    """How answers look."""

    table = "table"
    lines = "lines"  # columns with tabs between them
    json = "json"  # an object on each line


def style_of(style: Style | None, *, as_json: bool) -> Style:
    """Choose what was asked for, or else what suits whoever reads standard output."""
    if as_json:
        return Style.json
    return style or (Style.table if sys.stdout.isatty() else Style.lines)


@contextmanager
def progress(what: str, sources: list[Source]) -> Iterator[Callable[[int], None]]:
    """Show a bar on standard error while files are read, if that is a terminal.

    Gives the function to tell of bytes read.
    """
    if not sys.stderr.isatty():
        yield lambda size_bytes: None
        return
    sizes = [source.size_bytes for source in sources]
    total = None if None in sizes else sum(size for size in sizes if size is not None)
    columns = (TextColumn(what), BarColumn(), DownloadColumn(), SpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda size_bytes: bar.advance(task, size_bytes)


def report(path: str, facts: Mapping[str, int], seconds: float, *, as_json: bool) -> None:
    """Say what was written: as JSON if asked, else on standard error, if that is a terminal."""
    if as_json:
        print_json({"path": path, **facts, "seconds": round(seconds, 3)})
    elif sys.stderr.isatty():
        counts = ", ".join(f"{number:,} {name}" for name, number in facts.items())
        sys.stderr.write(f"{visible(path)}: {counts}, {seconds:.2f} s\n")


def show(answer: Answer, style: Style) -> None:
    """Print the hits of a query."""
    if style is Style.table:
        _show_table(answer)
    elif style is Style.json:
        _show_json(answer)
    else:
        for rank, hit in enumerate(answer.hits, 1):
            snippet = [] if hit.snippet is None else [hit.snippet]
            print_line(answer.query_id, rank, hit.id, hit.score, *snippet)


def show_facts(facts: Mapping[str, Any], style: Style) -> None:
    """Print what is known of something, by name; what is not known is null in JSON, else left out."""
    if style is Style.json:
        print_json(facts)
        return
    known = {name: value for name, value in facts.items() if value is not None}
    if style is Style.lines:
        for name, value in known.items():
            print_line(name, value)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in known.items():
        text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
        table.add_row(Text(name.replace("_", " "), style="cyan"), Text(visible(text)))
    Console(highlight=False).print(table)


def show_rows(heads: Sequence[str], rows: Sequence[Sequence[str]], style: Style) -> None:
    """Print rows of cells, as a table with heads or as lines without."""
    if style is not Style.table:
        for row in rows:
            print_line(*row)
        return
    table = Table(box=None, pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(Text(visible(head)), justify="right" if number else "left")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    Console(highlight=False).print(table)


def _show_json(answer: Answer) -> None:
    hits = [
        {"id": hit.id, "score": hit.score} | ({} if hit.snippet is None else {"snippet": hit.snippet})
        for hit in answer.hits
    ]
    print_json({"query_id": answer.query_id, "query": answer.query, "hits": hits})


def print_line(*cells: object) -> None:
    """Print cells with tabs between them."""
    _print("\t".join(visible(str(cell)) for cell in cells))


def print_json(value: Any) -> None:
    """Print a value on a line."""
    _print(json.dumps(value, ensure_ascii=False))


def _print(line: str) -> None:
    # In UTF-8 whatever the locale; what is left of a lone surrogate is the escape that JSON has for it.
    sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def show_explanation(explanation: Explanation, style: Style) -> None:
    if style is Style.table:
        _show_explanation_table(explanation)
        return
    if style is Style.lines:
        for line in str(explanation).splitlines():
            print_line(line)
        return
    terms = [
        {"term": str(term.term)}
        | {
            name: decimal(value) if name.endswith(("weight", "contribution")) else value
            for name, value in vars(term).items()
            if name != "term"
        }
        for term in explanation.terms
    ]
    print_json(
        {
            "query": explanation.query,
            "id": str(explanation.id),
            "score": decimal(explanation.score),
            "document_length": explanation.document_length,
            "average_document_length": explanation.average_document_length,
            "document_count": explanation.document_count,
            "terms": terms,
            "text": explanation.text,
            "highlights": [[token.start, token.end, token.term] for token in explanation.highlights],
        }
    )


def _show_explanation_table(explanation: Explanation) -> None:
    console = Console(highlight=False)
    console.print(Text(visible(explanation.query), style="bold"))
    line = Text.assemble((visible(str(explanation.id)), "green"), (f"  {explanation.score:.4f}", "cyan"))
    if explanation.document_length is not None:
        line.append(
            f"  {explanation.document_length} tokens, {explanation.average_document_length:.4g} on average"
        )
    console.print(line)
    if explanation.terms:
        console.print(_table_of_terms(explanation))
    else:
        console.print(f"  {NO_TERMS}")
    if explanation.text is not None:
        text = Text(visible(explanation.text))
        for token in explanation.highlights:
            text.stylize("bold yellow", token.start, token.end)
        console.print()
        console.print(text)


def _table_of_terms(explanation: Explanation) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("term")
    for name in ("tf", "df", "idf", "query", "document", "contribution"):
        table.add_column(name, justify="right")
    table.add_column("")
    most = max((term.contribution for term in explanation.terms), default=0.0)
    for term in explanation.terms:
        bar = "█" * round(_BAR_CELLS * max(0.0, term.contribution) / most) if most > 0 else ""
        cells = map(visible, cells_of(term))
        table.add_row(*(Text(cell) for cell in cells), Text(bar, style="cyan"))
    return table


def _show_table(answer: Answer) -> None:
    console = Console(highlight=False)
    console.print(Text(visible(answer.query), style="bold"))
    if not answer.hits:
        console.print("  no document shares a term with this query (stop words are no terms)")
    names = [Text(visible(hit.id)) for hit in answer.hits]
    width = min(_WIDEST_ID, max((name.cell_len for name in names), default=0))
    for rank, (hit, name) in enumerate(zip(answer.hits, names), 1):
        name.truncate(width, overflow="ellipsis", pad=True)
        name.stylize("green")
        line = Text.assemble(f"{rank:4}  ", (f"{hit.score:7.3f}  ", "cyan"), name)
        if hit.snippet is not None:
            line.append(f"  {visible(hit.snippet)}")
        line.rstrip()
        console.print(line, no_wrap=True, overflow="ellipsis")
    console.print()


def visible(text: str) -> str:
    """Put a space in the place of what could move the cursor or change the colours."""
    return "".join(c if c.isprintable() else " " for c in text)
