"""NumPy's file format, read where it lies."""

import io
import tokenize
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat.errors import CorruptFileError

_HEAD_BYTES = 1 << 20


def array_in(content: NDArray[np.uint8], path: Path) -> NDArray[Any]:
    """Return the array of a file with this ``content``, which is not copied; nothing is ever unpickled.

    Raises
    ------
    CorruptFileError
        If it is no such file, or cut short.
    """
    head = io.BytesIO(content[:_HEAD_BYTES].tobytes())
    try:
        version = np.lib.format.read_magic(head)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read(head)
        if dtype.hasobject:
            raise ValueError("it holds Python objects")
        body = content[head.tell() :]
        return body[: dtype.itemsize * int(np.prod(shape))].view(dtype).reshape(shape)
    except (ValueError, SyntaxError, tokenize.TokenError) as error:  # the header is a Python literal
        raise CorruptFileError(f"{path}: not an array: {error}") from None
