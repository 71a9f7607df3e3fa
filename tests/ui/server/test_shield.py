from __future__ import annotations

import asyncio
import base64
import errno
import hashlib

import pytest

from ui.server.shield import LOOPBACK_HOSTS, Shield


async def inner(scope, receive, send):
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"referrer-policy", b"unsafe-url")]})
    await send({"type": "http.response.body", "body": b"inside"})


def asked(path="/", *, hosts=LOOPBACK_HOSTS, kind="http", **headers):
    sent = []

    async def send(message):
        sent.append(message)

    headers = {"host": "127.0.0.1:7860", **headers}
    scope = {"type": kind, "path": path, "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}
    asyncio.run(Shield(inner, hosts=hosts)(scope, None, send))
    return sent


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST", "[::1]:7860"])
def test_page_is_served_under_names_of_this_machine(host):
    assert asked(host=host)[-1]["body"] == b"inside"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "", "[", "localhost.evil"]
)
def test_page_is_not_served_under_another_name(host):
    start, body = asked(host=host)
    assert start["status"] == 403
    assert b"not served under that name" in body["body"]


def test_any_name_will_do_where_a_password_protects_it():
    assert asked(host="desk.example", hosts=frozenset())[-1]["body"] == b"inside"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9999", "null", "http://localhost:7860"])
def test_requests_from_other_sites_are_refused(origin):
    assert asked("/gradio_api/queue/join", origin=origin)[0]["status"] == 403


def test_requests_from_the_page_itself_pass():
    assert asked("/gradio_api/queue/join", origin="http://127.0.0.1:7860")[0]["status"] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/file=/tmp/x.txt",
        "/gradio_api/FILE=x",
        "/gradio_api/file%3Dx",
        "/gradio_api/file/x",
        "/gradio_api/proxy=http://evil.example/",
        "/monitoring/summary",
    ],
)
def test_files_are_never_served(path):
    start, body = asked(path)
    assert (start["status"], body["body"]) == (403, b"Refused: files are not served.")


@pytest.mark.parametrize("path", ["/", "/gradio_api/file=x"])
def test_every_answer_has_the_headers_once(path):
    headers = asked(path)[0]["headers"]
    names = [name for name, _ in headers]
    assert len(names) == len(set(names))
    assert dict(headers)[b"referrer-policy"] == b"no-referrer"
    policy = dict(headers)[b"content-security-policy"].decode()
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert "*" not in policy


def test_websockets_pass_the_same_gate():
    assert asked(kind="websocket")[0]["type"] == "websocket.accept"
    assert asked(kind="websocket", host="evil.example")[0]["type"] == "websocket.close"


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENOSPC, "the disk is full - free some space"), (errno.EFBIG, "raise that limit")]
)
def test_upload_that_finds_no_place_on_the_disk_is_refused_in_words(number, said):
    async def full(scope, receive, send):
        raise OSError(number, "no place")

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": "/gradio_api/upload", "headers": []}
    asyncio.run(Shield(full)(scope, None, send))
    assert sent[0]["status"] == 507
    assert said in sent[1]["body"].decode()


def answered(*messages, **scope):
    """What the shield sends when the app inside sends these messages."""
    sent = []

    async def app(scope, receive, send):
        for message in messages:
            await send(message)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": "/", "headers": [(b"host", b"localhost")], **scope}
    asyncio.run(Shield(app, hosts=LOOPBACK_HOSTS)(scope, None, send))
    return sent


def policy_of(start):
    return dict(start["headers"])[b"content-security-policy"].decode()


def test_page_may_run_the_scripts_that_it_came_with_and_no_other():
    page = b"<script>one()</script><p>\r\n<script type='module' src='/a.js'></script><SCRIPT a>\r\ntwo()\n</SCRIPT>"
    start, body = answered(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html; charset=utf-8")]},
        {"type": "http.response.body", "body": page[:30], "more_body": True},
        {"type": "http.response.body", "body": page[30:]},
    )
    assert body["body"] == page
    scripts = policy_of(start).partition("script-src ")[2].partition(";")[0].split()
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'" for text in (b"one()", b"\ntwo()\n")
    ]
    assert scripts == ["'self'", "'unsafe-eval'", *hashes]


def test_what_is_no_page_may_run_no_inline_script_and_is_sent_as_it_comes():
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}
    parts = [{"type": "http.response.body", "body": b"<script>1</script>", "more_body": True} for _ in range(3)]
    sent = answered(start, *parts)
    assert sent[1:] == parts
    assert "sha256" not in policy_of(sent[0])
    assert "unsafe-inline" not in policy_of(sent[0]).partition("script-src")[2].partition(";")[0]
