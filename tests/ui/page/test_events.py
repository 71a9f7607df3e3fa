import json

import pytest

from rag import Assistant, Settings
from ui.conversation import Conversation
from ui.handlers import Chat
from ui.page.events import PageEvents, Tabs
from ui.page.values import Heard, Updates
from ui.preferences import Assistants
from ui.reading import Reader
from ui.tabs.library import LibraryTab
from ui.tabs.listing import ListingTab
from ui.tabs.llm import LlmTab

NONE = object()
UPDATES = Updates(none=NONE, of=lambda **properties: properties)
CLICKED = Heard({}, "a")
QUESTION = "When did the bridge open?"
HOSTILE = '<img src=x onerror="alert(1)">{{7*7}}${alert(1)}'


def page(assistant, *, may_change_llm: bool = True, example=None) -> PageEvents:
    assistants = Assistants(assistant, may_change_llm=may_change_llm)
    library = LibraryTab(assistant, example=example, max_file_bytes=10_000)
    tabs = Tabs(library, ListingTab(assistant), LlmTab(assistants, may_change_llm=may_change_llm))
    return PageEvents(Chat(assistants), tabs, Reader(assistants), UPDATES)


@pytest.fixture
def events(assistant, write) -> PageEvents:
    assistant.add([write("bridge.txt", f"The bridge opened in 1932. It is painted grey. {HOSTILE}")])
    return page(assistant)


def asked(events: PageEvents, question: str = QUESTION) -> Conversation:
    shown = list(events.asked(CLICKED, question, Conversation(), {}, ""))[-1]
    (kept,) = shown.kept["value"]["conversations"]
    assert [item["question"] for item in kept["questions"]] == [question]
    return shown.conversation


def test_a_question_is_shown_as_text(events):
    current = list(events.asked(CLICKED, HOSTILE, Conversation(), {}, ""))[-1].current
    assert "<img" not in current
    assert "${" not in current


def test_beside_a_new_question_stands_no_source_of_an_earlier_one(events):
    readers = [shown.reader for shown in events.asked(CLICKED, QUESTION, Conversation(), {}, "")]
    assert "cv-empty" in readers[0]
    assert set(readers[1:]) == {NONE}


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


def test_examples_that_come_late_write_into_the_welcome_alone(events):
    assert "cv-welcome" in events.examples_made()
    assert events.examples_made() is NONE


@pytest.fixture
def trams(events, assistant, write):
    assistant.add([write("trams.txt", "Trams crossed the bridge until 1958.")])
    return events


def test_no_question_is_answered_under_a_filter_that_cannot_be_read(trams):
    shown = list(trams.asked(CLICKED, QUESTION, Conversation(), {}, "colour = grey"))[-1]
    assert "no such field" in shown.hint
    assert (shown.question, shown.conversation.exchanges) == (QUESTION, ())
    assert shown.kept["value"]["conversations"] == []


def test_only_what_fits_is_searched_and_the_answer_says_so(trams):
    shown = list(trams.asked(CLICKED, "What about the bridge?", Conversation(), {}, "source ~ trams"))[-1]
    cited = {citation.source.rpartition("/")[2] for citation in shown.conversation.last.answer.citations}
    assert cited == {"trams.txt"}
    assert "Searched only documents that fit: " in shown.current


def test_a_filter_that_nothing_fits_is_named_as_the_reason(trams):
    shown = list(trams.asked(CLICKED, "What about it?", Conversation(), {}, "source = nowhere"))[-1]
    assert "No document fits" in shown.hint


def test_a_reload_keeps_what_is_ticked_in_sight_but_for_notebooks_that_are_gone(trams, assistant):
    assistant.make_notebook("Trams")
    kept = {"scope": {"notebooks": ["Trams", "Gone"], "where": "source ~ trams"}}
    values = trams.loaded(CLICKED, [], kept)
    assert (values.where, values.scope) == ("source ~ trams", {"visible": True})
    assert "Gone" not in values.ticks["value"]
    assert "0 of 2 documents" in values.in_use


def test_only_some_of_one_document_cannot_be_searched(events):
    values = events.loaded(CLICKED, [], {})
    assert (values.scope, values.ticks["value"]) == ({"visible": False}, "")


def test_a_reload_shows_the_rating_that_was_given(events):
    conversation = asked(events)
    events.rated(Heard({"answer": conversation.last.answer.id, "rating": "helpful"}, "a"), conversation, {})
    _, _, current, *_ = events.loaded(CLICKED, conversation.to_browser(), {})
    assert 'aria-pressed="true"' in current


