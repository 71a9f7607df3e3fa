from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text

from rag.indexes.fts import FtsIndex
from rag.stopwords import STOP_WORDS

RUBIO = "Rubio said that the territories would be discussed."
ZELENSKYY = "Zelenskyy said: “Don't give up territory.”"
WEATHER = "The café in Łódź was closed."


@contextmanager
def _index_on(connection: Connection) -> Iterator[FtsIndex]:
    @contextmanager
    def connect() -> Iterator[Connection]:
        yield connection

    yield FtsIndex(connect)


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def index(connection) -> Iterator[FtsIndex]:
    with _index_on(connection) as index:
        index.add([1, 2, 3], [RUBIO, ZELENSKYY, WEATHER])
        yield index


def _found(index: FtsIndex, question: str) -> list[int]:
    return [hit.passage_id for hit in index.search(question, 10)]


def test_words_match_by_stem_and_without_diacritics(index):
    assert sorted(_found(index, "What about territory?")) == [1, 2]
    assert _found(index, "discussing") == [1]
    assert _found(index, "Cafe") == [3]
    assert _found(index, "ŁÓDŹ") == [3]


def test_say_is_searched_for_but_function_words_are_not(index):
    assert "say" not in STOP_WORDS
    assert _found(index, "What did Rubio have to do with the closed café?") == [3, 1]
    assert sorted(_found(index, "said")) == [1, 2]


def test_question_of_stop_words_alone_still_searches_for_them(index):
    assert _found(index, "What is in the?") == [3, 1]


def test_score_is_the_bm25_of_the_database_with_its_sign_turned(index, connection):
    (best, *_) = index.search("café closed", 5)
    query = "SELECT bm25(passage_words) FROM passage_words WHERE passage_words MATCH 'café OR closed'"
    assert best.score == -connection.scalar(text(query))
    assert best.score > 0


def test_repeated_word_counts_once(index):
    assert index.search("café café CAFÉ closed", 5) == index.search("café closed", 5)


def test_words_beyond_the_limit_are_left_out(index):
    words = [f"w{number}" for number in range(63)]
    assert _found(index, " ".join([*words, "café"])) == [3]
    assert _found(index, " ".join([*words, "w63", "café"])) == []


def test_document_frequencies_count_passages_by_word_form(index):
    words = [
        "territory",
        "territories",
        "SAID",
        "closed",
        "volcano",
        "",
        '"',
        "don't",
        "the",
        "give OR café",
        "\x00",
        "\ud83d",
    ]
    assert index.document_frequencies(words) == [2, 2, 2, 1, 0, 0, 0, 1, 2, 0, 0, 0]
    assert index.document_frequencies([]) == []


def test_document_frequencies_of_an_empty_index_are_zero(connection):
    with _index_on(connection) as index:
        assert index.document_frequencies(["territory", "said"]) == [0, 0]


def test_rolled_back_passage_is_not_found(tmp_path: Path):
    engine = create_engine(f"sqlite:///{tmp_path / 'store.db'}")
    with engine.begin() as connection, _index_on(connection) as index:
        index.add([1], [RUBIO])
    with engine.connect() as connection, _index_on(connection) as index:
        index.add([2], [WEATHER])
        index.remove([1])
        assert _found(index, "rubio café") == [2]
        connection.rollback()
        assert _found(index, "rubio café") == [1]
    engine.dispose()


def test_first_passages_roll_back_with_their_table(tmp_path: Path):
    engine = create_engine(f"sqlite:///{tmp_path / 'store.db'}")
    with engine.connect() as connection, _index_on(connection) as index:
        index.add([1], [RUBIO])
        connection.rollback()
        assert len(index) == 0
    engine.dispose()


@settings(max_examples=200, deadline=None)
@given(question=st.text(st.characters(codec=None), max_size=60))
def test_any_question_is_answered_without_error(question):
    engine = create_engine("sqlite://")
    with engine.connect() as connection, _index_on(connection) as index:
        index.add([1, 2], [RUBIO, question])
        hits = index.search(question, 5)
        assert {hit.passage_id for hit in hits} <= {1, 2}
        index.document_frequencies([question])
    engine.dispose()
