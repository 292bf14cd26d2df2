"""What if a collection, or a table, of that name is there?"""

from typing import Any

from sprat._stages import one_of
from sprat.errors import InvalidArgumentError

EXISTS = ("error", "replace", "append")


def checked_exists(exists: Any) -> None:
    if exists not in EXISTS:
        raise InvalidArgumentError(f"exists must be {one_of(list(EXISTS))}, got {exists!r}")


def refuse_existing(there: bool, exists: str, what: str) -> None:
    if there and exists == "error":
        raise InvalidArgumentError(
            f"{what} is there already: exists='replace' makes it anew, exists='append' adds to it"
        )
