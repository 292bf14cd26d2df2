"""Words by Unicode's boundaries: the cases of the standard, its rules written out once more, and pairs.

The second implementation below goes through the rules of https://www.unicode.org/reports/tr29/ one by one, at
every position anew; it shares nothing with the core but the properties, which are those of `regex`.
"""

import random
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from sprat._core import unicode_boundaries, unicode_words

GOLDEN = Path(__file__).parent / "golden" / "word_break_test.txt"

CLASSES = """
Other CR LF Newline Extend Format ZWJ WSegSpace Regional_Indicator Katakana Hebrew_Letter ALetter Single_Quote
Double_Quote MidNumLet MidLetter MidNum Numeric ExtendNumLet
""".split()
IGNORED = {"Extend", "Format", "ZWJ"}
NEWLINES = {"CR", "LF", "Newline"}
LETTERS = {"ALetter", "Hebrew_Letter"}
NUMBER_MARKS = {"MidNum", "MidNumLet", "Single_Quote"}
LETTER_MARKS = {"MidLetter", "MidNumLet", "Single_Quote"}
EVERYTHING = "".join(map(chr, range(0x110000)))


@cache
def word_break(character):
    return next(name for name in CLASSES if regex.match(rf"\p{{Word_Break={name}}}", character))


@cache
def members(pattern):
    return regex.findall(pattern, EVERYTHING, regex.V1)


def standing_before(kinds, position):
    """The index of what ``position`` stands for: WB4 skips what is ignored, but not behind a newline."""
    left = position
    while left >= 0 and kinds[left] in IGNORED:
        left -= 1
    return position if left < 0 or kinds[left] in NEWLINES else left


def joins(text, kinds, i):
    """Whether there is no boundary between text[i - 1] and text[i]."""
    before, after = kinds[i - 1], kinds[i]
    if before == "CR" and after == "LF":  # WB3
        return True
    if before in NEWLINES or after in NEWLINES:  # WB3a, WB3b
        return False
    if before == "ZWJ" and regex.match(r"\p{Extended_Pictographic}", text[i]):  # WB3c
        return True
    if (before == after == "WSegSpace") or after in IGNORED:  # WB3d, WB4
        return True
    left = standing_before(kinds, i - 1)
    second = standing_before(kinds, left - 1) if left > 0 else -1
    rest = [kind for kind in kinds[i + 1 :] if kind not in IGNORED]
    l2, l1, r1, r2 = (kinds[second] if second >= 0 else "", kinds[left], after, rest[0] if rest else "")
    number = {"Numeric"}
    return (
        (l1 in LETTERS | number and r1 in LETTERS | number)  # WB5, WB8, WB9, WB10
        or (l1 in LETTERS and r1 in LETTER_MARKS and r2 in LETTERS)  # WB6
        or (l2 in LETTERS and l1 in LETTER_MARKS and r1 in LETTERS)  # WB7
        or (l1 == "Hebrew_Letter" and r1 == "Single_Quote")  # WB7a
        or (l1 == r2 == "Hebrew_Letter" and r1 == "Double_Quote")  # WB7b
        or (l2 == r1 == "Hebrew_Letter" and l1 == "Double_Quote")  # WB7c
        or (l2 in number and l1 in NUMBER_MARKS and r1 in number)  # WB11
        or (l1 in number and r1 in NUMBER_MARKS and r2 in number)  # WB12
        or l1 == r1 == "Katakana"  # WB13
        or (l1 in LETTERS | number | {"Katakana", "ExtendNumLet"} and r1 == "ExtendNumLet")  # WB13a
        or (l1 == "ExtendNumLet" and r1 in LETTERS | number | {"Katakana"})  # WB13b
        or (l1 == r1 == "Regional_Indicator" and indicators_before(kinds, i) % 2 == 1)  # WB15, WB16
    )


def indicators_before(kinds, i):
    count, at = 0, standing_before(kinds, i - 1)
    while at >= 0 and kinds[at] == "Regional_Indicator":
        count += 1
        at = standing_before(kinds, at - 1) if at > 0 else -1
    return count


def boundaries_by_the_rules(text):
    kinds = [word_break(character) for character in text]
    return [0, *(i for i in range(1, len(text)) if not joins(text, kinds, i)), *([len(text)] if text else [])]


# Every class, each as often as the others; then what its members share a rule with.
CHARACTERS = st.one_of(
    [st.sampled_from(members(rf"\p{{Word_Break={name}}}")) for name in CLASSES]
    + [
        st.sampled_from(members(r"\p{Extended_Pictographic}")),
        st.sampled_from(members(r"[\p{Han}\p{Hiragana}\p{Hangul}\p{Line_Break=Complex_Context}]")),
        st.sampled_from("aZ09 \t\n.,:;'\"_-\u0301\u200d\ufe0f\ud800"),
    ]
)
TEXTS = st.text(CHARACTERS, max_size=12)


