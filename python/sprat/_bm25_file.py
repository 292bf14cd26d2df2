"""The BM25 file: pymilvus.model's JSON with one key of ours behind it. docs/formats.md gives every field."""

import json
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat._arguments import query_term_frequency
from sprat._checked import listed, number, numbers, refuse_duplicates, refuse_unwritable, whole
from sprat._closing import closed, is_closed
from sprat._counting import TextAnalyzer, native_analyzer
from sprat._terms import Terms
from sprat.analysis import Analyzer
from sprat.errors import CorruptFileError, InvalidArgumentError, UnsupportedVersionError
from sprat.hashed import HashedVocabulary
from sprat.statistics import CollectionStatistics

FORMAT = 3  # 1 or 2 where the weighting is as it always was, 1 where the vocabulary is exact too
KEYS = ("corpus_size", "avgdl", "idf_word", "idf_value", "k1", "b", "epsilon")  # without "version": see there

_CLOSING_BYTES = len(closed("")) + 1  # of the checksum and two braces, which end a file with our key


class Weighting(NamedTuple):
    """What a formula needs beside k1, b and epsilon."""

    delta: float | None = None
    query_term_frequency: str | float = "count"
    term_k1: NDArray[np.float64] | None = None  # of "bm25-adpt", by term

    def described(self) -> dict[str, Any] | None:
        """Return what a file says of it; None if nothing."""
        if self.delta is None and self.query_term_frequency == "count" and self.term_k1 is None:
            return None
        return {
            "delta": self.delta,
            "query_term_frequency": self.query_term_frequency,
            "term_k1": None if self.term_k1 is None else self.term_k1.tolist(),
        }


_USUAL = Weighting()


class Extension(NamedTuple):
    """What the ``"sprat"`` key holds beside its version and checksum."""

    variant: str
    document_count: int
    token_count: int
    document_frequency: list[int] | None  # None: not known
    analyzer: dict[str, Any] | None  # None: a Python callable, which a file cannot hold
    vocabulary: str | None = None  # the hash of a hashed vocabulary, whose ids stand for words; None: exact
    weighting: dict[str, Any] | None = None  # None: the usual


class SavedBM25(NamedTuple):
    """A file's content, checked."""

    corpus_size: int
    avgdl: float
    words: list[Any]  # distinct; str unless an analyzer made other tokens
    idf: NDArray[np.float64]  # finite, one per word
    k1: float
    b: float
    epsilon: float
    extension: Extension | None
    weighting: Weighting = _USUAL

    def statistics(self, analyzer: Mapping[str, Any] | None = None) -> CollectionStatistics:
        """Return the file's statistics; without our key the document frequencies are not known."""
        terms = Terms(self.words)
        if self.extension is None:
            # avgdl is a quotient rounded once, so this is the number of tokens it was made from
            tokens = round(self.avgdl * self.corpus_size)
            return CollectionStatistics(self.corpus_size, tokens, None, terms, analyzer)
        frequencies = self.extension.document_frequency
        return CollectionStatistics(
            self.extension.document_count,
            self.extension.token_count,
            None if frequencies is None else np.array(frequencies, np.int64),
            terms,
            analyzer,
            self.extension.vocabulary,
        )


def extension(
    variant: str,
    statistics: CollectionStatistics,
    analyzer: TextAnalyzer,
    vocabulary: str | None = None,
    weighting: Weighting = _USUAL,
) -> Extension:
    """Gather what the ``"sprat"`` key says."""
    frequencies = statistics.document_frequency
    native = native_analyzer(analyzer)
    return Extension(
        variant,
        statistics.document_count,
        statistics.token_count,
        None if frequencies is None else frequencies.tolist(),
        native.to_dict() if native is not None and native.is_data else None,
        vocabulary,
        weighting.described(),
    )


def described_vocabulary(name: str, extension: Extension | None) -> HashedVocabulary | None:
    """Return the hashed vocabulary that a file of that name describes; None if it is exact."""
    if extension is None or extension.vocabulary is None:
        return None
    try:
        return HashedVocabulary(extension.vocabulary)
    except InvalidArgumentError as error:
        raise UnsupportedVersionError(f"{name}: {error}") from error


def described_analyzer(name: str, extension: Extension | None) -> Analyzer:
    """Return the analyzer that a file of that name describes."""
    return Analyzer("en") if extension is None else restored_analyzer(name, extension.analyzer)


def restored_analyzer(name: str, description: dict[str, Any] | None) -> Analyzer:
    """Return the analyzer of a description found in a file of that name."""
    if description is None:
        raise InvalidArgumentError(
            f"{name}: fitted with a Python callable, which a file cannot hold; pass it as analyzer="
        )
    try:
        return Analyzer.from_dict(description)
    except InvalidArgumentError as error:
        raise CorruptFileError(f"{name}: {error}") from error


