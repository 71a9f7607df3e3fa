"""The model of the installation runs on ONNX Runtime; what it cannot do goes to sentence-transformers."""

from __future__ import annotations

import pytest

from rag.assembly.choices import choose_embedder
from rag.settings import Settings


@pytest.mark.parametrize("model", ["all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"])
def test_model_of_the_installation_runs_on_onnx_on_the_cpu(model):
    choice = choose_embedder(Settings(embedding_model=model))
    assert (choice.backend, choice.arguments) == ("onnx", {"model": model, "device": "cpu"})


@pytest.mark.parametrize("values", [{"device": "cuda"}, {"embedding_model": "BAAI/bge-small-en-v1.5"}])
def test_other_models_and_devices_are_for_sentence_transformers(values):
    choice = choose_embedder(Settings(**values))
    assert choice.backend == "sentence-transformers"
    assert choice.arguments["device"] == values.get("device", "cpu")


def test_what_the_settings_name_is_taken():
    assert choose_embedder(Settings(embedder="sentence-transformers")).backend == "sentence-transformers"
    assert choose_embedder(Settings(embedder="onnx", device="cuda")).backend == "onnx"
    assert choose_embedder(Settings(embedder="hashing")).arguments == {}
    llama_index = Settings(embedder="llama-index", embedding_model="a:B", embedding_arguments={"x": 1})
    assert choose_embedder(llama_index).arguments == {"model": "a:B", "model_arguments": {"x": 1}}


def test_backends_with_the_same_vectors_share_a_recipe_so_that_no_document_is_made_anew():
    recipes = {choose_embedder(Settings(embedder=name)).recipe for name in ("auto", "onnx", "sentence-transformers")}
    assert recipes == {"sentence-transformers/all-MiniLM-L6-v2"}
    assert choose_embedder(Settings(embedder="hashing")).recipe == "hashing/all-MiniLM-L6-v2"
