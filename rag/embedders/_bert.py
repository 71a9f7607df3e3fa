"""BERT as a graph for ONNX Runtime, written from the model's own file of weights.

An exporter would need torch, and give a second file of weights to keep and to trust. Here the graph is a few kilobytes
made at each start, and the numbers are those of the safetensors file: the word vectors where they lie on disk, the
matrices transposed, nothing rounded. The operators are the fused ones that the runtime's own optimiser would put in.

Source: Devlin et al. 2019, BERT; ONNX Runtime, docs/ContribOperators.md (com.microsoft); the safetensors format:
length of the header (8 bytes, little-endian), header (JSON), numbers.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.protocols import FloatArray

__all__ = ["FLOAT", "INT32", "BertGraph", "BertShape", "Graph", "bert_graph", "safetensors"]

_FUSED = "com.microsoft"
_OPSETS = {"": 17, _FUSED: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class BertShape:
    """Sizes of a BERT model.

    max_length: tokens that it reads at once, its marks included.
    """

    dim: int
    n_layers: int
    n_heads: int
    epsilon: float
    max_length: int

    @classmethod
    def of_folder(cls, folder: Path) -> BertShape:
        """As the settings beside the weights say."""
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        reading = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        return cls(
            dim=config["hidden_size"],
            n_layers=config["num_hidden_layers"],
            n_heads=config["num_attention_heads"],
            epsilon=config["layer_norm_eps"],
            max_length=min(reading["max_seq_length"], config["max_position_embeddings"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BertGraph:
    """What ONNX Runtime needs to run a model: `ids` (n, longest) and `lengths` (n,) → token vectors.

    Where the word vectors are given at each run, as `words` (m, dim), the ids are rows of that.

    model: the graph's bytes. weights: its numbers by name, which have to outlive whatever runs it.
    """

    model: bytes
    weights: Mapping[str, FloatArray]


def bert_graph(tensors: Mapping[str, FloatArray], shape: BertShape, *, are_words_given: bool = False) -> BertGraph:
    """The graph of a BERT model with these float32 tensors: int32 ids and lengths → float32 (n, longest, dim).

    are_words_given: whether each run brings the word vectors of its own tokens.
    """
    return _Writer(tensors, shape, are_words_given=are_words_given).written()


class _Writer:
    """Writes one graph; tensors go from their names in the file to names in the graph."""

    def __init__(self, tensors: Mapping[str, FloatArray], shape: BertShape, *, are_words_given: bool) -> None:
        self._tensors = tensors
        self._are_words_given = are_words_given
        self._shape = shape
        self._graph = Graph("bert")
        self._weights: dict[str, FloatArray] = {}

    def written(self) -> BertGraph:
        ids = self._graph.add_input("ids", INT32, ["texts", "tokens"])
        lengths = self._graph.add_input("lengths", INT32, ["texts"])
        tokens = self._embeddings(ids)
        for number in range(self._shape.n_layers):
            tokens = self._layer(f"encoder.layer.{number}", tokens, lengths)
        self._graph.add_output(tokens, FLOAT, ["texts", "tokens", self._shape.dim])
        return BertGraph(model=self._graph.serialised(_OPSETS), weights=self._weights)

    def _embeddings(self, ids: str) -> str:
        """Word and position vectors, normalised. One text has one token type, so its vector joins the positions."""
        first_type = self._tensors["embeddings.token_type_embeddings.weight"][0]
        positions = self._weight("positions", self._tensors["embeddings.position_embeddings.weight"] + first_type)
        words = self._words()
        norm = [self._named("embeddings.LayerNorm.weight"), self._named("embeddings.LayerNorm.bias")]
        inputs = [ids, "", words, positions, "", *norm]
        return self._fused("EmbedLayerNormalization", inputs, ["embedded", "unused"], epsilon=self._shape.epsilon)

    def _words(self) -> str:
        if self._are_words_given:
            return self._graph.add_input("words", FLOAT, ["words", self._shape.dim])
        return self._named("embeddings.word_embeddings.weight")

    def _layer(self, name: str, tokens: str, lengths: str) -> str:
        """Attention and the two dense layers after it, each followed by what was before it and a normalisation."""
        projections = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        matrix = np.concatenate([self._tensors[f"{part}.weight"] for part in projections]).T
        bias = np.concatenate([self._tensors[f"{part}.bias"] for part in projections])
        seen = self._fused(
            "Attention",
            [tokens, self._weight(f"{name}.qkv", matrix), self._weight(f"{name}.qkv.bias", bias), lengths],
            [f"{name}.seen"],
            num_heads=self._shape.n_heads,
        )
        tokens = self._added(f"{name}.attention.output", seen, tokens)
        wide = self._multiplied(f"{name}.intermediate.dense", tokens)
        wide = self._fused("BiasGelu", [wide, self._named(f"{name}.intermediate.dense.bias")], [f"{name}.wide"])
        return self._added(f"{name}.output", wide, tokens)

    def _added(self, name: str, changed: str, tokens: str) -> str:
        """A dense layer over `changed`, `tokens` added to it, normalised."""
        dense = self._multiplied(f"{name}.dense", changed)
        norm = [self._named(f"{name}.LayerNorm.weight"), self._named(f"{name}.LayerNorm.bias")]
        inputs = [dense, tokens, *norm, self._named(f"{name}.dense.bias")]
        return self._fused("SkipLayerNormalization", inputs, [f"{name}.added"], epsilon=self._shape.epsilon)

    def _multiplied(self, name: str, tokens: str) -> str:
        matrix = self._weight(f"{name}.matrix", self._tensors[f"{name}.weight"].T)
        return self._graph.add_node("MatMul", [tokens, matrix], [f"{name}.multiplied"])

    def _fused(self, operator: str, inputs: list[str], outputs: list[str], **attributes: float) -> str:
        return self._graph.add_node(operator, inputs, outputs, domain=_FUSED, attributes=attributes)

    def _named(self, name: str) -> str:
        return self._weight(name, self._tensors[name])

    def _weight(self, name: str, numbers: FloatArray) -> str:
        self._weights[name] = np.ascontiguousarray(numbers)
        return self._graph.add_weight(name, FLOAT, numbers.shape)


def safetensors(file: Path) -> dict[str, FloatArray]:
    """The float32 tensors of a safetensors file by name, read from disk when they are used."""
    content = np.memmap(file, dtype=np.uint8, mode="r")
    header_end = 8 + int(content[:8].view("<u8")[0])
    header = json.loads(content[8:header_end].tobytes())
    tensors: dict[str, FloatArray] = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = (header_end + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(content, dtype="<f4", count=(end - start) // 4, offset=start).reshape(
                entry["shape"]
            )
    return tensors


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
