"""An index in Milvus that several processes share: what was acknowledged is found, what was removed is not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from itertools import count

import numpy as np
import pytest

from rag import Assistant, Settings, SettingsError, StoreError
from rag.indexes.exact import ExactIndex
from rag.indexes.milvus import MilvusIndex
from tests.indexes.milvus_server import MilvusServer

pytestmark = pytest.mark.filterwarnings("ignore")  # of the libraries of Milvus

TEXTS = {
    "a.txt": "The bridge opened in 1932. It is painted grey. Two towers carry it.",
    "b.txt": "The river is forty metres deep. Nobody swims in it, for it is cold.",
    "c.txt": "A second bridge was begun in 1950. It is painted red. The paint is new.",
}
QUESTION = "Which bridge is painted grey?"
_NUMBERS = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = MilvusServer(tmp_path_factory.mktemp("milvus"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def collection():
    return f"test_{next(_NUMBERS)}"


@pytest.fixture
def settings(server, collection):
    return Settings(
        embedder="hashing",
        abstain_below=0.0,
        llm="none",
        vector_index="milvus",
        vector_index_uri=server.uri,
        vector_index_collection=collection,
    )


@pytest.fixture
def index(server, collection):
    index = MilvusIndex(4, uri=server.uri, collection=collection)
    yield index
    index.close()


def _vectors(ids):
    rows = np.random.default_rng(list(ids)).normal(size=(len(ids), 4)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _ask(assistant):
    return [evidence.quote for evidence in assistant.retrieve(QUESTION)]


def test_finds_what_an_exact_search_does(index):
    oracle = ExactIndex(4)
    rng = np.random.default_rng(0)
    for each in (index, oracle):
        each.add(range(500), _vectors(range(500)))
        each.remove(range(0, 500, 7))
    for question in _vectors(range(20)):
        among = np.sort(rng.choice(500, size=120, replace=False))
        for chosen in (None, among):
            (found,), (wanted,) = (each.search(question[None], 9, among=chosen) for each in (index, oracle))
            assert [hit.passage_id for hit in found] == [hit.passage_id for hit in wanted]
            assert [hit.score for hit in found] == pytest.approx([hit.score for hit in wanted], abs=1e-5)


def test_another_process_finds_what_was_saved(index, server, collection, tmp_path):
    index.add([3, 8], _vectors([3, 8]))
    index.save(tmp_path, embedder_id="model@1", generation=5)
    other = MilvusIndex(4, uri=server.uri, collection=collection)
    assert other.load(tmp_path, embedder_id="model@1")
    assert (other.ids(), other.generation, other.newest(), len(other)) == ([3, 8], 5, 8, 2)
    other.remove([3])
    assert index.ids() == [8]
    assert not other.load(tmp_path, embedder_id="model@2")
    assert len(index) == 0
    other.close()


def test_answers_are_those_of_the_default_index(settings, write, tmp_path):
    paths = [write(name, text) for name, text in TEXTS.items()]
    found = {}
    for name in ("milvus", "faiss"):
        with Assistant.open(tmp_path / name, settings.model_copy(update={"vector_index": name})) as assistant:
            assistant.add(paths)
            found[name] = _ask(assistant)
            assistant.remove([paths[0]])
            found[name, "removed"] = _ask(assistant)
    assert found["milvus"] == found["faiss"]
    assert found["milvus", "removed"] == found["faiss", "removed"]
    assert not any("grey" in quote for quote in found["milvus", "removed"])


def test_what_one_assistant_adds_and_removes_the_other_sees(settings, write, store_folder):
    paths = {name: write(name, text) for name, text in TEXTS.items()}
    with Assistant.open(store_folder, settings) as one, Assistant.open(store_folder, settings) as other:
        one.add([paths["b.txt"]])
        assert len(_ask(other)) == len(_ask(one)) > 0
        other.add([paths["a.txt"]])
        assert any("grey" in quote for quote in _ask(one))
        one.remove([paths["a.txt"]])
        assert not any("grey" in quote for quote in _ask(other))
        other.add([paths["a.txt"], paths["c.txt"]])
        assert _ask(one) == _ask(other)


def test_what_a_killed_process_had_stored_is_found(settings, write, store_folder, server, collection):
    """It is killed when the documents are stored and the index does not have them yet."""
    paths = [str(write(name, text)) for name, text in TEXTS.items()]
    code = (
        "import os, sys\n"
        "from rag import Assistant, Settings\n"
        "from rag.indexes.milvus import MilvusIndex\n"
        "MilvusIndex.save = MilvusIndex.{broken} = lambda *_, **__: os._exit(9)\n"
        "Assistant.open(sys.argv[1], Settings(**eval(sys.argv[2]))).{change}\n"
    )

    def killed(broken, change):
        arguments = [str(store_folder), repr(settings.model_dump(exclude_unset=True))]
        program = code.format(broken=broken, change=change)
        assert subprocess.run([sys.executable, "-c", program, *arguments], check=False).returncode == 9

    killed("add", f"add({paths[1:]!r})")
    with Assistant.open(store_folder, settings) as assistant:
        assert any("swims" in quote for quote in _ask(assistant))
    killed("save", f"add({paths[:1]!r})")
    with Assistant.open(store_folder, settings) as assistant:
        assert any("grey" in quote for quote in _ask(assistant))
    killed("remove", f"remove({paths[:1]!r})")
    with Assistant.open(store_folder, settings) as assistant:
        assert not any("grey" in quote for quote in _ask(assistant))
        known = MilvusIndex(256, uri=server.uri, collection=collection)
        assert len(known) == len(TEXTS) - 1
        known.close()


def test_a_server_that_is_killed_or_loses_all_costs_no_answer(settings, write, store_folder, tmp_path):
    server = MilvusServer(tmp_path / "other")
    server.start()
    settings = settings.model_copy(update={"vector_index_uri": server.uri})
    try:
        with Assistant.open(store_folder, settings) as assistant:
            assistant.add([write(name, text) for name, text in TEXTS.items()])
            wanted = _ask(assistant)
            server.kill()
            with pytest.raises(StoreError, match="see that Milvus runs there"):
                _ask(assistant)
            server.start()
            assert _ask(assistant) == wanted
            server.kill()
            server = MilvusServer(tmp_path / "empty", port=server.port)
            server.start()
            assert _ask(assistant) == wanted
    finally:
        server.kill()


def test_an_earlier_store_does_not_find_what_a_later_one_had(settings, write, store_folder, tmp_path):
    """A backup that is put back: the index knows of a future that never came."""
    paths = {name: write(name, text) for name, text in TEXTS.items()}
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add([paths["c.txt"]])
    shutil.copytree(store_folder, tmp_path / "backup")
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add([paths["b.txt"]])
        assistant.remove([paths["c.txt"]])
    shutil.rmtree(store_folder)
    shutil.copytree(tmp_path / "backup", store_folder)
    with Assistant.open(store_folder, settings) as assistant:
        assert any("red" in quote for quote in _ask(assistant))
        assistant.add([paths["a.txt"]])
        quotes = _ask(assistant)
    assert any("grey" in quote for quote in quotes)
    assert not any("swims" in quote for quote in quotes)


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("", "cannot use vector_index = 'milvus' without its place - set vector_index_uri"),
        ("localhost", "cannot use 'localhost' as the place of a Milvus index"),
        (
            "http://user:secret@localhost:19530",
            "cannot use a password in the address of the vector index",
        ),
    ],
)
def test_a_place_that_is_none_is_refused(uri, message, settings, store_folder, write):
    with pytest.raises(SettingsError, match=re.escape(message)) as raised:
        Assistant.open(store_folder, settings.model_copy(update={"vector_index_uri": uri})).add(
            [write("a.txt", TEXTS["a.txt"])]
        )
    assert "secret" not in str(raised.value)


def test_a_server_out_of_reach_is_told_in_a_sentence(settings, store_folder, write):
    settings = settings.model_copy(update={"vector_index_uri": "http://127.0.0.1:1"})
    with Assistant.open(store_folder, settings) as assistant, pytest.raises(StoreError) as raised:
        assistant.add([write("a.txt", TEXTS["a.txt"])])
    assert str(raised.value).startswith("cannot use the vector index at 'http://127.0.0.1:1': ")
    assert str(raised.value).endswith("or set vector_index to faiss")
