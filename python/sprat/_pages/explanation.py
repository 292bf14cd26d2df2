"""Why a document has its score, to be looked at: terms with bars, and the text with the terms marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sprat._pages.markup import Child, Element, element, fragment, page

_COLOURS = 6


def explanation_page(explanation: Any) -> str:
    """Return a page that shows a :class:`sprat.retriever.explanation.Explanation`."""
    query = query_text(explanation.query)
    body = element("main", class_="sprat")
    body.append(element("p", "Why this document?", class_="kind"))
    body.append(element("h1", query))
    body.append(element("section", _facts(explanation)))
    body.append(
        element("section", element("h2", "The score, term by term"), _terms(explanation), _note(explanation))
    )
    body.append(element("section", element("h2", "The document"), _text(explanation)))
    return page(f"{query}: {explanation.id}", body)


def explanation_fragment(explanation: Any) -> str:
    """Return the same for a notebook."""
    heading = f" scores {explanation.score:.6g} for "
    return fragment(
        element(
            "div",
            element(
                "p",
                element("strong", str(explanation.id)),
                heading,
                element("strong", query_text(explanation.query)),
            ),
            _terms(explanation),
            _text(explanation) if explanation.text is not None else None,
            class_="sprat",
        )
    )


def query_text(query: Any) -> str:
    """Return a query as one reads it; of boosts, each with its text."""
    if isinstance(query, Mapping):
        return ", ".join(f"{text} × {boost:g}" for text, boost in query.items())
    return str(query)


def marked(text: str, tokens: Sequence[Any], colours: Mapping[Any, str], *, tag: str, class_: str) -> Element:
    """Return a text with tokens marked where they stand; ``colours`` has a class for each term.

    Tokens are in order; one that begins within the one before it is passed over.
    """
    made: list[Child] = []
    at = 0
    for token in tokens:
        if token.start < at:
            continue
        made += [
            text[at : token.start],
            element(
                "mark",
                text[token.start : token.end],
                class_=colours.get(token.term, ""),
                title=str(token.term),
            ),
        ]
        at = token.end
    return element(tag, *made, text[at:], class_=class_)


def bar(share: float, colour: str = "") -> Element:
    """Return a bar that fills ``share`` of its place, from -1 to 1."""
    inner = element("span", style=f"width:{100 * min(1.0, abs(share)):.4g}%")
    return element("span", inner, class_=f"bar {colour} down" if share < 0 else f"bar {colour}")


def colours_of(terms: Sequence[Any]) -> dict[Any, str]:
    """Give the terms of a score colours, those that bring most first; the colours come round again."""
    held = [term for term in ranked(terms) if term.contribution]
    return {term.term: f"c{number % _COLOURS}" for number, term in enumerate(held)}


def ranked(terms: Sequence[Any]) -> list[Any]:
    return sorted(terms, key=lambda term: -term.contribution)


def _facts(explanation: Any) -> Element:
    facts: list[tuple[str, Child, str]] = [
        ("document", str(explanation.id), ""),
        ("score", f"{explanation.score:.6g}", ""),
    ]
    if explanation.document_length is not None:
        average = f"{explanation.average_document_length:,.4g} on average"
        facts.append(("length", f"{explanation.document_length:,} tokens ", average))
    if explanation.document_count is not None:
        facts.append(("collection", f"{explanation.document_count:,} documents", ""))
    return definitions(facts)


def definitions(facts: Sequence[tuple[str, Child, str]]) -> Element:
    """Return facts, each with its name and what is said of it in small letters."""
    return element(
        "dl",
        *(
            element(
                "div", element("dt", name), element("dd", value, element("small", more) if more else None)
            )
            for name, value, more in facts
        ),
    )


def _terms(explanation: Any) -> Element:
    colours = colours_of(explanation.terms)
    most = max((abs(term.contribution) for term in explanation.terms), default=0.0) or 1.0
    heads = ("tf", "df", "idf", "query", "document", "contribution")
    head = element("tr", element("th", "term"), *(element("th", head, class_="n") for head in heads))
    head.append(element("th", style="width:30%"))
    rows = [_term(term, colours.get(term.term, ""), most, explanation) for term in ranked(explanation.terms)]
    if not rows:
        nothing = "No term of this query is in the collection (stop words are no terms)."
        rows = [element("tr", element("td", nothing, colspan=len(heads) + 2))]
    total = f"{explanation.score:.4f}"
    foot = element("tr", element("td", "sum", class_="first"), class_="sum")
    foot.append(element("td", total, colspan=len(heads), class_="n result"))
    foot.append(element("td"))
    return element("table", element("thead", head), element("tbody", *rows, foot), class_="stack")


def _term(term: Any, colour: str, most: float, explanation: Any) -> Element:
    count = explanation.document_count
    frequency = term.document_frequency
    of_all = "" if not count or frequency is None else f"in {frequency / count:.1%} of the documents"
    cells = [
        ("tf", _number(term.term_frequency, ",d"), ""),
        ("df", _number(frequency, ",d"), of_all),
        ("idf", _number(term.idf, ".4f"), ""),
        ("query", _number(term.query_weight, ".4f"), "weight in the query"),
        ("document", _number(term.document_weight, ".4f"), "weight in the document"),
    ]
    row = element("tr", element("td", str(term.term), class_="term first"), class_="" if colour else "absent")
    for label, value, title in cells:
        row.append(
            element("td", value, class_="n", title=title, data_label=label) if value else element("td")
        )
    row.append(element("td", _number(term.contribution, ".4f"), class_="n result"))
    row.append(element("td", bar(term.contribution / most, colour), class_="wide"))
    return row


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _note(explanation: Any) -> Element:
    said = (
        "A contribution is the term's weight in the query times its weight in the document;"
        " the score is their sum."
    )
    if explanation.terms and explanation.terms[0].idf is not None:
        said += (
            " tf: occurrences in this document. df: documents that hold the term."
            " idf: what that makes it worth; it is in the query's weight."
        )
    if explanation.offset:
        said += f" This variant adds {explanation.offset:.6g} to the score of every document; it is left out."
    return element("p", said, class_="note")


def _text(explanation: Any) -> Element:
    if explanation.text is None:
        return element("p", "The texts of this collection are not stored.", class_="note")
    return marked(
        explanation.text, explanation.highlights, colours_of(explanation.terms), tag="p", class_="text"
    )
