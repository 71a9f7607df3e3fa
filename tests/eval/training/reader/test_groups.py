"""Groups of the training pairs: one question beside its sentences, nothing that is kept back or measured."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from eval.cases import DataError
from eval.training.reader import groups as groups_module
from eval.training.reader.groups import is_kept_back, training_groups
from eval.training.verifier.data.examples import Answering


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of training pairs, and no public set beside them."""
    monkeypatch.setattr(groups_module, "READ_SETS", {})
    (tmp_path / "train").mkdir()
    return tmp_path


def names(n: int, *, kept_back: bool) -> list[str]:
    return [name for name in map("page {}".format, range(500)) if is_kept_back(name) is kept_back][:n]


def write(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    with lzma.open(folder / "train" / f"{name}.jsonl.xz", "wt", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)


def pair(name: str, sentence: str, label: int, source: str = "selqa") -> dict[str, object]:
    return {"q": "Who ate?", "s": sentence, "y": label, "src": source, "group": name, "license": "MIT"}


def test_rows_of_one_question_are_one_group_and_what_is_kept_back_is_left_out(data):
    (learned,), (kept,) = names(1, kept_back=False), names(1, kept_back=True)
    rows = [pair(learned, "Tom ate.", 1), pair(learned, "It  rained.", 0), pair(learned, "Tom ate.", 0)]
    write(data, "answer_pairs", [*rows, pair(kept, "Anna ate.", 1), pair(learned, "Bo ate.", 1, "onestopqa")])
    write(data, "natural_passages", [])
    (group,) = training_groups(data, seed=0)
    assert group.sentences == ("Tom ate.", "It rained.")
    assert group.answering == (Answering.YES, Answering.NO)
    assert group.is_answered


def test_a_passage_is_cut_into_sentences_and_its_evidence_found(data):
    (name,) = names(1, kept_back=False)
    passage = "It rained. Tom ate the bread. Anna slept."
    row = {"set": "squad2", "group": name, "title": "Lunch", "passage": passage, "plausible_answers": []}
    asked = row | {"question": "Who ate?", "answerable": True, "gold_evidence": ["Tom ate the bread."]}
    lost = asked | {"gold_evidence": ["Bo ate."]}
    nobody = row | {"question": "Who sang?", "answerable": False, "gold_evidence": []}
    write(data, "answer_pairs", [])
    write(data, "natural_passages", [asked, lost, nobody])
    answered, unanswered = training_groups(data, seed=0)
    assert answered.answering == (Answering.NO, Answering.YES, Answering.NO)
    assert (unanswered.question, unanswered.is_answered) == ("Who sang?", False)
    assert {answered.heading, answered.source} == {"Lunch", "natural-squad2"}


def test_missing_training_pairs_are_named(data):
    with pytest.raises(DataError, match="answer_pairs"):
        list(training_groups(data, seed=0))
