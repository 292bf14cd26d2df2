"""A fit of partitions, however they come together, is the fit of all documents."""

from __future__ import annotations

import random

import numpy as np
import pandas
import pyarrow as pa
import pyarrow.parquet
import pytest

import sprat
from sprat import distributed
from sprat.distributed import Counting, _kernels, encode_batches, fit_batches, merge_batches
from sprat.errors import EmptyCorpusError, FrozenStatisticsError, InvalidArgumentError, NotFittedError

dd = pytest.importorskip("dask.dataframe")

WORDS = "cat dog bird fish cow hen fox owl bee ant Straße 漢字".split()
DRAW = random.Random(7)
TEXTS = [" ".join([*DRAW.choices(WORDS, k=n % 9), f"w{DRAW.randrange(90)}"]) for n in range(300)] + [""]
FRAME = pandas.DataFrame({"id": [f"d{n}" for n in range(301)], "text": TEXTS})
ENCODERS = {
    "exact": lambda: sprat.BM25Encoder("unicode", variant="okapi", k1=2),
    "callable": lambda: sprat.BM25Encoder(str.split),
    "hashed": lambda: sprat.BM25Encoder("unicode", vocabulary=sprat.HashedVocabulary("murmur3")),
}
PLANS = ["blobs", "relational"]


def text_of(encoder, path) -> str:
    encoder.save(path)
    return path.read_text()


def partitions(count: int) -> list[pa.Table]:
    bounds = sorted(DRAW.choices(range(302), k=count - 1))
    return [
        pa.table({"text": pa.array(TEXTS[start:end], pa.string())})
        for start, end in zip([0, *bounds], [*bounds, 301])
    ]


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("count", [1, 2, 7, 100])
@pytest.mark.parametrize("name", ENCODERS)
def test_a_fit_on_dask_is_the_local_fit(tmp_path, name, count, plan):
    expected = ENCODERS[name]().fit(TEXTS)
    frame = dd.from_pandas(FRAME, npartitions=count, sort=False)

    fitted = distributed.fit(frame, encoder=ENCODERS[name](), plan=plan)

    assert fitted.statistics.digest() == expected.statistics.digest()
    assert text_of(fitted, tmp_path / "a") == text_of(expected, tmp_path / "b")


@pytest.mark.parametrize("name", ENCODERS)
def test_vectors_of_dask_are_the_local_vectors(name):
    encoder = ENCODERS[name]().fit(TEXTS)
    expected = encoder.encode_documents(TEXTS)

    found = distributed.encode(dd.from_pandas(FRAME, npartitions=4, sort=False), encoder).compute()

    assert found["id"].tolist() == FRAME["id"].tolist()
    assert found.index.tolist() == FRAME.index.tolist()
    assert [list(row) for row in found["indices"]] == [row.indices.tolist() for row in expected]
    assert [list(row) for row in found["values"]] == [row.data.tolist() for row in expected]


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # Dask's own
def test_vectors_of_dask_go_to_parquet(tmp_path):
    encoder = sprat.BM25Encoder("unicode").fit(TEXTS)

    distributed.encode(dd.from_pandas(FRAME, npartitions=3, sort=False), encoder).to_parquet(tmp_path / "v")

    schema = pa.parquet.read_table(tmp_path / "v").schema
    assert schema.field("indices").type.value_type == pa.uint32()
    assert schema.field("values").type.value_type == pa.float32()


@pytest.mark.parametrize("name", ENCODERS)
def test_rare_terms_are_left_out_by_both_plans(tmp_path, name):
    frame = dd.from_pandas(FRAME, npartitions=5, sort=False)
    whole = ENCODERS[name]().fit(TEXTS)
    frequency = whole.statistics.document_frequency

    texts = []
    for plan in PLANS:
        fitted = distributed.fit(frame, encoder=ENCODERS[name](), plan=plan, min_df=4)
        texts.append(text_of(fitted, tmp_path / plan))
        terms = np.array(list(whole.statistics.terms), object)[frequency >= 4]
        assert list(fitted.statistics.terms) == terms.tolist()
        assert fitted.statistics.document_frequency.tolist() == frequency[frequency >= 4].tolist()
        assert fitted.statistics.token_count == whole.statistics.token_count

    assert texts[0] == texts[1]
    assert 0 < len(terms) < len(frequency)


