"""What a tick changes on the page, what becomes of notebooks, and what cannot be taken."""

from __future__ import annotations

from html import unescape

import pytest

from ui.conversation import Conversation
from ui.page.events import Tabs
from ui.page.library_events import LibraryEvents
from ui.page.scope_events import ScopeEvents
from ui.page.standing import Standing
from ui.page.values import Heard, Scoped
from ui.preferences import Assistants
from ui.scope import MOST_DOCUMENTS, Scope
from ui.tabs.library import LibraryTab
from ui.tabs.listing import ListingTab
from ui.tabs.llm import LlmTab
from ui.views.documents_view import ListView

from .test_events import CLICKED, HOSTILE, NONE, QUESTION, UPDATES, asked, page

VIEW = ListView()


@pytest.fixture
def tabs(assistant, write):
    assistant.add([write("bridge.txt", "The bridge opened in 1932."), write("trams.txt", f"Trams ran. {HOSTILE}")])
    library = LibraryTab(assistant, example=None, max_file_bytes=10_000)
    return Tabs(library, ListingTab(assistant), LlmTab(Assistants(assistant), may_change_llm=True))


@pytest.fixture
def events(tabs) -> ScopeEvents:
    return ScopeEvents(tabs.listing, Standing(*tabs), UPDATES)


@pytest.fixture
def library(tabs) -> LibraryEvents:
    return LibraryEvents(tabs.library, tabs.listing, Standing(*tabs), UPDATES)


def heard(**data: str) -> Heard:
    return Heard(data, "a")


def test_filter_that_is_typed_is_kept_and_says_how_many_documents_fit(events):
    scoped = events.typed(" source ~ trams ", {"n_sources": 5}, VIEW)
    assert (scoped.preferences["scope"], scoped.preferences["n_sources"]) == ({"where": "source ~ trams"}, 5)
    assert scoped.scope_hint == ""
    assert "1 of 2 documents" in scoped.announce
    assert "1 of 2 documents" in scoped.in_use["value"]
    assert "source &#126; trams ✕" in scoped.ticks["value"].replace("</bdi>", "")


def test_filter_is_not_read_aloud_while_it_is_typed(events):
    assert events.typed("source ~ trams", {}, VIEW, is_finished=False).announce is NONE


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"kind": "where", "value": "colour = grey", "on": "yes"}, "no such field"),
        ({"kind": "since", "value": "yesterday", "on": "yes"}, "“yesterday” is no date"),
        ({"kind": "outlets", "value": "x" * 2500, "on": "yes"}, "limit is 2,000"),
    ],
)
def test_what_cannot_be_taken_is_told_and_not_kept(events, data, said):
    scoped = events.ticked(heard(**data), {"scope": {"until": "2030"}}, VIEW)
    assert (scoped.preferences, scoped.in_use, scoped.ticks) == (NONE, NONE, NONE)
    assert said in unescape(scoped.scope_hint)
    assert said in unescape(scoped.announce)


@pytest.mark.parametrize("data", [{}, {"kind": "colour", "value": "red", "on": "yes"}, {"kind": "notebooks"}])
def test_whatever_a_browser_sends_ticks_nothing(events, data):
    assert events.ticked(heard(**data), {}, VIEW).preferences["scope"] == {}


def test_notebook_is_made_filled_ticked_renamed_and_deleted(events, assistant):
    ids = [info.id for info in assistant.documents()]
    made = events.made(heard(name="Trams <b>"), {}, VIEW)
    assert "<b>" not in made.notebooks["value"]
    assert "Trams" in made.ticks["value"]
    filled = events.filled(heard(do="put", documents=" ".join(ids), notebook="Trams <b>"), {}, VIEW)
    assert "2 documents are in" in filled.progress["value"]
    events.filled(heard(do="take", documents=ids[0], notebook="Trams <b>"), {}, VIEW)
    ticked = events.ticked(heard(kind="notebooks", value="Trams <b>", on="yes"), {}, VIEW)
    assert "1 of 2 documents" in ticked.in_use["value"]
    assert "What you add goes into:" in ticked.notebooks["value"]
    renamed = events.renamed(heard(value="Trams <b>", name="Rails"), ticked.preferences, VIEW)
    assert renamed.preferences["scope"] == {"notebooks": ["Rails"]}
    gone = events.forgotten(heard(value="Rails"), renamed.preferences, VIEW)
    assert gone.preferences["scope"] == {}
    assert (assistant.notebooks(), len(assistant.documents())) == ((), 2)


@pytest.mark.parametrize("name", ["", 'a"b', "x" * 99])
def test_notebook_that_cannot_be_is_a_sentence(events, name):
    scoped = events.made(heard(name=name), {}, VIEW)
    assert "cv-error" in scoped.progress["value"]
    assert scoped.preferences is NONE


def test_notebook_that_is_gone_is_a_sentence(events):
    for change in (events.renamed, events.forgotten):
        assert "no notebook" in unescape(change(heard(value="No", name="Yes"), {}, VIEW).progress["value"]).lower()


