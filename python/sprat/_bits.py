"""Sets of documents as bits: bit ``i % 64`` of word ``i // 64`` stands for document ``i``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat.errors import InvalidArgumentError


class DocumentFilter:
    """A set of documents to which searches may be restricted; :meth:`SparseIndex.prepare_filter` makes it.

    Parameters
    ----------
    documents : array of bool, array of int, or DocumentFilter
        A mask with an entry for each of ``document_count`` documents, or document numbers.
    document_count : int
        How many documents there are.

    Raises
    ------
    InvalidArgumentError
        If a number is not that of a document, a mask has another length, or a filter was made for more.
    """

    __slots__ = ("_document_count", "words")

    _document_count: int
    words: NDArray[np.uint64]

    def __init__(self, documents: Any, document_count: int) -> None:
        self._document_count = document_count
        if isinstance(documents, DocumentFilter):
            if documents._document_count > document_count:
                raise InvalidArgumentError(
                    f"filter must be one of an index of at most {document_count} documents, "
                    f"got one made for {documents._document_count}"
                )
            self.words = documents.words
            return
        chosen = np.asarray(documents)
        if chosen.dtype != np.bool_:
            self.words = bits_from(document_numbers("filter", chosen, document_count), document_count)
            return
        if chosen.shape != (document_count,):
            raise InvalidArgumentError(
                f"filter must have {document_count} entries, one for each document, got shape {chosen.shape}"
            )
        self.words = _packed(chosen)


def document_numbers(name: str, documents: Any, document_count: int) -> NDArray[np.int64]:
    """Check document numbers; one number stands for a list of one."""
    numbers = np.atleast_1d(np.asarray(documents))
    if numbers.size == 0:
        return np.empty(0, np.int64)
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu":
        raise InvalidArgumentError(
            f"{name} must be a list of document numbers, got {numbers.dtype} of shape {numbers.shape}"
        )
    wrong = np.flatnonzero((numbers < 0) | (numbers >= document_count))
    if wrong.size:
        raise InvalidArgumentError(
            f"{name}: number {wrong[0]} must be in [0, {document_count}), got {numbers[wrong[0]]}"
        )
    return numbers.astype(np.int64)


def bits_from(numbers: NDArray[np.int64], document_count: int) -> NDArray[np.uint64]:
    """Set the bits of ``numbers``."""
    mask = np.zeros(document_count, np.bool_)
    mask[numbers] = True
    return _packed(mask)


def all_bits(before: NDArray[np.uint64] | None, start: int, stop: int) -> NDArray[np.uint64]:
    """Set the bits from ``start`` to ``stop``; those before ``start`` are as in ``before``."""
    words = np.zeros((stop + 63) // 64, np.uint64)
    words[start // 64 :] = ~np.uint64(0)
    if start % 64:
        words[start // 64] <<= np.uint64(start % 64)
    if stop % 64 and len(words):
        words[-1] &= ~np.uint64(0) >> np.uint64(64 - stop % 64)
    if before is not None:
        words[: len(before)] |= before
    return words


def first_unset(words: NDArray[np.uint64], numbers: NDArray[np.int64]) -> int | None:
    """Return the first of ``numbers`` whose bit is not set."""
    bits = words[numbers // 64] >> (numbers % 64).astype(np.uint64) & np.uint64(1)
    unset = np.flatnonzero(bits == 0)
    return int(numbers[unset[0]]) if unset.size else None


def _packed(mask: NDArray[np.bool_]) -> NDArray[np.uint64]:
    words = np.zeros((len(mask) + 63) // 64, np.uint64)
    packed = np.packbits(mask, bitorder="little")
    words.view(np.uint8)[: len(packed)] = packed
    return words
