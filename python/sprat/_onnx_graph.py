"""An ONNX file without the bias of its last product, by moving bytes: ``onnx`` is not needed.

The logits of a masked language model are a product, for each token as wide as the vocabulary, plus a bias for
each term. Added in the model, it writes those tens of megabytes once more; added to the largest logit of each
term, it costs one row for each text.
"""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Numbers of fields in onnx.proto.
_GRAPH = 7
_NODE, _INITIALIZER, _INPUT, _OUTPUT, _VALUE = 1, 5, 11, 12, 13
_NODE_INPUT, _NODE_OUTPUT, _NODE_OPERATOR, _NODE_ATTRIBUTE, _NODE_DOMAIN = 1, 2, 4, 5, 7
_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS = 6, 11
_TENSOR_DIMENSION, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW, _TENSOR_LOCATION = 1, 2, 8, 9, 14
_VALUE_NAME, _VALUE_TYPE = 1, 2
_TYPE_TENSOR, _TENSOR_ELEMENT, _TENSOR_SHAPE, _SHAPE_DIMENSION, _DIMENSION_VALUE = 1, 1, 2, 1, 1

_FLOAT = 1  # TensorProto.DataType


class _Field(NamedTuple):
    number: int
    value: memoryview
    whole: memoryview  #: with its number and length


class _Message:
    """The fields of a message, in the order in which they are written; nothing is copied."""

    def __init__(self, content: memoryview) -> None:
        self.fields = list(_fields(content))

    def all(self, number: int) -> list[memoryview]:
        return [field.value for field in self.fields if field.number == number]

    def last(self, number: int) -> memoryview:
        """Return what counts if a field is there more than once; empty if it is not there."""
        return next(
            (field.value for field in reversed(self.fields) if field.number == number), memoryview(b"")
        )

    def names(self, number: int) -> list[str]:
        return [str(value, "utf-8") for value in self.all(number)]

    def name(self, number: int) -> str:
        return str(self.last(number), "utf-8")

    def whole(self, number: int) -> int:
        value = self.last(number)
        return _varint(value, 0)[0] if value else 0


def without_last_bias(path: Path, output: str) -> tuple[bytes, NDArray[np.float32]] | None:
    """Return the model in ``path`` with logits that lack their bias, and that bias.

    None unless they are ``Add(MatMul(...), constant)`` of float32 and shape (texts, tokens, terms), and are
    used nowhere else, in a file that holds all weights. Also if it holds no model: the runtime will say more
    of that.

    Parameters
    ----------
    output : str
        What the logits are called; if empty, ``logits``, or else the only output.
    """
    try:
        with path.open("rb") as file:
            content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return _split(_Message(content), output)
    except (ValueError, IndexError):  # not protobuf, or not of this kind
        return None


class _Graph:
    """A graph's nodes and weights, and who uses what."""

    def __init__(self, content: memoryview) -> None:
        self.message = _Message(content)
        self.nodes = [_Message(node) for node in self.message.all(_NODE)]
        self.constants = {
            tensor.name(_TENSOR_NAME): tensor for tensor in map(_Message, self.message.all(_INITIALIZER))
        }
        self.outputs = {value.name(_VALUE_NAME): value for value in map(_Message, self.message.all(_OUTPUT))}
        self.makers = {made: node for node in self.nodes for made in node.names(_NODE_OUTPUT)}
        self.uses = Counter(list(self.outputs))
        for node in self.nodes:
            self.uses.update(node.names(_NODE_INPUT))
        # An input may stand for a constant of its name, which is then no constant.
        self.uses.update(_Message(value).name(_VALUE_NAME) for value in self.message.all(_INPUT))

    def is_plain(self) -> bool:
        """Whether nothing else can use a value, and all weights are in the file."""
        attributes = (_Message(field) for node in self.nodes for field in node.all(_NODE_ATTRIBUTE))
        inner = any(found.all(_ATTRIBUTE_GRAPH) or found.all(_ATTRIBUTE_GRAPHS) for found in attributes)
        return not inner and not any(tensor.whole(_TENSOR_LOCATION) for tensor in self.constants.values())

    def maker(self, value: str, operator: str) -> _Message | None:
        """Return the node that makes ``value`` for one user, if it is of this kind."""
        node = self.makers.get(value)
        kind = node and (node.name(_NODE_OPERATOR), node.name(_NODE_DOMAIN), len(node.names(_NODE_INPUT)))
        return node if kind == (operator, "", 2) and self.uses[value] == 1 else None


