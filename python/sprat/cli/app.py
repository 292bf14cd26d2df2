"""The commands and their options."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console

from sprat import __version__
from sprat import demo as demonstration
from sprat._records import Fields
from sprat._sources import Format, Source
from sprat.bm25 import BM25Encoder
from sprat.cli import collection, models, output
from sprat.cli.output import Style
from sprat.errors import InvalidArgumentError
from sprat.reading import Document, Texts
from sprat.retriever import Retriever
from sprat.retriever.folder import check_replaceable
from sprat.vectors import Vectors, save_vectors

_INPUT_HELP = "JSONL, CSV, TSV, Parquet or plain text; - is standard input."
_SEARCH_HELP = "What to search: a folder of sprat index, or texts. With -d, the first query."
_Model = Annotated[str, typer.Option("--model", "-m", metavar="FILE", help="What sprat fit wrote.")]
_Analyzer = Annotated[
    str,
    typer.Option(
        metavar="LANGUAGE", help="How text becomes terms: en, de, unicode, unicode-en, lucene-en, ..."
    ),
]
_Variant = Annotated[
    str, typer.Option(metavar="NAME", help="lucene, okapi, bm25+, ...: see docs/variants.md.")
]
_K1 = Annotated[float, typer.Option(metavar="X", help="How slowly repetition saturates.")]
_B = Annotated[float, typer.Option(metavar="X", help="How much length counts, from 0 to 1.")]
_Threads = Annotated[int, typer.Option(metavar="N", help="0 means one per core.")]
_TextField = Annotated[str, typer.Option(metavar="NAME", help="The field or column with the text.")]
_TitleField = Annotated[
    str | None, typer.Option(metavar="NAME", help="A field or column to put before the text, where present.")
]
_Format = Annotated[Format | None, typer.Option("--format", help="Of INPUT; by default its name tells.")]

app = typer.Typer(
    add_completion=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(models.app, name="models")


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
    """


@app.command()
def demo() -> None:
    """Index and search the language reference that ships inside this Python."""
    console = Console(highlight=False)
    console.width = max(20, min(console.width, 80))
    demonstration.run(console)


@app.command()
def fit(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help=_INPUT_HELP)],
    output_file: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="The model, as JSON.")],
    analyzer: _Analyzer = "en",
    variant: _Variant = "lucene",
    k1: _K1 = 1.2,
    b: _B = 0.75,
    threads: _Threads = 0,
    text_field: _TextField = "text",
    title_field: _TitleField = None,
    file_format: _Format = None,
) -> None:
    """Learn terms and their statistics from documents."""
    encoder = BM25Encoder(analyzer, variant=variant, k1=k1, b=b, threads=threads)
    files = _sources(inputs, file_format)
    _require_writable(output_file, inputs)
    fields = Fields(text_field, title_field)
    start = perf_counter()
    with output.progress("fit", files) as advance:
        encoder.fit(Texts(files, fields, advance))
    encoder.save(output_file)
    output.report(
        f"{output_file}: {encoder.statistics.document_count:,} documents, {encoder.dim:,} terms, "
        f"{perf_counter() - start:.2f} s"
    )


@app.command()
def merge(
    inputs: Annotated[list[str], typer.Argument(metavar="MODEL...", help="What sprat fit wrote.")],
    output_file: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="The model, as JSON.")],
) -> None:
    """Put models together: the result is that of one fit on all their documents, in this order.

    All must have been fitted with one analyzer. Variant, k1 and b are those of the first.
    """
    _require_writable(output_file, inputs)
    start = perf_counter()
    whole = BM25Encoder.load(inputs[0])
    for path in inputs[1:]:
        _merge_file(whole, path)
    whole.save(output_file)
    output.report(
        f"{output_file}: {whole.statistics.document_count:,} documents, {whole.dim:,} terms, "
        f"{perf_counter() - start:.2f} s"
    )


@app.command()
def info(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="What sprat fit or pymilvus.model wrote.")],
) -> None:
    """Say what a model was fitted on, as JSON.

    Models with one digest hold the same numbers for the same terms, whatever the columns.
    """
    output.show_model(BM25Encoder.load(model))


