"""The analyzers that have a name, as data. Those of pymilvus.model's languages give its tokens."""

from __future__ import annotations

import string
from typing import Any

from sprat._stages import PROFILES, SNOWBALL_3, SNOWBALL_3_LANGUAGES, one_of, stop_words
from sprat.errors import InvalidArgumentError

# pymilvus.model's three keys that are not ISO 639-1.
_ALIASES = {"sp": "es", "jp": "ja", "kr": "ko"}

_SNOWBALL = {
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "pt": "portuguese",
    "ru": "russian",
}

_FASTEMBED = "fastembed-"
_RUST = tuple(
    "arabic danish dutch english finnish french german greek hungarian italian norwegian portuguese romanian "
    "russian spanish swedish turkish".split()
)
_UNICODE = "unicode-"

_CJK_PUNCTUATION = (
    " 、＂＃＄％＆＇（）＊＋，－／：；＜＝＞＠［＼］＾＿｀｛｜｝～｟｠｢｣､〃〈〉《》"
    "「」『』【】〔〕〖〗〘〙〚〛〜〝〞〟〰–—‘’‛“”„‟…‧﹏﹑﹔·．！？｡。"
)
_JAPANESE_MARKS = "、。「」『』【】（）｛｝・：；！？ー〜…‥[]"

# More that NLTK has a Snowball stemmer for. It runs in Python, once per distinct word.
_MORE_SNOWBALL = {
    "ar": "arabic",
    "da": "danish",
    "fi": "finnish",
    "hu": "hungarian",
    "nl": "dutch",
    "no": "norwegian",
    "ro": "romanian",
    "sv": "swedish",
}

# Words of NLTK's English list that say where, when or how much. In a short query they are content ("after
# tax", "under 30", "more than one"), so unicode-en keeps them: what it drops is grammar alone.
_CONTENT = frozenset(
    "between into through during before after above below from up down out off over under again further once "
    "here there about against all any both each few more most other some such only own same so than too very "
    "just now".split()
)

_STEMMED = _SNOWBALL | _MORE_SNOWBALL
LANGUAGES = (*sorted([*_SNOWBALL, "ja", "ko", "zh"]), "unicode", "lucene-en")
NAMES = (  # every name, once
    *LANGUAGES,
    *(_UNICODE + code for code in sorted(_STEMMED)),
    *(_FASTEMBED + language for language in _RUST),
)


def describe(language: str, profile: str) -> dict[str, Any]:
    """Return the description of a language's analyzer.

    Raises
    ------
    InvalidArgumentError
        If there is none.
    """
    if profile not in PROFILES:
        raise InvalidArgumentError(f"profile must be {one_of(PROFILES)}, got {profile!r}")
    code = _ALIASES.get(language, language) if isinstance(language, str) else language
    if isinstance(code, str) and code.startswith(_FASTEMBED):
        return _fastembed(code.removeprefix(_FASTEMBED))
    if isinstance(code, str) and code.startswith(_UNICODE) and code.removeprefix(_UNICODE) in _STEMMED:
        return _unicode(_STEMMED[code.removeprefix(_UNICODE)])
    if code not in LANGUAGES:
        allowed = one_of(
            [*LANGUAGES, *_ALIASES, *(_UNICODE + c for c in sorted(_STEMMED)), _FASTEMBED + "english"]
        )
        raise InvalidArgumentError(f"language must be {allowed}, got {language!r}")
    if code in _SNOWBALL:
        return {"version": 1, "tokenizer": {"type": "nltk", "profile": profile}, "filters": _european(code)}
    if code == "unicode":
        return {"version": 1, "tokenizer": {"type": "cjk-bigram"}, "filters": [{"type": "casefold"}]}
    if code == "lucene-en":
        return {
            "version": 1,
            "tokenizer": {"type": "lucene"},
            "filters": [
                {"type": "possessive"},
                {"type": "lucene_lowercase"},
                {"type": "stop_words", "words": stop_words("lucene")},
                {"type": "stem", "algorithm": "porter"},
            ],
        }
    if code == "zh":
        return {
            "version": 1,
            "tokenizer": {"type": "jieba"},
            "filters": [stop_filter("chinese"), punctuation(_CJK_PUNCTUATION)],
        }
    if code == "ja":
        return {
            "version": 1,
            "normalizers": [{"type": "replace_characters", "characters": _JAPANESE_MARKS}],
            "tokenizer": {"type": "mecab"},
            "filters": [stop_filter("english"), punctuation()],
        }
    return {"version": 1, "tokenizer": {"type": "kkma"}, "filters": [stop_filter("english")]}


def _unicode(language: str) -> dict[str, Any]:
    """Unicode's words, stop words and a Snowball stemmer: of version 3 where it is native, else NLTK's."""
    words = stop_filter(language)
    filters: list[dict[str, Any]] = [{"type": "casefold"}, {"type": "split", "characters": "_"}, words]
    if language == "english":
        words["words"] = [word for word in words["words"] if word not in _CONTENT]
        filters.insert(2, {"type": "possessive"})
    algorithm = SNOWBALL_3 if language in SNOWBALL_3_LANGUAGES else "nltk"
    filters.append({"type": "stem", "algorithm": algorithm, "language": language})
    return {"version": 1, "tokenizer": {"type": "cjk-bigram"}, "filters": filters}


def _fastembed(language: str) -> dict[str, Any]:
    """What fastembed's Bm25 does before it hashes: NLTK's stop words, Rust's Snowball stemmer."""
    if language not in _RUST:
        raise InvalidArgumentError(f"fastembed- must be followed by {one_of(_RUST)}, got {language!r}")
    return {
        "version": 1,
        "tokenizer": {"type": "words"},
        "filters": [
            {"type": "punctuation", "characters": "_"},
            stop_filter(language),
            {"type": "length", "least": 1, "most": 40},
            {"type": "stem", "algorithm": "rust-snowball", "language": language},
            {"type": "length", "least": 1, "most": 40},
        ],
    }


def _european(code: str) -> list[dict[str, Any]]:
    language = _SNOWBALL[code]
    middle = [punctuation("¡¿" if code == "es" else ""), stop_filter(language)]
    if code == "de":
        middle.reverse()
    return [{"type": "lowercase"}, *middle, {"type": "stem", "algorithm": "nltk", "language": language}]


def punctuation(extras: str = "") -> dict[str, Any]:
    return {"type": "punctuation", "characters": string.punctuation + extras}


def stop_filter(language: str) -> dict[str, Any]:
    return {"type": "stop_words", "words": stop_words(language)}
