"""Models made from models: float32 to int8, and how far apart two models are."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

import numpy as np

from sprat._extras import missing
from sprat._files import write_whole
from sprat._matrix import SparseRows
from sprat.errors import CorruptFileError, InvalidArgumentError, MissingFileError
from sprat.splade import SpladeEncoder

_TERMS, _NEIGHBOURS = 20, 10


def quantize(source: Path, target: Path, *, decoder_only: bool = False) -> None:
    """Write the model of ``source`` with weights of 8 bits to ``target``; activations are scaled as it runs.

    Parameters
    ----------
    decoder_only : bool, default False
        Quantize the last product alone, the one with the vocabulary: nearly the same vectors, and half of
        the gain for a small model. Else all products with weights, by channel, and the table of embeddings.

    Raises
    ------
    MissingExtraError
        If ``onnx`` or ``onnxruntime`` is not installed.
    MissingFileError, CorruptFileError
        If ``source`` is not there, or no model.
    InvalidArgumentError
        If the model has no product to quantize.
    """
    try:
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ImportError as error:
        raise missing(error.name, "making a model", "models") from error
    if not source.is_file():
        raise MissingFileError(f"{source}: there is no such file")
    try:
        model = onnx.load(source)
    except Exception as error:  # protobuf's errors have no common class
        raise CorruptFileError(f"{source}: not an ONNX model: {error}") from error
    decoder = _untie(onnx, model)
    mark = model.metadata_props.add()  # or a warning asks for a step that changes nothing here
    mark.key, mark.value = "onnx.quant.pre_process", "onnxruntime.quant"
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "model.onnx"
        quantize_dynamic(
            model,
            part,
            op_types_to_quantize=["MatMul"] if decoder_only else ["MatMul", "Gather"],
            nodes_to_quantize=[decoder] if decoder_only else None,
            per_channel=True,
            weight_type=QuantType.QInt8,
        )
        write_whole(target, part.read_bytes())


class Comparison(NamedTuple):
    """How far two models' vectors of the same texts are apart; shares and cosines are 1 if they are equal."""

    texts: int
    cosine_mean: float
    cosine_least: float
    terms_kept: float  #: share of the 20 largest terms of a text
    neighbours_kept: float  #: share of the 10 best other texts for each text
    weights: tuple[float, float]  #: of a text, mean
    seconds: tuple[float, float]  #: of CPU, for all texts


def compare(first: SpladeEncoder, second: SpladeEncoder, texts: Sequence[str]) -> Comparison:
    """Encode ``texts`` with both models and compare.

    Raises
    ------
    InvalidArgumentError
        If there are no texts, or the models have different numbers of terms.
    """
    if not texts:
        raise InvalidArgumentError("texts must not be empty")
    if first.dim != second.dim:
        raise InvalidArgumentError(f"both models must have the same terms, got {first.dim} and {second.dim}")
    encoded = [_timed(encoder, texts) for encoder in (first, second)]
    (a, _), (b, _) = encoded
    lengths = np.sqrt(a.multiply(a).sum(axis=1) * b.multiply(b).sum(axis=1))
    products = np.asarray(a.multiply(b).sum(axis=1), np.float64)
    cosines = np.where(lengths > 0, products / np.where(lengths > 0, lengths, 1), a.nnz == b.nnz)
    terms = [_kept(_largest(x, _TERMS), _largest(y, _TERMS)) for x, y in zip(a, b)]
    neighbours = [_kept(x, y) for x, y in zip(_neighbours(a), _neighbours(b))]
    return Comparison(
        len(texts),
        float(cosines.mean()),
        float(cosines.min()),
        float(np.mean(terms)),
        float(np.mean(neighbours)),
        (a.nnz / len(texts), b.nnz / len(texts)),
        (encoded[0][1], encoded[1][1]),
    )


def _untie(onnx: Any, model: Any) -> str:
    """Return the name of the product with the vocabulary, and give it weights of its own.

    In a tied model they are the transposed table of embeddings, which would stay as it is.
    """
    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    constants = {constant.name: constant for constant in graph.initializer}
    value = graph.output[0].name
    while (node := makers.get(value)) is not None and node.op_type != "MatMul":
        value = next((name for name in node.input if name not in constants), "")
    if node is None:
        raise InvalidArgumentError(
            "the model must end in a product with its vocabulary (MatMul), and has none"
        )
    node.name = node.name or "decoder"
    transposed = makers.get(node.input[1])
    if transposed is not None and transposed.op_type == "Transpose" and transposed.input[0] in constants:
        table = onnx.numpy_helper.to_array(constants[transposed.input[0]])
        own = onnx.numpy_helper.from_array(np.ascontiguousarray(table.T), "decoder_weight")
        graph.initializer.append(own)
        node.input[1] = own.name
        graph.node.remove(transposed)
    return str(node.name)


def _timed(encoder: SpladeEncoder, texts: Sequence[str]) -> tuple[SparseRows, float]:
    start = process_time()
    rows = encoder.encode_documents(texts)
    return rows, process_time() - start


def _largest(row: SparseRows, count: int) -> set[int]:
    return set(row.indices[np.argsort(-row.data, kind="stable")[:count]].tolist())


def _neighbours(rows: SparseRows) -> list[set[int]]:
    scores = (rows @ rows.T).toarray()
    np.fill_diagonal(scores, -1)
    return [set(best.tolist()) for best in np.argsort(-scores, axis=1, kind="stable")[:, :_NEIGHBOURS]]


def _kept(first: set[int], second: set[int]) -> float:
    return len(first & second) / len(first) if first else 1.0
