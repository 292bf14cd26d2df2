"""``sprat info``: what is in a file or folder that sprat wrote."""

from __future__ import annotations

from typing import Annotated

import typer

from sprat._files import write_whole
from sprat._pages.collection import collection_page
from sprat.cli import inspection, options, output


def info(
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH", help="What sprat or pymilvus.model wrote: an index, model or vectors."
        ),
    ],
    page: options.Page = None,
    style: options.AsStyle = None,
    as_json: options.AsJson = False,
) -> None:
    """Say what an index, a model or a file of vectors holds.

    sprat info corpus.sprat

    sprat info corpus.sprat --html corpus.html

    Models with one digest hold the same numbers for the same terms, whatever the columns.
    """
    if page is not None:
        options.require_writable(page, [path])
    seen = inspection.glance(path)
    if page is not None:
        write_whole(page, collection_page(seen).encode())
    if page is None or style is not None or as_json:
        output.show_facts(seen.facts, output.style_of(style, as_json=as_json))
