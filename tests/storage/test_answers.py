"""Recorded answers are listed, cleared, and forgotten when there are too many or they are too old."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from rag import NotFoundError, Rating, Settings, SettingsError
from rag.assistant import Assistant
from rag.storage import Store, schema
from rag.storage.sealing import change_sealed

QUESTIONS = ("When did the bridge open?", "How deep is the river?", "Who paid for the bridge?")


@pytest.fixture
def asked(assistant, write):
    assistant.add([write("bridge.txt", "The bridge opened in 1932. The river is deep. The city paid for it.")])
    return [assistant.ask(question).id for question in QUESTIONS]


def make_older(store_folder, answer_id, days):
    asked_at = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
    store = Store(store_folder, lock_timeout_seconds=5)
    with store.begin() as connection:
        change_sealed(connection, schema.answers, schema.answers.c.answer_id == answer_id, asked_at=asked_at)
    store.close()


def test_answers_are_listed_the_last_one_first(assistant, asked):
    assistant.rate(asked[1], Rating.HELPFUL)
    listed = assistant.answers()
    assert [(answer.id, answer.question) for answer in listed] == list(zip(asked, QUESTIONS, strict=True))[::-1]
    assert [answer.rating for answer in listed] == [Rating.NONE, Rating.HELPFUL, Rating.NONE]


def test_what_is_cleared_is_gone_from_the_files_too(assistant, asked, store_folder):
    make_older(store_folder, asked[0], 31)
    make_older(store_folder, asked[1], 29)
    assert assistant.clear_answers(older_than=timedelta(days=30)) == 1
    assert [answer.id for answer in assistant.answers()] == [asked[2], asked[1]]
    with pytest.raises(NotFoundError):
        assistant.answer(asked[0])
    assert assistant.clear_answers(older_than=timedelta.max) == 0
    assert assistant.clear_answers() == 2
    assert assistant.answers() == []
    assert len(assistant.documents()) == 1
    for file in store_folder.glob("store.db*"):
        assert not any(question.encode() in file.read_bytes() for question in QUESTIONS)


def test_answers_are_cleared_by_their_ids(assistant, asked):
    assert assistant.clear_answers(answer_ids=[]) == 0
    assert assistant.clear_answers(answer_ids=[asked[0], asked[2], "nobody's"]) == 2
    assert [answer.id for answer in assistant.answers()] == [asked[1]]
    with pytest.raises(SettingsError, match="answer_ids"):
        assistant.clear_answers(answer_ids="all")


@pytest.mark.parametrize("older_than", [timedelta(days=-1), 30, "30d"])
def test_time_that_is_none_is_refused(assistant, older_than):
    with pytest.raises(SettingsError, match="older"):
        assistant.clear_answers(older_than=older_than)


def test_the_oldest_is_forgotten_for_a_new_one(store_folder, settings, write):
    few = Settings(**settings.model_dump() | {"keep_answers": 2})
    with Assistant.open(store_folder, few) as assistant:
        assistant.add([write("bridge.txt", "The bridge opened in 1932.")])
        asked = [assistant.ask(f"{question}").id for question in QUESTIONS]
        assert [answer.id for answer in assistant.answers()] == asked[:0:-1]


def test_what_is_too_old_is_forgotten_with_the_next_answer(assistant, asked, store_folder):
    make_older(store_folder, asked[0], 366)
    make_older(store_folder, asked[1], 364)
    new = assistant.ask("Is the bridge grey?").id
    assert [answer.id for answer in assistant.answers()] == [new, asked[2], asked[1]]


@pytest.mark.parametrize("n_others", [0, 20])
def test_removing_documents_forgets_what_quotes_one_of_them_damaged_or_not(
    assistant, asked, write, store_folder, n_others
):
    river, moon = write("river.txt", "The river is forty metres deep."), write("moon.txt", "The moon is made of rock.")
    others = [write(f"{number}.txt", f"Nothing is said on page {number}.") for number in range(n_others)]
    assistant.add([river, moon, *others])
    deep, damaged, rock = (
        assistant.ask(q) for q in ("How deep is the river?", "How deep?", "What is the moon made of?")
    )
    assert river.name in {name for answer in (deep, damaged) for c in answer.citations for name in [c.title]}
    change = "UPDATE answers SET answer = replace(answer, 'document_id', 'dokument_id') WHERE answer_id = ?"
    with closing(sqlite3.connect(store_folder / "store.db")) as connection, connection:
        connection.execute(change, [damaged.id])
    assistant.remove([river, moon, *others])
    kept = {answer.id for answer in assistant.answers()}
    assert not kept & {deep.id, damaged.id, rock.id}
    with closing(sqlite3.connect(store_folder / "store.db")) as connection:
        assert "forty" not in "".join(answer for (answer,) in connection.execute("SELECT answer FROM answers"))
