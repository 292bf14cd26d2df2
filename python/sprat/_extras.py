"""Is an optional library there? If not, which extra brings it?"""

import importlib.util

from sprat.errors import MissingExtraError


def require(module: str, what: str, extra: str) -> None:
    """Raise MissingExtraError unless ``module`` can be imported. Nothing is imported but parent packages."""
    try:
        found = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # a parent package is missing
        found = False
    if not found:
        raise missing(module, what, extra)


def missing(module: str | None, what: str, extra: str) -> MissingExtraError:
    """Return the error to raise where ``module``, as an ImportError names it, is not there."""
    return MissingExtraError(f"{what} needs {module}: run `pip install 'sprat[{extra}]'`")
