"""What only a store on a server has: who waits for whom, what a killed writer leaves, and what errors say."""

from __future__ import annotations

import sys
import threading
import time

import pytest
from sqlalchemy import create_engine, make_url, text

from rag import Assistant, NotFoundError, Settings, SettingsError, StoreError, StoreLockedError
from rag.storage import Store, schema
from rag.storage.engines.address import server_address, shown
from rag.storage.filters import parse_filter
from rag.storage.listing import Sought
from rag.types import DocumentOrder
from tests.postgresql import PASSWORD, on_postgresql
from tests.storage.test_listing import fill, page, row_of

HOLD = """
import sys
from rag.storage import Store

store = Store(sys.argv[1], lock_timeout_seconds=5)
with store.writing():
    print("held", flush=True)
    sys.stdin.readline()
"""

HALF = """
import sys
from rag.storage import Store
from tests.storage.conftest import put_document

store = Store(sys.argv[1], lock_timeout_seconds=5)
put_document(store, "whole.txt", "The bridge opened.")
with store.begin():
    put_document(store, "half.txt", "The river is deep.")
    print("half", flush=True)
    sys.stdin.readline()
"""

ADD = """
import sys
from rag.storage import Store
from tests.storage.conftest import put_document

store = Store(sys.argv[1], lock_timeout_seconds=60)
print("ready", flush=True)
sys.stdin.readline()
for number in range(20):
    put_document(store, f"{sys.argv[2]}-{number}.txt", f"Line {number} of {sys.argv[2]}.")
store.close()
"""

pytestmark = on_postgresql


@pytest.fixture
def impatient(store, place):
    opened = Store(place, lock_timeout_seconds=0.05)
    yield opened
    opened.close()


def started(start_python, code, *arguments, until):
    process = start_python(code, *arguments)
    assert process.stdout.readline() == until + "\n"
    return process


def write(store):
    with store.begin():
        store.set_embedder("model@1")


def test_second_writer_is_told_who_writes_and_readers_go_on(impatient, start_python, place):
    holder = started(start_python, HOLD, place, until="held")
    with pytest.raises(StoreLockedError, match="wait until it ends, or end it, and try again") as caught:
        write(impatient)
    assert f"process {holder.pid} on " in str(caught.value)
    assert impatient.embedder_id() == ""
    holder.communicate("\n")
    write(impatient)
    assert impatient.embedder_id() == "model@1"


def test_lock_of_a_killed_writer_is_free_and_what_it_had_not_finished_is_gone(store, start_python, place):
    holder = started(start_python, HALF, place, until="half")
    holder.kill()
    holder.wait()
    write(store)
    assert [info.source for info in store.documents.all()] == ["whole.txt"]
    assert store.passages.count() == 1


def test_two_processes_write_at_once_and_lose_nothing(store, start_python, place):
    writers = [started(start_python, ADD, place, name, until="ready") for name in ("one", "two")]
    seen = []
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    while any(writer.poll() is None for writer in writers):
        with store.connect():
            seen.append((store.generation(), len(store.passages.ids()), store.passages.count()))
        time.sleep(0.02)
    assert [writer.wait() for writer in writers] == [0, 0]
    assert store.documents.count() == store.passages.count() == 40
    assert seen == sorted(seen)  # generations and ids become visible in their order
    assert all(n_ids == n for _, n_ids, n in seen)


def test_lock_may_be_nested_and_is_lost_with_its_connection(store, place):
    with store.writing(), store.writing():
        write(store)
        other = Store(place, lock_timeout_seconds=5)
        with other.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))
        other.close()
        for _ in range(2):
            with pytest.raises(StoreError, match="its server ended the connection - try again"):
                write(store)
    write(store)


def test_two_threads_write_one_after_the_other(store):
    inside, overlaps = [], []

    def work():
        with store.writing():
            overlaps.extend(inside)
            inside.append(1)
            write(store)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert overlaps == []


def test_store_that_has_to_be_there_is_not_made(place):
    with pytest.raises(NotFoundError, match="there is no store in 'postgresql"):
        Store(place, lock_timeout_seconds=1, must_exist=True)


def test_database_of_another_program_is_left_alone(place):
    other = create_engine(server_address(place))
    with other.begin() as connection:
        connection.execute(text("CREATE TABLE colours (name TEXT)"))
    other.dispose()
    with pytest.raises(StoreError, match="another program has made its database"):
        Store(place, lock_timeout_seconds=1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "wrong, secret"}, "it refuses the user or the password - check both, or set PGPASSWORD"),
        ({"username": "nobody-here"}, "it refuses the user or the password"),
        ({"database": "no_such"}, "it has no such database or user - make it with `createdb`"),
        ({"port": 9}, "no server answers there - start it, or check host and port"),
    ],
)
def test_what_keeps_people_out_is_said_in_one_sentence_without_the_password(place, change, said, capsys):
    url = make_url(place).set(**change)
    with pytest.raises(StoreError, match="cannot reach store") as caught:
        Assistant.open(url.render_as_string(hide_password=False), Settings(embedder="hashing"))
    assert said in str(caught.value)
    assert shown(url) in str(caught.value)
    for secret in (PASSWORD, "wrong, secret", "of%20the%20tests"):
        assert secret not in str(caught.value)


def test_password_is_in_no_message(assistant):
    assert PASSWORD not in repr(assistant._library.store.name)
    assert "tester@127.0.0.1" in assistant._library.store.name
    assistant.close()
    with pytest.raises(StoreError, match="it was closed") as caught:
        assistant.documents()
    assert "tests" not in str(caught.value).replace("tester", "")


def test_extra_that_is_missing_is_named(place, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"pip install chapter-and-verse\[postgresql\]"):
        Store(place, lock_timeout_seconds=1)


def test_files_beside_it_are_for_its_user_alone(store, tmp_path):
    assert store.folder.is_relative_to(tmp_path / "data")
    assert store.folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "where", ["", "outlet = 'the herald' or outlet ~ école", "published >= 2021 and title ~ ferry"]
)
def test_lists_are_sorted_and_narrowed_as_in_a_folder(store, tmp_path, where):
    folder = Store(tmp_path / "folder", lock_timeout_seconds=5)
    for each in (store, folder):
        fill(each, 300)
        with each.begin() as connection:
            connection.execute(
                schema.documents.insert(),
                [{**row_of(900), "title": "  ¿Ünder?", "metadata": '{"url": "https://www.Example.org:8/a"}'}],
            )
    filter_ = parse_filter(where) if where else None
    for order in DocumentOrder:
        for is_descending in (False, True):
            here, there = (
                page(each, where=filter_, order=order, is_descending=is_descending).documents
                for each in (store, folder)
            )
            assert [each.info.id for each in here] == [each.info.id for each in there], order
    assert store.listing.kinds() == folder.listing.kinds()
    assert len(here) > 40
    assert page(store, words=[Sought("ferry 1%")]).n_total == page(folder, words=[Sought("ferry 1%")]).n_total == 0
    folder.close()
