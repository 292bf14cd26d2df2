"""``sprat search`` and ``explain``: who are the best, and why."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from sprat._files import write_whole
from sprat._records import Fields
from sprat._sources import Format, Source
from sprat.cli import collection, conversation, options, output
from sprat.errors import InvalidArgumentError
from sprat.reading import Document, Texts
from sprat.retriever import Retriever
from sprat.retriever.explanation import Explanation

_SEARCH_HELP = "What to search: a folder of sprat index, or texts. With -d, the first query."


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
    style: options.AsStyle = None,
    as_json: options.AsJson = False,
    threads: options.Threads = 0,
    text_field: options.TextField = "text",
    title_field: options.TitleField = None,
    file_format: options.InputFormat = None,
    queries_format: Annotated[
        Format | None, typer.Option(help="Of the queries; by default the name tells, and - is text.")
    ] = None,
) -> None:
    """Print the best documents for each query.

    sprat search corpus.sprat "first query" "second query"

    sprat search corpus.jsonl --queries queries.jsonl --json

    sprat search -m bm25.json -d vectors.npz "first query"

    sprat search corpus.sprat

    The first form searches what sprat index wrote. The second indexes texts and searches them in one go; -m
    takes the statistics from a fit instead. The last, without any query, asks for them: one on each line.
    """
    words = list(arguments or ())
    if document_vectors is not None and input_file is not None:
        words.insert(0, input_file)
    if document_vectors is None and input_file is None:
        raise InvalidArgumentError("say what to search: a folder, a file of texts, or vectors with -d")
    if queries is None and (words == ["-"] or (not words and input_file != "-")):
        words, queries = [], "-"
    if document_vectors is None and input_file == queries == "-":
        raise InvalidArgumentError("standard input cannot be both the documents and the queries")
    asked = _asked(words, queries, queries_format)
    shape = output.style_of(style, as_json=as_json)
    if document_vectors is not None:
        searched = _in_vectors(document_vectors, model, threads)
    else:
        fields = Fields(text_field, title_field)
        searched = _in_texts(str(input_file), model, threads, fields, file_format)
    if asked is None:
        conversation.hold(searched, k=k, threads=threads, style=shape)
        return
    for answer in collection.answers(searched, asked, k=k, threads=threads):
        output.show(answer, shape)


def explain(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="What sprat index wrote.")],
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What was looked for.")],
    document: Annotated[str, typer.Argument(metavar="ID", help="The document in question.")],
    page: options.Page = None,
    style: options.AsStyle = None,
    as_json: options.AsJson = False,
) -> None:
    """Say what the score of a document is made of, term by term.

    sprat explain corpus.sprat "how to sue a bank" 18850

    sprat explain corpus.sprat "how to sue a bank" 18850 --html why.html
    """
    if page is not None:
        options.require_writable(page, [folder])
    explanation = explained(Retriever.load(folder), query, document)
    if page is not None:
        write_whole(page, explanation.to_html().encode())
    if page is None or style is not None or as_json:
        output.show_explanation(explanation, output.style_of(style, as_json=as_json))


def explained(retriever: Retriever, query: str, document: str) -> Explanation:
    """Explain the score of a document that is called by what a user can type."""
    name: str | int = document
    if document not in retriever and re.fullmatch(r"-?[0-9]{1,19}", document):
        name = int(document) if str(int(document)) == document else document
    return retriever.explain(query, name)


def _in_vectors(path: str, model: str | None, threads: int) -> collection.Searched:
    if model is None:
        raise InvalidArgumentError("-d needs -m, the model that the vectors were encoded with")
    return collection.from_vectors(path, model=model, threads=threads)


def _in_texts(
    path: str, model: str | None, threads: int, fields: Fields, file_format: Format | None
) -> collection.Searched:
    if os.path.isdir(path):
        if model is not None:
            raise InvalidArgumentError(f"{path} has a model of its own: leave -m out")
        return collection.Folder(Retriever.load(path, threads=threads))
    (file,) = options.sources([path], file_format)
    with output.progress("read", [file]) as advance:
        found = Texts([file], fields, advance).with_ids()
        return collection.from_texts(found, model=model, threads=threads)


def _asked(words: list[str], path: str | None, file_format: Format | None) -> Iterator[Document] | None:
    """Return the queries; None if somebody types them, and waits for each answer."""
    if words and path is not None:
        raise InvalidArgumentError(
            f"queries come as arguments or with --queries, got both: {words[0]!r}, {path}"
        )
    if path is None:
        if not words:
            raise InvalidArgumentError("say what to search for: queries, or a file of them with --queries")
        return (Document(str(number), word) for number, word in enumerate(words, 1))
    if path == "-" and file_format is None:
        if sys.stdin is not None and sys.stdin.isatty():
            return None
        file_format = Format.text
    return Texts([Source.at(path, file_format, option="--queries-format")], Fields()).with_ids()
