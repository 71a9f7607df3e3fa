from __future__ import annotations

import random

from eval.robustness import fuzz
from eval.robustness.fuzz_files import sound_files
from rag.assembly.backends import READERS


def test_damaged_files_bombs_and_nests_are_read_or_refused_in_words(tmp_path):
    tally = fuzz.measure(tmp_path, n_each=12, seed=1, only=frozenset({".docx"}))
    assert tally.problems == []
    assert tally.mutants[".docx"] > 20
    assert tally.read[".docx"] >= 3


def test_raw_error_is_a_problem(tmp_path, monkeypatch):
    def fail(*_: object) -> None:
        raise KeyError("no such part")

    monkeypatch.setattr(fuzz.Assistant, "add", fail)
    monkeypatch.setattr(fuzz, "bombs", lambda _: ())
    tally = fuzz.measure(tmp_path, n_each=1, only=frozenset({".txt"}))
    assert "KeyError" in next(problem for problem in tally.problems if "a raw error" in problem)


def test_every_reader_has_a_sound_file_and_a_mutant_is_another_file():
    suffixes = sound_files()
    assert {READERS[suffix] for suffix in suffixes} == set(READERS.values())
    random_ = random.Random(2)
    names = [name for name in fuzz.MUTATIONS if name != "another format"]
    changed = [fuzz.mutant(name, suffixes[".docx"], random_, {}) for name in names]
    assert all(content != suffixes[".docx"] for content in changed)
