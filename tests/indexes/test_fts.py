from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, event, text

from rag import Assistant, Settings, StoreError
from rag.indexes.fts import FtsIndex
from rag.language.english import STOP_WORDS

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
    assert [len(index.holding(word)) for word in words] == index.document_frequencies(words)
    assert (index.holding("territories").tolist(), index.holding("volcano").dtype) == ([1, 2], np.int64)


def test_document_frequencies_of_an_empty_index_are_zero(connection):
    with _index_on(connection) as index:
        assert index.document_frequencies(["territory", "said"]) == [0, 0]
        assert index.holding("territory").tolist() == []


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


def test_any_two_neighbouring_letters_of_chinese_are_found(connection):
    with _index_on(connection) as index:
        index.add([1, 2], ["两国部长在北京签署了条约。", "市长拒绝建造新学校。"])
        for pair in ("北京", "签署", "条约", "部长"):
            assert _found(index, pair) == [1]
        assert _found(index, "京") == [1]
        assert _found(index, "市") == [2]
        assert sorted(_found(index, "长")) == [1, 2]


def test_document_frequencies_of_other_scripts_count_forms_and_whole_runs(connection):
    with _index_on(connection) as index:
        index.add([1, 2, 3], ["東京都知事が来た。", "京都に行った。", "Он подписал договор. संधि"])
        assert index.document_frequencies(["東京", "京都", "東京都", "договора", "संधि", "大阪", "知"]) == [
            1,
            2,
            1,
            1,
            1,
            0,
            1,
        ]


def test_vowel_signs_belong_to_their_words(connection):
    with _index_on(connection) as index:
        index.add([1, 2], ["दिल्ली में संधि हुई।", "दल ने संघ बनाया।"])
        assert _found(index, "दिल्ली") == [1]
        assert _found(index, "संघ") == [2]


def test_search_among_costs_no_query_for_each_id(index):
    many = np.arange(100_000, dtype=np.int64)
    assert [hit.passage_id for hit in index.search("territory", 10, among=many)] == _found(index, "territory")


def test_scores_of_english_passages_ignore_how_other_scripts_are_stored(connection):
    with _index_on(connection) as index:
        index.add([1, 2, 3], [RUBIO, ZELENSKYY, WEATHER])
        stored = connection.execute(text("SELECT words FROM passage_words ORDER BY rowid")).scalars().all()
        assert stored[:2] == [RUBIO, ZELENSKYY]


def test_word_index_of_an_older_store_learns_other_scripts(tmp_path: Path):
    chinese = "两国部长在北京签署了条约。"
    (tmp_path / "note.txt").write_text(f"{chinese}\n{RUBIO}", encoding="utf-8")
    settings = Settings(embedder="hashing", llm="none")
    with Assistant.open(tmp_path / "store", settings) as assistant:
        assistant.add([tmp_path / "note.txt"])
    engine = create_engine(f"sqlite:///{tmp_path / 'store' / 'store.db'}")
    with engine.begin() as connection:  # as the first version stored words
        connection.execute(
            text("UPDATE passage_words SET words = (SELECT text FROM passages WHERE id = passage_words.rowid)")
        )
        connection.execute(text("DELETE FROM migrations WHERE name = 'index_other_scripts'"))
    with engine.connect() as connection, _index_on(connection) as index:
        assert index.search("条约", 5) == []
    with Assistant.open(tmp_path / "store", settings) as assistant:
        assert assistant.check() == []
    with engine.connect() as connection, _index_on(connection) as index:
        assert len(index.search("条约", 5)) == 1
        assert len(index.search("territory", 5)) == 1
    engine.dispose()


def test_table_without_headings_is_searched_and_made_anew_when_something_is_added(connection):
    connection.execute(
        text("CREATE VIRTUAL TABLE passage_words USING fts5(words, tokenize = 'porter unicode61 remove_diacritics 2')")
    )
    insert = text("INSERT INTO passage_words (rowid, words) VALUES (:id, :words)")
    connection.execute(insert, [{"id": 1, "words": RUBIO}, {"id": 2, "words": WEATHER}])
    with _index_on(connection) as index:
        before = index.search("territory closed", 5)
        index.add([3], [ZELENSKYY], headings=["The Verge"])
        assert [hit.passage_id for hit in before] == [2, 1]
        assert _found(index, "verge") == [3]
        assert _found(index, "closed") == [2]
        assert len(index) == 3
    tables = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    assert not [name for name in tables if "before" in name]


