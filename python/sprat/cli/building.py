"""``sprat index``, ``fit``, ``encode`` and ``merge``: from files of documents to what is searched."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from sprat._records import Fields
from sprat.bm25 import BM25Encoder
from sprat.cli import collection, options, output
from sprat.errors import InvalidArgumentError
from sprat.reading import Document, Texts
from sprat.retriever import Retriever
from sprat.retriever.folder import check_replaceable
from sprat.vectors import Vectors, save_vectors

# A name that ends so is meant to be a file, and not one that encode writes.
_FILE_SUFFIXES = {".bz2", ".csv", ".gz", ".json", ".jsonl", ".npy", ".parquet", ".xz", ".zip", ".zst"}


def fit(
    inputs: options.Inputs,
    output_file: options.ModelOutput,
    analyzer: options.Analyzer = "en",
    variant: options.Variant = "lucene",
    k1: options.K1 = 1.2,
    b: options.B = 0.75,
    threads: options.Threads = 0,
    text_field: options.TextField = "text",
    title_field: options.TitleField = None,
    file_format: options.InputFormat = None,
    as_json: options.AsJson = False,
) -> None:
    """Learn terms and their statistics from documents.

    sprat fit corpus.jsonl -o bm25.json
    """
    encoder = BM25Encoder(analyzer, variant=variant, k1=k1, b=b, threads=threads)
    files = options.sources(inputs, file_format)
    options.require_writable(output_file, inputs)
    fields = Fields(text_field, title_field)
    start = perf_counter()
    with output.progress("fit", files) as advance:
        encoder.fit(Texts(files, fields, advance))
    encoder.save(output_file)
    _report_model(output_file, encoder, start, as_json=as_json)


def merge(
    inputs: Annotated[list[str], typer.Argument(metavar="MODEL...", help="What sprat fit wrote.")],
    output_file: options.ModelOutput,
    as_json: options.AsJson = False,
) -> None:
    """Put models together: the result is that of one fit on all their documents, in this order.

    sprat merge monday.json tuesday.json -o both.json

    All must have been fitted with one analyzer. Variant, k1 and b are those of the first.
    """
    options.require_writable(output_file, inputs)
    start = perf_counter()
    whole = BM25Encoder.load(inputs[0])
    for path in inputs[1:]:
        _merge_file(whole, path)
    whole.save(output_file)
    _report_model(output_file, whole, start, as_json=as_json)


def encode(
    input_file: Annotated[str, typer.Argument(metavar="INPUT", help=options.INPUT_HELP)],
    model: options.Model,
    output_file: Annotated[
        str,
        typer.Option("--output", "-o", metavar="PATH", help="One file, named .npz, or a folder of parts."),
    ],
    queries: Annotated[bool, typer.Option("--queries", help="Encode as queries, not as documents.")] = False,
    threads: options.Threads = 0,
    text_field: options.TextField = "text",
    title_field: options.TitleField = None,
    file_format: options.InputFormat = None,
    as_json: options.AsJson = False,
) -> None:
    """Turn documents or queries into sparse vectors.

    sprat encode -m bm25.json corpus.jsonl -o vectors.npz

    A file is read by scipy.sparse.load_npz, one row per document. It also holds the ids:
    json.loads(numpy.load(file)["ids_json"].tobytes()). A folder is for a corpus larger than memory: Parquet
    files with id, indices and values. Should it be interrupted, the same command goes on where it stopped.
    """
    (file,) = options.sources([input_file], file_format)
    whole = output_file.lower().endswith(".npz")
    suffix = os.path.splitext(output_file)[1].lower()
    if suffix in _FILE_SUFFIXES and not os.path.isdir(output_file):
        raise InvalidArgumentError(
            f"{output_file}: vectors go into one file, named .npz, or a folder of parts, not into {suffix}"
        )
    if queries and not whole:
        raise InvalidArgumentError(f"{output_file}: vectors of queries go into one file, named .npz")
    if whole:
        options.require_writable(output_file, [input_file, model])
    encoder = BM25Encoder.load(model, threads=threads)
    fields = Fields(text_field, title_field)
    start = perf_counter()
    with output.progress("encode", [file]) as advance:
        texts = Texts([file], fields, advance)
        if whole:
            vectors = _encoded(encoder, texts.with_ids(), queries=queries)
            save_vectors(output_file, vectors)
            facts = {"rows": len(vectors.ids), "weights": int(vectors.matrix.nnz)}
        else:
            facts = {"rows": encoder.encode_documents_to(output_file, texts)}
    output.report(output_file, facts, perf_counter() - start, as_json=as_json)


def index(
    inputs: options.Inputs,
    folder: Annotated[str, typer.Option("--output", "-o", metavar="FOLDER", help="Where the index goes.")],
    analyzer: options.Analyzer = "en",
    variant: options.Variant = "lucene",
    k1: options.K1 = 1.2,
    b: options.B = 0.75,
    texts: Annotated[
        bool, typer.Option("--texts/--no-texts", help="Keep the texts, to be shown with what is found.")
    ] = True,
    threads: options.Threads = 0,
    text_field: options.TextField = "text",
    title_field: options.TitleField = None,
    file_format: options.InputFormat = None,
    as_json: options.AsJson = False,
) -> None:
    """Index documents into a folder, for search and explain.

    sprat index corpus.jsonl -o corpus.sprat

    A folder that holds an index is replaced, whole or not at all.
    """
    encoder = BM25Encoder(analyzer, variant=variant, k1=k1, b=b, threads=threads)
    files = options.sources(inputs, file_format)
    if os.path.exists(folder):
        check_replaceable(Path(folder))
    else:
        options.require_writable(folder, inputs)
    retriever = Retriever.from_texts([], encoder=encoder, store_texts=texts)
    fields = Fields(text_field, title_field)
    start = perf_counter()
    with output.progress("index", files) as advance:
        for batch in collection.batches(Texts(files, fields, advance).with_ids()):
            retriever.add([document.text for document in batch], [document.id for document in batch])
    retriever.save(folder)
    facts = {"documents": len(retriever), "terms": retriever.encoder.dim}
    output.report(folder, facts, perf_counter() - start, as_json=as_json)


def _encoded(encoder: BM25Encoder, documents: Iterable[Document], *, queries: bool) -> Vectors:
    ids: list[str] = []

    def texts() -> Iterator[str]:
        for document in documents:
            ids.append(document.id)
            yield document.text

    return Vectors((encoder.encode_queries if queries else encoder.encode_documents)(texts()), ids)


def _merge_file(whole: BM25Encoder, path: str) -> None:
    try:
        whole.merge(BM25Encoder.load(path))
    except InvalidArgumentError as error:
        name = "" if str(error).startswith(path) else f"{path}: "
        raise InvalidArgumentError(f"{name}{error}") from error


def _report_model(path: str, encoder: BM25Encoder, start: float, *, as_json: bool) -> None:
    facts = {"documents": encoder.statistics.document_count, "terms": encoder.dim}
    output.report(path, facts, perf_counter() - start, as_json=as_json)
