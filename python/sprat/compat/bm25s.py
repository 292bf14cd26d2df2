"""bm25s's functions and classes, to be imported from here instead: ``from sprat.compat import bm25s``.

The scores are those of bm25s 0.3 within 1e-5, for every ``method`` and ``idf_method``, and the folders of one
are read by the other. What differs:

* Documents of equal score come by ascending number; bm25s leaves their order open. So do those that fill up
  ``k`` where fewer documents share a term with the query.
* There are no progress bars, no backends and nothing to compile: such arguments are taken and not used.
* ``save`` refuses a corpus that it cannot save whole. Nothing is ever pickled or unpickled.
* There is no ``Tokenizer`` class and nothing about the Hugging Face hub.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat import _core
from sprat._arguments import finite
from sprat._stages import one_of
from sprat._weighting import Parameters
from sprat.compat import _bm25s_folder as folder
from sprat.compat._bm25s_folder import JsonlCorpus, Names
from sprat.compat._bm25s_index import SHIFTED, ScoredIndex
from sprat.compat._bm25s_tokens import (
    TOKEN_PATTERN,
    Tokenized,
    convert_tokenized_to_string_list,
    ids_of,
    tokenize,
)
from sprat.errors import (
    CorruptFileError,
    EmptyCorpusError,
    InvalidArgumentError,
    NotFittedError,
)

__all__ = [
    "BM25",
    "TOKEN_PATTERN",
    "JsonlCorpus",
    "Results",
    "Tokenized",
    "convert_tokenized_to_string_list",
    "tokenize",
]

METHODS = ("robertson", "lucene", "atire", "bm25l", "bm25+")

_BACKENDS = ("auto", "numpy", "scipy", "numba", "jax")


class Results(NamedTuple):
    """What :meth:`BM25.retrieve` found; row ``i`` answers query ``i``."""

    documents: NDArray[Any]  #: shape (n_queries, k); numbers of documents, or elements of the corpus
    scores: NDArray[Any]  #: shape (n_queries, k); descending

    def __len__(self) -> int:
        return len(self.documents)

    @classmethod
    def merge(cls, results: Sequence[Results]) -> Results:
        """Put results of several calls below each other."""
        return cls(
            np.concatenate([result.documents for result in results]),
            np.concatenate([result.scores for result in results]),
        )


class BM25:
    """An index of finished BM25 scores.

    Parameters
    ----------
    k1, b, delta : float
        ``delta`` counts for ``"bm25l"`` and ``"bm25+"`` only.
    method : {"robertson", "lucene", "atire", "bm25l", "bm25+"}, default "lucene"
        The variant; docs/variants.md has the formulas.
    idf_method : str, optional
        Another variant to take the idf part of.
    dtype : {"float32", "float64"}
        Of scores. Retrieval is fastest with float32.
    int_dtype : str
        Of the arrays in ``scores``.
    corpus : sequence, optional
        What :meth:`retrieve` returns elements of.
    backend, csc_backend, auto_compile
        Taken and not used.

    Raises
    ------
    InvalidArgumentError
        If a value is out of its range.
    """

    def __init__(
        self,
        k1: float = 1.5,
        b: float = 0.75,
        delta: float = 0.5,
        method: str = "lucene",
        idf_method: str | None = None,
        dtype: str = "float32",
        int_dtype: str = "int32",
        corpus: Any = None,
        backend: str = "numpy",
        csc_backend: str = "numpy",
        auto_compile: bool = True,
    ) -> None:
        for name, value, allowed in [
            ("method", method, METHODS),
            ("idf_method", method if idf_method is None else idf_method, METHODS),
            ("dtype", np.dtype(dtype).name, ("float32", "float64")),
            ("int_dtype", np.dtype(int_dtype).name, ("int32", "int64")),
            ("backend", backend, _BACKENDS),
            ("csc_backend", csc_backend, _BACKENDS),
        ]:
            if value not in allowed:
                raise InvalidArgumentError(f"{name} must be {one_of(list(allowed))}, got {value!r}")
        self.k1 = finite("k1", k1, low=0)
        self.b = finite("b", b, low=0, high=1)
        self.delta = finite("delta", delta, low=0)
        self.method, self.idf_method = method, idf_method or method
        self.dtype, self.int_dtype = dtype, int_dtype
        self.corpus = corpus
        self.backend, self.csc_backend = backend, csc_backend
        self._scored: ScoredIndex | None = None
        self.vocab_dict: dict[Any, int] = {}
        self.unique_token_ids_set: set[int] = set()

    @property
    def scores(self) -> dict[str, Any]:
        """The arrays of the index: ``data``, ``indices``, ``indptr``, and ``num_docs``."""
        index = self._index()
        arrays = {"data": index.data, "indices": index.indices, "indptr": index.indptr}
        return {**arrays, "num_docs": index.document_count}

    @property
    def nonoccurrence_array(self) -> NDArray[Any] | None:
        """By term, what documents get that do not hold it; None if ``method`` gives them nothing."""
        return self._index().nonoccurrence

    def index(
        self,
        corpus: Any,
        create_empty_token: bool = True,
        show_progress: bool = True,
        leave_progress: bool = False,
    ) -> None:
        """Index a collection: lists of tokens, lists of ids, what :func:`tokenize` returned, or (ids, vocab).

        Raises
        ------
        EmptyCorpusError
            If there is no document, or no token in any.
        InvalidArgumentError
            If an id is negative.
        """
        ids, lengths, vocab = ids_of(corpus)
        if not len(lengths):
            raise EmptyCorpusError("corpus must hold at least one document, got none")
        if not len(ids):
            raise EmptyCorpusError(
                f"corpus must hold at least one token, got none in {len(lengths)} document(s)"
            )
        if (least := int(ids.min())) < 0:
            raise InvalidArgumentError(f"ids must be at least 0, got {least}")
        indptr = np.cumsum([0, *lengths], dtype=np.int64)
        term_count = max(int(ids.max()), max(vocab.values(), default=-1)) + 1
        counts = _core.count_ids(indptr, ids, term_count, rows=True)
        parameters = Parameters(self.k1, self.b, self.delta)
        index = ScoredIndex.of(counts, self.method, self.idf_method, parameters, self.dtype)
        if create_empty_token and "" not in vocab and not isinstance(next(iter(vocab), ""), int):
            vocab = {**vocab, "": term_count}
        self._start(index, vocab)

    def get_tokens_ids(self, query_tokens: Iterable[Any]) -> list[int]:
        """Return the ids of the tokens, without those that are not known."""
        known = self.vocab_dict
        return [known[token] for token in query_tokens if token in known]

    def get_scores(self, query_tokens_single: list[Any], weight_mask: Any = None) -> NDArray[Any]:
        """Return the score of every document for one query, a list of tokens or of ids."""
        if not isinstance(query_tokens_single, list):
            raise InvalidArgumentError(
                f"query_tokens_single must be a list, got {type(query_tokens_single).__name__}"
            )
        return self.get_scores_from_ids(self._known_ids(query_tokens_single), weight_mask)

    def get_scores_from_ids(self, query_tokens_ids: Sequence[int], weight_mask: Any = None) -> NDArray[Any]:
        """Return the score of every document for one query, the ids of its tokens.

        Raises
        ------
        InvalidArgumentError
            If there is no such id.
        """
        scores = self._index().scores(query_tokens_ids)
        return scores if weight_mask is None else scores * weight_mask

    def retrieve(
        self,
        query_tokens: Any,
        corpus: Any = None,
        k: int = 10,
        sorted: bool = True,
        return_as: str = "tuple",
        show_progress: bool = True,
        leave_progress: bool = False,
        n_threads: int = 0,
        chunksize: int = 50,
        backend_selection: str = "auto",
        weight_mask: Any = None,
    ) -> Results | NDArray[Any]:
        """Return the ``k`` best documents for each query.

        Parameters
        ----------
        query_tokens : list of list of str or int, Tokenized, or (ids, vocab)
            Unknown tokens and ids count for nothing.
        corpus : sequence, optional
            What to return elements of, rather than numbers. None: the ``corpus`` of this object, if any.
        k : int, default 10
            At most the number of documents. All ``k`` are returned, sorted whatever ``sorted`` says.
        return_as : {"tuple", "documents"}
        n_threads : int, default 0
            0 and 1: this thread; -1: one per core.
        weight_mask : array of shape (n_documents,), optional
            Multiplies the scores.

        Raises
        ------
        InvalidArgumentError
            If a value is out of its range.
        NotFittedError
            If nothing was indexed.
        """
        index = self._index()
        count = index.document_count
        if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or not 1 <= k <= count:
            raise InvalidArgumentError(f"k must be between 1 and the number of documents, {count}, got {k!r}")
        if return_as not in ("tuple", "documents"):
            raise InvalidArgumentError(f"return_as must be 'tuple' or 'documents', got {return_as!r}")
        if isinstance(n_threads, bool) or not isinstance(n_threads, int) or n_threads < -1:
            raise InvalidArgumentError(f"n_threads must be -1 or more, got {n_threads!r}")
        if weight_mask is not None:
            weight_mask = np.asarray(weight_mask)
            if weight_mask.shape != (count,):
                raise InvalidArgumentError(f"weight_mask must have shape ({count},), got {weight_mask.shape}")
        threads = 0 if n_threads == -1 else max(n_threads, 1)
        numbers, scores = index.best(self._queries(query_tokens), int(k), threads, weight_mask)
        chosen = self.corpus if corpus is None else corpus
        documents = numbers if chosen is None else folder.elements(chosen, numbers)
        return Results(documents, scores) if return_as == "tuple" else documents

    def save(
        self,
        save_dir: str | os.PathLike[str],
        corpus: Any = None,
        data_name: str = "data.csc.index.npy",
        indices_name: str = "indices.csc.index.npy",
        indptr_name: str = "indptr.csc.index.npy",
        vocab_name: str = "vocab.index.json",
        params_name: str = "params.index.json",
        nnoc_name: str = "nonoccurrence_array.index.npy",
        corpus_name: str = "corpus.jsonl",
        allow_pickle: bool = False,
        show_progress: bool = True,
        leave_progress: bool = False,
        raise_on_serialization_error: bool = False,
    ) -> None:
        """Write the index to a folder that bm25s reads too, and with it the corpus, if there is one.

        Raises
        ------
        InvalidArgumentError
            If an element of the corpus cannot be saved; nothing is written then.
        NotFittedError
            If nothing was indexed.
        OSError
            If a file cannot be written.
        """
        names = Names(data_name, indices_name, indptr_name, vocab_name, params_name, nnoc_name, corpus_name)
        parameters = {name: getattr(self, name) for name in folder.PARAMETERS[:-2]}
        chosen = self.corpus if corpus is None else corpus
        folder.write_index(Path(save_dir), names, self._index(), parameters, self.vocab_dict, chosen)

    @classmethod
    def load(
        cls,
        save_dir: str | os.PathLike[str],
        data_name: str = "data.csc.index.npy",
        indices_name: str = "indices.csc.index.npy",
        indptr_name: str = "indptr.csc.index.npy",
        vocab_name: str = "vocab.index.json",
        params_name: str = "params.index.json",
        nnoc_name: str = "nonoccurrence_array.index.npy",
        corpus_name: str = "corpus.jsonl",
        load_corpus: bool = False,
        mmap: bool = False,
        allow_pickle: bool = False,
        load_vocab: bool = True,
        override_params: Mapping[str, Any] | None = None,
        show_progress: bool = True,
        leave_progress: bool = False,
        verbosity: int = 1,
        **kwargs: Any,
    ) -> BM25:
        """Read the folder of an index, one of ours or of bm25s.

        Parameters
        ----------
        load_corpus : bool, default False
            Whether to read the corpus, if there is one.
        mmap : bool, default False
            Whether to leave arrays and corpus where they are and map them. What is in them is then not
            compared with its checksum, and retrieval scores every document.
        override_params, **kwargs
            Parameters to use instead of those of the folder.

        Raises
        ------
        CorruptFileError
            If a file is not what it should be, or was changed after it was written.
        OSError
            If a file cannot be read.
        UnsupportedVersionError
            If the parameters hold one that this release does not know.
        """
        names = Names(data_name, indices_name, indptr_name, vocab_name, params_name, nnoc_name, corpus_name)
        path = Path(save_dir)
        files = folder.Files(path)
        parameters = folder.read_parameters(files, names)
        document_count = parameters.pop("num_docs")
        try:
            retriever = cls(**{**parameters, **(override_params or {}), **kwargs})
        except InvalidArgumentError as error:
            raise CorruptFileError(f"{path / names.params}: {error}") from error
        shifted = retriever.method in SHIFTED
        index = folder.read_index(files, names, document_count, shifted=shifted, mapped=mmap)
        retriever._start(index, folder.read_vocab(files, names) if load_vocab else {})
        if load_corpus and names.corpus in files:
            retriever.corpus = files.corpus(names.corpus, mapped=mmap)
        return retriever

    def compile(self, activate_numba: bool = True, warmup: bool = False) -> None:
        """Do nothing: there is nothing to compile."""

    activate_numba_scorer = warmup_numba_scorer = activate_numba_csc = warmup_numba_csc = compile

    def _start(self, index: ScoredIndex, vocab: dict[Any, int]) -> None:
        self._scored, self.vocab_dict = index, vocab
        self.unique_token_ids_set = set(vocab.values()) or set(range(index.term_count))

    def _index(self) -> ScoredIndex:
        if self._scored is None:
            raise NotFittedError("nothing was indexed: call index(corpus) or BM25.load(save_dir)")
        return self._scored

    def _known_ids(self, query: Sequence[Any]) -> list[int]:
        """Return the ids of a query, which is tokens or ids, without those that have no postings."""
        if len(query) and isinstance(query[0], (int, np.integer)):
            known, count = self.unique_token_ids_set, self._index().term_count
            return [number for number in query if number in known and number < count]
        count = self._index().term_count  # the empty token has a number, but no postings
        return [number for number in self.get_tokens_ids(query) if number < count]

    def _queries(self, query_tokens: Any) -> list[list[int]]:
        if isinstance(query_tokens, tuple) and len(query_tokens) == 2 and isinstance(query_tokens[1], dict):
            ids, vocab = query_tokens
            known = {number: self.vocab_dict.get(token) for token, number in vocab.items()}
            queries = [[known.get(number) for number in query] for query in ids]
            count = self._index().term_count
            return [[n for n in query if n is not None and n < count] for query in queries]
        for at, query in enumerate(query_tokens):
            if not isinstance(query, (list, tuple, np.ndarray)):
                raise InvalidArgumentError(
                    f"query_tokens[{at}] must be a list of tokens or ids, got {type(query).__name__}"
                )
        return [self._known_ids(query) for query in query_tokens]