def test_only_these_documents_are_searched_in_the_tab_of_questions(events, assistant):
    ids = [info.id for info in assistant.documents() if "trams" in info.source]
    scoped = events.only(heard(documents=ids[0]), {"scope": {"since": "2020"}}, VIEW)
    assert scoped.preferences["scope"] == {"documents": ids}
    assert scoped.tabs == {"selected": "chat"}
    assert "trams.txt" in scoped.ticks["value"]
    every = events.ticked(heard(do="every"), scoped.preferences, VIEW)
    assert every.preferences["scope"] == {}


def test_all_that_a_search_finds_goes_into_a_notebook(events, assistant):
    assistant.make_notebook("Rails")
    events.filled(heard(do="put", documents="", notebook="Rails"), {}, ListView(words="trams"))
    assert assistant.notebooks()[0].n_documents == 1


def test_too_many_documents_to_name_are_sent_to_a_notebook(events):
    many = " ".join(f"{number:016x}" for number in range(MOST_DOCUMENTS + 1))
    scoped = events.only(heard(documents=many), {}, VIEW)
    assert "put them into a notebook" in scoped.progress["value"]
    assert scoped == Scoped(*[NONE] * len(Scoped._fields))._replace(progress=scoped.progress, announce=scoped.announce)


def test_answer_cites_only_what_is_in_the_notebook_that_is_ticked(assistant, tabs):
    assistant.make_notebook("Rails")
    assistant.put_in_notebook("Rails", assistant.listed_ids(words="trams"))
    kept = {"scope": Scope(notebooks=("Rails",)).to_browser()}
    shown = list(page(assistant).asked(CLICKED, "What about the bridge and trams?", Conversation(), kept, ""))[-1]
    answer = shown.conversation.last.answer
    assert {each.source.rpartition("/")[2] for each in answer.evidence} == {"trams.txt"}
    assert answer.trace.searched == "notebook = 'Rails'"


def test_what_is_added_goes_into_the_notebook_that_is_ticked(assistant, library, tmp_path):
    assistant.make_notebook("Rails")
    (tmp_path / "u").mkdir()
    (tmp_path / "u" / "new.txt").write_text("A new line was opened on Friday.")
    kept = {"scope": {"notebooks": ["Rails"]}}
    *_, (_emptied, last) = (
        (state[0], state) for state in library.added(CLICKED, [str(tmp_path / "u/new.txt")], kept, VIEW)
    )
    assert assistant.notebooks()[0].n_documents == 1
    assert "Rails" in last[3]["value"]


# The list


def test_list_turns_sorts_and_is_narrowed(library, assistant):
    kept = {"scope": {"where": "source ~ trams"}}
    view, shown = library.turned(heard(order="title"), {}, VIEW)
    assert view.order == "title"
    assert shown["value"].index("bridge.txt") < shown["value"].index("trams.txt")
    view, shown = library.turned(heard(narrowed="yes"), kept, view)
    assert view.is_narrowed
    assert "bridge.txt" not in shown["value"]
    view, shown = library.turned(heard(start="5000"), {}, ListView())
    assert "bridge.txt" in shown["value"]
    view, _shown = library.turned(heard(order="colour", start="-3"), {}, VIEW)
    assert (view.order, view.start) == (VIEW.order, 0)


def test_search_begins_at_the_first_page(library):
    view, shown = library.searched("1932", {}, ListView(start=50))
    assert (view.words, view.start) == ("1932", 0)
    assert "bridge.txt" in shown["value"]
    assert "trams.txt" not in shown["value"]


def test_versions_of_a_document_are_shown_and_hidden(library, assistant, write):
    assistant.add([write("bridge.txt", "The bridge opened in 1933.")])
    (document_id,) = assistant.listed_ids(words="1933")
    view, shown = library.turned(heard(opened=document_id), {}, VIEW)
    assert "Version 1" in shown["value"]
    view, shown = library.turned(heard(opened="none"), {}, view)
    assert "Version 1" not in shown["value"]
    view, shown = library.turned(heard(opened="gone"), {}, VIEW)
    assert "trams.txt" in shown["value"]


def test_removing_documents_keeps_their_quotes_in_sight(library, assistant):
    conversation = asked(page(assistant))
    ids = tuple(info.id for info in assistant.documents())
    _visible, question, doomed = library.doomed(heard(documents=" ".join(ids)), {}, VIEW)
    assert "Remove 2 documents?" in question
    assert doomed == ids
    removed = library.removed(doomed, {}, VIEW)
    assert "Removed 2 documents." in removed[1]["value"]
    after, _earlier, current = library.missed(doomed, conversation, {})
    assert QUESTION in current
    assert "source removed" in current
    assert after.gone == {conversation.last.answer.citations[0].document_id}


def test_conversation_that_quotes_none_of_what_is_gone_is_left_alone(library, assistant):
    conversation = asked(page(assistant))
    still_there = conversation.last.answer.citations[0].document_id
    assert library.missed((still_there,), conversation, {}) == (NONE, NONE, NONE)
    (trams,) = assistant.listed_ids(words="trams")
    library.removed((trams,), {}, VIEW)
    assert library.missed((trams,), conversation, {}) == (NONE, NONE, NONE)
