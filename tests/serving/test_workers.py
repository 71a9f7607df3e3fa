"""Several processes at one port: all of them answer, from one store, and they live and end together."""

from __future__ import annotations

import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from rag import SettingsError
from rag.serving.entry.options import Address, Provider, ServeOptions
from tests.serving.test_running import QUESTION, is_closed, serving, store, wait_until

__all__ = ["store"]

ASKED = {"model": "chapter-and-verse-quotes", "input": "When did the bridge open?"}


def children_of(pid):
    """The workers of a server, and nothing else that it has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in found if b"resource_tracker" not in Path(f"/proc/{each}/cmdline").read_bytes()]


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def post(url, body):
    """By a connection of its own, which any worker may get."""
    return httpx.post(f"{url}/v1/responses", json=body, timeout=60)


def test_answer_can_be_followed_whichever_worker_gave_it(store):
    with serving(store, "--workers", 2, "--rate", 0) as (process, url):
        first, second = children_of(process.pid)
        assert httpx.get(f"{url}/readyz").status_code == 200  # there are no connections before the models are loaded
        before = {pid: ticks(pid) for pid in (first, second)}
        given = [post(url, ASKED) for _ in range(12)]
        for answer in given:
            following = {**ASKED, "input": "And what is it?", "previous_response_id": answer.json()["id"]}
            assert post(url, following).json()["chapter_and_verse"]["standalone_question"] != "And what is it?"
        texts = {answer.json()["output"][0]["content"][0]["text"] for answer in given}
        assert texts == {"The bridge opened in 1932. [1]"}
        assert all(ticks(pid) > before[pid] for pid in (first, second))
        shown = httpx.get(f"{url}/metrics").text
        assert re.search(r'^rag_requests_total{.*"/v1/responses".*} 24\.0$', shown, re.MULTILINE)
        started = time.monotonic()
        assert post(url, {**ASKED, "previous_response_id": "resp_none"}).status_code == 404
        assert time.monotonic() - started < 10


def ticks(pid):
    """What the process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_worker_that_died_is_replaced_and_none_outlives_the_first_process(store):
    with serving(store, "--workers", 2) as (process, url):
        first, second = children_of(process.pid)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(children_of(process.pid)) == 2 and first not in children_of(process.pid))
        assert second in children_of(process.pid)
        assert post(url, ASKED).status_code == 200
        workers = children_of(process.pid)
        process.kill()
        wait_until(lambda: all(is_gone(worker) for worker in workers))
        assert '"worker died", "code": -9' in process.stderr.read()


def test_workers_end_with_the_first_process_and_answer_what_came_before(store, model_server):
    def script(send):
        time.sleep(1)
        send(model_server.event("The bridge opened in 1932. [1]") + model_server.stream())

    model_server.script = script
    given = ("--api-base", model_server.url, "--model", "m", "--workers", 2)
    with serving(store, *given) as (process, url), ThreadPoolExecutor(6) as threads:
        workers = children_of(process.pid)
        asked = [threads.submit(httpx.post, f"{url}/v1/chat/completions", json=QUESTION, timeout=60) for _ in range(6)]
        wait_until(lambda: len(model_server.bodies) == 6)
        process.send_signal(signal.SIGTERM)
        assert [each.result().status_code for each in asked] == [200] * 6
        assert process.wait(60) == 0
        assert is_closed(url)
        assert all(is_gone(worker) for worker in workers)


def test_logins_are_for_one_process():
    with pytest.raises(SettingsError, match="cannot answer logins by 3 workers"):
        ServeOptions(
            address=Address("127.0.0.1", 0),
            provider=Provider(issuer="https://a.example", public_url="https://b.example", client_id="c"),
            n_workers=3,
        )
