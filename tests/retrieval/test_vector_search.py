"""Whatever becomes of the files of the vector index, a question finds the same."""

from __future__ import annotations

import errno
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rag import Assistant, Settings, StoreFullError
from rag.indexes.exact import ExactIndex
from rag.types import Hit

QUESTION = "Which bridge is painted grey?"

TEXTS = {
    "a.txt": "The bridge opened in 1932. It is painted grey. Two towers carry it.",
    "b.txt": "The river is forty metres deep. Nobody swims in it, for it is cold.",
    "c.txt": "A second bridge was begun in 1950. It is painted red. The paint is new.",
}


class FullDiskIndex(ExactIndex):
    """Finds no space to be saved in."""

    def save(self, folder, *, embedder_id, generation):
        raise StoreFullError("cannot save the vector index: the disk is full - free some space and try again")


class BrokenDiskIndex(ExactIndex):
    def save(self, folder, *, embedder_id, generation):
        raise OSError(errno.EIO, "input/output error")


@pytest.fixture(params=["faiss", "exact"])
def settings(request):
    return Settings(embedder="hashing", abstain_below=0.0, vector_index=request.param)


@pytest.fixture
def expected(assistant, write, store_folder):
    """What the question finds; the store is closed again."""
    assistant.add([write(name, text) for name, text in TEXTS.items()])
    found = assistant.retrieve(QUESTION)
    assistant.close()
    assert list((store_folder / "index").iterdir())
    return found


def _delete(folder):
    shutil.rmtree(folder)


def _truncate(folder):
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _empty(folder):
    for path in folder.iterdir():
        path.write_bytes(b"")


def _flip(folder):
    for path in folder.glob("*.index"):
        content = bytearray(path.read_bytes())
        content[-20] ^= 1
        path.write_bytes(content)


def _replace_with_garbage(folder):
    for path in folder.iterdir():
        path.write_bytes(bytes(range(256)) * 40)


def _replace_with_folders(folder):
    for path in list(folder.iterdir()):
        path.unlink()
        path.mkdir()


def _replace_all_with_a_file(folder):
    shutil.rmtree(folder)
    folder.write_text("not a folder")


@pytest.mark.parametrize(
    "damage",
    [_delete, _truncate, _empty, _flip, _replace_with_garbage, _replace_with_folders, _replace_all_with_a_file],
)
def test_damaged_files_change_no_result(expected, store_folder, settings, damage):
    damage(store_folder / "index")
    for _ in range(2):
        with Assistant.open(store_folder, settings) as assistant:
            assert assistant.retrieve(QUESTION) == expected
            assert assistant.check() == []


def test_files_of_another_store_with_the_same_ids_change_no_result(expected, store_folder, settings, tmp_path, write):
    with Assistant.open(tmp_path / "other", settings) as other:
        other.add([write(name, TEXTS["b.txt"] + name) for name in TEXTS])
        assert other._library.store.passages.ids() == [1, 2, 3]
    shutil.rmtree(store_folder / "index")
    shutil.copytree(tmp_path / "other" / "index", store_folder / "index")
    with Assistant.open(store_folder, settings) as assistant:
        assert assistant.retrieve(QUESTION) == expected


def test_files_from_after_a_backup_change_no_result(store_folder, settings, tmp_path, write):
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add([write("a.txt", TEXTS["a.txt"])])
    shutil.copy(store_folder / "store.db", tmp_path / "backup.db")
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add([write("b.txt", TEXTS["b.txt"])])
    shutil.copy(tmp_path / "backup.db", store_folder / "store.db")
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add([write("c.txt", TEXTS["c.txt"]), write("d.txt", "The paint of the bridge costs much.")])
        found = assistant.retrieve(QUESTION)
    shutil.rmtree(store_folder / "index")
    with Assistant.open(store_folder, settings) as assistant:
        assert assistant.retrieve(QUESTION) == found


