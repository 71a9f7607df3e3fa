"""Backends are built by name, or from any module; what is missing is said in one sentence."""

from __future__ import annotations

import sys
from contextlib import nullcontext

import pytest
from sqlalchemy import create_engine

from rag.assembly.backends import BACKENDS, READERS, build, build_reader, load
from rag.errors import BackendError
from rag.testing.verifier import ScriptedVerifier

ALL = [(socket, name) for socket, names in BACKENDS.items() for name in names]


@pytest.mark.parametrize(("socket", "name"), ALL)
def test_every_backend_can_be_imported(socket, name):
    assert isinstance(load(BACKENDS[socket][name]), type)


NEED_MODELS_OF_THEIR_OWN = {("verifier", "entailment"), ("reranker", "cross-encoder")}
"""Which their own tests make."""


@pytest.mark.parametrize(
    ("socket", "name"),
    [
        pytest.param(*pair, marks=[pytest.mark.model] if pair[1] in {"onnx", "sentence-transformers"} else [])
        for pair in ALL
        if pair not in NEED_MODELS_OF_THEIR_OWN
    ],
)
def test_every_backend_can_be_built(socket, name, tmp_path):
    model = tmp_path / "model.gguf"
    model.touch()
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        arguments = {
            "vector_index": {"dim": 3} | ({"uri": "lite.db", "collection": "c"} if name == "milvus" else {}),
            "word_index": {"connect": lambda: nullcontext(connection)},
            "verifier": {
                "judge": {"model": "m", "api_base": "http://127.0.0.1:9/v1"},
                "judge-llama-cpp": {"model_path": model},
                "rules-then-model": {"model": ScriptedVerifier()},
            }.get(name, {}),
            "embedder": {
                "llama-index": {
                    "model": "llama_index.core.embeddings:MockEmbedding",
                    "model_arguments": {"embed_dim": 3},
                }
            }.get(name, {}),
            "generator": {
                "llama-cpp": {"model_path": model},
                "llama-index": {"llm": "llama_index.core.llms:MockLLM"},
                "openai-like": {"model": "m", "api_base": "http://127.0.0.1:9/v1"},
            }.get(name, {}),
        }.get(socket, {})
        assert type(build(socket, name, **arguments)).__name__ == BACKENDS[socket][name].partition(":")[2]
    engine.dispose()


@pytest.mark.parametrize("suffix", READERS)
def test_every_reader_can_be_built(suffix):
    assert suffix == suffix.lower()
    assert load(READERS[suffix])(max_bytes=10).media_types


def test_reader_of_llama_index_becomes_one_of_ours(tmp_path):
    (tmp_path / "a.json").write_text('{"opened": 1932}', encoding="utf-8")
    reader = build_reader("llama_index.core.readers.json:JSONReader", max_bytes=100)
    assert '"opened": 1932' in reader.read(tmp_path / "a.json").text


def test_class_that_is_no_reader_is_refused():
    with pytest.raises(BackendError, match="no LlamaIndex reader"):
        build_reader("collections:OrderedDict", max_bytes=100)


@pytest.mark.parametrize("socket", BACKENDS)
def test_unknown_name_lists_the_known_ones(socket):
    with pytest.raises(BackendError, match=f"no {socket} is called 'nope'") as caught:
        build(socket, "nope")
    assert all(name in str(caught.value) for name in BACKENDS[socket])


def test_backend_may_be_a_class_of_any_module():
    assert build("embedder", "rag.embedders.hashing:HashingEmbedder", dim=8).dim == 8


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("no_such_package.part:Class", "module 'no_such_package' is missing - install"),
        ("rag.embedders.nope:Class", "module 'rag.embedders.nope' is missing"),
        ("rag.embedders.hashing:Nope", "'rag.embedders.hashing' has no 'Nope' - check the spelling"),
        ("rag.embedders.hashing:", "has no ''"),
        (":Class", "'' names no module - write module:Class"),
        (".hashing:Class", "'.hashing' names no module"),
    ],
)
def test_target_that_cannot_be_loaded_is_explained(target, said):
    with pytest.raises(BackendError, match=r"cannot load ") as caught:
        build("embedder", target)
    assert said in str(caught.value)


@pytest.fixture
def module_folder(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("factory_case_")]:
        del sys.modules[name]


def test_library_missing_when_the_backend_is_built_is_explained(module_folder):
    (module_folder / "factory_case_late.py").write_text(
        "class Late:\n    def __init__(self):\n        import no_such_library\n"
    )
    with pytest.raises(BackendError, match="module 'no_such_library' is missing"):
        build("embedder", "factory_case_late:Late")


def test_library_without_the_name_that_is_needed_is_explained(module_folder):
    (module_folder / "factory_case_old.py").write_text("from json import no_such_name\n")
    with pytest.raises(BackendError, match="cannot import name 'no_such_name'"):
        build("embedder", "factory_case_old:Old")


def test_mistake_inside_a_backend_is_not_taken_for_a_missing_class(module_folder):
    (module_folder / "factory_case_bug.py").write_text("None.nothing\n")
    with pytest.raises(AttributeError, match="nothing"):
        build("embedder", "factory_case_bug:Bug")
