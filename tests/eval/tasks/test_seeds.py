"""The gold questions as a task, and what is said about seeds that do not fit together."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.cases import DataError, Split
from eval.outcomes import Status
from eval.tasks.seeds import SEEDS, seeds_task
from rag import Assistant


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A copy to spoil: one article, one question of each kind that it needs, the speakers of its sentences."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    text = "Ada said: “I built it.” Bob left. It rained."
    (folder / "news.txt").write_text(text, encoding="utf-8")

    def place(quote: str) -> dict[str, Any]:
        return {"start": text.index(quote), "end": text.index(quote) + len(quote), "quote": quote}

    ada, bob = "Ada said: “I built it.”", "Bob left."
    common = {"gold_source": "news.txt", "answerable": True}
    questions = [
        common
        | {"id": "q1", "question": "What did Ada say?", "type": "speaker", "answers": ["Ada"]}
        | {"gold_spans": [place(ada)], "split": "dev"},
        common
        | {"id": "q2", "question": "Who left?", "type": "fact", "answers": ["Bob"]}
        | {"gold_spans": [place(bob)], "split": "test"},
        common
        | {"id": "q3", "question": "Who stayed?", "type": "false_premise", "answers": [], "answerable": False}
        | {"gold_spans": [], "split": "test"},
    ]
    speakers = [
        {"id": "s1", "source": "news.txt", "speaker": "Ada"} | place(ada),
        {"id": "s2", "source": "news.txt", "speaker": ""} | place(bob),
        {"id": "s3", "source": "news.txt", "speaker": ""} | place("It rained."),
    ]
    for name, rows in (("questions", questions), ("speakers", speakers)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def change(path: Path, number: int, edit: Callable[[dict[str, Any]], object]) -> None:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    edit(rows[number])
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_dev_questions_are_the_tune_half_and_test_questions_the_report_half(
    seeds: Path, assistant: Assistant, tmp_path: Path
) -> None:
    task = seeds_task(seeds)
    halves = [task.trials(assistant, split, documents=tmp_path / "documents") for split in (*Split, None)]
    assert [[trial.case_id for trial in trials] for trials in halves] == [["q1"], ["q2", "q3"], ["q1", "q2", "q3"]]


def test_questions_are_scored_with_their_gold_and_their_speakers(
    seeds: Path, assistant: Assistant, tmp_path: Path
) -> None:
    trials = seeds_task(seeds).trials(assistant, None, documents=tmp_path / "documents")
    spoken, fact, premise = (trial.measure() for trial in trials)
    assert spoken.scores | {"gold_cited": 1.0, "answer_contains": 1.0, "wrong_speaker": 0.0} == spoken.scores
    assert fact.scores["gold_cited"] == 1.0
    assert "wrong_speaker" not in fact.scores
    assert "abstained_false_premise" in premise.scores
    assert {spoken.n_invalid, fact.n_invalid, premise.n_invalid} == {0}
    assert spoken.status is Status.ANSWERED


def test_the_data_hash_is_of_questions_speakers_and_articles(seeds: Path) -> None:
    hashes = [seeds_task(seeds).data_hash]
    change(seeds / "questions.jsonl", 0, lambda row: row.update(question="What has Ada said?"))
    hashes.append(seeds_task(seeds).data_hash)
    change(seeds / "speakers.jsonl", 1, lambda row: row.update(speaker="Bob"))
    hashes.append(seeds_task(seeds).data_hash)
    with (seeds / "news.txt").open("a", encoding="utf-8") as file:
        file.write(" It cleared.")
    hashes.append(seeds_task(seeds).data_hash)
    assert len(set(hashes)) == 4


@pytest.mark.parametrize(
    ("file", "edit", "message"),
    [
        ("questions", lambda row: row.update(split="train"), r"questions\.jsonl line 1': the split 'train' is none of"),
        (
            "questions",
            lambda row: row["gold_spans"][0].update(end=999),
            "case q1': its gold span 0-999 is empty or out",
        ),
        ("questions", lambda row: row["gold_spans"][0].update(start=-1), r"line 1': a span needs 0 <= start.* - mend"),
        ("questions", lambda row: row["gold_spans"][0].update(start=1), r"line 1': the words 'Ada said.*do not stand"),
        ("questions", lambda row: row.update(gold_source="gone.txt"), "gold document 'gone.txt' is not in the corpus"),
        ("questions", lambda row: row.pop("answers"), "the field 'answers' is missing"),
        ("speakers", lambda row: row.update(end=999), r"speakers\.jsonl line 1': the words .*of another version than"),
        ("speakers", lambda row: row.update(source="gone.txt"), r"speakers\.jsonl line 1': the words"),
        ("speakers", lambda row: row.update(start="0"), "the field 'start' should be a whole number and is '0'"),
    ],
)
def test_label_that_does_not_fit_is_named(
    seeds: Path, file: str, edit: Callable[[dict[str, Any]], object], message: str
) -> None:
    change(seeds / f"{file}.jsonl", 0, edit)
    with pytest.raises(DataError, match=message):
        seeds_task(seeds)


@pytest.mark.parametrize("name", ["questions.jsonl", "speakers.jsonl"])
def test_file_that_is_missing_or_cut_off_is_named(seeds: Path, name: str) -> None:
    path = seeds / name
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match=f"{name} line 3': the file is cut off inside its last line"):
        seeds_task(seeds)
    path.unlink()
    with pytest.raises(DataError, match=f"{name}': there is no such file"):
        seeds_task(seeds)


def test_article_that_is_missing_or_no_text_is_named(seeds: Path) -> None:
    (seeds / "news.txt").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(DataError, match=r"news\.txt': it is no readable text"):
        seeds_task(seeds)
    (seeds / "news.txt").unlink()
    with pytest.raises(DataError, match=r"gold document 'news\.txt' is not in the corpus"):
        seeds_task(seeds)


def test_the_seeds_that_are_shipped_fit_together(tmp_path: Path) -> None:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    assert seeds_task(tmp_path / "seeds").data_hash == seeds_task().data_hash
