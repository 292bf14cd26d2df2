"""Values of a JSON file, valid once; an error names the key, what it must be, and what was found."""

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat.errors import CorruptFileError, InvalidArgumentError

_JOINED = re.compile("[\ud800-\udbff][\udc00-\udfff]")  # what JSON reads as one character


def refuse_unwritable(what: str, words: Sequence[Any]) -> None:
    """Raise InvalidArgumentError for one that JSON would not give back."""
    if set(map(type, words)) == {str}:  # all at once: a million terms in a twentieth of a second
        everything = "\n".join(words)
        if everything.isascii() or _JOINED.search(everything) is None:
            return
    for word in words:
        if not _can_be_written(word):
            raise InvalidArgumentError(f"{what} {word!r} cannot be written to a file and read back")


def _can_be_written(word: Any) -> bool:
    if isinstance(word, str):
        return word.isascii() or _JOINED.search(word) is None
    return type(word) in (int, bool, type(None)) or (type(word) is float and math.isfinite(word))


def listed(key: str, value: Any, kinds: tuple[type[Any], ...]) -> list[Any]:
    if not isinstance(value, list):
        raise CorruptFileError(f"{key} must be a list, found {type(value).__name__}")
    if strangers := set(map(type, value)).difference(kinds):
        at = next(at for at, element in enumerate(value) if type(element) in strangers)
        raise CorruptFileError(f"{key} holds a {type(value[at]).__name__} at position {at}")
    return value


def numbers(key: str, value: Any) -> NDArray[np.float64]:
    values = listed(key, value, (int, float))
    try:
        array = np.array(values, np.float64)
    except OverflowError:
        raise CorruptFileError(f"{key} holds a number that does not fit a double") from None
    if not np.isfinite(array).all():
        at = int(np.flatnonzero(~np.isfinite(array))[0])
        raise CorruptFileError(f"{key} must be finite, found {values[at]} at position {at}")
    return array


def refuse_duplicates(key: str, words: list[Any]) -> None:
    if len(set(words)) == len(words):
        return
    first: dict[Any, int] = {}
    for at, word in enumerate(words):
        if first.setdefault(word, at) != at:
            raise CorruptFileError(f"{key} holds {word!r} at positions {first[word]} and {at}")


def whole(key: str, value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise CorruptFileError(f"{key} must be a whole number from 0, found {value!r:.100}")
    return value


def number(key: str, value: Any) -> float:
    try:
        if type(value) in (int, float) and math.isfinite(value):
            return value  # type: ignore[no-any-return]  # an int stays an int, and is written as one
    except OverflowError:
        pass
    raise CorruptFileError(f"{key} must be a finite number, found {value!r:.100}")
