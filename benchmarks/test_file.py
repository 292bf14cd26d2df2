"""A fitted encoder to its JSON file and back."""

from sprat import BM25Encoder


def test_save(timed, collection, encoder, expected, tmp_path):
    path = tmp_path / "bm25.json"
    encoder.save(path)
    assert path.read_text("ascii").startswith(expected.saved_text()[:-1])

    timed(lambda: encoder.save(path), "MB", path.stat().st_size / 1e6)


def test_load(timed, collection, encoder, tmp_path):
    path = tmp_path / "bm25.json"
    encoder.save(path)
    loaded = BM25Encoder.load(path)
    difference = loaded.encode_queries(collection.queries) != encoder.encode_queries(collection.queries)
    assert difference.nnz == 0

    timed(lambda: BM25Encoder.load(path), "MB", path.stat().st_size / 1e6)
