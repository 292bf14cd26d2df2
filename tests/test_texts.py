"""Everything that may stand where texts belong, and everything that may not."""

from __future__ import annotations

import numpy as np
import pytest

import sprat
from sprat._texts import as_documents, as_texts
from sprat.errors import InvalidArgumentError

TEXTS = ["a b", "", "Straße 😀"]


class ArrowColumn:
    """Looks like a pyarrow Array: iterating gives scalars, not strings."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> object:
        raise AssertionError("the scalars were asked for")

    def slice(self, offset: int, length: int) -> ArrowColumn:
        return ArrowColumn(self.texts[offset : offset + length])

    def to_pylist(self) -> list[str]:
        return list(self.texts)


@pytest.mark.parametrize(
    "texts",
    [
        TEXTS,
        tuple(TEXTS),
        (text for text in TEXTS),
        dict.fromkeys(TEXTS).keys(),
        {1: "a b", 2: "", 3: "Straße 😀"}.values(),
        np.array(TEXTS),
        np.array(TEXTS, dtype=object),
        np.array(["a b", "x", "", "x", "Straße 😀", "x"])[::2],
        ArrowColumn(TEXTS),
    ],
    ids=lambda texts: type(texts).__name__,
)
def test_a_column_or_iterable_gives_its_texts(texts):
    given = list(as_texts(texts))

    assert given == TEXTS
    assert [type(text) for text in given] == [str] * 3


def test_an_empty_column_gives_nothing():
    assert list(as_texts([])) == []
    assert list(as_texts(np.array([], dtype=str))) == []
    assert list(as_texts(ArrowColumn([]))) == []


def test_a_long_column_is_taken_whole():
    texts = [str(number) for number in range(10_000)]

    assert list(as_texts(np.array(texts))) == texts
    assert list(as_texts(ArrowColumn(texts))) == texts


def test_a_generator_is_read_no_further_than_asked():
    def texts():
        yield "first"
        raise AssertionError("read ahead")

    assert next(iter(as_texts(texts()))) == "first"


@pytest.mark.parametrize("module", ["pandas", "polars"])
def test_a_series_gives_its_texts(module):
    library = pytest.importorskip(module)

    assert list(as_texts(library.Series(TEXTS))) == TEXTS


@pytest.mark.parametrize("module", ["pandas", "polars"])
def test_a_frame_is_not_one_column(module):
    library = pytest.importorskip(module)

    with pytest.raises(TypeError, match="got a DataFrame that is not one column"):
        as_texts(library.DataFrame({"text": TEXTS}))


def test_arrow_columns_give_their_texts():
    pyarrow = pytest.importorskip("pyarrow")

    assert list(as_texts(pyarrow.array(TEXTS))) == TEXTS
    assert list(as_texts(pyarrow.chunked_array([TEXTS[:1], TEXTS[1:]]))) == TEXTS
    with pytest.raises(TypeError, match="got a Table that is not one column"):
        as_texts(pyarrow.table({"text": TEXTS}))


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("abc", "texts must be an iterable of str, got one str; wrap it in a list"),
        (np.str_("abc"), "texts must be an iterable of str, got one str; wrap it in a list"),
        (b"abc", "texts must be an iterable of str, got one bytes; wrap it in a list"),
        (bytearray(b"abc"), "texts must be an iterable of str, got one bytearray; wrap it in a list"),
        (None, "texts must be an iterable of str, got None"),
        (7, "texts must be an iterable of str, got int"),
        (list, "texts must be an iterable of str, got type"),
        ({"id": "text"}, "texts must be an iterable of str, got a dict; pass its values"),
        (np.array([TEXTS]), "texts must be an iterable of str, got a ndarray that is not one column"),
        (np.array("abc"), "texts must be an iterable of str, got a ndarray that is not one column"),
    ],
    ids=repr,
)
def test_anything_else_is_a_type_error_that_says_what_it_got(texts, message):
    with pytest.raises(TypeError) as refused:
        as_texts(texts)

    assert str(refused.value) == message


COLUMNS = ["string", "large_string", "string_view"]


def arrow_columns(kind):
    pyarrow = pytest.importorskip("pyarrow")
    whole = pyarrow.array(
        ["left out", *TEXTS, "a text that does not stand in its view", "end"], getattr(pyarrow, kind)()
    )
    column = whole.slice(1, 4)
    return [*TEXTS, "a text that does not stand in its view"], [
        column,
        pyarrow.chunked_array([column.slice(0, 1), column.slice(1, 0), column.slice(1)]),
        pyarrow.RecordBatch.from_arrays([column], ["text"]).column(0),
    ]


@pytest.mark.parametrize("kind", COLUMNS)
def test_arrow_columns_are_read_where_they_lie(kind):
    texts, columns = arrow_columns(kind)
    expected = sprat.BM25Encoder("unicode").fit(texts)

    for column in columns:
        assert not isinstance(next(iter(as_documents(column))), str)
        encoder = sprat.BM25Encoder("unicode").fit(column)
        assert encoder.statistics == expected.statistics
        assert list(encoder.vocabulary) == list(expected.vocabulary)
        assert (encoder.encode_documents(column) != expected.encode_documents(texts)).nnz == 0


@pytest.mark.parametrize("kind", COLUMNS)
def test_an_arrow_column_has_no_gaps_and_is_utf8(kind):
    pyarrow = pytest.importorskip("pyarrow")
    kind = getattr(pyarrow, kind)()
    gap = pyarrow.chunked_array([pyarrow.array(["a"] * 300, kind), pyarrow.array(["b", None], kind)])

    with pytest.raises(TypeError, match=r"^texts\[301\] must be str, got None$"):
        sprat.BM25Encoder("unicode").fit(gap)
    if kind != pyarrow.string_view():
        wide = pyarrow.binary() if kind == pyarrow.string() else pyarrow.large_binary()
        broken = pyarrow.array([b"a", b"ab\xed\xa0\x80"], wide).view(kind)
        with pytest.raises(
            InvalidArgumentError, match=r"^texts\[1\] must be UTF-8, got byte 237 at position 2$"
        ):
            sprat.BM25Encoder("unicode").fit(broken)


def test_series_are_read_where_they_lie():
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    expected = sprat.BM25Encoder("unicode").fit(TEXTS)

    for column in (pandas.Series(TEXTS), pandas.Series(TEXTS, dtype=object), polars.Series(TEXTS)):
        assert sprat.BM25Encoder("unicode").fit(column).statistics == expected.statistics
    assert not isinstance(next(iter(as_documents(polars.Series(TEXTS)))), str)


def test_a_stream_of_tables_is_not_one_column():
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({"text": TEXTS})

    with pytest.raises(TypeError, match="got a RecordBatchReader that is not one column"):
        sprat.BM25Encoder("unicode").fit(table.to_reader())
    with pytest.raises(TypeError, match=r"texts\[0\] must be str, got int"):
        sprat.BM25Encoder("unicode").fit(pyarrow.array([1, 2]))


def test_columns_and_texts_may_follow_each_other():
    pyarrow = pytest.importorskip("pyarrow")
    column = next(iter(as_documents(pyarrow.array(["b a", "c"]))))

    encoder = sprat.BM25Encoder("unicode").fit(["a", column, "d", column])

    assert list(encoder.vocabulary) == ["a", "b", "c", "d"]
    assert encoder.statistics.document_count == 6
    with pytest.raises(TypeError, match=r"^texts\[3\] must be str, got int$"):
        sprat.BM25Encoder("unicode").fit(["a", column, 1])
