"""A store goes to a server and back: the same answers, and nothing is embedded on the way."""

from __future__ import annotations

import pytest

from rag import Assistant, StoreError
from rag.embedders.hashing import HashingEmbedder
from tests.postgresql import ENGINES, place_on

NEWS = {
    "bridge.txt": "The bridge opened in 1932. It is painted grey. “It is ugly,” said Anna Weber.",
    "copy.txt": "The bridge opened in 1932. It is painted grey. “It is ugly,” said Anna Weber.",
    "river.txt": "The river is deep. Nobody swims in it. Київ і 東京 😀 naïve.",
    "old.txt": "The ferry cost 5 euros.",
}
QUESTIONS = ("When did the bridge open?", "What did Anna Weber say?", "How deep is the river?", "ferry euros", "東京")


def answers_of(assistant):
    asked = [assistant.ask(question) for question in QUESTIONS]
    return [(answer.status, answer.text, answer.claims, answer.citations, answer.evidence) for answer in asked]


@pytest.fixture
def moved(engine, assistant, write, request):
    """The store, its answers, and where it is to go: to the other engine."""
    assistant.add([write(name, text) for name, text in NEWS.items()])
    assistant.add_uploads([("notes.txt", write("x", "The mayor was absent."))])
    write("old.txt", "The ferry costs 7 euros.")
    assistant.add([write("old.txt", "The ferry costs 7 euros.")])
    assistant.make_notebook("Ferries")
    assistant.put_in_notebook("Ferries", [write("river.txt", NEWS["river.txt"])])
    other = next(name for name in ENGINES if name != engine)
    return assistant, place_on(other, request, name="moved")


@pytest.mark.parametrize("engine", ENGINES)
def test_answers_are_the_same_and_nothing_is_embedded(moved, settings, monkeypatch):
    assistant, place = moved
    old = next(info.source for info in assistant.documents() if info.title == "old.txt")
    before = answers_of(assistant)
    recorded = assistant.answers()

    def refuse(*_arguments):
        raise AssertionError("something was embedded")

    with monkeypatch.context() as patched:
        for name in ("embed_passages", "embed_sentences", "embed_questions"):
            patched.setattr(HashingEmbedder, name, refuse)
        assert assistant.move(place) == 5
    with Assistant.open(place, settings, must_exist=True) as there:
        assert there.answers() == recorded
        assert answers_of(there) == before
        assert there.check() == []
        assert [book.name for book in there.notebooks()] == ["Ferries"]
        assert [version.number for version in there.versions(old)] == [1, 2]
    assert answers_of(assistant) == before


@pytest.mark.parametrize("engine", ENGINES)
def test_ids_go_on_where_they_were(moved, settings, write):
    assistant, place = moved
    last = assistant._library.store.passages.ids()[-1]
    assistant.remove([write("river.txt", "")])
    assistant.move(place)
    with Assistant.open(place, settings) as there:
        there.add([write("new.txt", "The lighthouse burned down.")])
        assert there._library.store.passages.ids()[-1] > last
        assert there.retrieve("lighthouse", k=1)[0].quote == "The lighthouse burned down."
        assert there.check() == []


@pytest.mark.parametrize("engine", ENGINES)
def test_place_that_holds_something_is_left_alone(moved, settings, write):
    assistant, place = moved
    with Assistant.open(place, settings) as there:
        there.add([write("new.txt", "The lighthouse burned down.")])
        with pytest.raises(StoreError, match="it holds something - name a new or empty one"):
            assistant.move(place)
        assert [info.title for info in there.documents()] == ["new.txt"]


def test_place_where_the_store_is_already_is_refused(assistant, place):
    with pytest.raises(StoreError, match="the store is there already - name another place"):
        assistant.move(place)
