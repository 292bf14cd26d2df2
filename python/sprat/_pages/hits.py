"""What a search found, to be looked at in a notebook: scores with bars, and where the query's terms stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sprat._pages.explanation import bar, marked, query_text
from sprat._pages.markup import Element, element, extend, fragment
from sprat.errors import InvalidArgumentError

_SHOWN_CHARACTERS = 280
_BEFORE_CHARACTERS = 60


class _Mark(NamedTuple):
    """A token by its place in what is shown."""

    start: int
    end: int
    term: Any


def hits_fragment(hits: Sequence[Any], query: Any = None) -> str:
    """Return hits as a table, best first."""
    most = max((abs(hit.score) for hit in hits), default=0.0) or 1.0
    heads = [
        element("th"),
        element("th", "score", class_="n"),
        element("th", class_="spare"),
        element("th", "id"),
    ]
    rows = [
        element(
            "tr",
            element("td", str(rank), class_="n faint rank"),
            element("td", f"{hit.score:.4f}", class_="n result"),
            element("td", bar(hit.score / most), class_="spare", style="width:12%"),
            element("td", str(hit.id), class_="term first"),
            element("td", _excerpt(hit), class_="wide last"),
        )
        for rank, hit in enumerate(hits, 1)
    ]
    head = element("thead", element("tr", *heads, element("th", "text")))
    table = element("table", head, element("tbody", *rows), class_="stack")
    said = None if query is None else element("p", element("strong", query_text(query)))
    return fragment(
        element("div", said, table if rows else element("p", "no hits", class_="faint"), class_="sprat")
    )


def _excerpt(hit: Any) -> Element | None:
    text = hit.text
    if text is None:
        return None
    try:
        tokens = hit.highlights
    except InvalidArgumentError:  # the encoder cannot tell
        tokens = []
    start = _start(text, tokens)
    end = start + _SHOWN_CHARACTERS
    cut = [_Mark(t.start - start, t.end - start, t.term) for t in _within(tokens, start, end)]
    shown = marked(text[start:end], cut, {}, tag="span", class_="excerpt")
    if start:
        shown.text = f"… {shown.text or ''}"
    if end < len(text):
        extend(shown, "…")
    return shown


def _start(text: str, tokens: Sequence[Any]) -> int:
    """Return where to begin, so that the first token is seen, at the beginning of a word."""
    if not tokens or tokens[0].end < _SHOWN_CHARACTERS // 2:
        return 0
    first: int = tokens[0].start
    wanted = max(0, first - _BEFORE_CHARACTERS)
    space = text.find(" ", wanted, first)
    return wanted if space < 0 else space + 1


def _within(tokens: Sequence[Any], start: int, end: int) -> Iterable[Any]:
    return (token for token in tokens if start <= token.start and token.end <= end)
