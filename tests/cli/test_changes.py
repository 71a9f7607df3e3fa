"""`rag diff`, `rag answers refresh`, and what `rag sync` says of edits."""

from __future__ import annotations

import json

import pytest

BRIDGE = "The bridge cost 310 million crowns.\nIt is painted grey.\nAnn Lee opened it on Monday.\n"
LATER = "Ann Lee opened it on Monday.\nThe bridge cost 325 million crowns.\nIt rained all the day.\n"


@pytest.fixture
def edited(rag, write, monkeypatch):
    monkeypatch.setenv("RAG_MAX_CITATIONS", "1")
    path = write("bridge.txt", BRIDGE)
    rag("add", path)
    rag("ask", "What did the bridge cost?")
    write("bridge.txt", LATER)
    return path


def test_sync_lists_what_changed_with_numbers_first(rag, edited):
    code, out, err = rag("sync", edited.parent)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "1 superseded.",
        "Changed since it was added:",
        f"  {edited}: 1 changed (1 in a number), 1 gone, 1 new; 1 recorded answer cites that",
        "(`rag diff` shows every change)",
    ]


def test_diff_shows_every_change_with_the_words_that_differ(rag, edited):
    rag("sync", edited.parent)
    code, out, err = rag("diff", edited)
    assert (code, err) == (0, "")
    assert "1 changed, 1 new, 1 gone; 1 kept." in out
    assert "  - The bridge cost [-310-] million crowns.\n  + The bridge cost {+325+} million crowns.\n" in out
    assert "changed, moved (number), sentence 2\n" in out
    assert "gone, sentence 2\n  - It is painted grey.\n" in out
    assert "1 recorded answer cites what changed:\n" in out
    assert out in rag("diff").out


def test_json_of_diff_holds_the_same(rag, edited):
    rag("sync", edited.parent)
    found = json.loads(rag("diff", edited, "--json").out)
    assert found["counts"]["changed"] == 1
    assert json.loads(rag("diff", "--json").out)["documents"] == [found]


def test_diff_of_what_is_not_there_is_one_sentence(rag, edited):
    assert rag("diff", edited).err.startswith("rag: cannot compare versions of ")
    assert rag("diff").out == "No document has changed since it was added.\n"
    assert rag("diff", "--from", "1").code == 2


def test_stale_answers_are_marked_and_asked_again(rag, edited):
    rag("sync", edited.parent)
    assert "(stale: [1] changed or is gone)\n1 answer recorded, 1 stale:" in rag("answers", "list").out
    assert json.loads(rag("answers", "list", "--json").out)["answers"][0]["is_stale"] is True
    out = rag("answers", "refresh", "--all").out
    assert "The bridge cost 325 million crowns. [1]\n" in out
    assert out.endswith("1 answer asked again.\n")
    assert "(asked again: " in rag("answers", "list").out
    assert rag("answers", "refresh", "--all").out == "0 answers asked again.\n"
    assert rag("answers", "refresh").code == 2
    assert "no answer has the id 'x'" in rag("answers", "refresh", "x").err


def test_what_is_in_a_document_cannot_steer_the_terminal(rag, write):
    path = write("a.txt", "It cost 3 crowns in all, \x1b[31mhe said\u202e.")
    rag("add", path)
    write("a.txt", "It cost 4 crowns in all, \x1b[31mhe said\u202e.")
    rag("add", path)
    out = rag("diff", path).out
    assert "[-3-]" in out
    assert "\x1b" not in out
    assert "\u202e" not in out
