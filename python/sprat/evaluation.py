"""How good is a ranking? Measures of judged queries, and the files of TREC that hold rankings and judgments.

A run holds a ranking for each query: what a search gave, or ids with scores. Judgments ("qrels") say how
relevant a document is to a query. Both name queries and documents by str or int; ``1`` and ``"1"`` are one.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

import numpy as np

from sprat import _records
from sprat._extras import require
from sprat._files import write_whole
from sprat._sources import Source
from sprat._stages import one_of
from sprat.errors import CorruptFileError, InvalidArgumentError, MissingExtraError
from sprat.fusion import legs

__all__ = ["Evaluation", "evaluate", "read_qrels", "read_run", "write_run"]

_TIES = ("order", "trec_eval")
_MOST_RELEVANT = (1 << 15) - 1  # trec_eval's nDCG takes time by the square of the greatest
_MEASURE = re.compile(r"(\w+)(?:\((.*)\))?(?:@(\d+(?:\.\d+)?))?")


class Evaluation(NamedTuple):
    """What a run comes to, by measure, named as they were asked for."""

    means: dict[str, float]  #: over all judged queries; a sum for measures that count, such as NumRet
    per_query: dict[str, dict[str, float]]  #: by measure, then by query, in the order of the judgments

    def __repr__(self) -> str:
        width = max(map(len, self.means), default=0)
        queries = max(map(len, self.per_query.values()), default=0)
        rows = [f"{name:{width}}  {value:.4f}" for name, value in self.means.items()]
        return "\n".join([f"{queries:,} queries", *rows])


def evaluate(
    run: Mapping[Any, Any],
    qrels: Mapping[Any, Mapping[Any, int]],
    measures: str | Iterable[Any] = ("nDCG@10", "AP", "RR", "R@100"),
    *,
    ties: str = "order",
) -> Evaluation:
    """Measure a run against judgments, with the library ir-measures.

    Parameters
    ----------
    run : mapping from queries to rankings
        A ranking is best first: hits of a retriever, what :mod:`sprat.fusion` gives, pairs (id, score), or a
        :class:`~sprat.TopK` with one row; or it is a mapping from ids to scores. Queries that were not judged
        do not matter.
    qrels : mapping from queries to mappings from ids to relevance
        Relevance is a whole number: above 0 is relevant. A judged query that the run lacks counts with the
        measure's lowest value.
    measures : iterable of str or ir_measures.Measure, or one
        Written as ir-measures does: ``"nDCG@10"``, ``"P(rel=2)@5"``, ``"RR@10"``.
    ties : {"order", "trec_eval"}, default "order"
        Where equal scores rank: as the run has them, or as in trec_eval, whatever the run's order: by id,
        the greatest first, where scores are equal in float32.

    Returns
    -------
    Evaluation

    Raises
    ------
    MissingExtraError
        If ir-measures is not installed, or a measure needs a library that is not.
    InvalidArgumentError
        If a measure is unknown, a ranking has a document twice or a score that rises or is not finite, a
        relevance is no whole number or above 32,767, nothing is judged, or run and judgments have no query
        in common.
    """
    require("ir_measures", "evaluate", "eval")
    if ties not in _TIES:
        raise InvalidArgumentError(f"ties must be {one_of(list(_TIES))}, got {ties!r}")
    asked = _measures([measures] if isinstance(measures, str) or hasattr(measures, "NAME") else measures)
    judged = _judgments(_mapping("qrels", qrels))
    rankings: dict[str, dict[str, float]] = {}
    for query, one in _mapping("run", run).items():
        if (name := _name(query, "a query of run")) in rankings:
            raise InvalidArgumentError(f"run must have each query once, got {name!r} twice, as str and int")
        rankings[name] = _ranking(query, one)
    if rankings and not judged.keys() & rankings.keys():
        raise InvalidArgumentError(
            f"run and qrels must have queries in common, got {next(iter(rankings))!r} and so on in run, "
            f"{next(iter(judged))!r} and so on in qrels"
        )
    scored = {
        query: _by_rank(ranking, ties)
        for query, ranking in rankings.items()
        if query in judged and ranking  # what is empty, some measures divide by
    }
    return _calculated(asked, judged, scored)


def read_run(path: str | os.PathLike[str]) -> dict[str, list[tuple[str, float]]]:
    """Read a TREC run file: lines of ``query Q0 document rank score tag``.

    Parameters
    ----------
    path : path-like
        Plain or compressed by gzip or zstd; ``"-"`` is standard input.

    Returns
    -------
    dict from query to list of (document, score)
        By score, descending, whatever the ranks say, as trec_eval does; equal scores by rank.

    Raises
    ------
    OSError
        If the file cannot be read.
    CorruptFileError
        If a line is none of a run, or a query has a document twice; the message names file and line.
    """
    found: dict[str, dict[str, tuple[float, int, int]]] = {}
    for line in _lines(path):
        fields = line.text.split()
        if len(fields) != 6:
            line.refuse(f"must be 'query Q0 document rank score tag', got {len(fields)} fields")
        query, _, document, rank, score, _ = fields
        entries = found.setdefault(query, {})
        if document in entries:
            line.refuse(f"query {query!r} has document {document!r} in line {entries[document][2]} already")
        entries[document] = -line.number_in("score", score), line.whole_in("rank", rank), line.number
    return {
        query: [(document, -entry[0]) for document, entry in sorted(entries.items(), key=lambda one: one[1])]
        for query, entries in found.items()
    }


def write_run(path: str | os.PathLike[str], run: Mapping[Any, Any], tag: str = "sprat") -> None:
    """Write a TREC run file, whole or not at all. Scores are written so that they are read back the same.

    Parameters
    ----------
    path : path-like
    run : mapping from queries to rankings
        As :func:`evaluate` takes it. A query without a hit leaves no trace in such a file.
    tag : str, default "sprat"
        The name of the run.

    Raises
    ------
    InvalidArgumentError
        If a name is empty or has white space, which the format cannot hold, or a ranking is none.
    OSError
        If the file cannot be written.
    """
    tag = _field(tag, "tag")
    lines: list[str] = []
    for query, ranking in _mapping("run", run).items():
        name = _field(query, "a query")
        for rank, (document, score) in enumerate(_ranking(query, ranking).items(), 1):
            lines.append(
                f"{name} Q0 {_field(document, f'a document of run[{query!r}]')} {rank} {score!r} {tag}\n"
            )
    write_whole(path, "".join(lines).encode())


def read_qrels(path: str | os.PathLike[str]) -> dict[str, dict[str, int]]:
    """Read judgments: TREC's lines of ``query iteration document relevance``, or BEIR's TSV.

    Parameters
    ----------
    path : path-like
        Plain or compressed by gzip or zstd; ``"-"`` is standard input. BEIR's has three columns, query,
        document and relevance, and perhaps a header.

    Returns
    -------
    dict from query to dict from document to relevance

    Raises
    ------
    OSError
        If the file cannot be read.
    CorruptFileError
        If a line is no judgment, or one is there twice; the message names file and line.
    """
    found: dict[str, dict[str, int]] = {}
    tabular = first = None
    for line in _lines(path):
        if tabular is None:
            tabular = line.text.count("\t") == 2
            first = line
        fields = line.text.split("\t") if tabular else line.text.split()
        if len(fields) != (3 if tabular else 4):
            line.refuse(
                "must be 'query iteration document relevance', or query, document and relevance parted by "
                f"tabs, as the first line is; got {len(fields)} fields"
            )
        if tabular and line is first and not _is_whole(fields[2]):  # the header
            continue
        query, document, relevance = fields[0], fields[-2], line.whole_in("relevance", fields[-1])
        if found.setdefault(query, {}).setdefault(document, relevance) != relevance:
            line.refuse(f"query {query!r} has document {document!r} already, with another relevance")
    return found


class _Line(NamedTuple):
    file: str
    number: int
    text: str

    def refuse(self, what: str) -> NoReturn:
        raise CorruptFileError(f"{self.file}:{self.number}: {what}")

    def whole_in(self, what: str, field: str) -> int:
        try:
            return int(field)
        except ValueError:
            self.refuse(f"{what} must be a whole number, got {field!r}")

    def number_in(self, what: str, field: str) -> float:
        try:
            value = float(field)
        except ValueError:
            value = np.nan
        if not np.isfinite(value):
            self.refuse(f"{what} must be a finite number, got {field!r}")
        return value


def _lines(path: str | os.PathLike[str]) -> Iterator[_Line]:
    source = Source.at(path, "text")
    for block in _records.blocks(source, _records.Fields(), True, lambda size_bytes: None):
        for number, text in zip(_records.strings(block.ids), _records.strings(block.texts)):
            yield _Line(source.name, int(number), text)


def _name(value: Any, what: str) -> str:
    """Return what a query or a document is called, as a str that the C of trec_eval can hold."""
    if isinstance(value, bool) or not isinstance(value, (str, int, np.integer)):
        raise TypeError(f"{what} must be called by a str or an int, got {type(value).__name__}")
    name = str(value)
    if "\0" in name or any("\ud800" <= letter <= "\udfff" for letter in name):
        raise InvalidArgumentError(f"{what} must be called by text without null or surrogates, got {name!r}")
    return name


def _field(value: Any, what: str) -> str:
    name = _name(value, what)
    if name.split() != [name]:
        raise InvalidArgumentError(f"{what} must be one word to be written to a run file, got {name!r}")
    return name


def _mapping(what: str, given: Any) -> Mapping[Any, Any]:
    if not isinstance(given, Mapping):
        raise TypeError(f"{what} must be a mapping, got {type(given).__name__}")
    return given


def _ranking(query: Any, ranking: Any) -> dict[str, float]:
    """Return scores by document, best first."""
    what = f"run[{query!r}]"
    given = isinstance(ranking, Mapping)
    found = legs(what, list(ranking.items()) if given else ranking)
    scores: dict[str, float] = {}
    for document, leg in found.items():
        name = _name(document, f"a document of {what}")
        if name in scores:
            raise InvalidArgumentError(f"{what} must have {name!r} once, got it as an int and as a str")
        scores[name] = leg.score
    if given:
        return dict(sorted(scores.items(), key=lambda entry: -entry[1]))
    last = np.inf
    for name, score in scores.items():
        if score > last:
            raise InvalidArgumentError(f"{what} must be best first, got {score} for {name!r} after {last}")
        last = score
    return scores


def _by_rank(ranking: dict[str, float], ties: str) -> dict[str, float]:
    """Return scores that say the order and no more, so that nobody has to decide about equal ones."""
    order = list(ranking)
    if ties == "trec_eval":
        order.sort(reverse=True)
        order.sort(key=lambda name: -np.float32(ranking[name]))
    return {name: float(len(order) - at) for at, name in enumerate(order)}


def _is_whole(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


def _judgments(qrels: Mapping[Any, Mapping[Any, int]]) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = {}
    for query, documents in qrels.items():
        name = _name(query, "a query of qrels")
        if name in judged:
            raise InvalidArgumentError(f"qrels must have each query once, got {name!r} twice, as str and int")
        relevances = judged[name] = {}
        for document, relevance in _mapping(f"qrels[{query!r}]", documents).items():
            whole = isinstance(relevance, (int, np.integer)) and not isinstance(relevance, bool)
            if not whole or abs(relevance) > _MOST_RELEVANT:
                raise InvalidArgumentError(
                    f"qrels[{query!r}][{document!r}] must be a whole number of at most {_MOST_RELEVANT}, "
                    f"got {relevance!r}"
                )
            judged_document = _name(document, f"a document of qrels[{query!r}]")
            if judged_document in relevances:
                raise InvalidArgumentError(
                    f"qrels[{query!r}] must have each document once, got {judged_document!r} twice, "
                    "as str and int"
                )
            relevances[judged_document] = int(relevance)
        if max(relevances.values(), default=0) < 0:  # over which trec_eval's nDCG would never end
            judged[name] = dict.fromkeys(relevances, 0)
    if not judged:
        raise InvalidArgumentError("qrels must judge at least one query, got none")
    return judged


def _measures(measures: Iterable[Any]) -> dict[str, Any]:
    """Return measures by the names they were asked for."""
    if not isinstance(measures, Iterable):
        raise TypeError(f"measures must be names or measures, got {type(measures).__name__}")
    asked = dict(map(_named, measures))
    if not asked:
        raise InvalidArgumentError("measures must name at least one, got none")
    return asked


def _named(asked: Any) -> tuple[str, Any]:
    """Return what a measure was called, and the measure."""
    import ir_measures

    name = asked if isinstance(asked, str) else type(asked).__name__  # the repr of a wrong one fails
    try:
        measure = _parsed(asked, ir_measures.measures.registry) if isinstance(asked, str) else asked
        measure.validate_params()
        name = str(asked)
    except (AssertionError, AttributeError, KeyError, SyntaxError, TypeError, ValueError) as error:
        raise InvalidArgumentError(f"measures must be those of ir-measures, got {name!r}: {error}") from None
    able = [provider for provider in ir_measures.DefaultPipeline.providers if provider.supports(measure)]
    if not able:
        raise InvalidArgumentError(f"measures must be those that ir-measures can compute, got {name!r}")
    if not any(provider.is_available() for provider in able):
        ways = " or ".join(f"`{provider.install_instructions()}`" for provider in able)
        raise MissingExtraError(f"{name!r} needs another library: run {ways}")
    return name, measure


def _parsed(measure: str, known: Mapping[str, Any]) -> Any:
    """Return the measure of a name; ir_measures.parse_measure does not run on Python 3.14."""
    import ast  # which `import sprat` should not wait for

    parts = _MEASURE.fullmatch(measure)
    if parts is None or parts[1] not in known:
        names = ", ".join(name for name in known if name.isascii())
        raise ValueError(f"allowed are {names}, with options and a cutoff as in P(rel=2)@5")
    call: Any = ast.parse(f"f({parts[2] or ''})", mode="eval").body
    options = {option.arg: ast.literal_eval(option.value) for option in call.keywords}
    if parts[3] is not None:
        options[known[parts[1]].AT_PARAM] = ast.literal_eval(parts[3])
    if options.get("cutoff", 1) == 0:
        raise ValueError("a cutoff must be at least 1")
    return known[parts[1]](**options)


_one_at_a_time = threading.Lock()  # trec_eval keeps measures in static memory, which threads would free twice


def _calculated(
    asked: dict[str, Any], judged: dict[str, dict[str, int]], scored: dict[str, dict[str, float]]
) -> Evaluation:
    import ir_measures

    found: dict[Any, dict[str, float]] = {measure: {} for measure in asked.values()}
    with _one_at_a_time:
        for metric in ir_measures.evaluator(list(found), judged).iter_calc(scored):
            found[metric.measure][metric.query_id] = metric.value
    means: dict[str, float] = {}
    per_query: dict[str, dict[str, float]] = {}
    for name, measure in asked.items():
        per_query[name] = {query: found[measure][query] for query in judged}
        mean = measure.aggregator()
        for value in per_query[name].values():  # in one order, whatever the order of the library's sets
            mean.add(value)
        means[name] = mean.result()
    return Evaluation(means, per_query)
