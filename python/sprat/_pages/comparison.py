"""How good are two rankings, query by query? Measures side by side, wins and losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sprat._pages.charts import differences
from sprat._pages.explanation import bar, definitions
from sprat._pages.markup import Element, element, page

_SHOWN = 10
_EQUAL = 1e-9  # two values this near are a tie


@dataclass(frozen=True)
class Measured:
    """One or two runs, measured on the same queries in one order."""

    runs: Sequence[str]  # what they are called
    measures: Sequence[str]
    queries: Sequence[str]
    values: NDArray[np.float64]  # of shape (runs, measures, queries)
    means: NDArray[np.float64]  # of shape (runs, measures)
    texts: Mapping[str, str] = field(default_factory=dict)  # by query, where they are known

    def outcomes(self, measure: int) -> tuple[int, int, int]:
        """Return how many queries the second run wins, ties and loses."""
        change = self.values[1, measure] - self.values[0, measure]
        wins, losses = int((change > _EQUAL).sum()), int((change < -_EQUAL).sum())
        return wins, len(change) - wins - losses, losses


def comparison_page(measured: Measured) -> str:
    """Return a page that shows what runs come to."""
    title = " against ".join(reversed(measured.runs))
    body = element("main", class_="sprat")
    body.append(element("p", "How good are the answers?", class_="kind"))
    body.append(element("h1", title))
    facts: list[tuple[str, Element | str | None, str]] = [("queries", f"{len(measured.queries):,}", "")]
    names = ("run",) if len(measured.runs) == 1 else ("A", "B")
    facts += [(name, run, "") for name, run in zip(names, measured.runs)]
    body.append(element("section", definitions(facts)))
    body.append(element("section", element("h2", "Measures"), _means(measured)))
    if len(measured.runs) == 2:
        change = measured.values[1, 0] - measured.values[0, 0]
        order = np.argsort(-change, kind="stable")
        body.append(_drawn(measured, change, order))
        best = [query for query in order.tolist() if change[query] > _EQUAL]
        worst = [query for query in order[::-1].tolist() if change[query] < -_EQUAL]
        pair = element("div", _extremes(measured, "B wins most", best), class_="pair")
        pair.append(_extremes(measured, "B loses most", worst))
        body.append(pair)
    body.append(element("section", element("h2", "Query by query"), _every(measured)))
    return page(title, body)


def _means(measured: Measured) -> Element:
    two = len(measured.runs) == 2
    heads = ["A", "B", "B − A", "B wins", "ties", "B loses"] if two else ["mean"]
    rows = []
    for number, name in enumerate(measured.measures):
        means = measured.means[:, number].tolist()
        cells = [f"{mean:.4f}" for mean in means]
        if two:
            cells.append(f"{means[1] - means[0]:+.4f}")
            cells += [f"{count:,}" for count in measured.outcomes(number)]
        row = element("tr", element("td", name, class_="term first"))
        for head, cell in zip(heads, cells):
            row.append(element("td", cell, class_="n", data_label=head))
        rows.append(row)
    return _table("measure", heads, rows)


def _drawn(measured: Measured, change: NDArray[np.float64], order: NDArray[np.int64]) -> Element:
    names = [_called(measured, query) for query in order.tolist()]
    outcomes = zip(("B wins", "ties", "B loses"), measured.outcomes(0))
    return element(
        "section",
        element("h2", f"{measured.measures[0]}, B − A: each query is a bar"),
        differences(change[order].tolist(), names, "B − A"),
        definitions([(name, f"{count:,}", "") for name, count in outcomes]),
        class_="beside",
    )


def _extremes(measured: Measured, title: str, queries: list[int]) -> Element:
    rows = []
    for query in queries[:_SHOWN]:
        before, after = measured.values[:, 0, query].tolist()
        row = element("tr", _named(measured, query))
        row.append(element("td", f"{before:.4f}", class_="n", data_label="A"))
        row.append(element("td", f"{after:.4f}", class_="n", data_label="B"))
        row.append(element("td", f"{after - before:+.4f}", class_="n result"))
        rows.append(row)
    shown: Element = _table("query", ["A", "B", "B − A"], rows)
    return element("section", element("h2", title), shown if rows else element("p", "none", class_="note"))


def _every(measured: Measured) -> Element:
    names = ("",) if len(measured.runs) == 1 else (" A", " B")
    heads = [f"{measure}{name}" for measure in measured.measures for name in names]
    rows = []
    for number in range(len(measured.queries)):
        row = element("tr", _named(measured, number))
        values = measured.values[:, :, number].T.ravel().tolist()
        for head, value in zip(heads, values):
            row.append(element("td", f"{value:.4f}", class_="n", data_label=head))
        row.append(element("td", bar(values[len(names) - 1], "c0"), class_="wide"))
        rows.append(row)
    return _table("query", heads, rows, drawn=heads[len(names) - 1])


def _table(first: str, heads: Sequence[str], rows: list[Element], *, drawn: str | None = None) -> Element:
    """Return rows with heads; the last column may have bars, of what is ``drawn``."""
    head = element("tr", element("th", first), *(element("th", name, class_="n") for name in heads))
    if drawn is not None:
        head.append(element("th", drawn, style="width:15%"))
    return element("table", element("thead", head), element("tbody", *rows), class_="stack")


def _named(measured: Measured, query: int) -> Element:
    name = measured.queries[query]
    text = f"  {measured.texts[name]}" if name in measured.texts else ""
    return element("td", element("strong", name), text, class_="first query")


def _called(measured: Measured, query: int) -> str:
    name = measured.queries[query]
    return f"{name}: {measured.texts[name]}" if name in measured.texts else name