def test_the_cases_of_the_standard_come_out_as_it_says():
    for line in GOLDEN.read_text(encoding="ascii").splitlines():
        if line.startswith("#"):
            continue
        segments = ["".join(chr(int(point, 16)) for point in segment.split("+")) for segment in line.split()]
        expected = [len("".join(segments[:count])) for count in range(len(segments) + 1)]
        assert unicode_boundaries("".join(segments)) == expected, line


@given(TEXTS)
def test_boundaries_are_those_of_the_rules(text):
    assert unicode_boundaries(text) == boundaries_by_the_rules(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        (
            "The quick (“brown”) fox can’t jump 32.3 feet, right?",
            "The quick brown fox can’t jump 32.3 feet right",
        ),
        ("e.g. U.S.A. user_name __ a:b 1:2 1,000;5 x-y", "e.g U.S.A user_name a:b 1 2 1,000;5 x y"),
        ("Страна, где 20 °C — naïve!", "Страна где 20 C naïve"),
        ("हिन्दी क्षत्रिय الكِتَابُ בג\"ץ ר' ", "हिन्दी क्षत्रिय الكِتَابُ בג\"ץ ר'"),
        ("½ m² Ⅳ H₂O ™ ★ → ± \u0301", "½ m ² Ⅳ H ₂ O"),
        ("👍🏽👩\u200d👩\u200d👧 ❤\ufe0f ❤ 🇩🇪🇫🇷 x👍", "👍🏽 👩\u200d👩\u200d👧 ❤\ufe0f 🇩🇪 🇫🇷 x 👍"),
    ],
)
def test_words_hold_a_letter_a_number_or_an_emoji(text, words):
    assert unicode_words(text) == words.split()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("水", "水"),
        ("東京へ行く", "東京 京へ へ行 行く"),
        ("コンピュータ", "コン ンピ ピュ ュー ータ"),
        ("人々、二〇二四年 3月15日", "人々 二〇 〇二 二四 四年 3 月 15 日"),
        ("卡拉OK很好", "卡拉 OK 很好"),
        ("한국어를 말", "한국 국어 어를 말"),
        ("ภาษาไทย", "ภา าษ ษา าไ ไท ทย"),
        ("กิ่งก้าน", "กิ่ง งก้ ก้า าน"),
        ("ສະບາຍດີ", "ສະ ະບ ບາ າຍ ຍດີ"),
        ("ក្រុម", "ក្រុ រុម"),
        ("か\u3099き\u200d", "か\u3099き\u200d"),
        ("abcไทยabc日本１２", "abc ไท ทย abc 日本 １２"),
    ],
)
def test_scripts_without_spaces_give_overlapping_pairs_of_characters(text, words):
    assert unicode_words(text) == words.split()


@given(st.lists(TEXTS, max_size=5), st.lists(st.sampled_from(" \t\n\v\f\r\0\x1f"), min_size=1, max_size=3))
def test_cutting_at_white_space_does_not_change_the_words(pieces, gap):
    text = "".join(gap).join(pieces)

    assert unicode_words(text) == [
        word for piece in regex.split("[\0-\x20]+", text) for word in unicode_words(piece)
    ]


@given(TEXTS)
def test_words_lie_between_boundaries_or_pair_what_does(text):
    end = 0
    for word in unicode_words(text):
        at = text.index(word, max(0, end - len(word)))
        assert not any(character <= " " for character in word), word
        end = at + len(word)


UNITS = [
    "x",
    ".",
    "a.",
    "'",
    "_",
    "\u0301",
    "\u200d",
    "a.\u0301",
    "א'",
    'א"',
    "1,",
    "中",
    "ั",
    "👍\u200d",
    "🇩",
    "\u2003",
]


@pytest.mark.parametrize("unit", UNITS)
def test_a_megabyte_is_cut_in_linear_time(unit):
    """A quadratic step anywhere would take hours."""
    text = unit * (1_000_000 // len(unit))

    assert unicode_boundaries(text)[-1] == len(text)
    assert sum(map(len, unicode_words(text))) <= 2 * len(text)


def test_ascii_text_takes_the_short_way_to_the_same_words():
    rng = random.Random(20250117)
    for _ in range(2_000):
        text = "".join(
            rng.choices("aB1 .,:;'\"_-\n", [9, 3, 3, 6, 1, 1, 1, 1, 1, 1, 1, 1, 1], k=rng.randrange(70))
        )
        marks = unicode_boundaries(text)
        segments = [text[begin:end] for begin, end in pairwise(marks)]
        assert unicode_words(text) == [s for s in segments if any(map(str.isalnum, s))], text
