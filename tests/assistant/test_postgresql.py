"""A store in PostgreSQL, end to end, as anybody uses it."""

from __future__ import annotations

from tests.postgresql import on_postgresql

pytestmark = on_postgresql
QUESTION = "When did the bridge open?"


def test_what_is_added_answers_until_it_is_removed(assistant, write):
    assistant.add([write("bridge.txt", "The bridge opened in 1932."), write("river.txt", "The river is deep.")])
    answer = assistant.ask(QUESTION)
    assert answer.citations[0].quote == "The bridge opened in 1932."
    assert assistant.answer(answer.id).citations == answer.citations
    assert assistant.check() == []
    assistant.remove([write("bridge.txt", "")])
    assert [info.title for info in assistant.documents()] == ["river.txt"]
    assert assistant.retrieve(QUESTION, k=1)[0].quote == "The river is deep."
    assert assistant.check() == []
