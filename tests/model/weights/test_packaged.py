"""The weights that are part of this package."""

from __future__ import annotations

import hashlib

import pytest

from rag.errors import WeightsError
from rag.model.weights import find_model, known_models, packaged_model, pull_model, verify
from rag.model.weights.bundled import packaged_files
from rag.model.weights.registry import EVIDENCE_MODEL, READER_MODEL
from rag.verifiers._combination import fitted_combination


def test_packaged_files_are_those_listed():
    folder = packaged_model("verifier.int8.onnx").parent
    assert {each.name for each in packaged_files()} == {"verifier.int8.onnx", "reader.int8.onnx", "tokenizer.json"}
    for each in packaged_files():
        content = (folder / each.name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (each.sha256, each.n_bytes)


@pytest.mark.parametrize(
    ("name", "file_name"), [(EVIDENCE_MODEL, "verifier.int8.onnx"), (READER_MODEL, "reader.int8.onnx")]
)
def test_model_is_found_and_verified_by_name(name, file_name):
    assert find_model(name) == verify(name) == pull_model(name).path == packaged_model(file_name)
    (model,) = [model for model in known_models() if model.name == name]
    assert model.sha256 in {each.sha256 for each in packaged_files() if each.name == file_name}
    assert "CC BY-SA" in model.licence


def test_combination_was_fitted_to_this_model():
    assert fitted_combination().model_sha256 == next(
        each.sha256 for each in packaged_files() if each.name.startswith("verifier")
    )


def test_a_torn_file_is_refused_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("rag.model.weights.bundled.PACKAGED_FOLDER", tmp_path)
    with pytest.raises(WeightsError, match=r"cannot read the weights .*verifier.int8.onnx.*No such file.* - install"):
        packaged_model("verifier.int8.onnx")
    (tmp_path / "verifier.int8.onnx").write_bytes(b"torn")
    with pytest.raises(
        WeightsError, match=r"cannot trust the weights .* - install the package that carries them again"
    ):
        packaged_model("verifier.int8.onnx")
