from __future__ import annotations

import pytest

from rag.errors import WeightsError
from rag.model.weights import BUNDLED_MODELS, MINILM_SHA256, bundled_folder, folder_hash, model_folder, verify_file


@pytest.mark.model
@pytest.mark.parametrize("name", BUNDLED_MODELS)
def test_default_model_is_a_folder_with_verified_weights(name):
    folder = model_folder(name)
    assert folder == bundled_folder(name)
    assert (folder / "modules.json").is_file()
    verify_file(folder / "model.safetensors", MINILM_SHA256)


def test_folder_is_itself_and_another_name_is_left_to_the_hub(tmp_path):
    assert model_folder(str(tmp_path)) == tmp_path
    assert model_folder("somebody/some-model") is None


def test_changed_weights_are_not_trusted(tmp_path):
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"changed")
    with pytest.raises(WeightsError, match=r"cannot trust the weights .* expected 53aa511"):
        verify_file(weights, MINILM_SHA256)


def test_missing_weights_are_a_weights_error(tmp_path):
    with pytest.raises(WeightsError, match="No such file"):
        verify_file(tmp_path / "model.safetensors", MINILM_SHA256)


def test_folder_hash_follows_weights_settings_and_places_only(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "modules.json").write_text("[]")
    before = folder_hash(tmp_path)
    (tmp_path / "README.md").write_text("A model.")
    assert folder_hash(tmp_path) == before
    (tmp_path / "modules.json").write_text("[1]")
    assert folder_hash(tmp_path) != before


def test_folder_without_weights_has_no_hash(tmp_path):
    (tmp_path / "modules.json").write_text("[]")
    with pytest.raises(WeightsError, match=r"no \.safetensors, \.bin or \.onnx file"):
        folder_hash(tmp_path)
