"""The Questions tab over a file: what it shows of a question, and what a decision changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.questions.files import Gold, Question, State, read_questions, write_questions
from tests.ui.html_reading import nodes, visible_text
from ui.tabs.questions import ALL, QuestionsTab
from ui.views.questions_view import render_question

OPENED = Question(
    id="opened", question="When did it open?", gold=(Gold("The bridge opened in 1932."),), state=State.DRAFT
)
NOBODY = Question(id="nobody", question="Who painted the bridge?", answerable=False, state=State.DRAFT)
DONE = replace(OPENED, id="done", question="Did it open in 1932?", state=State.ACCEPTED)
DRAFTS = State.DRAFT.value


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "questions.jsonl"
    write_questions(file, [DONE, OPENED, NOBODY])
    return file


@pytest.fixture
def tab(assistant, write, file) -> QuestionsTab:
    assistant.add([write("bridge.txt", "It is grey. The bridge opened\nin 1932. It never closed.")])
    return QuestionsTab(assistant, file)


def test_a_draft_is_shown_with_its_words_marked_in_their_place(tab):
    html = render_question(tab.shown(DRAFTS))
    assert "Draft 1 of 2" in visible_text(html)
    assert [node.text() for node in nodes(html, "mark")] == ["The bridge opened\nin 1932."]
    assert "It never closed." in nodes(html, "blockquote")[0].text()


def test_what_nothing_answers_is_shown_with_the_nearest_sentences(tab):
    view = tab.shown(DRAFTS, "opened", 1)
    assert view.question == replace(NOBODY, more=view.question.more, line=3)
    assert [each.quote for each in view.nearest]
    assert "do not answer it" in visible_text(render_question(view))


def test_a_decision_leads_to_the_next_draft_and_round_again(tab, file):
    assert tab.decided(DRAFTS, "opened", State.ACCEPTED).question.id == "nobody"
    assert tab.decided(DRAFTS, "nobody", State.REJECTED).question is None
    assert [each.state for each in read_questions(file)] == [State.ACCEPTED, State.ACCEPTED, State.REJECTED]
    assert tab.shown(ALL, "nobody", 1).question.id == "done"
    assert "None of these is left." in render_question(tab.shown(DRAFTS))


@pytest.mark.parametrize(
    ("asked", "quotes", "is_unanswerable", "said"),
    [
        (" ", "It is grey.", False, "write the question"),
        ("Why?", " \n", False, "write the words that answer it"),
        ("Why?", "It is green.", False, "nearest is “It is grey.”"),
    ],
)
def test_an_edit_that_makes_no_sense_is_not_kept(tab, file, asked, quotes, is_unanswerable, said):
    before = file.read_bytes()
    view, is_saved = tab.edited(DRAFTS, "opened", asked, quotes, is_unanswerable)
    assert (is_saved, file.read_bytes()) == (False, before)
    assert said in view.said


def test_an_edit_is_accepted_and_names_the_document_of_new_words(tab, file):
    _, is_saved = tab.edited(DRAFTS, "opened", "What colour is it?", "It  is grey.", False)
    (_, edited, _) = read_questions(file)
    assert (is_saved, edited.state, edited.question) == (True, State.ACCEPTED, "What colour is it?")
    assert edited.gold == (Gold("It is grey.", "bridge.txt"),)
    assert tab.fields("opened") == ("What colour is it?", "It is grey.", False)
    tab.edited(ALL, "opened", "Who closed it?", "It is grey.", True)
    assert read_questions(file)[1].gold == ()


def test_a_file_that_was_broken_meanwhile_is_told_and_left_alone(tab, file):
    file.write_text("{", encoding="utf-8")
    assert "line 1: it is no valid JSON" in tab.shown(DRAFTS).said
    assert "no valid JSON" in tab.decided(DRAFTS, "opened", State.ACCEPTED).said
    assert tab.fields("opened") == ("", "", False)
    assert file.read_text(encoding="utf-8") == "{"