def dump(
    *,
    corpus_size: int,
    avgdl: float,
    words: Sequence[Any],
    idf: Sequence[Any],
    k1: float,
    b: float,
    epsilon: float,
    extension: Extension | None,
) -> bytes:
    """Return what stands in the file. Numbers are written as they are held: an int stays an int.

    Raises
    ------
    InvalidArgumentError
        If it could not be read back: a term is neither a str nor a number, or is not what JSON makes of it
        (two surrogates that it joins), or a number is not finite.
    """
    refuse_unwritable("the term", words)
    for name, value in [("avgdl", avgdl), ("k1", k1), ("b", b), ("epsilon", epsilon)]:
        if not math.isfinite(value):
            raise InvalidArgumentError(f"{name} must be finite to be saved, got {value!r}")
    good = set(map(type, idf)) <= {int, float} and all(map(math.isfinite, idf))
    for word, value in () if good else zip(words, idf):
        if type(value) not in (int, float) or not math.isfinite(value):
            raise InvalidArgumentError(f"idf of {word!r} must be a finite number to be saved, got {value!r}")
    before = {"version": "v1", "corpus_size": corpus_size, "avgdl": avgdl, "idf_word": words}
    after = {"k1": k1, "b": b, "epsilon": epsilon}
    text = f'{json.dumps(before)[:-1]}, "idf_value": {_numbers_text(idf)}, {json.dumps(after)[1:]}'
    if extension is not None:
        ours = {"format": FORMAT, **extension._asdict()}
        if extension.weighting is None:
            ours["format"] = 1 if extension.vocabulary is None else 2
            del ours["weighting"]
        if extension.vocabulary is None:
            del ours["vocabulary"]
        return closed(f'{text[:-1]}, "sprat": {json.dumps(ours)[:-1]}') + b"}"
    return text.encode("ascii")


def _numbers_text(values: Sequence[Any]) -> str:
    """Return what json.dumps does: in a third of the time, as a million terms have a thousand idf values."""
    texts: dict[float, str] = dict.fromkeys(values, "")
    if set(map(type, values)) != {float} or 0.0 in texts:  # 1 and 1.0, 0.0 and -0.0 are one key
        return json.dumps(values)
    texts = {value: repr(value) for value in texts}
    return f"[{', '.join(map(texts.__getitem__, values))}]"


