from __future__ import annotations

import pytest
from sqlalchemy import text

from rag import NotFoundError, StoreError
from rag.types import Span


def test_superseded_text_stays_and_its_sentences_go(store, put):
    put("a.txt", "The bridge is closed.")
    old = store.documents.all()[0].id
    put("a.txt", "The bridge is open.")
    assert [info.n_characters for info in store.documents.all()] == [len("The bridge is open.")]
    assert store.documents.get(old).text == "The bridge is closed."
    assert store.documents.sentences(old) == []


def test_version_that_comes_back_is_current_again(store, put):
    put("a.txt", "Closed.")
    first = store.documents.all()[0].id
    put("a.txt", "Open.")
    put("a.txt", "Closed.")
    assert [info.id for info in store.documents.all()] == [first]
    assert [sentence.span for sentence in store.documents.sentences(first)] == [Span(start=0, end=7)]


def test_removal_takes_every_version_and_the_answers_that_quote_one(store, put):
    put("a.txt", "Closed.")
    old = store.documents.all()[0].id
    put("a.txt", "Open.")
    put("b.txt", "Elsewhere.")
    other = next(info.id for info in store.documents.all() if info.source == "b.txt")
    store.answers.put("a1", question="Is it closed?", answer=f'{{"document_id": "{old}"}}', document_ids={old})
    assert store.answers.put("a2", question="Where?", answer=f'{{"document_id": "{other}"}}', document_ids={other})
    with store.begin():
        store.documents.remove_sources(["a.txt"])
    with pytest.raises(NotFoundError, match="it was removed, or never added"):
        store.documents.get(old)
    assert store.answers.get("a1") is None
    assert store.answers.last() == store.answers.get("a2")
    with store.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM answers")) == 1


def test_two_current_versions_of_a_source_cannot_be(store, put):
    put("a.txt", "Closed.")
    put("a.txt", "Open.")
    with pytest.raises(StoreError), store.begin() as connection:
        connection.execute(text("UPDATE documents SET state = 'current'"))
    assert len(store.documents.all()) == 1


def test_answer_that_quotes_a_removed_document_is_not_recorded(store, put):
    put("a.txt", "Closed.")
    document_id = store.documents.all()[0].id
    with store.begin():
        store.documents.remove_sources(["a.txt"])
    assert store.answers.put("a1", question="Is it closed?", answer="{}", document_ids={document_id}) is False
    assert store.answers.last() is None


def test_last_answer_of_a_store_that_has_none(store):
    assert store.answers.last() is None


def test_unknown_source_has_no_version(store):
    assert store.documents.known_version("a.txt") is None
