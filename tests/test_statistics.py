"""sprat.CollectionStatistics: the laws of adding and taking away, ids, bytes, tables."""

from __future__ import annotations

import hashlib
import struct
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sprat
from sprat import CollectionStatistics as Statistics
from sprat._terms import Terms
from sprat.errors import (
    FrozenStatisticsError,
    InvalidArgumentError,
)

WHITESPACE = sprat.Analyzer.from_dict({"version": 1, "tokenizer": {"type": "whitespace"}, "filters": []})
HASHED = sprat.HashedVocabulary("murmur3-abs")

texts = st.lists(st.text(alphabet="abc é\ud800", max_size=8), max_size=6)
analyzers = st.sampled_from([WHITESPACE, str.split])
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


def counted_by_hand(texts) -> tuple[object, ...]:
    frequency: dict[str, int] = {}
    for text in texts:
        for term in dict.fromkeys(text.split()):
            frequency[term] = frequency.get(term, 0) + 1
    return len(texts), sum(len(t.split()) for t in texts), list(frequency), list(frequency.values())


@given(texts, analyzers)
def test_counting_is_counting(a, analyzer):
    assert plain(count(a, analyzer)) == counted_by_hand(a)


@given(texts, texts, analyzers)
def test_merging_parts_gives_the_whole_ids_included(a, b, analyzer):
    merged = count(a, analyzer).merge(count(b, analyzer))

    assert plain(merged) == plain(count(a, analyzer).update(b, analyzer)) == counted_by_hand([*a, *b])
    assert merged == count([*a, *b], analyzer)
    assert merged.digest() == count([*a, *b], analyzer).digest()


@given(texts, texts, texts, analyzers)
def test_merging_is_associative_with_an_identity(a, b, c, analyzer):
    x, y, z = (count(part, analyzer) for part in (a, b, c))

    assert plain(x.merge(y).merge(z)) == plain(x.merge(y.merge(z)))
    assert plain(nothing.merge(x)) == plain(x.merge(nothing)) == plain(x)


@given(texts, texts)
def test_merging_is_commutative_in_all_but_ids(a, b):
    x, y = count(a), count(b)

    assert x.merge(y) == y.merge(x)
    assert x.merge(y).digest() == y.merge(x).digest()


@given(texts, texts, analyzers)
def test_removing_what_was_added_gives_the_old_numbers_and_keeps_ids(a, b, analyzer):
    before, added = count(a, analyzer), count(b, analyzer)
    whole = before.merge(added)

    rest = whole.remove(added)

    assert rest == before
    assert rest.digest() == before.digest()
    assert list(rest.terms) == list(whole.terms)
    assert rest.remove(before) == nothing
    assert plain(rest.merge(added)) == plain(whole)


@given(texts, texts, analyzers)
def test_compacting_forgets_terms_of_no_document_and_says_how(a, b, analyzer):
    first, second = count(a, analyzer), count(b, analyzer)
    rest = first.merge(second).remove(first)

    compacted, new_ids = rest.compact()

    assert compacted == rest == second
    assert 0 not in compacted.document_frequency.tolist()
    assert {new for new, df in zip(new_ids.tolist(), rest.document_frequency) if df == 0} <= {-1}
    kept = {term: new for term, new in zip(rest.terms, new_ids.tolist()) if new >= 0}
    assert kept == {term: term_id for term_id, term in enumerate(compacted.terms)}
    assert len(new_ids) == len(rest.terms)
    assert plain(first.merge(second).remove(second).compact()[0]) == plain(first)


@given(texts, st.integers(1, 7), st.randoms(use_true_random=False), st.sampled_from([None, HASHED]))
def test_shards_merged_in_any_order_and_grouping_give_the_ids_of_the_whole(a, parts, order, vocabulary):
    a = [*a, "z y", "y"]
    analyzer, options = str.split, {"vocabulary": vocabulary}
    if vocabulary is not None:
        a = [text.replace("\ud800", "x") for text in a]
    bounds = sorted(order.randrange(len(a) + 1) for _ in range(parts - 1))
    pieces = [a[i:j] for i, j in zip([0, *bounds], [*bounds, len(a)])]
    shards = [count(piece, analyzer, shard=3 * i, **options) for i, piece in enumerate(pieces)]

    while len(shards) > 1:
        order.shuffle(shards)
        one, other = shards.pop(), shards.pop()
        shards.append(one.merge(Statistics.from_bytes(other.to_bytes())))

    whole = count(a, analyzer, **options)
    assert plain(shards[0].without_shards()) == plain(whole)
    assert shards[0].digest() == whole.digest()
    assert shards[0].shards == tuple(range(0, 3 * parts, 3))


