"""A collection at a glance: how its terms and its documents are spread, and where its bytes are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat._pages.charts import Line, histogram, rank_plot
from sprat._pages.explanation import bar, definitions
from sprat._pages.markup import Element, element, page

_SHOWN_TERMS = 12
_BINS = 40
_UNSHOWN = ("kind", "digest", "size_bytes")


@dataclass(frozen=True)
class Glance:
    """What is known of a collection. An array that is not known is None."""

    name: str
    facts: Mapping[str, Any]  # as `sprat info` gives them
    terms: Sequence[Any] = ()  # by column
    document_frequency: NDArray[np.int64] | None = None  # by column
    occurrences: NDArray[np.int64] | None = None  # by column, over all documents
    idf: NDArray[np.float64] | None = None  # by column
    document_lengths: NDArray[np.int64] | None = None  # in tokens
    sizes: Mapping[str, int] = field(default_factory=dict)  # bytes of each part


def collection_page(seen: Glance) -> str:
    """Return a page that shows a collection."""
    body = element("main", class_="sprat")
    body.append(element("p", "A collection at a glance", class_="kind"))
    body.append(element("h1", seen.name))
    body.append(element("section", definitions(_facts(seen))))
    _append_pair(body, _zipf(seen), _lengths(seen))
    _append_pair(body, _frequent(seen), _rare(seen))
    if seen.sizes:
        body.append(_sizes(seen.sizes))
    return page(seen.name, body)


def _append_pair(body: Element, *sections: Element | None) -> None:
    there = [section for section in sections if section is not None]
    if there:
        body.append(element("div", *there, class_="pair"))


def _facts(seen: Glance) -> list[tuple[str, Element | str | None, str]]:
    shown = []
    for name, value in seen.facts.items():
        if isinstance(value, (str, int, float)) and name not in _UNSHOWN and value != 0:
            text = (
                f"{value:,}"
                if isinstance(value, int)
                else f"{value:.6g}"
                if isinstance(value, float)
                else value
            )
            shown.append((name.replace("_", " "), text, ""))
    if seen.sizes:
        shown.append(("size", size_text(sum(seen.sizes.values())), ""))
    return shown  # type: ignore[return-value]


def _zipf(seen: Glance) -> Element | None:
    known = [("occurrences", seen.occurrences, "c0"), ("documents", seen.document_frequency, "c1")]
    lines = [
        Line(name, np.sort(values[values > 0])[::-1], colour)
        for name, values, colour in known
        if values is not None and (values > 0).any()
    ]
    if not lines:
        return None
    legend = [element("span", element("span", class_=f"key {line.colour}"), line.name) for line in lines]
    once = int((lines[0].values == 1).sum())
    what = (
        f"once in all ({once / len(lines[0].values):.0%})"
        if lines[0].name == "occurrences"
        else "in one document"
    )
    return element(
        "section",
        element("h2", "Terms by rank"),
        rank_plot(lines, "rank of the term", "count"),
        element("p", *legend, element("span", "- - Zipf: 1/rank"), class_="legend"),
        element("p", f"{once:,} of {len(lines[0].values):,} terms occur {what}.", class_="note"),
    )


def _lengths(seen: Glance) -> Element | None:
    lengths = seen.document_lengths
    if lengths is None or not len(lengths):
        return None
    longest = int(lengths.max())
    end = int(np.quantile(lengths, 0.995)) + 1  # a few giants would leave no room for the others
    width = max(1, -(-end // _BINS))
    bounds = np.arange(0, end + width, width)
    counts, _ = np.histogram(lengths[lengths < bounds[-1]], bounds)
    beyond = int((lengths >= bounds[-1]).sum())
    said = (
        f"Median {np.median(lengths):,.0f}, average {lengths.mean():,.4g}, longest {longest:,} tokens"
        f"{f'; {beyond:,} longer ones are not drawn' if beyond else ''}."
    )
    empty = int((lengths == 0).sum())
    if empty:
        said += f" {empty:,} without any term."
    return element(
        "section",
        element("h2", "Lengths of documents"),
        histogram(counts.tolist(), bounds.tolist(), "tokens", "documents"),
        element("p", said, class_="note"),
    )


def _frequent(seen: Glance) -> Element | None:
    frequency = seen.document_frequency
    if frequency is None or not len(seen.terms):
        return None
    return _top(seen, "Most frequent terms", np.argsort(-frequency, kind="stable"), by="df")


def _rare(seen: Glance) -> Element | None:
    if seen.idf is None or not len(seen.terms):
        return None
    often = seen.occurrences if seen.occurrences is not None else np.zeros(len(seen.terms), np.int64)
    held = np.ones(len(seen.terms), bool) if seen.document_frequency is None else seen.document_frequency > 0
    order = np.lexsort((np.arange(len(often)), -often, -np.where(held, seen.idf, -np.inf)))
    return _top(seen, "Terms of highest idf", order, by="idf" if seen.occurrences is None else "occurrences")


def _top(seen: Glance, title: str, order: NDArray[np.int64], *, by: str) -> Element:
    known = [
        ("df", seen.document_frequency, ",d"),
        ("idf", seen.idf, ".3f"),
        ("occurrences", seen.occurrences, ",d"),
    ]
    columns = [(name, values, form) for name, values, form in known if values is not None]
    shown = order[:_SHOWN_TERMS]
    measured = next(np.abs(values[shown]) for name, values, _ in columns if name == by)
    most = float(measured.max(initial=0)) or 1.0
    rows = []
    for column, length in zip(shown.tolist(), (measured / most).tolist()):
        row = element("tr", element("td", str(seen.terms[column]), class_="term"))
        for _, values, form in columns:
            row.append(element("td", format(values[column], form), class_="n"))
        row.append(
            element("td", bar(length, "c1" if by == "df" else "c0"), class_="spare", style="width:22%")
        )
        rows.append(row)
    heads = [element("th", "term"), *(element("th", name, class_="n") for name, _, _ in columns)]
    head = element("tr", *heads, element("th", class_="spare"))
    table = element("table", element("thead", head), element("tbody", *rows))
    return element("section", element("h2", title), table)


def _sizes(sizes: Mapping[str, int]) -> Element:
    total = sum(sizes.values()) or 1
    most = max(sizes.values()) or 1
    rows = [
        element(
            "tr",
            element("td", name, class_="term first"),
            element("td", f"{size / total:.1%}", class_="n faint"),
            element("td", size_text(size), class_="n result"),
            element("td", bar(size / most), class_="wide", style="width:45%"),
        )
        for name, size in sorted(sizes.items(), key=lambda part: -part[1])
    ]
    table = element("table", element("tbody", *rows), class_="stack")
    return element("section", element("h2", "Size by part"), table)


def size_text(size_bytes: int) -> str:
    """Return a number of bytes in the unit in which it is read best."""
    size, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"
