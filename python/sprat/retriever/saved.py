"""A retriever on disk: "what goes into which file?" docs/formats.md gives every one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from sprat._core import __version__
from sprat._terms import Terms
from sprat.bm25 import BM25Encoder
from sprat.bm25f import BM25FEncoder
from sprat.errors import CorruptFileError, InvalidArgumentError, UnsupportedVersionError
from sprat.index import SparseIndex
from sprat.retriever import folder as folders
from sprat.retriever import ids, texts
from sprat.retriever.documents import Documents, Part
from sprat.retriever.folder import NewFiles, SavedFiles
from sprat.retriever.ids import Ids, SavedIds
from sprat.retriever.ranking import LivingBm25, Vectors, View, way_of
from sprat.retriever.rows import Rows
from sprat.retriever.texts import SideFile, Texts


def save(folder: str | os.PathLike[str], way: Vectors, view: View, refresh: str, beside: bytes = b"") -> None:
    """Write a view, and what its owner keeps beside the documents."""
    if not view.documents.is_settled:
        view = way.view(view.documents, None, exact=True)
    documents = view.documents
    with folders.saving(folder) as files:
        facts = {
            "sprat": __version__,
            "documents": len(documents),
            "given": documents.given,
            "store_texts": documents.texts is not None,
            "refresh": refresh,
            "encoder": _save_encoder(files, way, view.encoder),
        }
        if view.index is not None:
            view.index.save(files.path("index", "sprat"))
        for part in documents.parts:  # one, or none
            facts["ids"] = _save_ids(files, part.ids)
            facts["columns"] = _save_rows(files, part.rows)
            if documents.texts is not None:
                _save_texts(files, part, documents.texts)
        if beside:
            with files.open("beside", "bin") as file:
                file.write(beside)
        files.finish(facts)


def load(folder: str | os.PathLike[str], encoder: Any, threads: int) -> tuple[Vectors, View, str, bytes]:
    """Read what :func:`save` wrote; a folder that is replaced meanwhile is read again."""
    path = Path(folder)
    while True:
        facts = folders.manifest(path)
        try:
            return _load(SavedFiles(path, facts), encoder, threads)
        except FileNotFoundError as error:
            if folders.manifest(path) == facts:
                raise CorruptFileError(f"{error.filename} is missing") from None


def _load(files: SavedFiles, encoder: Any, threads: int) -> tuple[Vectors, View, str, bytes]:
    facts = files.facts
    encoder, living = _load_encoder(files, encoder, threads)
    way = LivingBm25(encoder) if living else way_of(encoder)
    if living and "index" not in files:
        encoder = way.encoder  # which knows nothing yet, as no document has a term
    count = facts["documents"]
    terms = encoder._fitted.terms if living else Terms([])
    stored = Texts() if facts["store_texts"] else None
    parts: tuple[Part, ...] = ()
    if count:
        stored, places = _load_texts(files) if stored is not None else (None, texts.no_places())
        part = Part(_load_ids(files), lambda: _load_rows(files), places)
        if len(part.ids) != count or (stored is not None and len(places) != count):
            raise CorruptFileError(f"{files.folder}: {count} documents must have as many ids and texts")
        parts = (part,)
    documents = Documents(parts, np.ones(count, np.bool_), terms, facts["given"], stored)
    index = None
    if "index" in files:
        index = SparseIndex.load(files.path("index"))  # compares its own checksums, when they are needed
    if index is not None and index.document_count != count:
        raise CorruptFileError(f"{files.path('index')}: must hold {count} documents")
    beside = b""
    if "beside" in files:
        beside = files.content("beside")
    average = way.average
    if living:
        average = None if index is None else encoder._fitted.average_document_length
    return way, View(documents, encoder, average, index), facts["refresh"], beside


def _save_ids(files: NewFiles, column: Ids) -> list[int] | None:
    """Return the bounds of ids that are consecutive numbers; only others need a file."""
    if isinstance(column.values, range):
        return [column.values.start, column.values.stop]
    characters, ends = ids.written(column.values)
    files.array("ids", characters)
    files.array("id-ends", ends)
    return None


def _load_ids(files: SavedFiles) -> Ids:
    if files.facts["ids"] is not None:
        return Ids(range(*files.facts["ids"]))
    return Ids(SavedIds(str(files.path("ids")), files.array("ids", "u"), files.array("id-ends", "i")))


def _save_rows(files: NewFiles, rows: Rows) -> int:
    files.array("row-ends", rows.indptr[1:])
    files.array("row-columns", rows.indices)
    files.array("row-values", rows.values)
    files.array("row-lengths", rows.lengths)
    return rows.columns


def _load_rows(files: SavedFiles) -> Rows:
    ends = files.array("row-ends", "i")
    rows = Rows(
        np.concatenate([np.zeros(1, np.int64), ends]),
        files.array("row-columns", "i"),
        files.array("row-values", "uif"),
        files.array("row-lengths", "i"),
        files.facts["columns"],
    )
    if len(rows) != files.facts["documents"] or not rows.indptr[-1] == len(rows.indices) == len(rows.values):
        raise CorruptFileError(f"{files.path('row-ends')}: does not fit the other files")
    return rows


def _save_texts(files: NewFiles, part: Part, stored: Texts) -> None:
    with files.open("texts", "bin") as file:
        written = texts.write(file, map(stored.read, part.places))
    files.array("text-starts", written.starts)
    files.array("text-offsets", written.offsets)
    files.array("text-checksums", written.checksums)
    files.array("text-sizes", written.sizes)


def _load_texts(files: SavedFiles) -> tuple[Texts, texts.Places]:
    side = SideFile(
        files.file("texts"),
        files.array("text-starts", "i"),
        files.array("text-offsets", "i"),
        files.array("text-checksums", "u"),
    )
    return Texts(side), texts.places_of(files.array("text-sizes", "i"))


# Encoders that a file can hold.
_ENCODERS: dict[str, Any] = {"bm25": BM25Encoder, "bm25f": BM25FEncoder}


def _save_encoder(files: NewFiles, way: Vectors, encoder: Any) -> dict[str, Any]:
    if isinstance(encoder, BM25Encoder):
        encoder._write(files.path("encoder", "json"))
        living = isinstance(way, LivingBm25)
        return {"type": "bm25", "living": living, "average_document_length": encoder._average}
    if isinstance(encoder, BM25FEncoder):
        encoder.save(files.path("encoder", "json"))
        return {"type": "bm25f"}
    return {"type": "other", "name": type(encoder).__qualname__}


def _load_encoder(files: SavedFiles, given: Any, threads: int) -> tuple[Any, bool]:
    """Return the encoder, and whether it is fitted on the documents that are there."""
    described = files.facts["encoder"]
    if described["type"] == "other":
        if given is None:
            raise InvalidArgumentError(
                f"{files.folder}: made with {described['name']}, which no file can hold; pass it as encoder="
            )
        return given, False
    if described["type"] not in _ENCODERS:
        raise UnsupportedVersionError(
            f"{files.folder}: this release does not know the encoder {described['type']!r}"
        )
    kind = _ENCODERS[described["type"]]
    if given is not None and not isinstance(given, kind):
        raise TypeError(f"encoder must be a {kind.__name__}, as the saved one is, got {type(given).__name__}")
    files.check("encoder")
    analyzer = None if given is None else given.analyzer
    encoder = kind.load(files.path("encoder"), analyzer=analyzer, threads=threads)
    if described["type"] != "bm25":
        return encoder, False
    encoder._average = described["average_document_length"]
    return encoder, described["living"]