@app.command()
def encode(
    input_file: Annotated[str, typer.Argument(metavar="INPUT", help=_INPUT_HELP)],
    model: _Model,
    output_file: Annotated[
        str,
        typer.Option("--output", "-o", metavar="PATH", help="One file, named .npz, or a folder of parts."),
    ],
    queries: Annotated[bool, typer.Option("--queries", help="Encode as queries, not as documents.")] = False,
    threads: _Threads = 0,
    text_field: _TextField = "text",
    title_field: _TitleField = None,
    file_format: _Format = None,
) -> None:
    """Turn documents or queries into sparse vectors.

    A file is read by scipy.sparse.load_npz, one row per document. It also holds the ids:
    json.loads(numpy.load(file)["ids_json"].tobytes()). A folder is for a corpus larger than memory: Parquet
    files with id, indices and values. Should it be interrupted, the same command goes on where it stopped.
    """
    (file,) = _sources([input_file], file_format)
    whole = output_file.lower().endswith(".npz")
    if queries and not whole:
        raise InvalidArgumentError(f"{output_file}: vectors of queries go into one file, named .npz")
    if whole:
        _require_writable(output_file, [input_file, model])
    encoder = BM25Encoder.load(model, threads=threads)
    fields = Fields(text_field, title_field)
    start = perf_counter()
    if not whole:
        with output.progress("encode", [file]) as advance:
            rows = encoder.encode_documents_to(output_file, Texts([file], fields, advance))
        output.report(f"{output_file}: {rows:,} rows, {perf_counter() - start:.2f} s")
        return
    ids: list[str] = []

    def texts(found: Iterable[Document]) -> Iterator[str]:
        for document in found:
            ids.append(document.id)
            yield document.text

    with output.progress("encode", [file]) as advance:
        encoded = encoder.encode_queries if queries else encoder.encode_documents
        matrix = encoded(texts(Texts([file], fields, advance).with_ids()))
    save_vectors(output_file, Vectors(matrix, ids))
    output.report(
        f"{output_file}: {matrix.shape[0]:,} rows, {matrix.nnz:,} weights, {perf_counter() - start:.2f} s"
    )


@app.command()
def index(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help=_INPUT_HELP)],
    folder: Annotated[str, typer.Option("--output", "-o", metavar="FOLDER", help="Where the index goes.")],
    analyzer: _Analyzer = "en",
    variant: _Variant = "lucene",
    k1: _K1 = 1.2,
    b: _B = 0.75,
    texts: Annotated[
        bool, typer.Option("--texts/--no-texts", help="Keep the texts, to be shown with what is found.")
    ] = True,
    threads: _Threads = 0,
    text_field: _TextField = "text",
    title_field: _TitleField = None,
    file_format: _Format = None,
) -> None:
    """Index documents into a folder, for search and explain.

    sprat index corpus.jsonl -o corpus.sprat

    A folder that holds an index is replaced, whole or not at all.
    """
    encoder = BM25Encoder(analyzer, variant=variant, k1=k1, b=b, threads=threads)
    files = _sources(inputs, file_format)
    if os.path.exists(folder):
        check_replaceable(Path(folder))
    else:
        _require_writable(folder, inputs)
    retriever = Retriever.from_texts([], encoder=encoder, store_texts=texts)
    fields = Fields(text_field, title_field)
    start = perf_counter()
    with output.progress("index", files) as advance:
        for batch in collection.batches(Texts(files, fields, advance).with_ids()):
            retriever.add([document.text for document in batch], [document.id for document in batch])
    retriever.save(folder)
    output.report(
        f"{folder}: {len(retriever):,} documents, {retriever.encoder.dim:,} terms, "
        f"{perf_counter() - start:.2f} s"
    )


@app.command()
def explain(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="What sprat index wrote.")],
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What was looked for.")],
    document: Annotated[str, typer.Argument(metavar="ID", help="The document in question.")],
    style: Annotated[
        Style | None, typer.Option("--as", help="By default a table on a terminal, else JSONL.")
    ] = None,
) -> None:
    """Say what the score of a document is made of, term by term.

    sprat explain corpus.sprat "how to sue a bank" 18850
    """
    retriever = Retriever.load(folder)
    name = int(document) if document not in retriever and document.isdecimal() else document
    explanation = retriever.explain(query, name)
    output.show_explanation(explanation, style or (Style.table if sys.stdout.isatty() else Style.jsonl))


