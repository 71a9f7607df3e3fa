"""The weights that are part of this package."""

from __future__ import annotations

import hashlib

import pytest

from rag.errors import WeightsError
from rag.model.weights import find_model, known_models, packaged_model, pull_model, verify
from rag.model.weights.bundled import packaged_files
from rag.model.weights.registry import EVIDENCE_MODEL
from rag.verifiers._combination import fitted_combination


def test_packaged_files_are_those_listed():
    folder = packaged_model().parent
    assert packaged_files()[0].name == packaged_model().name
    for each in packaged_files():
        content = (folder / each.name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (each.sha256, each.n_bytes)


def test_model_is_found_and_verified_by_name():
    assert find_model(EVIDENCE_MODEL) == verify(EVIDENCE_MODEL) == pull_model(EVIDENCE_MODEL).path == packaged_model()
    (model,) = [model for model in known_models() if model.name == EVIDENCE_MODEL]
    assert model.sha256 == packaged_files()[0].sha256
    assert "CC BY-SA" in model.licence


def test_combination_was_fitted_to_this_model():
    assert fitted_combination().model_sha256 == packaged_files()[0].sha256


def test_a_torn_file_is_refused_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("rag.model.weights.bundled.PACKAGED_FOLDER", tmp_path)
    with pytest.raises(WeightsError, match=r"cannot read the weights .*verifier.int8.onnx.*No such file.* - install"):
        packaged_model()
    (tmp_path / "verifier.int8.onnx").write_bytes(b"torn")
    with pytest.raises(
        WeightsError, match=r"cannot trust the weights .* - install the package that carries them again"
    ):
        packaged_model()
