"""The set of conflicts: whole, in halves that share nothing, and every listed pair counted where it belongs."""

from __future__ import annotations

from collections import Counter

from eval.cases import Split, read_file
from eval.tasks.conflicts import CONFLICTS, ConflictsTask
from rag import Assistant, Difference, Relation, Settings


def rows(half: Split):
    return read_file(CONFLICTS / half / "groups.jsonl").rows


def test_set_has_what_it_says():
    for half in Split:
        pairs = [pair for row in rows(half) for pair in row.rows("pairs")]
        assert len(rows(half)) >= 30
        assert {pair.text("what") for pair in pairs} == {each.value for each in Difference}
        assert {pair.text("relation") for pair in pairs} == {each.value for each in Relation}
        assert sum(not row.rows("pairs") for row in rows(half)) >= 15


def test_halves_share_no_sentence():
    tune, report = (
        Counter(
            sentence for row in rows(half) for each in row.rows("documents") for sentence in each.texts("sentences")
        )
        for half in Split
    )
    assert not tune.keys() & report.keys()


def test_every_known_listed_and_quiet_case_is_one_outcome(tmp_path):
    task = ConflictsTask(name="conflicts")
    settings = Settings(embedder="hashing", llm="none", verifier="rules")
    with Assistant.open(tmp_path / "store", settings) as assistant:
        trials = task.trials(assistant, Split.TUNE, documents=tmp_path / "documents")
    outcomes = [trial.measure() for trial in trials]
    assert [outcome.case_id for outcome in outcomes] == [trial.case_id for trial in trials]
    keys = Counter(key for outcome in outcomes for key in outcome.scores)
    n_pairs = sum(len(row.rows("pairs")) for row in rows(Split.TUNE))
    assert keys["conflict_found"] + keys["update_found"] == n_pairs
    assert keys["no_conflict_made"] >= 15
    assert keys["listed_right"] >= 10
