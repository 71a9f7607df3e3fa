"""The Questions tab in a browser: drafts are accepted, rejected and mended by the keyboard, in narrow windows, too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from eval.questions.files import Gold, Question, State, read_questions, write_questions
from rag import Assistant, Settings
from tests.ui.browser.acting import open_tab
from tests.ui.browser.test_looks import SIZES, barriers, overflow
from tests.ui.running import HASHING, Running, running

ARTICLE = (
    "The bridge opened in 1932 and cost 12 million crowns. It rests on two piers of granite.\n\n"
    "Nobody <b>fell</b> into the water.\n"
)
DRAFTS = (
    Question(
        id="opened",
        question="When did the bridge open?",
        gold=(Gold("The bridge opened in 1932 and cost 12 million crowns.", "bridge.txt"),),
        state=State.DRAFT,
    ),
    Question(id="nobody", question="Who painted the bridge?", answerable=False, state=State.DRAFT),
    Question(
        id="hostile",
        question="Who fell <img src=x onerror=alert(1)>?",
        gold=(Gold("Nobody <b>fell</b> into the water."),),
        state=State.DRAFT,
    ),
    Question(id="gone", question="Who built it?", gold=(Gold("Anna Nowak built it."),), state=State.DRAFT),
)


@pytest.fixture(scope="module")
def app(browser_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("questions")
    (folder / "documents").mkdir()
    (folder / "documents" / "bridge.txt").write_text(ARTICLE, encoding="utf-8")
    with Assistant.open(folder / "store", Settings(embedder="hashing", llm="none")) as assistant:
        assistant.add([folder / "documents"])
    (folder / "settings.toml").write_text(HASHING, encoding="utf-8")
    write_questions(folder / "questions.jsonl", DRAFTS)
    with running(folder, "--settings", folder / "settings.toml", "--questions", folder / "questions.jsonl") as app:
        yield app


@pytest.fixture
def file(app: Running) -> Path:
    """The file of the app's questions, with its drafts as they were."""
    file = app.store.parent / "questions.jsonl"
    write_questions(file, DRAFTS)
    return file


def states(file: Path) -> dict[str, str]:
    return {question.id: question.state.value for question in read_questions(file)}


def press(page: Page, name: str) -> None:
    """Reach the button and press it, without a mouse."""
    page.locator(f"#cv-question-{name}").focus()
    page.keyboard.press("Enter")


def question(page: Page) -> object:
    return page.locator("#cv-own-question h2")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_tab_fits_the_window_and_keeps_nobody_out(app, file, new_page, size, colours):
    page = new_page(app, viewport=SIZES[size], color_scheme=colours)
    open_tab(page, "Questions")
    expect(question(page)).to_have_text("When did the bridge open?")
    problems = []
    for state, step in (("answered", None), ("unanswered", "next"), ("edited", "edit")):
        if step:
            press(page, step)
        if step == "next":
            expect(question(page)).to_have_text("Who painted the bridge?")
        if step == "edit":
            expect(page.locator("#cv-question-none input")).to_be_checked()
        too_wide = overflow(page)
        problems += [f"{state}: {barrier}" for barrier in barriers(page)]
        problems += [f"{state}: overflows: {too_wide}"] if too_wide[0] > 0 or len(too_wide) > 1 else []
    assert problems == []


def test_drafts_are_decided_by_the_keyboard_alone(app, file, new_page):
    page = new_page(app)
    page.get_by_role("tab", name="Questions").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cv-own-question mark")).to_have_text("The bridge opened in 1932 and cost 12 million crowns.")
    expect(page.locator("#cv-own-question blockquote")).to_contain_text("It rests on two piers of granite.")
    press(page, "right")
    expect(question(page)).to_have_text("Who painted the bridge?")
    press(page, "wrong")
    expect(question(page)).to_have_text("Who fell <img src=x onerror=alert(1)>?")
    expect(page.locator("#cv-own-question mark")).to_have_text("Nobody <b>fell</b> into the water.")
    assert states(file) == {"opened": "accepted", "nobody": "rejected", "hostile": "draft", "gone": "draft"}


def test_words_that_stand_nowhere_are_not_accepted_and_can_be_mended(app, file, new_page):
    page = new_page(app)
    open_tab(page, "Questions")
    expect(question(page)).to_have_text("When did the bridge open?")
    press(page, "previous")
    expect(question(page)).to_have_text("Who built it?")
    press(page, "right")
    expect(page.locator("#cv-own-question .cv-notice").first).to_contain_text("Not accepted")
    press(page, "edit")
    expect(page.locator("#cv-question-quotes textarea")).to_have_value("Anna Nowak built it.")
    page.locator("#cv-question-asked textarea, #cv-question-asked input").fill("What does it rest on?")
    page.locator("#cv-question-quotes textarea").fill("It rests on three piers of granite.")
    press(page, "save")
    expect(page.locator("#cv-own-question .cv-notice").first).to_contain_text("It rests on two piers of granite.")
    page.locator("#cv-question-quotes textarea").fill("It rests on two   piers of granite.")
    press(page, "save")
    expect(page.locator("#cv-own-question .cv-notice").first).to_have_text("Saved and accepted.")
    (mended,) = [each for each in map(json.loads, file.read_text().splitlines()) if each["id"] == "gone"]
    assert mended["question"] == "What does it rest on?"
    assert mended["gold"] == [{"quote": "It rests on two piers of granite.", "document": "bridge.txt"}]
    assert mended["state"] == "accepted"


def test_a_place_opens_in_its_document(app, file, new_page):
    page = new_page(app)
    open_tab(page, "Questions")
    page.locator("#cv-own-question .cv-open").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cv-reader mark.cv-current").first).to_contain_text("The bridge opened in 1932")
