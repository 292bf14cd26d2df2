"""Statistics as bytes and as an Arrow table. docs/formats.md gives every byte.

Both sides deal in a dict of the value's fields, made valid here.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat import _core
from sprat._extras import require
from sprat._shards import SHARDS
from sprat._terms import Terms
from sprat.errors import CorruptFileError, InvalidArgumentError, UnsupportedVersionError

VERSION = 1

_MAGIC = b"SPRATCST"
_FIXED = struct.Struct("<8sIIQ")  # magic, version, bytes of the header, bytes of the body
_CHECKSUM = struct.Struct("<I")
_ARROW_KEY = b"sprat"


def digest(fields: Mapping[str, Any]) -> str:
    """Return a SHA-256 of the totals and of each term with its frequency, by ascending term."""
    terms: Terms = fields["terms"]
    frequency: NDArray[np.int64] = fields["document_frequency"]
    held = np.flatnonzero(frequency)
    if len(held) < len(terms):
        terms, frequency = terms.select(held), frequency[held]
    kind = b"str"
    if (integers := _as_integers(terms)) is not None:
        order = np.argsort(integers)
        kind, parts = b"int", [integers[order].astype("<i8").tobytes()]
    else:
        order = _as_native(terms).ids_by_bytes()
        ordered = _as_native(terms.select(order))
        parts = [ordered.ends().astype("<i8").tobytes(), ordered.characters()]
    summary = hashlib.sha256(b"sprat statistics 1\0")
    summary.update(struct.pack("<4sQQQ", kind, fields["document_count"], fields["token_count"], len(terms)))
    for part in (*parts, frequency[order].astype("<i8").tobytes()):
        summary.update(part)
    return summary.hexdigest()


def dump(fields: Mapping[str, Any]) -> bytes:
    terms: Terms = fields["terms"]
    integers = _as_integers(terms)
    first = fields["first_position"]
    arrays = [fields["document_frequency"], *([] if first is None else [first])]
    characters = b""
    if integers is not None:
        arrays.insert(0, integers)
    else:
        native = _as_native(terms)
        arrays.insert(0, native.ends())
        characters = native.characters()
    header = _header(fields, "str" if integers is None else "int")
    body = b"".join([*(array.astype("<i8").tobytes() for array in arrays), characters])
    content = _FIXED.pack(_MAGIC, VERSION, len(header), len(body)) + header + body
    return content + _CHECKSUM.pack(zlib.crc32(content))


def load(content: bytes) -> dict[str, Any]:
    content = bytes(content)
    if len(content) < _FIXED.size or not content.startswith(_MAGIC):
        raise CorruptFileError("these bytes are no statistics: they do not start as such")
    _, version, header_size, body_size = _FIXED.unpack_from(content)
    if version > VERSION:
        raise UnsupportedVersionError(
            f"statistics of version {version}, by a newer sprat; this release reads up to {VERSION}"
        )
    end = _FIXED.size + header_size + body_size
    if len(content) != end + _CHECKSUM.size:
        raise CorruptFileError(f"statistics of {end + _CHECKSUM.size} bytes, found {len(content)}")
    if _CHECKSUM.unpack_from(content, end) != (zlib.crc32(content[:end]),):
        raise CorruptFileError("the checksum of the statistics does not match: they were changed")
    header = _read_header(content[_FIXED.size : _FIXED.size + header_size])
    body = memoryview(content)[_FIXED.size + header_size : end]
    columns = 3 if header["shards"] else 2
    count = header.pop("term_count")
    kind = header.pop("terms")
    if len(body) < 8 * columns * count or (kind == "int" and len(body) > 8 * columns * count):
        raise CorruptFileError(f"statistics of {count} terms cannot have a body of {len(body)} bytes")
    arrays = np.frombuffer(body, "<i8", columns * count).reshape(columns, count).astype(np.int64)
    if kind == "int":
        terms = _integer_terms(arrays[0])
    else:
        terms = _string_terms(bytes(body[8 * columns * count :]), arrays[0])
    return _checked(header, terms, arrays[1], arrays[2] if header["shards"] else None)


def to_arrow(fields: Mapping[str, Any]) -> Any:
    pa = _pyarrow()
    terms: Terms = fields["terms"]
    first = fields["first_position"]
    integers = _as_integers(terms)
    if integers is not None:
        column = pa.array(integers)
    else:
        native = _as_native(terms)
        characters = native.characters()
        try:
            characters.decode()
        except UnicodeDecodeError:
            lone = next(term for term in terms if any("\ud800" <= c <= "\udfff" for c in str(term)))
            raise InvalidArgumentError(f"Arrow has no string for the term {lone!r}") from None
        ends = np.concatenate([np.zeros(1, np.int64), native.ends()])
        buffers = [None, pa.py_buffer(ends), pa.py_buffer(characters)]
        column = pa.Array.from_buffers(pa.large_string(), len(terms), buffers)
    if first is None:
        first = np.arange(len(terms), dtype=np.int64)
    columns = {
        "term": column,
        "document_frequency": pa.array(fields["document_frequency"]),
        "first_position": pa.array(first),
    }
    header = _header(fields, "str" if integers is None else "int")
    return pa.table(columns).replace_schema_metadata({_ARROW_KEY: header})


def from_arrow(table: Any) -> dict[str, Any]:
    pa = _pyarrow()
    if not isinstance(table, pa.Table):
        raise TypeError(f"table must be a pyarrow.Table, got {type(table).__name__}")
    metadata = (table.schema.metadata or {}).get(_ARROW_KEY)
    names = ["term", "document_frequency", "first_position"]
    if metadata is None or _lack(table.column_names, names):
        raise CorruptFileError(
            f"an Arrow table of statistics has the columns {', '.join(names)} and metadata"
        )
    header = _read_header(metadata)
    count, kind = header.pop("term_count"), header.pop("terms")
    if count != table.num_rows:
        raise CorruptFileError(f"statistics of {count} terms, found a table of {table.num_rows} rows")
    if any(table.column(name).null_count for name in names):
        raise CorruptFileError("an Arrow table of statistics has no nulls")
    try:
        columns = [table.column(name).cast(pa.int64()).to_numpy() for name in names[1:]]
        term = table.column("term").cast(pa.int64() if kind == "int" else pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise CorruptFileError(f"a column of an Arrow table of statistics: {error}") from None
    order = np.argsort(columns[1], kind="stable")
    frequency, first = (column[order] for column in columns)
    term = term.take(pa.array(order)).combine_chunks()
    terms = _integer_terms(term.to_numpy()) if kind == "int" else _string_terms(*_characters(pa, term))
    return _checked(header, terms, frequency, first if header["shards"] else None)


def refuse(contradiction: str | None) -> None:
    if contradiction is not None:
        raise CorruptFileError(f"statistics of no collection: {contradiction}")


def _lack(names: Sequence[str], wanted: Sequence[str]) -> bool:
    return not set(wanted).issubset(names)


def _header(fields: Mapping[str, Any], kind: str) -> bytes:
    header = {
        "document_count": fields["document_count"],
        "token_count": fields["token_count"],
        "term_count": len(fields["terms"]),
        "terms": kind,
        "vocabulary": fields["vocabulary"],
        "shards": list(fields["shards"]),
        "analyzer": fields["analyzer"],
    }
    return json.dumps(header).encode("ascii")


def _read_header(content: bytes) -> dict[str, Any]:
    try:
        header = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(f"the header of the statistics is not JSON: {error}") from None
    kinds = {"document_count": int, "token_count": int, "term_count": int, "terms": str, "shards": list}
    keys = [*kinds, "vocabulary", "analyzer"]
    if not isinstance(header, dict) or _lack(list(header), keys):
        raise CorruptFileError(f"the header of the statistics must have {', '.join(keys)}")
    for key, kind in kinds.items():
        if type(header[key]) is not kind or (kind is int and not 0 <= header[key] < 1 << 63):
            raise CorruptFileError(f"{key} of the statistics cannot be {header[key]!r:.100}")
    if header["terms"] not in ("str", "int"):
        raise CorruptFileError(f"terms of the statistics cannot be {header['terms']!r:.100}")
    shards = header["shards"]
    numbers = all(type(shard) is int and 0 <= shard < SHARDS for shard in shards)
    if not numbers or shards != sorted(set(shards)):
        raise CorruptFileError(f"shards of the statistics must be ascending numbers, found {shards!r:.100}")
    header["shards"] = tuple(shards)
    for key, optional in (("vocabulary", str), ("analyzer", dict)):
        if not isinstance(header[key], (optional, type(None))):
            raise CorruptFileError(f"{key} of the statistics cannot be {header[key]!r:.100}")
    return {key: header[key] for key in keys}


def _checked(
    header: dict[str, Any], terms: Terms, frequency: NDArray[np.int64], first: NDArray[np.int64] | None
) -> dict[str, Any]:
    if first is not None and len(first) and not (first[0] >= 0 and (first[1:] > first[:-1]).all()):
        raise CorruptFileError("first positions of the statistics must ascend from 0")
    return {**header, "terms": terms, "document_frequency": frequency, "first_position": first}


def _as_integers(terms: Terms) -> NDArray[np.int64] | None:
    """Return terms that are all int, as hashed ones are; None if the first is not."""
    if not len(terms) or type(terms[0]) is not int:
        return None
    try:
        if all(type(term) is int for term in terms):
            return np.array(terms.as_list(), np.int64)
    except OverflowError:
        pass
    raise InvalidArgumentError(f"terms must all be int of 64 bits or all str, got {terms[0]!r} and others")


def _as_native(terms: Terms) -> _core.Vocabulary:
    native = terms.as_native()
    if native is None:
        stranger = next(term for term in terms if not isinstance(term, str))
        raise InvalidArgumentError(f"terms must all be str or all int, got {stranger!r}")
    return native


def _integer_terms(integers: NDArray[np.int64]) -> Terms:
    terms = integers.tolist()
    if len(set(terms)) != len(terms):
        raise CorruptFileError("a term of the statistics stands there twice")
    return Terms(terms)


def _string_terms(characters: bytes, ends: NDArray[np.int64]) -> Terms:
    try:
        characters.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise CorruptFileError(f"terms of the statistics are not UTF-8: {error.reason}") from None
    inside = ends[(ends > 0) & (ends < len(characters))]
    if len(inside) and ((np.frombuffer(characters, np.uint8)[inside] & 0xC0) == 0x80).any():
        raise CorruptFileError("a term of the statistics ends inside a character")
    return Terms(_core.Vocabulary.from_characters(characters, np.ascontiguousarray(ends)))


def _characters(pa: Any, strings: Any) -> tuple[bytes, NDArray[np.int64]]:
    if not len(strings):
        return b"", np.zeros(0, np.int64)
    if isinstance(strings, pa.ChunkedArray):
        strings = strings.chunk(0)
    _, offsets, characters = strings.buffers()
    bounds = np.frombuffer(offsets, np.int64)[strings.offset : strings.offset + len(strings) + 1]
    return characters.to_pybytes()[bounds[0] : bounds[-1]], bounds[1:] - bounds[0]


def _pyarrow() -> Any:
    require("pyarrow", "a table of statistics", "arrow")
    import pyarrow

    return pyarrow
