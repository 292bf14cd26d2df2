"""The stemmers of languages other than English are NLTK's, to the last letter.

Each is compared with its golden stems, then with NLTK itself on many words.
"""

import gzip
import json
import random
import re
from pathlib import Path

import pytest
from nltk.stem import snowball

from sprat._core import stem

LANGUAGES = ["french", "german", "italian", "portuguese", "russian", "spanish"]
LETTERS = {
    "french": "aeiouyâàëéêèïîôûùçquiyIbcdlmnprst",
    "german": "aeiouyäöüßuybcdfghklmnrstz",
    "italian": "aeiouàèìòùáéíóúquihbcdglmnrstz",
    "portuguese": "aeiouáéíóúâêôãõçüuibcdghlmnrstqz",
    "russian": "аеиоуыэюяёбвгдклмнрстшщцьъйч",
    "spanish": "aeiouáéíóúüñyuqgbcdlmnprst",
}
# What the steps look for before an ending that went; the rest comes from NLTK's own lists.
PIECES = {
    "french": "iv at eus abl iqu ièr ic abil gu quë enn onn ett ell eill y aiement mentament iremment iss",
    "german": "niss lich ig er en e st ß sch chen lein äu u ey",
    "italian": "iv at os ic abil ando endo ar er ir qu gu io h",
    "portuguese": "iv at os ic ad abil ante avel ível gu ci ã õ nh ção qu",
    "russian": "и ост ость ейш нн ь ъ ё ася ивши вшись ющ",
    "spanish": "iv at os ic ad abil ante able ible uyendo iéndo ándo ár gu qu güe y u abr",
}
ODD = "'’Y-1éßσΣİ\u212a\u0301\u200d\ud800😀ЖжąIU^`"


def nltk_stemmer(language):
    return getattr(snowball, f"{language.capitalize()}Stemmer")()


def endings(language):
    """Every ending in NLTK's lists for ``language``."""
    stemmer = nltk_stemmer(language)
    lists = [value for name, value in vars(type(stemmer)).items() if name.endswith("_suffixes")]
    found = [ending for suffixes in lists for ending in suffixes]
    if language == "russian":  # NLTK has them in Roman letters
        found = [stemmer._RussianStemmer__roman_to_cyrillic(ending) for ending in found]
    return found


def awkward_words(language, rng, count):
    """Yield a few letters with up to four endings, now and then with an odd letter where none belongs."""
    letters, pieces, known = LETTERS[language], PIECES[language].split(), endings(language)
    for _ in range(count):
        word = "".join(rng.choices(letters, k=rng.randrange(7)))
        for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 4))):
            word += rng.choice(known if rng.random() < 0.7 else pieces)
            if rng.random() < 0.25:
                word += rng.choice(letters)
        kind = rng.random()
        at = rng.randrange(len(word) + 1)
        if kind < 0.1:
            word = word[:at] + rng.choice(ODD) + word[at:]
        elif kind < 0.15:
            word = word[:at] + word[at + 1 :]
        elif kind < 0.2:
            word = word.upper()
        yield word


def differences(language, words):
    nltk = nltk_stemmer(language)
    stems = ((word, stem(word, language), nltk.stem(word)) for word in words)
    return [(word, ours, expected) for word, ours, expected in stems if ours != expected]


@pytest.mark.parametrize("language", LANGUAGES)
def test_golden_words_have_nltks_stems(language):
    path = Path(__file__).parent / "golden" / f"stem_{language}.json"
    golden = json.loads(path.read_text(encoding="utf-8"))

    stems = [stem(word, language) for word in golden["words"]]

    assert stems == golden["stems"]


@pytest.mark.parametrize(
    ("language", "word", "expected"),
    [
        ("french", "ÉTÉ", "été"),
        ("french", "continuellement", "continuel"),
        ("french", "quayage", "quayag"),
        ("german", "Größe", "gross"),
        ("german", "Häuser", "haus"),
        ("german", "Ergebnissen", "ergebnis"),
        ("spanish", "Cigüeñas", "cigüeñ"),
        ("spanish", "habiéndolos", "hab"),
        ("spanish", "\ud800ando", "\ud800and"),
    ],
)
def test_words_are_lowered_and_stemmed(language, word, expected):
    assert stem(word, language) == expected


# Snowball's own description asks for indiqu ("ic" lies before R2), parmenta ("ment" goes wherever it ends RV)
# and abatr ("emment" becomes "ent", and the verb ending "issent" goes). In the last word NLTK finds "issent"
# elsewhere in RV.
@pytest.mark.parametrize(
    ("language", "word", "expected"),
    [
        ("french", "indicatrice", "ind"),
        ("french", "parmentament", "parmentament"),
        ("french", "abatrissemment", "abatrissent"),
        ("french", "parissentissemment", "parissent"),
        ("italian", "comunicativa", "comun"),
        ("portuguese", "QÕÃAVELMENTE", "qõã"),
        ("russian", "t^щ", "т^щ"),
        ("russian", "яA", "и"),
        ("russian", "Eа", "E"),
        ("russian", "bé", "bé"),
    ],
)
def test_slips_of_nltk_are_kept(language, word, expected):
    assert stem(word, language) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_generated_words_have_nltks_stems(language):
    seed = random.randrange(2**32)

    wrong = differences(language, awkward_words(language, random.Random(seed), 30_000))

    assert not wrong, f"seed {seed}: {len(wrong)} words differ (word, ours, NLTK's), first {wrong[:5]!a}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_megabyte_without_a_space_has_nltks_stem(language):
    first, second, *_ = LETTERS[language]
    ending = endings(language)[0]
    words = [(first + second) * 250_000 + ending, ending * (500_000 // len(ending)), "é" * 500_000]

    assert not [word[:20] for word, _, _ in differences(language, words)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_real_collections_have_nltks_stems(language, shared):
    words = set()
    for collection in ("xquad-de", "xquad-es", "xquad-ro", "xquad-ru"):
        with gzip.open(shared / "data" / collection / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                words.update(re.findall(r"[\w'’-]+", json.loads(line)["text"]))

    wrong = differences(language, sorted(words))

    assert not wrong, f"{len(wrong)} of {len(words)} words differ (word, ours, NLTK's), first {wrong[:5]!a}"
