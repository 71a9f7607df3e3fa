from __future__ import annotations

from eval.robustness import damage


def test_changed_bytes_are_named_and_never_quoted(tmp_path):
    tally = damage.measure(tmp_path, n_each=5, seed=1)
    assert tally.problems == []
    assert tally.changed.total() == 5 * len(tally.changed) >= 20
    assert tally.named["store.db"] > 0
    assert tally.named["uploads/upload.txt"] == 5


def test_change_that_a_store_would_not_notice_is_a_problem(tmp_path, monkeypatch):
    monkeypatch.setattr(damage.Assistant, "check", lambda *_, **__: [])
    tally = damage.measure(tmp_path, n_each=2, seed=1)
    assert any("not named" in problem for problem in tally.problems)
