"""A page in another language says all of itself in it, keeps nobody out, and fits the window."""

import re

import pytest
from playwright.sync_api import expect

from tests.ui.browser.acting import QUESTION, ask
from tests.ui.browser.test_looks import SIZES, barriers, overflow

TABS = {
    "de": ["Chat", "Dokumente", "Entwurf prüfen", "Zitate", "Zeitleiste", "Einstellungen"],
    "fr": ["Discussion", "Documents", "Vérifier un brouillon", "Citations", "Chronologie", "Réglages"],
    "es": ["Chat", "Documentos", "Comprobar un borrador", "Citas", "Cronología", "Ajustes"],
}


def tab(page, place):
    page.locator("#cv-tabs button[role=tab]").nth(place).click()


def test_a_chosen_language_is_that_of_the_whole_page_and_stays(seeds, new_page):
    page = new_page(seeds, locale="en-GB")
    ask(page)
    tab(page, -1)
    page.get_by_label("Deutsch").click()
    page.locator(".cv-in-use", has_text="Durchsucht:").wait_for()
    assert page.evaluate("[document.documentElement.lang, navigator.language]") == ["de", "de"]
    answer = page.locator("#cv-current .cv-exchange")
    expect(answer.locator(".cv-status")).to_contain_text("Beantwortet")
    expect(answer.locator(".cv-question")).to_have_text(QUESTION)
    assert barriers(page) == []
    tab(page, 1)
    expect(page.locator("#cv-files")).to_contain_text("Datei hier ablegen")
    page.locator("#cv-documents li").first.wait_for()
    expect(page.locator("#cv-documents")).to_contain_text(re.compile(r"hinzugefügt am \d+\. \w+ 20\d\d"))
    tab(page, -1)
    page.locator("#cv-language").wait_for()
    assert barriers(page) == []
    page.get_by_label("Dunkel").click()
    page.locator("body.dark").wait_for()
    page.reload()
    page.locator("body.dark .cv-in-use", has_text="Durchsucht:").wait_for()


@pytest.mark.parametrize("language", TABS)
def test_a_page_in_the_language_of_the_browser_fits_the_window(small, new_page, language):
    page = new_page(small, locale=f"{language}-{language.upper()}", viewport=SIZES["narrow"])
    names = page.locator("#cv-tabs button[role=tab]").evaluate_all("all => all.map((each) => each.textContent.trim())")
    assert names == TABS[language][: len(names)]  # the others are in a menu
    ask(page)
    assert overflow(page)[:1] == [0]
    assert overflow(page)[1:] == []
