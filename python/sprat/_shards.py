"""Where a term comes first in a collection of shards: one number per term, which `min` merges.

A first position is shard × 2³² + the term's number among the terms of that shard. So terms by ascending first
position are in the order of first occurrence in the documents of all shards, by ascending shard. No two terms
have the same one.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat.errors import InvalidArgumentError

SHARDS = 1 << 31
_PER_SHARD = 32  # bits


def checked(shard: Any) -> int:
    if isinstance(shard, (int, np.integer)) and not isinstance(shard, bool) and 0 <= shard < SHARDS:
        return int(shard)
    raise InvalidArgumentError(f"shard must be a whole number from 0 to {SHARDS - 1}, got {shard!r}")


def together(shards: tuple[int, ...], others: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shards of both, which have none in common."""
    if bool(shards) != bool(others):
        raise InvalidArgumentError(
            "statistics of numbered shards merge with such only: the place of others among them is not known"
        )
    if twice := sorted(set(shards).intersection(others)):
        raise InvalidArgumentError(f"shard {twice[0]} is in both statistics: it would count twice")
    return tuple(sorted(shards + others))


def following(known: NDArray[np.int64], shard: int, count: int) -> NDArray[np.int64]:
    """Return first positions of ``count`` more terms of the last shard, behind those that are ``known``."""
    start = max(int(known[-1]) + 1 if len(known) else 0, shard << _PER_SHARD)
    return np.concatenate([known, start + np.arange(count, dtype=np.int64)])


def earliest(
    known: NDArray[np.int64], others: NDArray[np.int64], ids: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """Merge first positions of ``count`` terms: ``known`` by id, ``others`` at ``ids``.

    Returns
    -------
    first : int64 array of shape (count,)
        Ascending.
    order : int64 array of shape (count,), or None
        The ids in the order of their first positions; None if they are in order.
    """
    first = np.full(count, np.iinfo(np.int64).max)
    first[: len(known)] = known
    first[ids] = np.minimum(first[ids], others)
    if (first[1:] > first[:-1]).all():
        return first, None
    order = np.argsort(first)
    return first[order], order
