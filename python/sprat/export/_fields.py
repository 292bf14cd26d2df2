"""What goes with a vector: fields of a row, as the engines and their files take them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from sprat.errors import InvalidArgumentError

if TYPE_CHECKING:
    from sprat.export._blocks import Block


def is_vector(value: Any) -> bool:
    """Whether a field's value is a dense vector: an array of one dimension, or a list of floats."""
    if isinstance(value, np.ndarray):
        return value.ndim == 1 and value.dtype.kind == "f" and value.size > 0
    return isinstance(value, list) and bool(value) and set(map(type, value)) == {float}


def plain(value: Any) -> Any:
    """Return arrays as lists; what a client's own classes and JSON take."""
    return value.tolist() if isinstance(value, np.ndarray) else value


def split(block: Block, where: str) -> Iterator[tuple[dict[str, list[float]], dict[str, Any]]]:
    """Yield the dense vectors of each row, and the rest of its fields.

    Raises
    ------
    InvalidArgumentError
        If a value cannot be written as JSON; the message names row and field.
    """
    for number, row in zip(block.numbers, block.field_rows()):
        vectors = {name: plain(value) for name, value in row.items() if is_vector(value)}
        rest = {name: plain(value) for name, value in row.items() if name not in vectors}
        for name, value in rest.items():
            refuse_unwritable(number, name, value, where)
        yield vectors, rest


def refuse_unwritable(number: int, name: str, value: Any, where: str) -> None:
    if type(value) in (int, bool, type(None)):
        return
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"row {number}: {name} cannot be sent to {where}: {error}") from None


def refuse_reserved(fields: Any, *reserved: str) -> None:
    """Refuse fields that would take the place of id or vector."""
    for name in fields or ():
        if name in reserved:
            raise InvalidArgumentError(f"a field must not have the name {name!r}, which is taken")


def as_json(row: Any) -> str:
    return json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
