"""Older versions go when nobody needs them, and not before."""

from __future__ import annotations

import sqlite3

import pytest

from rag import NotFoundError, SettingsError


@pytest.fixture
def versions(assistant, write):
    """The ids of three versions of a document; the second is quoted by an answer, the third is current."""
    ids = []
    for text in ("The bridge is closed.", "The bridge is open.", "The bridge is gone."):
        assistant.add([write("a.txt", text * 200)])
        ids.append(assistant.documents()[0].id)
        if "open" in text:
            assistant.ask("Is the bridge open?")
    return ids


def test_only_what_no_answer_quotes_goes(assistant, versions, store_folder):
    report = assistant.prune()
    assert (report.n_texts, report.n_characters, report.n_answers) == (1, 200 * len("The bridge is closed."), 0)
    assert report.bytes_freed > 0
    with pytest.raises(NotFoundError):
        assistant.document(versions[0])
    assert assistant.citation(1).quote in assistant.document(versions[1]).text
    assert assistant.retrieve("bridge", k=1)[0].document_id == versions[2]
    assert assistant.check() == []
    assert assistant.prune().n_texts == 0
    assert b"bridge is closed" not in (store_folder / "store.db").read_bytes()


def test_old_ones_go_with_the_answers_that_quote_them(assistant, versions, store_folder):
    assert assistant.prune(days=1).n_texts == 1
    with sqlite3.connect(store_folder / "store.db") as connection:
        connection.execute("UPDATE documents SET superseded_at = '2020-01-01T00:00:00+00:00' WHERE state != 'current'")
    connection.close()
    report = assistant.prune(days=1)
    assert (report.n_texts, report.n_answers) == (1, 1)
    with pytest.raises(NotFoundError):
        assistant.document(versions[1])
    with pytest.raises(NotFoundError, match="nothing was asked yet"):
        assistant.citation(1)
    assert assistant.document(versions[2])


def test_what_is_gone_from_a_synced_folder_goes_too(assistant, write):
    folder = write("a.txt", "The bridge is closed.").parent
    write("b.txt", "The river is deep.")
    assistant.sync(folder)
    (folder / "a.txt").unlink()
    assistant.sync(folder)
    assert assistant.prune().n_texts == 1


def test_negative_days_are_refused(assistant):
    with pytest.raises(SettingsError, match="days=-1"):
        assistant.prune(days=-1)
