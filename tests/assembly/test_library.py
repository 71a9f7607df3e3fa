from __future__ import annotations

import sqlite3
from typing import ClassVar

import numpy as np
import pytest

from rag import Assistant, NotFoundError, Rating, Settings, SettingsError
from rag.storage.migrations import rate_answers, seal_rows


def test_assistants_of_one_library_answer_over_the_same_documents(assistant, write):
    assistant.add([write("bridge.txt", "The bridge opened in 1932.")])
    with assistant.with_settings(max_citations=1, n_evidence=1) as other:
        assert other.settings.n_evidence == 1
        assert len(other.ask("When did the bridge open?").evidence) == 1
        assert other.documents() == assistant.documents()
    assert assistant.ask("When did the bridge open?").citations  # its library is still open


def test_what_documents_were_read_with_cannot_be_changed(assistant):
    with pytest.raises(SettingsError, match=r"embedding_model.*open it anew"):
        assistant.with_settings(embedding_model="other", llm="none")
    with pytest.raises(SettingsError, match="colour"):
        assistant.with_settings(colour="blue")


def test_an_answer_can_be_read_and_rated_later(assistant, write):
    assistant.add([write("bridge.txt", "The bridge opened in 1932.")])
    given = assistant.ask("When did the bridge open?")
    assert assistant.answer(given.id).citations == given.citations
    assistant.rate(given.id, Rating.HELPFUL)
    assistant.rate(given.id, Rating.NOT_HELPFUL)
    with sqlite3.connect(assistant._library.store.folder / "store.db") as database:
        assert database.execute("SELECT rating FROM answers").fetchall() == [("not-helpful",)]
    assert assistant.rating(given.id) is Rating.NOT_HELPFUL


def test_answers_have_different_ids(assistant):
    assert len({assistant.ask("What?").id for _ in range(5)}) == 5


def test_an_answer_whose_source_was_removed_is_gone(assistant, write):
    path = write("bridge.txt", "The bridge opened in 1932.")
    assistant.add([path])
    given = assistant.ask("When did the bridge open?")
    assistant.remove([path])
    with pytest.raises(NotFoundError, match=given.id):
        assistant.answer(given.id)
    with pytest.raises(NotFoundError, match=given.id):
        assistant.rating(given.id)
    with pytest.raises(NotFoundError, match="cannot rate"):
        assistant.rate(given.id, Rating.HELPFUL)


def test_a_store_of_an_older_version_gets_ids_and_ratings(store_folder, settings, write):
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add([write("bridge.txt", "The bridge opened in 1932.")])
        assistant.ask("When did the bridge open?")
    with sqlite3.connect(store_folder / "store.db") as database:
        database.execute("DROP INDEX answers_by_answer_id")
        for column in ("answer_id", "rating", "seal"):
            database.execute(f"ALTER TABLE answers DROP COLUMN {column}")
        for migration in (rate_answers, seal_rows):
            database.execute("DELETE FROM migrations WHERE name = ?", [migration.__name__])
    with Assistant.open(store_folder, Settings(embedder="hashing", abstain_below=0)) as assistant:
        assert assistant.citation(1).quote == "The bridge opened in 1932."
        given = assistant.ask("When did the bridge open?")
        assistant.rate(given.id, Rating.HELPFUL)


def test_a_model_that_is_set_reads_the_best_sentences_only(store_folder, settings, write):
    path = write("a.txt", "The bridge is grey.\nThe bridge is old.\nThe bridge is long.\nThe bridge is closed.")
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add([path])
        by_features = [evidence.quote for evidence in assistant.retrieve("Is the bridge closed?")]
        changed = settings.model_copy(update={"reranker": f"{Remembers.__module__}:Remembers", "n_read": 2})
    Remembers.shown.clear()
    with Assistant.open(store_folder, changed) as assistant:
        found = [evidence.quote for evidence in assistant.retrieve("Is the bridge closed?")]
    looks = 2  # nothing was likely to answer, so as many were read once more, the sentences around them with them
    assert set(by_features[:2]) <= set(Remembers.shown)
    assert len(Remembers.shown) <= looks * (2 + 3)
    assert sorted(found) == sorted(by_features)


class Remembers:
    shown: ClassVar[list[str]] = []

    def score(self, question, texts):
        self.shown += texts
        return np.zeros(len(texts), dtype=np.float32)


def test_a_cross_encoder_without_a_model_is_refused_in_words(store_folder, settings):
    changed = settings.model_copy(update={"reranker": "cross-encoder"})
    with Assistant.open(store_folder, changed) as assistant, pytest.raises(SettingsError, match="names no model"):
        assistant.retrieve("Is the bridge closed?")
