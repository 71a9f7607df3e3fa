"""A session, an event and an answer belong to the user who began them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from types import SimpleNamespace

import pytest

from rag import NotFoundError
from ui.api import Api
from ui.conversation import Conversation
from ui.handlers import Chat
from ui.page.events import PageEvents, Tabs
from ui.page.values import Heard, Updates
from ui.preferences import Assistants, Preferences
from ui.reading import Reader
from ui.server.access import Users
from ui.server.ownership import Ownership
from ui.server.sessions import Sessions
from ui.tabs.library import LibraryTab
from ui.tabs.listing import ListingTab
from ui.tabs.llm import LlmTab

QUESTION = "When did the bridge open?"


@pytest.fixture
def ownership():
    key = hashlib.scrypt(b"x", salt=b"salt", n=2, r=8, p=1, dklen=32)
    cheap = f"scrypt$2$8$1${base64.b64encode(b'salt').decode()}${base64.b64encode(key).decode()}"
    return Ownership(Users({"anna": cheap, "otto": cheap[:-4] + "AAA="}))


@pytest.fixture
def gradio():
    """What is known of Gradio's app: who has which token. It answers with the event `e1`."""
    return SimpleNamespace(cookie_id="id", tokens={"a": "anna", "o": "otto"})


class Asking:
    """Sends requests through `Sessions`."""

    def __init__(self, gradio, ownership):
        self.gradio = gradio
        self.app = Sessions(self._answer, ownership=ownership)
        self.reached = []

    async def _answer(self, scope, receive, send):
        body = (await receive())["body"] if scope["method"] == "POST" else b""
        self.reached.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"event_', "more_body": True})
        await send({"type": "http.response.body", "body": b'id": "e1"}'})

    def __call__(self, token, path, body=None, *, query=b""):
        """The status of the answer; `token` stands in the cookie."""
        sent = []

        async def send(message):
            sent.append(message)

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        scope = {
            "type": "http",
            "method": "GET" if body is None else "POST",
            "path": path,
            "query_string": query,
            "headers": [(b"cookie", f"access-token-unsecure-id={token}".encode())],
            "app": self.gradio,
        }
        asyncio.run(self.app(scope, receive, send))
        return sent[0]["status"]


@pytest.fixture
def ask(gradio, ownership):
    return Asking(gradio, ownership)


def joined(session):
    return json.dumps({"fn_index": 1, "data": [], "session_hash": session}).encode()


REQUESTS = {
    "join": ("/gradio_api/queue/join", joined("s1"), b""),
    "run": ("/gradio_api/run/predict", joined("s1"), b""),
    "cancel": ("/gradio_api/cancel", b'{"session_hash": "s2", "fn_index": 1, "event_id": "e1"}', b""),
    "data": ("/gradio_api/queue/data", None, b"session_hash=s1"),
    "heartbeat": ("/gradio_api/heartbeat/s1", None, b""),
    "twice in the query": ("/gradio_api/queue/data", None, b"session_hash=s9&session_hash=s1"),
    "twice in the body": ("/gradio_api/queue/join", b'{"session_hash": "s9", "session_hash": "s1"}', b""),
    "event": ("/gradio_api/call/ask/e1", None, b""),
    "event of the second version": ("/gradio_api/call/v2/ask/e1", None, b""),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_what_one_user_began_is_refused_to_another_and_to_nobody(ask, name):
    path, body, query = REQUESTS[name]
    assert ask("a", "/gradio_api/queue/join", joined("s1")) == 200
    n_reached = len(ask.reached)
    assert ask("o", path, body, query=query) == 403
    assert ask("", path, body, query=query) == 401
    assert len(ask.reached) == n_reached
    assert ask("a", path, body, query=query) == 200


def test_gradio_reads_the_name_that_was_looked_at(ask):
    assert ask("o", "/gradio_api/queue/join", b'{"session_hash": "s1", "session_hash": "s2"}') == 200
    assert json.loads(ask.reached[0]) == {"session_hash": "s2"}
    assert b"s1" not in ask.reached[0]


def test_a_session_of_ones_own_is_free(ask):
    assert ask("a", "/gradio_api/queue/join", joined("s1")) == 200
    assert ask("o", "/gradio_api/queue/join", joined("s2")) == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [("/", None), ("/login", b"username=anna"), ("/gradio_api/upload", b"x" * 6_000_000), ("/gradio_api/run/p", b"[")],
)
def test_requests_without_names_pass_as_they_are(ask, path, body):
    assert ask("", path, body) == 200
    assert ask.reached == [body or b""]