def test_blobs_with_numbers_merge_in_any_order_and_grouping(tmp_path):
    expected = sprat.BM25Encoder("unicode").fit(TEXTS)
    counting = Counting("text", sprat.Analyzer("unicode"))
    blobs = [
        batch
        for shard, part in enumerate(partitions(23))
        for batch in fit_batches(part.to_batches(max_chunksize=3), counting, shard)
    ]

    for _ in range(5):
        DRAW.shuffle(blobs)
        groups = [list(merge_batches(blobs[start : start + 4])) for start in range(0, len(blobs), 4)]
        (merged,) = merge_batches(batch for group in groups for batch in group)
        statistics = sprat.CollectionStatistics.from_bytes(merged["statistics"][0].as_py())
        fitted = sprat.BM25Encoder("unicode").merge(statistics)
        assert text_of(fitted, tmp_path / "a") == text_of(expected, tmp_path / "b")


def test_rows_grouped_by_any_engine_are_the_statistics(tmp_path):
    expected = sprat.BM25Encoder("unicode").fit(TEXTS)
    counting = Counting("text", sprat.Analyzer("unicode"))
    rows = [
        batch
        for shard, part in enumerate(partitions(11))
        for batch in _kernels.term_batches([part], counting, shard)
    ]

    DRAW.shuffle(rows)
    summed = (
        pa.Table.from_batches(rows)
        .group_by(["kind", "term"])
        .aggregate([("document_frequency", "sum"), ("first_position", "min")])
        .rename_columns(["kind", "term", "document_frequency", "first_position"])
    )

    fitted = sprat.BM25Encoder("unicode").merge(_kernels.from_rows(summed, counting))
    assert text_of(fitted, tmp_path / "a") == text_of(expected, tmp_path / "b")


def test_a_partition_tried_twice_is_noticed():
    counting = Counting("text", sprat.Analyzer("unicode"))
    (blob,) = fit_batches(partitions(1), counting, 3)

    with pytest.raises(InvalidArgumentError, match="shard 3 is in both statistics: it would count twice"):
        list(merge_batches([blob, blob]))


def test_encoding_batches_keeps_ids_of_any_type():
    encoder = sprat.BM25Encoder("unicode").fit(TEXTS)
    batch = pa.record_batch({"key": pa.array([1, None], pa.int8()), "text": ["cat", "no such words"]})

    (vectors,) = encode_batches([batch], encoder, "text", "key")

    assert vectors.column("id").equals(batch.column("key"))
    assert [len(row) for row in vectors.column("indices").to_pylist()] == [1, 0]


def test_what_is_not_possible_is_said():
    frame = dd.from_pandas(FRAME, npartitions=2, sort=False)

    with pytest.raises(InvalidArgumentError, match=r"must be a Spark or Dask DataFrame .* got .*DataFrame$"):
        distributed.fit(FRAME)
    with pytest.raises(InvalidArgumentError, match="plan must be 'blobs' or 'relational', got 'tree'"):
        distributed.fit(frame, plan="tree")
    with pytest.raises(InvalidArgumentError, match="min_df must be a whole number from 1, got 0"):
        distributed.fit(frame, min_df=0)
    with pytest.raises(FrozenStatisticsError, match="'bm25-adpt' learns from whole documents"):
        distributed.fit(frame, encoder=sprat.BM25Encoder(variant="bm25-adpt"))
    with pytest.raises(EmptyCorpusError):
        distributed.fit(frame, encoder=sprat.BM25Encoder("unicode"), min_df=1000)
    with pytest.raises(NotFittedError):
        distributed.encode(frame, sprat.BM25Encoder())
    gap = dd.from_pandas(pandas.DataFrame({"text": ["a", None]}), npartitions=1)
    with pytest.raises(TypeError, match=r"texts\[1\] must be str, got None"):
        distributed.fit(gap)


def test_the_template_stays_as_it_is():
    template = sprat.BM25Encoder("unicode").fit(["something else"])

    fitted = distributed.fit(dd.from_pandas(FRAME, npartitions=2, sort=False), encoder=template)

    assert list(template.vocabulary) == ["something", "else"]
    assert "something" not in fitted.vocabulary
