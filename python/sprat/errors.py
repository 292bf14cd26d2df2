"""Errors of sprat: one tree, whose members are also the builtin error one would expect.

``except SpratError`` catches everything that sprat raises on purpose; ``except ValueError`` and its kin
keep working. A message says what was wrong, the value found, and what is allowed.
"""

__all__ = [
    "AnalyzerVersionWarning",
    "CorruptFileError",
    "EmptyCorpusError",
    "FrozenStatisticsError",
    "InvalidArgumentError",
    "MissingExtraError",
    "MissingFileError",
    "NotFittedError",
    "ServiceError",
    "SpratError",
    "UnknownDimensionError",
    "UnknownLanguageError",
    "UnsupportedVersionError",
]


class SpratError(Exception):
    """Root of the tree."""


class InvalidArgumentError(SpratError, ValueError):
    """An argument has a value that is not allowed."""


class UnknownLanguageError(InvalidArgumentError, OSError):
    """There are no stop words for a language; NLTK says so with the OSError of a missing file."""


class EmptyCorpusError(InvalidArgumentError, ZeroDivisionError):
    """A fit found no document, or no term in any document: there is nothing to divide by."""


class FrozenStatisticsError(InvalidArgumentError, RuntimeError):
    """Statistics without document frequencies were to be changed or compared: they cannot be."""


class NotFittedError(SpratError, RuntimeError):
    """Encoding or saving was asked of an encoder that has neither been fitted nor loaded."""


class CorruptFileError(SpratError, ValueError):
    """A file does not hold what its format demands, or was changed after it was written."""


class UnsupportedVersionError(SpratError, ValueError):
    """A file or a description is of a version that this release does not know."""


class MissingFileError(SpratError, RuntimeError):
    """A file that :mod:`sprat.model` should read is not there, or cannot be opened."""


class MissingExtraError(SpratError, ImportError):
    """An optional library is not installed; the message names the extra that brings it."""


class ServiceError(SpratError, RuntimeError):
    """A service refused a request, gave no answer, or one that cannot be read.

    The message names the service, the status and the texts asked about, and never a key.

    Attributes
    ----------
    service : str
    status : int or None
        HTTP status; None if there was no answer, or none that can be read.
    """

    def __init__(self, message: str, *, service: str, status: int | None) -> None:
        super().__init__(message)
        self.service = service
        self.status = status


class UnknownDimensionError(InvalidArgumentError, KeyError):
    """The length of a model's vectors is not known before the first is made."""

    __str__ = Exception.__str__  # KeyError would show the message in quotes


class AnalyzerVersionWarning(UserWarning):
    """A saved analyzer was made with another version of a library that decides what the tokens are."""