def test_older_files_are_brought_up_to_date(expected, store_folder, settings, tmp_path, write):
    shutil.copytree(store_folder / "index", tmp_path / "old")
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add([write("b.txt", "The bridge is grey today.")])
        found = assistant.retrieve(QUESTION)
    shutil.rmtree(store_folder / "index")
    shutil.copytree(tmp_path / "old", store_folder / "index")
    with Assistant.open(store_folder, settings) as assistant:
        assert assistant.retrieve(QUESTION) == found != expected


@pytest.mark.parametrize("index", [FullDiskIndex, BrokenDiskIndex])
def test_index_that_cannot_be_saved_still_answers(store_folder, write, index):
    settings = Settings(embedder="hashing", abstain_below=0.0, vector_index=f"{__name__}:{index.__name__}")
    for _ in range(2):
        with Assistant.open(store_folder, settings) as assistant:
            assistant.add([write("a.txt", TEXTS["a.txt"])])
            assert assistant.ask("When did the bridge open?").citations[0].quote == "The bridge opened in 1932."


def test_change_by_another_process_is_seen_at_the_next_question(assistant, settings, store_folder, start_python, write):
    code = (
        "import sys; from rag import Assistant, Settings\n"
        "with Assistant.open(sys.argv[1], Settings(embedder='hashing')) as a: getattr(a, sys.argv[2])([sys.argv[3]])"
    )
    path = write("a.txt", TEXTS["a.txt"])
    assert assistant.retrieve(QUESTION) == ()
    assert start_python(code, store_folder, "add", path).wait() == 0
    assert assistant.retrieve(QUESTION)[0].source == str(path)
    write("a.txt", "The bridge is green by now.")
    assert start_python(code, store_folder, "add", path).wait() == 0
    assert [evidence.quote for evidence in assistant.retrieve(QUESTION)] == ["The bridge is green by now."]
    assert start_python(code, store_folder, "remove", path).wait() == 0
    assert assistant.retrieve(QUESTION) == ()


def test_two_open_assistants_see_each_others_changes(assistant, settings, store_folder, write):
    with Assistant.open(store_folder, settings) as other:
        paths = [write(name, text) for name, text in TEXTS.items()]
        for path in paths:
            other.add([path])
            assert {evidence.source for evidence in assistant.retrieve("bridge river paint")} == {
                evidence.source for evidence in other.retrieve("bridge river paint")
            }
        assistant.remove(paths[:2])
        assert {evidence.source for evidence in other.retrieve("bridge river paint")} == {str(paths[2])}


class RoughIndex(ExactIndex):
    """Knows scores only to one digit, and says so."""

    is_exact = False

    def search(self, vectors, k, *, among=None):
        hits = super().search(vectors, 10**6, among=among)
        rough = [sorted(found, key=lambda hit: (-round(hit.score, 1), hit.passage_id))[:k] for found in hits]
        return [[Hit(passage_id=hit.passage_id, score=round(hit.score, 1)) for hit in found] for found in rough]


def test_rough_scores_of_an_index_are_made_exact(store_folder, write):
    texts = {f"{number}.txt": f"The bridge {number} is painted {'very ' * (number % 7)}grey." for number in range(40)}
    found = []
    for number, index in enumerate(["exact", f"{__name__}:RoughIndex"]):
        settings = Settings(embedder="hashing", vector_index=index)
        with Assistant.open(store_folder.with_name(str(number)), settings) as assistant:
            assistant.add([write(name, text) for name, text in texts.items()])
            library = assistant._library
            vector = library.embedder.embed_questions(["What is painted very very grey?"])[0]
            found.append(library.vector_search.search(vector, 10))
            chosen = np.array([3, 5, 7, 11], dtype=np.int64)
            found.append(library.vector_search.search(vector, 3, among=chosen))
    assert [hit.passage_id for hit in found[0]] == [hit.passage_id for hit in found[2]]
    assert [hit.passage_id for hit in found[1]] == [hit.passage_id for hit in found[3]]
    np.testing.assert_allclose([hit.score for hit in found[0]], [hit.score for hit in found[2]], atol=1e-6)


