"""Questions that stand: asked again after each change, and reported on only when their support changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from rag import ChangeKind, NotFoundError, QuestionError, Settings, SettingsError
from rag.storage import standing

BRIDGE = "The bridge over the strait cost 310 million crowns. It is painted grey."


@pytest.fixture
def settings():
    return Settings(embedder="hashing")


@pytest.fixture
def watched(assistant, write):
    assistant.add([write("bridge.txt", BRIDGE)])
    return assistant, assistant.watch_question("What did the bridge over the strait cost?")


def told(report):
    return [
        (change.kind, change.before and change.before.quote, change.after and change.after.quote)
        for each in report.questions
        for change in each.changes
    ]


def test_a_question_is_kept_with_what_supports_it(watched):
    assistant, question = watched
    assert (question.number, question.question) == (1, "What did the bridge over the strait cost?")
    assert question.n_support > 0
    assert assistant.standing_questions() == (question,)


def test_nothing_is_said_when_nothing_about_it_changed(watched, write):
    assistant, _ = watched
    assert assistant.add([write("other.txt", "The museum opens at nine on weekdays.")]).questions == ()
    assert assistant.check_standing_questions() == ()


def test_a_changed_sentence_is_reported_once_with_before_and_after(watched, write):
    assistant, _ = watched
    report = assistant.add([write("bridge.txt", BRIDGE.replace("310", "325"))])
    assert told(report) == [
        (
            ChangeKind.CHANGED,
            "The bridge over the strait cost 310 million crowns.",
            "The bridge over the strait cost 325 million crowns.",
        )
    ]
    assert assistant.check_standing_questions() == ()


def test_a_new_sentence_of_another_document_is_reported(watched, write):
    assistant, _ = watched
    quote = "The bridge over the strait cost 355 million crowns in the end."
    assert told(assistant.add([write("later.txt", quote)])) == [(ChangeKind.NEW, None, quote)]


def test_a_sentence_that_is_gone_is_reported(watched, tmp_path, write):
    assistant, _ = watched
    write("keep.txt", "The museum opens at nine on weekdays.")
    (tmp_path / "documents" / "bridge.txt").unlink()
    report = assistant.sync(tmp_path / "documents")
    assert (ChangeKind.GONE, "The bridge over the strait cost 310 million crowns.", None) in told(report)


def test_a_question_without_an_answer_is_told_when_there_is_one(assistant, write):
    assistant.add([write("other.txt", "The museum opens at nine on weekdays.")])
    assert assistant.watch_question("What did the bridge over the strait cost?").n_support == 0
    assert ChangeKind.NEW in {kind for kind, _, _ in told(assistant.add([write("bridge.txt", BRIDGE)]))}


def test_only_the_documents_that_are_named_count(assistant, write):
    assistant.add([write("a/bridge.txt", BRIDGE)])
    question = assistant.watch_question("What did the bridge over the strait cost?", sources=["a/*", "b/*"])
    assert question.searched == "source like a/* or b/*"
    assert assistant.add([write("c/later.txt", "The bridge over the strait cost 355 million crowns.")]).questions == ()
    assert assistant.add([write("b/later.txt", "The bridge over the strait cost 360 million crowns.")]).questions != ()


def test_removal_of_a_document_leaves_nothing_of_its_text(watched, tmp_path, store_folder, write):
    assistant, question = watched
    assistant.add([write("other.txt", "The museum opens at nine on weekdays.")])
    assistant.remove([tmp_path / "documents" / "bridge.txt"])
    (report,) = assistant.check_standing_questions()
    assert (report.changes, report.n_erased) == ((), question.n_support)
    assert assistant.check_standing_questions() == ()
    assistant.close()
    with closing(sqlite3.connect(store_folder / "store.db")) as connection:
        assert connection.execute("SELECT count(*) FROM standing_support").fetchone() == (0,)
    assert all(b"310 million" not in path.read_bytes() for path in store_folder.rglob("*") if path.is_file())


def test_a_question_is_removed_and_its_number_not_given_again(watched):
    assistant, _ = watched
    assistant.remove_standing_question(1)
    assert assistant.standing_questions() == ()
    assert assistant.watch_question("What is painted grey?").number == 2
    with pytest.raises(NotFoundError, match="no standing question has the number 1 - see `rag watch-question --list`"):
        assistant.remove_standing_question(1)


def test_bad_questions_are_refused_before_anything_is_kept(assistant, monkeypatch):
    with pytest.raises(QuestionError, match="cannot answer an empty question"):
        assistant.watch_question("  ")
    with pytest.raises(SettingsError):
        assistant.watch_question("What is it?", where="nothing")
    monkeypatch.setattr(standing, "MOST_QUESTIONS", 0)
    with pytest.raises(SettingsError, match="cannot keep a standing question more: there are 0"):
        assistant.watch_question("What is it?")
    assert assistant.standing_questions() == ()