def test_a_request_that_is_too_long_to_be_looked_at_is_refused(ask):
    assert ask("a", "/gradio_api/queue/join", b"[" + b" " * 5_000_000 + b"]") == 413


def test_only_ones_own_oldest_names_are_forgotten(ownership):
    assert ownership.claim("anna", "s1")
    for number in range(2_500):
        ownership.claim("otto", f"o{number}")
    assert not ownership.claim("otto", "s1")
    assert ownership.claim("anna", "o0")
    assert not ownership.claim("anna", "o2499")


@pytest.fixture
def bridge(assistant, write):
    assistant.add([write("bridge.txt", "The bridge opened in 1932. It is painted grey.")])
    return assistant


def answered(chat):
    return list(chat.ask(QUESTION, Conversation(), Preferences(), session="s"))[-1].conversation


def test_what_a_browser_keeps_is_restored_for_its_user_alone(bridge, ownership):
    chat = Chat(Assistants(bridge), ownership)
    kept = chat.kept(answered(chat), user="anna")
    assert chat.restore(kept, user="anna").last.answer.text.startswith("The bridge opened in 1932.")
    assert chat.restore(kept, user="otto") == Conversation()
    (mine,) = kept["conversations"]
    unmarked = [mine | {"mark": ""}, mine | {"questions": [item | {"mark": ""} for item in mine["questions"]]}]
    for forged in unmarked:
        assert chat.restore(kept | {"browser": "", "conversations": [forged]}, user="anna") == Conversation()


def test_another_user_of_the_same_browser_finds_nothing_in_it(bridge, ownership):
    assistants = Assistants(bridge)
    chat = Chat(assistants, ownership)
    library = LibraryTab(bridge, example=None, max_file_bytes=10)
    tabs = Tabs(library, ListingTab(bridge), LlmTab(assistants, may_change_llm=True))
    events = PageEvents(chat, tabs, Reader(assistants), Updates(none=None, of=dict))
    kept = chat.kept(answered(chat), user="anna")
    conversation, *_, left = events.loaded(Heard({}, "s", "otto"), kept, {})
    assert (conversation, left["conversations"]) == (Conversation(), [])
    answer_id = kept["conversations"][0]["questions"][0]["answer"]
    reader, _ = events.opened(Heard({"answer": answer_id, "citation": "1"}, "s", "otto"), Conversation(), kept)
    assert "1932" not in reader
    conversation, *_, left = events.loaded(Heard({}, "s", "anna"), kept, {})
    assert (conversation.last.question, left) == (QUESTION, kept)


def test_the_answer_of_another_conversation_cannot_be_rated(bridge):
    chat = Chat(Assistants(bridge))
    other = answered(chat)
    _, said = chat.rate(Conversation(), other.last.answer.id, "helpful")
    assert "in this conversation" in said
    assert bridge.rating(other.last.answer.id).value == "none"


def test_a_citation_is_opened_for_the_user_who_asked(bridge, ownership):
    chat, api = Chat(Assistants(bridge), ownership), Api(Assistants(bridge), ownership)
    by_api = api.ask(QUESTION, user="anna")["id"]
    in_chat = answered(chat)
    chat.kept(in_chat, user="anna")
    for answer_id in (by_api, in_chat.last.answer.id):
        assert api.source(answer_id, 1, user="anna")["quote"] == "The bridge opened in 1932."
        with pytest.raises(NotFoundError, match="no answer of yours"):
            api.source(answer_id, 1, user="otto")