def test_texts_added_to_shards_belong_to_the_last_one():
    early, late = count(["a b"], shard=1), count(["b c"], shard=5)

    grown = late.merge(early).update(["d a", "e"])

    assert plain(grown) == counted_by_hand(["a b", "b c", "d a", "e"])
    assert list(grown.merge(count(["f"], shard=3)).terms) == ["a", "b", "f", "c", "d", "e"]
    assert (grown.first_position >> 32).tolist() == [1, 1, 5, 5, 5]


def test_equality_looks_at_numbers_by_term():
    assert count(["a b"]) == count(["b a"])
    assert count(["a b"]) != count(["a c"])
    assert count(["a b"]) != count(["a b", ""])
    assert count(["a b"]) != count(["a b b"])
    assert count(["a", "a b"]) != count(["b", "a b"])
    assert count(["a b"]) != "a b"


def digest_by_hand(kind: bytes, totals: tuple[int, int], terms: bytes, frequency: list[int]) -> str:
    """As docs/formats.md has it."""
    numbers = struct.pack("<4sQQQ", kind, *totals, len(frequency))
    frequencies = struct.pack(f"<{len(frequency)}q", *frequency)
    return hashlib.sha256(b"sprat statistics 1\0" + numbers + terms + frequencies).hexdigest()


@given(texts, analyzers)
def test_the_digest_is_a_hash_of_totals_and_of_terms_by_code_point(a, analyzer):
    documents, tokens, terms, frequency = counted_by_hand(a)
    by_term = sorted(zip(terms, frequency))
    encoded = [term.encode("utf-8", "surrogatepass") for term, _ in by_term]
    ends = struct.pack(f"<{len(encoded)}q", *accumulate(map(len, encoded)))

    expected = digest_by_hand(b"str", (documents, tokens), ends + b"".join(encoded), [n for _, n in by_term])

    assert count(a, analyzer).digest() == expected


def test_the_digest_of_hashed_terms_is_of_their_ids():
    ids = sorted([(HASHED["a"], 1), (HASHED["b"], 2)])

    digest = count(["a b", "b"], str.split, vocabulary=HASHED).digest()

    terms = struct.pack("<2q", *(term for term, _ in ids))
    assert digest == digest_by_hand(b"int", (2, 3), terms, [n for _, n in ids])


def test_removing_what_was_never_added_is_refused_by_name():
    whole = count(["a b", "b c"])

    for texts, message in [
        (["d"], "1 documents with 'd', where there are 0"),
        (["a", "a"], "2 documents with 'a', where there are 1"),
        (["", "", ""], "3 documents, where there are 2"),
        (["b b b b b"], "5 tokens, where there are 4"),
        (["b", "b"], r"it would leave 'a' in 1 of 0 documents"),
        (["b b b"], r"it would leave 1 tokens, but 3 terms of documents"),
    ]:
        with pytest.raises(InvalidArgumentError, match=f"cannot remove what was never added: {message}"):
            whole.remove(count(texts))


def test_statistics_of_different_analyzers_do_not_merge():
    english = count(["a dog"], sprat.Analyzer("en"))

    for act in (english.merge, english.remove):
        with pytest.raises(InvalidArgumentError) as refused:
            act(count(["a dog"]))
        assert "different analyzers" in str(refused.value)
        assert "<nltk > lowercase > punctuation > stop_words > stem; " in str(refused.value)
        assert "<whitespace; " in str(refused.value)
    with pytest.raises(InvalidArgumentError, match=r"builtins:str.split here, test_st.*<lambda>:\d+ there"):
        count(["a"], str.split).merge(count(["a"], lambda text: text.split()))
    with pytest.raises(InvalidArgumentError, match="hashed by 'murmur3-abs' here, exact there"):
        count(["a"], vocabulary=HASHED).merge(count(["a"]))


