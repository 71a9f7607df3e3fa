"""With a language model behind a server: evidence before the answer, stopping, and what happens when it is lost."""

from __future__ import annotations

import threading
import time

import pytest
from playwright.sync_api import expect

from tests.conftest import ModelServer
from tests.ui.browser.acting import QUESTION, last, settled, type_question
from tests.ui.hostile import TEXTS

TERRITORY = (
    "Marco Rubio, the US Secretary of State, has said Kyiv could cede territory to Russia as part of a peace deal."
)
LONGER = 30_000


def use(page, url):
    """Choose in the Settings tab the model `m` of that server."""
    page.get_by_role("tab", name="Settings").click()
    page.get_by_label("Server's address").fill(url)
    page.get_by_label("Server's address").blur()
    model = page.locator("#cv-model input")
    model.fill("m")
    model.press("Enter")
    page.get_by_label("A server with the OpenAI protocol").check()
    expect(page.locator(".cv-in-use")).to_contain_text("m")
    expect(page.locator("#cv-saved")).to_contain_text("Saved for this browser.")
    page.get_by_role("tab", name="Chat").click()


@pytest.fixture
def talking(small, new_page, model_server):
    """A page whose answers come from the scripted server."""
    page = new_page(small)
    use(page, model_server.url)
    return page


def test_evidence_is_in_sight_before_the_model_has_written_a_word(talking, model_server, record_property):
    def wait(send):
        model_server.done.wait(30)
        send(ModelServer.stream("Rubio said that Kyiv could cede territory to Russia as part of a peace deal. [1]"))

    model_server.script = wait
    started = time.perf_counter()
    type_question(talking, QUESTION)
    evidence = last(talking).locator(".cv-evidence .cv-evidence-quote").first
    evidence.wait_for()
    record_property("evidence_ms", round(1000 * (time.perf_counter() - started)))
    expect(evidence).to_have_text(TERRITORY)
    assert last(talking).locator(".cv-claim").count() == 0
    expect(talking.locator("#cv-stop")).to_be_visible()
    model_server.done.set()
    answer = settled(talking, QUESTION)
    expect(answer.locator(".cv-chip").first).to_be_visible()
    expect(answer.locator(".cv-evidence")).to_be_hidden()


def test_nothing_that_stays_moves_when_the_answer_comes(talking, model_server):
    is_seen = threading.Event()

    def write(send):
        is_seen.wait(30)
        send(ModelServer.stream(f"{TERRITORY} [1]"))

    model_server.script = write
    type_question(talking, QUESTION)
    last(talking).locator(".cv-evidence").wait_for()
    parts = (last(talking).locator(".cv-question"), talking.locator("#cv-question"), talking.locator("#cv-tools"))
    before = [part.bounding_box() for part in parts]
    is_seen.set()
    settled(talking, QUESTION)
    after = [part.bounding_box() for part in parts]
    assert [(box["x"], box["y"]) for box in after] == [(box["x"], box["y"]) for box in before]


def test_stopping_ends_the_request_to_the_model_and_says_so(talking, model_server):
    def write_on(send):
        while not model_server.done.wait(0.05):
            send(ModelServer.event("Still writing "))

    model_server.script = write_on
    type_question(talking, QUESTION)
    last(talking).locator(".cv-evidence").wait_for()
    talking.locator("#cv-stop").click()
    stopped = settled(talking, QUESTION)
    expect(stopped).to_contain_text("Stopped")
    assert model_server.left.wait(10)
    expect(talking.locator("#cv-ask-button")).to_be_visible()
    stopped.get_by_role("button", name="Ask again").wait_for()


def test_model_lost_in_mid_answer_is_said_and_the_best_sentences_are_quoted(talking, model_server):
    model_server.breaks_off = True
    model_server.script = lambda send: send(ModelServer.event("Rubio said that Kyiv could "))
    type_question(talking, QUESTION)
    answer = settled(talking, QUESTION)
    expect(answer.locator(".cv-notice, .cv-message, [role=alert]").first).to_be_visible()
    assert TERRITORY in answer.locator(".cv-claim-text").all_text_contents()
    answer.locator(".cv-chip").first.click()
    expect(talking.locator("#cv-reader .cv-current").first).to_have_text(TERRITORY)


def test_server_that_is_not_there_is_said_when_the_connection_is_tested(small, new_page):
    page = new_page(small)
    page.get_by_role("tab", name="Settings").click()
    page.get_by_label("Server's address").fill("http://127.0.0.1:9/v1")
    page.get_by_role("button", name="Test the connection").click()
    expect(page.locator("#cv-tested")).to_contain_text("http://127.0.0.1:9/v1", timeout=LONGER)
    expect(page.locator("#cv-tested")).not_to_contain_text("Traceback")


def test_false_sentence_of_a_model_is_left_out_and_shown_only_as_an_unsupported_draft(talking, model_server):
    said = f"Rubio promised Kyiv all of its territory {TEXTS['image error']} back. [1]"
    model_server.script = ModelServer.says(said)
    type_question(talking, QUESTION)
    answer = settled(talking, QUESTION)
    expect(answer).not_to_contain_text("promised")
    talking.get_by_role("tab", name="Settings").click()
    talking.get_by_label("Show drafts").check()
    expect(talking.locator("#cv-saved")).to_contain_text("Saved for this browser.")
    talking.get_by_role("tab", name="Chat").click()
    draft = last(talking).locator(".cv-unsupported").filter(has_text="promised")
    expect(draft).to_be_visible()
    expect(draft).to_contain_text(TEXTS["image error"])
    expect(draft.locator(".cv-verdict")).to_contain_text("unsupported")
    assert draft.locator(".cv-chip").count() == 0
