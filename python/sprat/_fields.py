"""Documents of several fields: "which texts does each consist of, and how long is each?"

A document is so many consecutive texts, one for each field; one that it lacks is empty. What counts texts
counts these, and its rows are put together by document afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, TypeAlias

import numpy as np

from sprat._texts import as_texts
from sprat.errors import InvalidArgumentError

# A mapping from field to text, and None for a field that is not there.
Document: TypeAlias = Mapping[str, str | None]

_CHARACTERS_PER_BATCH = 1 << 25
_CHARACTERS_PER_TEXT = 64  # what a text costs beside its characters
_MISSING = object()


def as_documents(documents: Any, fields: Sequence[str]) -> Iterator[list[str]]:
    """Return the texts of each document, in the order of ``fields``.

    Parameters
    ----------
    documents : iterable of mappings, mapping of columns, or table
        Mappings from field to text, of which None and an absent key are the empty text; or columns of equal
        length by field, in a mapping or a pandas, polars or Arrow table, of which None and NaN are. Fields
        that are not in ``fields`` are not looked at.

    Raises
    ------
    InvalidArgumentError
        If a column is missing, or columns differ in length.
    TypeError
        If a document is no mapping or a text no str; the message names its position.
    """
    if isinstance(documents, (str, bytes)):
        raise TypeError("documents must be mappings from field to text, got one str")
    if isinstance(documents, Mapping) or hasattr(type(documents), "columns"):
        return _from_columns(documents, fields)
    return _from_mappings(documents, fields)


def batches(documents: Iterator[list[str]]) -> Iterator[list[str]]:
    """Gather the texts of whole documents, a bounded number of characters at a time."""
    batch: list[str] = []
    characters = 0
    for texts in documents:
        batch += texts
        characters += sum(map(len, texts)) + _CHARACTERS_PER_TEXT * len(texts)
        if characters >= _CHARACTERS_PER_BATCH:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _from_mappings(documents: Any, fields: Sequence[str]) -> Iterator[list[str]]:
    for position, document in enumerate(_iterated(documents)):
        if not isinstance(document, Mapping):
            raise TypeError(
                f"documents[{position}] must be a mapping from field to text, got {type(document).__name__}"
            )
        yield [_text(position, field, document.get(field)) for field in fields]


def _iterated(documents: Any) -> Iterable[Any]:
    try:
        iterator: Iterator[Any] = iter(documents)
        return iterator
    except TypeError:
        kind = "None" if documents is None else type(documents).__name__
        raise TypeError(f"documents must be mappings from field to text, got {kind}") from None


def _from_columns(table: Any, fields: Sequence[str]) -> Iterator[list[str]]:
    names = list(table) if isinstance(table, Mapping) else list(getattr(table, "column_names", table.columns))
    if missing := [field for field in fields if field not in names]:
        raise InvalidArgumentError(
            f"documents have no column {missing[0]!r}, only {', '.join(map(str, names))}"
        )
    columns = [as_texts(table[field]) for field in fields]
    return _zipped(columns, fields)


def _zipped(columns: list[Iterable[Any]], fields: Sequence[str]) -> Iterator[list[str]]:
    for position, texts in enumerate(zip_longest(*columns, fillvalue=_MISSING)):
        if _MISSING in texts:
            short = fields[texts.index(_MISSING)]
            raise InvalidArgumentError(
                f"columns must be of one length, but {short!r} ends after {position}, before others do"
            )
        yield [_text(position, field, text) for field, text in zip(fields, texts)]


def _text(position: int, field: str, text: Any) -> str:
    if isinstance(text, str):
        return text
    if text is None or (isinstance(text, (float, np.floating)) and text != text):
        return ""
    raise TypeError(f"documents[{position}][{field!r}] must be str or None, got {type(text).__name__}")
