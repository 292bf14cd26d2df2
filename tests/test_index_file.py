"""The index file: what comes back is what was saved, and damage is found or harmless."""

import contextlib
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

import collections_of_vectors as cv
from sprat import SparseIndex
from sprat.errors import CorruptFileError, SpratError, UnsupportedVersionError

HEADER = 512
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def saved(tmp_path):
    rng = np.random.default_rng(8)
    index = SparseIndex(cv.collection("mixed", rng, 400, 40))
    index.remove([3, 50, 399])
    index.save(tmp_path / "index")
    return index, cv.queries_for("mixed", rng, 5, 40), tmp_path / "index"


def test_a_loaded_index_answers_as_the_one_that_was_saved(saved):
    index, queries, path = saved

    loaded = SparseIndex.load(path, verify=True)

    cv.assert_same_bits(loaded.search(queries, 30), tuple(index.search(queries, 30)))
    assert (len(loaded), loaded.document_count, loaded.column_count) == (397, 400, 40)
    with pytest.raises(SpratError, match="50 was removed already"):
        loaded.remove(50)


def test_saving_what_was_loaded_gives_the_same_bytes(saved):
    _, _, path = saved
    before = path.read_bytes()

    SparseIndex.load(path).save(path)

    assert path.read_bytes() == before


def test_a_loaded_index_takes_documents(saved):
    index, queries, path = saved
    rows = cv.collection("mixed", np.random.default_rng(9), 50, 40)
    loaded = SparseIndex.load(path)

    for each in (index, loaded):
        each.add(rows)

    cv.assert_same_bits(loaded.search(queries, 30), tuple(index.search(queries, 30)))


def test_an_index_lives_on_when_its_file_is_replaced_or_deleted(saved):
    _, queries, path = saved
    loaded = SparseIndex.load(path)
    before = loaded.search(queries, 30)

    SparseIndex(csr_array([[1.0]])).save(path)
    path.unlink()

    cv.assert_same_bits(loaded.search(queries, 30), tuple(before))


