"""Notebooks and lists, from one end to the other: made, filled, asked within, ticked off; chips; pages of the list."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from rag import Assistant, Settings
from tests.ui.browser.acting import ask, documents_tab, open_tab
from tests.ui.browser.conftest import HASHING
from tests.ui.browser.test_looks import barriers, overflow
from tests.ui.running import running

TEXTS = {
    "2024/north.txt": "The northern ferry costs 14 euros and sails at nine.",
    "2025/south.txt": "The southern ferry costs 22 euros and sails at noon.",
    "2025/old.md": "---\npublished: 2019-05-01\n---\nThe old ferry cost 3 euros and sailed at dawn.",
}
QUESTION = "What does the ferry cost?"


@pytest.fixture
def ferries(browser_path, tmp_path):
    """An app over three documents about ferries, which a test may change, and sixty about tides."""
    folder = tmp_path / "news"
    tides = {f"tides/{n:02}.txt": f"On day {n} the tide rose by {n} metres in the bay." for n in range(60)}
    for name, text in (TEXTS | tides).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with Assistant.open(tmp_path / "store", Settings(embedder="hashing", llm="none")) as assistant:
        assistant.add([folder])
    (tmp_path / "settings.toml").write_text(HASHING, encoding="utf-8")
    with running(tmp_path, "--llm", "none", "--settings", tmp_path / "settings.toml") as app:
        yield app


def cited(answer) -> str:
    return " ".join(answer.locator(".cv-claim").all_inner_texts())


def test_notebook_is_made_filled_asked_within_and_ticked_off_and_chips_narrow(ferries, new_page):
    page = new_page(ferries)
    documents_tab(page)
    page.locator("#cv-notebook-name").fill("Ferries")
    page.locator("#cv-notebook-name").press("Enter")
    expect(page.locator("#cv-notebooks .cv-check")).to_have_text(re.compile("Ferries 0"))

    page.get_by_label("Search titles, folders and texts").fill("euros")
    expect(page.locator("#cv-documents .cv-open")).to_have_count(3)
    for name in ("north.txt", "south.txt"):
        page.get_by_role("checkbox", name=f"Select {name}").click()
    expect(page.locator(".cv-n-ticked")).to_have_text("2 selected")
    page.get_by_role("button", name="Put in").click()
    expect(page.locator("#cv-notebooks .cv-check")).to_have_text(re.compile("Ferries 2"))
    expect(page.locator("#cv-adding")).to_contain_text("2 documents are in “Ferries”.")

    open_tab(page, "Chat")
    page.locator("#cv-ticks").get_by_role("checkbox", name="Ferries").press("Space")
    expect(page.locator(".cv-in-use")).to_contain_text("2 of 63 documents")
    within = cited(ask(page, QUESTION))
    assert "14 euros" in within
    assert "3 euros" not in within
    page.reload()
    expect(page.locator("#cv-ticks .cv-check")).to_have_attribute("aria-checked", "true")
    page.locator("#cv-ticks .cv-check").click()
    expect(page.locator(".cv-in-use")).to_contain_text("Searched: 63 documents")
    page.locator("#cv-shelf-column #cv-new").click()
    assert "old ferry" in cited(ask(page, "What did the old ferry cost?"))

    page.locator("#cv-scope > button").click()
    page.locator("#cv-narrowing").get_by_role("button", name=re.compile("^Markdown")).click()
    expect(page.locator(".cv-in-use")).to_contain_text("1 of 63 documents")
    page.locator("#cv-since").fill("2020")
    page.locator("#cv-since").press("Enter")
    expect(page.locator(".cv-in-use")).to_contain_text("0 of 63 documents")
    page.locator("#cv-ticks .cv-taken", has_text="from 2020").click()
    expect(page.locator(".cv-in-use")).to_contain_text("1 of 63 documents")
    assert "14 euros" not in cited(ask(page, QUESTION))
    page.get_by_role("button", name="Search all").click()
    expect(page.locator("#cv-ticks .cv-taken")).to_have_count(0)


def test_list_is_paged_sorted_and_what_is_ticked_stays_while_pages_turn(ferries, new_page):
    page = new_page(ferries)
    documents_tab(page)
    rows = page.locator("#cv-documents .cv-open")
    expect(rows).to_have_count(50)
    page.get_by_label("Sort").select_option("title")
    expect(rows.first).to_have_text("00.txt")
    page.get_by_role("checkbox", name="Select 00.txt").click()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#cv-documents")).to_contain_text("Page 2 of 2")
    page.get_by_role("checkbox", name="All on this page").click()
    expect(page.locator(".cv-n-ticked")).to_have_text("14 selected")
    page.get_by_role("button", name="Select all 63").click()
    expect(page.locator(".cv-n-ticked")).to_have_text("63 selected")
    page.get_by_role("button", name="Clear selection").click()
    expect(page.locator(".cv-ticked-bar")).to_be_hidden()
    page.get_by_role("button", name="Previous").click()
    for name in ("00.txt", "01.txt"):
        page.get_by_role("checkbox", name=f"Select {name}").click()
    page.locator(".cv-ticked-bar").get_by_role("button", name="Remove").click()
    expect(page.locator("#cv-confirm")).to_contain_text("Remove 2 documents?")
    page.locator("#cv-confirm-remove").click()
    expect(page.locator(".cv-in-use")).to_contain_text("61 documents")


def test_notebook_is_renamed_and_deleted_with_the_keyboard(ferries, new_page):
    page = new_page(ferries)
    documents_tab(page)
    page.locator("#cv-notebook-name").fill("Boats")
    page.get_by_role("button", name="Make").click()
    page.get_by_role("button", name="Rename “Boats”").press("Enter")
    page.get_by_label("Name of the notebook").fill("Ships")
    page.get_by_label("Name of the notebook").press("Enter")
    expect(page.locator("#cv-notebooks .cv-check")).to_contain_text("Ships")
    page.get_by_role("button", name="Delete “Ships”").press("Enter")
    page.get_by_role("button", name=re.compile("Press again")).press("Enter")
    expect(page.locator("#cv-notebooks .cv-check")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 1024, 390])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_lists_fit_the_window_and_keep_nobody_out(ferries, new_page, width, colours):
    with Assistant.open(ferries.store, Settings(embedder="hashing", llm="none")) as assistant:
        assistant.make_notebook("A notebook with a name that is rather long, as names of notebooks may be")
    page = new_page(ferries, viewport={"width": width, "height": 844}, color_scheme=colours)
    page.locator("#cv-scope > button").click()
    page.locator("#cv-narrowing .cv-toggle").first.click()
    page.locator("#cv-ticks .cv-check").click()
    expect(page.locator("#cv-ticks .cv-check")).to_have_attribute("aria-checked", "true")
    assert (barriers(page), overflow(page)) == ([], [0])
    page.locator("#cv-advanced > button").click()
    page.locator("#cv-where").wait_for()
    assert barriers(page) == []
    documents_tab(page)
    page.locator(".cv-tick").first.click()
    assert (barriers(page), overflow(page)) == ([], [0])
