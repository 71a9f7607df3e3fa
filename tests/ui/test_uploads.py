"""An upload lies in the store, for its owner alone, and nowhere once it was added, forgotten or cut off."""

from __future__ import annotations

import os
from pathlib import Path

import httpx
import pytest

pytest.importorskip("gradio", reason="gradio is not installed")

from rag import Assistant, Settings
from tests.ui.running import SEED, running
from ui.server.serving import STORE_FILES, delete_forgotten


@pytest.fixture
def app(tmp_path):
    with Assistant.open(tmp_path / "store", Settings(embedder="hashing", llm="none")) as assistant:
        assistant.add([SEED])
    with running(tmp_path, "--llm", "none", RAG_EMBEDDER="hashing") as started:
        yield started


def send(app, name, content):
    """Where the file lies that is sent."""
    response = httpx.post(f"{app.url}/gradio_api/upload", files={"files": (name, content)})
    return Path(response.json()[0])


def test_killed_app_leaves_an_upload_that_is_gone_once_the_store_is_opened(app):
    upload = send(app, "heron.txt", b"The heron.")
    assert upload.is_relative_to(app.store / "incoming")
    assert (app.store / "incoming").stat().st_mode & 0o077 == 0
    Assistant.open(app.store).close()
    assert upload.exists()  # it is somebody's, who is at work
    app.process.kill()
    app.process.wait()
    assert upload.exists()
    assert list(app.temporary.iterdir()) == []
    Assistant.open(app.store).close()
    assert list((app.store / "incoming").iterdir()) == []


def test_added_upload_lies_in_the_store_alone(app):
    upload = send(app, "ibis.txt", b"The ibis came in May.")
    data = {"path": str(upload), "orig_name": "ibis.txt", "meta": {"_type": "gradio.FileData"}}
    started = httpx.post(f"{app.url}/gradio_api/call/add", json={"data": [[data]]}).json()["event_id"]
    with httpx.stream("GET", f"{app.url}/gradio_api/call/add/{started}", timeout=60) as events:
        assert "ibis.txt" in "".join(events.iter_text())
    assert not upload.exists()
    assert list(app.store.rglob("ibis.txt")) == [app.store / "uploads" / "ibis.txt"]
    assert {path.name for path in app.store.iterdir()} - {"incoming"} <= set(STORE_FILES)  # which it may not serve


def test_upload_that_nobody_adds_is_deleted_and_one_that_is_under_way_stays(tmp_path):
    for name in ("hash/old.txt", "hash2/new.txt", ".lock", "tmp-old"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("The heron.", encoding="utf-8")
        if "new" not in name:
            os.utime(tmp_path / name, (0, 0))
    delete_forgotten(tmp_path)
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
    assert left == [".lock", "hash2", "hash2/new.txt"]