def test_a_conversation_that_was_forgotten_here_comes_from_the_browser(events):
    conversation = asked(events)
    kept = conversation.to_browser()
    clicked = Heard({"answer": conversation.last.answer.id, "citation": "1"}, "a")
    assert "cv-current" in events.opened(clicked, Conversation(), kept)[0]
    after = list(events.asked(CLICKED, "What colour is it?", Conversation(), {}, "", kept))[-1].conversation
    assert [exchange.question for exchange in after.exchanges] == ["When did the bridge open?", "What colour is it?"]


def test_an_empty_store_invites_and_offers_the_example_only_where_there_is_one(assistant, tmp_path):
    without = page(assistant).loaded(CLICKED, [], {})[3]
    with_example = page(assistant, example=tmp_path).loaded(CLICKED, [], {})[3]
    assert 'data-do="documents"' in without
    assert ('data-do="example"' in without, 'data-do="example"' in with_example) == (False, True)


def test_what_is_in_use_is_in_sight(events):
    in_use = events.loaded(CLICKED, [], {})[4]
    assert "1 document" in in_use
    assert "no language model" in in_use


def test_a_reload_shows_the_same_conversation(events):
    conversation = asked(events)
    kept = json.loads(json.dumps(conversation.to_browser()))
    restored, _, current, *_ = events.loaded(CLICKED, kept, {})
    assert restored.last.answer.id == conversation.last.answer.id
    assert "The bridge opened in 1932." in current


def test_settings_that_can_be_taken_are_kept_by_the_browser(events):
    kept, *_ = events.chosen(("none", "", None, 20, True, 0), Conversation(), {"scope": {"where": "language = en"}})
    assert kept == {
        "llm": "none",
        "api_base": "",
        "model": "",
        "n_sources": 20,
        "shows_drafts": True,
        "scope": {"where": "language = en"},
        "strictness": 0,
    }


def test_a_server_without_an_address_is_refused(events):
    kept, said, *_ = events.chosen(("openai-like", "", None, 0, False, 0), Conversation(), {})
    assert kept is NONE
    assert "address" in said


def test_an_app_that_is_open_to_others_neither_tests_nor_takes_an_address(assistant, model_server):
    events = page(assistant, may_change_llm=False)
    _, tested, _ = events.tested(model_server.url)
    kept, *_ = events.chosen(("openai-like", model_server.url, "m", 0, False, 0), Conversation(), {})
    (refused, *_), *_ = list(events.pulled({}))
    assert kept is NONE
    assert "cannot be chosen here" in tested
    assert "cannot be chosen here" in refused
    assert model_server.headers == []


def test_the_key_goes_to_no_server_that_was_typed_on_the_page(assistant, model_server, monkeypatch):
    monkeypatch.setenv("RAG_API_KEY", "sk-secret")
    events = page(assistant)
    _, said, _ = events.tested(model_server.url)
    assert "Connected" in said
    kept, *_ = events.chosen(("openai-like", model_server.url, "m", 0, False, 0), Conversation(), {})
    list(events.asked(CLICKED, "Did it rain?", Conversation(), kept, ""))
    assert {headers["Authorization"] for headers in model_server.headers} == {"Bearer none"}


def test_the_key_goes_to_the_server_that_the_app_was_started_with(store_folder, settings, model_server, monkeypatch):
    monkeypatch.setenv("RAG_API_KEY", "sk-secret")
    changed = settings.model_dump() | {"llm_api_base": model_server.url, "llm_model": "m"}
    with Assistant.open(store_folder, Settings(**changed)) as started:
        page(started).tested(model_server.url)
    assert [headers["Authorization"] for headers in model_server.headers] == ["Bearer sk-secret"]


def test_an_address_of_no_model_server_is_neither_tested_nor_taken_nor_asked(events):
    address = "http://169.254.169.254/v1"
    _, tested, _ = events.tested(address)
    kept, chosen, *_ = events.chosen(("openai-like", address, "m", 0, False, 0), Conversation(), {})
    forged = {"llm": "openai-like", "api_base": address, "model": "m"}
    conversation = list(events.asked(CLICKED, QUESTION, Conversation(), forged, ""))[-1].conversation
    assert kept is NONE
    for said in (tested, chosen, conversation.last.notice):
        assert "is not asked from this page" in said


def test_a_server_that_cannot_be_reached_is_a_sentence(events):
    found, said, _ = events.tested("http://127.0.0.1:9/v1")
    assert found is NONE
    assert "cannot be reached" in said


def test_a_second_question_meanwhile_changes_nothing_but_the_hint(events):
    first = events.asked(CLICKED, "When did the bridge open?", Conversation(), {}, "")
    next(first)
    for question in ("Why?", " "):
        (values,) = events.asked(CLICKED, question, Conversation(), {}, None)
        assert [value is NONE for value in values] == [True, True, False, False, *[True] * 6]
    assert list(first)[-1].conversation.last.answer
