"""The app from its start to its end: who may come in, a port that is taken, and what is left behind."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys

import httpx
import pytest

pytest.importorskip("gradio", reason="gradio is not installed")
pytest.importorskip("mcp", reason="mcp is not installed")

from gradio_client import Client
from gradio_client.exceptions import AuthenticationError

from rag import Assistant, Settings
from tests.ui.running import HASHING, SEED, fill, running
from ui.server.access import hash_password

QUESTION = "what did Rubio say about territory?"
PASSWORD = "correct horse"


@pytest.fixture
def settings_file(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(HASHING, encoding="utf-8")
    return path


def test_users_come_in_with_their_password_only_and_mcp_is_not_offered_to_them(tmp_path, settings_file):
    users = tmp_path / "users"
    known = hash_password(PASSWORD)
    users.write_text(f"# who may come in\nanna:{known}\notto:{known}\n", encoding="utf-8")
    fill(tmp_path / "store")
    with running(tmp_path, "--llm", "none", "--settings", settings_file, "--users", users) as app:
        for path in ("/config", "/gradio_api/info"):
            assert httpx.get(app.url + path).status_code == 401
        assert SEED.name not in httpx.get(app.url).text
        posted = httpx.post(f"{app.url}/gradio_api/call/documents", json={"data": []})
        assert posted.status_code == 401
        with pytest.raises(AuthenticationError):
            Client(app.url, verbose=False, analytics_enabled=False)
        with pytest.raises(ValueError, match="login"):
            Client(app.url, auth=("anna", "wrong"), verbose=False, analytics_enabled=False)
        inside = Client(app.url, auth=("anna", PASSWORD), verbose=False, analytics_enabled=False)
        assert inside.predict(QUESTION, api_name="/ask")["citations"]
        inside.close()
        assert_sessions_belong_to_their_users(app)
        assert_guessing_shuts_nobody_out(app)
        assert app.end() == 0
    refused = start("--users", users, "--mcp", "--store", tmp_path / "store")
    assert refused.returncode == 1
    assert "cannot offer --mcp to users" in refused.stderr


def login(app, user, password, *, address):
    """Log in through a proxy on this machine, which says where the request comes from."""
    form = {"username": user, "password": password}
    return httpx.post(f"{app.url}/login", data=form, headers={"X-Forwarded-For": address})


def assert_sessions_belong_to_their_users(app):
    """As a page does: it joins the queue under its session, then listens."""
    cookies = {user: login(app, user, PASSWORD, address="192.0.2.9").cookies for user in ("anna", "otto")}
    joined = {"fn_index": 0, "data": [], "session_hash": "stolen"}
    join, data = f"{app.url}/gradio_api/queue/join", f"{app.url}/gradio_api/queue/data?session_hash=stolen"
    assert httpx.post(join, json=joined, cookies=cookies["anna"]).status_code == 200
    for user, status in (("otto", 403), ("nobody", 401)):
        given = cookies.get(user)
        assert httpx.post(join, json=joined, cookies=given).status_code == status
        assert httpx.get(data, cookies=given).status_code == status
        assert httpx.get(f"{app.url}/gradio_api/heartbeat/stolen", cookies=given).status_code == status
        assert httpx.post(f"{app.url}/gradio_api/cancel", json=joined, cookies=given).status_code == status
    with httpx.stream("GET", data, cookies=cookies["anna"], timeout=30) as listening:
        assert listening.status_code == 200


def assert_guessing_shuts_nobody_out(app):
    for user in ("anna", "nobody"):
        for _ in range(5):
            assert login(app, user, "wrong", address="192.0.2.1").json() == {"detail": "Incorrect credentials."}
        refused = login(app, user, PASSWORD, address="192.0.2.1")
        assert refused.status_code == 400
        assert "wait" in refused.json()["detail"]
        assert int(refused.headers["Retry-After"]) >= 1
    assert login(app, "anna", PASSWORD, address="192.0.2.2").json() == {"success": True}


def start(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "ui", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_port_that_is_taken_is_said_in_a_sentence(tmp_path, settings_file):
    fill(tmp_path / "store")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = start("--port", port, "--store", tmp_path / "store", "--settings", settings_file)
    assert result.returncode == 1
    assert result.stderr.startswith(f"rag-ui: cannot listen on port {port} of '127.0.0.1': ")
    assert result.stderr.count("\n") == 1


@pytest.mark.model
def test_ended_while_it_loads_its_models_it_ends_without_a_crash(tmp_path):
    with Assistant.open(tmp_path / "store", Settings(llm="none")) as assistant:
        assistant.add([SEED])
    with running(tmp_path, "--llm", "none") as app:
        assert app.end() == 0
        assert "terminate" not in app.log.read_text(encoding="utf-8")


def test_asked_to_end_the_app_does_so_and_leaves_nothing_behind(tmp_path, settings_file):
    fill(tmp_path / "store")
    before = hashlib.sha256((tmp_path / "store" / "store.db").read_bytes()).hexdigest()
    with running(tmp_path, "--llm", "none", "--settings", settings_file) as app:
        httpx.post(f"{app.url}/gradio_api/upload", files={"files": ("heron.txt", b"The heron.")})
        assert any((app.store / "incoming").rglob("heron.txt"))
        assert app.end() == 0
        assert list((app.store / "incoming").iterdir()) == []
        assert list(app.temporary.iterdir()) == []
        assert "Traceback" not in app.log.read_text(encoding="utf-8")
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", app.port)) != 0
    assert hashlib.sha256((tmp_path / "store" / "store.db").read_bytes()).hexdigest() == before
