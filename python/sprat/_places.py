"""Where each word of a tokenizer stands in the text."""

from __future__ import annotations

import re

from sprat import _core
from sprat._stages import Stage
from sprat.errors import InvalidArgumentError

_QUOTES = ('"', "``", "''")
_EXACT = (
    "nltk",
    "whitespace",
    "unicode",
    "cjk-bigram",
    "lucene",
    "jieba",
    "mecab",
)  # cut, and change no letter


def words_in(text: str, tokenizer: Stage) -> list[tuple[str, int, int]]:
    """Return each word, where it starts and where it ends.

    Raises
    ------
    InvalidArgumentError
        If the tokenizer may change what it cuts.
    """
    kind = tokenizer.description["type"]
    if kind == "regex":
        pattern = re.compile(tokenizer.description["pattern"])
        group = pattern.groups  # 0 or 1
        return [(found.group(group) or "", *found.span(group)) for found in pattern.finditer(text)]
    if kind == "words":
        runs = re.finditer(r"\w+", text)
        return [(word, *run.span()) for run in runs for word in re.findall(r"\w+", run.group().lower())]
    if kind not in _EXACT:
        raise InvalidArgumentError(f"the tokenizer {kind!r} cannot tell where its tokens stand")
    if tokenizer.native is not None:
        words = _core.Analyzer(*tokenizer.native, []).tokenize([text], 1)[0]
    else:
        assert tokenizer.function is not None
        words = tokenizer.function(text)
    return _found(text, words, kind)


def _found(text: str, words: list[str], kind: str) -> list[tuple[str, int, int]]:
    """Find each word, in order.

    NLTK writes every quotation mark as two backticks or apostrophes. A pair of characters begins inside
    the pair before it.
    """
    places: list[tuple[str, int, int]] = []
    begin = end = 0
    for word in words:
        inside = range(begin + 1, end) if kind == "cjk-bigram" else range(0)
        overlaps = (at for at in inside if at + len(word) > end and text.startswith(word, at))
        begin = next(overlaps, -1)
        written = word
        if begin < 0:
            while not text.startswith(word, end) and end < len(text) and text[end].isspace():
                end += 1
            if kind == "nltk" and word in _QUOTES:
                written = next((mark for mark in _QUOTES if text.startswith(mark, end)), word)
            begin = text.index(written, end)
        end = begin + len(written)
        places.append((word, begin, end))
    return places
