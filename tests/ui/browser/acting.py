"""What a person does on the page, and what they see then."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

__all__ = ["add", "ask", "documents_tab", "is_in_view", "last", "open_tab", "settled", "type_question"]

QUESTION = "what did Rubio say about territory?"


def type_question(page: Page, question: str) -> None:
    """Write into the input, and press Enter."""
    box = page.locator("#cv-question textarea")
    box.fill(question)
    box.press("Enter")


def last(page: Page) -> Locator:
    """The last exchange."""
    return page.locator("#cv-current .cv-exchange")


def settled(page: Page, question: str) -> Locator:
    """The last exchange, once it is about that question and nothing more comes."""
    page.locator("#cv-current .cv-exchange:not(.cv-stage-searching):not(.cv-stage-writing)").filter(
        has=page.locator(".cv-question", has_text=question)
    ).wait_for()
    expect(page.locator("#cv-stop")).to_be_hidden()
    return last(page)


def ask(page: Page, question: str = QUESTION) -> Locator:
    """Ask, and wait for the answer."""
    type_question(page, question)
    return settled(page, question)


def open_tab(page: Page, name: str) -> None:
    """Open the tab of that name, which a narrow window keeps in a menu."""
    tab = page.get_by_role("tab", name=name)
    if tab.is_visible():
        tab.click()
        return
    page.locator("#cv-tabs .overflow-menu button").first.click()
    page.locator("#cv-tabs .overflow-dropdown button", has_text=name).click()


def documents_tab(page: Page) -> None:
    """Open the tab."""
    open_tab(page, "Documents")


def add(page: Page, *files: object) -> Locator:
    """Give files to the Documents tab; the report of what became of them."""
    documents_tab(page)
    page.locator("#cv-adding").evaluate("element => element.dataset.seen = ''")
    page.locator("#cv-files input[type=file]").first.set_input_files(files)
    report = page.locator("#cv-adding .cv-report")
    report.wait_for()
    return report


def is_in_view(inner: Locator, outer: Locator) -> bool:
    """Whether all of one element lies within what is visible of another."""
    part, whole = inner.bounding_box(), outer.bounding_box()
    return (
        part is not None
        and whole is not None
        and part["y"] >= whole["y"] - 1
        and part["y"] + part["height"] <= whole["y"] + whole["height"] + 1
        and part["x"] >= whole["x"] - 1
        and part["x"] + part["width"] <= whole["x"] + whole["width"] + 1
    )
