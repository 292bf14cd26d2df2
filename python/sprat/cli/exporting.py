"""``sprat export``: vectors as rows that another engine's loader reads."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Annotated, Any

import typer

from sprat import export
from sprat._records import Fields
from sprat._sources import Format
from sprat.bm25 import BM25Encoder
from sprat.cli import options, output
from sprat.errors import InvalidArgumentError
from sprat.reading import Texts
from sprat.vectors import read_vectors


def export_vectors(
    vectors_file: Annotated[str, typer.Argument(metavar="VECTORS", help="What sprat encode wrote.")],
    target: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="ENGINE",
            help=f"{', '.join(export.TARGETS)}.",
            autocompletion=options.beginning(export.TARGETS),
        ),
    ],
    output_file: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Named .parquet, that; by default standard output."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", metavar="FILE", help="By it messages name terms, not columns."),
    ] = None,
    texts_file: Annotated[
        str | None,
        typer.Option("--texts", metavar="INPUT", help="What was encoded, to be sent along as a field."),
    ] = None,
    integer_ids: Annotated[bool, typer.Option("--integer-ids", help='Make numbers of ids as "42".')] = False,
    empty: Annotated[
        str, typer.Option(metavar="WHAT", help="Rows without a weight: skip, sentinel or error.")
    ] = "skip",
    text_field: options.TextField = "text",
    title_field: options.TitleField = None,
    file_format: Annotated[
        Format | None, typer.Option("--format", help="Of --texts; by default its name tells.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Turn vectors into rows that another engine's loader reads.

    sprat export vectors.npz --to opensearch --texts corpus.jsonl -o bulk.ndjson

    sprat export vectors.npz --to pgvector | psql -c "COPY documents FROM STDIN"

    What the engine would refuse is refused before the first row is written. docs/engines.md describes the
    rows.
    """
    sources = options.sources([texts_file] if texts_file is not None else [], file_format)
    inputs = [path for path in (vectors_file, model, texts_file) if path is not None]
    if output_file is not None:
        options.require_writable(output_file, inputs)
    elif as_json:
        raise InvalidArgumentError("--json tells what was written to a file: give one with -o")
    start = perf_counter()
    stored = read_vectors(vectors_file)
    terms = None if model is None else BM25Encoder.load(model).vocabulary
    sent = export.validate(stored.matrix, target, empty=empty, terms=terms)
    given: dict[str, Any] = {"empty": empty, "terms": terms}
    given["ids"] = [_integer(name) for name in stored.ids] if integer_ids else stored.ids
    if sources:
        texts = Texts(sources, Fields(text_field, title_field))
        given["fields"] = {"text": _texts_of(stored.ids, texts, str(texts_file))}
    if output_file is None:
        for line in export.lines(stored.matrix, target, **given):
            sys.stdout.buffer.write(line.encode())
        return
    export.write(output_file, stored.matrix, target, **given)
    output.report(os.fspath(output_file), {"rows": len(sent)}, perf_counter() - start, as_json=as_json)


def _integer(name: str | int) -> int:
    text = str(name)
    if re.fullmatch(r"-?[0-9]{1,20}", text) is None:
        raise InvalidArgumentError(f"--integer-ids needs ids that are whole numbers, got {text!r}")
    return int(text)


def _texts_of(ids: list[Any], texts: Texts, path: str) -> Iterator[str]:
    """Yield the texts of the rows; another document, or one too many or too few, is an error."""
    documents = texts.with_ids()
    for number, name in enumerate(ids):
        document = next(documents, None)
        if document is None or document.id != str(name):
            found = "no more" if document is None else repr(document.id)
            raise InvalidArgumentError(
                f"{path}: must hold what was encoded: row {number} is {str(name)!r}, got {found}"
            )
        yield document.text
    if next(documents, None) is not None:
        raise InvalidArgumentError(f"{path}: must hold what was encoded, got more than {len(ids)} documents")
