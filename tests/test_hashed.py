"""Hashed ids, and rows in which terms share one.

The ids of a hash are wire formats: a test that goes red here is a bug in the code, never in the test.
"""

import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprat import HashedVocabulary, _core
from sprat.errors import InvalidArgumentError

ABS = HashedVocabulary("murmur3-abs")
UNSIGNED = HashedVocabulary("murmur3")

# mmh3.hash(term, signed=False), package mmh3 4.1.0: every length of the last block, both ends of the range.
MMH3 = {
    "": 0,
    "a": 1009084850,
    "ab": 2613040991,
    "abc": 3017643002,
    "abcd": 1139631978,
    "abcde": 3902511862,
    "hello": 613153351,
    "search": 553238108,
    "retrieval": 920154565,
    "日本語": 2779017879,
    "naïve": 992511445,
    "größe": 3822294591,
    "😀": 3199479546,
    "x" * 40: 1309653151,
    "ajrfjpbr": 0,
    "akqlrggi": 2**31,
    "aslxwnmo": 2**32 - 1,
}

# Terms that share an id: with "search" by both hashes, and by "murmur3-abs" alone.
TWIN, MIRROR = "atrxvcic", "acrrazrl"


def murmur3(data: bytes) -> int:
    """MurmurHash3_x86_32, seed 0, as its author describes it."""

    def rotated(value, by):
        return (value << by | value >> 32 - by) & 0xFFFFFFFF

    padded = data + bytes(-len(data) % 4)
    state = 0
    for at in range(0, len(padded), 4):
        block = int.from_bytes(padded[at : at + 4], "little")
        state ^= rotated(block * 0xCC9E2D51 & 0xFFFFFFFF, 15) * 0x1B873593 & 0xFFFFFFFF
        if at + 4 <= len(data):
            state = (rotated(state, 13) * 5 + 0xE6546B64) & 0xFFFFFFFF
    state ^= len(data)
    state = (state ^ state >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    state = (state ^ state >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return state ^ state >> 16


@pytest.mark.parametrize(("term", "unsigned"), MMH3.items())
def test_ids_are_those_of_mmh3(term, unsigned):
    signed = unsigned - 2**32 if unsigned >= 2**31 else unsigned

    assert UNSIGNED[term] == unsigned
    assert ABS[term] == abs(signed)


@given(st.text())
def test_ids_are_the_published_hash_of_the_utf8_bytes(term):
    assert UNSIGNED[term] == murmur3(term.encode("utf-8", "surrogatepass"))


@given(st.lists(st.text(), unique=True))
def test_a_vocabulary_hashes_like_its_terms(terms):
    for vocabulary in (ABS, UNSIGNED):
        ids = _core.hashed_ids(_core.Vocabulary(terms), vocabulary.hash)

        assert ids.tolist() == [vocabulary[term] for term in terms]


def test_the_largest_id_is_the_last_column():
    assert ABS["akqlrggi"] == ABS.dim - 1 == 2**31
    assert UNSIGNED["aslxwnmo"] == UNSIGNED.dim - 1 == 2**32 - 1


def test_unknown_hash_is_refused():
    with pytest.raises(InvalidArgumentError, match="hash must be 'murmur3-abs' or 'murmur3', got 'md5'"):
        HashedVocabulary("md5")


def test_a_vocabulary_is_its_hash():
    assert ABS == HashedVocabulary("murmur3-abs") != UNSIGNED
    assert len({ABS, HashedVocabulary("murmur3-abs"), UNSIGNED}) == 2
    assert pickle.loads(pickle.dumps(ABS)) == ABS
    assert repr(ABS) == "HashedVocabulary('murmur3-abs')"


def test_collisions_are_told_with_their_terms():
    assert ABS.collisions(["hello", MIRROR, "search", TWIN, MIRROR]) == {553238108: [MIRROR, "search", TWIN]}
    assert UNSIGNED.collisions(["hello", MIRROR, "search", TWIN]) == {553238108: ["search", TWIN]}
    assert UNSIGNED.collisions(["hello", MIRROR, "search"]) == {}


# Five ids for twelve terms: most rows hold one of them twice.
rows_of_terms = st.lists(st.dictionaries(st.integers(0, 11), st.integers(1, 9), max_size=60), max_size=5)
id_lists = st.lists(st.sampled_from([0, 1, 77, 2**31, 2**32 - 1]), min_size=12, max_size=12)


@given(
    rows=rows_of_terms, ids=id_lists, merge=st.sampled_from(["sum", "last"]), threads=st.sampled_from([1, 3])
)
def test_hashed_rows_are_what_a_dict_per_row_gives(rows, ids, merge, threads):
    expected = []
    merged = []
    for number, row in enumerate(rows):
        expected.append({})
        for term, frequency in row.items():
            if ids[term] in expected[-1]:
                merged.append((number, ids[term]))
            before = expected[-1].get(ids[term], 0) if merge == "sum" else 0
            expected[-1][ids[term]] = before + frequency

    result = _core.hash_rows(
        np.cumsum([0, *map(len, rows)], dtype=np.int64),
        np.array([term for row in rows for term in row], np.int32),
        np.array([row[term] for row in rows for term in row], np.int32),
        np.array(ids, np.uint32),
        merge=merge,
        threads=threads,
    )

    pairs = list(zip(result.indices.tolist(), result.term_frequencies.tolist()))
    assert [pairs[a:b] for a, b in pairwise(result.indptr.tolist())] == [
        sorted(row.items()) for row in expected
    ]
    assert sorted(zip(result.merged_rows.tolist(), result.merged_ids.tolist())) == sorted(merged)


def test_long_rows_are_sorted_and_merged_too():
    ids = np.random.default_rng(7).permutation(2500).astype(np.uint32) * np.uint32(1_700_000)
    terms = np.arange(5000, dtype=np.int32)

    rows = _core.hash_rows(np.array([0, 5000]), terms, terms + 1, np.tile(ids, 2), merge="last", threads=1)

    assert rows.indices.tolist() == sorted(ids.tolist())
    assert rows.term_frequencies.tolist() == (np.argsort(ids) + 2501).tolist()
    assert rows.merged_ids.tolist() == rows.indices.tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"indptr": np.array([0, 3])}, r"indptr\[1\] must be 2, got 3"),
        ({"indices": np.array([0, 9], np.int32)}, r"indices\[1\] must be in \[0, 2\), got 9"),
        ({"term_frequencies": np.ones(1, np.int32)}, "length of term_frequencies must be 2, got 1"),
        ({"merge": "max"}, "merge must be 'sum' or 'last', got 'max'"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(change, message):
    arguments = {
        "indptr": np.array([0, 2]),
        "indices": np.array([0, 1], np.int32),
        "term_frequencies": np.ones(2, np.int32),
        "ids": np.array([5, 6], np.uint32),
        "merge": "sum",
        "threads": 1,
    }

    with pytest.raises(InvalidArgumentError, match=message):
        _core.hash_rows(**arguments | change)
