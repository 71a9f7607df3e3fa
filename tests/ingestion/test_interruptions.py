"""A run that ends too early, at any moment and in any way, leaves a store that works; the next run goes on."""

from __future__ import annotations

import random
import time
from typing import ClassVar

import pytest

from rag import Assistant, Settings
from rag.embedders.hashing import HashingEmbedder

N_FILES = 12


class FailingEmbedder(HashingEmbedder):
    """Raises `error` when it has embedded as many texts as `n_left` says."""

    n_left: ClassVar[int] = 10**9
    error: ClassVar[type[BaseException]] = KeyboardInterrupt

    def embed_sentences(self, texts, spans):
        type(self).n_left -= len(texts)
        if self.n_left < 0:
            raise self.error
        return super().embed_sentences(texts, spans)


class OtherFailingEmbedder(FailingEmbedder):
    def __init__(self):
        super().__init__(64)


@pytest.fixture(autouse=True)
def _work_at_first():
    FailingEmbedder.n_left = OtherFailingEmbedder.n_left = 10**9
    FailingEmbedder.error = KeyboardInterrupt


@pytest.fixture
def settings():
    return Settings(embedder=f"{__name__}:FailingEmbedder", abstain_below=0.0, passage_tokens=16)


@pytest.fixture
def folder(write):
    """Files of some 150 passages each, so that every second one ends a batch."""
    for number in range(N_FILES):
        text = " ".join(
            f"The bridge {number} over river {line} is painted grey and carries a road." for line in range(150)
        )
        path = write(f"{number:02}.txt", text)
    return path.parent


def _expect_sound(assistant):
    assert assistant.check() == []
    for evidence in assistant.retrieve("Which bridge is painted grey?"):
        assert evidence.quote == evidence.span.slice(assistant.document(evidence.document_id).text)


def _expect_the_rest(assistant, folder):
    """Adding again adds what is missing, and only that."""
    n_finished = len(assistant.documents())
    report = assistant.add([folder])
    assert (len(report.unchanged), len(report.added)) == (n_finished, N_FILES - n_finished)
    assert report.failed == report.superseded == ()
    _expect_sound(assistant)


def test_interrupt_between_batches_keeps_what_was_finished(assistant, folder, store_folder, settings):
    def interrupt(progress):
        if progress.n_done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assistant.add([folder], on_progress=interrupt)
    assert len(assistant.documents()) == 4
    _expect_sound(assistant)  # the same object goes on
    assistant.close()
    with Assistant.open(store_folder, settings) as reopened:
        _expect_the_rest(reopened, folder)


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, RuntimeError])
def test_error_in_the_embedder_keeps_what_was_finished(assistant, folder, error):
    FailingEmbedder.error, FailingEmbedder.n_left = error, 900
    with pytest.raises(error):
        assistant.add([folder])
    assert 0 < len(assistant.documents()) < N_FILES
    FailingEmbedder.n_left = 10**9
    _expect_the_rest(assistant, folder)


def test_writer_is_free_after_an_interrupt(assistant, folder, store_folder, settings, write):
    FailingEmbedder.n_left = 0
    with pytest.raises(KeyboardInterrupt):
        assistant.add([folder])
    FailingEmbedder.n_left = 10**9
    with Assistant.open(store_folder, settings.model_copy(update={"lock_timeout_seconds": 0.1})) as other:
        assert len(other.add([folder / "00.txt"]).added) == 1


def test_interrupted_rebuild_leaves_the_old_state_and_goes_on_where_it_was(assistant, folder, store_folder):
    assistant.add([folder])
    before = assistant.retrieve("Which bridge is painted grey?")
    changed = Settings(embedder=f"{__name__}:OtherFailingEmbedder", abstain_below=0.0, passage_tokens=16)
    with Assistant.open(store_folder, changed) as other:
        OtherFailingEmbedder.n_left = 900
        with pytest.raises(KeyboardInterrupt):
            other.rebuild()
        assert assistant.check() == []
        assert assistant.retrieve("Which bridge is painted grey?") == before
        n_passages = len(other._library.store.passages.ids())
        OtherFailingEmbedder.n_left = n_passages - 500  # fewer than all: some were kept
        other.rebuild()
        _expect_sound(other)
        assert len(other.documents()) == N_FILES


def test_interrupt_while_the_rebuilt_documents_change_over_leaves_the_old_state(assistant, folder, monkeypatch):
    assistant.add([folder])
    before = assistant.retrieve("Which bridge is painted grey?")
    calls = iter(range(1000))

    def interrupt(ids, texts, *, headings=(), add=assistant._library.word_index.add):
        if next(calls) == 5:
            raise KeyboardInterrupt
        add(ids, texts, headings=headings)

    monkeypatch.setattr(assistant._library.word_index, "add", interrupt)
    with pytest.raises(KeyboardInterrupt):
        assistant.rebuild()
    _expect_sound(assistant)
    assert assistant.retrieve("Which bridge is painted grey?") == before


ADD = """
import sys
from rag import Assistant, Settings

settings = Settings(embedder="hashing", abstain_below=0.0, passage_tokens=16)
with Assistant.open(sys.argv[1], settings) as assistant:
    assistant.retrieve("bridge")
    print("ready", flush=True)
    assistant.add([sys.argv[2]])
    print("done", flush=True)
"""


@pytest.mark.parametrize("attempt", range(4))
def test_killed_process_leaves_a_sound_store(start_python, folder, store_folder, attempt):
    process = start_python(ADD, store_folder, folder)
    assert process.stdout.readline() == "ready\n"
    time.sleep(random.Random(attempt).uniform(0.02, 0.8))
    process.kill()
    process.wait()
    settings = Settings(embedder="hashing", abstain_below=0.0, passage_tokens=16)
    with Assistant.open(store_folder, settings) as assistant:
        _expect_sound(assistant)
        _expect_the_rest(assistant, folder)


@pytest.mark.parametrize("attempt", range(2))
def test_process_killed_while_it_removes_has_removed_all_or_nothing(start_python, folder, store_folder, attempt):
    settings = Settings(embedder="hashing", abstain_below=0.0, passage_tokens=16)
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add([folder])
        sources = [info.source for info in assistant.documents()]
        process = start_python(ADD.replace(".add(", ".remove("), store_folder, folder)
        assert process.stdout.readline() == "ready\n"
        time.sleep(random.Random(attempt).uniform(0.005, 0.1))
        process.kill()
        process.wait()
        _expect_sound(assistant)
        assert [info.source for info in assistant.documents()] in ([], sources)
        assistant.add([folder])
        assert [info.source for info in assistant.documents()] == sources
