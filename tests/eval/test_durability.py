from __future__ import annotations

import random

import pytest

from eval import durability
from rag import Assistant, Settings


def test_killed_processes_lose_nothing(tmp_path):
    tally = durability.measure(tmp_path, n_kills=8, seed=1)
    assert tally.problems == []
    assert sum(tally.killed.values()) == 8


@pytest.mark.slow
def test_five_hundred_killed_processes_lose_nothing(tmp_path):
    assert durability.measure(tmp_path, n_kills=500).problems == []


def test_a_lost_document_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(durability, "OPERATIONS", ("prune",))
    run = durability._Run(tmp_path, random.Random(2))
    run.begin()
    with Assistant.open(tmp_path / "store", Settings(**durability.SETTINGS)) as assistant:
        lost = assistant.documents()[0].source
        assistant.remove([lost])
    run.round()
    assert any(lost in problem and "is missing" in problem for problem in run.tally.problems)
