"""BM25F from documents of several fields, as sparse vectors: a title may be worth more than a body."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat import _arguments, _bm25f_file, _core, _fields, _queries
from sprat._bm25_file import restored_analyzer
from sprat._bm25f_file import SavedBM25F, SavedField
from sprat._counting import TextAnalyzer, chosen_analyzer, native_analyzer, refuse_nothing
from sprat._matrix import SparseRows, joined_rows, sparse_rows
from sprat._queries import Query
from sprat._stages import one_of
from sprat._weighting import VARIANTS, Idf, query_entries, query_weights
from sprat.analysis import Analyzer
from sprat.errors import CorruptFileError, InvalidArgumentError, NotFittedError, UnsupportedVersionError

__all__ = ["BM25FEncoder"]

_IDF: dict[str, Idf] = {
    name: idf for name in ("lucene", "robertson", "atire") if (idf := VARIANTS[name].idf) is not None
}


@dataclass(frozen=True)
class _Fitted:
    """What an encoder learnt, in integers."""

    vocabulary: _core.Vocabulary
    document_count: int
    token_counts: NDArray[np.int64]  # by field
    document_frequency: NDArray[np.int64]
    idf: NDArray[np.float64]

    @property
    def average_lengths(self) -> list[float]:
        return [count / self.document_count for count in self.token_counts.tolist()]


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

    Examples
    --------
    >>> encoder = BM25FEncoder("en", fields={"title": 3.0, "body": 1.0}, b={"title": 0.3, "body": 0.75})
    >>> documents = encoder.fit_encode_documents([
    ...     {"title": "Turing", "body": "He was born in London."},
    ...     {"title": "London", "body": "A city on the Thames."}])
    >>> (documents @ encoder.encode_queries("London").T).toarray().argmax()
    np.int64(1)
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
        if variant not in _IDF:
            raise InvalidArgumentError(f"variant must be {one_of(list(_IDF))}, got {variant!r}")
        if isinstance(b, Mapping) and set(b) != set(fields):
            raise InvalidArgumentError(f"b must have the fields {', '.join(fields)}, got {', '.join(b)}")
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
        self._fitted: _Fitted | None = None

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
        self._fitted, _ = self._learn(documents, rows=False)
        return self

    def fit_encode_documents(self, documents: Any) -> SparseRows:
        """Do ``fit(documents)`` and ``encode_documents(documents)``, analysing each text once."""
        fitted, parts = self._learn(documents, rows=True)
        matrix = joined_rows([self._document_rows(fitted, counts) for counts in parts])
        self._fitted = fitted
        return matrix

    def encode_documents(self, documents: Any) -> SparseRows:
        """Return the document side, one row per document, as :meth:`BM25Encoder.encode_documents` does.

        Raises
        ------
        NotFittedError
            If nothing was fitted or loaded.
        """
        fitted = self._require_fitted()
        read = _fields.as_documents(documents, self._names)
        counts = _fields.count(self._native(), read, fitted.vocabulary, threads=self.threads)
        return self._document_rows(fitted, counts)

    def encode_queries(self, queries: Query | Iterable[Query]) -> SparseRows:
        """Return the query side, one row per query, as :meth:`BM25Encoder.encode_queries` does."""
        fitted = self._require_fitted()
        asked = _queries.read(queries)
        counts, boosts = _queries.gather(
            asked,
            self._native().count(asked.texts, fitted.vocabulary, grow=False, rows=True, threads=self.threads),
        )
        weights = query_weights(VARIANTS[self.variant], self.query_term_frequency)
        return query_entries(counts, fitted.idf[counts.indices] * boosts, len(fitted.vocabulary), weights)

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
        return 0 if self._fitted is None else len(self._fitted.vocabulary)

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """Column of each term, made anew at each use."""
        terms = [] if self._fitted is None else self._fitted.vocabulary.terms()
        return MappingProxyType({term: column for column, term in enumerate(terms)})

    @property
    def document_count(self) -> int:
        """Number of fitted documents."""
        return 0 if self._fitted is None else self._fitted.document_count

    @property
    def document_frequency(self) -> NDArray[np.int64]:
        """By column, in how many of the fitted documents the term stands, in whichever field."""
        return np.zeros(0, np.int64) if self._fitted is None else self._fitted.document_frequency

    @property
    def token_counts(self) -> Mapping[str, int]:
        """Tokens of each field, over all fitted documents."""
        counts = [0] * len(self._names) if self._fitted is None else self._fitted.token_counts.tolist()
        return MappingProxyType(dict(zip(self._names, counts)))

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
        fitted = self._require_fitted()
        native = self._native()
        saved = SavedBM25F(
            self.variant,
            self.k1,
            self.query_term_frequency,
            [
                SavedField(name, self._weights[name], self._bs[name], token_count)
                for name, token_count in zip(self._names, fitted.token_counts.tolist())
            ],
            fitted.document_count,
            fitted.vocabulary.terms(),
            fitted.document_frequency,
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
        if saved.variant not in _IDF:
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
        encoder._fitted = encoder._fit_of(
            _core.Vocabulary(saved.terms), saved.document_count, token_counts, saved.document_frequency
        )
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

    def _learn(self, documents: Any, *, rows: bool) -> tuple[_Fitted, list[_core.Counts]]:
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
        refuse_nothing(document_count, len(vocabulary))
        if not token_counts.all():
            empty = self._names[int(np.flatnonzero(token_counts == 0)[0])]
            raise InvalidArgumentError(f"field {empty!r} holds no term in {document_count} document(s)")
        return self._fit_of(vocabulary, document_count, token_counts, frequency), parts

    def _fit_of(
        self,
        vocabulary: _core.Vocabulary,
        document_count: int,
        token_counts: NDArray[np.int64],
        document_frequency: NDArray[np.int64],
    ) -> _Fitted:
        document_frequency.flags.writeable = False
        idf = _IDF[self.variant](document_frequency, document_count, 0.0)
        return _Fitted(vocabulary, document_count, token_counts, document_frequency, idf)

    def _require_fitted(self) -> _Fitted:
        if self._fitted is None:
            raise NotFittedError(
                "this BM25FEncoder knows no terms: call fit(documents) or BM25FEncoder.load(path)"
            )
        return self._fitted

    def _document_rows(self, fitted: _Fitted, counts: _core.Counts) -> SparseRows:
        averages = zip(self._weights.values(), self._bs.values(), fitted.average_lengths)
        indptr, indices, data = _core.fielded_weights(
            VARIANTS[self.variant].tf,
            counts.indptr,
            counts.indices,
            counts.term_frequencies,
            counts.document_lengths,
            [(float(weight), float(b), average) for weight, b, average in averages],
            float(self.k1),
        )
        return sparse_rows(indptr, indices, data, len(fitted.vocabulary))


def _weight(name: Any, weight: Any) -> float:
    if not isinstance(name, str):
        raise InvalidArgumentError(f"fields must have str as names, got {name!r}")
    above = _arguments.finite(f"weight of {name!r}", weight, low=0)
    if not above:
        raise InvalidArgumentError(f"weight of {name!r} must be above 0, got {weight!r}")
    return above
