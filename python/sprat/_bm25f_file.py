"""The BM25F file: one JSON object of integers and parameters. docs/formats.md gives every field."""

import json
import os
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat._arguments import query_term_frequency
from sprat._checked import listed, number, refuse_duplicates, refuse_unwritable, whole
from sprat._closing import closed, is_closed
from sprat._files import write_whole
from sprat.errors import CorruptFileError, InvalidArgumentError, UnsupportedVersionError

FORMAT = 1

_KEYS = (
    "format variant k1 query_term_frequency fields document_count terms document_frequency analyzer"
).split()


class SavedField(NamedTuple):
    """One field of the file."""

    name: str
    weight: float
    b: float
    token_count: int


class SavedBM25F(NamedTuple):
    """A file's content, checked."""

    variant: str
    k1: float
    query_term_frequency: str | float
    fields: list[SavedField]
    document_count: int
    terms: list[str]
    document_frequency: NDArray[np.int64]
    analyzer: dict[str, Any] | None  # None: a Python callable, which a file cannot hold


def write(path: str | os.PathLike[str], saved: SavedBM25F) -> None:
    """Write the file.

    Raises
    ------
    InvalidArgumentError
        If a term or the name of a field could not be read back.
    """
    refuse_unwritable("the term", saved.terms)
    refuse_unwritable("the field", [field.name for field in saved.fields])
    content = {
        "sprat": "bm25f",
        "format": FORMAT,
        **saved._asdict(),
        "fields": [field._asdict() for field in saved.fields],
        "document_frequency": saved.document_frequency.tolist(),
    }
    write_whole(path, closed(json.dumps(content)[:-1]))


def read(path: str | os.PathLike[str]) -> SavedBM25F:
    """Read a file written by :func:`write`.

    Raises
    ------
    OSError
        If the file cannot be read.
    CorruptFileError
        If it is not what it should be; the message names the place.
    UnsupportedVersionError
        If a newer sprat wrote it.
    """
    with open(os.fspath(path), "rb") as file:
        content = file.read()
    try:
        return _checked(content)
    except (CorruptFileError, UnsupportedVersionError) as error:
        raise type(error)(f"{os.fspath(path)}: {error}") from None


def _checked(content: bytes) -> SavedBM25F:
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(f"not JSON: {error}") from error
    if not isinstance(parsed, dict) or parsed.get("sprat") != "bm25f":
        raise CorruptFileError("not a file of BM25FEncoder.save")
    version = parsed.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise UnsupportedVersionError(
            f"written in format {version} by a newer sprat; this release reads up to {FORMAT}"
        )
    if not is_closed(content.rstrip()):
        raise CorruptFileError("crc32 does not match: the file was changed after it was written")
    for key in _KEYS:
        if key not in parsed:
            raise CorruptFileError(f"{key} is missing")
    return _content(parsed)


def _content(parsed: dict[str, Any]) -> SavedBM25F:
    whole("format", parsed["format"])
    if not isinstance(parsed["variant"], str):
        raise CorruptFileError(f"variant must be a string, found {parsed['variant']!r}")
    try:
        counting = query_term_frequency(parsed["query_term_frequency"])
    except InvalidArgumentError as error:
        raise CorruptFileError(str(error)) from None
    document_count = whole("document_count", parsed["document_count"])
    terms = listed("terms", parsed["terms"], (str,))
    refuse_duplicates("terms", terms)
    frequencies = listed("document_frequency", parsed["document_frequency"], (int,))
    if len(terms) != len(frequencies):
        raise CorruptFileError(f"terms has {len(terms)} entries, document_frequency {len(frequencies)}")
    if frequencies and not 0 <= min(frequencies) <= max(frequencies) <= document_count:
        raise CorruptFileError(f"document_frequency must lie between 0 and {document_count}")
    if not isinstance(parsed["analyzer"], (dict, type(None))):
        raise CorruptFileError(f"analyzer must be an object or null, found {parsed['analyzer']!r}")
    return SavedBM25F(
        parsed["variant"],
        number("k1", parsed["k1"]),
        counting,
        _fields(parsed["fields"]),
        document_count,
        terms,
        np.array(frequencies, np.int64),
        parsed["analyzer"],
    )


def _fields(value: Any) -> list[SavedField]:
    fields = []
    for at, field in enumerate(listed("fields", value, (dict,))):
        if set(field) != set(SavedField._fields) or not isinstance(field["name"], str):
            raise CorruptFileError(f"fields[{at}] must hold {', '.join(SavedField._fields)}")
        weight, b = (number(f"fields[{at}].{key}", field[key]) for key in ("weight", "b"))
        token_count = whole(f"fields[{at}].token_count", field["token_count"])
        fields.append(SavedField(field["name"], weight, b, token_count))
    refuse_duplicates("fields", [field.name for field in fields])
    return fields
