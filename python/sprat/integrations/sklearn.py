"""BM25 as a scikit-learn transformer: "where a TfidfVectorizer stands, BM25 can stand." """

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat._counting import TextAnalyzer
from sprat._extras import require
from sprat._matrix import SparseRows
from sprat._stages import one_of
from sprat.analysis import Analyzer
from sprat.bm25 import BM25Encoder
from sprat.errors import InvalidArgumentError

require("sklearn", "BM25Vectorizer", "sklearn")

from sklearn.base import BaseEstimator, TransformerMixin  # noqa: E402
from sklearn.utils.validation import check_is_fitted  # noqa: E402

__all__ = ["BM25Vectorizer"]

_SIDES = ("document", "query")


class BM25Vectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts to BM25 vectors, in the manner of scikit-learn's text vectorizers.

    The dot product of a ``side="query"`` vector and a ``side="document"`` vector of one fit is a BM25 score.
    Parameters are checked when fitting.

    Parameters
    ----------
    analyzer, variant, k1, b, epsilon, delta, query_term_frequency, threads
        As for :class:`sprat.BM25Encoder`.
    side : {"document", "query"}, default "document"
        What :meth:`transform` gives. Documents: term frequency against document length, without idf.
        Queries: idf, once per occurrence.

    Attributes
    ----------
    encoder_ : BM25Encoder
        What was fitted. Its :meth:`~sprat.BM25Encoder.remove`, ``merge`` and ``compact`` may be called.
    vocabulary_ : mapping
        Column of each term, in order of first occurrence.
    """

    encoder_: BM25Encoder

    def __init__(
        self,
        analyzer: str | Analyzer | TextAnalyzer = "en",
        *,
        variant: str = "lucene",
        k1: float = 1.2,
        b: float = 0.75,
        epsilon: float = 0.25,
        delta: float | None = None,
        query_term_frequency: str | float = "count",
        threads: int = 0,
        side: str = "document",
    ) -> None:
        self.analyzer = analyzer
        self.variant = variant
        self.k1 = k1
        self.b = b
        self.epsilon = epsilon
        self.delta = delta
        self.query_term_frequency = query_term_frequency
        self.threads = threads
        self.side = side

    def fit(self, X: Iterable[str], y: object = None) -> BM25Vectorizer:
        """Learn terms and statistics from texts, forgetting what was learnt before; ``y`` is not used.

        Raises
        ------
        InvalidArgumentError
            If a parameter is not allowed, or there is no term in any text.
        TypeError
            If ``X`` is a single str or no column, or a text is not a str.
        """
        self.encoder_ = self._encoder().fit(X)
        return self

    def partial_fit(self, X: Iterable[str], y: object = None) -> BM25Vectorizer:
        """Learn more texts: columns stay, and new terms get the next ones; ``y`` is not used.

        The parameters are those of the first call.
        """
        encoder = getattr(self, "encoder_", None) or self._encoder()
        self.encoder_ = encoder.partial_fit(X)
        return self

    def transform(self, X: Iterable[str]) -> SparseRows:
        """Return a float32 CSR array of shape (n_texts, n_terms); unknown terms have no entry.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If nothing was fitted.
        """
        check_is_fitted(self, "encoder_")
        if self._checked_side() == "query":
            return self.encoder_.encode_queries(X)
        return self.encoder_.encode_documents(X)

    def fit_transform(self, X: Iterable[str], y: object = None) -> SparseRows:
        """Do ``fit(X)`` and ``transform(X)``; documents are analysed once."""
        if self._checked_side() == "query":
            texts = list(X) if not isinstance(X, str) else X
            return self.fit(texts).transform(texts)
        encoder = self._encoder()
        rows = encoder.fit_encode_documents(X)
        self.encoder_ = encoder
        return rows

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the terms by column, as str; ``input_features`` is not used."""
        check_is_fitted(self, "encoder_")
        names = [str(term) for term in self.encoder_.statistics.terms]
        return np.array(names, dtype=object)

    @property
    def vocabulary_(self) -> Any:
        check_is_fitted(self, "encoder_")
        return self.encoder_.vocabulary

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags

    def _encoder(self) -> BM25Encoder:
        self._checked_side()
        return BM25Encoder(
            self.analyzer,
            variant=self.variant,
            k1=self.k1,
            b=self.b,
            epsilon=self.epsilon,
            delta=self.delta,
            query_term_frequency=self.query_term_frequency,
            threads=self.threads,
        )

    def _checked_side(self) -> str:
        if self.side not in _SIDES:
            raise InvalidArgumentError(f"side must be {one_of(list(_SIDES))}, got {self.side!r}")
        return self.side
