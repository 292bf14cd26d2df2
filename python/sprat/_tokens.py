"""Texts as the token ids of a neural model, by its own ``tokenizer.json``."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprat._extras import missing
from sprat.errors import CorruptFileError, InvalidArgumentError, MissingFileError

# So much text is tokenized and sorted by length at a time.
_TEXTS_PER_CHUNK = 1024
_CHARACTERS_PER_CHUNK = 1 << 22


class TokenIds:
    """Token ids of texts, one after another: text ``i`` is ``ids[indptr[i]:indptr[i + 1]]``."""

    __slots__ = ("ids", "indptr")

    def __init__(self, lists: Sequence[Sequence[int]]) -> None:
        self.indptr: NDArray[np.int64] = np.zeros(len(lists) + 1, np.int64)
        np.cumsum([len(ids) for ids in lists], out=self.indptr[1:])
        self.ids: NDArray[np.int32] = np.fromiter(chain.from_iterable(lists), np.int32, int(self.indptr[-1]))


class Tokenizer:
    """The tokenizer of a model: text in, ids out, cut at the model's limit.

    Parameters
    ----------
    path : Path
        A ``tokenizer.json`` of Hugging Face's tokenizers.
    max_length : int or None
        Ids per text, special ones included; None takes the limit that the file names, if it does.

    Raises
    ------
    MissingExtraError, MissingFileError, CorruptFileError
        If the library is not installed, there is no such file, or it is not a tokenizer.
    InvalidArgumentError
        If ``max_length`` leaves no place between the special tokens.
    """

    def __init__(self, path: Path, max_length: int | None) -> None:
        try:
            import tokenizers
        except ImportError as error:
            raise missing("tokenizers", "a neural model", "splade") from error
        if not path.is_file():
            raise MissingFileError(f"{path}: there is no such file")
        self._path = path
        try:
            self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises nothing narrower
            raise CorruptFileError(f"{path}: not a tokenizer: {error}") from error
        limit = (self._tokenizer.truncation or {}).get("max_length")
        padding = self._tokenizer.padding or {}
        self.padding: int = int(padding.get("pad_id", self._id_of_padding()))
        self.max_length = min((value for value in (max_length, limit) if value is not None), default=None)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.special_ids = frozenset(
            number for number, token in self._tokenizer.get_added_tokens_decoder().items() if token.special
        )
        if self.max_length is not None:
            added = self._tokenizer.num_special_tokens_to_add(False)
            if self.max_length <= added:
                raise InvalidArgumentError(
                    f"max_length must exceed the {added} special tokens of a text, got {self.max_length}"
                )
            self._tokenizer.enable_truncation(self.max_length)
        # Without places in the text, which nobody needs; older releases do not offer it.
        self._encode = getattr(self._tokenizer, "encode_batch_fast", self._tokenizer.encode_batch)
        self._truncated = 0
        self._lock = threading.Lock()  # guards _truncated

    def __len__(self) -> int:
        """One more than the largest id."""
        ids = self._tokenizer.get_vocab(with_added_tokens=True).values()
        return max(ids, default=-1) + 1

    @property
    def truncated_count(self) -> int:
        """How many texts were cut so far."""
        return self._truncated

    def token(self, number: int) -> str | None:
        """Return the token with this id, or None if there is none."""
        token: str | None = self._tokenizer.id_to_token(number)
        return token

    def id_of(self, token: str) -> int | None:
        """Return the id of a token, or None if there is none."""
        number: int | None = self._tokenizer.token_to_id(token)
        return number

    def ids(self, texts: Sequence[str], *, special: bool = True) -> TokenIds:
        """Return the ids of each text, with the special tokens of the model unless ``special`` is false.

        Raises
        ------
        CorruptFileError
            If the tokenizer has no id for what a text holds.
        """
        given = list(map(_whole, texts))
        try:
            encodings = self._encode(given, add_special_tokens=special)
        except Exception as error:
            if type(error) is not Exception:  # the library raises nothing narrower for faults of a tokenizer
                raise
            raise CorruptFileError(f"{self._path}: cannot encode: {error}") from error
        lists = [encoding.ids for encoding in encodings]
        cut = sum(
            len(ids) == self.max_length and bool(encoding.overflowing)
            for ids, encoding in zip(lists, encodings)
        )
        if cut:
            with self._lock:
                self._truncated += cut
        return TokenIds(lists)

    def _id_of_padding(self) -> int:
        known = (self._tokenizer.token_to_id(token) for token in ("[PAD]", "<pad>"))
        return next((number for number in known if number is not None), 0)


def _whole(text: str) -> str:
    """Return ``text`` with lone surrogates, which no tokenizer takes, as replacement characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def chunks(texts: Iterator[str]) -> Iterator[list[str]]:
    """Cut ``texts`` into lists of a size that does not depend on what is done with them."""
    chunk: list[str] = []
    size = 0
    for text in texts:
        chunk.append(text)
        size += len(text)
        if len(chunk) == _TEXTS_PER_CHUNK or size >= _CHARACTERS_PER_CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
