"""A small file brought back to the weights that it was made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from eval.training.verifier.export import SMALL, export
from eval.training.verifier.network import VerifierNetwork
from eval.training.verifier.restore import restored


@pytest.fixture(scope="module")
def network(start: Path) -> VerifierNetwork:
    torch.manual_seed(3)
    network = VerifierNetwork(start, attention="eager")
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.05 * torch.randn_like(parameter)
    return network


def test_every_weight_comes_back_within_its_rounding(network, start, tmp_path):
    export(network, start, tmp_path)
    back = restored(tmp_path / SMALL, start)
    state = network.state_dict()
    assert set(back) == set(state)
    for name, value in state.items():
        assert back[name].shape == value.shape
        if value.is_floating_point():
            assert (back[name] - value).abs().max() <= value.abs().max() / 127 + 1e-6, name


def test_a_file_of_another_network_is_refused(start, tmp_path):
    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])], "other",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])],
        [numpy_helper.from_array(np.ones((3, 2), dtype=np.float32), "weights")],
    )  # fmt: skip
    onnx.save(helper.make_model(graph), str(tmp_path / "other.onnx"))
    with pytest.raises(ValueError, match="another network"):
        restored(tmp_path / "other.onnx", start)
