"""What if a collection, or a table, of that name is there?"""

from typing import Any

from sprat._stages import one_of
from sprat.errors import InvalidArgumentError

EXISTS = ("error", "replace", "append")


def is_made_anew(there: bool, exists: Any, what: str) -> bool:
    """Return whether it is to be made, rather than added to.

    Raises
    ------
    InvalidArgumentError
        If there is one, and nobody said what to do about it.
    """
    if exists not in EXISTS:
        raise InvalidArgumentError(f"exists must be {one_of(list(EXISTS))}, got {exists!r}")
    if there and exists == "error":
        raise InvalidArgumentError(
            f"{what} is there already: exists='replace' makes it anew, exists='append' adds to it"
        )
    return not there or exists != "append"
