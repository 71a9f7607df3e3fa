import json
from html import unescape

import pytest

from tests.ui.hostile import TEXTS
from tests.ui.html_reading import assert_inert
from tests.ui.page.test_events import CLICKED, HOSTILE, NONE, QUESTION, UPDATES
from ui.conversation import Conversation
from ui.handlers import Chat
from ui.page.shelf_events import ShelfEvents
from ui.page.values import Heard
from ui.preferences import Assistants, Preferences


@pytest.fixture
def chat(assistant, write) -> Chat:
    assistant.add([write("bridge.txt", f"The bridge opened in 1932. It is painted grey. {HOSTILE}")])
    return Chat(Assistants(assistant))


@pytest.fixture
def events(chat) -> ShelfEvents:
    return ShelfEvents(chat, UPDATES)


def asked(chat: Chat, kept: object = (), question: str = QUESTION) -> tuple[Conversation, dict]:
    """A conversation of one question, and what its browser keeps then."""
    states = chat.ask(question, Conversation(), Preferences(), session="a")
    conversation = list(states)[-1].conversation
    return conversation, json.loads(json.dumps(chat.kept(conversation, kept)))


def clicked(conversation: Conversation, **data: str) -> Heard:
    return Heard({"conversation": conversation.id} | data, "a")


def test_a_new_conversation_leaves_the_last_in_the_list(chat, events):
    first, kept = asked(chat)
    turned = events.begun(CLICKED, kept, {})
    assert (turned.conversation, turned.current) == (Conversation(), "")
    assert chat.restore(turned.kept) == Conversation()
    second, kept = asked(chat, turned.kept, "What colour is it?")
    listed = events.shelved(CLICKED, kept, "")
    assert listed.index(second.exchanges[0].question) < listed.index(first.exchanges[0].question)


def test_an_older_conversation_is_shown_again_from_the_store(chat, events):
    first, kept = asked(chat)
    _, kept = asked(chat, kept, "What colour is it?")
    turned = events.turned(clicked(first), kept, {})
    assert turned.conversation.last.answer.citations == first.last.answer.citations
    assert "The bridge opened in 1932." in turned.current
    assert turned.kept["current"] == first.id


def test_what_a_browser_keeps_holds_no_words_of_documents(chat):
    _, kept = asked(chat)
    assert "1932" not in str(kept)


def test_a_conversation_is_renamed_and_found_by_name_question_and_answer(chat, events):
    conversation, kept = asked(chat)
    kept, _ = events.renamed(clicked(conversation, name="Bridges <b>"), kept)
    listed = events.shelved(CLICKED, kept, "")
    assert "Bridges <b>" in unescape(listed)
    assert "<b>" not in listed
    for words in ("bridges", "OPEN", "in 1932"):
        assert "cv-turn" in events.shelved(CLICKED, kept, words)
    assert "cv-turn" not in events.shelved(CLICKED, kept, "opened 1933")


def test_a_search_finds_no_words_that_were_removed(chat, events, assistant):
    conversation, kept = asked(chat)
    assistant.remove([conversation.last.answer.citations[0].document_id])
    assert "cv-turn" not in events.shelved(CLICKED, kept, "1932")
    assert "cv-turn" in events.shelved(CLICKED, kept, "open")


def test_a_deleted_conversation_is_gone_from_the_list_and_the_store(chat, events, assistant):
    first, kept = asked(chat)
    second, kept = asked(chat, kept, "What colour is it?")
    turned = events.forgotten(clicked(first), kept, {})
    assert (turned.conversation, turned.current) == (NONE, NONE)
    assert [each["id"] for each in turned.kept["conversations"] if each["questions"]] == [second.id]
    assert [each.id for each in assistant.answers()] == [second.last.answer.id]
    shown = events.forgotten(clicked(second), turned.kept, {})
    assert (shown.conversation, shown.current) == (Conversation(), "")
    assert assistant.answers() == []


def test_clear_deletes_what_is_shown_and_nothing_else(chat, events):
    first, kept = asked(chat)
    _, kept = asked(chat, kept, "What colour is it?")
    turned = events.cleared(CLICKED, kept, {})
    assert (turned.conversation, turned.earlier, turned.current, turned.hint) == (
        Conversation(),
        {"value": ""},
        "",
        "",
    )
    assert "cv-empty" in turned.reader
    assert [each.id for each in chat.shelf(turned.kept).conversations] == [first.id]


@pytest.mark.parametrize("data", [{}, {"conversation": 3}, {"conversation": "nobody's", "name": ["x"]}])
def test_whatever_a_browser_sends_changes_nothing_of_others(chat, events, data):
    conversation, kept = asked(chat)
    heard = Heard(data, "a")
    events.turned(heard, kept, {})
    events.renamed(heard, kept)
    events.forgotten(heard, kept, {})
    assert [each.id for each in chat.shelf(kept).conversations] == [conversation.id]


@pytest.mark.parametrize("suffix", ["html", "md", "json"])
def test_a_file_holds_the_answers_and_nothing_is_written_here(chat, events, suffix, tmp_path):
    conversation, kept = asked(chat)
    html, hint = events.exported(suffix, CLICKED, conversation, kept)
    assert f'data-name="conversation.{suffix}"' in html
    assert "The bridge opened in 1932." in unescape(html).replace("\\", "")
    assert (hint, list(tmp_path.rglob("conversation*"))) == ("", [])


@pytest.mark.parametrize("suffix", ["html", "md", "json"])
def test_no_file_holds_what_was_removed_from_the_store(chat, events, assistant, suffix):
    conversation, kept = asked(chat)
    assistant.remove([conversation.last.answer.citations[0].document_id])
    unchanged, hint = events.exported(suffix, CLICKED, conversation, kept)
    assert unchanged is NONE
    assert "nothing to export" in hint


@pytest.mark.parametrize("name", TEXTS)
def test_the_list_shows_hostile_names_as_text(chat, events, name):
    conversation, kept = asked(chat)
    kept, _ = events.renamed(clicked(conversation, name=TEXTS[name]), kept)
    listed = events.shelved(CLICKED, kept, "")
    assert_inert(listed)
    assert listed.count("<li") == 1
