"""The English pipeline against NLTK: its recorded answers, and NLTK itself on real and on generated text."""

import gzip
import json
import random
import string
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

import pytest

import sprat
from sprat import _core
from sprat._stages import stop_words

GOLDEN = json.loads((Path(__file__).parent / "golden" / "analyzer_tokens.json").read_text("utf-8"))
PROFILES = {
    "3.9.1": "A",
    "3.9.3": "B",
    "3.9.4": "B",
    "3.10.0": "B",
    "3.10.1": "C",
    "3.10.3": "D",
    "3.10.4": "D",
}
ENGLISH = [
    ("lowercase", None),
    ("punctuation", string.punctuation),
    ("stop_words", stop_words("english")),
    ("stem", "english"),
]

# What the rules look for, and what they must not stumble over.
ATOMS = [
    *"\"'`.?!)([]{}<>,:;@#$%&*-«»“”‘’„‒–—―…_=+/\\|~^",
    *("''", "``", "..", "...", ". . .", ". .", "?!", "--", "---", "a", "A", "x", "1", "12"),
    *map(chr, range(0x20)),
    *("\x7f", "\x85", "\xa0", "\u2003", "\u2028", "\u3000", "\u200b", "\u200d", "\u0301", "\u0308"),
    *("é", "ß", "İ", "ı", "ſ", "\u212a", "Σ", "ς", "½", "²", "٣", "中", "ａ", "１", "\U0001d400"),
    *("😀", "👩\u200d👩", "🏽", "\ud800", "\udfff"),
    *"Dr Mr U.S e.g i.e etc p.m J Jan No St vs Inc Co Ltd ph.d x-etc A. b. well-known ##number##".split(),
    *"1. 2. 3.14 5,000 10:30 -1.5 .5 1-2 http://x.y/z foo.com the The He he said However But and In".split(),
    *"cannot Cannot CANNOT gimme gonna gotta lemme wanna can not d'ye more'n 'tis 'twas 'Tis".split(),
    *"'tſs gİmme I'll don't won't they're it's DON'T IT'S o'clock 'em".split(),
    *"'s 'S 'ſ n't 'd 'm 've 're 'll 'LL Smith word".split(),
]
GAPS = [" "] * 6 + [""] * 5 + ["\n", "  ", "\t", "\xa0", "\x1f", ". "]


@pytest.fixture(scope="module")
def nltk_words():
    """nltk.word_tokenize with the Punkt tables of the build requirement; NLTK_DATA is not needed."""
    if version("nltk") != "3.10.4":
        pytest.skip(f"profile D is that of NLTK 3.10.4, here is {version('nltk')}")
    from nltk.tokenize.destructive import NLTKWordTokenizer
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer
    from punkt.data import english

    parameters = PunktParameters()
    parameters.abbrev_types = set(english.ABBREV_TYPES)
    parameters.collocations = set(map(tuple, english.COLLOCATIONS))
    parameters.sent_starters = set(english.SENT_STARTERS)
    parameters.ortho_context = defaultdict(int, english.ORTHO_CONTEXT)
    splitter = PunktSentenceTokenizer()
    splitter._params = parameters
    words = NLTKWordTokenizer()

    def tokenize(text):
        sentences = splitter.tokenize(text)
        return sentences, [word for sentence in sentences for word in words.tokenize(sentence)]

    return tokenize


def recorded(release, number):
    """What NLTK ``release`` makes of text ``number``."""
    answer = dict(GOLDEN["nltk-3.10.4"][number])
    answer.update(GOLDEN["diffs"].get(release, {}).get(str(number), {}))
    return answer


@pytest.mark.parametrize("release", PROFILES)
def test_sentences_words_and_terms_are_those_recorded_from_nltk(release):
    raw = _core.Analyzer("nltk", PROFILES[release], [])
    english = _core.Analyzer("nltk", PROFILES[release], ENGLISH)

    for number, text in enumerate(GOLDEN["texts"]):
        answer = recorded(release, number)
        assert raw.sentences(text) == answer["sents"], text
        assert raw.tokenize([text], 1) == [answer["raw"]], text
        assert english.tokenize([text], 1) == [answer["en"]], text


