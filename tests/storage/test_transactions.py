from __future__ import annotations

import threading

import pytest
from sqlalchemy import event, text

from rag import StoreFullError
from rag.storage import Store


class _MistakeError(Exception):
    pass


def _put_and_raise(store, put, error):
    with store.begin():
        put("a.txt", "The bridge opened.")
        raise error


def test_connect_joins_the_open_transaction(store):
    with store.begin() as outer, store.connect() as inner:
        assert inner is outer
        with store.begin() as innermost:
            assert innermost is outer


def test_reading_sees_what_the_open_transaction_wrote(store):
    with store.begin():
        store.set_embedder("model@1")
        assert store.embedder_id() == "model@1"


def test_another_thread_does_not_see_what_is_not_committed(store):
    seen = []
    with store.begin():
        store.set_embedder("model@1")
        reader = threading.Thread(target=lambda: seen.append(store.embedder_id()))
        reader.start()
        reader.join()
    assert seen == [""]
    assert store.embedder_id() == "model@1"


def test_error_rolls_everything_back(store, put):
    before = store.generation()
    with pytest.raises(_MistakeError):
        _put_and_raise(store, put, _MistakeError)
    assert store.documents.all() == []
    assert store.passages.ids() == []
    assert store.generation() == before
    put("a.txt", "The bridge opened.")


def test_error_inside_a_joined_transaction_rolls_everything_back(store, put):
    def fail_inside():
        with store.begin():
            _put_and_raise(store, put, _MistakeError)

    with pytest.raises(_MistakeError):
        fail_inside()
    assert store.documents.all() == []


def test_keyboard_interrupt_rolls_everything_back(store, put):
    with pytest.raises(KeyboardInterrupt):
        _put_and_raise(store, put, KeyboardInterrupt)
    assert store.documents.all() == []


def test_each_change_makes_a_higher_generation(store, put):
    generations = [store.generation()]
    for name in ("a.txt", "b.txt"):
        put(name, "The bridge opened.")
        generations.append(store.generation())
    assert generations == sorted(set(generations))
    assert all(store.has_had(generation) for generation in generations)


def test_generation_of_another_store_is_known_as_foreign(store, put, tmp_path):
    put("a.txt", "The bridge opened.")
    other = Store(tmp_path / "other", lock_timeout_seconds=1)
    assert not other.has_had(store.generation())
    other.close()


def test_recorded_answer_leaves_the_generation(store):
    before = store.generation()
    store.answers.put("a1", question="Who?", answer="{}", document_ids=set())
    assert store.generation() == before


def test_reading_transaction_does_not_turn_into_a_writing_one(store):
    with store.connect(), pytest.raises(RuntimeError, match="begin first, then read"), store.begin():
        pass
    with store.begin():
        store.set_embedder("model@1")


def test_abandoned_iteration_leaves_no_transaction_open(store, put):
    ids = put("a.txt", "The bridge opened.")
    iterator = store.passages.texts(ids)
    next(iterator)
    with store.begin():
        store.set_embedder("model@2")


def test_full_disk_rolls_back_and_earlier_documents_stay(store, put, store_folder):
    put("a.txt", "The bridge opened.")
    store.close()
    full = Store(store_folder, lock_timeout_seconds=1)
    event.listen(full._database._engine, "connect", _allow_no_more_pages)
    full.close()  # so that the next connection is one with the limit
    with pytest.raises(StoreFullError, match="the disk is full - free some space"), full.begin() as connection:
        connection.execute(
            text("INSERT INTO answers (asked_at, question, answer) VALUES ('', '', hex(zeroblob(1000000)))")
        )
    assert [info.source for info in full.documents.all()] == ["a.txt"]
    full.close()
    put("b.txt", "The river is deep.")
    assert [info.source for info in store.documents.all()] == ["a.txt", "b.txt"]


def _allow_no_more_pages(connection, _record):
    n_pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {n_pages}")


def test_closed_store_leaves_no_files_of_open_connections(store, put, store_folder):
    put("a.txt", "The bridge opened.")
    store.close()
    assert {path.name for path in store_folder.iterdir()} == {"store.db", "write.lock"}


def test_many_threads_read_at_once(store, put):
    ids = put("a.txt", "The bridge opened.")
    barrier = threading.Barrier(40)
    seen = []

    def read():
        with store.connect():
            barrier.wait(timeout=10)  # all forty hold a transaction now
            seen.append(store.passages.ids())

    threads = [threading.Thread(target=read) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [ids] * 40
