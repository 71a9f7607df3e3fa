import json

import pytest

from ui.conversation import Conversation
from ui.handlers import Chat
from ui.library_tab import LibraryTab
from ui.llm_tab import LlmTab
from ui.page_events import Heard, PageEvents, Updates
from ui.preferences import Assistants

NONE = object()
UPDATES = Updates(none=NONE, of=lambda **properties: properties)
CLICKED = Heard({}, "a")
HOSTILE = '<img src=x onerror="alert(1)">{{7*7}}${alert(1)}'


def page(assistant, *, may_change_llm: bool = True, example=None) -> PageEvents:
    assistants = Assistants(assistant, may_change_llm=may_change_llm)
    library = LibraryTab(assistant, example=example, max_file_bytes=10_000)
    return PageEvents(Chat(assistants), library, LlmTab(assistants, may_change_llm=may_change_llm), UPDATES)


@pytest.fixture
def events(assistant, write) -> PageEvents:
    assistant.add([write("bridge.txt", f"The bridge opened in 1932. It is painted grey. {HOSTILE}")])
    return page(assistant)


def asked(events: PageEvents, question: str = "When did the bridge open?") -> Conversation:
    *_, conversation, kept = list(events.asked(CLICKED, question, Conversation(), {}))[-1]
    assert [item["question"] for item in kept] == [question]
    return conversation


def test_a_question_is_shown_as_text(events):
    *_, current, _, _, _, _, _, _, _ = list(events.asked(CLICKED, HOSTILE, Conversation(), {}))[-1]
    assert "<img" not in current
    assert "${" not in current


def test_a_chip_opens_its_source_and_leaves_the_conversation_alone(events):
    conversation = asked(events)
    clicked = Heard({"answer": conversation.last.answer.id, "citation": "1"}, "a")
    reader, known = events.opened(clicked, conversation)
    assert 'class="cv-mark cv-current' in reader
    assert "<img" not in reader
    assert known is NONE


def test_a_chip_of_a_removed_document_still_shows_the_quote(events, assistant):
    conversation = asked(events)
    citation = conversation.last.answer.citations[0]
    assistant.remove([citation.document_id])
    clicked = Heard({"answer": conversation.last.answer.id, "citation": "1"}, "a")
    reader, known = events.opened(clicked, conversation)
    assert citation.quote in reader
    assert "removed" in reader
    assert known.gone == {citation.document_id}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"answer": 3, "citation": ["1"]},
        {"answer": "x", "citation": "99999999999999999999"},
        {"answer": "../..", "citation": "-1", "document": "../../etc/passwd"},
    ],
)
def test_whatever_a_browser_sends_is_answered_by_a_sentence(events, data):
    reader, known = events.opened(Heard(data, "a"), Conversation())
    assert "cv-notice" in reader
    assert known is NONE


def test_removing_a_document_keeps_its_quotes_in_sight(events, assistant):
    conversation = asked(events)
    document_id = conversation.last.answer.citations[0].document_id
    *_, after, _, current, _ = events.removed(document_id, conversation, {}, "")
    assert "The bridge opened in 1932." in current
    assert "source removed" in current
    assert after.gone == {document_id}


def test_export_holds_the_offsets_and_nothing_is_written(events, tmp_path):
    conversation = asked(events)
    html, hint = events.exported("conversation.json", conversation)
    assert 'data-name="conversation.json"' in html
    assert (hint, list(tmp_path.rglob("conversation*"))) == ("", [])


def test_an_empty_conversation_cannot_be_exported(events):
    unchanged, hint = events.exported("conversation.md", Conversation())
    assert unchanged is NONE
    assert "nothing to export" in hint


def test_an_empty_store_invites_and_offers_the_example_only_where_there_is_one(assistant, tmp_path):
    without = page(assistant).loaded([], {})[3]
    with_example = page(assistant, example=tmp_path).loaded([], {})[3]
    assert 'data-do="documents"' in without
    assert ('data-do="example"' in without, 'data-do="example"' in with_example) == (False, True)


def test_what_is_in_use_is_in_sight(events):
    in_use = events.loaded([], {})[4]
    assert "1 document" in in_use
    assert "no language model" in in_use


def test_a_reload_shows_the_same_conversation(events):
    conversation = asked(events)
    kept = json.loads(json.dumps(conversation.to_browser()))
    restored, _, current, *_ = events.loaded(kept, {})
    assert restored.last.answer.id == conversation.last.answer.id
    assert "The bridge opened in 1932." in current


def test_settings_that_can_be_taken_are_kept_by_the_browser(events):
    kept, *_ = events.chosen("none", "", None, 20, True, Conversation())
    assert kept == {"llm": "none", "api_base": "", "model": "", "n_sources": 20, "shows_drafts": True}


def test_a_server_without_an_address_is_refused(events):
    kept, said, *_ = events.chosen("openai-like", "", None, 0, False, Conversation())
    assert kept is NONE
    assert "address" in said


def test_an_app_that_is_open_to_others_neither_tests_nor_takes_an_address(assistant, model_server):
    events = page(assistant, may_change_llm=False)
    _, tested, _ = events.tested(model_server.url)
    kept, *_ = events.chosen("openai-like", model_server.url, "m", 0, False, Conversation())
    (refused, *_), *_ = list(events.pulled({}))
    assert kept is NONE
    assert "cannot be chosen here" in tested
    assert "cannot be chosen here" in refused
    assert model_server.headers == []


def test_a_server_that_cannot_be_reached_is_a_sentence(events):
    found, said, _ = events.tested("http://127.0.0.1:9/v1")
    assert found is NONE
    assert "cannot be reached" in said


def test_clear_leaves_nothing_behind(events):
    empty, kept, earlier, current, hint, reader, *_ = events.cleared(CLICKED)
    assert (empty, kept, earlier, current, hint) == (Conversation(), [], "", "", "")
    assert "cv-empty" in reader


def test_a_second_question_meanwhile_changes_nothing_but_the_hint(events):
    first = events.asked(CLICKED, "When did the bridge open?", Conversation(), {})
    next(first)
    for question in ("Why?", " "):
        (values,) = events.asked(CLICKED, question, Conversation(), {})
        assert [value is NONE for value in values] == [True, True, False, False, True, True, True, True, True]
    *_, conversation, _ = list(first)[-1]
    assert conversation.last.answer