def test_pipelines_that_differ_in_stop_words_only_have_different_names():
    def dropping(*words):
        return sprat.Analyzer.from_stages(
            {"type": "whitespace"}, filters=[{"type": "stop_words", "words": list(words)}]
        )

    with pytest.raises(InvalidArgumentError) as refused:
        count(["a b c"], dropping("a")).merge(count(["a b c"], dropping("b")))

    here, there = str(refused.value).split(" here, ")
    assert here.split("; ")[-1] != there.split("; ")[-1].removesuffix(" there")


def test_a_shard_counts_once_and_not_among_others():
    shard = count(["a"], shard=2)

    with pytest.raises(InvalidArgumentError, match="shard 2 is in both statistics"):
        shard.merge(count(["b"], shard=1)).merge(shard)
    with pytest.raises(InvalidArgumentError, match="numbered shards merge with such only"):
        shard.merge(count(["b"]))
    for number in (-1, 1 << 31, 1.0, True, "1"):
        with pytest.raises(InvalidArgumentError, match="shard must be a whole number from 0 to 2147483647"):
            count(["a"], shard=number)


def test_statistics_are_values():
    a = count(["a b"])
    before = plain(a)

    a.merge(count(["a c"]))
    a.update(["d"])
    a.remove(count(["a b"]))
    a.compact()

    assert plain(a) == before
    with pytest.raises(ValueError, match="read-only"):
        a.document_frequency[0] = 7
    with pytest.raises(AttributeError):
        a.token_count = 7  # type: ignore[misc]


def test_statistics_are_made_of_any_sequences_of_one_length():
    made = Statistics(2, 3, [1, 2], ("a", "b"), WHITESPACE.to_dict())

    assert made == count(["b", "a b"])
    assert made.document_frequency.dtype == np.int64
    for wrong in ([1], [1.0, 2.0], [[1, 2]], ["x", "y"]):
        with pytest.raises(
            InvalidArgumentError, match="document_frequency must be whole numbers, one for each of 2"
        ):
            Statistics(2, 3, wrong, ["a", "b"])


def test_frozen_statistics_say_why(tmp_path):
    frozen = Statistics(2, 3, None)

    for act in (frozen.digest, frozen.to_bytes, frozen.compact, lambda: frozen.merge(count(["a"]))):
        with pytest.raises(FrozenStatisticsError, match=r"pymilvus.model holds finished idf values"):
            act()


def test_positions_of_a_collection_in_one_piece_are_its_ids():
    table = count(["b a", "c"]).to_arrow()

    assert table.column("term").to_pylist() == ["b", "a", "c"]
    assert table.column("first_position").to_pylist() == [0, 1, 2]
    np.testing.assert_array_equal(count(["b a"], shard=1).first_position, [1 << 32, (1 << 32) + 1])


def test_frozen_statistics_are_equal_if_their_terms_are():
    frozen = Statistics(1, 2, None, Terms(["a", "b"]))

    assert frozen == Statistics(1, 2, None, Terms(["a", "b"]))
    assert frozen != Statistics(1, 2, None, Terms(["a", "c"]))
    assert frozen != count(["a b"])
    assert count(["a b"]) != frozen


def test_only_statistics_are_merged():
    with pytest.raises(TypeError, match="other must be CollectionStatistics, got int"):
        count(["a"]).merge(5)


@pytest.mark.parametrize("count", [1.5, "3", True, -1, None])
@pytest.mark.parametrize("name", ["document_count", "token_count"])
def test_a_count_is_a_whole_number(name, count):
    with pytest.raises(InvalidArgumentError, match=f"{name} must be a whole number from 0, got {count!r}"):
        sprat.CollectionStatistics(**{name: count})


@pytest.mark.parametrize("method", ["merge", "remove"])
def test_what_are_no_statistics_is_refused(method):
    with pytest.raises(TypeError, match="other must be CollectionStatistics, got dict"):
        getattr(sprat.CollectionStatistics(), method)({})


def test_what_is_no_table_is_refused():
    with pytest.raises(TypeError, match=r"table must be a pyarrow\.Table, got list"):
        sprat.CollectionStatistics.from_arrow([1])