@app.command()
def search(
    input_file: Annotated[str | None, typer.Argument(metavar="INPUT", help=_SEARCH_HELP)] = None,
    arguments: Annotated[list[str] | None, typer.Argument(metavar="QUERY", help="What to look for.")] = None,
    queries: Annotated[
        str | None, typer.Option(metavar="FILE", help="Read the queries from here; - is standard input.")
    ] = None,
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, help="Documents per query.")] = 10,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="FILE", help="Weigh terms by this fit.")
    ] = None,
    document_vectors: Annotated[
        str | None, typer.Option("--documents", "-d", metavar="FILE", help="What sprat encode wrote.")
    ] = None,
    style: Annotated[
        Style | None, typer.Option("--as", help="By default a table on a terminal, else JSONL.")
    ] = None,
    threads: _Threads = 0,
    text_field: _TextField = "text",
    title_field: _TitleField = None,
    file_format: _Format = None,
    queries_format: Annotated[
        Format | None, typer.Option(help="Of the queries; by default the name tells, and - is text.")
    ] = None,
) -> None:
    """Print the best documents for each query.

    sprat search corpus.sprat "first query" "second query"

    sprat search corpus.jsonl "first query" "second query"

    sprat search -m bm25.json -d vectors.npz --queries queries.jsonl

    The first form searches what sprat index wrote. The second indexes texts and searches them in one go; -m
    takes the statistics from a fit instead.
    """
    words = list(arguments or ())
    if document_vectors is not None and input_file is not None:
        words.insert(0, input_file)
    asked, waiting = _asked(words, queries, queries_format)
    searched: collection.Searched
    if document_vectors is not None:
        if model is None:
            raise InvalidArgumentError("-d needs -m, the model that the vectors were encoded with")
        searched = collection.from_vectors(document_vectors, model=model, threads=threads)
    elif input_file is None:
        raise InvalidArgumentError("say what to search: a folder, a file of texts, or vectors with -d")
    elif os.path.isdir(input_file):
        if model is not None:
            raise InvalidArgumentError(f"{input_file} has a model of its own: leave -m out")
        searched = collection.Folder(Retriever.load(input_file, threads=threads))
    else:
        if input_file == queries == "-":
            raise InvalidArgumentError("standard input cannot be both the documents and the queries")
        (file,) = _sources([input_file], file_format)
        with output.progress("read", [file]) as advance:
            found = Texts([file], Fields(text_field, title_field), advance)
            searched = collection.from_texts(found.with_ids(), model=model, threads=threads)
    style = style or (Style.table if sys.stdout.isatty() else Style.jsonl)
    for answer in collection.answers(searched, asked, k=k, threads=threads, waiting=waiting):
        output.show(answer, style)


def _merge_file(whole: BM25Encoder, path: str) -> None:
    try:
        whole.merge(BM25Encoder.load(path))
    except InvalidArgumentError as error:
        name = "" if str(error).startswith(path) else f"{path}: "
        raise InvalidArgumentError(f"{name}{error}") from error


def _asked(words: list[str], path: str | None, file_format: Format | None) -> tuple[Iterator[Document], bool]:
    """Return the queries, and whether somebody types them and waits for each answer."""
    if words and path is not None:
        raise InvalidArgumentError(
            f"queries come as arguments or with --queries, got both: {words[0]!r}, {path}"
        )
    if path is None:
        if not words:
            raise InvalidArgumentError("say what to search for: queries, or a file of them with --queries")
        return (Document(str(number), word) for number, word in enumerate(words, 1)), False
    if path == "-" and file_format is None:
        file_format = Format.text
    file = Source.at(path, file_format, option="--queries-format")
    return Texts([file], Fields()).with_ids(), path == "-" and sys.stdin.isatty()


def _sources(paths: Iterable[str], file_format: Format | None) -> list[Source]:
    """Look at each file before the first is read."""
    found = [Source.at(path, file_format, option="--format") for path in paths]
    if sum(source.path == "-" for source in found) > 1:
        raise InvalidArgumentError("standard input can be read once only")
    return found


def _require_writable(path: str, inputs: Iterable[str]) -> None:
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
