"""The contract of the `WordIndex` socket, over every backend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from sqlalchemy import Connection, create_engine

from rag.indexes.fts import FtsIndex
from rag.testing.word_index import WORD_INDEX_CHECKS, MakeWordIndex, check_word_index


@pytest.fixture(params=["fts"])
def make_index() -> Iterator[MakeWordIndex]:
    connections: list[Connection] = []

    def make() -> FtsIndex:
        connection = create_engine("sqlite://").connect()
        connections.append(connection)
        return FtsIndex(lambda: nullcontext(connection))

    yield make
    for connection in connections:
        connection.close()
        connection.engine.dispose()


@pytest.mark.parametrize("check", WORD_INDEX_CHECKS, ids=lambda check: check.__name__)
def test_word_index(check, make_index):
    check(make_index)


def test_all_checks_run_as_one(make_index):
    check_word_index(make_index)


def test_contract_catches_an_index_that_keeps_old_text(make_index):
    class Appending(FtsIndex):
        def remove(self, ids):
            pass

    with pytest.raises(AssertionError):
        check_word_index(lambda: Appending(make_index()._connect))


def test_contract_catches_an_index_that_ignores_among(make_index):
    class Unrestricted(FtsIndex):
        def search(self, question, k, *, among=None):
            return super().search(question, k)

    with pytest.raises(AssertionError):
        check_word_index(lambda: Unrestricted(make_index()._connect))
