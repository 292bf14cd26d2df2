"""BM25F from documents of several fields, as sparse vectors: a title may be worth more than a body."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat import _arguments, _bm25f_file, _core, _fields, _queries
from sprat._bm25_file import restored_analyzer
from sprat._bm25f_file import SavedBM25F, SavedField
from sprat._counting import (
    AnyCounts,
    TextAnalyzer,
    chosen_analyzer,
    described,
    native_analyzer,
    refuse_nothing,
    without,
)
from sprat._fitted import Fitted, changing
from sprat._matrix import SparseRows, joined_rows, sparse_rows
from sprat._queries import Query
from sprat._stages import one_of
from sprat._terms import Terms
from sprat._weighting import VARIANTS, query_entries, query_weights
from sprat.analysis import Analyzer
from sprat.errors import CorruptFileError, InvalidArgumentError, NotFittedError, UnsupportedVersionError
from sprat.statistics import CollectionStatistics

__all__ = ["BM25FEncoder"]

_VARIANTS = ("lucene", "robertson", "atire")  # whose tf part saturates what is added up, and does no more


@dataclass(frozen=True)
class _Learnt:
    """What an encoder learnt, in integers; encoders replace it whole, and read it once per call."""

    fitted: Fitted
    token_counts: NDArray[np.int64]  # by field

    @property
    def average_lengths(self) -> list[float]:
        count = self.fitted.statistics.document_count
        return [token_count / count for token_count in self.token_counts.tolist()]


class BM25FEncoder:
    """Sparse vectors whose dot products are BM25F scores of documents with several fields.

    The occurrences of a term in all fields are added up, each multiplied by the weight of its field and set
    against the field's length, before they saturate: not the same as adding up one BM25 score per field. A
    document that holds a term in any field counts once in its document frequency. With one field of weight 1
    the vectors are those of :class:`BM25Encoder`, to the last bit.

    Documents are mappings from field to text, as ``{"title": ..., "body": ...}`` (None or an absent key is an
    empty text, keys that are no fields are not looked at), or columns by field: a mapping of columns, or a
    pandas, polars or Arrow table.

    Parameters
    ----------
    analyzer : str, Analyzer or callable, default "en"
        As in :class:`BM25Encoder`, for all fields and for queries; the tokens of a callable must be str.
    fields : mapping of str to float
        The weight of each field, above 0. Terms get their columns in the order in which they occur in the
        fields of each document, in this order.
    variant : {"lucene", "robertson", "atire"}, default "lucene"
        See docs/variants.md.
    k1 : float, default 1.2
        How slowly repetition saturates; at least 0. The larger the weights, the larger it should be.
    b : float or mapping of str to float, default 0.75
        How much the length of a field counts, from 0 to 1: for all fields, or for each.
    query_term_frequency, threads
        As in :class:`BM25Encoder`.

    Raises
    ------
    InvalidArgumentError
        If a value is out of its range.
    """

    def __init__(
        self,
        analyzer: str | Analyzer | TextAnalyzer = "en",
        *,
        fields: Mapping[str, float],
        variant: str = "lucene",
        k1: float = 1.2,
        b: float | Mapping[str, float] = 0.75,
        query_term_frequency: str | float = "count",
        threads: int = 0,
    ) -> None:
        if not isinstance(fields, Mapping) or not fields:
            raise InvalidArgumentError(f"fields must map at least one field to its weight, got {fields!r}")
        if variant not in _VARIANTS:
            raise InvalidArgumentError(f"variant must be {one_of(list(_VARIANTS))}, got {variant!r}")
        if isinstance(b, Mapping) and set(b) != set(fields):
            got = ", ".join(map(str, b))
            raise InvalidArgumentError(f"b must have the fields {', '.join(fields)}, got {got}")
        self.analyzer = chosen_analyzer(analyzer)
        self.variant = variant
        self.k1 = _arguments.finite("k1", k1, low=0)
        self.query_term_frequency = _arguments.query_term_frequency(query_term_frequency)
        self.threads = _arguments.thread_count(threads)
        self._weights = {name: _weight(name, weight) for name, weight in fields.items()}
        self._bs = {
            name: _arguments.finite(f"b of {name!r}", b[name] if isinstance(b, Mapping) else b, low=0, high=1)
            for name in fields
        }
        self._learnt = self._learnt_of(CollectionStatistics(), np.zeros(len(fields), np.int64))

    def fit(self, documents: Any) -> BM25FEncoder:
        """Learn terms and statistics from ``documents``, forgetting what was learnt before.

        The documents are read once, and memory is bounded by the vocabulary and one batch of them.

        Raises
        ------
        EmptyCorpusError
            If there is no document, or no term in any; also a ZeroDivisionError.
        InvalidArgumentError
            If a field holds no term in any document: is its name right?
        TypeError
            If a document is no mapping or a text no str; the message names its position.
        """
        self._learnt, _ = self._learn(documents, rows=False)
        return self

    def fit_encode_documents(self, documents: Any) -> SparseRows:
        """Do ``fit(documents)`` and ``encode_documents(documents)``, analysing each text once."""
        learnt, parts = self._learn(documents, rows=True)
        matrix = joined_rows([self._document_rows(learnt, counts) for counts in parts])
        self._learnt = learnt
        return matrix

    def partial_fit(self, documents: Any) -> BM25FEncoder:
        """Learn more documents, as :meth:`BM25Encoder.partial_fit` does texts."""
        return self._add(*self._count(documents, rows=False)[:2])

    def remove(self, documents: Any) -> BM25FEncoder:
        """Forget documents that were learnt, as :meth:`BM25Encoder.remove` does texts."""
        less, token_counts, _ = self._count(documents, rows=False)
        with changing:
            old = self._learnt
            for name, wanted, held in zip(self._names, token_counts, old.token_counts):
                if wanted > held:
                    raise InvalidArgumentError(
                        f"cannot remove what was never added: {wanted} tokens of {name!r}, "
                        f"where there are {held}"
                    )
            statistics = old.fitted.statistics.remove(less)
            self._learnt = self._learnt_of(statistics, old.token_counts - token_counts)
        return self

    def merge(self, other: BM25FEncoder) -> BM25FEncoder:
        """Learn what another encoder of the same fields learnt, as :meth:`BM25Encoder.merge` does.

        Raises
        ------
        InvalidArgumentError
            If the other one has other fields, in another order, or another analyzer.
        """
        if not isinstance(other, BM25FEncoder):
            raise TypeError(f"other must be a BM25FEncoder, got {type(other).__name__}")
        if other._names != self._names:
            raise InvalidArgumentError(
                f"other must have the fields {', '.join(self._names)}, got {', '.join(other._names)}"
            )
        learnt = other._learnt
        return self._add(learnt.fitted.statistics, learnt.token_counts)

    def compact(self) -> NDArray[np.int64]:
        """Give up the columns of removed terms, as :meth:`BM25Encoder.compact` does."""
        with changing:
            old = self._learnt
            statistics, new_columns = old.fitted.statistics.compact()
            self._learnt = self._learnt_of(statistics, old.token_counts)
        return new_columns

    def encode_documents(self, documents: Any) -> SparseRows:
        """Return the document side, one row per document, as :meth:`BM25Encoder.encode_documents` does.

        Raises
        ------
        NotFittedError
            If nothing was fitted or loaded.
        """
        learnt = self._require_fitted()
        texts = chain.from_iterable(_fields.as_documents(documents, self._names))
        return self._document_rows(learnt, self._known(learnt.fitted, texts))

    def encode_queries(self, queries: Query | Iterable[Query]) -> SparseRows:
        """Return the query side, one row per query, as :meth:`BM25Encoder.encode_queries` does."""
        fitted = self._require_fitted().fitted
        asked = _queries.read(queries)
        counts, boosts = _queries.gather(asked, self._known(fitted, asked.texts))
        weights = query_weights(VARIANTS[self.variant], self.query_term_frequency)
        return query_entries(counts, fitted.idf[counts.indices] * boosts, len(fitted.terms), weights)

    @property
    def fields(self) -> Mapping[str, float]:
        """The weight of each field."""
        return MappingProxyType(self._weights)

    @property
    def b(self) -> Mapping[str, float]:
        """How much the length of each field counts."""
        return MappingProxyType(self._bs)

    @property
    def dim(self) -> int:
        """Number of columns: that of the known terms, 0 before a fit."""
        return len(self._learnt.fitted.terms)

    @property
    def vocabulary(self) -> Mapping[Hashable, int]:
        """Column of each term. Read-only; made on first use and kept until the next fit."""
        return MappingProxyType(self._learnt.fitted.terms.as_dict())

    @property
    def statistics(self) -> CollectionStatistics:
        """Sums over the fitted documents, of all fields together; zeros before a fit."""
        return self._learnt.fitted.statistics

    @property
    def token_counts(self) -> Mapping[str, int]:
        """Tokens of each field, over all fitted documents."""
        return MappingProxyType(dict(zip(self._names, self._learnt.token_counts.tolist())))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the encoder to a JSON file, whole or not at all.

        A Python callable cannot be written: :meth:`load` asks for it again.

        Raises
        ------
        NotFittedError
            If nothing was fitted or loaded.
        OSError
            If the file cannot be written.
        """
        learnt, native = self._require_fitted(), self._native()
        statistics = learnt.fitted.statistics
        saved = SavedBM25F(
            self.variant,
            self.k1,
            self.query_term_frequency,
            [
                SavedField(name, self._weights[name], self._bs[name], token_count)
                for name, token_count in zip(self._names, learnt.token_counts.tolist())
            ],
            statistics.document_count,
            statistics.terms.as_list(),
            statistics.require_frequencies("saved"),
            native.to_dict() if native.is_data else None,
        )
        _bm25f_file.write(path, saved)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        *,
        analyzer: str | Analyzer | TextAnalyzer | None = None,
        threads: int = 0,
    ) -> BM25FEncoder:
        """Read an encoder from a file of :meth:`save`; all as in :meth:`BM25Encoder.load`."""
        saved = _bm25f_file.read(path)
        name = os.fspath(path)
        if saved.variant not in _VARIANTS:
            raise UnsupportedVersionError(f"{name}: this release does not know variant {saved.variant!r}")
        if analyzer is None:
            analyzer = restored_analyzer(name, saved.analyzer)
        analyzer, threads = chosen_analyzer(analyzer), _arguments.thread_count(threads)
        try:
            encoder = cls(
                analyzer,
                fields={field.name: field.weight for field in saved.fields},
                variant=saved.variant,
                k1=saved.k1,
                b={field.name: field.b for field in saved.fields},
                query_term_frequency=saved.query_term_frequency,
                threads=threads,
            )
        except InvalidArgumentError as error:
            raise CorruptFileError(f"{name}: {error}") from None
        token_counts = np.array([field.token_count for field in saved.fields], np.int64)
        statistics = CollectionStatistics(
            saved.document_count,
            int(token_counts.sum()),
            saved.document_frequency,
            Terms(saved.terms),
            saved.analyzer or described(encoder.analyzer),
        )
        if wrong := statistics.contradiction():
            raise CorruptFileError(f"{name}: no collection has {wrong}")
        encoder._learnt = encoder._learnt_of(statistics, token_counts)
        return encoder

    def __repr__(self) -> str:
        return (
            f"BM25FEncoder({self.analyzer!r}, fields={self._weights!r}, variant={self.variant!r}, "
            f"k1={self.k1!r}, b={self._bs!r}) with {self.dim} terms"
        )

    @property
    def _names(self) -> list[str]:
        return list(self._weights)

    def _native(self) -> Analyzer:
        return native_analyzer(self.analyzer) or Analyzer.from_stages(self.analyzer)  # type: ignore[arg-type]

    def _learn(self, documents: Any, *, rows: bool) -> tuple[_Learnt, list[_core.Counts]]:
        statistics, token_counts, parts = self._count(documents, rows=rows)
        document_count = statistics.document_count
        refuse_nothing(document_count, len(statistics.terms))
        if not token_counts.all():
            empty = self._names[int(np.flatnonzero(token_counts == 0)[0])]
            raise InvalidArgumentError(f"field {empty!r} holds no term in {document_count} document(s)")
        return self._learnt_of(statistics, token_counts), parts

    def _count(
        self, documents: Any, *, rows: bool
    ) -> tuple[CollectionStatistics, NDArray[np.int64], list[_core.Counts]]:
        """Return the statistics of documents, the tokens of each field, and the counts if they are kept."""
        analyzer, field_count = self._native(), len(self._names)
        vocabulary, document_count = _core.Vocabulary(), 0
        token_counts = np.zeros(field_count, np.int64)
        frequency = np.zeros(0, np.int64)
        parts: list[_core.Counts] = []
        for batch in _fields.batches(_fields.as_documents(documents, self._names)):
            counts = analyzer.count(batch, vocabulary, grow=True, rows=True, threads=self.threads)
            more = _core.fielded_document_frequency(
                counts.indptr, counts.indices, field_count, len(vocabulary)
            )
            more[: len(frequency)] += frequency
            frequency = more
            lengths = counts.document_lengths.reshape(-1, field_count)
            document_count += len(lengths)
            token_counts += lengths.sum(axis=0)
            if rows:
                parts.append(counts)
        terms, source = Terms(vocabulary), described(self.analyzer)
        statistics = CollectionStatistics(document_count, int(token_counts.sum()), frequency, terms, source)
        return statistics, token_counts, parts

    def _add(self, statistics: CollectionStatistics, token_counts: NDArray[np.int64]) -> BM25FEncoder:
        with changing:
            old = self._learnt
            both = old.fitted.statistics.merge(statistics)
            self._learnt = self._learnt_of(both, old.token_counts + token_counts)
        return self

    def _learnt_of(self, statistics: CollectionStatistics, token_counts: NDArray[np.int64]) -> _Learnt:
        average = statistics.average_document_length
        return _Learnt(Fitted(statistics, self.variant, 0.0, average), token_counts)

    def _known(self, fitted: Fitted, texts: Iterable[str]) -> AnyCounts:
        """Count the terms of texts that some fitted document holds."""
        vocabulary = fitted.terms.as_native()
        assert vocabulary is not None  # terms are str
        counts = self._native().count(texts, vocabulary, grow=False, rows=True, threads=self.threads)
        return counts if fitted.removed is None else without(counts, fitted.removed)

    def _require_fitted(self) -> _Learnt:
        learnt = self._learnt
        if not learnt.fitted.statistics.token_count:
            raise NotFittedError("this BM25FEncoder knows no terms: call fit(documents), or load(path)")
        return learnt

    def _document_rows(self, learnt: _Learnt, counts: AnyCounts) -> SparseRows:
        averages = zip(self._weights.values(), self._bs.values(), learnt.average_lengths)
        indptr, indices, data = _core.fielded_weights(
            VARIANTS[self.variant].tf,
            counts.indptr,
            counts.indices.astype(np.int32, copy=False),
            counts.term_frequencies,
            counts.document_lengths,
            [(float(weight), float(b), average) for weight, b, average in averages],
            float(self.k1),
        )
        return sparse_rows(indptr, indices, data, len(learnt.fitted.terms))


def _weight(name: Any, weight: Any) -> float:
    if not isinstance(name, str):
        raise InvalidArgumentError(f"fields must have str as names, got {name!r}")
    above = _arguments.finite(f"weight of {name!r}", weight, low=0)
    if not above:
        raise InvalidArgumentError(f"weight of {name!r} must be above 0, got {weight!r}")
    return above
