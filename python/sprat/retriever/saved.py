"""A retriever on disk: "what goes into which file?" docs/formats.md gives every one."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from sprat._core import __version__
from sprat._terms import Terms
from sprat.bm25 import BM25Encoder
from sprat.errors import CorruptFileError, InvalidArgumentError, UnsupportedVersionError
from sprat.retriever import folder as folders
from sprat.retriever import ids, texts
from sprat.retriever.documents import Documents, Part
from sprat.retriever.folder import NewFiles, SavedFiles
from sprat.retriever.ids import Ids, SavedIds
from sprat.retriever.ranking import LivingBm25, Vectors, View, way_of
from sprat.retriever.rows import Rows
from sprat.retriever.texts import SideFile, Texts


def save(
    folder: str | os.PathLike[str], way: Vectors, view: View, stored: Texts | None, refresh: str
) -> None:
    """Write a view, whose documents are settled."""
    documents = view.documents
    part = documents.parts[0] if documents.parts else None
    with folders.saving(folder) as files:
        facts = {
            "sprat": __version__,
            "documents": len(documents),
            "given": documents.given,
            "store_texts": stored is not None,
            "refresh": refresh,
            "encoder": _save_encoder(files, way, view),
        }
        if part is not None:
            facts["ids"] = _save_ids(files, part.ids)
            facts["columns"] = _save_rows(files, part.rows)
            if stored is not None:
                _save_texts(files, part, stored)
        files.finish(facts)


def load(
    folder: str | os.PathLike[str], encoder: Any, threads: int
) -> tuple[Vectors, Documents, Texts | None, str]:
    """Read what :func:`save` wrote."""
    files = SavedFiles.open(folder)
    facts = files.facts
    way = _load_encoder(files, encoder, threads)
    count = facts["documents"]
    terms = way.encoder._fitted.terms if isinstance(way, LivingBm25) else Terms([])
    stored = Texts() if facts["store_texts"] else None
    parts: tuple[Part, ...] = ()
    if count:
        stored, places = _load_texts(files) if stored is not None else (None, texts.no_places())
        part = Part(_load_ids(files), lambda: _load_rows(files), places)
        if len(part.ids) != count or (stored is not None and len(places) != count):
            raise CorruptFileError(f"{files.folder}: {count} documents must have as many ids and texts")
        parts = (part,)
    return way, Documents(parts, np.ones(count, np.bool_), terms, facts["given"]), stored, facts["refresh"]


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
        str(files.path("texts")),
        files.raw("texts"),
        files.array("text-starts", "i"),
        files.array("text-offsets", "i"),
        files.array("text-checksums", "u"),
    )
    return Texts(side), texts.places_of(files.array("text-sizes", "i"))


def _save_encoder(files: NewFiles, way: Vectors, view: View) -> dict[str, Any]:
    encoder = view.encoder
    if not isinstance(encoder, BM25Encoder):
        return {"type": "other", "name": type(encoder).__qualname__}
    encoder._write(files.path("encoder", "json"))
    return {
        "type": "bm25",
        "living": isinstance(way, LivingBm25),
        "average_document_length": encoder._average,
    }


def _load_encoder(files: SavedFiles, given: Any, threads: int) -> Vectors:
    described = files.facts["encoder"]
    if described["type"] == "other":
        if given is None:
            raise InvalidArgumentError(
                f"{files.folder}: made with {described['name']}, which no file can hold; pass it as encoder="
            )
        return way_of(given)
    if described["type"] != "bm25":
        raise UnsupportedVersionError(
            f"{files.folder}: this release does not know the encoder {described['type']!r}"
        )
    if given is not None and not isinstance(given, BM25Encoder):
        raise TypeError(f"encoder must be a BM25Encoder, as the saved one is, got {type(given).__name__}")
    files.check("encoder")
    encoder = BM25Encoder.load(
        files.path("encoder"), analyzer=None if given is None else given.analyzer, threads=threads
    )
    encoder._average = described["average_document_length"]
    return LivingBm25(encoder) if described["living"] else way_of(encoder)