def read(path: str | os.PathLike[str]) -> SavedBM25:
    """Read a file made by :func:`dump` or by pymilvus.model.

    Raises
    ------
    OSError
        If the file cannot be read.
    CorruptFileError
        If it is not what it should be; the message names the place.
    UnsupportedVersionError
        If a newer sprat wrote it.
    """
    with open(os.fspath(path), "rb") as file:
        content = file.read()
    try:
        parsed = json.loads(content)
    except json.JSONDecodeError as error:
        what = "not JSON"
        if error.msg == "Extra data":
            what = "no model, but several values of JSON, one behind the other, as documents are"
        raise CorruptFileError(f"{os.fspath(path)}: {what}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(f"{os.fspath(path)}: not JSON: {error}") from error
    return check(path, content, parsed)


def check(path: str | os.PathLike[str], content: bytes, parsed: Any) -> SavedBM25:
    """Make a file valid, once: ``parsed`` is the JSON value of ``content``; raises as :func:`read` does."""
    try:
        return _checked(content, parsed)
    except (CorruptFileError, UnsupportedVersionError) as error:
        raise type(error)(f"{os.fspath(path)}: {error}") from None


def _checked(content: bytes, parsed: Any) -> SavedBM25:
    if not isinstance(parsed, dict):
        raise CorruptFileError(f"expected a JSON object, found {type(parsed).__name__}")
    ours = _verified(content, parsed)
    for key in KEYS:
        if key not in parsed:
            raise CorruptFileError(f"{key} is missing")
    words = listed("idf_word", parsed["idf_word"], (str, int, float, bool, type(None)))
    idf = numbers("idf_value", parsed["idf_value"])
    if len(words) != len(idf):
        raise CorruptFileError(f"idf_word has {len(words)} entries, idf_value {len(idf)}")
    refuse_duplicates("idf_word", words)
    for at, word in enumerate(words if float in set(map(type, words)) else ()):
        if type(word) is float and not math.isfinite(word):
            raise CorruptFileError(f"idf_word holds {word} at position {at}")
    corpus_size = whole("corpus_size", parsed["corpus_size"])
    avgdl = number("avgdl", parsed["avgdl"])
    if avgdl < 0:
        raise CorruptFileError(f"avgdl must not be negative, found {avgdl}")
    if not avgdl * corpus_size < 1 << 63:
        raise CorruptFileError(f"avgdl {avgdl} of corpus_size {corpus_size} documents is not possible")
    k1, b, epsilon = (number(key, parsed[key]) for key in ("k1", "b", "epsilon"))
    if ours is None:
        return SavedBM25(corpus_size, avgdl, words, idf, k1, b, epsilon, None)
    more = _extension(ours, corpus_size, len(words))
    weighting = _weighting(more, len(words))
    return SavedBM25(corpus_size, avgdl, words, idf, k1, b, epsilon, more, weighting)


def _verified(content: bytes, parsed: dict[str, Any]) -> dict[str, Any] | None:
    """Return the value of our key once the checksum was found right; None in a file without our key.

    The key and the checksum vouch for each other, so that damage to either is not taken for a file of
    pymilvus.model.
    """
    content = content.rstrip()
    if "sprat" not in parsed and b'"crc32"' not in content[-_CLOSING_BYTES:]:
        return None
    ours = parsed.get("sprat")
    if isinstance(ours, dict) and isinstance(ours.get("format"), int) and ours["format"] > FORMAT:
        raise UnsupportedVersionError(
            f"written in format {ours['format']} by a newer sprat; this release reads up to {FORMAT}"
        )
    if not (content.endswith(b"}") and is_closed(content[:-1])):
        raise CorruptFileError("crc32 does not match: the file was changed after it was written")
    if not isinstance(ours, dict):
        raise CorruptFileError("sprat is missing")
    return ours


def _extension(ours: dict[str, Any], corpus_size: int, word_count: int) -> Extension:
    for key in ("format", *Extension._fields[:-2]):
        if key not in ours:
            raise CorruptFileError(f"sprat.{key} is missing")
    whole("sprat.format", ours["format"])
    if not isinstance(ours["variant"], str):
        raise CorruptFileError(f"sprat.variant must be a string, found {ours['variant']!r}")
    document_count = whole("sprat.document_count", ours["document_count"])
    if document_count != corpus_size:
        raise CorruptFileError(f"sprat.document_count is {document_count}, corpus_size {corpus_size}")
    frequencies = ours["document_frequency"]
    if frequencies is not None:
        listed("sprat.document_frequency", frequencies, (int,))
        if len(frequencies) != word_count:
            raise CorruptFileError(
                f"idf_word has {word_count} entries, sprat.document_frequency {len(frequencies)}"
            )
        if frequencies and not 0 <= min(frequencies) <= max(frequencies) <= document_count:
            raise CorruptFileError(f"sprat.document_frequency must lie between 0 and {document_count}")
    if not isinstance(ours["analyzer"], (dict, type(None))):
        raise CorruptFileError(f"sprat.analyzer must be an object or null, found {ours['analyzer']!r}")
    vocabulary = ours.get("vocabulary")
    if not isinstance(vocabulary, (str, type(None))):
        raise CorruptFileError(f"sprat.vocabulary must be a string, found {vocabulary!r}")
    if vocabulary is not None and frequencies is None:
        raise CorruptFileError("sprat.document_frequency must be a list with a hashed vocabulary")
    return Extension(
        ours["variant"],
        document_count,
        whole("sprat.token_count", ours["token_count"]),
        frequencies,
        ours["analyzer"],
        vocabulary,
        ours.get("weighting"),
    )


def _weighting(extension: Extension, word_count: int) -> Weighting:
    described: Any = extension.weighting
    if described is None:
        described = _USUAL._asdict()
    if not isinstance(described, dict) or set(described) != set(Weighting._fields):
        raise CorruptFileError(f"sprat.weighting must hold {', '.join(Weighting._fields)}")
    delta, counting, term_k1 = (described[key] for key in Weighting._fields)
    if delta is not None and number("sprat.weighting.delta", delta) < 0:
        raise CorruptFileError(f"sprat.weighting.delta must not be negative, found {delta}")
    try:
        counting = query_term_frequency(counting)
    except InvalidArgumentError as error:
        raise CorruptFileError(f"sprat.weighting: {error}") from None
    if (term_k1 is None) != (extension.variant != "bm25-adpt"):
        raise CorruptFileError(f"sprat.weighting.term_k1 does not go with variant {extension.variant!r}")
    if term_k1 is None:
        return Weighting(delta, counting)
    k1 = numbers("sprat.weighting.term_k1", term_k1)
    if len(k1) != word_count or not (k1 > 0).all():
        raise CorruptFileError(f"sprat.weighting.term_k1 must hold {word_count} numbers above 0")
    return Weighting(delta, counting, k1)
