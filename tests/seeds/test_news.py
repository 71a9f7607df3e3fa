"""The second gold set: spans that stand in what the readers make, halves by article, every kind of question."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from rag import Assistant, Settings

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
NEWS = SEEDS / "news"
UNANSWERABLE = {"unstated", "wrong_person", "wrong_time", "false_premise", "counterfactual"}
ANSWERABLE = {
    *("who", "when", "count", "list", "yes_no", "why", "comparison", "superlative", "sum", "timeline", "contact"),
    *("overview", "said", "newer", "correction"),
}
FORMS = {"plain", "lower", "keywords", "several"}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the readers make of the articles, by file name."""
    store = tmp_path_factory.mktemp("news") / "store"
    with Assistant.open(store, Settings(llm="none", embedder="hashing")) as assistant:
        assert assistant.add([NEWS]).failed == ()
        return {Path(info.source).name: assistant.document(info.id).text for info in assistant.documents()}


@pytest.fixture(scope="module")
def questions() -> list[dict[str, Any]]:
    lines = (NEWS / "questions.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def test_every_gold_span_stands_in_what_its_reader_makes(
    texts: dict[str, str], questions: list[dict[str, Any]]
) -> None:
    for question in questions:
        text, end = texts[question["gold_source"]], 0
        for span in question["gold_spans"]:
            quote = span["quote"]
            assert text[span["start"] : span["end"]] == quote == quote.strip() != "", question["id"]
            assert "\n" not in quote, question["id"]
            assert span["start"] >= end, question["id"]
            end = span["end"]


def test_every_article_has_twenty_questions_in_one_half(texts: dict[str, str], questions: list[dict[str, Any]]) -> None:
    halves: dict[str, set[str]] = defaultdict(set)
    for question in questions:
        halves[question["gold_source"]].add(question["split"])
    assert halves.keys() == texts.keys()
    assert len(texts) == 10
    assert all(len(each) == 1 for each in halves.values())
    assert Counter(question["gold_source"] for question in questions) == dict.fromkeys(texts, 20)
    assert Counter(question["split"] for question in questions) == {"dev": 100, "test": 100}


def test_older_and_newer_and_a_report_and_its_correction_share_a_half(questions: list[dict[str, Any]]) -> None:
    half = {question["gold_source"]: question["split"] for question in questions}
    assert half["bridge-opening-set.txt"] == half["bridge-opening-delayed.html"] == "dev"
    assert half["hospital-ward.html"] == half["hospital-correction.txt"] == "test"


def test_every_kind_and_form_is_asked_and_a_quarter_has_no_answer(questions: list[dict[str, Any]]) -> None:
    assert {question["type"] for question in questions} == ANSWERABLE | UNANSWERABLE
    assert {question["form"] for question in questions} == FORMS
    for question in questions:
        is_answerable = question["type"] in ANSWERABLE
        assert question["answerable"] is bool(question["gold_spans"]) is bool(question["answers"]) is is_answerable
    assert sum(not question["answerable"] for question in questions) >= 50
    assert len({question["question"].casefold() for question in questions}) == len(questions) == 200


def test_adding_the_seeds_leaves_them_out(tmp_path: Path) -> None:
    with Assistant.open(tmp_path / "store", Settings(llm="none", embedder="hashing")) as assistant:
        assistant.add([SEEDS])
        assert [Path(info.source).parent for info in assistant.documents()] == [SEEDS]