@pytest.mark.parametrize("release", PROFILES)
@pytest.mark.parametrize("language", ["en", "de", "fr", "ru", "sp", "it", "pt"])
def test_each_language_gives_the_terms_recorded_from_pymilvus_model(language, release):
    analyzer = sprat.Analyzer(language, profile=PROFILES[release])

    for number, text in enumerate(GOLDEN["texts"]):
        assert analyzer(text) == recorded(release, number)[language], text


def test_generated_text_gives_the_words_of_nltk(nltk_words):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    generator = random.Random(seed)
    analyzer = _core.Analyzer("nltk", "D", [])

    for _ in range(12_000):
        length = generator.choice([1, 2, 3, 4, 5, 8, 12, 20, 40])
        text = "".join(generator.choice(ATOMS) + generator.choice(GAPS) for _ in range(length))
        sentences, words = nltk_words(text)
        assert analyzer.sentences(text) == sentences, repr(text)
        assert analyzer.tokenize([text], 1) == [words], repr(text)


@pytest.mark.parametrize("collection", ["fiqa", "text-20newsgroups", "xquad-vi", "xquad-ru", "xquad-zh"])
def test_real_text_gives_the_words_of_nltk(collection, nltk_words, shared):
    with gzip.open(shared / "data" / collection / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    texts = random.Random(0).sample(texts, min(400, len(texts)))
    analyzer = _core.Analyzer("nltk", "D", [])

    for text, words in zip(texts, analyzer.tokenize(texts, 2)):  # one cache, met in order
        sentences, expected = nltk_words(text)
        assert analyzer.sentences(text) == sentences
        assert words == expected


@pytest.mark.parametrize("unit", ["x", ".", "a.", "'", '"', ")", "Σ'", "-", ". ", "1,", "don't"])
def test_a_megabyte_is_cut_in_linear_time(unit):
    """A quadratic step anywhere would take hours."""
    text = unit * ((1 << 20) // len(unit))
    words = _core.Analyzer("nltk", "D", []).tokenize([text], 1)[0]

    assert sum(map(len, words)) >= len(text.replace(" ", "")) - 1


def test_a_megabyte_without_a_space_gives_the_words_of_nltk(nltk_words):
    text = ("lorem-ipsum/dolor,sit;amet(" * 40_000)[: 1 << 20]
    analyzer = _core.Analyzer("nltk", "D", [])

    assert analyzer.tokenize([text], 1)[0] == nltk_words(text)[1]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_words_do_not_depend_on_the_number_of_threads(threads):
    texts = GOLDEN["texts"] * 20
    analyzer = _core.Analyzer("nltk", "D", ENGLISH)

    assert analyzer.tokenize(texts, threads) == [analyzer.tokenize([text], 1)[0] for text in texts]


def test_lower_case_is_that_of_str():
    """Every code point, and the final sigma among cased and case-ignorable neighbours."""
    analyzer = _core.Analyzer("whitespace", "D", [("lowercase", None)])
    points = [c for c in map(chr, range(0x110000)) if not c.isspace()]
    words = [*points, *("".join(p) for p in zip("ΣAaΣ'1" * 40, "Σ.'́aΣ:" * 40, "ΣΣ'aA b" * 40, strict=False))]
    words += ["ΑΣ", "ΑΣ'", "Α'Σ", "ΑΣ'Α", "'Σ", "Σ", "ΣΣ", "ΆΣ̈", "ΑΣ.Α", "İΣ"]

    assert analyzer.tokenize(words, 1) == [w.lower().split() for w in words]


def test_white_space_is_that_of_str_split():
    analyzer = _core.Analyzer("whitespace", "D", [])
    texts = [f"a{chr(point)}b" for point in range(0x110000)]

    assert analyzer.tokenize(texts, 1) == [text.split() for text in texts]


@pytest.mark.slow
def test_much_generated_text_gives_the_words_of_nltk(nltk_words):
    for _ in range(20):
        test_generated_text_gives_the_words_of_nltk(nltk_words)
