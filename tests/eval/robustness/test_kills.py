from __future__ import annotations

import contextlib
import random
import sqlite3
from pathlib import Path

import pytest

from eval.robustness import kills
from rag import Assistant, Settings


def test_killed_processes_lose_nothing(tmp_path):
    tally = kills.measure(tmp_path, n_kills=8, seed=1)
    assert tally.problems == []
    assert sum(tally.killed.values()) == 8


@pytest.mark.slow
def test_five_hundred_killed_processes_lose_nothing(tmp_path):
    assert kills.measure(tmp_path, n_kills=500).problems == []


def test_a_lost_document_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(kills, "OPERATIONS", ("prune",))
    run = kills._Run(tmp_path, random.Random(2))
    run.begin()
    with Assistant.open(tmp_path / "store", Settings(**kills.SETTINGS)) as assistant:
        lost = assistant.documents()[0].source
        assistant.remove([lost])
    run.round()
    assert any(lost in problem and "is missing" in problem for problem in run.tally.problems)


def test_what_a_commit_has_written_is_never_cut_off(tmp_path):
    path = tmp_path / "store.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = wal")
        database.execute("CREATE TABLE words (word TEXT)")
        committed = Path(f"{path}-wal").read_bytes()
        assert kills._n_synced_bytes(committed) == len(committed)
        database.execute("PRAGMA cache_size = 1")
        database.execute("BEGIN")
        database.execute("INSERT INTO words SELECT hex(randomblob(2000)) FROM json_each('[1,2,3,4,5,6,7,8,9]')")
        unfinished = Path(f"{path}-wal").read_bytes()
        assert len(unfinished) > len(committed)
        assert kills._n_synced_bytes(unfinished) == len(committed)
    assert kills._n_synced_bytes(b"") == 0