def test_words_of_a_heading_weigh_as_much_as_those_of_the_text(connection):
    with _index_on(connection) as index:
        index.add([1, 2, 3], ["bread", "café", "salt"], headings=["café", "bread", ""])
        first, second = index.search("bread", 5)
    assert first.score == pytest.approx(second.score)


@pytest.fixture
def newer(tmp_path: Path) -> Iterator[tuple[Connection, list[str]]]:
    """A connection by a driver that calls itself new enough to overwrite, and the commands that FTS5 gets over it.

    Where the library below is older, the command that it does not know only leaves its mark.
    """
    driver = SimpleNamespace(**{**vars(sqlite3), "sqlite_version_info": max(sqlite3.sqlite_version_info, (3, 54, 0))})
    engine = create_engine(f"sqlite:///{tmp_path / 'newer.db'}", module=driver)
    commands: list[str] = []

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def note(_connection, _cursor, statement, parameters, _context, _many):
        found = re.search(r"VALUES \('([a-z-]+)'", statement)
        commands.extend(found.groups() if found else [])
        if found and found[1] == "secure-delete" and sqlite3.sqlite_version_info < (3, 54):
            return "INSERT OR REPLACE INTO passage_words_config VALUES ('secure-delete', 1)", parameters
        return statement, parameters

    with engine.connect() as connection:
        yield connection, commands
    engine.dispose()


def _index(connection: Connection, *, overwriting_from: int) -> FtsIndex:
    return FtsIndex(lambda: nullcontext(connection), overwriting_from=overwriting_from)


def test_a_large_index_is_merged_once_and_overwritten_from_then_on(newer):
    connection, commands = newer
    index = _index(connection, overwriting_from=2)
    index.add([1, 2, 3], [RUBIO, ZELENSKYY, WEATHER])
    index.remove([1])
    index.compact()
    assert commands == ["secure-delete", "optimize"]
    index.remove([2])
    index.compact()
    assert commands == ["secure-delete", "optimize"]
    assert _found(index, "territory café") == [3]


def test_a_small_index_stays_as_every_sqlite_can_read_it(newer):
    connection, commands = newer
    index = _index(connection, overwriting_from=3)
    index.add([1, 2, 3], [RUBIO, ZELENSKYY, WEATHER])
    for passage_id in (1, 2):
        index.remove([passage_id])
        index.compact()
    assert commands == ["optimize", "optimize"]


def test_an_older_sqlite_merges_what_a_newer_one_would_overwrite(newer, tmp_path: Path):
    connection, _ = newer
    index = _index(connection, overwriting_from=1)
    index.add([1, 2, 3], [RUBIO, ZELENSKYY, WEATHER])
    index.compact()
    connection.commit()
    engine = create_engine(
        f"sqlite:///{tmp_path / 'newer.db'}",
        module=SimpleNamespace(**{**vars(sqlite3), "sqlite_version_info": (3, 40, 1)}),
    )
    with engine.begin() as older:
        older.execute(text("PRAGMA secure_delete = ON"))
        index = _index(older, overwriting_from=1)
        index.remove([3])
        assert not index.compact()  # a large one is merged part by part
    with engine.begin() as older:
        index = _index(older, overwriting_from=1)
        while index.compact_partly(is_roomy=True):
            pass
        assert older.scalar(text("SELECT v FROM passage_words_config WHERE k = 'secure-delete'")) == 0
    engine.dispose()
    assert b"cafe" not in (tmp_path / "newer.db").read_bytes()


def test_an_index_in_a_newer_format_is_said_to_be_so_and_can_be_made_anew(tmp_path: Path):
    older_driver = SimpleNamespace(**{**vars(sqlite3), "sqlite_version_info": (3, 40, 1)})
    engine = create_engine(f"sqlite:///{tmp_path / 'store.db'}", module=older_driver)
    with engine.begin() as connection:
        index = _index(connection, overwriting_from=1)
        index.add([1, 2], [RUBIO, WEATHER])
        connection.execute(text("UPDATE passage_words_config SET v = 5 WHERE k = 'version'"))
    engine.dispose()
    with engine.begin() as connection:
        index = _index(connection, overwriting_from=1)
        assert len(index) == 0
        for use in (
            lambda: index.search("territory", 5),
            lambda: index.document_frequencies(["territory"]),
            lambda: index.holding("territory"),
            lambda: index.add([3], [ZELENSKYY]),
            lambda: index.remove([1]),
            index.compact,
        ):
            with pytest.raises(StoreError, match=r"format 5 - run `rag check --repair`"):
                use()
        index.clear()
        index.add([1], [RUBIO])
        assert len(index) == 1
        assert _found(index, "territory café") == [1]
    engine.dispose()
