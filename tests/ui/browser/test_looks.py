"""The main states in wide and narrow windows, light and dark: nothing overflows, and axe finds no serious barrier."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.ui.browser.acting import ask, documents_tab, is_in_view, open_tab

SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}


def barriers(page):
    """What axe calls serious or critical, as lines."""
    # What is still fading in has no colours of its own yet.
    page.evaluate(
        "Promise.allSettled(document.getAnimations().map((animation) => animation.finished)).then(() => null)"
    )
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']}: {node['html'][:160]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def overflow(page):
    """Pixels by which the page is wider than the window, and what sticks out."""
    return page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            const wide = [...document.querySelectorAll("body *")].filter((element) =>
                element.getBoundingClientRect().right > width + 1 && element.checkVisibility({visibilityProperty: true})
                && !element.closest(".cv-text, .cv-card, #cv-announce, .visually-hidden"));
            return [document.documentElement.scrollWidth - width,
                    ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
        }"""
    )


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_main_states_fit_the_window_and_keep_nobody_out(seeds, new_page, size, colours):
    page = new_page(seeds, viewport=SIZES[size], color_scheme=colours)
    problems = []

    def look(state):
        problems.extend(f"{state}: {barrier}" for barrier in barriers(page))
        too_wide = overflow(page)
        if too_wide[0] > 0 or len(too_wide) > 1:
            problems.append(f"{state}: overflows: {too_wide}")

    page.locator(".cv-welcome").wait_for()
    is_dark = page.evaluate("document.body.classList.contains('dark')")
    assert is_dark is (colours == "dark")
    look("welcome")
    answer = ask(page)
    expect(page.locator("#cv-question textarea")).to_be_in_viewport()
    expect(page.locator("#cv-ask-button")).to_be_in_viewport()
    expect(page.locator(".cv-in-use")).to_be_in_viewport()
    expect(answer.locator(".cv-claim").first).to_be_in_viewport()
    look("answer")
    answer.locator(".cv-chip").first.click()
    mark = page.locator("#cv-reader .cv-current").first
    expect(mark).to_be_in_viewport()
    expect(page.locator("#cv-reader h2")).to_be_in_viewport()
    look("source")
    if size == "narrow":
        page.locator("#cv-close").click()
        expect(mark).to_be_hidden()
    else:
        assert is_in_view(mark, page.locator("#cv-reader .cv-text"))
    answer.locator(".cv-chip").first.focus()
    ask(page, "Who won the 2022 World Cup?")
    look("abstained")
    documents_tab(page)
    page.locator("#cv-documents li").first.wait_for()
    look("documents")
    page.get_by_role("button", name="Remove").first.click()
    page.locator("#cv-confirm-keep").wait_for()
    look("confirmation")
    page.locator("#cv-confirm-keep").click()
    open_tab(page, "Settings")
    page.get_by_label("Show drafts").wait_for()
    look("settings")
    assert problems == []
