"""Fuzz targets of the readers that are Python: "what holds for any bytes at all?"

``python fuzz/readers.py TARGET [options of libFuzzer] [folders of inputs]`` searches, with atheris.
tests/test_fuzz.py replays tests/fuzz/ through the same bodies.
"""

from __future__ import annotations

import struct
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import sprat
from sprat import _onnx_graph
from sprat._tokens import Tokenizer
from sprat.errors import SpratError

TEXT = "The quick fox, a fox."


def saved(content: bytes, folder: Path) -> Path:
    path = folder / "input"
    path.write_bytes(content)
    return path


def parameters(content: bytes, folder: Path) -> None:
    """An encoder that works and is saved as it was, or an error of ours. After a 1 the checksum fits."""
    sealed, content = content[:1] == b"\1", content[1:]
    if sealed:
        body = content.rpartition(b', "crc32"')[0]
        content = b'%s, "crc32": "%08x"}}' % (body, zlib.crc32(body))
    path = saved(content, folder)
    try:
        encoder = sprat.BM25Encoder.load(path, analyzer="unicode")
        rows, query = encoder.encode_documents([TEXT, ""]), encoder.encode_queries(TEXT)
    except SpratError:
        return
    assert rows.shape == (2, query.shape[1])
    assert query.shape[0] == 1
    encoder.save(path)
    again = sprat.BM25Encoder.load(path, analyzer="unicode")
    for found, expected in ((again.encode_documents([TEXT, ""]), rows), (again.encode_queries(TEXT), query)):
        assert found.indices.tolist() == expected.indices.tolist()
        assert found.data.tobytes() == expected.data.tobytes()


def statistics(content: bytes, _: Path) -> None:
    """A value that is written as it was, or an error of ours. After a 1 the checksum fits."""
    sealed, content = content[:1] == b"\1", content[1:]
    if sealed:
        content = content[:-4] + struct.pack("<I", zlib.crc32(content[:-4]))
    try:
        found = sprat.CollectionStatistics.from_bytes(content)
    except SpratError:
        return
    again = sprat.CollectionStatistics.from_bytes(found.to_bytes())
    assert again == found
    assert again.digest() == found.digest()


def onnx_model(content: bytes, folder: Path) -> None:
    """A model without its last bias, which has no other, or None."""
    path = saved(content, folder)
    found = _onnx_graph.without_last_bias(path, "")
    if found is not None:
        model, bias = found
        assert bias.ndim == 1
        assert len(model) < len(content)
        _onnx_graph.without_last_bias(saved(model, folder), "")


def tokenizer(content: bytes, folder: Path) -> None:
    """Ids within the limit, or an error of ours; or a panic of the tokenizers library."""
    try:
        read = Tokenizer(saved(content, folder), 8)
        ids = read.ids([TEXT, ""])
    except SpratError:
        return
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return
    assert ids.indptr[0] == 0
    assert ids.indptr[-1] == len(ids.ids) <= 16


TARGETS: dict[str, Callable[[bytes, Path], None]] = {
    target.__name__: target for target in (parameters, statistics, onnx_model, tokenizer)
}


def main() -> None:
    import atheris

    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in TARGETS:
        sys.exit(f"TARGET must be one of {', '.join(TARGETS)}, got {name!r}")
    atheris.instrument_all()
    with tempfile.TemporaryDirectory() as folder:
        atheris.Setup(sys.argv, lambda content: TARGETS[name](content, Path(folder)))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
