"""Pairs of places: kept with their documents, and left out when they are not what was stored."""

from __future__ import annotations

import hashlib

from sqlalchemy import text

from rag.storage import StoredConflict
from rag.types import Difference, Relation, Span
from tests.storage.conftest import put_document


def document_id(name: str, content: str) -> str:
    return hashlib.sha256(f"{name}\0{content}".encode()).hexdigest()[:16]


def pair(one: str, other: str) -> StoredConflict:
    span = Span(start=0, end=5)
    return StoredConflict(one, span, other, span, Relation.DISAGREEMENT, Difference.NUMBER, "12", "15")


def filled(store):
    with store.begin():
        put_document(store, "a.txt", "Twelve died.")
        put_document(store, "b.txt", "Fifteen died.")
    return document_id("a.txt", "Twelve died."), document_id("b.txt", "Fifteen died.")


def test_what_is_put_comes_back_and_is_compared_once(store):
    one, other = filled(store)
    assert store.conflicts.uncompared("1") == [one, other]
    store.conflicts.put([one, other], [pair(one, other), pair(one, "gone")], recipe="1")
    assert store.conflicts.all() == [pair(one, other)]
    assert store.conflicts.uncompared("1") == []
    assert store.conflicts.uncompared("2") == [one, other]
    store.conflicts.put([], [pair(one, other)], recipe="1")
    assert store.conflicts.all() == [pair(one, other)]


def test_a_document_that_goes_takes_its_pairs_along(store):
    one, other = filled(store)
    store.conflicts.put([one, other], [pair(one, other)], recipe="1")
    with store.begin():
        store.documents.supersede(other)
    assert store.conflicts.all() == []
    store.conflicts.put([one], [pair(one, other)], recipe="1")
    assert store.conflicts.all() == []
    with store.begin():
        store.documents.remove_sources(["a.txt"])
    with store.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM compared")) == 0


def test_a_damaged_pair_is_left_out(store):
    one, other = filled(store)
    store.conflicts.put([one, other], [pair(one, other)], recipe="1")
    with store.begin() as connection:
        connection.execute(text("UPDATE conflicts SET one_end = 9"))
    assert store.conflicts.all() == []
