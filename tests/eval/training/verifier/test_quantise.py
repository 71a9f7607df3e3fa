from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from eval.training.verifier.quantise import quantised, rounded, rounded_blocks

N_WORDS, N_SMALL, N_LARGE = 40, 32, 96


def write_model(path: Path, random: np.random.Generator) -> None:
    """Word vectors, a matrix that widens them, one that narrows them, and a head with two outputs."""
    shapes = {
        "words": (N_WORDS, N_SMALL),
        "widen": (N_SMALL, N_LARGE),
        "narrow": (N_LARGE, N_SMALL),
        "head": (N_SMALL, 2),
    }
    weights = [
        numpy_helper.from_array(random.normal(size=shape).astype(np.float32), name) for name, shape in shapes.items()
    ]
    nodes = [
        helper.make_node("Gather", ["words", "ids"], ["vectors"]),
        helper.make_node("MatMul", ["vectors", "widen"], ["wide"]),
        helper.make_node("MatMul", ["wide", "narrow"], ["small"]),
        helper.make_node("MatMul", ["small", "head"], ["out"]),
    ]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n", "length"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["n", "length", 2])], weights,
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))


def run(path: Path, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"ids": ids})[0], dtype=np.float32)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("quantised")
    write_model(folder / "full.onnx", np.random.default_rng(0))
    quantised(folder / "full.onnx", folder / "small.onnx")
    return folder / "full.onnx", folder / "small.onnx"


def test_small_file_says_nearly_the_same(files: tuple[Path, Path]) -> None:
    ids = np.arange(N_WORDS).reshape(4, 10)

    full, small = (run(path, ids) for path in files)

    assert np.abs(full - small).max() < 0.03 * np.abs(full).max()


def test_outputs_do_not_depend_on_the_batch(files: tuple[Path, Path]) -> None:
    ids = np.arange(N_WORDS).reshape(4, 10)

    together = run(files[1], ids)

    for row in range(len(ids)):
        assert np.array_equal(run(files[1], ids[row : row + 1])[0], together[row])


def test_head_is_left_alone_and_the_rest_is_whole_numbers(files: tuple[Path, Path]) -> None:
    graph = onnx.load(str(files[1])).graph

    kinds = {
        each.name: each.data_type for each in graph.initializer if len(each.dims) > 1 and "_scales" not in each.name
    }
    assert [node.op_type for node in graph.node].count("MatMul") == 1
    assert kinds.pop("head") == TensorProto.FLOAT
    assert set(kinds.values()) == {TensorProto.INT8, TensorProto.UINT8}


@given(st.integers(0, 2**32 - 1), st.floats(1e-6, 1e6))
def test_rounding_is_off_by_half_a_step_at_most(seed: int, size: float) -> None:
    weights = (np.random.default_rng(seed).normal(size=(5, 7)) * size).astype(np.float32)

    whole, scales = rounded(weights, axis=0)

    assert (np.abs(whole * scales - weights) <= 0.501 * scales).all()
    assert np.abs(whole.astype(int)).max() <= 127


def test_blocks_are_filled_up_with_zeros() -> None:
    whole, scales = rounded_blocks(np.ones((70, 3), dtype=np.float32))

    assert whole.shape == (3, 2, 64)
    assert (whole[:, 1, 6:] == 128).all()
    assert scales == pytest.approx(1 / 127)
