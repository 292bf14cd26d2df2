"""Arguments that are numbers, valid once: checked at the door, and named in the message if they are wrong."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat.errors import InvalidArgumentError


def finite(name: str, value: Any, *, low: float = -math.inf, high: float = math.inf) -> float:
    """Return ``value`` as the int or float it is: a saved int stays an int."""
    if isinstance(value, np.generic):
        value = value.item()
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and is_finite(value) and low <= value <= high:
        return value  # type: ignore[no-any-return]
    if low == -math.inf:
        allowed = "a finite number"
    else:
        allowed = f"a finite number of at least {low}" if high == math.inf else f"between {low} and {high}"
    raise InvalidArgumentError(f"{name} must be {allowed}, got {value!r}")


def is_finite(number: Any) -> bool:
    """Whether a number is finite and fits a double."""
    try:
        return math.isfinite(number)
    except OverflowError:  # an int
        return False


def instance(name: str, value: Any, kind: type) -> None:
    """Refuse a ``value`` of another type."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be {kind.__name__}, got {type(value).__name__}")


def whole(name: str, value: Any, *, low: int, bits: int = 31) -> int:
    """Return ``value``, a whole number from ``low`` to what so many ``bits`` hold, as an int."""
    integral = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not integral or not low <= value < 1 << bits:
        raise InvalidArgumentError(f"{name} must be a whole number from {low}, got {value!r}")
    return int(value)


def thread_count(threads: Any) -> int:
    """Return ``threads`` as an int; 0 means one per core."""
    whole = isinstance(threads, (int, np.integer)) and not isinstance(threads, bool)
    if not whole or not 0 <= threads < 1 << 31:
        raise InvalidArgumentError(f"threads must be a whole number from 0 (one per core), got {threads!r}")
    return int(threads)


def one_for_each_term(name: str, values: Any, term_count: int) -> NDArray[np.int64]:
    """Return a read-only view of ``values``, or a copy if they are not int64."""
    array = np.asarray(values)
    if array.shape != (term_count,) or (array.size and array.dtype.kind not in "iu"):
        raise InvalidArgumentError(
            f"{name} must be whole numbers, one for each of {term_count} terms, "
            f"got {array.dtype} of shape {array.shape}"
        )
    view = array.astype(np.int64, copy=False).view()
    view.flags.writeable = False
    return view


def query_term_frequency(value: Any) -> str | float:
    """Return how often a repeated query term counts: ``"count"``, ``"unique"``, or a k3."""
    if isinstance(value, str):
        if value not in ("count", "unique"):
            raise InvalidArgumentError(
                f"query_term_frequency must be 'count', 'unique' or a k3 of at least 0, got {value!r}"
            )
        return value
    return finite("query_term_frequency", value, low=0)
