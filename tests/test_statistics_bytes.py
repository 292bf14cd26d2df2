"""sprat.CollectionStatistics as bytes and as an Arrow table: all of it, or an error."""

from __future__ import annotations

import copy
import pickle
import random
import struct
import sys
import zlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sprat
from sprat import CollectionStatistics as Statistics
from sprat.errors import CorruptFileError, InvalidArgumentError, MissingExtraError, UnsupportedVersionError

WHITESPACE = sprat.Analyzer.from_dict({"version": 1, "tokenizer": {"type": "whitespace"}, "filters": []})
HASHED = sprat.HashedVocabulary("murmur3-abs")
nothing = Statistics()


def count(texts, analyzer=WHITESPACE, **options) -> Statistics:
    return Statistics.of(texts, analyzer, **options)


def plain(statistics: Statistics) -> tuple[object, ...]:
    """All that there is, ids included."""
    return (
        statistics.document_count,
        statistics.token_count,
        list(statistics.terms),
        statistics.document_frequency.tolist(),
    )


awkward = [
    count([]),
    count(["", ""]),
    count(["a b", "é \ud800", "a 😀"]),
    count(["a b", "c a"], shard=7).merge(count(["c d"], shard=2)),
    count(["a b", "b"], vocabulary=HASHED),
    count(["a b", "c"]).remove(count(["c"])),
    Statistics.of(["Dogs run. Cats don't!"]),
    count(["x y"], lambda text: [len(text), 2**62, -1]),
]


@pytest.mark.parametrize("statistics", awkward, ids=repr)
@pytest.mark.parametrize(
    "through",
    [
        lambda s: Statistics.from_bytes(s.to_bytes()),
        lambda s: Statistics.from_bytes(memoryview(bytearray(s.to_bytes()))),
        lambda s: pickle.loads(pickle.dumps(s)),
        copy.deepcopy,
    ],
    ids=["bytes", "memoryview", "pickle", "deepcopy"],
)
def test_all_of_it_survives(statistics, through):
    again = through(statistics)

    assert plain(again) == plain(statistics)
    assert (again.analyzer, again.vocabulary) == (statistics.analyzer, statistics.vocabulary)
    assert again.shards == statistics.shards
    assert (again.first_position is None) == (statistics.first_position is None)
    if statistics.first_position is not None:
        assert again.first_position.tolist() == statistics.first_position.tolist()
    assert not again.document_frequency.flags.writeable
    assert again.to_bytes() == statistics.to_bytes()


@pytest.mark.parametrize("statistics", [s for s in awkward if "\ud800" not in s.terms], ids=repr)
def test_a_table_holds_all_of_it_in_any_order_of_rows(statistics):
    table = statistics.to_arrow()
    rows = list(range(table.num_rows))
    random.Random(3).shuffle(rows)

    for again in (table, table.take(pa.array(rows, pa.int64())), pa.concat_tables([table[:1], table[1:]])):
        assert Statistics.from_arrow(again).to_bytes() == statistics.to_bytes()
    assert table.column_names == ["term", "document_frequency", "first_position"]


def test_a_table_without_pyarrow_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(MissingExtraError, match=r"needs pyarrow: run `pip install 'sprat\[arrow\]'`"):
        count(["a"]).to_arrow()


def test_a_table_that_is_none_of_statistics_is_refused():
    table = count(["a b", "b"]).to_arrow()

    for wrong, message in [
        (table.drop_columns(["term"]), "has the columns term, document_frequency, first_position"),
        (table.replace_schema_metadata(None), "and metadata"),
        (table[:1], "statistics of 2 terms, found a table of 1 rows"),
        (table.set_column(1, "document_frequency", pa.array([1, None])), "has no nulls"),
        (table.set_column(1, "document_frequency", pa.array([1, 3])), "'b' in 3 of 2 documents"),
        (table.set_column(1, "document_frequency", pa.array(["x", "y"])), "a column of"),
        (table.set_column(1, "document_frequency", pa.array([[1], [2]])), "a column of"),
        (table.set_column(0, "term", pa.array(["a", "a"])), "term 1 is the same as term 0"),
    ]:
        with pytest.raises(CorruptFileError, match=message):
            Statistics.from_arrow(wrong)
    with pytest.raises(InvalidArgumentError, match=r"Arrow has no string for the term '\\ud800'"):
        count(["\ud800"]).to_arrow()


