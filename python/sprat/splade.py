"""SPLADE: learned sparse vectors, whose terms are those that a masked language model sees in a text."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sprat import _core, _from_weights, _model_files, _onnx, _onnx_graph, _similarity
from sprat._arguments import thread_count, whole
from sprat._matrix import SparseRows, joined_rows, sparse_rows
from sprat._texts import as_texts, checked
from sprat._tokens import TokenIds, Tokenizer, chunks
from sprat.errors import CorruptFileError, InvalidArgumentError, MissingFileError

__all__ = ["SpladeEncoder", "TermContribution"]

# indptr, indices, data
_Rows: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]


class TermContribution(NamedTuple):
    """What one term adds to the score of a document for a query."""

    token: str
    query_weight: float
    document_weight: float
    score: float  #: the product of the two


class SpladeEncoder:
    """Turns texts into sparse vectors with a SPLADE model in ONNX.

    A term's weight is the largest ``log(1 + relu(logit))`` over the tokens of the text. Padding takes no
    part, so a text's vector does not depend on what it is encoded with, nor on the number of threads.

    Parameters
    ----------
    model : path-like or str
        A folder with an ONNX file and ``tokenizer.json``, or the id of such a model on the Hugging Face hub
        (``HF_HUB_OFFLINE=1`` keeps to its cache). Of the weights of a BertForMaskedLM or
        DistilBertForMaskedLM without an ONNX file one is made, once, in the user's cache, and a bar on
        standard error says so; this needs the extra ``splade-export``.
    batch_tokens : int, default 512
        Tokens that go through the model at a time, padding included, by each thread. What a model with 30,522
        terms answers to 512 tokens takes 62 MB. A longer text is a batch of its own.
    threads : int, default 0
        Batches in work at a time, on one session; 0 means one per core. Does not change the result.
    max_active_terms : int, optional
        Keep that many terms of each row, those of the largest weights; of equal ones those of the lowest ids.
    max_active_query_terms : int, optional
        The same for queries; by default ``max_active_terms``.
    query_instruction, document_instruction : str
        Put before each text.
    query_weights : path-like or mapping, optional
        Encode queries without the model, as the document-side models of OpenSearch are meant to be used: each
        distinct token of the query has its weight from here, JSON ``{token: weight}`` or such a mapping,
        and one that is not there has none. By default ``idf.json`` in the model's folder, if there is one.
    activation : {"log1p", "log1p-log1p"}
        ``"log1p-log1p"`` takes ``log(1 + log(1 + relu(logit)))``, as OpenSearch's models from v3 on do.
        Without effect on a model that pools by itself.
    max_length : int, optional
        Tokens of a text that are looked at, special ones included; by default as many as the model takes.
    model_file : str, optional
        The ONNX file's name in the folder; by default ``model.onnx``, in the folder itself or in its
        ``onnx/``.
    output : str, optional
        The output with the logits, (texts, tokens, terms), or with the pooled weights, (texts, terms). By
        default ``logits``, or else the one as wide as the vocabulary.
    revision : str, optional
        Branch, tag or commit on the hub.
    providers : sequence of str or (str, mapping), optional
        What the model runs on, as in onnxruntime: ``["CUDAExecutionProvider", "CPUExecutionProvider"]``.
        One that the installed runtime does not have is an error. By default the CPU.
    library : path-like, optional
        The library of ONNX Runtime; by default what ``SPRAT_ONNXRUNTIME_LIB`` names, or else that of the
        installed package onnxruntime.

    Raises
    ------
    MissingExtraError
        If onnxruntime or tokenizers is not installed, or what makes an ONNX model.
    MissingFileError
        If the folder, or a file in it, is not there.
    CorruptFileError, UnsupportedVersionError
        If a file is damaged, or needs a newer runtime.
    InvalidArgumentError
        If an argument has a value that is not allowed, or the model is no SPLADE model, or not one of this
        tokenizer.

    Notes
    -----
    Methods may be called from several threads at once. Make encoders after a fork, not before.
    """

    def __init__(
        self,
        model: str | os.PathLike[str],
        *,
        batch_tokens: int = 512,
        threads: int = 0,
        max_active_terms: int | None = None,
        max_active_query_terms: int | None = None,
        query_instruction: str = "",
        document_instruction: str = "",
        query_weights: str | os.PathLike[str] | Mapping[str, float] | None = None,
        activation: str = "log1p",
        max_length: int | None = None,
        model_file: str | None = None,
        output: str | None = None,
        revision: str | None = None,
        providers: Sequence[str | tuple[str, Mapping[str, Any]]] = (),
        library: str | os.PathLike[str] | None = None,
    ) -> None:
        self.batch_tokens = whole("batch_tokens", batch_tokens, low=1)
        self.threads = thread_count(threads)
        self.max_active_terms = _limit("max_active_terms", max_active_terms)
        self.max_active_query_terms = (
            self.max_active_terms
            if max_active_query_terms is None
            else _limit("max_active_query_terms", max_active_query_terms)
        )
        if activation not in ("log1p", "log1p-log1p"):
            raise InvalidArgumentError(f"activation must be 'log1p' or 'log1p-log1p', got {activation!r}")
        self.activation = activation
        self.query_instruction = query_instruction
        self.document_instruction = document_instruction
        path = _onnx.library_path(library)
        folder = _model_files.model_folder(model, revision=revision)
        limit = _model_files.checked_limit(max_length, _model_files.position_limit(folder))
        self._tokenizer = Tokenizer(folder / "tokenizer.json", limit)
        file = _from_weights.found_or_made(model, folder, model_file)
        self._model = _core.SpladeModel(
            path,
            file,
            unbiased=_onnx_graph.without_last_bias(file, output or ""),
            output=output or "",
            vocabulary=len(self._tokenizer),
            padding=self._tokenizer.padding,
            providers=_onnx.providers(providers),
        )
        if query_weights is None and (folder / "idf.json").is_file():
            query_weights = folder / "idf.json"
        self._query_weights = None if query_weights is None else self._weights_by_id(query_weights)

    @property
    def dim(self) -> int:
        """Number of columns: how many terms the model knows."""
        return self._model.dimension

    @property
    def max_length(self) -> int | None:
        """Tokens of a text that are looked at, special ones included; None if there is no limit."""
        return self._tokenizer.max_length

    @property
    def truncated_count(self) -> int:
        """How many texts so far were longer than :attr:`max_length`, and cut."""
        return self._tokenizer.truncated_count

    def encode_documents(self, texts: Iterable[str], *, show_progress: bool = False) -> SparseRows:
        """Return one row per text, float32 of shape (n_texts, dim).

        Parameters
        ----------
        texts : iterable of str
            Read once.
        show_progress : bool, default False
            Show a bar on standard error.

        Raises
        ------
        TypeError
            If ``texts`` is no iterable of str; the message names the position.
        KeyboardInterrupt
            On Ctrl-C, when the batches in work are done.
        """
        return self._encode(texts, self.document_instruction, self.max_active_terms, show_progress)

    def stream_documents(self, texts: Iterable[str], *, show_progress: bool = False) -> Iterator[SparseRows]:
        """Yield the rows of :meth:`encode_documents` in order, some at a time, as the texts are read.

        At most 1,024 texts, or a little over 4 million characters, are held at a time.
        """
        yield from self._rows(texts, self.document_instruction, self.max_active_terms, show_progress)

    def encode_queries(self, texts: str | Iterable[str], *, show_progress: bool = False) -> SparseRows:
        """Return one row per query, float32 of shape (n_texts, dim); a single str gives one row."""
        queries = [texts] if isinstance(texts, str) else texts
        limit = self.max_active_query_terms
        return self._encode(queries, self.query_instruction, limit, show_progress, query=True)

    def encode_query(
        self,
        inputs: str | Iterable[str],
        *,
        prompt: str | None = None,
        max_active_dims: int | None = None,
        show_progress_bar: bool = False,
    ) -> SparseRows:
        """Do what :meth:`encode_queries` does, with sentence-transformers' names and another option once.

        Parameters
        ----------
        prompt : str, optional
            In place of ``query_instruction``.
        max_active_dims : int, optional
            In place of ``max_active_query_terms``.
        """
        limit = _limit("max_active_dims", max_active_dims) or self.max_active_query_terms
        texts = [inputs] if isinstance(inputs, str) else inputs
        before = self.query_instruction if prompt is None else prompt
        return self._encode(texts, before, limit, show_progress_bar, query=True)

    def encode_document(
        self,
        inputs: str | Iterable[str],
        *,
        prompt: str | None = None,
        max_active_dims: int | None = None,
        show_progress_bar: bool = False,
    ) -> SparseRows:
        """Do for documents what :meth:`encode_query` does for queries; a single str gives one row."""
        limit = _limit("max_active_dims", max_active_dims) or self.max_active_terms
        texts = [inputs] if isinstance(inputs, str) else inputs
        before = self.document_instruction if prompt is None else prompt
        return self._encode(texts, before, limit, show_progress_bar)

    similarity = staticmethod(_similarity.similarity)
    similarity_pairwise = staticmethod(_similarity.similarity_pairwise)
    intersection = staticmethod(_similarity.intersection)
    sparsity = staticmethod(_similarity.sparsity)

    def decode(self, row: Any, k: int | None = None, *, top_k: int | None = None) -> Any:
        """Return the terms of a row and their weights, the largest first; of equal ones the lowest id first.

        Parameters
        ----------
        row : sparse matrix or array of shape (1, dim) or (dim,), or (n, dim)
            With several rows, or none, there is a list for each.
        k : int, optional
            How many at most; by default all. ``top_k`` is the same.
        """
        k = top_k if k is None else k
        if getattr(row, "ndim", None) == 2 and row.shape[0] != 1 and hasattr(row, "tocsr"):
            rows = row.tocsr()
            return [self.decode(rows[[at]], k) for at in range(rows.shape[0])]
        ids, weights = self._entries("row", row)
        best = np.lexsort((ids, -weights))[: None if k is None else whole("k", k, low=0)]
        return [(self._token(ids[i]), float(weights[i])) for i in best.tolist()]

    def explain(self, query: str, document: str) -> list[TermContribution]:
        """Return what each term adds to the score of ``document`` for ``query``, the most first.

        The score is the sum of all: the dot product of the two vectors.
        """
        query_ids, query_weights = self._entries("query", self.encode_queries(query))
        document_ids, document_weights = self._entries("document", self.encode_documents([document]))
        shared, of_query, of_document = np.intersect1d(query_ids, document_ids, return_indices=True)
        pairs = zip(shared.tolist(), query_weights[of_query].tolist(), document_weights[of_document].tolist())
        terms = [TermContribution(self._token(term), q, d, q * d) for term, q, d in pairs]
        return sorted(terms, key=lambda term: -term.score)

    def __repr__(self) -> str:
        return f"SpladeEncoder with {self.dim} terms, texts of up to {self.max_length} tokens"

    def _encode(
        self,
        texts: Any,
        instruction: str = "",
        limit: int | None = None,
        show_progress: bool = False,
        *,
        query: bool = False,
    ) -> SparseRows:
        parts = list(self._rows(texts, instruction, limit, show_progress, query=query))
        return joined_rows(parts) if parts else SparseRows((0, self.dim), dtype=np.float32)

    def _rows(
        self, texts: Any, instruction: str, limit: int | None, show_progress: bool, *, query: bool = False
    ) -> Iterator[SparseRows]:
        weigh = self._looked_up if query and self._query_weights is not None else self._inferred
        source = as_texts(texts)
        with _Progress(show_progress, len(source) if isinstance(source, (list, tuple)) else None) as progress:
            for chunk in chunks(instruction + text for text in checked(source)):
                yield sparse_rows(*weigh(chunk, limit, progress.within_chunk), self.dim)
                progress.chunk_done(len(chunk))

    def _inferred(self, texts: list[str], limit: int | None, progress: Callable[[int], None] | None) -> _Rows:
        tokens = self._tokenizer.ids(texts)
        return self._model.encode(
            tokens.indptr,
            tokens.ids,
            batch_tokens=self.batch_tokens,
            max_active_terms=limit,
            activation=self.activation,
            threads=self.threads,
            progress=progress,
        )

    def _looked_up(self, texts: list[str], limit: int | None, progress: object) -> _Rows:
        assert self._query_weights is not None
        tokens: TokenIds = self._tokenizer.ids(texts, special=False)
        kept: list[NDArray[Any]] = []
        for start, end in zip(tokens.indptr[:-1].tolist(), tokens.indptr[1:].tolist()):
            ids = np.unique(tokens.ids[start:end])
            ids = ids[self._query_weights[ids] > 0]
            if limit is not None and len(ids) > limit:
                ids = np.sort(ids[np.lexsort((ids, -self._query_weights[ids]))[:limit]])
            kept.append(ids)
        indptr = np.zeros(len(kept) + 1, np.int64)
        np.cumsum([len(ids) for ids in kept], out=indptr[1:])
        indices = np.concatenate([np.zeros(0, np.int32), *kept])
        return indptr, indices, self._query_weights[indices]

    def _weights_by_id(self, weights: str | os.PathLike[str] | Mapping[str, float]) -> NDArray[np.float32]:
        name = "query_weights"
        if not isinstance(weights, Mapping):
            name = os.fspath(weights)
            read = _model_files.read_json(Path(weights))
            if read is None:
                raise MissingFileError(f"{name}: there is no such file")
            weights = read
        if not isinstance(weights, Mapping):
            raise CorruptFileError(
                f"{name}: must hold an object of tokens and weights, found {type(weights).__name__}"
            )
        by_id = np.zeros(self.dim, np.float32)
        for token, weight in weights.items():
            number = self._tokenizer.id_of(token)
            if number is None:
                raise InvalidArgumentError(f"{name}: the tokenizer has no token {token!r}")
            good = isinstance(weight, (int, float)) and not isinstance(weight, bool)
            if not good or not 0 <= weight < float("inf"):
                raise InvalidArgumentError(
                    f"{name}: the weight of {token!r} must be at least 0, got {weight!r}"
                )
            by_id[number] = weight
        by_id[list(self._tokenizer.special_ids)] = 0
        return by_id

    def _entries(self, name: str, row: Any) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        if not hasattr(row, "tocoo") or row.shape not in ((1, self.dim), (self.dim,)):
            shape = getattr(row, "shape", type(row).__name__)
            raise InvalidArgumentError(f"{name} must be a sparse row of shape (1, {self.dim}), got {shape}")
        entries = row.tocoo()
        return np.asarray(
            entries.coords[-1] if hasattr(entries, "coords") else entries.col, np.int64
        ), np.asarray(entries.data, np.float64)

    def _token(self, number: int) -> str:
        token = self._tokenizer.token(int(number))
        return f"[{number}]" if token is None else token  # a column that fills the model up to a round width


class _Progress:
    """A bar on standard error, if wanted."""

    def __init__(self, shown: bool, total: int | None) -> None:
        self._bar: Any = None
        self._done = 0
        if shown:
            from tqdm import tqdm

            self._bar = tqdm(total=total, unit="text")

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    @property
    def within_chunk(self) -> Callable[[int], None] | None:
        """What to tell how many texts of the chunk are done, if anyone wants to know."""
        return None if self._bar is None else self._show

    def chunk_done(self, count: int) -> None:
        self._done += count
        if self._bar is not None:
            self._show(0)

    def _show(self, done: int) -> None:
        self._bar.update(self._done + done - self._bar.n)


def _limit(name: str, value: Any) -> int | None:
    return None if value is None else whole(name, value, low=1)
