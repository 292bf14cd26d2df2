"""What a collection of documents is made of, in the integers that BM25 needs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class CollectionStatistics:
    """Sums over a collection; averages are derived from them, never held.

    Parameters
    ----------
    document_count : int
        Documents, empty ones included.
    token_count : int
        Tokens that the analyzer left, over all documents.
    document_frequency : int64 array of shape (n_terms,), or None
        By term id, the number of documents that hold the term; kept as a read-only view. None if
        unknown: a file written by pymilvus.model does not tell.
    """

    document_count: int
    token_count: int
    document_frequency: NDArray[np.int64] | None

    def __post_init__(self) -> None:
        if self.document_frequency is not None:
            view = self.document_frequency.view()
            view.flags.writeable = False
            object.__setattr__(self, "document_frequency", view)

    @property
    def average_document_length(self) -> float:
        """Tokens per document; 0 without documents."""
        return self.token_count / self.document_count if self.document_count else 0.0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CollectionStatistics):
            return NotImplemented
        if (self.document_count, self.token_count) != (other.document_count, other.token_count):
            return False
        if self.document_frequency is None or other.document_frequency is None:
            return self.document_frequency is other.document_frequency
        return np.array_equal(self.document_frequency, other.document_frequency)

    __hash__ = None  # type: ignore[assignment]
