"""What counts as texts: any iterable or column of ``str``, turned into something to iterate over once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from sprat import _core
from sprat.errors import InvalidArgumentError

_SLICE = 4096  # elements of a column that are Python objects at one time


def as_texts(texts: Any, name: str = "texts", kind: str = "str") -> Iterable[Any]:
    """Return an iterable over the elements of ``texts``, as Python objects.

    Parameters
    ----------
    texts : iterable of str
        A list, a generator, a file, a one-dimensional NumPy array, a pandas or polars Series, or an
        Arrow Array or ChunkedArray. A column is converted a slice at a time. The elements are not
        looked at: whoever reads them reports one that is not a str by its position.
    name, kind : str
        What a message calls the argument, and its elements.

    Raises
    ------
    TypeError
        If ``texts`` is a single str or bytes, None, a mapping (its keys or its values?), a table or an
        array of more than one dimension (which column?), or cannot be iterated over.
    """
    if isinstance(texts, (list, tuple)):
        return texts
    shape = getattr(texts, "shape", None)
    if isinstance(texts, (str, bytes, bytearray)):
        got = f"one {'str' if isinstance(texts, str) else type(texts).__name__}; wrap it in a list"
    elif isinstance(texts, Mapping):
        got = f"a {type(texts).__name__}; pass its values"
    elif (
        hasattr(type(texts), "columns")
        or hasattr(type(texts), "schema")
        or (isinstance(shape, tuple) and len(shape) != 1)
    ):
        got = f"a {type(texts).__name__} that is not one column"
    elif isinstance(texts, np.ndarray):
        return _sliced(len(texts), lambda start: texts[start : start + _SLICE].tolist())
    elif hasattr(texts, "to_pylist") and hasattr(texts, "slice"):  # Arrow: iterating would give its scalars
        return _sliced(len(texts), lambda start: texts.slice(start, _SLICE).to_pylist())
    else:
        try:
            elements: Iterator[Any] = iter(texts)
        except TypeError:
            got = "None" if texts is None else type(texts).__name__
        else:
            return elements
    raise TypeError(f"{name} must be an iterable of {kind}, got {got}")


class Columns:
    """Texts that come in columns: lists of str, or what the core reads where they lie. Read once."""

    def __init__(self, columns: Iterable[list[str] | _core.TextColumn]) -> None:
        self._columns = columns

    def __iter__(self) -> Iterator[str]:
        for column in self._columns:
            yield from column if isinstance(column, list) else column.strings(0, len(column))

    def __sprat_columns__(self) -> Iterator[str | _core.TextColumn]:
        """Iterate over texts and columns, for :func:`as_documents`."""
        for column in self._columns:
            if isinstance(column, list):
                yield from column
            else:
                yield column


def as_documents(texts: Any) -> Iterable[Any]:
    """Return an iterable as :func:`as_texts` does, in which also columns of texts may stand for the core.

    Texts of an Arrow column (of pyarrow, polars or pandas, or whatever has ``__arrow_c_stream__``) and of
    :func:`sprat.read` are read where they lie: no Python object is made of each.
    """
    columns = getattr(type(texts), "__sprat_columns__", None)
    if columns is not None:
        return columns(texts)  # type: ignore[no-any-return]
    array: Any = getattr(texts, "array", None)  # of a pandas Series, whose own export may copy it whole
    held = array.__arrow_array__() if "Arrow" in type(array).__name__ else texts
    if hasattr(held, "__arrow_c_stream__") or hasattr(held, "__arrow_c_array__"):
        try:
            if hasattr(held, "__arrow_c_array__"):
                return [_core.TextColumn(*held.__arrow_c_array__())]
            return _core.ColumnStream(held.__arrow_c_stream__())
        except InvalidArgumentError:
            pass  # a type that is not one of strings: its elements will say which
    return as_texts(texts)


def checked(texts: Iterable[Any]) -> Iterator[str]:
    """Iterate over ``texts``; one that is not a str is a TypeError naming its position."""
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"texts[{position}] must be str, got {type(text).__name__}")
        yield text


def is_unicode(text: str) -> bool:
    """Whether UTF-8, and so Parquet, can hold it: no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sliced(length: int, elements_from: Callable[[int], list[str]]) -> Iterator[str]:
    for start in range(0, length, _SLICE):
        yield from elements_from(start)
