"""A float32 ONNX file made four times smaller: whole numbers of eight bits, scaled so that large values hide little.

Weight matrices become `MatMulNBits`, with a scale for each `BLOCK` values of inputs and weights, so that a score does
not depend on what else is in the batch, nor a few very large values drown the rest. Each word vector has its own
scale. The heads, a thousandth of the weights, stay as they are.

`MatMulInteger` is faster by a tenth to a third and not the same everywhere: on processors without VNNI, ONNX Runtime
adds its products in pairs of sixteen bits, where the largest are cut off.

Source: Dettmers et al. 2022, LLM.int8() (what a few large values do); ONNX Runtime's operators.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

__all__ = ["BLOCK", "quantised", "rounded", "rounded_blocks"]

BLOCK = 64
_MIDDLE, _LARGEST = 128, 127
_TINY = np.float32(1e-12)
_MIN_SIDE = 16
"""Of a matrix that is worth rounding; the heads and the two types have a side of two or three."""
_DOMAIN = "com.microsoft"
_WHOLE_NUMBERS = 4
"""Accuracy level of `MatMulNBits` at which its inputs are rounded to eight bits too."""


class _Made(NamedTuple):
    """What stands in place of a node."""

    nodes: list[NodeProto]
    arrays: dict[str, NDArray[np.generic]]


def quantised(full: Path, small: Path) -> None:
    """Write the small file."""
    model = onnx.load(str(full))
    weights = {each.name: each for each in model.graph.initializer}
    nodes: list[NodeProto] = []
    arrays: dict[str, NDArray[np.generic]] = {}
    for node in model.graph.node:
        name = _large_weight(node, weights)
        made = _replaced(node, numpy_helper.to_array(weights[name])) if name else _Made([node], {})
        nodes += made.nodes
        arrays |= made.arrays
    used = {name for node in nodes for name in node.input}
    kept = [each for each in model.graph.initializer if each.name in used]
    kept += [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in arrays.items()]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    model.opset_import.append(helper.make_opsetid(_DOMAIN, 1))
    onnx.save(model, str(small))


def rounded(weights: NDArray[np.float32], *, axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """The matrix as int8, and its scales along the other axis, with which it is multiplied to have it back.

    >>> whole, scales = rounded(np.array([[1.0, 0.5], [0.0, 4.0]], dtype=np.float32), axis=1)
    >>> whole.tolist(), (scales * 127).tolist()
    ([[127, 64], [0, 127]], [[1.0], [4.0]])
    """
    scales = np.maximum(np.abs(weights).max(axis=axis, keepdims=True), _TINY) / np.float32(_LARGEST)
    return np.rint(weights / scales).astype(np.int8), scales.astype(np.float32)


def rounded_blocks(weights: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """A matrix (inputs, outputs) as uint8 (outputs, blocks, `BLOCK`) around 128, and scales (outputs, blocks).

    >>> whole, scales = rounded_blocks(np.eye(2, dtype=np.float32))
    >>> whole[0, 0, :3].tolist(), (scales * 127).tolist()
    ([255, 128, 128], [[1.0], [1.0]])
    """
    n_inputs, n_outputs = weights.shape
    n_blocks = -(-n_inputs // BLOCK)
    padded = np.zeros((n_outputs, n_blocks * BLOCK), dtype=np.float32)
    padded[:, :n_inputs] = weights.T
    whole, scales = rounded(padded.reshape(n_outputs, n_blocks, BLOCK), axis=2)
    return (whole.astype(np.int16) + _MIDDLE).astype(np.uint8), scales[:, :, 0]


def _large_weight(node: NodeProto, weights: dict[str, TensorProto]) -> str:
    """The name of the weights that the node multiplies with or looks up, when they are worth rounding."""
    place = {"MatMul": 1, "Gather": 0}.get(node.op_type)
    if place is None or node.input[place] not in weights:
        return ""
    tensor = weights[node.input[place]]
    is_matrix = len(tensor.dims) == 2 and tensor.data_type == TensorProto.FLOAT
    return str(node.input[place]) if is_matrix and min(tensor.dims) >= _MIN_SIDE else ""


def _replaced(node: NodeProto, weights: NDArray[np.float32]) -> _Made:
    return _lookup(node, weights) if node.op_type == "Gather" else _blocks(node, weights)


def _blocks(node: NodeProto, weights: NDArray[np.float32]) -> _Made:
    whole, scales = rounded_blocks(weights)
    name = f"{node.output[0]}_whole"
    made = helper.make_node(
        "MatMulNBits", [node.input[0], name, f"{name}_scales"], list(node.output), name=name, domain=_DOMAIN,
        K=weights.shape[0], N=weights.shape[1], bits=8, block_size=BLOCK, accuracy_level=_WHOLE_NUMBERS,
    )  # fmt: skip
    return _Made([made], {name: whole, f"{name}_scales": scales})


def _lookup(node: NodeProto, weights: NDArray[np.float32]) -> _Made:
    """Rows with a scale each; the rows that were looked up are multiplied with theirs."""
    whole, scales = rounded(weights, axis=1)
    name, ids = f"{node.output[0]}_whole", node.input[1]
    nodes = [
        helper.make_node("Gather", [name, ids], [f"{name}_rows"], axis=0),
        helper.make_node("Cast", [f"{name}_rows"], [f"{name}_floats"], to=TensorProto.FLOAT),
        helper.make_node("Gather", [f"{name}_scales", ids], [f"{name}_sizes"], axis=0),
        helper.make_node("Mul", [f"{name}_floats", f"{name}_sizes"], list(node.output)),
    ]
    return _Made(nodes, {name: whole, f"{name}_scales": scales})
