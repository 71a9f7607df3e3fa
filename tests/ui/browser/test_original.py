"""The original of a citation in the browser: its page, its words, finding, and the keyboard."""

from __future__ import annotations

import textwrap

import pytest
from playwright.sync_api import expect

from tests.readers.pdf.writing import OTHER, PARAGRAPH, Piece, drawn, pdf_of, stacked
from tests.ui.browser.acting import add, documents_tab
from tests.ui.browser.test_looks import SIZES, barriers, overflow


def page_of(number: int) -> bytes:
    text = f"{PARAGRAPH} The lighthouse of page {number} was measured twice that year. {OTHER}"
    return drawn([Piece(60, 740, f"Part {number} of the survey", 16), *stacked(textwrap.wrap(text, 60))])


@pytest.mark.parametrize("size", SIZES)
def test_original_is_shown_found_in_and_walked_through_with_the_keyboard(small, new_page, tmp_path, size):
    colours = "light" if size == "wide" else "dark"
    page = new_page(small, viewport=SIZES[size], color_scheme=colours)
    name = f"survey-{size}.pdf"
    (tmp_path / name).write_bytes(pdf_of([page_of(number) for number in range(1, 4)]))
    add(page, tmp_path / name)
    documents_tab(page)
    page.locator("#cv-documents li", has_text=name).locator(".cv-open").first.click()
    reader = page.locator("#cv-reader")
    expect(reader.locator(".cv-page")).to_have_count(3)

    reader.locator(".cv-text").focus()
    page.keyboard.press("/")
    page.keyboard.type("lighthouse of page")
    expect(reader.locator(".cv-found")).to_have_text("1 of 3")
    expect(page.locator("#cv-find")).to_be_focused()
    page.keyboard.press("Enter")
    expect(reader.locator(".cv-found")).to_have_text("2 of 3")
    expect(reader.locator("mark.cv-hit-now")).to_be_in_viewport()
    problems = barriers(page)

    reader.get_by_role("button", name="Original").click()
    expect(reader.get_by_role("region", name=f"Page 2 of {name}")).to_be_visible()
    expect(reader.locator(".cv-hit-now").first).to_be_in_viewport()
    assert reader.locator("img").evaluate("image => image.decode().then(() => image.naturalHeight)") == 1600
    problems += barriers(page)
    too_wide = overflow(page)
    assert too_wide == [0]

    reader.locator(".cv-text").focus()
    page.keyboard.press("g")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(reader.get_by_role("region", name=f"Page 3 of {name}")).to_be_visible()
    reader.get_by_role("button", name="Larger").click()
    expect(reader.get_by_role("button", name="Larger")).to_have_attribute("aria-pressed", "true")
    page.locator("#cv-find").press("Escape")
    expect(reader.locator(".cv-found")).to_be_hidden()
    reader.get_by_role("button", name="Text", exact=True).click()
    expect(reader.locator(".cv-here")).to_have_text("Page 3")
    expect(reader.locator(".cv-here")).to_be_in_viewport()
    assert problems == []
