"""A small file brought back to the weights that it was made from."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

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
    other = torch.nn.Linear(3, 2)
    torch.onnx.export(other, (torch.ones(1, 3),), str(tmp_path / "other.onnx"), dynamo=False)
    with pytest.raises(ValueError, match="another network"):
        restored(tmp_path / "other.onnx", start)
