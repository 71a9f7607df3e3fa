"""Graphs in the ONNX format, written without the library of that name: their nodes are all that a file would add.

The numbers of a model stay where they are; a graph only names them, and who runs it hands them over.

Source: onnx.proto, the fields of ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto and ValueInfoProto;
Protocol Buffers, Encoding (varints, wire types 0, 2 and 5).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

__all__ = ["FLOAT", "INT32", "Graph"]

FLOAT, INT32 = 1, 6
"""Kinds of numbers, as TensorProto.DataType counts them."""

_IR_VERSION = 10
_EXTERNAL = 1  # TensorProto.DataLocation
_ATTRIBUTE_TYPES = {float: 1, int: 2}


class Graph:
    """A graph that grows node by node; `serialised` gives the bytes of a model."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[bytes] = []
        self._weights: list[bytes] = []
        self._inputs: list[bytes] = []
        self._outputs: list[bytes] = []

    def add_input(self, name: str, kind: int, shape: Sequence[str | int]) -> str:
        """Something that is given at each run; a text in the shape is a size that may change."""
        self._inputs.append(_value_info(name, kind, shape))
        return name

    def add_output(self, name: str, kind: int, shape: Sequence[str | int]) -> None:
        """A result of a node that is handed out."""
        self._outputs.append(_value_info(name, kind, shape))

    def add_weight(self, name: str, kind: int, shape: Sequence[int]) -> str:
        """Numbers of the model, by name; their bytes are not in the graph."""
        place = _text(1, "location") + _text(2, name)
        self._weights.append(
            b"".join(_number(1, size) for size in shape)
            + _number(2, kind)
            + _text(8, name)
            + _field(13, place)
            + _number(14, _EXTERNAL)
        )
        return name

    def add_node(
        self,
        operator: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        *,
        domain: str = "",
        attributes: Mapping[str, int | float] | None = None,
    ) -> str:
        """What `operator` makes of the inputs, which are names; an empty one stands for an input left out.

        Returns the name of the first output.
        """
        node = b"".join(_text(1, name) for name in inputs) + b"".join(_text(2, name) for name in outputs)
        node += _text(3, outputs[0]) + _text(4, operator)
        node += b"".join(_field(5, _attribute(name, value)) for name, value in (attributes or {}).items())
        self._nodes.append(node + _text(7, domain))
        return outputs[0]

    def serialised(self, opsets: Mapping[str, int]) -> bytes:
        """The bytes of a model; `opsets` says for each domain of operators which version the nodes mean."""
        graph = b"".join(_field(1, node) for node in self._nodes) + _text(2, self._name)
        graph += b"".join(_field(5, weight) for weight in self._weights)
        graph += b"".join(_field(11, given) for given in self._inputs)
        graph += b"".join(_field(12, result) for result in self._outputs)
        versions = (_text(1, domain) + _number(2, version) for domain, version in opsets.items())
        return _number(1, _IR_VERSION) + _field(7, graph) + b"".join(_field(8, version) for version in versions)


def _attribute(name: str, value: float) -> bytes:
    number = _number(3, value) if isinstance(value, int) else _tag(2, 5) + struct.pack("<f", value)
    return _text(1, name) + number + _number(20, _ATTRIBUTE_TYPES[type(value)])


def _value_info(name: str, kind: int, shape: Sequence[str | int]) -> bytes:
    sizes = (_field(1, _text(2, size) if isinstance(size, str) else _number(1, size)) for size in shape)
    tensor = _number(1, kind) + _field(2, b"".join(sizes))
    return _text(1, name) + _field(2, _field(1, tensor))


def _text(field: int, text: str) -> bytes:
    return _field(field, text.encode())


def _field(field: int, content: bytes) -> bytes:
    return _tag(field, 2) + _varint(len(content)) + content


def _number(field: int, number: int) -> bytes:
    return _tag(field, 0) + _varint(number)


def _tag(field: int, wire_type: int) -> bytes:
    return _varint(field << 3 | wire_type)


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the high bit says that more follow.

    >>> _varint(300).hex()
    'ac02'
    """
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])