@pytest.mark.parametrize("statistics", awkward[2:5], ids=repr)
def test_every_flipped_bit_and_every_cut_is_an_error(statistics):
    content = statistics.to_bytes()

    for at in range(len(content)):
        for flip in (0x01, 0x80):
            changed = content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :]
            with pytest.raises((CorruptFileError, UnsupportedVersionError)):
                Statistics.from_bytes(changed)
        with pytest.raises(CorruptFileError):
            Statistics.from_bytes(content[:at])
    with pytest.raises(CorruptFileError):
        Statistics.from_bytes(content + b"\0")


def resealed(content: bytes, old: bytes, new: bytes) -> bytes:
    """The bytes with a change of equal length, and a checksum that fits."""
    assert len(old) == len(new)
    assert content.count(old) == 1
    body = content[:-4].replace(old, new)
    return body + struct.pack("<I", zlib.crc32(body))


@given(st.data(), st.sampled_from(range(2, 5)))
def test_any_bytes_behind_a_good_checksum_are_refused_or_a_collection(data, number):
    content = bytearray(awkward[number].to_bytes()[:-4])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, content[at] ^ 1, content[at - 1]]))

    try:
        statistics = Statistics.from_bytes(content + struct.pack("<I", zlib.crc32(content)))
    except (CorruptFileError, UnsupportedVersionError):
        return

    assert statistics.contradiction() is None
    assert Statistics.from_bytes(statistics.to_bytes()) == statistics
    assert len(statistics.digest()) == 64


def test_what_no_collection_could_have_is_refused_behind_a_good_checksum():
    content = count(["a b", "b"]).to_bytes()
    one, two = (1).to_bytes(8, "little"), (2).to_bytes(8, "little")

    for old, new, message in [
        (b'"document_count": 2', b'"document_count": 1', "'b' in 2 of 1 documents"),
        (b'"token_count": 3', b'"token_count": 2', "2 tokens, but 3 terms"),
        (b'"token_count": 3', b'"token_count":-3', "token_count of the statistics cannot be -3"),
        (b'"terms": "str"', b'"terms": "int"', "cannot have a body of 34 bytes"),
        (b'"terms": "str"', b'"terms": "foo"', "terms of the statistics cannot be 'foo'"),
        (b'"shards": []', b'"shards": 11', "shards of the statistics cannot be 11"),
        (b'"term_count": 2', b'"term_count": 9', "statistics of 9 terms cannot have a body of 34 bytes"),
        (b'"terms"', b'"temrs"', "the header of the statistics must have"),
        (b'{"document', b'("document', "the header of the statistics is not JSON"),
        (two + b"ab", two + b"aa", "term 1 is the same as term 0"),
        (two + b"ab", two + b"a\xff", "not UTF-8"),
        (one + two + one, one + one + one, "the last term must end at 2, found 1"),
    ]:
        with pytest.raises(CorruptFileError, match=message):
            Statistics.from_bytes(resealed(content, old, new))
    accented = count(["é ab"]).to_bytes()
    with pytest.raises(CorruptFileError, match="ends inside a character"):
        Statistics.from_bytes(resealed(accented, struct.pack("<QQ", 2, 4), struct.pack("<QQ", 1, 4)))


def test_a_newer_version_is_another_error():
    content = nothing.to_bytes()

    with pytest.raises(UnsupportedVersionError, match="statistics of version 2, by a newer sprat"):
        Statistics.from_bytes(resealed(content, b"SPRATCST\1", b"SPRATCST\2"))
    for wrong in (b"", b"SPRATCST", b"x" * 100):
        with pytest.raises(CorruptFileError, match="these bytes are no statistics"):
            Statistics.from_bytes(wrong)


@pytest.mark.parametrize("tokens", [["a", 1], [1, "a"], [1.5], [2**70], [("a",)]], ids=repr)
def test_tokens_that_bytes_cannot_hold_are_named(tokens):
    statistics = count(["x"], lambda text: tokens)

    assert statistics.merge(statistics).document_frequency.tolist() == [2] * len(tokens)
    for act in (statistics.to_bytes, statistics.digest, statistics.to_arrow):
        with pytest.raises(InvalidArgumentError, match="terms must all be"):
            act()
