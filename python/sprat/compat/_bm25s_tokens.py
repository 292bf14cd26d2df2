"""bm25s's ``tokenize``: texts to ids, and the vocabulary that they belong to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat import _core
from sprat._counting import GrowingIds
from sprat._stages import one_of, stop_words
from sprat._texts import as_texts, checked
from sprat.analysis import Analyzer
from sprat.errors import InvalidArgumentError

TOKEN_PATTERN = r"(?u)\b\w\w+\b"

_MOST = (1 << 31) - 1
# Where bm25s's list is NLTK's, by the names it has there
_NLTK = {
    "german": "de",
    "dutch": "nl",
    "french": "fr",
    "spanish": "es",
    "portuguese": "pt",
    "italian": "it",
    "russian": "ru",
    "swedish": "sv",
    "norwegian": "no",
    "chinese": "zh",
}
# What NLTK's English list has gained since bm25s took it as "english_plus"
_GAINED = (
    "he'd he'll he's i'd i'll i'm it'd it'll i've she'd she'll "
    "they'd they'll they're they've we'd we'll we're we've"
).split()

Stemmer = Callable[[Sequence[str]], Sequence[str]]


class Tokenized(NamedTuple):
    """Documents as ids of a vocabulary."""

    ids: list[list[int]]
    vocab: dict[str, int]


def tokenize(
    texts: str | Iterable[str],
    lower: bool = True,
    token_pattern: str = TOKEN_PATTERN,
    stopwords: str | Sequence[str] | bool | None = "english",
    stemmer: Any = None,
    return_ids: bool = True,
    show_progress: bool = True,
    leave: bool = False,
    allow_empty: bool = True,
) -> Tokenized | list[list[str]]:
    """Cut texts into tokens, drop stop words, stem what is left.

    Parameters
    ----------
    texts : str or iterable of str
        One text counts as a list of it.
    lower, token_pattern
        Whether to lower the case, and a regular expression that finds the tokens. With the defaults the core
        does both.
    stopwords : str, sequence of str, bool or None
        ``"english"`` (or True), ``"english_plus"``, another language, words, or None for no stop words.
    stemmer : PyStemmer's Stemmer or callable, optional
        A callable gets distinct tokens and returns their stems.
    return_ids : bool, default True
        Whether to return ids and vocabulary, or the tokens themselves.
    allow_empty : bool, default True
        If not, a text without tokens has the token ``""``.
    show_progress, leave
        Taken and not used: there is no progress bar.

    Raises
    ------
    InvalidArgumentError
        If the stop words of a language are not those of bm25s here, or the stemmer is none.
    TypeError
        If a text is not a str; the message names its position.
    """
    every = [texts] if isinstance(texts, str) else as_texts(texts)
    words = _stop_words(stopwords)
    if lower and allow_empty and token_pattern == TOKEN_PATTERN:
        stages: list[dict[str, Any]] = [
            {"type": "length", "least": 2, "most": _MOST},
            {"type": "stop_words", "words": words},
        ]
        vocabulary = _core.Vocabulary()
        # What a capital sigma becomes depends on the text around its word, and "words" lowers each by itself.
        lowered = (text.lower() if "Σ" in text else text for text in checked(every))
        indptr, ids = Analyzer.from_stages({"type": "words"}, filters=stages).term_ids(lowered, vocabulary)
        tokens = vocabulary.terms()
    else:
        indptr, ids, tokens = _found(every, lower, token_pattern, frozenset(words), allow_empty)
    if stemmer is not None:
        growing = GrowingIds()
        stems = [growing[stem] for stem in _stemmer(stemmer)(tokens)]
        ids, tokens = np.array(stems, np.int64)[ids], list(map(str, growing))
    rows = [ids[start:end].tolist() for start, end in pairwise(indptr.tolist())]
    if return_ids:
        return Tokenized(rows, {token: number for number, token in enumerate(tokens)})
    return [[tokens[number] for number in row] for row in rows]


def convert_tokenized_to_string_list(tokenized: Tokenized) -> list[list[str]]:
    """Return the tokens that the ids stand for."""
    tokens = {number: token for token, number in tokenized.vocab.items()}
    return [[tokens[number] for number in row] for row in tokenized.ids]


def ids_of(corpus: Any) -> tuple[NDArray[np.int64], list[int], dict[Any, int]]:
    """Return the ids of all tokens one after another, the lengths of the documents, and the vocabulary."""
    if hasattr(corpus, "ids") and hasattr(corpus, "vocab"):
        corpus = (corpus.ids, corpus.vocab)
    lengths: list[int] = []

    def noted(documents: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
        for document in documents:
            lengths.append(len(document))
            yield document

    if isinstance(corpus, tuple) and len(corpus) == 2 and isinstance(corpus[1], dict):
        ids = np.fromiter(chain.from_iterable(noted(corpus[0])), np.int64)
        vocab = dict(corpus[1])
    else:
        growing = GrowingIds()
        ids = np.fromiter(map(growing.__getitem__, chain.from_iterable(noted(corpus))), np.int64)
        vocab = dict(growing)
        if vocab and isinstance(next(iter(vocab)), int):  # ids stay what they are
            ids = np.array(list(vocab), np.int64)[ids]
            vocab = {number: number for number in vocab}
    return ids, lengths, vocab


def _found(
    texts: Iterable[str], lower: bool, token_pattern: str, words: frozenset[str], allow_empty: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[Any]]:
    """Do in Python what the core does not."""
    find, growing = re.compile(token_pattern).findall, GrowingIds()
    ids: list[int] = []
    indptr = [0]
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"texts[{position}] must be str, got {type(text).__name__}")
        found = find(text.lower() if lower else text)
        if not found and not allow_empty:
            found = [""]
        ids += [growing[token] for token in found if token not in words]
        indptr.append(len(ids))
    return np.array(indptr, np.int64), np.array(ids, np.int64), list(growing)


def _stop_words(stopwords: Any) -> list[str]:
    if stopwords is None or stopwords is False:
        return []
    if stopwords is True or stopwords in ("english", "en"):
        return stop_words("lucene")
    if stopwords in ("english_plus", "en_plus"):
        return [word for word in stop_words("english") if word not in _GAINED]
    if not isinstance(stopwords, str):
        return list(stopwords)
    language = {code: name for name, code in _NLTK.items()}.get(stopwords, stopwords)
    if language not in _NLTK:
        known = one_of(["english", "english_plus", *_NLTK])
        raise InvalidArgumentError(f"stopwords must be {known}, or a list of words, got {stopwords!r}")
    return stop_words(language)


def _stemmer(stemmer: Any) -> Stemmer:
    if hasattr(stemmer, "stemWords"):
        return stemmer.stemWords  # type: ignore[no-any-return]
    if callable(stemmer):
        return stemmer  # type: ignore[no-any-return]
    raise InvalidArgumentError(f"stemmer must be callable or have stemWords, got {type(stemmer).__name__}")
