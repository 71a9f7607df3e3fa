"""The watch over browsers and the search for barriers see what they are for: without this, they could be blind."""

from __future__ import annotations

from contextlib import contextmanager

from tests.ui.browser.chrome import watched
from tests.ui.browser.test_looks import barriers, overflow


@contextmanager
def opened(browser, app, **options):
    """A page of the app and its watch, whose problems count only for the test itself."""
    with watched(browser, app.url, **options) as (context, watch):
        page = context.new_page()
        page.goto("/")
        page.locator(".cv-in-use").wait_for()
        yield page, watch


def test_watch_sees_requests_errors_dialogs_and_scripts_of_documents(small, browser):
    with opened(browser, small, bypass_csp=True) as (page, watch):
        assert watch.problems == []
        page.evaluate("fetch('https://evil.invalid/canary').catch(() => null) && null")
        page.evaluate("console.error('went wrong')")
        page.evaluate("setTimeout(() => { throw Error('thrown') }) && null")
        page.evaluate("setTimeout(() => alert('hello')) && null")
        page.wait_for_timeout(500)
        page.evaluate("window.canary = 1")
    said = " ".join(watch.problems)
    for seen in ("evil.invalid/canary", "went wrong", "thrown", "a dialog: hello", "a script of a document ran"):
        assert seen in said


def test_page_itself_keeps_foreign_requests_from_being_made(small, browser):
    with opened(browser, small) as (page, watch):
        refused = page.evaluate("fetch('https://evil.invalid/canary').then(() => 'sent', (error) => error.name)")
        assert refused == "TypeError"
        page.evaluate("document.body.appendChild(new Image()).src = 'https://evil.invalid/canary.png'")
        page.wait_for_timeout(300)
    refusals = [problem for problem in watch.problems if "Content Security Policy" in problem]
    assert len(refusals) >= 2


def test_barriers_and_overflow_are_found_where_they_are_put(small, new_page):
    page = new_page(small)
    assert barriers(page) == []
    pale = '<p style="color:#ddd;background:#fff">pale</p><button></button>'
    page.locator("#cv-title").evaluate("(title, pale) => { title.innerHTML = pale }", pale)
    found = " ".join(barriers(page))
    assert "color-contrast" in found
    assert "button-name" in found
    page.evaluate("document.querySelector('#cv-title').innerHTML = '<p style=\"width:3000px\">wide</p>'")
    assert len(overflow(page)) > 1
