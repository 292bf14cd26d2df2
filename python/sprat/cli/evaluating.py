"""``sprat eval``: how good the answers are, by judgments."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Annotated, Any

import numpy as np
import typer

from sprat import evaluation
from sprat._files import write_whole
from sprat._pages.comparison import Measured, comparison_page
from sprat._records import Fields
from sprat._sources import Source
from sprat.cli import options, output
from sprat.cli.output import Style
from sprat.errors import InvalidArgumentError
from sprat.reading import Texts
from sprat.retriever import Retriever

_MEASURES = ["nDCG@10", "AP", "RR", "R@100"]


def evaluate(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A TREC run file, or what sprat index wrote, to be asked.")
    ],
    other: Annotated[
        str | None, typer.Argument(metavar="OTHER", help="Another one, to be compared with the first.")
    ] = None,
    qrels: Annotated[
        str, typer.Option("--qrels", metavar="FILE", help="Judgments, as TREC or BEIR writes them.")
    ] = ...,  # type: ignore[assignment]  # typer's word for: must be given
    queries: Annotated[
        str | None, typer.Option(metavar="FILE", help="What to ask an index; their ids are the judgments'.")
    ] = None,
    measures: Annotated[
        list[str] | None,
        typer.Option("--measure", metavar="NAME", help="As nDCG@10, P(rel=2)@5; may be given again."),
    ] = None,
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, help="Documents per query of an index.")] = 100,
    run_file: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the run of an index here.")
    ] = None,
    page: options.Page = None,
    style: options.AsStyle = None,
    as_json: options.AsJson = False,
) -> None:
    """Measure rankings against judgments, and compare two.

    sprat eval corpus.sprat --queries queries.jsonl --qrels qrels.tsv

    sprat eval before.run after.run --qrels qrels.tsv --html comparison.html

    Measures are those of ir-measures (extra eval); a judged query without an answer counts as 0.
    """
    names = [run] if other is None else [run, other]
    for path in filter(None, (page, run_file)):
        options.require_writable(path, [*names, qrels])
    if run_file is not None and (other is not None or not os.path.isdir(run)):
        raise InvalidArgumentError("-o writes the run of one index: give an index, and no other run")
    judged = evaluation.read_qrels(qrels)
    texts = None if queries is None else _texts(queries, judged)
    rankings = [_ranking(name, texts, k) for name in names]
    if run_file is not None:
        evaluation.write_run(run_file, rankings[0])
    found = [evaluation.evaluate(ranking, judged, measures or _MEASURES) for ranking in rankings]
    seen = Measured(
        names,
        list(found[0].means),
        list(judged),
        np.array([[list(values.values()) for values in one.per_query.values()] for one in found]),
        np.array([list(one.means.values()) for one in found]),
        texts or {},
    )
    if page is not None:
        write_whole(page, comparison_page(seen).encode())
    if page is None or style is not None or as_json:
        _show(seen, output.style_of(style, as_json=as_json))


def _texts(path: str, judged: Iterable[str]) -> dict[str, str]:
    wanted = set(judged)
    source = Source.at(path, None, option="another name")
    found = {query.id: query.text for query in Texts([source], Fields()).with_ids() if query.id in wanted}
    if wanted and not found:
        raise InvalidArgumentError(
            f"{path}: none of its queries is judged: the judgments have {min(wanted)!r}"
        )
    return found


def _ranking(name: str, texts: dict[str, str] | None, k: int) -> Any:
    """Return answers by query: those of a file, or what an index says."""
    if not os.path.isdir(name):
        return evaluation.read_run(name)
    if texts is None:
        raise InvalidArgumentError(f"{name} is an index: say what to ask it, with --queries")
    return dict(zip(texts, Retriever.load(name).search(list(texts.values()), k)))


def _show(seen: Measured, style: Style) -> None:
    if style is Style.json:
        output.print_json(
            {
                "queries": len(seen.queries),
                "runs": [
                    {"run": run, "measures": dict(zip(seen.measures, means))}
                    for run, means in zip(seen.runs, seen.means.tolist())
                ],
                "outcomes": {
                    name: dict(zip(("wins", "ties", "losses"), seen.outcomes(number)))
                    for number, name in enumerate(seen.measures)
                    if len(seen.runs) == 2
                },
            }
        )
        return
    heads = ["measure", *seen.runs] + (["change", "wins", "ties", "losses"] if len(seen.runs) == 2 else [])
    rows = []
    for number, name in enumerate(seen.measures):
        means = seen.means[:, number].tolist()
        row = [name, *(f"{mean:.4f}" for mean in means)]
        if len(means) == 2:
            row += [f"{means[1] - means[0]:+.4f}", *map(str, seen.outcomes(number))]
        rows.append(row)
    output.show_rows(heads, rows, style)
