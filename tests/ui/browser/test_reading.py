"""Asking and reading over the article of the README: answers, citations, the source beside them."""

from __future__ import annotations

import json
import re
from contextlib import closing

import pytest
from playwright.sync_api import expect

from rag import NOT_IN_DOCUMENTS, Rating
from rag.storage import Store
from tests.ui.browser.acting import QUESTION, ask, is_in_view, last, settled, type_question
from tests.ui.running import SEED

TERRITORY = (
    "Marco Rubio, the US Secretary of State, has said Kyiv could cede territory to Russia as part of a peace deal."
)
ASKED = (
    "Asked whether territorial concessions were discussed during the talks in Saudi Arabia, "
    "he said: “Well, we had conversations.”"
)
TITLE = "000_cbcbdd5b42f263f4.txt"


def current_mark(page):
    return page.locator("#cv-reader .cv-current")


def opened_sentence(page):
    """The highlighted text, once it is in view of the reader."""
    current_mark(page).first.wait_for()
    page.wait_for_function(
        """() => {
            const mark = document.querySelector("#cv-reader .cv-current").getBoundingClientRect();
            const text = document.querySelector("#cv-reader .cv-text").getBoundingClientRect();
            return mark.top >= text.top - 1 && mark.bottom <= text.bottom + 1;
        }"""
    )
    return "".join(current_mark(page).all_text_contents())


def test_both_sentences_are_cited_and_a_click_shows_exactly_the_quote(page):
    answer = ask(page)
    assert answer.locator(".cv-claim-text").all_text_contents() == [TERRITORY, ASKED]
    assert answer.locator(".cv-verdict").count() == 0
    expect(answer.locator(".cv-claims .cv-from")).to_have_text(f"{TITLE} · Marco Rubio")
    mark = answer.get_by_role("button", name="Answered")
    meaning = answer.get_by_role("tooltip").filter(has_text="word for word")
    expect(meaning).to_be_hidden()
    mark.hover()
    expect(meaning).to_be_visible()
    chips = answer.locator(".cv-chip")
    assert chips.all_text_contents() == ["1", "2"]

    chips.first.click()
    assert opened_sentence(page) == TERRITORY
    assert is_in_view(current_mark(page).first, page.locator("#cv-reader .cv-text"))
    assert page.locator("#cv-reader .cv-mark:not(.cv-current)").all_text_contents() == [ASKED]
    around = page.locator("#cv-reader .cv-text").inner_text()
    assert "Elon Musk’s Starlink" in around
    assert "Volodymyr Zelenskyy" in around

    page.mouse.move(2, 2)
    chips.nth(1).click()
    expect(current_mark(page).first).to_have_text(ASKED)
    assert opened_sentence(page) == ASKED


def test_first_citation_opens_by_itself_and_the_next_question_shuts_it(page):
    ask(page)
    assert opened_sentence(page) == TERRITORY
    expect(page.locator("#cv-question textarea")).to_be_focused()
    ask(page, "Who won the 2022 World Cup?")
    expect(page.locator("#cv-reader article")).to_have_count(0)


def test_on_a_narrow_screen_no_source_covers_the_answer(seeds, new_page):
    page = new_page(seeds, viewport={"width": 390, "height": 844})
    expect(ask(page).locator(".cv-chip").first).to_be_in_viewport()
    page.wait_for_timeout(500)
    expect(page.locator("#cv-reader article")).to_have_count(0)


def test_pointing_at_a_chip_shows_quote_and_source(page):
    answer = ask(page)
    card = answer.locator(".cv-card").first
    expect(card).to_be_hidden()
    answer.locator(".cv-chip").first.hover()
    expect(card).to_be_visible()
    assert card.locator(".cv-card-quote").text_content() == TERRITORY
    expect(card).to_contain_text(TITLE)
    expect(card).to_contain_text("line 13")
    assert is_in_view(card, page.locator("body"))
    page.mouse.move(2, 2)
    expect(card).to_be_hidden()


