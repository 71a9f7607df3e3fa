"""The list of conversations, the file that hands one on, and the keys of the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.browser.acting import QUESTION, ask, last

OTHER = "Who is Marco Rubio?"


def rows(page):
    return page.locator("#cv-shelf .cv-shelved")


def test_conversations_are_listed_opened_renamed_found_and_deleted_and_are_there_after_a_reload(seeds, new_page):
    page = new_page(seeds)
    said = ask(page).locator(".cv-claim-text").first.text_content()
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".cv-exchange")).to_have_count(0)
    ask(page, OTHER)
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first.locator(".cv-turn")).to_have_attribute("aria-current", "true")

    rows(page).filter(has_text=QUESTION).locator(".cv-turn").click()
    expect(last(page).locator(".cv-claim-text").first).to_have_text(said)
    rows(page).filter(has_text=QUESTION).locator(".cv-rename").click()
    page.get_by_label("Name of the conversation").fill("Territory <i>")
    page.keyboard.press("Enter")
    expect(rows(page).first.locator(".cv-turn")).to_have_text("Territory <i>")

    page.reload()
    expect(last(page).locator(".cv-claim-text").first).to_have_text(said)
    expect(rows(page)).to_have_count(2)
    page.get_by_label("Search conversations").fill("territory <i>")
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Search conversations").fill("")
    expect(rows(page)).to_have_count(2)

    rows(page).filter(has_text="Territory").locator(".cv-forget").click()
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Press again to delete it").click()
    expect(rows(page)).to_have_count(1)
    expect(page.locator(".cv-exchange")).to_have_count(0)
    page.reload()
    expect(rows(page)).to_have_count(1)


def test_two_tabs_of_a_browser_lose_nothing_of_each_other(seeds, new_page):
    first = new_page(seeds)
    second = first.context.new_page()
    second.goto("/")
    second.locator(".cv-in-use").wait_for()
    ask(first)
    ask(second, OTHER)
    expect(rows(second)).to_have_count(2)
    second.reload()
    expect(rows(second)).to_have_count(2)


def test_file_that_is_handed_on_shows_the_conversation_and_does_nothing(seeds, new_page, tmp_path):
    page = new_page(seeds)
    said = ask(page).locator(".cv-claim-text").first.text_content()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Share").click()
    assert saved.value.suggested_filename == "conversation.html"
    content = saved.value.path().read_text(encoding="utf-8")
    assert "<script" not in content
    file = tmp_path / "conversation.html"
    file.write_text(content, encoding="utf-8")
    reader = page.context.browser.new_context().new_page()
    reader.goto(file.as_uri())
    expect(reader.locator("section h2")).to_have_text(QUESTION)
    expect(reader.locator(".said q").first).to_have_text(said)
    reader.locator(".said a").first.click()
    expect(reader.locator("li[id] blockquote").first).to_have_text(said)


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_escape_closes_the_source_and_the_up_arrow_brings_the_question_back(seeds, new_page, width):
    page = new_page(seeds, viewport={"width": width, "height": 844})
    answer = ask(page)
    chip = answer.locator(".cv-chip").first
    chip.click()
    page.locator("#cv-reader .cv-current").first.wait_for()
    page.keyboard.press("Escape")
    expect(page.locator("#cv-reader article")).to_have_count(0)
    expect(chip).to_be_focused()
    box = page.locator("#cv-question textarea")
    box.focus()
    box.press("ArrowUp")
    expect(box).to_have_value(QUESTION)
    box.fill("Another one")
    box.press("ArrowUp")
    expect(box).to_have_value("Another one")


def test_list_on_a_narrow_screen_is_drawn_over_the_page_and_goes_with_escape(seeds, new_page):
    page = new_page(seeds, viewport={"width": 390, "height": 844})
    expect(page.locator("#cv-shelf")).to_be_hidden()
    page.get_by_role("button", name="Conversations", exact=True).click()
    expect(page.locator("#cv-shelf")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#cv-shelf")).to_be_hidden()


def test_uploads_one_after_the_other_are_all_added(small, new_page):
    page = new_page(small)
    page.get_by_role("tab", name="Documents").click()
    for name in ("first.txt", "second.txt", "third.txt"):
        file = {"name": name, "mimeType": "text/plain", "buffer": f"The {name} of Lake Tarn.\n".encode()}
        page.locator("#cv-files input[type=file]").first.set_input_files([file])
        expect(page.locator("#cv-documents li").filter(has_text=name)).to_have_count(1, timeout=30_000)


def test_name_that_is_being_written_survives_a_list_that_is_drawn_anew(seeds, new_page):
    page = new_page(seeds)
    ask(page)
    expect(rows(page)).to_have_count(1)
    rows(page).locator(".cv-rename").click()
    box = page.get_by_label("Name of the conversation")
    box.fill("Terr")
    page.evaluate(
        """() => {
            const question = document.querySelector("#cv-question textarea");
            question.value = "Who is Marco Rubio?";
            question.dispatchEvent(new Event("input", { bubbles: true }));
            document.querySelector("#cv-ask-button").click();
        }"""
    )
    expect(page.locator(".cv-exchange")).to_have_count(2, timeout=30_000)
    expect(box).to_have_value("Terr")
    box.press_sequentially("itory")
    page.keyboard.press("Enter")
    expect(rows(page).first.locator(".cv-turn")).to_contain_text("itory")