def _split(model: _Message, output: str) -> tuple[bytes, NDArray[np.float32]] | None:
    (content,) = model.all(_GRAPH)
    graph = _Graph(content)
    name = output or ("logits" if "logits" in graph.outputs else next(iter(graph.outputs), ""))
    add = graph.maker(name, "Add")
    if add is None or not (output or name == "logits" or len(graph.outputs) == 1) or not graph.is_plain():
        return None
    product, bias = sorted(add.names(_NODE_INPUT), key=graph.constants.__contains__)
    multiply = graph.maker(product, "MatMul")
    if multiply is None or bias not in graph.constants or graph.uses[bias] != 1:
        return None
    values = _floats(graph.constants[bias])
    if values is None or _shape(graph.outputs[name]) != (_FLOAT, 3, len(values)):
        return None
    changed = list(_rewritten(graph, name, product, bias))
    pieces: list[bytes | memoryview] = []
    for field in model.fields:
        pieces += _written(_GRAPH, changed) if field.number == _GRAPH else [field.whole]
    return b"".join(pieces), values


def _rewritten(graph: _Graph, name: str, product: str, bias: str) -> Iterator[bytes | memoryview]:
    """Yield the graph with the product called ``name``, and without the sum and the bias."""
    for field in graph.message.fields:
        if field.number == _NODE:
            node = _Message(field.value)
            made = node.names(_NODE_OUTPUT)
            if product in made:
                called = _written(_NODE_OUTPUT, [name.encode()])
                parts = (called if part.number == _NODE_OUTPUT else [part.whole] for part in node.fields)
                yield from _written(_NODE, [*chain.from_iterable(parts)])
            elif name not in made:
                yield field.whole
        elif field.number == _INITIALIZER:
            if _Message(field.value).name(_TENSOR_NAME) != bias:
                yield field.whole
        elif field.number != _VALUE or _Message(field.value).name(_VALUE_NAME) not in (name, product):
            yield field.whole


def _floats(tensor: _Message) -> NDArray[np.float32] | None:
    """Return the numbers of a vector of float32 that are written one behind the other."""
    raw = tensor.last(_TENSOR_RAW)
    if tensor.whole(_TENSOR_TYPE) != _FLOAT or len(tensor.all(_TENSOR_DIMENSION)) != 1 or not raw:
        return None
    return np.frombuffer(raw, "<f4").astype(np.float32)  # a copy, in the machine's order


def _shape(value: _Message) -> tuple[int, int, int]:
    """Return the type of an output's numbers, how many dimensions it has, and the last, 0 if not said."""
    tensor = _Message(_Message(value.last(_VALUE_TYPE)).last(_TYPE_TENSOR))
    dimensions = _Message(tensor.last(_TENSOR_SHAPE)).all(_SHAPE_DIMENSION)
    last = _Message(dimensions[-1]).whole(_DIMENSION_VALUE) if dimensions else 0
    return tensor.whole(_TENSOR_ELEMENT), len(dimensions), last


def _fields(content: memoryview) -> Iterator[_Field]:
    at = 0
    while at < len(content):
        start = at
        key, at = _varint(content, at)
        value = at
        if key & 7 == 0:
            _, at = _varint(content, at)
        elif key & 7 == 2:
            size, value = _varint(content, at)
            at = value + size
        elif key & 7 in (1, 5):
            at += 8 if key & 7 == 1 else 4
        else:
            raise ValueError(f"no such kind of field: {key & 7}")
        if at > len(content):
            raise ValueError("a field ends behind its message")
        yield _Field(key >> 3, content[value:at], content[start:at])


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    """Return a number, seven bits in each byte, the lowest first, and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        byte = content[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise ValueError("a number of more than ten bytes")


def _written(number: int, pieces: Sequence[bytes | memoryview]) -> list[bytes | memoryview]:
    """Return a field made of ``pieces``, behind its number, which is below 16, and its length."""
    key = bytearray([number << 3 | 2])
    size = sum(map(len, pieces))
    while size >= 0x80:
        key.append(size & 0x7F | 0x80)
        size >>= 7
    return [bytes([*key, size]), *pieces]
