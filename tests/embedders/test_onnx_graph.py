"""The writer of graphs against the library of the format, and a graph against arithmetic done by hand."""

from __future__ import annotations

import math

import numpy as np
import onnx
import onnxruntime
import pytest

from rag.embedders._bert import FLOAT, INT32, Graph


@pytest.fixture
def model() -> bytes:
    graph = Graph("rows plus one, times a matrix, every second column")
    given = graph.add_input("given", FLOAT, ["rows", 2])
    one, matrix = graph.add_weight("one", FLOAT, [1]), graph.add_weight("matrix", FLOAT, [2, 300])
    more = graph.add_node("Add", [given, one], ["more"])
    product = graph.add_node("Gemm", [more, matrix, ""], ["product"], attributes={"alpha": 0.5, "transB": 0})
    graph.add_output(product, FLOAT, ["rows", 300])
    return graph.serialised({"": 17})


def test_library_reads_what_was_written(model):
    read = onnx.load_model_from_string(model)
    for weight in read.graph.initializer:
        assert [(entry.key, entry.value) for entry in weight.external_data] == [("location", weight.name)]
        del weight.external_data[:]  # there is no such file, which the checker would look for
        weight.data_location, weight.raw_data = onnx.TensorProto.DEFAULT, bytes(4 * math.prod(weight.dims))
    onnx.checker.check_model(read, full_check=True)
    assert [(node.op_type, list(node.input), list(node.output)) for node in read.graph.node] == [
        ("Add", ["given", "one"], ["more"]),
        ("Gemm", ["more", "matrix", ""], ["product"]),
    ]
    attributes = {entry.name: onnx.helper.get_attribute_value(entry) for entry in read.graph.node[1].attribute}
    assert attributes == {"alpha": 0.5, "transB": 0}
    assert [(weight.name, list(weight.dims), weight.data_type) for weight in read.graph.initializer] == [
        ("one", [1], onnx.TensorProto.FLOAT),
        ("matrix", [2, 300], onnx.TensorProto.FLOAT),
    ]
    assert [size.dim_param or size.dim_value for size in read.graph.input[0].type.tensor_type.shape.dim] == ["rows", 2]
    assert [(opset.domain, opset.version) for opset in read.opset_import] == [("", 17)]


def test_runtime_computes_what_was_written(model):
    weights = {"one": np.ones(1, dtype=np.float32), "matrix": np.arange(600, dtype=np.float32).reshape(2, 300)}
    options = onnxruntime.SessionOptions()
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(numbers) for numbers in weights.values()]
    options.add_external_initializers(list(weights), values)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    given = np.array([[1, 2], [3, -1]], dtype=np.float32)
    (product,) = session.run(None, {"given": given})
    np.testing.assert_allclose(product, (given + 1) @ weights["matrix"] / 2)


def test_same_graph_is_written_in_the_same_bytes():
    def written() -> bytes:
        graph = Graph("same")
        graph.add_output(graph.add_node("Neg", [graph.add_input("x", INT32, ["n"])], ["y"]), INT32, ["n"])
        return graph.serialised({"": 17})

    assert written() == written()
