"""The news set as a task: real files through real readers, and labels that are held against them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from eval.cases import DataError, Split
from eval.tasks.news import NEWS, NearMissTask, NewsTask, news_files
from rag import Assistant


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(NEWS, tmp_path / "news"))


def test_halves_are_the_questions_of_five_articles_each(assistant: Assistant, tmp_path: Path) -> None:
    task = NewsTask()
    tune, report, both = (task.trials(assistant, split, documents=tmp_path / "documents") for split in (*Split, None))
    assert (len(tune), len(report), len(both)) == (100, 100, 200)
    assert not {trial.case_id for trial in tune} & {trial.case_id for trial in report}
    assert len(assistant.documents()) == len(news_files()) == 10


def test_near_misses_are_asked_of_articles_of_the_tune_half_alone(assistant: Assistant, tmp_path: Path) -> None:
    task = NearMissTask()
    tune, report = (task.trials(assistant, split, documents=tmp_path / "documents") for split in Split)
    assert (len(tune), len(report)) == (100, 81)
    rows = [
        [json.loads(line) for line in (NEWS / name).read_text(encoding="utf-8").splitlines()]
        for name in ("questions.jsonl", "near-misses.jsonl")
    ]
    articles = {row["gold_source"] for row in rows[0] if row["split"] == "dev"}
    assert {row["gold_source"] for row in rows[1] if row["answerable"]} <= articles


def test_outcome_names_its_kind_and_scores_what_is_shown(assistant: Assistant, tmp_path: Path) -> None:
    trial = NewsTask().trials(assistant, Split.TUNE, documents=tmp_path / "documents")[0]
    outcome = trial.measure()
    assert outcome.kind == "who"
    assert {"gold_first_cited", "gold_cited", "misleading", "words_shown", "cut_quotation"} <= outcome.scores.keys()
    assert outcome.n_invalid == 0


def test_documents_of_another_place_leave_the_store(assistant: Assistant, tmp_path: Path) -> None:
    task = NewsTask()
    for folder in ("before", "after"):
        task.trials(assistant, None, documents=tmp_path / folder)
    assert {Path(info.source).parent for info in assistant.documents()} == {tmp_path / "after"}


def test_the_data_hash_is_of_questions_and_articles(news: Path) -> None:
    hashes = [NewsTask(news).data_hash]
    for name in ("questions.jsonl", "ferry-fleet.md"):
        with (news / name).open("a", encoding="utf-8") as file:
            file.write("\n")
        hashes.append(NewsTask(news).data_hash)
    assert len(set(hashes)) == 3
    assert hashes[0] == NewsTask().data_hash


def test_article_that_has_other_words_than_its_labels_is_named(
    news: Path, assistant: Assistant, tmp_path: Path
) -> None:
    article = news / "bridge-opening-set.txt"
    article.write_text(article.read_text(encoding="utf-8").replace("420", "four hundred"), encoding="utf-8")
    with pytest.raises(DataError, match=r"questions\.jsonl line .*the words .* do not stand at"):
        NewsTask(news).trials(assistant, None, documents=tmp_path / "documents")


def test_article_that_is_missing_is_named(news: Path, assistant: Assistant, tmp_path: Path) -> None:
    (news / "museum-theft.eml").unlink()
    with pytest.raises(DataError, match=r"its gold document 'museum-theft\.eml' is not in the corpus"):
        NewsTask(news).trials(assistant, None, documents=tmp_path / "documents")


def test_split_that_is_none_is_named(news: Path) -> None:
    row = json.loads((news / "questions.jsonl").read_text(encoding="utf-8").split("\n")[0])
    (news / "questions.jsonl").write_text(json.dumps(row | {"split": "train"}) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="the split 'train' is none of dev, test"):
        NewsTask(news)
