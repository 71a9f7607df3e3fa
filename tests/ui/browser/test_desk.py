"""The newsroom's tabs in a browser: by the keyboard alone, in narrow and wide windows, and on to the source."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.browser.acting import open_tab
from tests.ui.browser.test_looks import SIZES, barriers, overflow

DRAFT = "“I have emphasised this many times, none of us trust the Ukrainians,” Zelenskyy said."


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_tabs_fit_the_window_and_keep_nobody_out(seeds, new_page, size, colours):
    page = new_page(seeds, viewport=SIZES[size], color_scheme=colours)
    problems = []

    def look(state):
        problems.extend(f"{state}: {barrier}" for barrier in barriers(page))
        too_wide = overflow(page)
        if too_wide[0] > 0 or len(too_wide) > 1:
            problems.append(f"{state}: overflows: {too_wide}")

    page.locator(".cv-welcome").wait_for()
    open_tab(page, "Check a draft")
    page.locator("#cv-draft textarea").fill(DRAFT)
    page.locator("#cv-check-draft").click()
    expect(page.locator("#cv-checked .cv-wrong .cv-differs").first).to_have_text("Ukrainians")
    look("draft")
    open_tab(page, "Quotes")
    page.locator("#cv-speaker input").fill("Zelenskyy")
    page.locator("#cv-speaker input").press("Enter")
    page.locator("#cv-find-quotes").click()
    expect(page.locator("#cv-quotes .cv-row-quote", has_text="none of us trust the Russians")).to_be_visible()
    look("quotes")
    open_tab(page, "Timeline")
    page.locator("#cv-subject input, #cv-subject textarea").fill("talks about a ceasefire")
    page.locator("#cv-make-timeline").click()
    page.locator("#cv-timeline .cv-desk").wait_for()
    look("timeline")
    assert problems == []


def test_a_quotation_is_read_in_its_place_by_the_keyboard_alone(seeds, new_page):
    page = new_page(seeds)
    page.get_by_role("tab", name="Quotes").focus()
    page.keyboard.press("Enter")
    page.locator("#cv-speaker input").focus()
    page.keyboard.type("Rubio")
    page.keyboard.press("Enter")
    page.locator("#cv-about input, #cv-about textarea").focus()
    page.keyboard.type("conversations")
    page.keyboard.press("Enter")
    row = page.locator("#cv-quotes .cv-rows > li")
    expect(row).to_have_count(1)
    row.locator(".cv-open").focus()
    page.keyboard.press("Enter")
    mark = page.locator("#cv-reader mark.cv-current").first
    expect(mark).to_have_text("“Well, we had conversations.”")
    expect(mark).to_be_in_viewport()
