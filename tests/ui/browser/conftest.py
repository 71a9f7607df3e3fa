"""Apps in processes of their own and browsers that look at them; a test fails if its browser did what it must not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: the tests in a browser are left out")
pytest.importorskip("gradio", reason="gradio is not installed: the tests in a browser are left out")

from playwright.sync_api import Browser, Page, sync_playwright

from rag import Assistant, Settings
from tests.ui.browser.chrome import NAMES, Watched, find_browser, launch, watched
from tests.ui.running import SEED, Running, running

HASHING = 'embedder = "hashing"\nabstain_below = 0.0\nlock_timeout_seconds = 0.5\n'

NewPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder need a browser."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_path() -> Path:
    """Where Chrome or Chromium is."""
    path = find_browser()
    if path is None:
        pytest.skip(f"no browser is on PATH ({', '.join(NAMES)}): the tests in a browser are left out")
    return path


@pytest.fixture(scope="module")
def browser(browser_path: Path) -> Iterator[Browser]:
    """Chrome or Chromium, started.

    One for each module: while Playwright runs, asyncio takes the thread for its own, and tests elsewhere could not.
    """
    with sync_playwright() as playwright:
        opened = launch(playwright, browser_path)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def seeds(browser_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An app over the article of the README, with the settings that everybody starts with."""
    folder = tmp_path_factory.mktemp("seeds")
    with Assistant.open(folder / "store", Settings(llm="none")) as assistant:
        assistant.add([SEED])
    with running(folder, "--llm", "none") as app:
        yield app


@pytest.fixture(scope="session")
def small(browser_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An app over the same article, without a model; tests may add documents under names of their own."""
    folder = tmp_path_factory.mktemp("small")
    with Assistant.open(folder / "store", Settings(embedder="hashing", llm="none")) as assistant:
        assistant.add([SEED])
    (folder / "settings.toml").write_text(HASHING, encoding="utf-8")
    with running(folder, "--llm", "none", "--settings", folder / "settings.toml") as app:
        yield app


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Opens an app in the browser of a new person; at the end, none of them must have done what it must not."""
    watches: list[Watched] = []
    with ExitStack() as opened:

        def new_page(app: Running, *, allowed_errors: tuple[str, ...] = (), **options: object) -> Page:
            context, watch = opened.enter_context(watched(browser, app.url, **options))
            watch.allowed_errors += allowed_errors
            watches.append(watch)
            page = context.new_page()
            page.goto("/")
            page.locator(".cv-in-use").wait_for()
            return page

        yield new_page
    assert [problem for watch in watches for problem in watch.problems] == []


@pytest.fixture
def page(seeds: Running, new_page: NewPage) -> Page:
    """The app over the article, just opened."""
    return new_page(seeds)
