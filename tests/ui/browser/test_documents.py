"""The Documents tab of an app that starts empty: the example, uploads, removal, a locked store, a restart."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.ui.browser.acting import QUESTION, add, ask, documents_tab, last, settled
from tests.ui.running import running

HOLD = """
import sys
from pathlib import Path
from rag.storage import Store

store = Store(Path(sys.argv[1]), lock_timeout_seconds=5)
with store.writing():
    print("held", flush=True)
    sys.stdin.readline()
"""


def plain(name: str, text: str) -> dict[str, object]:
    """A file to upload."""
    return {"name": name, "mimeType": "text/plain", "buffer": f"{text}\n".encode()}


HERON = plain("heron.txt", "The heron of Lake Tarn ate 41 frogs in May.")
OTTER = plain("otter.txt", "The otter of Lake Tarn caught 17 trout in June.")
PICTURE = {"name": "picture.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(range(256))}


def report_of(page, words: str | re.Pattern[str]):
    """The report of what became of uploaded files, once it says that."""
    report = page.locator("#cv-adding").filter(has_text=words)
    report.wait_for()
    return report


def test_example_question_is_asked_by_a_click(small, new_page):
    page = new_page(small)
    example = page.locator(".cv-example").first
    question = example.inner_text()
    example.click()
    answer = settled(page, question)
    expect(answer.locator(".cv-answer[data-answer]")).to_be_visible()


def test_uploaded_file_is_asked_about_opened_and_removed_while_its_answer_is_open(small, new_page):
    page = new_page(small)
    add(page, HERON)
    report_of(page, "1 added")
    row = page.locator("#cv-documents li").filter(has_text="heron.txt")
    row.locator(".cv-open").click()
    expect(page.locator("#cv-reader .cv-text")).to_contain_text("ate 41 frogs")

    answer = ask(page, "How many frogs did the heron eat?")
    expect(answer.locator(".cv-claim-text").first).to_have_text("The heron of Lake Tarn ate 41 frogs in May.")
    answer.locator(".cv-chip").first.click()
    expect(page.locator("#cv-reader .cv-current").first).to_contain_text("41 frogs")

    documents_tab(page)
    page.get_by_label("Search titles, folders and texts").fill("heron")
    expect(page.locator("#cv-documents .cv-open")).to_have_count(1)
    page.get_by_role("button", name="Remove heron.txt").click()
    page.locator("#cv-confirm-remove").click()
    expect(page.locator("#cv-adding")).to_contain_text("Removed")
    expect(page.locator("#cv-documents").filter(has_text="heron.txt")).to_have_count(0)
    page.get_by_role("tab", name="Chat").click()
    expect(last(page).locator(".cv-claim-text").first).to_contain_text("41 frogs")
    last(page).locator(".cv-chip").first.click()
    expect(page.locator("#cv-reader .cv-gone")).to_contain_text("This source was removed")
    expect(page.locator("#cv-reader .cv-gone-quote")).to_contain_text("The heron of Lake Tarn ate 41 frogs in May.")


def test_source_that_somebody_else_removed_is_said_to_be_gone(small, new_page):
    reader, remover = new_page(small), new_page(small)
    add(remover, plain("lynx.txt", "The lynx of Korp crossed the frozen lake twice."))
    report_of(remover, "1 added")
    answer = ask(reader, "How often did the lynx of Korp cross the frozen lake?")
    expect(answer.locator(".cv-claim-text").first).to_contain_text("lynx of Korp")
    remover.get_by_role("button", name="Remove lynx.txt").click()
    remover.locator("#cv-confirm-remove").click()
    expect(remover.locator("#cv-adding")).to_contain_text("Removed")
    answer.locator(".cv-chip").first.click()
    expect(reader.locator("#cv-reader .cv-gone-quote")).to_contain_text(
        "The lynx of Korp crossed the frozen lake twice."
    )
    expect(last(reader).locator(".cv-claim-text").first).to_contain_text("lynx of Korp")


def test_document_is_kept_when_removal_is_not_confirmed(small, new_page):
    page = new_page(small)
    add(page, plain("kept.txt", "The badger dug two tunnels."))
    report_of(page, "1 added")
    page.get_by_role("button", name="Remove kept.txt").click()
    page.locator("#cv-confirm-keep").click()
    expect(page.locator("#cv-confirm")).to_be_hidden()
    expect(page.locator("#cv-documents").filter(has_text="kept.txt")).to_have_count(1)


def test_what_is_no_document_and_what_is_known_already_are_said_to_be(small, new_page):
    page = new_page(small)
    add(page, OTTER)
    report_of(page, "1 added")
    add(page, OTTER)
    report_of(page, "1 unchanged")
    add(page, PICTURE)
    report = report_of(page, re.compile("failed|not read"))
    expect(report).not_to_contain_text("Traceback")


def test_store_that_another_process_holds_is_said_in_a_sentence_and_asking_goes_on(
    small, new_page, start_python: Callable
):
    page = new_page(small)
    holder = start_python(HOLD, small.store)
    assert holder.stdout.readline() == "held\n"
    documents_tab(page)
    page.locator("#cv-files input[type=file]").first.set_input_files([plain("late.txt", "The vixen has three cubs.")])
    report_of(page, "Another program is changing this library")
    page.get_by_role("tab", name="Chat").click()
    expect(ask(page).locator(".cv-claim-text").first).to_contain_text("Rubio")
    holder.communicate("\n")
    add(page, plain("late.txt", "The vixen has three cubs."))
    report_of(page, "1 added")


def test_app_that_starts_empty_loads_the_example_and_finds_the_conversation_again_after_a_restart(
    browser, tmp_path, new_page
):
    settings = tmp_path / "settings.toml"
    settings.write_text('embedder = "hashing"\nabstain_below = 0.0\n', encoding="utf-8")
    with running(tmp_path, "--llm", "none", "--settings", settings) as app:
        page = new_page(app, allowed_errors=("ERR_CONNECTION_REFUSED", "Failed to fetch", "Connection", "network"))
        expect(page.locator(".cv-welcome")).to_contain_text("There are no documents yet")
        expect(page.locator(".cv-in-use")).to_contain_text("0 documents")
        page.get_by_role("button", name="Load the example article").click()
        expect(page.locator(".cv-in-use")).to_contain_text("1 document", timeout=30_000)
        page.locator(".cv-example").first.wait_for()
        said = ask(page).locator(".cv-claim-text").first.inner_text()
        assert "Rubio" in said
        assert app.end() == 0
    with running(tmp_path, "--llm", "none", "--settings", settings, "--port", app.port):
        page.reload()
        answer = settled(page, QUESTION)
        expect(answer.locator(".cv-claim-text").first).to_have_text(said)
        answer.locator(".cv-chip").first.click()
        expect(page.locator("#cv-reader .cv-current").first).to_have_text(said)
        ask(page, "Who won the 2022 World Cup?")
        expect(page.locator("#cv-earlier .cv-exchange")).to_have_count(1)