class MeetingIndex(ExactIndex):
    """Gives hits when two searches are under way at once, and an error when that takes long."""

    meeting = threading.Barrier(2, timeout=10)

    def search(self, vectors, k, *, among=None):
        self.meeting.wait()
        return super().search(vectors, k, among=among)


def test_questions_search_side_by_side(store_folder, write):
    settings = Settings(embedder="hashing", vector_index=f"{__name__}:MeetingIndex")
    with Assistant.open(store_folder, settings) as assistant, ThreadPoolExecutor() as threads:
        assistant.add([write(name, text) for name, text in TEXTS.items()])
        found = [threads.submit(assistant.retrieve, QUESTION) for _ in range(2)]
        first, second = (searched.result() for searched in found)
    assert first == second
    assert first


def _holds(folder, passage_vector):
    return any(passage_vector in path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("is_open_before", [True, False])
def test_no_vector_of_a_removed_document_stays_in_any_file(store_folder, settings, write, is_open_before):
    paths = [write(name, text) for name, text in TEXTS.items()]
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add(paths)
        embedder = assistant._library.embedder
        gone, kept = (embedder.embed_passages([TEXTS[name]])[0].tobytes() for name in ("a.txt", "b.txt"))
        assert _holds(store_folder / "index", gone)
        if is_open_before:
            assistant.remove(paths[:1])
    if not is_open_before:
        with Assistant.open(store_folder, settings) as assistant:
            assistant.remove(paths[:1])
            assert "embedder" not in assistant._library.__dict__  # no model is loaded to remove something
    assert not _holds(store_folder, gone)
    assert _holds(store_folder / "index", kept)


def test_files_that_cannot_be_saved_are_deleted_with_a_removed_document(store_folder, write):
    settings = Settings(embedder="hashing", abstain_below=0.0)
    path = write("a.txt", TEXTS["a.txt"])
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add([path, write("b.txt", TEXTS["b.txt"])])
    (store_folder / "index" / "exact.index").write_bytes(b"")
    full = Settings(embedder="hashing", abstain_below=0.0, vector_index=f"{__name__}:FullDiskIndex")
    with Assistant.open(store_folder, full) as assistant:
        assistant.remove([path])
    assert not (store_folder / "index").exists()


class CountingIndex(ExactIndex):
    """Counts how often somebody wants to know all its ids."""

    n_listed = 0

    def ids(self):
        CountingIndex.n_listed += 1
        return super().ids()


def test_removing_what_is_open_compares_no_ids(store_folder, write):
    settings = Settings(embedder="hashing", abstain_below=0.0, vector_index=f"{__name__}:CountingIndex")
    with Assistant.open(store_folder, settings) as assistant:
        paths = [write(name, text) for name, text in TEXTS.items()]
        assistant.add(paths)
        n_listed = CountingIndex.n_listed
        assistant.remove(paths[:1])
        assert CountingIndex.n_listed == n_listed + 1  # to save them
        assert {evidence.source for evidence in assistant.retrieve(QUESTION)} == {str(path) for path in paths[1:]}


@pytest.mark.parametrize("told", [(), (1,), (1, 2, 3, 99)])
def test_what_is_removed_is_forgotten_and_nothing_else_whatever_was_told(store_folder, settings, write, told):
    with Assistant.open(store_folder, settings) as assistant:
        paths = [write(name, text) for name, text in TEXTS.items()]
        assistant.add(paths)
        assistant.retrieve(QUESTION)
        library = assistant._library
        library.ingestion.remove([str(paths[0]), str(paths[2])])
        library.vector_search.forget_removed(told)
        left = library.store.passages.ids()
        assert len(left) == 1
        vector = library.retriever.embed(TEXTS["b.txt"])
        assert [hit.passage_id for hit in library.vector_search.search(vector, 10)] == left
