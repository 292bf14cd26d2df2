"""The native module. Arrays cross the border without a copy; a wrong dtype is a TypeError."""

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__version__: str
unicode_version: str

_Csr = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32], int]  # indptr, indices, data, columns

class MappedFile:  # has the buffer protocol
    def __init__(self, descriptor: int) -> None: ...
    def require_unchanged(self) -> None: ...

class Analyzer:
    def __init__(self, tokenizer: str, profile: str, filters: list[tuple[str, object]]) -> None: ...
    def tokenize(self, texts: Sequence[str] | Sequence[Sequence[str]], threads: int) -> list[list[str]]: ...
    def sentences(self, text: str) -> list[str]: ...

class Vocabulary:
    def __init__(self, terms: Sequence[str] = ...) -> None: ...
    @staticmethod
    def from_characters(characters: bytes, ends: NDArray[np.int64]) -> Vocabulary: ...
    def __len__(self) -> int: ...
    def terms(self) -> list[str]: ...
    def term(self, id: int) -> str: ...
    def find(self, term: str) -> int: ...
    def characters(self) -> bytes: ...
    def ends(self) -> NDArray[np.int64]: ...
    def ids_by_bytes(self) -> NDArray[np.int64]: ...
    def ids_in(self, there: Vocabulary) -> NDArray[np.int64]: ...
    def joined(self, other: Vocabulary) -> tuple[Vocabulary, NDArray[np.int64]]: ...
    def select(self, ids: NDArray[np.int64]) -> Vocabulary: ...

class TextColumn:
    def __init__(self, schema: object, array: object) -> None: ...
    def __len__(self) -> int: ...
    def strings(self, begin: int, end: int) -> list[str]: ...
    def joined(self) -> bytes: ...
    def fault(self) -> tuple[int, int | None] | None: ...

class ColumnStream:
    def __init__(self, capsule: object) -> None: ...
    def __iter__(self) -> ColumnStream: ...
    def __next__(self) -> TextColumn: ...

def read_json_lines(
    lines: bytes | memoryview,
    text: str,
    title: str | None,
    ids: Sequence[str],
    *,
    id_required: bool,
    first_line: int,
    last: bool,
) -> tuple[TextColumn, TextColumn, int, int]: ...

class Counts:
    @property
    def document_count(self) -> int: ...
    @property
    def token_count(self) -> int: ...
    @property
    def document_frequency(self) -> NDArray[np.int64]: ...
    @property
    def document_lengths(self) -> NDArray[np.int64]: ...
    @property
    def indptr(self) -> NDArray[np.int64]: ...
    @property
    def indices(self) -> NDArray[np.int32]: ...
    @property
    def term_frequencies(self) -> NDArray[np.int32]: ...

def count_texts(
    analyzer: Analyzer,
    texts: Iterable[str | TextColumn] | Iterable[Sequence[str]],
    vocabulary: Vocabulary,
    *,
    grow: bool,
    rows: bool,
    threads: int,
    map: Callable[[list[str]], list[str | None]] | None = None,
    then: Analyzer | None = None,
    sorted: bool = True,
) -> Counts: ...
def term_ids(
    analyzer: Analyzer, texts: Iterable[str], vocabulary: Vocabulary
) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...  # indptr, ids
def count_ids(
    indptr: NDArray[np.int64], ids: NDArray[np.int64], term_count: int, *, rows: bool, sorted: bool = True
) -> Counts: ...
def ids_by_occurrence(indices: NDArray[np.int32], term_count: int) -> NDArray[np.int32]: ...
def renumbered_rows(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    term_frequencies: NDArray[np.int32],
    ids: NDArray[np.int32],
    *,
    threads: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]: ...
def hashed_id(term: str, hash: str) -> int: ...
def hashed_ids(vocabulary: Vocabulary, hash: str) -> NDArray[np.uint32]: ...

