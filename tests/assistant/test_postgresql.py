"""A store in PostgreSQL, end to end, as anybody uses it."""

from __future__ import annotations

from rag import Assistant
from tests.postgresql import on_postgresql, place_on

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


def test_export_goes_to_a_folder_and_to_another_database(assistant, write, settings, tmp_path, request):
    assistant.add([write("bridge.txt", "The bridge opened in 1932.")])
    before = assistant.ask(QUESTION)
    assistant.export(tmp_path / "store.zip")
    for place in (place_on("sqlite", request, name="folder"), place_on("postgresql", request)):
        assert Assistant.import_store(tmp_path / "store.zip", place, settings) == 1
        with Assistant.open(place, settings, must_exist=True) as there:
            assert there.ask(QUESTION).citations == before.citations
            assert there.check() == []
