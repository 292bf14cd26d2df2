"""A document that a search found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sprat.analysis import Token
from sprat.errors import InvalidArgumentError
from sprat.retriever.explanation import highlights
from sprat.retriever.ids import Id
from sprat.retriever.texts import Texts

_SHOWN_CHARACTERS = 60


class _Text(NamedTuple):
    """A text by itself, where :class:`Texts` may stand."""

    text: str

    def read(self, place: object) -> str:
        return self.text


class Hit:
    """A document found, with its score.

    Two hits are equal if their ids and scores are. Attributes that need the text read it when they are
    asked for, from what the document was when it was found.
    """

    __slots__ = ("_encoder", "_place", "_query", "_texts", "id", "score")

    id: Id  #: as it was given
    score: float  #: a float32

    def __init__(
        self,
        id: Id,
        score: float,
        texts: Texts | _Text | None = None,
        place: Any = None,
        encoder: Any = None,
        query: Any = None,
    ) -> None:
        self.id = id
        self.score = score
        self._texts = texts
        self._place = place
        self._encoder = encoder
        self._query = query

    @property
    def text(self) -> str | None:
        """The text of the document; None if texts are not stored.

        Raises
        ------
        CorruptFileError
            If the file that holds it was changed.
        """
        return None if self._texts is None else self._texts.read(self._place)

    @property
    def highlights(self) -> list[Token]:
        """The tokens of the text that are terms of the query, with their places, in order.

        Raises
        ------
        InvalidArgumentError
            If the text is not stored, or the encoder cannot tell where its terms stand: its analyzer has
            normalizers or is a Python callable, or the encoder has none.
        """
        if self._query is None:
            raise InvalidArgumentError(
                "a hit that was pickled cannot tell where the terms of its query stand"
            )
        text = self.text
        if text is None:
            raise InvalidArgumentError("the texts are not stored: a hit cannot tell where its terms stand")
        return highlights(self._encoder, self._query, text)

    def __copy__(self) -> Hit:
        return self

    def __reduce__(self) -> tuple[type[Hit], tuple[Any, ...]]:
        """Pickle with the text; where its terms stand is not told any more."""
        text = self.text
        return Hit, (self.id, self.score, None if text is None else _Text(text))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Hit):
            return NotImplemented
        return (self.id, self.score) == (other.id, other.score)

    def __hash__(self) -> int:
        return hash((self.id, self.score))

    def _repr_html_(self) -> str:
        return Hits([self])._repr_html_()

    def __repr__(self) -> str:
        text = self.text
        if text is None:
            return f"Hit(id={self.id!r}, score={self.score:.6g})"
        start = " ".join(text[: 2 * _SHOWN_CHARACTERS].split())
        shown = start if len(start) <= _SHOWN_CHARACTERS else start[: _SHOWN_CHARACTERS - 1] + "…"
        return f"Hit(id={self.id!r}, score={self.score:.6g}, text={shown!r})"


class Hits(list[Hit]):
    """The hits of one query, best first: a list, which notebooks show as a table."""

    __slots__ = ("_query",)

    def __init__(self, hits: Iterable[Hit] = (), query: Any = None) -> None:
        super().__init__(hits)
        self._query = query

    def _repr_html_(self) -> str:
        from sprat._pages.hits import hits_fragment  # not before anyone looks at it

        return hits_fragment(self, self._query)
