"""From the scores of all documents to the few that matter: "who may be among the n best?" """

from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK = 64


def contenders(scores: NDArray[Any], n: int) -> NDArray[np.int64]:
    """Return, ascending, the n best documents and those that tie with the last; 0 < n <= len(scores)."""
    blocks = len(scores) // _BLOCK
    if n <= blocks:  # n blocks have a best of at least this, so n documents have
        bests = scores[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        top = np.flatnonzero(scores >= np.partition(bests, -n)[-n])
    else:
        top = np.arange(len(scores))
    best: NDArray[np.int64] = top[scores[top] >= np.partition(scores[top], -n)[-n]]
    return best