class HashedRows:
    @property
    def indptr(self) -> NDArray[np.int64]: ...
    @property
    def indices(self) -> NDArray[np.int64]: ...
    @property
    def term_frequencies(self) -> NDArray[np.int32]: ...
    @property
    def merged_rows(self) -> NDArray[np.int64]: ...
    @property
    def merged_ids(self) -> NDArray[np.int64]: ...

def hash_rows(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    term_frequencies: NDArray[np.int32],
    ids: NDArray[np.uint32],
    *,
    merge: str,
    threads: int,
) -> HashedRows: ...
def okapi_idf(
    document_frequency: NDArray[np.int64], document_count: int, epsilon: float
) -> tuple[NDArray[np.float64], float]: ...
def idf(part: str, document_frequency: NDArray[np.int64], document_count: int) -> NDArray[np.float64]: ...
def document_weights(
    part: str,
    indptr: NDArray[np.int64],
    term_frequencies: NDArray[np.int32],
    document_lengths: NDArray[np.int64],
    average_document_length: float,
    k1: float,
    b: float,
    delta: float,
) -> NDArray[np.float32]: ...
def exact_document_weights(
    part: str,
    indptr: NDArray[np.int64],
    term_frequencies: NDArray[np.int32],
    document_lengths: NDArray[np.int64],
    average_document_length: float,
    k1: float,
    b: float,
    delta: float,
) -> NDArray[np.float64]: ...
def adapt_terms(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    term_frequencies: NDArray[np.int32],
    document_lengths: NDArray[np.int64],
    document_frequency: NDArray[np.int64],
    document_count: int,
    average_document_length: float,
    b: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def adapted_weights(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    term_frequencies: NDArray[np.int32],
    document_lengths: NDArray[np.int64],
    k1: NDArray[np.float64],
    average_document_length: float,
    b: float,
) -> NDArray[np.float32]: ...
def fielded_document_frequency(
    indptr: NDArray[np.int64], indices: NDArray[np.int32], field_count: int, term_count: int
) -> NDArray[np.int64]: ...
def fielded_weights(
    part: str,
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    term_frequencies: NDArray[np.int32],
    document_lengths: NDArray[np.int64],
    fields: list[tuple[float, float, float]],  # weight, b, average length
    k1: float,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]: ...
def absent_weight(part: str, k1: float, delta: float) -> float: ...
def query_weights(
    indices: NDArray[np.int32], term_frequencies: NDArray[np.int32], idf: NDArray[np.float64]
) -> NDArray[np.float32]: ...
def search_exhaustive(
    documents: _Csr, queries: _Csr, k: int, threads: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]: ...

class InvertedIndex:
    @staticmethod
    def build(
        documents: _Csr,
        columns: NDArray[np.int64] | None,
        column_count: int,
        threads: int,
        window_bits: int = 0,
    ) -> InvertedIndex: ...
    @staticmethod
    def merge(
        parts: tuple[InvertedIndex, ...], kept: NDArray[np.uint64] | None, first_document: int, threads: int
    ) -> InvertedIndex: ...
    @staticmethod
    def load(descriptor: int) -> InvertedIndex: ...
    def write(self, descriptor: int, removed: NDArray[np.uint64]) -> None: ...
    def verify(self) -> None: ...
    def sizes(self) -> dict[str, int]: ...
    @property
    def removed(self) -> NDArray[np.uint64]: ...
    @property
    def removed_count(self) -> int: ...
    @property
    def document_count(self) -> int: ...
    @property
    def column_count(self) -> int: ...
    @property
    def posting_count(self) -> int: ...

def search(
    segments: tuple[InvertedIndex, ...],
    queries: tuple[NDArray[Any], NDArray[Any], NDArray[np.float32]],
    k: int,
    filter: NDArray[np.uint64] | None,
    alive: NDArray[np.uint64] | None,
    threads: int,
    isa: str | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]: ...
def is_sparse_in_columns(columns: int, postings: int) -> bool: ...
def isas() -> list[str]: ...
def onnx_runtime_version(library: str | os.PathLike[str]) -> str: ...
def onnx_runtime_providers(library: str | os.PathLike[str]) -> list[str]: ...

_Providers = Sequence[tuple[str, Sequence[tuple[str, str]]]]  # names and options

def largest_logits(
    logits: NDArray[np.float32], bias: NDArray[np.float32], isa: str
) -> NDArray[np.float32] | None: ...
def largest_half_logits(logits: NDArray[np.int16], isa: str) -> NDArray[np.int16] | None: ...

class SpladeModel:
    def __init__(
        self,
        library: str | os.PathLike[str],
        model: str | os.PathLike[str],
        *,
        unbiased: tuple[bytes, NDArray[np.float32]] | None = None,
        output: str,
        vocabulary: int,
        padding: int,
        providers: _Providers,
    ) -> None: ...
    @property
    def dimension(self) -> int: ...
    @property
    def pools(self) -> bool: ...
    @property
    def inputs(self) -> list[str]: ...
    @property
    def seconds_in_runtime(self) -> float: ...
    def encode(
        self,
        indptr: NDArray[np.int64],
        ids: NDArray[np.int32],
        *,
        batch_tokens: int,
        max_active_terms: int | None,
        activation: str,
        threads: int,
        progress: Callable[[int], None] | None,
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]: ...

class HybridRows:
    @property
    def dense(self) -> NDArray[np.float32]: ...
    @property
    def indptr(self) -> NDArray[np.int64]: ...
    @property
    def indices(self) -> NDArray[np.int32]: ...
    @property
    def data(self) -> NDArray[np.float32]: ...
    @property
    def colbert(self) -> NDArray[np.float32]: ...
    @property
    def colbert_indptr(self) -> NDArray[np.int64]: ...

class HybridModel:
    def __init__(
        self,
        library: str | os.PathLike[str],
        model: str | os.PathLike[str],
        *,
        dense: Sequence[str],
        sparse: Sequence[str],
        colbert: Sequence[str],
        padding: int,
        providers: _Providers,
    ) -> None: ...
    @property
    def dense_columns(self) -> int: ...
    @property
    def colbert_columns(self) -> int: ...
    def encode(
        self,
        indptr: NDArray[np.int64],
        ids: NDArray[np.int32],
        *,
        dense: bool,
        sparse: bool,
        colbert: bool,
        dimensions: int,
        normalize: bool,
        unweighted: NDArray[np.int32],
        batch_tokens: int,
        threads: int,
    ) -> HybridRows: ...

class Postings32:
    def __init__(
        self,
        indptr: NDArray[np.int64],
        documents: NDArray[np.int32],
        contributions: NDArray[np.float32],
        document_count: int,
    ) -> None: ...
    def scores(self, terms: NDArray[np.int64], absent: NDArray[np.float32]) -> NDArray[np.float32]: ...
    def scores_of(
        self, queries: NDArray[np.int64], terms: NDArray[np.int64], documents: NDArray[np.int64]
    ) -> NDArray[np.float32]: ...

class Postings64:
    def __init__(
        self,
        indptr: NDArray[np.int64],
        documents: NDArray[np.int32],
        contributions: NDArray[np.float64],
        document_count: int,
    ) -> None: ...
    def scores(self, terms: NDArray[np.int64], absent: NDArray[np.float64]) -> NDArray[np.float64]: ...
    def scores_of(
        self, queries: NDArray[np.int64], terms: NDArray[np.int64], documents: NDArray[np.int64]
    ) -> NDArray[np.float64]: ...

def unicode_words(text: str) -> list[str]: ...
def unicode_boundaries(text: str) -> list[int]: ...
def stem(word: str, stemmer: str) -> str: ...
def stemmers() -> list[str]: ...
def stop_words() -> dict[str, str]: ...
def lucene_stop_words() -> list[str]: ...
