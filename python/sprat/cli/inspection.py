"""What is this file or folder? Everything that sprat writes is known by how it begins."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sprat._counting import pipeline_name, same_pipeline
from sprat._languages import NAMES, describe
from sprat._pages.collection import Glance
from sprat._stages import PROFILES
from sprat.analysis import Analyzer
from sprat.bm25 import BM25Encoder
from sprat.bm25f import BM25FEncoder
from sprat.errors import CorruptFileError, InvalidArgumentError
from sprat.index import SparseIndex
from sprat.retriever import Retriever, folder
from sprat.retriever.ranking import counted
from sprat.statistics import CollectionStatistics
from sprat.vectors import MANIFEST as VECTORS_MANIFEST
from sprat.vectors import read_vectors

_BM25F = b'{"sprat": "bm25f"'
_LONGEST = 64


def glance(path: str) -> Glance:
    """Return what is known of something that sprat wrote.

    Raises
    ------
    InvalidArgumentError
        If it is a folder of something else.
    CorruptFileError
        If it is a file of something else, or damaged.
    OSError
        If it cannot be read.
    """
    if os.path.isdir(path):
        names = os.listdir(path)
        if folder.MANIFEST in names:
            return _retriever(path)
        if VECTORS_MANIFEST in names:
            return _vectors(path)
        raise InvalidArgumentError(
            f"{path}: a folder, but there is neither an index in it ({folder.MANIFEST}) "
            f"nor vectors ({VECTORS_MANIFEST})"
        )
    try:
        return _file(path)
    except CorruptFileError as error:
        named = str(error).startswith(path)
        raise error if named else CorruptFileError(f"{path}: {error}") from None


def _file(path: str) -> Glance:
    with open(path, "rb") as file:
        beginning = file.read(_LONGEST)
    if beginning.startswith(b"PK\x03\x04"):
        return _vectors(path)
    if beginning.startswith(b"\x89SPRATIX"):
        return _index(path)
    if beginning.startswith(b"SPRATCST"):
        statistics = CollectionStatistics.from_bytes(Path(path).read_bytes())
        return _glance_at(path, {"kind": "statistics"}, statistics)
    if beginning.startswith(_BM25F):
        return _bm25f(path, {"kind": "model of fields"}, BM25FEncoder.load(path))
    if not beginning.lstrip().startswith(b"{"):
        raise CorruptFileError(f"{path}: nothing that sprat wrote: no model in JSON, no vectors, no index")
    return _bm25(path, {"kind": "model"}, BM25Encoder.load(path))


def analyzer_name(description: Mapping[str, Any] | None) -> str:
    """Return the name that makes an analyzer of this description, or else what its stages are."""
    tokenizer = {} if description is None else description.get("tokenizer", {})
    profile = tokenizer.get("profile", PROFILES[-1])
    for name in NAMES:
        if describe(name, profile)["tokenizer"] == tokenizer:
            try:
                known = Analyzer(name, profile=profile).to_dict()
            except ImportError:  # what it needs is not installed here
                continue
            if same_pipeline(known, description):
                return name if profile == PROFILES[-1] else f"{name}, profile {profile}"
    return pipeline_name(description)


def _retriever(path: str) -> Glance:
    saved = folder.manifest(Path(path))
    sizes: dict[str, int] = {}
    for what, entry in saved["files"].items():
        part = _PARTS.get(what.split("-")[0].rstrip("s"), what)
        sizes[part] = sizes.get(part, 0) + entry["bytes"]
    facts = {
        "kind": "index",
        "documents": saved["documents"],
        "texts": "stored" if saved["store_texts"] else "not stored",
        "size_bytes": sum(sizes.values()),
    }
    if saved["encoder"]["type"] == "other":
        return Glance(path, {**facts, "encoder": saved["encoder"]["name"]}, sizes=sizes)
    retriever = Retriever.load(path)
    if isinstance(retriever.encoder, BM25FEncoder):
        return _bm25f(path, facts, retriever.encoder, sizes)
    lengths, occurrences = counted(retriever._make_view(exact=True)) or (None, None)
    return _bm25(path, facts, retriever.encoder, sizes, lengths, occurrences)


# What the files of a retriever are for, by the first word of what the manifest calls them.
_PARTS = {"index": "posting lists", "row": "term counts", "text": "texts", "id": "ids", "encoder": "terms"}


def _bm25(
    path: str,
    facts: dict[str, Any],
    encoder: BM25Encoder,
    sizes: Mapping[str, int] | None = None,
    lengths: Any = None,
    occurrences: Any = None,
) -> Glance:
    parameters = {"variant": encoder.variant, "k1": encoder.k1, "b": encoder.b}
    fitted = encoder._fitted if len(encoder.statistics.terms) else None
    return _glance_at(
        path,
        facts | parameters,
        encoder.statistics,
        idf=None if fitted is None else np.asarray(fitted.idf, np.float64),
        sizes=sizes or {},
        document_lengths=lengths,
        occurrences=occurrences,
    )


def _bm25f(
    path: str, facts: dict[str, Any], encoder: BM25FEncoder, sizes: Mapping[str, int] | None = None
) -> Glance:
    fields = ", ".join(f"{name} × {weight:g}" for name, weight in encoder._weights.items())
    parameters = {"variant": encoder.variant, "k1": encoder.k1, "fields": fields}
    return _glance_at(path, facts | parameters, encoder._learnt.fitted.statistics, sizes=sizes or {})


def _glance_at(path: str, facts: dict[str, Any], statistics: CollectionStatistics, **known: Any) -> Glance:
    frequency = statistics.document_frequency
    told = {
        "analyzer": analyzer_name(statistics.analyzer),
        "document_count": statistics.document_count,
        "token_count": statistics.token_count,
        "average_document_length": statistics.average_document_length if statistics.document_count else None,
        "term_count": len(statistics.terms),
        "removed_term_count": None if frequency is None else int((frequency == 0).sum()),
        "digest": None if frequency is None else statistics.digest(),
    }
    if facts.get("documents") == statistics.document_count:
        del facts["documents"]  # else the index has others than the model was fitted on, or none has a term
    return Glance(path, facts | told, statistics.terms, frequency, **known)


def _index(path: str) -> Glance:
    index = SparseIndex.load(path, verify=True)
    held = index.stats()
    sizes = {part: size for part, size in held["bytes"].items() if part != "total"}
    facts = {name: held[name] for name in ("documents", "removed", "columns", "postings")}
    return Glance(path, {"kind": "sparse index", **facts, "size_bytes": held["bytes"]["total"]}, sizes=sizes)


def _vectors(path: str) -> Glance:
    found = read_vectors(path)
    rows, columns = found.matrix.shape
    weights = int(found.matrix.nnz)
    facts = {"kind": "vectors", "rows": int(rows), "columns": int(columns), "weights": weights}
    facts["weights_per_row"] = round(weights / max(1, rows), 4)
    stored = np.unique(found.matrix.indices, return_counts=True)[1] if weights else None
    return Glance(path, facts, document_frequency=stored)
