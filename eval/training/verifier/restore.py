"""The weights of a small file brought back to float32, so that a training can go on from what was shipped.

A small file of `eval.training.verifier.quantise` has whole numbers and scales in place of weight matrices, under names
that the export gives. The same network with other numbers is exported once more; where its numbers went, the shipped
ones are.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import NodeProto, numpy_helper
from torch import Tensor

from eval.training.verifier.export import FULL, export
from eval.training.verifier.network import VerifierNetwork

__all__ = ["restored"]

Floats = NDArray[np.float32]
_MIDDLE, _LARGEST = 128, 127


def restored(small: Path, start: Path) -> dict[str, Tensor]:
    """The state of a `VerifierNetwork` with the weights of the small file, each within its rounding.

    start: the folder of the encoder that the file's training started from.

    Raises:
        ValueError: the file is of another network.
    """
    probe = VerifierNetwork(start, attention="eager")
    with torch.no_grad():
        for parameter in probe.parameters():  # so that no two weights are alike
            parameter.add_(torch.randn_like(parameter), alpha=1e-3)
    with tempfile.TemporaryDirectory() as folder:
        export(probe, start, Path(folder))
        graph = onnx.load(str(Path(folder) / FULL)).graph
    exported = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    shipped = {each.name: numpy_helper.to_array(each) for each in onnx.load(str(small)).graph.initializer}
    found = {name: shipped[name] for name in exported if name in shipped}
    for node in graph.node:
        name = _weight(node, exported)
        if name and f"{node.output[0]}_whole" in shipped:
            found[name] = _brought_back(node, shipped, n_inputs=exported[name].shape[0])
    return {name: _shipped(value, exported, found) for name, value in probe.state_dict().items()}


def _weight(node: NodeProto, exported: dict[str, Floats]) -> str:
    place = {"MatMul": 1, "Gather": 0}.get(node.op_type)
    return str(node.input[place]) if place is not None and node.input[place] in exported else ""


def _brought_back(node: NodeProto, shipped: dict[str, NDArray[np.generic]], *, n_inputs: int) -> Floats:
    """The matrix, in the form in which the export has it: (inputs, outputs), or one row for each word."""
    name = f"{node.output[0]}_whole"
    whole, scales = shipped[name], np.asarray(shipped[f"{name}_scales"], dtype=np.float32)
    if node.op_type == "Gather":
        return np.asarray(whole.astype(np.float32) * scales, dtype=np.float32)
    if whole.ndim == 3:  # in blocks, around the middle
        rows = (whole.astype(np.float32) - _MIDDLE) * scales.reshape(*whole.shape[:2], 1)
        return np.ascontiguousarray(rows.reshape(whole.shape[0], -1)[:, :n_inputs].T)
    return np.asarray(whole.astype(np.float32) * scales * _LARGEST, dtype=np.float32)


def _shipped(probed: Tensor, exported: dict[str, Floats], found: dict[str, NDArray[np.generic]]) -> Tensor:
    """What was shipped in the place where the export has the probe's numbers; counters stay as they are."""
    if not probed.is_floating_point():
        return probed
    numbers = probed.numpy()
    for name, array in exported.items():
        for turned in (False, True):
            candidate = array.T if turned else array
            if candidate.shape == numbers.shape and np.array_equal(candidate, numbers):
                if name not in found:
                    raise ValueError(f"the file has no weights in the place of {name!r}: it is of another network")
                back = found[name].T if turned else found[name]
                return torch.tensor(np.ascontiguousarray(back, dtype=np.float32))
    return probed
