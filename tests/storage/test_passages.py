from __future__ import annotations

import hashlib

import numpy as np
import pytest

from rag.storage.passages import N_HEADING_CHARACTERS, heading_of
from tests.postgresql import on_sqlite

EMBEDDER = "counting@1"
DIM = 4


def test_ids_are_never_used_again(store, put):
    first = put("a.txt", "One.", "Two.", "Three.")
    with store.begin():
        store.documents.remove_sources(["a.txt"])
    second = put("a.txt", "One.", "Two.", "Three.")
    assert min(second) > max(first)


def test_ids_are_not_used_again_after_the_store_was_closed(store, put):
    first = put("a.txt", "One.")
    with store.begin():
        store.documents.remove_sources(["a.txt"])
    store.close()
    assert put("b.txt", "Two.")[0] > first[0]


def test_loaded_passages_come_in_the_order_asked_for_without_those_that_are_gone(store, put):
    one, two = put("a.txt", "One.", "Two.")
    loaded = store.passages.load([two, 999, one], 4).passages
    assert [passage.text for passage in loaded] == ["Two.", "One."]
    assert [passage.quote(passage.sentences[0]) for passage in loaded] == ["Two.", "One."]
    assert loaded[0].vectors.shape == (1, 4)
    assert loaded[0].vectors.dtype == np.float32


def test_more_passages_than_one_statement_takes(store, put):
    ids = put("a.txt", *(f"Sentence {number}." for number in range(1203)))
    batches = list(store.passages.vectors(ids, 4))
    assert [len(batch) for batch, _ in batches] == [500, 500, 203]
    assert [passage_id for batch, _ in batches for passage_id in batch] == ids
    assert [passage.passage.id for passage in store.passages.load(ids[::-1], 4).passages] == ids[::-1]


def test_texts_come_with_their_ids(store, put):
    ids = put("a.txt", "One.", "Two.")
    assert list(store.passages.texts(ids)) == [(ids, ["One.", "Two."], ["", ""])]


def test_known_vectors_are_those_of_the_embedder(store, put):
    put("a.txt", "One.")
    hashes = [hashlib.sha256(text.encode()).digest() for text in ("One.", "Two.")]
    assert store.passages.known_vectors(hashes, EMBEDDER) == {hashes[0]}
    assert store.passages.known_vectors(hashes, "other@1") == set()


def test_vectors_that_two_passages_share_stay_until_both_are_gone(store, put):
    put("a.txt", "One.")
    put("b.txt", "One.")
    hash_ = hashlib.sha256(b"One.").digest()
    for source, expected in (("a.txt", {hash_}), ("b.txt", set())):
        with store.begin():
            store.documents.remove_sources([source])
            store.passages.delete_unused_vectors()
        assert store.passages.known_vectors([hash_], EMBEDDER) == expected


def test_vectors_of_replaced_and_of_never_used_texts_are_deleted_with_the_next_removal(store, put):
    put("a.txt", "One.", "Two.")
    put("a.txt", "Two.", "Three.")
    with store.begin():
        store.passages.put_vectors({b"never used": np.ones((2, DIM), dtype=np.float32)}, EMBEDDER)
    hashes = [hashlib.sha256(text.encode()).digest() for text in ("One.", "Two.", "Three.")]
    assert store.passages.known_vectors([*hashes, b"never used"], EMBEDDER) == {*hashes, b"never used"}
    with store.begin():
        store.passages.delete_unused_vectors()
    assert store.passages.known_vectors([*hashes, b"never used"], EMBEDDER) == set(hashes[1:])


def test_noting_which_vectors_are_loose_leaves_nothing_behind(store, put):
    put("a.txt", "One.", "Two.")
    put("b.txt", "Two.")
    with store.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM loose_vectors").scalar() == 0
        store.documents.remove_sources(["a.txt"])
        assert connection.exec_driver_sql("SELECT count(*) FROM loose_vectors").scalar() == 2
        store.passages.delete_unused_vectors()
        assert connection.exec_driver_sql("SELECT count(*) FROM loose_vectors").scalar() == 0


def test_ids_after_another_and_their_number(store, put):
    ids = put("a.txt", "One.", "Two.", "Three.")
    assert store.passages.ids() == ids
    assert store.passages.ids(after=ids[0]) == ids[1:]
    assert store.passages.ids(after=ids[-1]) == []
    assert store.passages.count() == 3


@on_sqlite
def test_vectors_are_looked_up_by_passage_and_never_read_all(store, put):
    """A join that starts at the vectors reads every one of them for each batch of passages."""
    put("a.txt", "One.", "Two.")
    statement = (
        "EXPLAIN QUERY PLAN SELECT passages.id, vectors FROM passages JOIN embeddings ON embedding_hash = hash"
        " WHERE passages.id IN (1, 2) AND embedder_key = (SELECT key FROM embedders WHERE id = 'counting@1')"
    )
    with store.connect() as connection:
        steps = [row[-1] for row in connection.exec_driver_sql(statement)]
    assert steps[0] == "SEARCH passages USING INTEGER PRIMARY KEY (rowid=?)"
    assert any("embeddings" in step and "hash=?" in step for step in steps)


def test_heading_says_all_that_is_known_in_words():
    said = {"publisher": "The Verge", "author": "Ada Byron", "published": "2023-09-06", "url": "https://x.org"}
    assert heading_of("Talks end.", said, source="a.json#1") == "Talks end. The Verge. Ada Byron. 6 September 2023"


@pytest.mark.parametrize("source", ["/news/1.txt", "C:\\news\\1.txt", "1.txt", "/news/1.txt#7"])
def test_name_of_the_file_is_no_heading(source):
    assert heading_of("1.txt", {}, source=source) == ""
    assert heading_of("11.txt", {}, source=source) == "11.txt"


def test_date_that_is_none_stays_in_a_heading_as_it_is():
    assert heading_of("", {"published": "spring 2023"}, source="a") == "spring 2023"


def test_long_heading_is_cut():
    assert len(heading_of("word " * 500, {}, source="a")) <= N_HEADING_CHARACTERS
