"""Why a document has its score: "which terms does it share with the query, and what is each worth?" """

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from sprat import _queries
from sprat._counting import native_analyzer
from sprat._vectors import checked_rows
from sprat.analysis import Token
from sprat.bm25 import BM25Encoder
from sprat.errors import InvalidArgumentError
from sprat.retriever.ids import Id
from sprat.retriever.ranking import Vectors, View

NO_TERMS = "no term of the query is known (stop words are no terms)"


@dataclass(frozen=True)
class TermScore:
    """What one term of the query brings. What an encoder does not count is None."""

    term: Hashable  #: as the analyzer gives it; the column, if the encoder has no names for its columns
    column: int  #: of the vectors; contributions are added in this order
    term_frequency: int | None  #: occurrences in the document
    document_frequency: int | None  #: documents that hold the term
    idf: float | None
    query_weight: float  #: float32, as all weights
    document_weight: float  #: 0 if the document does not hold the term
    contribution: float  #: query_weight × document_weight, rounded to float32


@dataclass(frozen=True)
class Explanation:
    """A score, taken apart.

    Adding the contributions of :attr:`terms` in their order, from 0 and in float32, gives :attr:`score` to
    the last bit; it is the score that a search gives.
    """

    id: Id
    query: Any
    score: float
    terms: tuple[
        TermScore, ...
    ]  #: of the query, by ascending column; those that the encoder does not know left out
    document_length: int | None  #: in tokens
    average_document_length: float | None
    document_count: int | None  #: of the statistics
    offset: float  #: what the variant adds to the score of every document, and searches leave out; mostly 0
    text: str | None
    highlights: tuple[Token, ...]  #: where the terms stand in the text; empty where that cannot be told

    def __str__(self) -> str:
        heading = f"{self.id!r} scores {self.score:.6g} for {self.query!r}"
        if self.document_length is not None:
            heading += f": {self.document_length} tokens, {self.average_document_length:.4g} on average"
        head = ("term", "tf", "df", "idf", "query", "document", "contribution")
        rows = [head, *map(cells_of, self.terms)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        lines = [
            "  ".join(
                [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]
            )
            for row in rows
        ]
        return "\n".join([heading, *(f"  {line}" for line in (lines if self.terms else [NO_TERMS]))])

    __repr__ = __str__

    def to_html(self) -> str:
        """Return a page that shows all this: one file, that needs no network and runs no script."""
        from sprat._pages.explanation import explanation_page  # not before anyone looks at a page

        return explanation_page(self)

    def _repr_html_(self) -> str:
        from sprat._pages.explanation import explanation_fragment

        return explanation_fragment(self)


def cells_of(term: TermScore) -> tuple[str, ...]:
    """Return a term as a row of a table; what is not known is left empty."""

    def number(value: float | None, form: str) -> str:
        return "" if value is None else format(value, form)

    return (
        str(term.term),
        number(term.term_frequency, "d"),
        number(term.document_frequency, "d"),
        number(term.idf, ".4f"),
        number(term.query_weight, ".4f"),
        number(term.document_weight, ".4f"),
        number(term.contribution, ".4f"),
    )


def explain(way: Vectors, view: View, query: Any, row: int) -> Explanation:
    """Take the score of a row apart."""
    text = view.documents.text_of(row)
    encoder = view.encoder
    part, at = view.documents.at(row)
    counted = isinstance(encoder, BM25Encoder) and len(part.rows.lengths) > 0
    terms: list[TermScore] = []
    total = np.float32(0)
    offset = 0.0
    if view.index is not None:
        queried = checked_rows("queries", encoder.encode_queries([query]))
        if counted:
            offset = float(encoder.score_offsets(queried)[0])
        columns, weights = way.weights(view, row)
        held = dict(zip(columns.tolist(), weights))
        frequencies = dict(zip(*(array.tolist() for array in part.rows.row(at)))) if counted else {}
        for column, query_weight in zip(queried.indices.tolist(), queried.data):
            document_weight = held.get(column, np.float32(0))
            contribution = np.float32(query_weight) * document_weight
            total = total + contribution
            name, document_frequency, idf = _known(encoder, column, counted=counted)
            terms.append(
                TermScore(
                    name,
                    column,
                    frequencies.get(column, 0) if counted else None,
                    document_frequency,
                    idf,
                    float(query_weight),
                    float(document_weight),
                    float(contribution),
                )
            )
    statistics = encoder.statistics if counted else None
    return Explanation(
        part.ids[at],
        query,
        float(total),
        tuple(terms),
        int(part.rows.lengths[at]) if counted else None,
        view.average_document_length if counted else None,
        None if statistics is None else statistics.document_count,
        offset,
        text,
        () if text is None else tuple(_highlights_if_told(encoder, query, text)),
    )


def _known(encoder: Any, column: int, *, counted: bool) -> tuple[Hashable, int | None, float | None]:
    """Return the name of a column, its document frequency and its idf, as far as they are known."""
    if not counted:
        return _named(encoder, column), None, None
    frequency = encoder.statistics.document_frequency
    return (
        encoder.statistics.terms[column],
        None if frequency is None else int(frequency[column]),
        float(encoder._fitted.idf[column]),
    )


def _named(encoder: Any, column: int) -> Hashable:
    """Return the token that a column stands for, if the encoder decodes as SPLADE's does; else its number."""
    decode = getattr(encoder, "decode", None)
    if decode is None:
        return column
    one = csr_array(([1.0], ([0], [column])), shape=(1, encoder.dim))
    ((token, _),) = decode(one)
    return token  # type: ignore[no-any-return]


def highlights(encoder: Any, query: Any, text: str) -> list[Token]:
    """Return the tokens of a text that are terms of the query, in order.

    Raises
    ------
    InvalidArgumentError
        If the encoder cannot tell where its terms stand.
    """
    own = getattr(encoder, "analyzer", None)
    analyzer = None if own is None else native_analyzer(own)
    if analyzer is None:
        raise InvalidArgumentError(f"{type(encoder).__name__} cannot tell where its terms stand in a text")
    wanted = {term for terms in analyzer.batch(_queries.read([query]).texts, threads=1) for term in terms}
    return [token for token in analyzer.tokens(text) if token.term in wanted]


def _highlights_if_told(encoder: Any, query: Any, text: str) -> list[Token]:
    try:
        return highlights(encoder, query, text)
    except InvalidArgumentError:
        return []
