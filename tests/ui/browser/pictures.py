"""Makes the pictures of `ui/screenshots/`: `python -m tests.ui.browser.pictures`. Look at each before keeping it."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from rag import Assistant, Settings
from tests.ui.browser.acting import QUESTION, ask, documents_tab, open_tab
from tests.ui.browser.chrome import NAMES, find_browser, launch
from tests.ui.running import SEED, Running, running

__all__ = ["FOLDER", "main"]

FOLDER = Path(__file__).parents[3] / "ui" / "screenshots"

WIDE, MIDDLE, NARROW = (1440, 900), (1024, 768), (390, 844)

_PATIENCE_MS = 120_000

_DOCUMENTS = {
    "harbour-council-minutes.txt": (
        "Minutes of the harbour council, 4 February 2025.\n\n"
        "The council agreed to dredge the eastern basin before the summer. "
        "Anna Nowak, the harbour master, said the old crane would be taken down in May. "
        "Two members asked for a list of all moorings that are free.\n"
    ),
    "river-ferry.md": (
        "---\ntitle: The river ferry\ndate: 2024-11-18\n---\n\n# The river ferry\n\n"
        "The ferry has crossed the river since 1908. It carried 412,000 passengers last year.\n\n"
        "Its diesel engine is to be replaced by batteries, which the town will pay for over six years.\n"
    ),
    "library-hours.html": (
        "<html lang=en><head><title>New hours at the town library</title>"
        "<meta name=date content=2025-01-09></head><body><article><h1>New hours at the town library</h1>"
        "<p>From March the town library opens at nine and closes at seven. On Sundays it stays closed.</p>"
        "<p>“We asked everybody who came in during one week,” said Marta Lind, who leads the library.</p>"
        "</article></body></html>"
    ),
    "bridge-report.md": (
        "---\ntitle: Report on the iron bridge\ndate: 2025-02-21\n---\n\n# Report on the iron bridge\n\n"
        "The bridge opened in 1932. Its paint was renewed in 1987.\n\n"
        "The engineers found rust on 14 of 220 beams, and no crack.\n"
    ),
}
_DRAFT = (
    "“I have emphasised this many times, none of us trust the Ukrainians,” Zelenskyy said.\n\n"
    "Marco Rubio has said Kyiv could cede territory to Russia as part of a peace deal.\n\n"
    "The bridge opened in 1923."
)


@contextmanager
def _app(folder: Path) -> Iterator[Running]:
    """An app over the article of the README and a few documents that are made up."""
    for name, content in _DOCUMENTS.items():
        (folder / name).write_text(content, encoding="utf-8")
    with Assistant.open(folder / "store", Settings(llm="none")) as assistant:
        assistant.add_uploads([(SEED.name, SEED), *((name, folder / name) for name in _DOCUMENTS)])
    with running(folder, "--llm", "none") as app:
        yield app


@contextmanager
def _opened(browser: Browser, app: Running, size: tuple[int, int], *, dark: bool = False) -> Iterator[Page]:
    width, height = size
    context = browser.new_context(
        base_url=app.url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    page.goto("/")
    page.locator(".cv-in-use").wait_for()
    page.evaluate("document.fonts.ready")
    yield page
    context.close()


def _open_source(page: Page) -> None:
    page.locator("#cv-current .cv-chip").last.click()
    page.locator("#cv-reader mark.cv-current").wait_for()


def _keep(page: Page, name: str, folder: Path) -> None:
    """The page as a picture with at most 256 colours, which is enough for text and a third of the size."""
    page.mouse.move(1, 1)
    page.wait_for_timeout(600)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    few = picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(folder / f"{name}.png", optimize=True)


def main(folder: Path = FOLDER) -> None:
    """All pictures, into the folder."""
    found = find_browser()
    if found is None:
        sys.exit(f"no browser is on PATH ({', '.join(NAMES)})")
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        browser = launch(playwright, found)
        with _app(Path(temporary)) as app:
            for dark, look in ((False, "light"), (True, "dark")):
                with _opened(browser, app, WIDE, dark=dark) as page:
                    ask(page, QUESTION)
                    if not dark:
                        _keep(page, "answer-light-1440", folder)
                    _open_source(page)
                    _keep(page, f"reader-{look}-1440", folder)
            with _opened(browser, app, WIDE) as page:
                ask(page, "Who won the football match?")
                _keep(page, "abstained-light-1440", folder)
                documents_tab(page)
                page.locator("#cv-notebook-name").fill("Harbour")
                page.locator("#cv-notebook-name").press("Enter")
                page.locator("#cv-notebooks .cv-check").wait_for()
                page.locator(".cv-tick").first.click()
                _keep(page, "documents-light-1440", folder)
                open_tab(page, "Check a draft")
                page.locator("#cv-draft textarea").fill(_DRAFT)
                page.locator("#cv-check-draft").click()
                page.locator("#cv-checked .cv-findings").first.wait_for()
                _keep(page, "draft-light-1440", folder)
                open_tab(page, "Settings")
                _keep(page, "settings-light-1440", folder)
            with _opened(browser, app, MIDDLE) as page:
                ask(page, QUESTION)
                page.locator("#cv-shelf-toggle").click()
                page.locator("#cv-new").click()
                page.locator("#cv-current .cv-exchange").wait_for(state="detached")
                ask(page, "When did the ferry first cross the river?")
                page.locator("#cv-shelf-toggle").click()
                _keep(page, "conversations-light-1024", folder)
            with _opened(browser, app, NARROW) as page:
                ask(page, QUESTION)
                _keep(page, "chat-light-390", folder)
            with _opened(browser, app, NARROW, dark=True) as page:
                ask(page, QUESTION)
                _open_source(page)
                _keep(page, "reader-dark-390", folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
