from __future__ import annotations

import os
import re
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from rag import StoreError, StoreLockedError
from rag.storage import Store

HOLD = """
import sys
from pathlib import Path
from rag.storage import Store

store = Store(Path(sys.argv[1]), lock_timeout_seconds=5)
with store.writing():
    print("held", flush=True)
    sys.stdin.readline()
"""

OPEN = """
import sys
from pathlib import Path
from rag.storage import Store

sys.stdin.readline()
Store(Path(sys.argv[1]), lock_timeout_seconds=10).close()
"""


@pytest.fixture
def impatient(store, store_folder):
    opened = Store(store_folder, lock_timeout_seconds=0.05)
    yield opened
    opened.close()


def _hold(start_python, store_folder):
    holder = start_python(HOLD, store_folder)
    assert holder.stdout.readline() == "held\n"
    return holder


def _write(store):
    with store.begin():
        store.set_embedder("model@1")


def test_second_process_is_told_who_writes_and_since_when(impatient, start_python, store_folder):
    holder = _hold(start_python, store_folder)
    with pytest.raises(StoreLockedError, match="wait until it ends, or end it, and try again") as caught:
        _write(impatient)
    assert f"process {holder.pid} on " in str(caught.value)
    assert re.search(r"since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d", str(caught.value))
    assert impatient.embedder_id() == ""  # reading goes on


def test_lock_is_free_when_its_holder_ends(impatient, start_python, store_folder):
    holder = _hold(start_python, store_folder)
    holder.communicate("\n")
    _write(impatient)


def test_lock_is_free_when_its_holder_is_killed(impatient, start_python, store_folder):
    holder = _hold(start_python, store_folder)
    holder.kill()
    holder.wait()
    _write(impatient)
    assert impatient.embedder_id() == "model@1"


def test_patient_writer_waits_for_the_other(store, start_python, store_folder):
    holder = _hold(start_python, store_folder)
    threading.Timer(0.1, lambda: (holder.stdin.write("\n"), holder.stdin.flush())).start()
    _write(store)
    assert store.embedder_id() == "model@1"


def test_holder_without_a_note_is_another_process(impatient, start_python, store_folder):
    _hold(start_python, store_folder)
    (store_folder / "writer.json").write_text("{torn")
    with pytest.raises(StoreLockedError, match="another process is writing to it"):
        _write(impatient)


def test_note_that_cannot_be_written_does_not_stop_the_writer(store, store_folder):
    (store_folder / "writer.json").mkdir()
    _write(store)
    assert store.embedder_id() == "model@1"


def test_lock_may_be_nested_and_is_free_afterwards(store, impatient):
    with store.writing(), store.writing():
        _write(store)
        with pytest.raises(StoreLockedError):
            _write(impatient)
    _write(impatient)


def test_lock_is_free_after_an_error(store, impatient):
    with pytest.raises(ZeroDivisionError), store.writing():
        _ = 1 / 0
    _write(impatient)


def test_two_threads_write_one_after_the_other(store):
    inside, overlaps = [], []

    def write():
        with store.writing():
            overlaps.extend(inside)
            inside.append(1)
            time.sleep(0.01)
            inside.pop()

    threads = [threading.Thread(target=write) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert overlaps == []


def test_thread_that_waits_too_long_is_told(impatient):
    caught = []

    def write():
        try:
            _write(impatient)
        except StoreLockedError as error:
            caught.append(str(error))

    with impatient.writing():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert f"process {os.getpid()}" in caught[0]


def test_two_processes_that_open_a_new_store_at_once_make_one(start_python, store_folder):
    processes = [start_python(OPEN, store_folder) for _ in range(3)]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.wait(timeout=20) for process in processes] == [0, 0, 0]
    store = Store(store_folder, lock_timeout_seconds=1)
    assert store.generation() == 0
    store.close()


def test_read_only_folder_can_be_read_and_says_why_it_cannot_be_written(store, put, store_folder):
    put("a.txt", "The bridge is open.")
    store.close()
    store_folder.chmod(0o555)
    try:
        if os.access(store_folder, os.W_OK):
            pytest.skip("no permission binds this user")
        reader = Store(store_folder, lock_timeout_seconds=1)
        assert [info.source for info in reader.documents.all()] == ["a.txt"]
        with pytest.raises(StoreError, match="check its owner and permissions"):
            _write(reader)
        with pytest.raises(StoreError, match="check its owner and permissions"):
            reader.answers.put("a1", question="Who?", answer="{}", document_ids=set())
        reader.close()
    finally:
        store_folder.chmod(0o755)


def test_question_does_not_wait_for_a_long_write(assistant, store_folder, write):
    """An answer that cannot be recorded at once is given all the same."""
    assistant.add([write("a.txt", "The bridge opened in 1932.")])
    with closing(sqlite3.connect(store_folder / "store.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        answer = assistant.ask("When did the bridge open?")
        seconds = time.monotonic() - started
        other.execute("ROLLBACK")
    assert answer.citations[0].quote == "The bridge opened in 1932."
    assert seconds < assistant.settings.lock_timeout_seconds / 2