def test_keyboard_alone_asks_opens_and_walks_through_citations(page):
    expect(page.locator("#cv-question textarea")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    answer = settled(page, QUESTION)
    expect(page.locator("#cv-question textarea")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.cv-chip[data-citation=\"1\"]')"):
            break
    expect(answer.locator(".cv-chip").first).to_be_focused()
    expect(answer.locator(".cv-card").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(answer.locator(".cv-card").first).to_be_hidden()
    page.keyboard.press("Enter")
    assert opened_sentence(page) == TERRITORY
    expect(page.locator("#cv-reader .cv-steps")).to_contain_text("1 of 2")
    for _ in range(30):
        if page.evaluate("document.activeElement.matches('#cv-reader .cv-step[aria-label^=\"Next\"]')"):
            break
        page.keyboard.press("Tab" if page.evaluate("!document.activeElement.closest('.cv-text')") else "Shift+Tab")
    page.keyboard.press("Enter")
    expect(current_mark(page).first).to_have_text(ASKED)
    expect(page.locator("#cv-reader .cv-steps")).to_contain_text("2 of 2")
    page.locator("#cv-reader .cv-step[aria-label^='Previous']").press("Enter")
    expect(current_mark(page).first).to_have_text(TERRITORY)


def test_screen_readers_are_told_names_and_outcomes(page):
    page.get_by_role("textbox", name="Question").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    settled(page, QUESTION)
    expect(page.locator("#cv-announce [role=status][aria-live=polite]")).to_contain_text("Answered with 2 citations")
    chip = page.get_by_role("button", name=f"Citation 1: {TITLE}")
    described = page.locator(f"[id='{chip.get_attribute('aria-describedby')}']")
    expect(described).to_contain_text(TERRITORY)
    chip.click()
    expect(page.get_by_role("article", name=TITLE)).to_be_visible()
    expect(page.get_by_role("region", name=f"Text of {TITLE}")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chapter and Verse")


def test_question_that_is_not_answered_shows_the_nearest_sentences_as_such(page):
    answer = ask(page, "Who won the 2022 World Cup?")
    expect(answer.locator(".cv-answer")).to_contain_text(NOT_IN_DOCUMENTS)
    assert answer.locator(".cv-chip").count() == 0
    nearest = answer.locator(".cv-nearest")
    expect(nearest).to_be_visible()
    expect(nearest).to_contain_text("earest")
    nearest.locator(".cv-open").first.click()
    expect(page.locator("#cv-reader h2")).to_contain_text(TITLE)


def test_follow_up_is_understood_and_the_first_answer_stays(page):
    ask(page, "Who is Marco Rubio?")
    follow_up = ask(page, "what did he say about territory?")
    assert follow_up.locator(".cv-claim-text").first.text_content() == TERRITORY
    expect(follow_up.locator(".cv-understood")).to_contain_text("Rubio")
    earlier = page.locator("#cv-earlier .cv-exchange")
    expect(earlier).to_have_count(1)
    assert follow_up.locator(".cv-chip").count() >= 1


def test_asking_again_replaces_the_answer_and_clear_forgets_everything(page):
    first = ask(page).locator(".cv-answer").get_attribute("data-answer")
    last(page).get_by_role("button", name="Ask again").click()
    page.locator(f"#cv-current .cv-stage-done .cv-answer:not([data-answer='{first}'])").wait_for()
    assert page.locator(".cv-exchange").count() == 1
    last(page).locator(".cv-chip").first.click()
    current_mark(page).first.wait_for()
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".cv-exchange")).to_have_count(0)
    expect(page.locator("#cv-reader article")).to_have_count(0)
    page.reload()
    page.locator(".cv-welcome").wait_for()
    assert page.locator(".cv-exchange").count() == 0


def test_answer_is_copied_with_its_references(seeds, new_page):
    page = new_page(seeds, permissions=["clipboard-read", "clipboard-write"])
    answer = ask(page)
    answer.get_by_role("button", name="Copy", exact=True).click()
    expect(answer.get_by_role("button", name="Copied")).to_be_visible()
    markdown = page.evaluate("navigator.clipboard.readText()")
    assert f"{TERRITORY} [1] {ASKED} [2]" in markdown
    assert re.search(r"^\[1\] .*characters 1832-1941\W+reported$", markdown, re.MULTILINE)
    assert f"> {TERRITORY}" in markdown
    answer.get_by_role("button", name="Copy as text").click()
    expect(answer.get_by_role("button", name="Copied").first).to_be_visible()
    page.wait_for_function("async () => !(await navigator.clipboard.readText()).startsWith('#')")
    assert f"    {TERRITORY}" in page.evaluate("navigator.clipboard.readText()")


def test_conversation_is_exported_with_offsets_that_give_the_quotes(page):
    ask(page)
    ask(page, "Who won the 2022 World Cup?")
    with page.expect_download() as saved:
        page.get_by_role("button", name="JSON", exact=True).click()
    assert saved.value.suggested_filename == "conversation.json"
    content = json.loads(saved.value.path().read_text(encoding="utf-8"))
    text = SEED.read_text(encoding="utf-8")
    answers = content["answers"]
    assert [answer["status"] for answer in answers] == ["answered", "abstained"]
    quoted = [*answers[0]["citations"], *answers[0]["evidence"], *answers[1]["evidence"]]
    assert [place["quote"] for place in answers[0]["citations"]] == [TERRITORY, ASKED]
    assert all(text[place["start"] : place["end"]] == place["quote"] for place in quoted)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Markdown", exact=True).click()
    assert f"> {ASKED}" in saved.value.path().read_text(encoding="utf-8")


def test_thumbs_are_kept_with_the_answer(page, seeds):
    answer = ask(page)
    answer_id = answer.locator(".cv-answer").get_attribute("data-answer")
    answer.get_by_role("button", name="Helpful", exact=True).click()
    expect(answer.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    with closing(Store(seeds.store, lock_timeout_seconds=5)) as store:
        assert store.answers.get(answer_id).rating is Rating.HELPFUL


def test_two_people_do_not_see_each_others_conversations(seeds, new_page):
    first, second = new_page(seeds), new_page(seeds)
    type_question(first, QUESTION)
    type_question(second, "Who won the 2022 World Cup?")
    answered, abstained = settled(first, QUESTION), settled(second, "World Cup")
    expect(answered).to_contain_text(TERRITORY)
    expect(abstained).not_to_contain_text(f"{TERRITORY}1")
    assert abstained.locator(".cv-chip").count() == 0
    for page, other in ((first, "World Cup"), (second, QUESTION)):
        page.reload()
        page.locator("#cv-current .cv-exchange").wait_for()
        assert page.locator(".cv-exchange").count() == 1
        expect(page.locator("#cv-current .cv-question")).not_to_contain_text(other)


def test_citation_of_another_person_cannot_be_opened(seeds, new_page):
    first, second = new_page(seeds), new_page(seeds)
    stolen = ask(first).locator(".cv-chip").first.get_attribute("data-answer")
    chip = ask(second).locator(".cv-chip").first
    chip.evaluate("(chip, id) => { chip.dataset.answer = id }", stolen)
    chip.click()
    expect(second.locator("#cv-reader")).to_contain_text("in this conversation")
    assert second.locator("#cv-reader .cv-mark").count() == 0


@pytest.mark.parametrize("question", ["", "   \n "])
def test_empty_message_is_told_so(page, question):
    type_question(page, question)
    expect(page.locator("#cv-hint")).to_contain_text("Write a question first.")
    assert page.locator(".cv-exchange").count() == 0


def test_message_of_100_kb_is_told_to_be_shorter_and_stays_to_be_mended(page):
    long = "what did Rubio say about territory? " * 2_800
    type_question(page, long)
    expect(page.locator("#cv-hint .cv-message, #cv-hint [role=alert]").first).to_be_visible()
    expect(page.locator("#cv-question textarea")).to_have_value(long)
    assert page.locator(".cv-exchange").count() == 0
    assert ask(page).locator(".cv-chip").count() == 2
