"""Search over sparse vectors: the k best documents for each query, exactly."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse

from sprat import _core
from sprat._arguments import thread_count
from sprat._bits import DocumentFilter, all_bits, bits_from, document_numbers, first_unset
from sprat._files import file_number, write_whole
from sprat._vectors import checked_rows, native_rows, query_arrays
from sprat.errors import InvalidArgumentError

__all__ = ["DocumentFilter", "SparseIndex", "TopK"]

_INT32_MAX = np.iinfo(np.int32).max

# One query: its weights by column, or two arrays.
_Query: TypeAlias = "Mapping[int, float] | tuple[ArrayLike, ArrayLike]"


class TopK(NamedTuple):
    """Best documents per query; row ``i`` answers query ``i``."""

    documents: NDArray[np.int64]  #: shape (n_queries, k); document numbers, -1 past the last match
    scores: NDArray[np.float32]  #: shape (n_queries, k); descending, 0 past the last match


class _Snapshot(NamedTuple):
    """What a search sees. Never changed, only replaced."""

    segments: tuple[_core.InvertedIndex, ...]  # one after another they hold all documents
    document_count: int  # removed documents included
    column_count: int
    alive: NDArray[np.uint64] | None  # a bit per document; None: none was removed
    alive_count: int
    masked: bool  # some removed document may still have postings


class SparseIndex:
    """Inverted index over sparse vectors, for exact top-k by dot product.

    The answer is that of scoring every document, to the last bit: a score is the sum of the products of
    query and document weights by ascending column, in float32, rounded after each step; equal scores rank by
    ascending document number; a document that stores no column of the query is never returned.

    Documents are numbered in the order in which they are added. A number is stable for ever: it is neither
    changed by ``remove`` or ``merge`` nor given again. ``len(index)`` is the number of documents that can be
    returned, ``index.document_count`` the number of those that were ever added.

    Parameters
    ----------
    documents : sparse matrix or array of shape (n_documents, n_terms)
        One document per row. Weights are taken as float32 and must be finite. Search is fastest if none is
        negative. The matrix is not needed afterwards.
    threads : int, default 0
        Threads for building; 0 means one per core. Does not change the index.

    Raises
    ------
    InvalidArgumentError
        If a weight is not finite, or the arrays do not form a matrix.
    TypeError
        If ``documents`` is not a SciPy sparse matrix or array.

    Notes
    -----
    Any number of threads may search at any time, also while another adds, removes or merges: a search runs
    on the state that it found. Changes wait for one another.
    """

    __slots__ = ("_changing", "_snapshot")

    def __init__(self, documents: Any, *, threads: int = 0) -> None:
        segment = _build(documents, thread_count(threads))
        count = segment.document_count
        self._start(_Snapshot((segment,), count, segment.column_count, None, count, False))

    def _start(self, snapshot: _Snapshot) -> None:
        self._snapshot = snapshot
        self._changing = threading.Lock()

    def __len__(self) -> int:
        return self._snapshot.alive_count

    def __copy__(self) -> SparseIndex:
        """Return an index that holds the same, to be changed apart from this one; nothing is copied."""
        index = type(self).__new__(type(self))
        index._start(self._snapshot)
        return index

    def __reduce__(self) -> NoReturn:
        raise TypeError("a SparseIndex cannot be pickled: save it to a file, and load that, which maps it")

    @property
    def document_count(self) -> int:
        """Documents ever added, removed ones included: the number that the next one will get."""
        return self._snapshot.document_count

    @property
    def column_count(self) -> int:
        """Columns of the widest matrix that was added."""
        return self._snapshot.column_count

    def search(
        self, queries: Any | _Query, k: int = 10, *, threads: int = 0, filter: Any | None = None
    ) -> TopK:
        """Return the ``k`` best documents for each query.

        Parameters
        ----------
        queries : sparse matrix or array of shape (n_queries, n_terms), mapping, or pair of arrays
            One query per row, over the terms of the documents or the first of them. A mapping from column to
            weight, or a pair (columns, weights), is one query. The weights of a column that is given twice
            are added.
        k : int, default 10
            How many documents to return per query; at least 1.
        threads : int, default 0
            Queries are shared out to so many threads; 0 means one per core. Does not change the result.
        filter : array of bool, array of int, or DocumentFilter, optional
            Which documents may be returned: a mask with an entry for each of ``document_count`` documents,
            their numbers, or what :meth:`prepare_filter` made of either. Others do not take part at all.

        Returns
        -------
        TopK
            Arrays of shape (n_queries, k), padded with -1 and 0 where fewer documents match.

        Raises
        ------
        InvalidArgumentError
            If queries have more columns than the documents, ``k`` is less than 1, a weight is not finite,
            or the filter does not fit the documents.
        CorruptFileError
            If the index was loaded and what the query needs of the file is damaged, or the file was changed
            since.
        TypeError
            If ``queries`` is none of the above.
        """
        snapshot = self._snapshot
        arrays = query_arrays(queries, snapshot.column_count)
        if type(k) is not int or not 1 <= k <= _INT32_MAX:
            k = _checked_k(k)
        allowed = None
        if filter is not None:
            allowed = DocumentFilter(filter, snapshot.document_count).words
        alive = snapshot.alive if snapshot.masked else None
        return TopK(*_core.search(snapshot.segments, arrays, k, allowed, alive, thread_count(threads)))

    def prepare_filter(self, filter: Any) -> DocumentFilter:
        """Make of a mask or of document numbers a filter that can be used for many searches.

        Documents added later are not in it.

        Raises
        ------
        InvalidArgumentError
            If a number is not that of a document, or a mask has another length than ``document_count``.
        """
        return DocumentFilter(filter, self._snapshot.document_count)

    def add(self, documents: Any, *, threads: int = 0) -> range:
        """Append documents and return their numbers.

        They may have more columns than those before. The work is that of indexing them, and now and then of
        merging the last few additions, so that there are never more segments than the logarithm of their
        number.

        Raises
        ------
        InvalidArgumentError, TypeError
            As the constructor does; nothing is changed then.
        """
        threads = thread_count(threads)
        segment = _build(documents, threads)
        with self._changing:
            old = self._snapshot
            added = range(old.document_count, old.document_count + segment.document_count)
            if added.stop > _INT32_MAX:
                raise InvalidArgumentError(f"an index holds at most {_INT32_MAX} documents, got {added.stop}")
            alive = None if old.alive is None else all_bits(old.alive, old.document_count, added.stop)
            segments, last = list(old.segments), segment
            start = added.start
            while segments and _size(segments[-1]) <= 2 * _size(last):
                start -= segments[-1].document_count
                last = _core.InvertedIndex.merge((segments.pop(), last), alive, start, threads)
            self._snapshot = _Snapshot(
                (*segments, last),
                added.stop,
                max(old.column_count, segment.column_count),
                alive,
                old.alive_count + len(added),
                old.masked,
            )
        return added

    def remove(self, documents: ArrayLike) -> None:
        """Take documents out: they are not returned any more, from the next search on.

        Parameters
        ----------
        documents : int or array of int
            Document numbers, each once.

        Raises
        ------
        InvalidArgumentError
            If one is not the number of a document, or of one that was removed already; nothing is changed
            then.
        """
        with self._changing:
            old = self._snapshot
            numbers = document_numbers("documents", documents, old.document_count)
            alive = all_bits(None, 0, old.document_count) if old.alive is None else old.alive
            if (gone := first_unset(alive, numbers)) is not None:
                raise InvalidArgumentError(f"documents: {gone} was removed already")
            unique, counts = np.unique(numbers, return_counts=True)
            if len(unique) != len(numbers):
                raise InvalidArgumentError(f"documents: {unique[counts > 1][0]} must be named once only")
            left = alive & ~bits_from(numbers, old.document_count)
            self._snapshot = old._replace(
                alive=left,
                alive_count=old.alive_count - len(numbers),
                masked=old.masked or len(numbers) > 0,
            )

    def merge(self, *, threads: int = 0) -> None:
        """Make one segment of all and drop the postings of removed documents.

        Answers do not change; search gets faster. To do it in the background, call it from a thread: searches
        go on meanwhile, changes wait.
        """
        threads = thread_count(threads)
        with self._changing:
            self._snapshot = _merged(self._snapshot, threads)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index to a file, whole or not at all; docs/formats.md describes it.

        The file holds one segment: what :meth:`merge` would leave.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        snapshot = _merged(self._snapshot, 0)
        gone = np.empty(0, np.uint64)
        if snapshot.alive is not None:
            gone = all_bits(None, 0, snapshot.document_count) & ~snapshot.alive
        write_whole(path, lambda descriptor: snapshot.segments[0].write(descriptor, gone))

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, verify: bool = False) -> SparseIndex:
        """Map an index that :meth:`save` wrote. Only its header is read now, the rest when it is needed.

        Parameters
        ----------
        path : path-like
            The file. It may be replaced or deleted while the index lives. If it is cut short or written to,
            every later call that reads it raises CorruptFileError.
        verify : bool, default False
            Whether to read and check all of it, as :meth:`verify` does.

        Raises
        ------
        CorruptFileError
            If the file is no index, is cut short, or its header is damaged.
        UnsupportedVersionError
            If it was written by a version that knows more.
        OSError
            If it cannot be opened.
        """
        with open(os.fspath(path), "rb") as file:
            segment = _core.InvertedIndex.load(file_number(file))
        count, removed_count = segment.document_count, segment.removed_count
        alive = None
        if removed_count:
            alive = all_bits(None, 0, count) & ~segment.removed
        index = cls.__new__(cls)
        index._start(
            _Snapshot(
                (segment,), count, segment.column_count, alive, count - removed_count, removed_count > 0
            )
        )
        if verify:
            index.verify()
        return index

    def verify(self) -> None:
        """Check all of a loaded index: checksums, and that each posting list is in order.

        Raises
        ------
        CorruptFileError
            If the file was changed after it was written.
        """
        for segment in self._snapshot.segments:
            segment.verify()

    def stats(self) -> dict[str, Any]:
        """Say how much there is and what it takes.

        Returns
        -------
        dict
            ``documents`` (that can be returned), ``removed``, ``columns``, ``segments``, ``postings`` (those
            of removed documents count until they are merged away), ``bytes`` by part of the index with their
            ``total``, and ``bytes_per_posting``, the same divided by ``postings``.
        """
        snapshot = self._snapshot
        parts: dict[str, int] = {}
        for segment in snapshot.segments:
            for part, size in segment.sizes().items():
                parts[part] = parts.get(part, 0) + size
        parts["total"] = sum(parts.values())
        postings = sum(segment.posting_count for segment in snapshot.segments)
        return {
            "documents": snapshot.alive_count,
            "removed": snapshot.document_count - snapshot.alive_count,
            "columns": snapshot.column_count,
            "segments": len(snapshot.segments),
            "postings": postings,
            "bytes": parts,
            "bytes_per_posting": {part: size / max(postings, 1) for part, size in parts.items()},
        }


def _build(documents: Any, threads: int) -> _core.InvertedIndex:
    if not issparse(documents):
        raise TypeError(f"documents must be a SciPy sparse matrix or array, got {type(documents).__name__}")
    rows = checked_rows("documents", documents)
    arrays, terms = native_rows(rows)
    return _core.InvertedIndex.build(arrays, terms, int(rows.shape[1]), threads)


def _merged(snapshot: _Snapshot, threads: int) -> _Snapshot:
    if len(snapshot.segments) == 1 and not snapshot.masked:
        return snapshot
    segment = _core.InvertedIndex.merge(snapshot.segments, snapshot.alive, 0, threads)
    return snapshot._replace(segments=(segment,), masked=False)


def _size(segment: _core.InvertedIndex) -> int:
    return segment.document_count + segment.posting_count


def _checked_k(k: Any) -> int:
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
        raise InvalidArgumentError(f"k must be an integer of at least 1, got {k!r}")
    if k > _INT32_MAX:
        raise InvalidArgumentError(f"k must be at most {_INT32_MAX}, got {k}")
    return int(k)
