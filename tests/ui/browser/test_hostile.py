"""The hostile corpus in a real browser: as names, titles, text, questions and answers, it runs and fetches nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from rag import Assistant, Settings
from tests.ui.browser.acting import documents_tab, settled, type_question
from tests.ui.browser.conftest import HASHING
from tests.ui.hostile import TEXTS, as_files
from tests.ui.running import running

ASKED = ("script", "image error", "attribute break", "close mark", "markdown image", "template call", "long word")


@pytest.fixture(scope="module")
def hostile(browser_path, tmp_path_factory):
    """An app over the corpus."""
    folder = tmp_path_factory.mktemp("hostile")
    documents = folder / "documents"
    documents.mkdir()
    for name, text in as_files():
        (documents / name.replace("/", "_")).write_text(text, encoding="utf-8", newline="")
    with Assistant.open(folder / "store", Settings(embedder="hashing", llm="none")) as assistant:
        assistant.add([documents])
    (folder / "settings.toml").write_text(HASHING, encoding="utf-8")
    with running(folder, "--llm", "none", "--settings", folder / "settings.toml") as app:
        yield app


def is_untouched(page):
    """Whether no script ran, and nothing of a document became an element of the page."""
    return page.evaluate(
        """() => window.canary === undefined
            && !document.querySelector("#cv-tabs :is(img[onerror], iframe, form[action], animate)")
            && !document.querySelector("base[href*='evil'], meta[http-equiv='refresh'], link[href*='evil']")
            && !document.querySelector("#cv-tabs a[href^='javascript']")"""
    )


def pages_of_the_list(page):
    """The rows of each page of the list of documents, one after the other."""
    documents_tab(page)
    rows = page.locator("#cv-documents .cv-open")
    rows.first.wait_for()
    yield rows
    n_pages = int(page.locator(".cv-pager span").inner_text().split()[-1])
    for number in range(2, n_pages + 1):
        page.get_by_role("button", name="Next", exact=True).click()
        page.locator(".cv-pager span", has_text=f"Page {number} of").wait_for()
        yield rows


def test_list_shows_names_as_they_are(hostile, new_page):
    page = new_page(hostile)
    found = [name for rows in pages_of_the_list(page) for name in rows.all_text_contents()]
    assert len(found) > 50
    assert any("<img src=x onerror=" in name for name in found)
    assert is_untouched(page)
    names = page.get_by_label("Search titles, folders and texts")
    names.fill("<img src=x onerror=window.canary=1>")
    page.wait_for_timeout(300)
    assert is_untouched(page)


def test_every_document_opens_inert(hostile, new_page):
    page = new_page(hostile)
    for rows in pages_of_the_list(page):
        for document_id in rows.evaluate_all("buttons => buttons.map((button) => button.dataset.document)"):
            page.evaluate(
                "id => document.querySelector(`#cv-documents .cv-open[data-document='${id}']`).click()", document_id
            )
            page.locator(f"#cv-reader article[data-document='{document_id}']").wait_for(state="attached")
            assert is_untouched(page), document_id
            documents_tab(page)


def test_questions_answers_and_citations_are_inert(hostile, new_page):
    page = new_page(hostile)
    for name in ASKED:
        number = list(TEXTS).index(name)
        question = f"What did the inspector sign, report {number} about {name}?"
        type_question(page, f"{question} {TEXTS[name][:400]}")
        answer = settled(page, question)
        expect(answer.locator(".cv-chip").first).to_be_visible()
        answer.locator(".cv-chip").first.hover()
        answer.locator(".cv-chip").first.click()
        page.locator("#cv-reader .cv-current").first.wait_for()
        assert is_untouched(page), name
    spoofed = page.locator("#cv-tabs .cv-chip[data-answer='x']")
    assert spoofed.count() == 0
    page.reload()
    page.locator("#cv-earlier .cv-exchange").first.wait_for()
    assert is_untouched(page)


def test_script_that_is_put_into_the_page_does_not_run(small, new_page):
    page = new_page(small, allowed_errors=("Content Security Policy",))
    page.locator("#cv-tabs").wait_for()
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.canary = 1";
            document.body.append(script);
            const image = "<img src='data:image/png;base64,AAAA' onerror='window.canary = 2'>";
            document.body.insertAdjacentHTML("beforeend", image);
            const far = document.createElement("script");
            far.src = "data:text/javascript,window.canary = 3";
            document.body.append(far);
        }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("() => window.canary === undefined")
