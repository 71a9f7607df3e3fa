"""A browser of this machine, driven by Playwright: where it is, and what it must never do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request

__all__ = ["NAMES", "Watched", "find_browser", "launch", "watched"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

_OWN_SCHEMES = ("data", "blob", "about")


def find_browser() -> Path | None:
    """The first of `NAMES` that is on PATH; None when there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def launch(playwright: Playwright, path: Path) -> Browser:
    """The browser, without its sandbox where it cannot have one: as the root of a container."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(
        executable_path=str(path),
        args=[*arguments, "--disable-background-networking", "--disable-component-update", "--no-first-run"],
    )


@dataclass
class Watched:
    """What a browser did that it must not have done, as sentences.

    allowed_errors: parts of console errors that a test brings about on purpose.
    """

    app: str
    problems: list[str] = field(default_factory=list)
    allowed_errors: list[str] = field(default_factory=list)

    def request(self, request: Request) -> None:
        """Every request must go to the app."""
        address = urlsplit(request.url)
        if address.scheme not in _OWN_SCHEMES and address.netloc != urlsplit(self.app).netloc:
            self.problems.append(f"a request went to {request.url[:200]}")

    def page(self, page: Page) -> None:
        """No error in the console, none in a script, and no dialog."""
        page.on("console", lambda message: self._error(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._error(str(error)))
        page.on("dialog", lambda dialog: (self.problems.append(f"a dialog: {dialog.message}"), dialog.dismiss()))

    def _error(self, said: str) -> None:
        if not any(allowed in said for allowed in self.allowed_errors):
            self.problems.append(f"an error in the console: {said[:300]}")


@contextmanager
def watched(browser: Browser, app: str, **options: object) -> Iterator[tuple[BrowserContext, Watched]]:
    """A browser of a new person, watched until the end of the block; `problems` must be empty then."""
    watch = Watched(app)
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "base_url": app} | options)
    context.on("request", watch.request)
    context.on("page", watch.page)
    context.set_default_timeout(20_000)
    try:
        yield context, watch
    finally:
        for page in context.pages:
            with suppress(Exception):
                if page.evaluate("window.canary === 1"):
                    watch.problems.append("a script of a document ran")
        context.close()