def test_a_file_that_is_cut_short_is_refused(saved):
    _, _, path = saved
    whole = path.read_bytes()
    for length in [*range(0, HEADER, 37), HEADER, len(whole) // 2, len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(CorruptFileError):
            SparseIndex.load(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(CorruptFileError):
        SparseIndex.load(path)


def test_every_flipped_bit_of_the_header_is_found_when_loading(saved):
    _, _, path = saved
    whole = path.read_bytes()
    for at in range(HEADER):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << at % 8
        path.write_bytes(damaged)
        with pytest.raises(CorruptFileError):
            SparseIndex.load(path)


def outcome(path, queries):
    """What a file answers, or None where it is refused."""
    try:
        return [tuple(SparseIndex.load(path).search(query, 20)) for query in (queries, -queries)]
    except CorruptFileError:
        return None


@pytest.mark.parametrize("kind", cv.KINDS)
def test_a_flipped_bit_anywhere_gives_an_error_or_the_same_answer(kind, tmp_path):
    rng = np.random.default_rng(11)
    index = SparseIndex(cv.collection(kind, rng, 300, 30))
    index.remove([7])
    index.save(tmp_path / "index")
    whole = (tmp_path / "index").read_bytes()
    queries = cv.queries_for(kind, rng, 3, 30)
    right = outcome(tmp_path / "index", queries)
    refused = 0
    for at in rng.integers(HEADER, len(whole), 300):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << rng.integers(8)
        (tmp_path / "index").write_bytes(damaged)
        answers = outcome(tmp_path / "index", queries)
        refused += answers is None
        if answers is not None:
            for answer, expected in zip(answers, right):
                cv.assert_same_bits(answer, expected)
    assert refused > 100


@given(data=st.data())
def test_flipped_bytes_of_a_section_are_found_by_verify_and_never_crash(data, tmp_path_factory):
    rng = np.random.default_rng(data.draw(st.integers(0, 9)))
    kind = data.draw(st.sampled_from(cv.KINDS))
    path = tmp_path_factory.mktemp("damaged") / "index"
    SparseIndex(cv.collection(kind, rng, 300, 30)).save(path)
    whole = bytearray(path.read_bytes())
    at = data.draw(st.lists(st.integers(HEADER, len(whole) - 1), min_size=1, max_size=20))
    original = bytes(whole)
    for place in at:
        whole[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole)

    index = SparseIndex.load(path)
    with contextlib.suppress(CorruptFileError):
        index.search(cv.queries_for(kind, rng, 3, 30), 20)
    with contextlib.suppress(CorruptFileError):
        index.search(-cv.queries_for(kind, rng, 3, 30), 20)
    with contextlib.suppress(CorruptFileError):
        index.add(csr_array(np.ones((500, 1))))  # merges
        index.search(cv.queries_for(kind, rng, 3, 30), 20)
    if bytes(whole) != original:
        try:
            SparseIndex.load(path, verify=True)
        except CorruptFileError:
            return
        # Only the bytes between sections may differ.
        rewritten = path.with_name("again")
        SparseIndex.load(path).save(rewritten)
        assert rewritten.read_bytes() == original


def test_a_newer_version_is_told_from_damage(saved):
    _, _, path = saved
    newer = bytearray(path.read_bytes())
    newer[8:12] = (99).to_bytes(4, "little")
    newer[508:512] = zlib.crc32(newer[:508]).to_bytes(4, "little")
    path.write_bytes(newer)

    with pytest.raises(UnsupportedVersionError, match="version 1 can be read, got 99"):
        SparseIndex.load(path)


def test_a_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        SparseIndex.load(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError):
        SparseIndex(csr_array([[1.0]])).save(tmp_path / "no" / "where")
    with pytest.raises(IsADirectoryError):
        SparseIndex.load(tmp_path)


def test_another_file_is_refused(tmp_path):
    (tmp_path / "text").write_bytes(b"text" * 500)

    with pytest.raises(CorruptFileError, match="does not begin as an index does"):
        SparseIndex.load(tmp_path / "text")


def test_an_index_of_version_1_is_read_and_gives_the_answers_it_gave():
    # Made by tests/golden/make_index.py; it is never made anew, but joined by files of later versions.
    index = SparseIndex.load(GOLDEN / "index_v1.sprat", verify=True)

    top = index.search({0: 1.0, 1: 0.5, 7: 2.0}, k=5)

    assert (len(index), index.document_count, index.column_count) == (697, 700, 12)
    assert top.documents.tolist() == [[453, 619, 15, 491, 207]]
    assert top.scores.tolist() == [
        [15.26632308959961, 15.149862289428711, 14.475414276123047, 13.382394790649414, 13.177233695983887]
    ]


def test_loading_does_not_read_the_file(tmp_path):
    # A million documents; the least of several times, for the machine may be busy.
    SparseIndex(csr_array((np.ones(10**6, np.float32), np.zeros(10**6, int), np.arange(10**6 + 1)))).save(
        tmp_path / "index"
    )
    times = []
    for _ in range(20):
        start = time.perf_counter()
        SparseIndex.load(tmp_path / "index")
        times.append(time.perf_counter() - start)

    assert min(times) < 0.001


def test_damage_is_not_saved_as_content(tmp_path):
    ones = csr_array(np.ones((100, 1), np.float32))
    SparseIndex(ones).save(tmp_path / "index")
    damaged = bytearray((tmp_path / "index").read_bytes())
    damaged[HEADER + 2] ^= 1  # of an impact that a code stands for
    (tmp_path / "index").write_bytes(damaged)

    with pytest.raises(CorruptFileError, match="the checksum of its coded impacts is wrong"):
        SparseIndex.load(tmp_path / "index").save(tmp_path / "copy")

    assert not (tmp_path / "copy").exists()


COLUMNS, LISTS, WINDOW_COUNTS, DOCUMENTS, REMOVED = 1, 3, 4, 5, 9


def forged(path, section, at, dtype, values):
    """Write numbers into a section and make checksums that fit, as a program would that means harm."""
    content = bytearray(path.read_bytes())
    sizes = np.frombuffer(content, np.uint64, 11, 64).astype(int)
    starts = HEADER + np.concatenate([[0], np.cumsum((sizes + 63) // 64 * 64)])
    np.frombuffer(content, dtype, len(values), starts[section] + at)[:] = values
    sections = [bytes(content[start : start + size]) for start, size in zip(starts, sizes[:-1])]
    chunks = [part[first : first + 4096] for part in sections for first in range(0, len(part), 4096)]
    checksums = np.array([zlib.crc32(chunk) for chunk in chunks], np.uint32).tobytes()
    content[starts[10] : starts[10] + sizes[10]] = checksums
    content[60:64] = zlib.crc32(checksums).to_bytes(4, "little")
    content[508:512] = zlib.crc32(content[:508]).to_bytes(4, "little")
    path.write_bytes(content)


def asked(path):
    """Ask everything that reads postings: matches, matches of either sign, a merge."""

    def merge(index):
        index.remove([0])
        index.merge()

    for ask in (lambda index: index.search({0: 1.0}), lambda index: index.search({0: -1.0}), merge):
        with pytest.raises(CorruptFileError, match="the index file is damaged"):
            ask(SparseIndex.load(path))
    with pytest.raises(CorruptFileError, match="the index file is damaged"):
        SparseIndex.load(path, verify=True)


def test_a_file_whose_checksums_fit_is_checked_for_what_holds_of_every_index(tmp_path):
    rows = np.ones((3000, 2), np.float32)
    rows[::2, 1] = 0.123  # two lists for the second column
    path = tmp_path / "index"

    for section, dtype, values in (
        (DOCUMENTS, np.uint8, [0, 0]),  # the same document twice
        (WINDOW_COUNTS, np.uint16, [3001]),
    ):
        SparseIndex(csr_array(rows)).save(path)
        forged(path, section, 0, dtype, values)
        asked(path)


def test_columns_that_do_not_ascend_are_not_merged(tmp_path):
    columns = np.arange(9) * 10**7
    rows = np.repeat(np.arange(8192), 9), np.tile(columns, 8192)
    path = tmp_path / "index"
    index = SparseIndex(csr_array((np.ones(9 * 8192, np.float32), rows), shape=(8192, 10**8)))
    index.remove([0])
    index.save(path)
    forged(path, COLUMNS, 0, np.int64, np.zeros(9))

    with pytest.raises(CorruptFileError, match="column 0 of 100000000 after 0"):
        SparseIndex.load(path).merge()


def test_a_document_that_is_not_there_cannot_be_removed_in_a_file(saved):
    _, _, path = saved
    forged(path, REMOVED, 6 * 8, np.uint64, [1 << 63])

    with pytest.raises(CorruptFileError, match="a document is removed that is not there"):
        SparseIndex.load(path)
